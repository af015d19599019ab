/* Property: whatever is changed in a bundle, it is refused. Every flipped byte of a small one,
 * random damage to larger ones, and records changed, swapped or left out under a right end record.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "replication/verify.h"
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

TEST(every_flipped_byte_of_the_object_bundle_is_refused)
{
    struct cairn_bytes file = test_data(OBJECT);
    uint8_t *bytes = bundle_edit_copy(file);
    for (size_t at = 0; at < file.size; at++) {
        bytes[at] ^= (uint8_t)(1u << at % 8);
        struct cairn_verify_result result = verify_run((struct cairn_bytes){bytes, file.size});
        assert_int_not_equal(result.err, CAIRN_OK);
        assert_int_equal(result.is_bundle, at >= CAIRN_BUNDLE_MAGIC_BYTES);
        assert_true(result.offset <= file.size);
        assert_true(result.record <= 8);
        assert_true(strlen(result.what) > 0);
        bytes[at] ^= (uint8_t)(1u << at % 8);
    }
}

TEST(random_damage_to_the_others_is_refused)
{
    struct test_rng rng = test_rng_open();
    struct cairn_bytes files[2] = {test_data(FEED), test_data(ALL)};
    uint8_t *bytes[2] = {bundle_edit_copy(files[0]), bundle_edit_copy(files[1])};
    for (int round = 0; round < 2000; round++) {
        struct cairn_bytes file = {bytes[round % 2], files[round % 2].size};
        size_t at = test_rng_below(&rng, (uint32_t)file.size);
        uint8_t bits = (uint8_t)(1 + test_rng_below(&rng, 255));
        bytes[round % 2][at] ^= bits;
        assert_int_not_equal(verify_run(file).err, CAIRN_OK);
        bytes[round % 2][at] ^= bits;
    }
}

TEST(each_changed_byte_of_a_commit_is_blamed_on_it)
{
    struct bundle_edit whole = bundle_edit_open(FEED);
    uint32_t at = bundle_edit_find(&whole, CAIRN_BUNDLE_COMMIT, 2);
    struct cairn_bytes commit = whole.records[at].as.commit.commit;
    uint8_t *bytes = bundle_edit_copy(commit);
    whole.records[at].as.commit.commit.data = bytes;
    for (size_t i = 0; i < commit.size; i++) {
        bytes[i] ^= (uint8_t)(1u << i % 8);
        struct cairn_verify_result result = verify_run(bundle_edit_bytes(&whole));
        assert_int_not_equal(result.err, CAIRN_OK);
        assert_int_equal(result.record, at + 1);
        bytes[i] ^= (uint8_t)(1u << i % 8);
    }
}

/* Records of these types may stand in any order among themselves, or be left out. */
static bool is_free(const struct bundle_edit *edit, uint32_t left, uint32_t right)
{
    enum cairn_bundle_type type = edit->records[left].type;
    return type == edit->records[right].type &&
           (type == CAIRN_BUNDLE_DOCUMENT || type == CAIRN_BUNDLE_ENTRY ||
            (type == CAIRN_BUNDLE_FEED &&
             cairn_bytes_is_equal(edit->records[left].as.feed.origin,
                                  edit->records[right].as.feed.origin)));
}

TEST(swapped_records_are_refused_under_a_new_end)
{
    static const char *const names[] = {OBJECT, FEED, ALL};
    for (size_t i = 0; i < 3; i++) {
        struct bundle_edit edit = bundle_edit_open(names[i]);
        for (uint32_t left = 0; left < edit.count; left++) {
            for (uint32_t right = left + 1; right < edit.count; right++) {
                bundle_edit_swap(&edit, left, right);
                cairn_err err = verify_edit(&edit);
                if ((err == CAIRN_OK) != is_free(&edit, left, right)) {
                    fail_msg("%s: %u with %u gives %d", names[i], left, right, (int)err);
                }
                bundle_edit_swap(&edit, left, right);
            }
        }
    }
}

/* The last commit of a feed without record: nobody can miss it. */
static bool is_last_of_bare(const struct bundle_edit *edit, uint32_t at)
{
    const struct cairn_bundle_record *records = edit->records;
    if (records[at].type != CAIRN_BUNDLE_COMMIT) {
        return false;
    }
    const uint8_t *feed = records[at].as.commit.commit.data;
    for (uint32_t i = 0; i < edit->count; i++) {
        bool is_later = i > at && records[i].type == CAIRN_BUNDLE_COMMIT &&
                        memcmp(records[i].as.commit.commit.data, feed, 16) == 0;
        bool is_record =
            records[i].type == CAIRN_BUNDLE_FEED && memcmp(records[i].as.feed.feed, feed, 16) == 0;
        if (is_later || is_record) {
            return false;
        }
    }
    return true;
}

TEST(a_record_that_is_left_out_shows_under_a_new_end)
{
    static const char *const names[] = {OBJECT, FEED, ALL};
    for (size_t i = 0; i < 3; i++) {
        struct bundle_edit whole = bundle_edit_open(names[i]);
        for (uint32_t at = 0; at < whole.count; at++) {
            struct bundle_edit edit = whole;
            enum cairn_bundle_type type = whole.records[at].type;
            bundle_edit_remove(&edit, at);
            bool is_scope_feed = i == 1 && type == CAIRN_BUNDLE_FEED;
            bool is_less = (type == CAIRN_BUNDLE_FEED && !is_scope_feed) ||
                           type == CAIRN_BUNDLE_ENTRY || is_last_of_bare(&whole, at);
            cairn_err err = verify_edit(&edit);
            if ((err == CAIRN_OK) != is_less) {
                fail_msg("%s: without %u gives %d", names[i], at, (int)err);
            }
        }
    }
}

TEST(a_file_that_is_cut_anywhere_is_refused)
{
    struct cairn_bytes file = test_data(OBJECT);
    for (size_t size = 0; size < file.size; size++) {
        struct cairn_verify_result result =
            verify_run_in((struct cairn_bytes){file.data, size}, 512);
        assert_err(result.err, size < CAIRN_BUNDLE_MAGIC_BYTES ? CAIRN_BUNDLE : CAIRN_SHORT);
        assert_int_equal(result.is_bundle, size >= CAIRN_BUNDLE_MAGIC_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_byte_of_the_object_bundle_is_refused),
        cmocka_unit_test(random_damage_to_the_others_is_refused),
        cmocka_unit_test(each_changed_byte_of_a_commit_is_blamed_on_it),
        cmocka_unit_test(swapped_records_are_refused_under_a_new_end),
        cmocka_unit_test(a_record_that_is_left_out_shows_under_a_new_end),
        cmocka_unit_test(a_file_that_is_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests_name("damage", tests, open_suite, close_suite);
}
