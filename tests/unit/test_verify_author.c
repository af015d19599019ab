/* Bundles of an author who signs whatever it likes: what it may and may not do in its feeds. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/verify.h"
#include "tests/lib/author.h"
#include "tests/lib/protocol.h"
#include "tests/lib/verify_run.h"

static const struct cairn_verify_limits small_limits = {
    .countries = 2, .nodes = 3, .feeds = 4, .checkpoints = 2, .trusted = 2};
static struct author aut, geo;
static struct author_feed control, feed;

static int open_all(void **state)
{
    return verify_run_open(&small_limits) == 0 ? protocol_open(state) : -1;
}

static int close_all(void **state)
{
    (void)verify_run_close();
    return protocol_close(state);
}

/* AUT with a control feed and an audience feed of AUT and GEO, whose open record waits. */
static int begin(void **state)
{
    struct cairn_feedop document = {.kind = CAIRN_KIND_CONTROL_DOCUMENT,
                                    .as.document = {.serial = 1}};
    author_open(&aut, &protocol.suite, "AUT");
    author_open(&geo, &protocol.suite, "GEO");
    author_feed_control(&aut, &control);
    author_append_op(&aut, &control, &document);
    author_commit(&aut, &control);
    author_feed_audience(&aut, "AUT GEO", &feed);
    return protocol_reset(state);
}

static struct cairn_verify_result verdict(void)
{
    const struct author_feed *feeds[] = {&control, &feed};
    struct author_bundle what = {
        .feeds = feeds,
        .feed_count = 2,
        .checkpoint = author_checkpoint(&aut, aut.leaf_count, NULL, 0),
        .has_keys = true,
    };
    return verify_run(author_bundle(&aut, &what));
}

static void assert_verdict(cairn_err wanted, const char *what)
{
    struct cairn_verify_result result = verdict();
    assert_string_equal(result.what, what);
    assert_err(result.err, wanted);
}

static struct cairn_id object_of(uint8_t number)
{
    struct cairn_id object;
    const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {number};
    cairn_id_make(cairn_bytes_of("AUT"), random, &object);
    return object;
}

static void alert(void)
{
    struct cairn_id object = object_of(1);
    author_append_alert(&aut, &feed, &object, 300);
}

static void admit(const char *country, uint32_t wraps)
{
    static const uint8_t zeros[4][CAIRN_WRAP_BYTES];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_ADMIT,
                              .as.admit = {.wrap_count = wraps, .wraps = zeros}};
    memcpy(op.as.admit.country, country, 4);
    author_append_op(&aut, &feed, &op);
}

static void close_feed(uint64_t size)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = size}};
    author_append_op(&aut, &feed, &op);
}

static void rekey(void)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_REKEY};
    op.as.rekey = author_rekey(&aut, &feed);
    author_append_op(&aut, &feed, &op);
}

/* A map with these fields, each an unsigned number of the same value. */
static struct cairn_bytes map_of(const uint64_t *keys, uint32_t count)
{
    static uint8_t buffer[256];
    struct cairn_pack_writer writer;
    struct cairn_bytes map;
    cairn_pack_writer_init(&writer, buffer, sizeof buffer);
    cairn_pack_put_map(&writer, count);
    for (uint32_t i = 0; i < count; i++) {
        cairn_pack_put_uint(&writer, keys[i]);
        cairn_pack_put_uint(&writer, keys[i] == 0 ? 200 : keys[i]);
    }
    assert_err(cairn_pack_end(&writer, &map), CAIRN_OK);
    return map;
}

TEST(an_honest_author_is_believed)
{
    alert();
    author_commit(&aut, &feed);
    rekey();
    author_commit(&aut, &feed);
    author_noise(&aut);
    alert();
    admit("KEN", 2);
    author_commit(&aut, &feed);
    alert();
    close_feed(7);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_OK, "");
}

TEST(leaves_of_many_records_are_looked_through)
{
    for (uint32_t i = 0; i < 4; i++) {
        alert();
        author_commit(&aut, &feed);
        for (uint32_t noise = 0; noise < 3000; noise++) {
            author_noise(&aut);
        }
    }
    struct cairn_verify_result result = verdict();
    assert_err(result.err, CAIRN_OK);
    assert_int_equal(result.counts.leaves, 12005);
    memcpy(aut.leaves[aut.leaf_count - 1], aut.leaves[1], CAIRN_TAG_BYTES);
    assert_verdict(CAIRN_OK, ""); /* a tag of the past counts no more */
    cairn_keys_tag(&protocol.suite, feed.keys[0].tag, 4, aut.leaves[5000]);
    assert_verdict(CAIRN_OK, ""); /* nor does a next one before the last commit */
    cairn_keys_tag(&protocol.suite, feed.keys[0].tag, 4, aut.leaves[aut.leaf_count - 1]);
    assert_verdict(CAIRN_PEER_COMMIT, "a leaf bears the next tag of a feed and no commit follows");
}

TEST(a_private_feed_may_commit_without_growth_and_others_not)
{
    struct author_feed own;
    author_feed_audience(&aut, "AUT", &own);
    author_commit(&aut, &own);
    author_commit(&aut, &own);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_OK, ""); /* without record of the private feed: it is seen in its open */
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_COMMIT, "commit without growth");
}

/* P-86: an audience feed may have begun with its author alone; what stood still once is private. */
TEST(a_feed_that_was_committed_without_growth_admits_nobody)
{
    author_feed_audience(&aut, "AUT", &feed);
    author_commit(&aut, &feed);
    alert();
    author_commit(&aut, &feed);
    admit("GEO", 1);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_OK, "");
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_COMMIT, "commit without growth");
    begin(NULL);
    author_feed_audience(&aut, "AUT", &feed);
    author_commit(&aut, &feed);
    author_commit(&aut, &feed);
    alert();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_OK, "");
    admit("GEO", 1);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.admit in a private feed");
}

TEST(only_control_kinds_stand_in_a_control_feed_and_clear)
{
    struct cairn_feedop receipt = {.kind = CAIRN_KIND_RECEIPT, .as.receipt = {.size = 1}};
    struct cairn_feedop policy = {.kind = CAIRN_KIND_CONTROL_POLICY};
    author_append(&aut, &control, author_feedop(&policy), false);
    author_commit(&aut, &control);
    assert_verdict(CAIRN_OK, "");
    author_append(&aut, &control, author_feedop(&receipt), false);
    author_commit(&aut, &control);
    assert_verdict(CAIRN_PEER_ENTRY, "kind has no place in a control feed");
}

static void mark(uint64_t time_ms)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK, .as.mark = {.time_ms = time_ms}};
    author_append(&aut, &control, author_feedop(&op), false);
    author_commit(&aut, &control);
}

TEST(marks_ascend)
{
    mark(5000);
    mark(5001);
    assert_verdict(CAIRN_OK, "");
    mark(5001);
    assert_verdict(CAIRN_FEED_RECORD, "mark is not later than the one before it");
}

/* source P-104, P-106 */
TEST(what_an_author_lost_is_found_and_what_the_bundle_shows_of_it)
{
    const struct author_feed *feeds[] = {&control, &feed};
    struct cairn_verify_finding finding = {.loss_count = 0};
    struct cairn_verify_loss losses[2];
    uint32_t count = 0;
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_LOST};
    op.as.lost = (struct cairn_feed_lost){
        .origin = cairn_bytes_of(geo.origin), .size = 9, .from_leaf = 3, .to_leaf = 4};
    alert();
    author_commit(&aut, &feed);         /* leaf 1: two entries */
    author_append_op(&aut, &feed, &op); /* what is not its own */
    op.as.lost.origin = cairn_bytes_of(aut.origin);
    author_append_op(&aut, &feed, &op);
    op.as.lost.size = 1;
    memcpy(op.as.lost.feed, feed.id, 16);
    author_append_op(&aut, &feed, &op);
    author_commit(&aut, &feed);
    struct author_bundle what = {
        .feeds = feeds,
        .feed_count = 2,
        .checkpoint = author_checkpoint(&aut, aut.leaf_count, NULL, 0),
        .has_keys = true,
    };
    struct cairn_bytes file = author_bundle(&aut, &what);
    struct cairn_verify *verify = verify_run_start();
    while (file.size > 0) {
        if (cairn_verify_take(verify, &file, &finding) && finding.loss_count > 0) {
            assert_int_equal(finding.loss_count, 2);
            memcpy(losses, finding.losses, sizeof losses);
            count++;
        }
    }
    assert_int_equal(count, 1);
    assert_string_equal(losses[0].origin, aut.origin);
    assert_int_equal(losses[0].size, 9);
    assert_int_equal(losses[0].shown_size, 0);
    assert_int_equal(losses[1].to_leaf, 4);
    assert_int_equal(losses[1].shown_size, 5); /* with that one itself */
}

TEST(a_sealed_entry_in_a_control_feed_is_refused)
{
    struct cairn_feedop policy = {.kind = CAIRN_KIND_CONTROL_POLICY};
    author_append(&aut, &control, author_feedop(&policy), true);
    author_commit(&aut, &control);
    assert_verdict(CAIRN_PEER_ENTRY, "sealed entry in a control feed");
}

TEST(what_must_be_sealed_or_clear_is)
{
    struct cairn_feedop receipt = {.kind = CAIRN_KIND_RECEIPT, .as.receipt = {.size = 1}};
    author_append(&aut, &feed, author_feedop(&receipt), false);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_ENTRY, "this kind may not be clear");
}

TEST(a_feed_change_that_is_sealed_is_refused)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = 2}};
    author_append(&aut, &feed, author_feedop(&op), true);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_ENTRY, "this kind may not be sealed");
}

TEST(an_open_record_stands_at_the_beginning_of_its_own_feed_only)
{
    struct author_feed other;
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at;
    author_commit(&aut, &feed);
    assert_err(cairn_commit_decode(aut.commits[1].bytes, &commit, &fault_at), CAIRN_OK);
    cairn_commit_cursor_init(&cursor, &commit);
    assert_true(cairn_commit_next(&cursor, &entry));
    author_append(&aut, &feed, entry.body, false); /* once more, at index 1 */
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.open is not the one of its feed");
    begin(NULL);
    author_feed_pairwise(&aut, 1, &other);
    author_append(&aut, &other, entry.body, false); /* of another feed */
    author_commit(&aut, &other);
    assert_verdict(CAIRN_FEED_RECORD, "feed.open is not the one of its feed");
}

TEST(the_author_is_a_member)
{
    struct author_feed other;
    author_feed_audience(&aut, "GEO SRB", &other);
    author_commit(&aut, &other);
    assert_verdict(CAIRN_FEED_RECORD, "the author is not a member of its feed");
}

TEST(nothing_follows_a_close)
{
    close_feed(2);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_OK, "");
    alert();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_ENTRY, "entry after the close of its feed");
}

TEST(a_close_names_the_size_and_is_the_last)
{
    close_feed(3);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.close names another size");
    begin(NULL);
    close_feed(2);
    alert();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_ENTRY,
                   "feed.rekey or feed.close is not the last entry of its commit");
}

TEST(a_rekey_is_the_last_and_for_every_member)
{
    rekey();
    alert();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_ENTRY,
                   "feed.rekey or feed.close is not the last entry of its commit");
    begin(NULL);
    author_commit(&aut, &feed);
    feed.member_count = 1;
    rekey();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.rekey is not for exactly the members");
    begin(NULL);
    author_commit(&aut, &feed);
    memcpy(feed.members[1], "SRB", 4);
    rekey();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.rekey is not for exactly the members");
}

TEST(epochs_follow_each_other)
{
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_REKEY};
    op.as.rekey = author_rekey(&aut, &feed);
    op.as.rekey.epoch = 2;
    author_append_op(&aut, &feed, &op);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.rekey does not begin the next epoch");
}

TEST(entries_are_of_the_epoch_in_force)
{
    rekey();
    author_commit(&aut, &feed);
    feed.epoch = 0; /* and not this one */
    alert();
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_COMMIT, "the leaf does not bear the feed's next tag");
    begin(NULL);
    rekey();
    author_commit(&aut, &feed);
    feed.epoch = 0;
    alert();
    feed.epoch = 1; /* tag and salt are right */
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_PEER_ENTRY, "entry of another epoch");
}

TEST(an_admission_is_of_somebody_new_with_all_epochs)
{
    admit("GEO", 1);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.admit of a member");
    begin(NULL);
    admit("KEN", 2);
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FEED_RECORD, "feed.admit has not one wrap for each epoch");
}

TEST(a_pairwise_feed_has_no_members_to_add)
{
    struct author_feed pair;
    static const uint8_t zeros[1][CAIRN_WRAP_BYTES];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_ADMIT,
                              .as.admit = {.country = "KEN", .wrap_count = 1, .wraps = zeros}};
    author_feed_pairwise(&aut, 1, &pair);
    author_append_op(&aut, &pair, &op);
    author_commit(&aut, &pair);
    assert_verdict(CAIRN_FEED_RECORD, "feed.admit or feed.rekey in a feed without open record");
}

TEST(an_operation_of_a_later_kind_is_accepted_if_it_is_canonical)
{
    const uint64_t newer[] = {0, 3, 77}, without_hlc[] = {0, 77};
    author_append(&aut, &feed, map_of(newer, 3), true); /* kind 200 */
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_OK, "");
    author_append(&aut, &feed, map_of(without_hlc, 2), true);
    author_commit(&aut, &feed);
    assert_err(verdict().err, CAIRN_PACK_FIELD);
}

TEST(an_unknown_kind_below_32_and_a_malformed_operation_are_refused)
{
    uint8_t bytes[] = {0x83, 0x00, 0x14, 0x03, 0x01, 0x07, 0x80}; /* kind 20 */
    author_append(&aut, &feed, (struct cairn_bytes){bytes, sizeof bytes}, true);
    author_commit(&aut, &feed);
    assert_err(verdict().err, CAIRN_KIND_UNKNOWN);
    begin(NULL);
    bytes[2] = 0x05; /* a feed.invite without its fields */
    author_append(&aut, &feed, (struct cairn_bytes){bytes, sizeof bytes}, true);
    author_commit(&aut, &feed);
    assert_err(verdict().err, CAIRN_PACK_FIELD);
    begin(NULL);
    author_append(&aut, &feed, (struct cairn_bytes){bytes, 4}, true);
    author_commit(&aut, &feed);
    assert_err(verdict().err, CAIRN_PACK_COUNT);
}

TEST(two_feeds_with_one_tag_do_not_share_a_leaf)
{
    struct author_feed twin = control;
    author_feed_pairwise(&aut, 1, &twin);
    twin.keys[0] = feed.keys[0];
    alert();
    author_commit(&aut, &feed);
    const struct author_feed *feeds[] = {&twin, &feed};
    struct author_bundle what = {
        .feeds = feeds, .feed_count = 2, .checkpoint = author_checkpoint(&aut, 2, NULL, 0)};
    struct cairn_verify_result result = verify_run(author_bundle(&aut, &what));
    assert_err(result.err, CAIRN_PEER_COMMIT);
    assert_string_equal(result.what, "the leaf bears the next tag of another feed");
}

TEST(entries_behind_the_end_of_their_origin_are_told_apart)
{
    static const struct {
        uint64_t size;
        uint64_t repudiated;
    } cases[] = {{3, 0}, {2, 1}, {1, 2 + 1}, {0, 1 + 2 + 1}, {9, 0}};
    alert();
    author_commit(&aut, &feed); /* the open record and an alert, behind the document's leaf */
    alert();
    author_commit(&aut, &feed);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        author_end(&aut, cases[i].size, cases[i].size > 3 ? aut.ended_root : NULL);
        struct cairn_verify_result result = verdict();
        assert_err(result.err, CAIRN_OK);
        assert_int_equal(result.counts.repudiated, cases[i].repudiated);
    }
}

TEST(a_branch_that_does_not_lead_to_the_end_is_repudiated_as_a_whole)
{
    static const uint8_t other[32] = {1};
    alert();
    author_commit(&aut, &feed);
    for (uint64_t size = 0; size <= 2; size++) {
        author_end(&aut, size, other);
        struct cairn_verify_result result = verdict();
        assert_err(result.err, CAIRN_OK);
        assert_int_equal(result.counts.repudiated, 3);
    }
}

TEST(more_feeds_than_the_limits_is_said_to_be_so)
{
    struct author_feed others[4];
    for (uint8_t i = 0; i < 4; i++) {
        struct cairn_feedop receipt = {.kind = CAIRN_KIND_RECEIPT, .as.receipt = {.size = 1}};
        author_feed_pairwise(&aut, i, &others[i]);
        author_append_op(&aut, &others[i], &receipt);
        author_commit(&aut, &others[i]);
    }
    author_commit(&aut, &feed);
    assert_verdict(CAIRN_FULL, "more feeds than this verifier holds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_honest_author_is_believed, begin),
        cmocka_unit_test_setup(leaves_of_many_records_are_looked_through, begin),
        cmocka_unit_test_setup(a_private_feed_may_commit_without_growth_and_others_not, begin),
        cmocka_unit_test_setup(a_feed_that_was_committed_without_growth_admits_nobody, begin),
        cmocka_unit_test_setup(only_control_kinds_stand_in_a_control_feed_and_clear, begin),
        cmocka_unit_test_setup(marks_ascend, begin),
        cmocka_unit_test_setup(what_an_author_lost_is_found_and_what_the_bundle_shows_of_it, begin),
        cmocka_unit_test_setup(a_sealed_entry_in_a_control_feed_is_refused, begin),
        cmocka_unit_test_setup(what_must_be_sealed_or_clear_is, begin),
        cmocka_unit_test_setup(a_feed_change_that_is_sealed_is_refused, begin),
        cmocka_unit_test_setup(an_open_record_stands_at_the_beginning_of_its_own_feed_only, begin),
        cmocka_unit_test_setup(the_author_is_a_member, begin),
        cmocka_unit_test_setup(nothing_follows_a_close, begin),
        cmocka_unit_test_setup(a_close_names_the_size_and_is_the_last, begin),
        cmocka_unit_test_setup(a_rekey_is_the_last_and_for_every_member, begin),
        cmocka_unit_test_setup(epochs_follow_each_other, begin),
        cmocka_unit_test_setup(entries_are_of_the_epoch_in_force, begin),
        cmocka_unit_test_setup(an_admission_is_of_somebody_new_with_all_epochs, begin),
        cmocka_unit_test_setup(a_pairwise_feed_has_no_members_to_add, begin),
        cmocka_unit_test_setup(an_operation_of_a_later_kind_is_accepted_if_it_is_canonical, begin),
        cmocka_unit_test_setup(an_unknown_kind_below_32_and_a_malformed_operation_are_refused,
                               begin),
        cmocka_unit_test_setup(two_feeds_with_one_tag_do_not_share_a_leaf, begin),
        cmocka_unit_test_setup(entries_behind_the_end_of_their_origin_are_told_apart, begin),
        cmocka_unit_test_setup(a_branch_that_does_not_lead_to_the_end_is_repudiated_as_a_whole,
                               begin),
        cmocka_unit_test_setup(more_feeds_than_the_limits_is_said_to_be_so, begin),
    };
    return cmocka_run_group_tests_name("verify_author", tests, open_all, close_all);
}
