#include "tests/lib/core_author.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "replication/log/body.h"
#include "replication/trust/record.h"
#include "schema/base/check.h"
#include "schema/operation.h"

#define MUST(call) CAIRN_REQUIRE((call) == CAIRN_OK)

static void author_fresh(struct author *author, uint8_t out[static 32])
{
    uint8_t count[8];
    cairn_bytes_put_u64(count, author->fresh++);
    cairn_suite_hmac(author->suite, cairn_bytes_of(author->origin),
                     (struct cairn_bytes){.data = count, .size = 8}, out);
}

static struct cairn_bytes author_origin(const struct author *author)
{
    return cairn_bytes_of(author->origin);
}

/* ---- feeds ---- */

static void feed_begin(struct author *author, struct author_feed *feed, const uint8_t id[static 16],
                       enum cairn_feed_type type, const uint8_t secret[static 32])
{
    cairn_feed_init(&feed->feed, id, type, 0);
    MUST(cairn_feed_add_epoch(&feed->feed, author->suite, author_origin(author), secret));
    feed->bytes = malloc(AUTHOR_BYTES);
    CAIRN_REQUIRE(feed->bytes != NULL);
    feed->size = 0;
    feed->commit_count = 0;
    feed->is_writing = false;
}

void author_feed_close(struct author_feed *feed)
{
    free(feed->bytes);
    feed->bytes = NULL;
}

static void feed_need_writer(struct author_feed *feed)
{
    if (!feed->is_writing) {
        CAIRN_REQUIRE(feed->commit_count < AUTHOR_COMMITS);
        feed->commit_at[feed->commit_count] = feed->size;
        cairn_commit_writer_init(&feed->writer, feed->bytes + feed->size,
                                 AUTHOR_BYTES - feed->size);
        feed->is_writing = true;
    }
}

void author_add_body(struct author_feed *feed, struct cairn_bytes body, bool is_clear)
{
    struct cairn_prefix prefix = {
        .version = CAIRN_ENTRY_VERSION,
        .algorithms = is_clear ? CAIRN_ENTRY_CLEAR : CAIRN_ENTRY_SEALED,
        .epoch = feed->feed.epoch_count - 1,
    };
    uint8_t prefix_bytes[CAIRN_PREFIX_BYTES];
    uint8_t body_hash[32];
    uint8_t stub[CAIRN_STUB_BYTES];
    uint8_t leaf[32];
    feed_need_writer(feed);
    cairn_prefix_encode(&prefix, prefix_bytes);
    cairn_sha256_of(body, body_hash);
    cairn_stub_join(prefix_bytes, feed->feed.range.size, body_hash, stub);
    cairn_merkle_leaf((struct cairn_bytes){.data = stub, .size = sizeof stub}, leaf);
    cairn_merkle_range_append(&feed->feed.range, leaf);
    MUST(cairn_commit_append(&feed->writer, &prefix, body));
}

void author_add(struct author *author, struct author_feed *feed, struct cairn_bytes operation,
                bool is_clear)
{
    struct cairn_body_place place = {
        .origin = author_origin(author),
        .feed = feed->feed.id,
        .epoch = feed->feed.epoch_count - 1,
        .index = feed->feed.range.size,
        .suite = author->suite,
    };
    struct cairn_stub stub;
    uint8_t fresh[32];
    size_t size = cairn_body_sealed_bytes(operation.size);
    if (is_clear) {
        author_add_body(feed, operation, true);
        return;
    }
    uint8_t *body = malloc(size);
    CAIRN_REQUIRE(body != NULL);
    author_fresh(author, fresh);
    struct cairn_body_keys keys = {.slot = feed->feed.keys.slot, .fresh = fresh};
    cairn_body_seal(&place, &keys, operation, body, &stub);
    author_add_body(feed, (struct cairn_bytes){.data = body, .size = size}, false);
    free(body);
}

void author_add_op(struct author *author, struct author_feed *feed, const struct cairn_feedop *op,
                   bool is_clear)
{
    static uint8_t body[65536];
    static uint8_t encoded[65536];
    struct cairn_operation operation = {.kind = op->kind, .hlc = author->now_ms << 16};
    struct cairn_bytes bytes;
    MUST(cairn_feedop_encode(op, body, sizeof body, &operation.body));
    MUST(cairn_operation_encode(&operation, encoded, sizeof encoded, &bytes));
    author_add(author, feed, bytes, is_clear);
}

void author_add_mark(struct author *author, uint64_t time_ms)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = time_ms}};
    author_add_op(author, &author->control, &op, true);
}

void author_add_word(struct author *author, struct author_feed *feed, const char *word)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES];
    uint8_t buffer[512];
    struct cairn_bytes bytes;
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .has_object = true,
        .hlc = author->now_ms << 16,
        .purpose = cairn_bytes_of(word),
        .actor_count = 1,
        .actors = {cairn_bytes_of("author")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    cairn_id_make(cairn_bytes_of(author->country), random, &operation.object);
    MUST(cairn_operation_encode(&operation, buffer, sizeof buffer, &bytes));
    author_add(author, feed, bytes, false);
}

void author_leaf(const struct author *author, const struct author_feed *feed,
                 const struct cairn_opening *opening, uint8_t out[static CAIRN_LEAF_BYTES])
{
    uint8_t salt[32];
    cairn_keys_tag(author->suite, feed->feed.keys.tag, opening->number, out);
    cairn_keys_salt(author->suite, feed->feed.keys.salt, opening->number, salt);
    cairn_keys_commit_hash(opening, salt, out + CAIRN_TAG_BYTES);
}

void author_put_leaf(struct author *author, const uint8_t leaf[static CAIRN_LEAF_BYTES])
{
    uint8_t hash[32];
    CAIRN_REQUIRE(author->journal.size < AUTHOR_LEAVES);
    memcpy(author->leaves[author->journal.size], leaf, CAIRN_LEAF_BYTES);
    cairn_merkle_leaf((struct cairn_bytes){.data = leaf, .size = CAIRN_LEAF_BYTES}, hash);
    cairn_merkle_range_append(&author->journal, hash);
}

void author_commit(struct author *author, struct author_feed *feed,
                   struct cairn_opening *out_opening)
{
    struct cairn_opening opening = {
        .number = feed->feed.commits,
        .leaf_index = author->journal.size,
        .previous_leaf_plus1 = feed->feed.last_leaf_plus1,
        .previous_size = feed->feed.committed_size,
        .size = feed->feed.range.size,
    };
    uint8_t leaf[CAIRN_LEAF_BYTES];
    feed_need_writer(feed);
    memcpy(opening.feed, feed->feed.id, 16);
    cairn_merkle_range_root(&feed->feed.range, opening.root);
    struct cairn_bytes bytes = cairn_commit_end(&feed->writer, &opening);
    author_leaf(author, feed, &opening, leaf);
    author_put_leaf(author, leaf);
    feed->size += bytes.size;
    feed->commit_count++;
    feed->commit_at[feed->commit_count] = feed->size;
    feed->is_writing = false;
    feed->feed.committed_size = opening.size;
    feed->feed.commits++;
    feed->feed.last_leaf_plus1 = opening.leaf_index + 1;
    if (out_opening != NULL) {
        *out_opening = opening;
    }
}

struct cairn_bytes author_commit_bytes(const struct author_feed *feed, uint32_t number)
{
    CAIRN_REQUIRE(number < feed->commit_count);
    return (struct cairn_bytes){.data = feed->bytes + feed->commit_at[number],
                                .size = feed->commit_at[number + 1] - feed->commit_at[number]};
}

void author_rotate_sealing(struct author *author)
{
    CAIRN_REQUIRE(author->sealing_retired_count < 7);
    memcpy(author->sealing_retired[author->sealing_retired_count++], author->sealing_secret, 32);
    author_fresh(author, author->sealing_secret);
}

uint32_t author_sealing(const struct author *author, uint8_t (*out)[32])
{
    memcpy(out, author->sealing_retired, (size_t)author->sealing_retired_count * 32);
    memcpy(out[author->sealing_retired_count], author->sealing_secret, 32);
    return author->sealing_retired_count + 1;
}

void author_pair(struct author *author, const char *partner, const uint8_t sealing[static 32])
{
    uint8_t id[16];
    uint8_t secret[32];
    struct cairn_keys_pair pair = {
        .origin = author_origin(author),
        .partner = (const uint8_t *)partner,
        .sealing_secret = author->sealing_secret,
        .sealing_public = sealing,
    };
    MUST(cairn_keys_pairwise(author->suite, &pair, id, secret));
    feed_begin(author, &author->pairwise, id, CAIRN_FEED_TYPE_PAIRWISE, secret);
}

void author_feed_open(struct author *author, struct author_feed *feed,
                      const struct author_member *members, uint32_t count)
{
    struct cairn_wrap wraps[16];
    uint8_t secret[32];
    uint8_t body[4096];
    uint8_t id[16];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_OPEN};
    struct cairn_operation operation = {.kind = CAIRN_KIND_FEED_OPEN, .hlc = author->now_ms << 16};
    struct cairn_record_reader reader = {.suite = author->suite, .origin = author_origin(author)};
    CAIRN_REQUIRE(count <= 16);
    author_fresh(author, secret);
    author_fresh(author, op.as.open.nonce);
    for (uint32_t i = 0; i < count; i++) {
        struct cairn_keys_wrap what = {.nonce = op.as.open.nonce};
        struct cairn_record_member member;
        memcpy(member.country, members[i].country, 3);
        memcpy(member.sealing_public, members[i].sealing, 32);
        MUST(cairn_record_wrap(&reader, &what, secret, &member, &wraps[i]));
    }
    cairn_sha256_of((struct cairn_bytes){.data = secret, .size = 32}, op.as.open.secret_hash);
    op.as.open.wraps = wraps;
    op.as.open.wrap_count = count;
    MUST(cairn_feedop_encode(&op, body, sizeof body, &operation.body));
    MUST(cairn_operation_encode(&operation, feed->record_bytes, sizeof feed->record_bytes,
                                &feed->record));
    cairn_keys_feed_id(author_origin(author), feed->record, id);
    feed_begin(author, feed, id, CAIRN_FEED_TYPE_AUDIENCE, secret);
    memcpy(feed->feed.nonce, op.as.open.nonce, 32);
    author_add(author, feed, feed->record, true);
}

/* ---- notes ---- */

void author_sign_as(struct author *author, uint64_t size, const uint8_t root[static 32])
{
    struct cairn_checkpoint checkpoint = {.origin = author_origin(author), .size = size};
    struct cairn_note_key key = {.name = author_origin(author), .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    uint8_t text[CAIRN_CHECKPOINT_MAX];
    uint8_t signature[64];
    memcpy(checkpoint.root, root, 32);
    struct cairn_bytes bytes = {.data = text,
                                .size = cairn_note_encode_checkpoint(&checkpoint, text)};
    cairn_suite_sign_public(author->suite, author->log_seed, key.public_key);
    cairn_suite_sign(author->suite, author->log_seed, bytes, signature);
    cairn_note_writer_init(&writer, author->checkpoint, sizeof author->checkpoint);
    MUST(cairn_note_put_text(&writer, bytes));
    MUST(cairn_note_append_signature(&writer, &key, 0, signature));
    author->checkpoint_size = writer.size;
}

void author_sign(struct author *author)
{
    uint8_t root[32];
    cairn_merkle_range_root(&author->journal, root);
    author_sign_as(author, author->journal.size, root);
}

static void author_next_root(const struct author *author, uint8_t out[static 32])
{
    uint8_t next[32];
    cairn_suite_sign_public(author->suite, author->next_root_seed, next);
    cairn_sha256_of((struct cairn_bytes){.data = next, .size = sizeof next}, out);
}

void author_rotate_root(struct author *author)
{
    memcpy(author->root_seed, author->next_root_seed, 32);
    author->next_root_seed[0]++;
    author_document(author);
}

static void author_note_text(const struct author *author, uint8_t *text, size_t capacity,
                             struct cairn_bytes *out)
{
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of("test-sim"),
        .country = cairn_bytes_of(author->country),
        .serial = author->serial,
        .node_count = 1,
        .kinds = 1,
        .valid_from_ms = 1000,
        .valid_until_ms = 4000000000000u,
    };
    cairn_suite_sign_public(author->suite, author->root_seed, doc.root);
    author_next_root(author, doc.next_root);
    doc.has_previous = author->note_size > 0;
    cairn_sha256_of((struct cairn_bytes){.data = author->note, .size = author->note_size},
                    doc.previous);
    uint8_t sealing[CAIRN_COUNTRY_SEALING_MAX][32];
    doc.sealing_count = author_sealing(author, sealing);
    for (uint32_t i = 0; i < doc.sealing_count; i++) {
        doc.sealing[i].number = i + 1;
        cairn_suite_dh_public(author->suite, sealing[i], doc.sealing[i].key);
        doc.sealing[i].is_lost = i < author->lost_count;
    }
    doc.nodes[0].name = cairn_bytes_of("sim-1");
    doc.nodes[0].incarnation = author->incarnation;
    cairn_suite_sign_public(author->suite, author->log_seed, doc.nodes[0].log);
    cairn_suite_sign_public(author->suite, author->witness_seed, doc.nodes[0].witness);
    memcpy(doc.nodes[0].tls_spki, author->spki_hash, 32);
    doc.nodes[0].endpoint = cairn_bytes_of(author->endpoint);
    if (author->is_ended) {
        struct cairn_country_ended *ended = &doc.ended[doc.ended_count++];
        ended->name = doc.nodes[0].name;
        ended->incarnation = doc.nodes[0].incarnation++;
        memcpy(ended->log, doc.nodes[0].log, 32);
        memcpy(ended->witness, doc.nodes[0].witness, 32);
        ended->size = author->ended_size;
        memcpy(ended->root, author->ended_root, 32);
        doc.nodes[0].log[0] ^= 1; /* other keys; nobody signs with them */
        doc.nodes[0].witness[0] ^= 1;
        doc.nodes[0].tls_spki[0] ^= 1;
    }
    MUST(cairn_country_encode(&doc, text, capacity, out));
}

void author_end(struct author *author, uint64_t size)
{
    struct cairn_merkle_range range;
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t hash[32];
        cairn_merkle_leaf((struct cairn_bytes){.data = author->leaves[i], .size = CAIRN_LEAF_BYTES},
                          hash);
        cairn_merkle_range_append(&range, hash);
    }
    author->is_ended = true;
    author->ended_size = size;
    cairn_merkle_range_root(&range, author->ended_root);
    author_document(author);
}

void author_document(struct author *author)
{
    uint8_t text[2048];
    uint8_t signature[64];
    char name[16] = "test-sim/";
    struct cairn_bytes bytes;
    struct cairn_note_writer writer;
    memcpy(name + 9, author->country, 3);
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    author->serial++;
    author_note_text(author, text, sizeof text, &bytes);
    cairn_suite_sign_public(author->suite, author->root_seed, key.public_key);
    cairn_suite_sign(author->suite, author->root_seed, bytes, signature);
    cairn_note_writer_init(&writer, author->note, sizeof author->note);
    MUST(cairn_note_put_text(&writer, bytes));
    MUST(cairn_note_append_signature(&writer, &key, 0, signature));
    author->note_size = writer.size;
}

void author_open(struct author *author, const struct cairn_suite *suite, const char *country)
{
    uint8_t id[16];
    uint8_t secret[32];
    memset(author, 0, sizeof *author);
    author->suite = suite;
    author->now_ms = 1700000000000u;
    author->incarnation = 1;
    memcpy(author->country, country, 4);
    MUST(cairn_origin_make(cairn_bytes_of("test-sim"), cairn_bytes_of(country),
                           cairn_bytes_of("sim-1"), 1, author->origin));
    author_fresh(author, author->root_seed);
    memcpy(author->next_root_seed, author->root_seed, 32);
    author->next_root_seed[0]++;
    author_fresh(author, author->log_seed);
    author_fresh(author, author->witness_seed);
    author_fresh(author, author->sealing_secret);
    author_fresh(author, author->spki_hash);
    cairn_merkle_range_init(&author->journal);
    author_document(author);
    cairn_keys_control(author_origin(author), id, secret);
    feed_begin(author, &author->control, id, CAIRN_FEED_TYPE_CONTROL, secret);
}

void author_close(struct author *author)
{
    author_feed_close(&author->control);
    author_feed_close(&author->pairwise);
}

/* ---- messages ---- */

struct cairn_message author_hello(const struct author *author)
{
    return (struct cairn_message){
        .type = CAIRN_MESSAGE_HELLO,
        .as.hello = {.network = cairn_bytes_of("test-sim"),
                     .origin = author_origin(author),
                     .clock_ms = author->now_ms},
    };
}

struct cairn_bytes author_checkpoint(const struct author *author)
{
    return (struct cairn_bytes){.data = author->checkpoint, .size = author->checkpoint_size};
}

struct cairn_message author_range(const struct author *author, uint64_t from, uint64_t to,
                                  bool has_checkpoint)
{
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_JOURNAL,
        .as.journal = {.from = from, .has_checkpoint = has_checkpoint},
    };
    cairn_keys_journal_id(author_origin(author), message.as.journal.log);
    message.as.journal.leaves = (struct cairn_bytes){
        .data = author->leaves[from], .size = (size_t)(to - from) * CAIRN_LEAF_BYTES};
    if (has_checkpoint) {
        message.as.journal.checkpoint =
            (struct cairn_bytes){.data = author->checkpoint, .size = author->checkpoint_size};
    }
    return message;
}

struct cairn_message author_entries(const struct author_feed *feed, uint32_t number)
{
    return (struct cairn_message){
        .type = CAIRN_MESSAGE_ENTRIES,
        .as.entries = {.commit = author_commit_bytes(feed, number)},
    };
}

struct cairn_message author_record(const struct author *author, const struct author_feed *feed)
{
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_FEED,
        .as.feed = {.origin = author_origin(author), .open = feed->record},
    };
    memcpy(message.as.feed.feed, feed->feed.id, 16);
    return message;
}

size_t author_cosign(const struct author *author, struct cairn_bytes note, uint8_t *out,
                     size_t capacity)
{
    static uint8_t memory[8192];
    struct cairn_arena arena;
    struct cairn_note split;
    struct cairn_bytes input;
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = author_origin(author), .type = CAIRN_NOTE_COSIGNATURE};
    uint8_t signature[64];
    uint64_t time_s = author->now_ms / 1000;
    cairn_arena_init(&arena, memory, sizeof memory);
    MUST(cairn_note_split(note, &arena, &split));
    MUST(cairn_note_sign_input(CAIRN_NOTE_COSIGNATURE, time_s, split.text, &arena, &input));
    cairn_suite_sign_public(author->suite, author->witness_seed, key.public_key);
    cairn_suite_sign(author->suite, author->witness_seed, input, signature);
    cairn_note_writer_init(&writer, out, capacity);
    MUST(cairn_note_append_signature(&writer, &key, time_s, signature));
    return writer.size;
}
