/* The verifier against the bundles of the oracle: whole, in pieces, cut, flipped, and with records
 * changed under a new end record. Lies of an author who signs them: test_verify_author.c and
 * tests/e2e/story_verify.py. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/verify.h"
#include "schema/operation.h"
#include "tests/lib/bundle_edit.h"
#include "tests/lib/verify_run.h"

#define OBJECT "vectors/object.bundle"
#define FEED   "vectors/feed.bundle"
#define ALL    "vectors/all.bundle"

static const struct cairn_verify_limits small_limits = {
    .countries = 8, .nodes = 8, .feeds = 16, .checkpoints = 8, .trusted = 2};

static int open_suite(void **state)
{
    (void)state;
    return verify_run_open(&small_limits);
}

static int close_suite(void **state)
{
    (void)state;
    return verify_run_close();
}

static cairn_err verify_edit(const struct bundle_edit *edit)
{
    return verify_run(bundle_edit_bytes(edit)).err;
}

TEST(the_bundles_of_the_oracle_are_whole)
{
    static const struct {
        const char *name;
        struct cairn_verify_counts counts;
    } cases[] = {
        {ALL,
         {.records = 48,
          .countries = 2,
          .journals = 2,
          .leaves = 24,
          .commits = 24,
          .entries = 32,
          .opened = 15,
          .checkpoints = 2,
          .cosignatures = 1}},
        {FEED,
         {.records = 19,
          .countries = 2,
          .journals = 1,
          .leaves = 20,
          .commits = 6,
          .entries = 11,
          .opened = 6,
          .checkpoints = 1,
          .cosignatures = 1}},
        {OBJECT,
         {.records = 7,
          .countries = 2,
          .entries = 4,
          .opened = 3,
          .checkpoints = 1,
          .cosignatures = 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_verify_result result = verify_run(test_data(cases[i].name));
        assert_err(result.err, CAIRN_OK);
        assert_true(result.is_bundle);
        assert_string_equal(result.what, "");
        result.counts.records--; /* the end */
        assert_memory_equal(&result.counts, &cases[i].counts, sizeof result.counts);
    }
}

TEST(pieces_of_any_size_give_the_same)
{
    static const size_t sizes[] = {1, 2, 3, 7, 64, 1000};
    struct cairn_bytes file = test_data(ALL);
    struct cairn_verify_result whole = verify_run(file);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct cairn_verify_result result = verify_run_in(file, sizes[i]);
        assert_memory_equal(&result.counts, &whole.counts, sizeof whole.counts);
        assert_err(result.err, CAIRN_OK);
    }
}

TEST(findings_say_what_was_proved)
{
    struct cairn_verify *verify = verify_run_start();
    struct cairn_bytes file = test_data(OBJECT);
    struct cairn_verify_finding finding = {.type = CAIRN_BUNDLE_HEAD};
    uint64_t kinds[4] = {0};
    uint32_t entries = 0, witnesses = 0;
    while (file.size > 0) {
        if (cairn_verify_take(verify, &file, &finding) && finding.type == CAIRN_BUNDLE_ENTRY) {
            assert_true(finding.is_open);
            assert_int_equal(finding.size, 20);
            kinds[entries++] = finding.kind;
            witnesses += finding.witness_count;
            assert_true(
                cairn_bytes_is_equal(finding.origin, cairn_bytes_of("test-demo/AUT/vienna-1/1")));
        }
    }
    assert_int_equal(entries, 4);
    assert_int_equal(witnesses, 1); /* the same checkpoint each time: told once */
    assert_int_equal(kinds[0], CAIRN_KIND_FEED_OPEN);
    assert_int_equal(kinds[1], CAIRN_KIND_ALERT_ISSUE);
    assert_int_equal(kinds[3], CAIRN_KIND_ALERT_WITHDRAW);
    assert_int_equal(cairn_verify_head(verify)->scope.type, CAIRN_SCOPE_OBJECT);
}

TEST(bytes_behind_the_end_are_refused)
{
    struct cairn_bytes file = test_data(OBJECT);
    struct cairn_bytes longer = {file.data, file.size + 1}; /* the NUL that test_data puts there */
    struct cairn_verify_result result = verify_run(longer);
    assert_err(result.err, CAIRN_TRAILING);
    assert_int_equal(result.record, 9);
    assert_int_equal(result.offset, file.size);
}

TEST(lengths_that_no_record_can_have_are_refused)
{
    static const uint8_t lengths[2][4] = {{0, 0, 0, 0}, {0, 0x20, 0, 1}};
    for (size_t i = 0; i < 2; i++) {
        uint8_t bytes[CAIRN_BUNDLE_MAGIC_BYTES + 4];
        memcpy(bytes, CAIRN_BUNDLE_MAGIC, CAIRN_BUNDLE_MAGIC_BYTES);
        memcpy(bytes + CAIRN_BUNDLE_MAGIC_BYTES, lengths[i], 4);
        struct cairn_verify_result result = verify_run((struct cairn_bytes){bytes, sizeof bytes});
        assert_err(result.err, CAIRN_BUNDLE);
        assert_true(result.is_bundle);
        assert_int_equal(result.record, 1);
        assert_int_equal(result.offset, CAIRN_BUNDLE_MAGIC_BYTES);
    }
}

TEST(nothing_is_taken_after_the_first_fault)
{
    struct bundle_edit edit = bundle_edit_open(ALL);
    bundle_edit_remove(&edit, 1);
    struct cairn_verify_result first = verify_run(bundle_edit_bytes(&edit));
    struct cairn_verify_result pieces = verify_run_in(bundle_edit_bytes(&edit), 5);
    assert_err(first.err, CAIRN_BUNDLE_ORDER);
    assert_int_equal(first.record, 3); /* the journal whose document is not there */
    assert_int_equal(pieces.record, first.record);
    assert_int_equal(pieces.offset, first.offset);
    assert_memory_equal(&pieces.counts, &first.counts, sizeof first.counts);
}

/* ---- the order of records ---- */

TEST(a_record_that_stands_twice_is_refused)
{
    struct bundle_edit whole = bundle_edit_open(ALL);
    for (uint32_t at = 0; at < whole.count; at++) {
        struct bundle_edit edit = whole;
        bundle_edit_insert(&edit, at, whole.records[at]);
        assert_int_not_equal(verify_edit(&edit), CAIRN_OK);
    }
}

TEST(leaves_may_be_cut_into_other_records)
{
    struct bundle_edit edit = bundle_edit_open(FEED);
    uint32_t at = bundle_edit_find(&edit, CAIRN_BUNDLE_LEAVES, 0);
    struct cairn_bytes leaves = edit.records[at].as.leaves.leaves;
    struct cairn_bundle_record first = edit.records[at];
    first.as.leaves.leaves.size = CAIRN_LEAF_BYTES;
    edit.records[at].as.leaves.leaves =
        (struct cairn_bytes){leaves.data + CAIRN_LEAF_BYTES, leaves.size - CAIRN_LEAF_BYTES};
    bundle_edit_insert(&edit, at, first);
    /* the commit of leaf 0 has to come before the next leaves */
    const struct cairn_bundle_record *commit = &edit.records[at + 2];
    assert_int_equal(cairn_bytes_get_u64(commit->as.commit.commit.data + 24), 0);
    assert_err(verify_edit(&edit), CAIRN_PEER_COMMIT);
    bundle_edit_swap(&edit, at + 1, at + 2);
    assert_err(verify_edit(&edit), CAIRN_OK);
}

TEST(a_bundle_holds_what_its_head_names)
{
    struct bundle_edit object = bundle_edit_open(OBJECT), feed = bundle_edit_open(FEED);
    struct cairn_scope of_object = object.records[0].as.head.scope;
    struct cairn_scope of_feed = feed.records[0].as.head.scope;
    struct cairn_scope *scope = &object.records[0].as.head.scope;
    scope->type = CAIRN_SCOPE_ALL;
    assert_err(verify_edit(&object), CAIRN_BUNDLE_ORDER);
    *scope = of_object;
    cairn_id_make(cairn_bytes_of("AUT"), (const uint8_t[10]){1}, &scope->object);
    assert_err(verify_edit(&object), CAIRN_BUNDLE_ORDER);
    *scope = of_object;
    while (object.records[object.count - 1].type == CAIRN_BUNDLE_ENTRY) {
        object.count--;
    }
    assert_err(verify_edit(&object), CAIRN_BUNDLE_ORDER);
    scope = &feed.records[0].as.head.scope;
    scope->feed[15] ^= 1;
    assert_err(verify_edit(&feed), CAIRN_BUNDLE_ORDER);
    *scope = of_object;
    assert_err(verify_edit(&feed), CAIRN_BUNDLE_ORDER);
    *scope = of_feed;
    scope->type = CAIRN_SCOPE_ALL;
    assert_err(verify_edit(&feed), CAIRN_OK);
}

TEST(a_single_entry_stands_in_a_bundle_about_an_object_only)
{
    struct bundle_edit object = bundle_edit_open(OBJECT);
    object.records[0].as.head.scope.type = CAIRN_SCOPE_ALL;
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(&object));
    assert_err(result.err, CAIRN_BUNDLE_ORDER);
    assert_string_equal(result.what, "single entry in a bundle of journals");
}

TEST(a_journal_section_is_closed_by_its_checkpoint)
{
    struct bundle_edit feed = bundle_edit_open(FEED);
    bundle_edit_remove(&feed, bundle_edit_find(&feed, CAIRN_BUNDLE_CHECKPOINT, 0));
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(&feed));
    assert_err(result.err, CAIRN_BUNDLE_ORDER);
    assert_string_equal(result.what, "end within a journal section");
}

TEST(whoever_exports_is_of_the_network_that_it_names)
{
    struct bundle_edit object = bundle_edit_open(OBJECT);
    object.records[0].as.head.origin = cairn_bytes_of("test-other/AUT/vienna-1/1");
    assert_err(verify_edit(&object), CAIRN_PEER_NETWORK);
    object.records[0].as.head.origin = cairn_bytes_of("no origin");
    cairn_err err = verify_edit(&object);
    assert_int_not_equal(err, CAIRN_OK);
    assert_int_not_equal(err, CAIRN_PEER_NETWORK);
}

TEST(what_does_not_begin_like_a_bundle_is_none)
{
    uint8_t *bytes = bundle_edit_copy(test_data(OBJECT));
    bytes[3] ^= 1;
    struct cairn_verify_result result =
        verify_run((struct cairn_bytes){.data = bytes, .size = test_data(OBJECT).size});
    assert_err(result.err, CAIRN_BUNDLE);
    assert_false(result.is_bundle);
    assert_int_equal(result.counts.records, 0);
    result = verify_run((struct cairn_bytes){.data = test_data(OBJECT).data, .size = 5});
    assert_err(result.err, CAIRN_BUNDLE);
    assert_false(result.is_bundle);
}

TEST(a_bundle_without_its_end_is_too_short)
{
    struct cairn_bytes file = test_data(OBJECT);
    for (size_t size = CAIRN_BUNDLE_MAGIC_BYTES; size < file.size; size += 1 + size / 40) {
        struct cairn_verify_result result =
            verify_run((struct cairn_bytes){.data = file.data, .size = size});
        assert_err(result.err, CAIRN_SHORT);
        assert_true(result.is_bundle);
    }
}

TEST(counts_and_digest_of_the_end_are_checked)
{
    struct cairn_bytes file = test_data(OBJECT);
    uint8_t *bytes = bundle_edit_copy(file);
    size_t count_at = file.size - 37; /* map: 0: 9, 1: count, 2: bin 32 */
    assert_int_equal(bytes[count_at + 1], 7);
    bytes[count_at + 1] = 6;
    assert_err(verify_run((struct cairn_bytes){bytes, file.size}).err, CAIRN_BUNDLE_ORDER);
    bytes[count_at + 1] = 7;
    bytes[file.size - 1] ^= 1;
    assert_err(verify_run((struct cairn_bytes){bytes, file.size}).err, CAIRN_BUNDLE_DIGEST);
}

/* ---- changed records ---- */

/* Change one record of a bundle; the result must have this error at this record. */
static void assert_change(struct bundle_edit *edit, uint32_t at, cairn_err wanted)
{
    struct cairn_verify_result result = verify_run(bundle_edit_bytes(edit));
    assert_err(result.err, wanted);
    assert_int_equal(result.record, wanted == CAIRN_OK ? 0 : at + 1);
}

TEST(changed_content_keys_and_salts_are_refused)
{
    struct bundle_edit whole = bundle_edit_open(ALL);
    uint32_t sealed = 0, clear = 0;
    for (uint32_t at = 0; at < whole.count; at++) {
        if (whole.records[at].type != CAIRN_BUNDLE_COMMIT) {
            continue;
        }
        const struct cairn_bundle_commit *commit = &whole.records[at].as.commit;
        struct bundle_edit edit = whole;
        edit.records[at].as.commit.salt[31] ^= 1;
        assert_change(&edit, at, CAIRN_PEER_COMMIT);
        edit.records[at] = whole.records[at];
        edit.records[at].as.commit.key_count = 0;
        assert_change(&edit, at, commit->key_count == 0 ? CAIRN_OK : CAIRN_BUNDLE);
        for (uint32_t i = 0; i < commit->key_count; i++) {
            struct cairn_content_key keys[8];
            assert_true(commit->key_count <= 8);
            memcpy(keys, commit->keys, commit->key_count * sizeof keys[0]);
            edit.records[at] = whole.records[at];
            edit.records[at].as.commit.keys = keys;
            uint8_t algorithms = commit->commit.data[CAIRN_COMMIT_HEAD_BYTES + 5];
            bool is_given = keys[i].is_given;
            keys[i].is_given = true;
            keys[i].key[9] ^= 1;
            if (is_given) {
                assert_change(&edit, at, CAIRN_CRYPTO_COMMITMENT);
                sealed++;
            } else if (i == 0 && algorithms == CAIRN_ENTRY_CLEAR) {
                assert_change(&edit, at, CAIRN_BUNDLE);
                clear++;
            }
        }
    }
    assert_true(sealed >= 12);
    assert_true(clear >= 6);
}

TEST(keys_that_are_not_the_feeds_are_refused)
{
    struct bundle_edit whole = bundle_edit_open(FEED);
    uint32_t at = bundle_edit_find(&whole, CAIRN_BUNDLE_FEED, 0);
    const struct cairn_bundle_feed *feed = &whole.records[at].as.feed;
    assert_int_equal(feed->epoch_count, 2);
    struct cairn_epoch_keys keys[CAIRN_BUNDLE_LEAVES_MAX / 64];
    for (uint32_t i = 0; i < 4; i++) {
        struct bundle_edit edit = whole;
        memcpy(keys, feed->epochs, 2 * sizeof keys[0]);
        edit.records[at].as.feed.epochs = keys;
        (i < 2 ? keys[i % 2].tag : keys[i % 2].salt)[31] ^= 1;
        assert_err(verify_edit(&edit), CAIRN_PEER_COMMIT);
    }
    struct bundle_edit edit = whole;
    memcpy(keys, feed->epochs, 2 * sizeof keys[0]);
    edit.records[at].as.feed.epochs = keys;
    edit.records[at].as.feed.epoch_count = 1;
    assert_err(verify_edit(&edit), CAIRN_FEED_RECORD);
    edit.records[at].as.feed.epoch_count = 3;
    memset(&keys[2], 1, sizeof keys[2]);
    assert_err(verify_edit(&edit), CAIRN_FEED_RECORD);
    memset(keys, 1, sizeof keys);
    edit.records[at].as.feed.epoch_count = 17;
    assert_change(&edit, at, CAIRN_FEED_RECORD);
}

TEST(a_control_feed_has_the_keys_of_its_origin)
{
    struct bundle_edit edit = bundle_edit_open(ALL);
    uint32_t changed = 0;
    for (uint32_t at = 0; at < edit.count; at++) {
        if (edit.records[at].type != CAIRN_BUNDLE_FEED) {
            continue;
        }
        struct cairn_bundle_feed *feed = &edit.records[at].as.feed;
        struct cairn_bundle_feed before = *feed;
        struct cairn_epoch_keys keys[2];
        assert_true(feed->epoch_count <= 2);
        memcpy(keys, feed->epochs, feed->epoch_count * sizeof keys[0]);
        feed->epochs = keys;
        keys[0].tag[0] ^= 1;
        struct cairn_verify_result result = verify_run(bundle_edit_bytes(&edit));
        changed += result.err == CAIRN_FEED_RECORD && result.record == at + 1;
        assert_int_not_equal(result.err, CAIRN_OK);
        *feed = before;
    }
    assert_int_equal(changed, 2);
}

TEST(feed_records_stand_in_their_own_journal_before_its_leaves)
{
    struct bundle_edit whole = bundle_edit_open(ALL);
    uint32_t feed = bundle_edit_find(&whole, CAIRN_BUNDLE_FEED, 0);
    struct bundle_edit edit = whole;
    edit.records[feed].as.feed.origin = cairn_bytes_of("test-demo/GEO/tbilisi-1/1");
    assert_change(&edit, feed, CAIRN_BUNDLE_ORDER);
    edit = whole;
    uint32_t leaves = bundle_edit_find(&whole, CAIRN_BUNDLE_LEAVES, 0);
    bundle_edit_insert(&edit, leaves + 1, whole.records[feed]);
    assert_change(&edit, leaves + 1, CAIRN_BUNDLE_ORDER);
}

TEST(a_changed_entry_record_is_refused_with_the_proof_that_fails)
{
    struct bundle_edit whole = bundle_edit_open(OBJECT);
    uint32_t at = bundle_edit_find(&whole, CAIRN_BUNDLE_ENTRY, 1);
    struct bundle_edit edit = whole;
    struct cairn_bundle_entry *entry = &edit.records[at].as.entry;
    const struct cairn_bundle_entry *good = &whole.records[at].as.entry;
#define CHANGED(change, wanted)                                                                    \
    do {                                                                                           \
        *entry = *good;                                                                            \
        change;                                                                                    \
        assert_change(&edit, at, (wanted));                                                        \
    } while (0)
    CHANGED(entry->leaf[0] ^= 1, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->leaf_proof.size -= 32, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->opening.leaf_index++, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->opening.root[31] ^= 1, CAIRN_PEER_COMMIT);
    CHANGED(entry->opening.policy[31] ^= 1, CAIRN_PEER_COMMIT);
    CHANGED(entry->opening.feed[0] ^= 1, CAIRN_PEER_COMMIT);
    CHANGED(entry->salt[31] ^= 1, CAIRN_PEER_COMMIT);
    CHANGED(entry->index++, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->prefix_bytes[7] ^= 1, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->entry_proof.size -= 32, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->body.size -= 64, CAIRN_CRYPTO_PROOF);
    CHANGED(entry->key.key[0] ^= 1, CAIRN_CRYPTO_COMMITMENT);
    CHANGED(entry->checkpoint.size -= 1, CAIRN_NOTE);
    CHANGED(entry->origin = cairn_bytes_of("test-demo/GEO/tbilisi-1/1"), CAIRN_CHECKPOINT);
    CHANGED(entry->origin = cairn_bytes_of("test-demo/AUT/vienna-1/2"), CAIRN_BUNDLE_ORDER);
    CHANGED(entry->key.is_given = false, CAIRN_OK);
#undef CHANGED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bundles_of_the_oracle_are_whole),
        cmocka_unit_test(pieces_of_any_size_give_the_same),
        cmocka_unit_test(findings_say_what_was_proved),
        cmocka_unit_test(bytes_behind_the_end_are_refused),
        cmocka_unit_test(lengths_that_no_record_can_have_are_refused),
        cmocka_unit_test(nothing_is_taken_after_the_first_fault),
        cmocka_unit_test(a_record_that_stands_twice_is_refused),
        cmocka_unit_test(leaves_may_be_cut_into_other_records),
        cmocka_unit_test(a_bundle_holds_what_its_head_names),
        cmocka_unit_test(a_single_entry_stands_in_a_bundle_about_an_object_only),
        cmocka_unit_test(a_journal_section_is_closed_by_its_checkpoint),
        cmocka_unit_test(whoever_exports_is_of_the_network_that_it_names),
        cmocka_unit_test(what_does_not_begin_like_a_bundle_is_none),
        cmocka_unit_test(a_bundle_without_its_end_is_too_short),
        cmocka_unit_test(counts_and_digest_of_the_end_are_checked),
        cmocka_unit_test(changed_content_keys_and_salts_are_refused),
        cmocka_unit_test(keys_that_are_not_the_feeds_are_refused),
        cmocka_unit_test(a_control_feed_has_the_keys_of_its_origin),
        cmocka_unit_test(feed_records_stand_in_their_own_journal_before_its_leaves),
        cmocka_unit_test(a_changed_entry_record_is_refused_with_the_proof_that_fails),
    };
    return cmocka_run_group_tests_name("verify", tests, open_suite, close_suite);
}
