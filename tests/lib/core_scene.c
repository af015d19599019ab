#include "tests/lib/core_scene.h"

#include <string.h>

#include "crypto/hash.h"
#include "replication/trust/record.h"
#include "schema/operation.h"
#include "tests/lib/test.h"

struct core_scene scene;

const struct cairn_core_limits scene_limits = {
    .countries = 16, .journals = 16, .feeds = 128, .links = 4};

static void scene_open(const struct cairn_core_limits *limits)
{
    memset(&scene, 0, sizeof scene);
    cairn_suite_init_fake(&scene.suite);
    author_open(&scene.srb, &scene.suite, "SRB");
    author_open(&scene.geo, &scene.suite, "GEO");
    author_open(&scene.twin, &scene.suite, "SRB");
    scene.host = host_open(&scene.suite, limits);
    host_settle(scene.host);
    host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
    host_meet(scene.host, &scene.srb);
    cairn_suite_dh_public(&scene.suite, scene.host->self.sealing_secret, scene.own_sealing);
}

int scene_begin(void **state)
{
    (void)state;
    scene_open(&scene_limits);
    host_meet(scene.host, &scene.geo);
    return 0;
}

int scene_begin_large(void **state)
{
    (void)state;
    scene_open(&CAIRN_CORE_LIMITS_DEFAULT);
    host_meet(scene.host, &scene.geo);
    return 0;
}

int scene_begin_pair(void **state)
{
    (void)state;
    const struct cairn_core_limits limits = {
        .countries = 8, .journals = 8, .feeds = 64, .links = 4};
    scene_open(&limits);
    return 0;
}

int scene_end(void **state)
{
    (void)state;
    host_close(scene.host);
    author_close(&scene.srb);
    author_close(&scene.geo);
    author_close(&scene.twin);
    author_feed_close(&scene.feed);
    return 0;
}

cairn_err scene_answer_of(uint64_t token)
{
    struct host_answer answer;
    assert_true(host_answered(scene.host, token, &answer));
    return answer.err;
}

bool scene_is_answered(uint64_t token)
{
    struct host_answer answer;
    return host_answered(scene.host, token, &answer);
}

void scene_open_own(const char *members, uint8_t out[static 16])
{
    struct host_answer answer;
    uint64_t token = host_feed_open(scene.host, members);
    host_settle(scene.host);
    assert_true(host_answered(scene.host, token, &answer));
    assert_err(answer.err, CAIRN_OK);
    memcpy(out, answer.feed, 16);
}

uint64_t scene_journal_size(void)
{
    struct cairn_core_peer own;
    cairn_core_peer(scene.host->core, 0, &own);
    return own.journal_size;
}

/* Number of a feed in the core. */
static uint32_t number_of(const uint8_t feed[static 16])
{
    uint32_t number = UINT32_MAX;
    assert_true(cairn_core_feed_find(scene.host->core, feed, &number));
    return number;
}

struct cairn_core_feed scene_feed_of(const uint8_t id[static 16])
{
    struct cairn_core_feed feed;
    cairn_core_feed(scene.host->core, number_of(id), &feed);
    return feed;
}

/* Does the own leaf at this index bear the tag of the feed's commit? */
bool scene_leaf_is_of(uint64_t leaf_index, const uint8_t feed[static 16], uint64_t commit)
{
    uint8_t tag_key[32], salt_key[32], tag[16];
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF, .index = leaf_index};
    struct cairn_row row;
    cairn_keys_journal_id(cairn_bytes_of(scene.host->self.origin), key.id);
    assert_true(cairn_core_feed_evidence(scene.host->core, number_of(feed), 0, tag_key, salt_key));
    cairn_keys_tag(&scene.suite, tag_key, commit, tag);
    assert_int_equal(disk_range(&scene.host->disk, &key, leaf_index + 1, &row, 1), 1);
    return memcmp(row.value.data, tag, 16) == 0;
}

void scene_tell(enum cairn_event_type type, const uint8_t feed[static 16], const char *country,
                uint64_t token)
{
    struct cairn_event event = {.type = type};
    memcpy(event.as.command.feed, feed, 16);
    memcpy(event.as.command.country, country, strlen(country));
    event.as.command.token = token;
    host_do(scene.host, &event);
}

void scene_forget(const char *country, uint64_t token)
{
    struct cairn_event event = {.type = CAIRN_EVENT_FORGET, .as.forget = {.token = token}};
    memcpy(event.as.forget.country, country, 3);
    host_do(scene.host, &event);
}

void scene_frame(uint32_t link, struct cairn_message message)
{
    host_frame(scene.host, link, &message);
}

void scene_link_up(uint32_t link, const struct author *peer)
{
    host_link_up(scene.host, link, peer);
    scene_frame(link, author_hello(peer));
    host_settle(scene.host);
}

/* SRB's logs, offered over a link. */
void scene_offer(uint32_t link)
{
    struct cairn_offer_journal journal = {
        .origin = cairn_bytes_of(scene.srb.origin),
        .size = scene.srb.journal.size,
        .checkpoint = {.data = scene.srb.checkpoint, .size = scene.srb.checkpoint_size},
    };
    struct cairn_offer_feed feeds[3] = {
        {.origin = journal.origin}, {.origin = journal.origin}, {.origin = journal.origin}};
    memcpy(feeds[0].feed, scene.srb.control.feed.id, 16);
    memcpy(feeds[1].feed, scene.srb.pairwise.feed.id, 16);
    memcpy(feeds[2].feed, scene.feed.feed.id, 16);
    scene_frame(
        link, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                     .as.offer = {.journals = &journal,
                                                  .journal_count = 1,
                                                  .feeds = feeds,
                                                  .feed_count = scene.feed.bytes == NULL ? 2 : 3}});
    host_settle(scene.host);
}

void scene_member(const char *country, struct author_member *out)
{
    out->country = country;
    memset(out->sealing, 0, 32);
    if (strcmp(country, "AUT") == 0) {
        memcpy(out->sealing, scene.own_sealing, 32);
    } else if (strcmp(country, "SRB") == 0) {
        cairn_suite_dh_public(&scene.suite, scene.srb.sealing_secret, out->sealing);
    } else {
        memcpy(out->sealing, country, 3); /* somebody's */
    }
}

void scene_open_feed(struct author_feed *out)
{
    struct author_member members[2];
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    author_feed_open(&scene.srb, out, members, 2);
}

/* SRB writes a first flush: document, feed, mark. Everything is taken but the last commit. */
void scene_write_first(void)
{
    struct cairn_feedop document = {.kind = CAIRN_KIND_CONTROL_DOCUMENT,
                                    .as.document = {.serial = 1}};
    scene.srb.now_ms = scene.host->now_ms;
    author_add_op(&scene.srb, &scene.srb.control, &document, true);
    author_add_mark(&scene.srb, scene.srb.now_ms);
    scene_open_feed(&scene.feed);
    author_commit(&scene.srb, &scene.feed, NULL);
    author_commit(&scene.srb, &scene.srb.control, NULL);
    author_sign(&scene.srb);
}

void scene_join(uint32_t link)
{
    scene_offer(link);
    scene_frame(link, author_record(&scene.srb, &scene.feed));
    scene_frame(link, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    scene_frame(link, author_entries(&scene.srb.control, 0));
    host_settle(scene.host);
}

struct cairn_core_feed scene_held(const struct author_feed *wanted)
{
    struct cairn_core_feed out;
    uint32_t number;
    assert_true(cairn_core_feed_find(scene.host->core, wanted->feed.id, &number));
    cairn_core_feed(scene.host->core, number, &out);
    return out;
}

struct cairn_core_peer scene_srb_peer(void)
{
    struct cairn_core_peer peer;
    cairn_core_peer(scene.host->core, 1, &peer);
    assert_string_equal(peer.country, "SRB");
    return peer;
}

struct cairn_core_feed scene_own_pairwise(void)
{
    struct cairn_core_feed out;
    uint8_t id[16];
    uint32_t number;
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", id));
    assert_true(cairn_core_feed_find(scene.host->core, id, &number));
    cairn_core_feed(scene.host->core, number, &out);
    return out;
}

/* A new commit of the feed, and the mark behind it; the leaves reach the core. */
void scene_grow(struct cairn_opening *out_opening)
{
    uint64_t from = scene.srb.journal.size;
    author_add_word(&scene.srb, &scene.feed, "word");
    author_commit(&scene.srb, &scene.feed, out_opening);
    author_sign(&scene.srb);
    scene_frame(SRB, author_range(&scene.srb, from, scene.srb.journal.size, true));
    host_settle(scene.host);
}

/* What a peer says it has: its own journal, control and pairwise feed. */
void scene_offer_own(uint32_t link, struct author *peer)
{
    struct cairn_offer_journal journal = {
        .origin = cairn_bytes_of(peer->origin),
        .size = peer->journal.size,
        .checkpoint = {.data = peer->checkpoint, .size = peer->checkpoint_size},
    };
    struct cairn_offer_feed feeds[2] = {{.origin = journal.origin}, {.origin = journal.origin}};
    memcpy(feeds[0].feed, peer->control.feed.id, 16);
    memcpy(feeds[1].feed, peer->pairwise.feed.id, 16);
    scene_frame(link, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                             .as.offer = {.journals = &journal,
                                                          .journal_count = peer->journal.size > 0,
                                                          .feeds = feeds,
                                                          .feed_count = 2}});
    host_settle(scene.host);
}

/* Some leaves of nobody's, and a checkpoint over them. */
void scene_write_noise(struct author *author, uint32_t count, uint8_t fill)
{
    uint8_t leaf[CAIRN_LEAF_BYTES];
    for (uint32_t i = 0; i < count; i++) {
        memset(leaf, fill, sizeof leaf);
        cairn_bytes_put_u32(leaf, (uint32_t)author->journal.size + 1);
        author_put_leaf(author, leaf);
    }
    author_sign(author);
}

struct cairn_core_peer scene_peer_of(const struct author *author)
{
    struct cairn_core_peer peer;
    for (uint32_t i = 0; i < cairn_core_peer_count(scene.host->core); i++) {
        cairn_core_peer(scene.host->core, i, &peer);
        if (strcmp(peer.origin, author->origin) == 0) {
            return peer;
        }
    }
    fail_msg("no such peer");
    return peer;
}

uint32_t scene_rows_in(enum cairn_table table)
{
    uint32_t count = 0;
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        count += scene.host->disk.rows[i]->key[0] == (uint8_t)table;
    }
    return count;
}

void scene_invite(const struct author_feed *to)
{
    struct cairn_event event = {.type = CAIRN_EVENT_INVITED};
    memcpy(event.as.opened.feed, to->feed.id, 16);
    host_do(scene.host, &event);
}

void scene_admit(struct author_feed *to, const char *country, const uint8_t sealing[static 32],
                 struct cairn_bytes *out_operation)
{
    static uint8_t body[4096];
    static uint8_t encoded[4096];
    static uint8_t wraps[CAIRN_FEED_EPOCHS_MAX][CAIRN_WRAP_BYTES];
    struct cairn_record_reader author = {.suite = &scene.suite,
                                         .origin = cairn_bytes_of(scene.srb.origin)};
    struct cairn_record_member who;
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_ADMIT};
    struct cairn_operation operation = {.kind = CAIRN_KIND_FEED_ADMIT,
                                        .hlc = scene.srb.now_ms << 16};
    memcpy(who.country, country, 3);
    memcpy(who.sealing_public, sealing, 32);
    for (uint32_t epoch = 0; epoch < to->feed.epoch_count; epoch++) {
        struct cairn_keys_wrap what = {.nonce = to->feed.nonce, .epoch = epoch};
        struct cairn_wrap wrap;
        assert_err(cairn_record_wrap(&author, &what, to->feed.secrets[epoch], &who, &wrap),
                   CAIRN_OK);
        memcpy(wraps[epoch], wrap.wrap, CAIRN_WRAP_BYTES);
    }
    memcpy(op.as.admit.country, country, 3);
    memcpy(op.as.admit.sealing, sealing, 32);
    op.as.admit.wrap_count = to->feed.epoch_count;
    op.as.admit.wraps = (const uint8_t(*)[CAIRN_WRAP_BYTES])wraps;
    assert_err(cairn_feedop_encode(&op, body, sizeof body, &operation.body), CAIRN_OK);
    assert_err(cairn_operation_encode(&operation, encoded, sizeof encoded, out_operation),
               CAIRN_OK);
}

void scene_rekey_for(struct author_feed *of, uint32_t epoch, const struct author_member *members,
                     uint32_t count)
{
    struct cairn_record_reader author = {.suite = &scene.suite,
                                         .origin = cairn_bytes_of(scene.srb.origin)};
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_REKEY};
    struct cairn_wrap wraps[4];
    uint8_t secret[32];
    assert_in_range(count, 1, 4);
    memset(secret, (int)of->feed.epoch_count + 50, 32);
    memset(op.as.rekey.nonce, 3, 32);
    op.as.rekey.epoch = epoch;
    cairn_sha256_of((struct cairn_bytes){.data = secret, .size = 32}, op.as.rekey.secret_hash);
    for (uint32_t i = 0; i < count; i++) {
        struct cairn_keys_wrap what = {.nonce = op.as.rekey.nonce, .epoch = op.as.rekey.epoch};
        struct cairn_record_member who;
        memcpy(who.country, members[i].country, 3);
        memcpy(who.sealing_public, members[i].sealing, 32);
        assert_err(cairn_record_wrap(&author, &what, secret, &who, &wraps[i]), CAIRN_OK);
    }
    op.as.rekey.wraps = wraps;
    op.as.rekey.wrap_count = count;
    author_add_op(&scene.srb, of, &op, true);
    author_commit(&scene.srb, of, NULL);
    assert_err(
        cairn_feed_add_epoch(&of->feed, &scene.suite, cairn_bytes_of(scene.srb.origin), secret),
        CAIRN_OK);
}

void scene_rekey(struct author_feed *of, uint32_t epoch)
{
    struct author_member alone;
    scene_member("SRB", &alone);
    scene_rekey_for(of, epoch, &alone, 1);
}
