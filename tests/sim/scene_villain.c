/* Countries that lie in their own name, under their signature: what they say is in order for every
 * frame and every hash, and must have no effect all the same, or one for everybody, and be told
 * by its number. POL lies to AUT and SRB; GEO is no member of its feed. */
#include "tests/sim/forger.h"

#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>

enum { AUT, SRB, GEO, POL, NODES };

#define MINUTE_MS 60000u

struct villainy {
    struct world *world;
    struct author pol;
    struct author_feed feed; /* for AUT, POL and SRB */
};

/* While POL speaks with each of them, they do not speak with each other. */
static void lines(struct world *world, bool is_allowed)
{
    world_cut(world, AUT, SRB, is_allowed);
    world_cut(world, AUT, GEO, is_allowed);
    world_cut(world, SRB, GEO, is_allowed);
}

static struct villainy *villainy_open(uint64_t seed)
{
    struct world_options options = {.seed = seed, .nodes = NODES, .latency_ms_max = 20};
    struct villainy *villainy = calloc(1, sizeof *villainy);
    assert_non_null(villainy);
    villainy->world = world_open(&options);
    forger_open(villainy->world, POL, &villainy->pol);
    world_meet_all(villainy->world);
    world_run(villainy->world, 3000);
    struct author_member members[3] = {forger_member(villainy->world, AUT),
                                       forger_member(villainy->world, POL),
                                       forger_member(villainy->world, SRB)};
    villainy->pol.now_ms = world_now(villainy->world);
    author_feed_open(&villainy->pol, &villainy->feed, members, 3);
    lines(villainy->world, false);
    return villainy;
}

static void villainy_close(struct villainy *villainy)
{
    author_feed_close(&villainy->feed);
    author_close(&villainy->pol);
    world_close(villainy->world);
    free(villainy);
}

/* One flush: the feed's commit, then a mark. */
static void flush(struct villainy *villainy, uint64_t mark_ms)
{
    author_commit(&villainy->pol, &villainy->feed, NULL);
    author_add_mark(&villainy->pol, mark_ms);
    author_commit(&villainy->pol, &villainy->pol.control, NULL);
    author_sign(&villainy->pol);
}

/* What makes a partner ask for the feed: leaves, and that it is there. */
static void offer(struct villainy *villainy, uint32_t to)
{
    struct author *pol = &villainy->pol;
    struct cairn_bytes origin = cairn_bytes_of(pol->origin);
    struct cairn_offer_feed feeds[2] = {{.origin = origin}, {.origin = origin}};
    struct cairn_offer_journal journal = {
        .origin = origin, .size = pol->journal.size, .checkpoint = author_checkpoint(pol)};
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_OFFER,
        .as.offer = {.journals = &journal, .journal_count = 1, .feeds = feeds, .feed_count = 2}};
    memcpy(feeds[0].feed, pol->control.feed.id, 16);
    memcpy(feeds[1].feed, villainy->feed.feed.id, 16);
    forger_say(villainy->world, POL, to, &message);
    message = author_range(pol, 0, pol->journal.size, true);
    forger_say(villainy->world, POL, to, &message);
    if (villainy->feed.feed.type == CAIRN_FEED_TYPE_AUDIENCE) {
        message = author_record(pol, &villainy->feed);
        forger_say(villainy->world, POL, to, &message);
    }
}

/* Everything, or all but the feed's last commit. */
static void give(struct villainy *villainy, uint32_t to, bool has_last)
{
    const struct author_feed *feeds[2] = {&villainy->pol.control, &villainy->feed};
    offer(villainy, to);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t count = feeds[i]->commit_count - (i == 1 && !has_last ? 1 : 0);
        for (uint32_t number = 0; number < count; number++) {
            struct cairn_message message = author_entries(feeds[i], number);
            forger_say(villainy->world, POL, to, &message);
        }
    }
}

static bool feed_of(struct villainy *villainy, uint32_t node, struct cairn_core_feed *out)
{
    uint32_t number;
    struct cairn_core *core = world_core(villainy->world, node);
    bool is_known = cairn_core_feed_find(core, villainy->feed.feed.id, &number);
    if (is_known) {
        cairn_core_feed(core, number, out);
    }
    return is_known;
}

/* Those who are honest go on, and blame nobody but POL. */
static void expect_peace(struct villainy *villainy)
{
    struct world *world = villainy->world;
    uint8_t feed[16];
    lines(world, true);
    world_run(world, 5000);
    assert_err(world_feed_open(world, AUT, "AUTGEOSRB", feed), CAIRN_OK);
    assert_err(world_append(world, AUT, feed, "life goes on"), CAIRN_OK);
    world_run(world, 5000);
    for (uint32_t node = AUT; node <= GEO; node++) {
        assert_true(world_knows(world, node, "life goes on"));
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_FORK), 0);
    }
}

/* SRB's wrap is not the one that the secret gives: AUT, whose own is right, sees it, too. */
TEST(keys_that_open_nothing_for_one_member_open_nothing_for_any)
{
    struct villainy *villainy = villainy_open(1);
    struct author_feed *feed = &villainy->feed;
    feed->record_bytes[feed->record.size - 1] ^= 1;
    cairn_keys_feed_id(cairn_bytes_of(villainy->pol.origin), feed->record, feed->feed.id);
    flush(villainy, villainy->pol.now_ms);
    for (uint32_t node = AUT; node <= SRB; node++) {
        struct cairn_core_feed held;
        offer(villainy, node);
        assert_int_equal(world_notices(villainy->world, node, CAIRN_NOTICE_FEED_REFUSED), 1);
        assert_err(forger_blame(villainy->world, node), CAIRN_PEER_WRAP);
        assert_false(feed_of(villainy, node, &held));
        assert_true(forger_peer(villainy->world, node, &villainy->pol).is_linked);
    }
    expect_peace(villainy);
    villainy_close(villainy);
}

/* The record promises another secret than the wraps hold. */
TEST(a_secret_that_is_not_the_promised_one_opens_no_feed)
{
    struct villainy *villainy = villainy_open(2);
    struct author_feed *feed = &villainy->feed;
    uint8_t digest[32];
    size_t at = 0;
    cairn_sha256_of((struct cairn_bytes){.data = feed->feed.secrets[0], .size = 32}, digest);
    while (at + 32 < feed->record.size && memcmp(feed->record_bytes + at, digest, 32) != 0) {
        at++;
    }
    assert_true(at + 32 < feed->record.size);
    feed->record_bytes[at] ^= 1;
    cairn_keys_feed_id(cairn_bytes_of(villainy->pol.origin), feed->record, feed->feed.id);
    flush(villainy, villainy->pol.now_ms);
    for (uint32_t node = AUT; node <= SRB; node++) {
        struct cairn_core_feed held;
        offer(villainy, node);
        assert_int_equal(world_notices(villainy->world, node, CAIRN_NOTICE_FEED_REFUSED), 1);
        assert_err(forger_blame(villainy->world, node), CAIRN_PEER_WRAP);
        assert_false(feed_of(villainy, node, &held));
    }
    expect_peace(villainy);
    villainy_close(villainy);
}

/* The body's commitment is to another key than the one in its slot: AES-GCM alone would let one
 * ciphertext open two ways. Nobody opens it, and what follows is read by all. */
TEST(a_body_whose_key_is_not_the_committed_one_opens_for_nobody)
{
    struct villainy *villainy = villainy_open(3);
    struct author_feed *feed = &villainy->feed;
    struct author_feed before = *feed;
    uint8_t body[4096];
    author_add_word(&villainy->pol, feed, "two ways");
    size_t at = before.writer.size + CAIRN_COMMIT_ENTRY_BYTES;
    size_t size = feed->writer.size - at;
    assert_true(size <= sizeof body);
    memcpy(body, feed->writer.data + at, size);
    *feed = before; /* sealed, and taken back */
    body[48] ^= 1;  /* the slot has 48 bytes; then the commitment */
    author_add_body(feed, (struct cairn_bytes){.data = body, .size = size}, false);
    author_add_word(&villainy->pol, &villainy->feed, "one way");
    flush(villainy, villainy->pol.now_ms);
    for (uint32_t node = AUT; node <= SRB; node++) {
        give(villainy, node, true);
        assert_int_equal(forger_unopened(villainy->world, node), 1);
        assert_false(world_knows(villainy->world, node, "two ways"));
        assert_true(world_knows(villainy->world, node, "one way"));
    }
    expect_peace(villainy);
    villainy_close(villainy);
}

/* AUT gets the body that was committed to, SRB another one under the same leaf: SRB refuses it, and
 * has the true one from AUT. */
TEST(two_bodies_under_one_leaf_are_found_out_by_whoever_gets_the_other_one)
{
    struct villainy *villainy = villainy_open(4);
    struct cairn_message message;
    uint8_t bytes[8192];
    author_add_word(&villainy->pol, &villainy->feed, "true");
    flush(villainy, villainy->pol.now_ms);
    give(villainy, AUT, true);
    assert_true(world_knows(villainy->world, AUT, "true"));
    give(villainy, SRB, false);
    message = author_entries(&villainy->feed, 0);
    assert_true(message.as.entries.commit.size <= sizeof bytes);
    memcpy(bytes, message.as.entries.commit.data, message.as.entries.commit.size);
    bytes[message.as.entries.commit.size - 1] ^= 1;
    message.as.entries.commit.data = bytes;
    forger_say(villainy->world, POL, SRB, &message);
    assert_err(forger_blame(villainy->world, SRB), CAIRN_PEER_ENTRY);
    assert_false(world_knows(villainy->world, SRB, "true"));
    lines(villainy->world, true);
    world_run(villainy->world, MINUTE_MS);
    assert_true(world_knows(villainy->world, SRB, "true"));
    assert_int_equal(world_notices(villainy->world, AUT, CAIRN_NOTICE_LINK_REFUSED), 0);
    expect_peace(villainy);
    villainy_close(villainy);
}

/* The leaf is there, tagged for SRB, and what it commits to is kept from it: SRB writes that down,
 * and cosigns no further before it has. */
TEST(a_tagged_commit_that_is_withheld_is_reported_before_anything_is_cosigned)
{
    struct villainy *villainy = villainy_open(5);
    struct world *world = villainy->world;
    author_add_word(&villainy->pol, &villainy->feed, "withheld");
    flush(villainy, villainy->pol.now_ms);
    give(villainy, SRB, false);
    assert_int_equal(forger_peer(world, SRB, &villainy->pol).journal_size,
                     villainy->pol.journal.size);
    assert_int_equal(forger_peer(world, SRB, &villainy->pol).cosigned_size, 0);
    world_run(world, 70000);
    assert_int_equal(world_notices(world, SRB, CAIRN_NOTICE_MISSING), 1);
    assert_int_equal(forger_peer(world, SRB, &villainy->pol).cosigned_size,
                     villainy->pol.journal.size);
    expect_peace(villainy);
    villainy_close(villainy);
}

/* A mark of ten minutes ahead is not cosigned while it is more than five minutes ahead. */
TEST(marks_of_another_time_are_not_cosigned)
{
    struct villainy *villainy = villainy_open(6);
    struct world *world = villainy->world;
    uint64_t now_ms = villainy->pol.now_ms;
    author_add_word(&villainy->pol, &villainy->feed, "from the future");
    flush(villainy, now_ms + 10 * MINUTE_MS);
    give(villainy, AUT, true);
    world_run(world, 3 * MINUTE_MS);
    assert_true(world_knows(world, AUT, "from the future"));
    assert_int_equal(forger_peer(world, AUT, &villainy->pol).cosigned_size, 0);
    world_run(world, 4 * MINUTE_MS);
    assert_int_equal(forger_peer(world, AUT, &villainy->pol).cosigned_size,
                     villainy->pol.journal.size);
    expect_peace(villainy);
    villainy_close(villainy);
}

/* Who set its marks back could date back what it writes: nobody takes what stands behind such a
 * mark, and everybody says so. */
TEST(what_follows_a_mark_that_goes_back_is_not_taken)
{
    struct villainy *villainy = villainy_open(8);
    struct world *world = villainy->world;
    uint64_t now_ms = villainy->pol.now_ms;
    author_add_word(&villainy->pol, &villainy->feed, "in time");
    flush(villainy, now_ms);
    author_add_word(&villainy->pol, &villainy->feed, "with the mark");
    flush(villainy, now_ms - 10 * MINUTE_MS);
    author_add_word(&villainy->pol, &villainy->feed, "dated back");
    flush(villainy, now_ms + 1000);
    for (uint32_t node = AUT; node <= SRB; node++) {
        give(villainy, node, true);
    }
    world_run(world, 3 * MINUTE_MS);
    for (uint32_t node = AUT; node <= SRB; node++) {
        assert_true(world_knows(world, node, "in time"));
        assert_false(world_knows(world, node, "dated back"));
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_COMMIT_REFUSED), 1);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_MISSING), 3); /* it and the rest */
    }
    expect_peace(villainy);
    villainy_close(villainy);
}

/* The close names a size that the feed does not have: the feed ends there for all, and its last
 * commit is reported as missing. */
TEST(a_close_that_lies_about_the_size_closes_nothing)
{
    struct villainy *villainy = villainy_open(7);
    struct world *world = villainy->world;
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = 3}};
    flush(villainy, villainy->pol.now_ms);
    author_add_op(&villainy->pol, &villainy->feed, &op, true); /* it is entry 1 */
    flush(villainy, villainy->pol.now_ms + 1000);
    for (uint32_t node = AUT; node <= SRB; node++) {
        struct cairn_core_feed held = {.commits = 0};
        give(villainy, node, true);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_COMMIT_REFUSED), 1);
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_LINK_REFUSED), 0);
        assert_true(feed_of(villainy, node, &held));
        assert_int_equal(held.commits, 1);
        assert_false(held.is_closed);
    }
    world_run(world, 2 * MINUTE_MS);
    for (uint32_t node = AUT; node <= SRB; node++) {
        assert_int_equal(world_notices(world, node, CAIRN_NOTICE_MISSING), 1);
    }
    expect_peace(villainy);
    villainy_close(villainy);
}

/* POL cosigns a checkpoint of AUT's that AUT never signed, as a witness of two branches would. */
TEST(a_cosignature_under_another_branch_counts_for_nothing)
{
    struct villainy *villainy = villainy_open(8);
    struct world *world = villainy->world;
    struct cairn_core_restore own;
    struct cairn_core_peer self;
    cairn_core_restore(world_core(world, AUT), &own);
    cairn_core_peer(world_core(world, AUT), 0, &self);
    struct cairn_checkpoint branch = {.origin = cairn_bytes_of(self.origin),
                                      .size = own.durable_size};
    struct cairn_note_key key = {.name = branch.origin, .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    uint8_t text[CAIRN_CHECKPOINT_MAX], note[1024], line[1024];
    static const uint8_t nobody[64];
    struct cairn_bytes bytes = {.data = text, .size = cairn_note_encode_checkpoint(&branch, text)};
    cairn_note_writer_init(&writer, note, sizeof note);
    assert_err(cairn_note_put_text(&writer, bytes), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, nobody), CAIRN_OK);
    bytes = (struct cairn_bytes){.data = note, .size = writer.size};
    bytes.size = author_cosign(&villainy->pol, bytes, line, sizeof line);
    bytes.data = line;
    struct cairn_message message = {.type = CAIRN_MESSAGE_COSIGN,
                                    .as.cosign = {.size = branch.size, .line = bytes}};
    cairn_keys_journal_id(branch.origin, message.as.cosign.log);
    forger_say(world, POL, AUT, &message);
    assert_int_equal(world_notices(world, AUT, CAIRN_NOTICE_LINK_REFUSED), 1);
    assert_err(forger_blame(world, AUT), CAIRN_NOTE_SIGNATURE);
    assert_int_equal(forger_peer(world, AUT, &villainy->pol).witnessed_size, 0);
    expect_peace(villainy);
    villainy_close(villainy);
}

/* POL says that it received more of AUT's feed than there is. */
TEST(a_receipt_beyond_the_end_changes_nothing)
{
    struct villainy *villainy = villainy_open(9);
    struct world *world = villainy->world;
    struct author_feed audience = villainy->feed;
    struct cairn_feedop op = {.kind = CAIRN_KIND_RECEIPT, .as.receipt = {.size = 1000}};
    struct author_member aut = forger_member(world, AUT);
    world_pairwise(world, AUT, POL, op.as.receipt.feed);
    assert_err(world_append(world, AUT, op.as.receipt.feed, "one"), CAIRN_OK);
    author_pair(&villainy->pol, "AUT", aut.sealing);
    villainy->feed = villainy->pol.pairwise;
    author_add_op(&villainy->pol, &villainy->feed, &op, false);
    flush(villainy, villainy->pol.now_ms);
    give(villainy, AUT, true);
    struct cairn_core_feed held = {.commits = 0};
    assert_true(feed_of(villainy, AUT, &held));
    assert_int_equal(held.commits, 1);
    assert_int_equal(forger_unopened(world, AUT), 0);
    assert_err(world_append(world, AUT, op.as.receipt.feed, "two"), CAIRN_OK);
    expect_peace(villainy);
    author_feed_close(&audience);
    villainy->pol.pairwise.bytes = NULL; /* closed as the feed */
    villainy_close(villainy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_open_nothing_for_one_member_open_nothing_for_any),
        cmocka_unit_test(a_secret_that_is_not_the_promised_one_opens_no_feed),
        cmocka_unit_test(a_body_whose_key_is_not_the_committed_one_opens_for_nobody),
        cmocka_unit_test(two_bodies_under_one_leaf_are_found_out_by_whoever_gets_the_other_one),
        cmocka_unit_test(a_tagged_commit_that_is_withheld_is_reported_before_anything_is_cosigned),
        cmocka_unit_test(marks_of_another_time_are_not_cosigned),
        cmocka_unit_test(what_follows_a_mark_that_goes_back_is_not_taken),
        cmocka_unit_test(a_close_that_lies_about_the_size_closes_nothing),
        cmocka_unit_test(a_cosignature_under_another_branch_counts_for_nothing),
        cmocka_unit_test(a_receipt_beyond_the_end_changes_nothing),
    };
    if (getenv("CAIRN_TEST") != NULL) {
        cmocka_set_test_filter(getenv("CAIRN_TEST"));
    }
    return cmocka_run_group_tests_name("scene_villain", tests, NULL, NULL);
}
