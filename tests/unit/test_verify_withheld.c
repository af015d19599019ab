/* The verifier on leaves whose content did not come: what the oracle wrote holds, and each thing
 * that is not so is refused under a right end record. P-96, P-97 */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/verify_withheld.h"
#include "schema/operation.h"
#include "tests/lib/bundle_edit.h"
#include "tests/lib/verify_run.h"

#define STILL "vectors/withheld.bundle"
#define LATE  "vectors/withheld_late.bundle"
#define AUT   "test-demo/AUT/vienna-1/1"
#define GEO   "test-demo/GEO/tbilisi-1/1"

static const struct cairn_verify_limits limits = {
    .countries = 4, .nodes = 4, .feeds = 4, .checkpoints = 4, .trusted = 1};

static int open_suite(void **state)
{
    (void)state;
    return verify_run_open(&limits);
}

static int close_suite(void **state)
{
    (void)state;
    return verify_run_close();
}

struct found {
    struct cairn_verify_finding leaf, entry;
};

static struct cairn_verify_result verify(struct cairn_bytes file, struct found *found)
{
    struct cairn_verify *verifier = verify_run_start();
    struct cairn_verify_result result;
    struct cairn_verify_finding finding;
    while (file.size > 0) {
        if (!cairn_verify_take(verifier, &file, &finding)) {
            continue;
        }
        found->leaf = finding.type == CAIRN_BUNDLE_WITHHELD ? finding : found->leaf;
        found->entry = finding.type == CAIRN_BUNDLE_ENTRY ? finding : found->entry;
    }
    cairn_verify_end(verifier, &result);
    return result;
}

static void assert_refused(const struct bundle_edit *edit, cairn_err err, const char *what)
{
    struct found found;
    struct cairn_verify_result result = verify(bundle_edit_bytes(edit), &found);
    assert_err(result.err, err);
    assert_string_equal(result.what, what);
}

static struct cairn_withheld *leaf_of(struct bundle_edit *edit)
{
    return &edit->records[bundle_edit_find(edit, CAIRN_BUNDLE_WITHHELD, 0)].as.withheld;
}

TEST(what_the_oracle_wrote_holds_and_says_who_misses_which_leaf_since_when)
{
    static const struct {
        const char *name;
        bool is_late;
        enum cairn_verify_tie tie;
        uint32_t members;
    } cases[] = {{STILL, false, CAIRN_VERIFY_TIE_EARLIER, 3},
                 {LATE, true, CAIRN_VERIFY_TIE_OPENING, 0}};
    for (size_t i = 0; i < 2; i++) {
        struct found found;
        struct cairn_verify_result result = verify(test_data(cases[i].name), &found);
        assert_err(result.err, CAIRN_OK);
        assert_int_equal(result.counts.withheld, 1);
        assert_int_equal(result.counts.late, cases[i].is_late);
        assert_true(cairn_bytes_is_equal(found.leaf.origin, cairn_bytes_of(AUT)));
        assert_int_equal(found.leaf.leaf_index, 19);
        assert_int_equal(found.leaf.commit_number, 4);
        assert_int_equal(found.leaf.size, 20);
        assert_int_equal(found.leaf.witness_count, 1);
        assert_int_equal(found.leaf.tie, cases[i].tie);
        assert_int_equal(found.leaf.is_late, cases[i].is_late);
        assert_int_equal(found.leaf.member_count, cases[i].members);
        assert_true(cairn_bytes_is_equal(found.entry.origin, cairn_bytes_of(GEO)));
        assert_int_equal(found.entry.kind, CAIRN_KIND_MISSING);
        assert_int_equal(found.entry.leaf_index, 3);
        assert_int_equal(found.entry.hlc >> 16, 1772366523500);
        assert_int_equal(found.entry.is_late, cases[i].is_late);
    }
}

TEST(a_leaf_without_who_misses_it_is_no_evidence)
{
    struct bundle_edit whole = bundle_edit_open(STILL), edit = whole;
    uint32_t leaf = bundle_edit_find(&whole, CAIRN_BUNDLE_WITHHELD, 0);
    bundle_edit_remove(&edit, leaf + 1);
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "nobody says that the leaf is missing");
    edit = whole;
    bundle_edit_insert(&edit, leaf, whole.records[leaf]);
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "nobody says that the leaf is missing");
    edit = whole;
    bundle_edit_remove(&edit, leaf);
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "entry without a withheld leaf");
    bundle_edit_remove(&edit, leaf);
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "nothing about what the head names");
    edit = whole;
    bundle_edit_insert(&edit, leaf + 2, whole.records[leaf + 1]); /* said twice, of one leaf */
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "entry without a withheld leaf");
}

TEST(only_the_scope_that_the_head_names_is_shown)
{
    struct bundle_edit whole = bundle_edit_open(STILL), edit = whole;
    struct bundle_edit all = bundle_edit_open("vectors/all.bundle");
    struct bundle_edit object = bundle_edit_open("vectors/object.bundle");
    uint32_t leaf = bundle_edit_find(&whole, CAIRN_BUNDLE_WITHHELD, 0);
    edit.records[0].as.head.scope.origin = cairn_bytes_of(GEO);
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "withheld leaf of another origin");
    edit = whole;
    edit.records[0].as.head.scope.type = CAIRN_SCOPE_ALL;
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "withheld leaf in a bundle of another scope");
    edit = whole;
    bundle_edit_insert(&edit, leaf, all.records[bundle_edit_find(&all, CAIRN_BUNDLE_JOURNAL, 0)]);
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "journal in a bundle about withheld leaves");
    edit = whole; /* a feed.open of that feed: true, but no statement */
    edit.records[leaf + 1] = object.records[bundle_edit_find(&object, CAIRN_BUNDLE_ENTRY, 0)];
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "entry that says nothing about the withheld leaf");
    edit = whole;
    bundle_edit_remove(&edit, bundle_edit_find(&edit, CAIRN_BUNDLE_DOCUMENT, 0));
    assert_refused(&edit, CAIRN_BUNDLE_ORDER, "no document has introduced the origin");
}

TEST(a_leaf_that_the_author_did_not_sign_for_this_feed_is_refused)
{
    struct bundle_edit whole = bundle_edit_open(STILL), edit = whole;
    leaf_of(&edit)->leaf[20] ^= 1;
    assert_refused(&edit, CAIRN_CRYPTO_PROOF, "journal leaf does not lead to the root");
    edit = whole;
    leaf_of(&edit)->leaf_index--;
    assert_refused(&edit, CAIRN_CRYPTO_PROOF, "journal leaf does not lead to the root");
    edit = whole;
    leaf_of(&edit)->number++;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "the leaf does not bear the tag of this key");
    edit = whole;
    leaf_of(&edit)->tag_key[31] ^= 1;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "the leaf does not bear the tag of this key");
}

TEST(what_ties_the_key_to_the_feed_must_be_so)
{
    struct bundle_edit whole = bundle_edit_open(STILL), edit = whole;
    leaf_of(&edit)->earlier.salt[0] ^= 1;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "commit hash is not the leaf's");
    edit = whole;
    leaf_of(&edit)->earlier_leaf[0] ^= 1;
    assert_refused(&edit, CAIRN_CRYPTO_PROOF, "journal leaf does not lead to the root");
    edit = whole; /* an honest leaf, of another number */
    leaf_of(&edit)->earlier.opening.number--;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "the leaf does not bear the tag of this key");
    edit = whole;
    leaf_of(&edit)->feed[15] ^= 1;
    leaf_of(&edit)->record.size = 0;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "opening of another feed");
    edit = whole;
    leaf_of(&edit)->feed[15] ^= 1;
    leaf_of(&edit)->earlier.is_given = false;
    assert_refused(&edit, CAIRN_FEED_RECORD, "feed.open is not the one of its feed");
    edit = whole; /* the leaf itself, as if it stood before itself */
    leaf_of(&edit)->earlier.opening.number = leaf_of(&edit)->number;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "the earlier commit is not earlier");
}

TEST(without_a_tie_it_is_said_that_there_is_none)
{
    struct bundle_edit edit = bundle_edit_open(STILL);
    struct found found;
    leaf_of(&edit)->earlier.is_given = false;
    struct cairn_verify_result result = verify(bundle_edit_bytes(&edit), &found);
    assert_err(result.err, CAIRN_OK);
    assert_int_equal(found.leaf.tie, CAIRN_VERIFY_TIE_WORD);
}

TEST(an_opening_that_came_late_is_that_of_the_leaf)
{
    struct bundle_edit whole = bundle_edit_open(LATE), edit = whole;
    leaf_of(&edit)->late.salt[31] ^= 1;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "commit hash is not the leaf's");
    edit = whole;
    leaf_of(&edit)->late.opening.number--;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "opening of another commit");
    edit = whole;
    leaf_of(&edit)->feed[15] ^= 1;
    assert_refused(&edit, CAIRN_PEER_COMMIT, "opening of another feed");
}

/* The leaf before the last is of the control feed: its key is everybody's. */
TEST(a_key_that_is_not_the_control_feeds_is_refused_for_it)
{
    struct bundle_edit all = bundle_edit_open("vectors/all.bundle");
    struct bundle_edit edit = bundle_edit_open(LATE);
    struct cairn_withheld *leaf = leaf_of(&edit);
    struct cairn_bundle_feed *feed = NULL;
    for (uint32_t i = 0; i < all.count && feed == NULL; i++) { /* the first one is AUT's control */
        feed = all.records[i].type == CAIRN_BUNDLE_FEED ? &all.records[i].as.feed : NULL;
    }
    assert_non_null(feed);
    leaf->late.is_given = false;
    memcpy(leaf->feed, feed->feed, sizeof leaf->feed);
    assert_refused(&edit, CAIRN_PEER_COMMIT, "tag key is not the control feed's");
}

/* The earlier commit's leaf is the feed's, too: only the statement says which one did not come. */
TEST(a_statement_about_another_leaf_is_refused)
{
    struct bundle_edit edit = bundle_edit_open(STILL);
    struct cairn_withheld *leaf = leaf_of(&edit);
    leaf->leaf_index = leaf->earlier.opening.leaf_index;
    leaf->number = leaf->earlier.opening.number;
    memcpy(leaf->leaf, leaf->earlier_leaf, sizeof leaf->leaf);
    leaf->leaf_proof = leaf->earlier_proof;
    leaf->earlier.is_given = false;
    assert_refused(&edit, CAIRN_PEER_ENTRY, "the statement is about another leaf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_oracle_wrote_holds_and_says_who_misses_which_leaf_since_when),
        cmocka_unit_test(a_leaf_without_who_misses_it_is_no_evidence),
        cmocka_unit_test(only_the_scope_that_the_head_names_is_shown),
        cmocka_unit_test(a_leaf_that_the_author_did_not_sign_for_this_feed_is_refused),
        cmocka_unit_test(what_ties_the_key_to_the_feed_must_be_so),
        cmocka_unit_test(without_a_tie_it_is_said_that_there_is_none),
        cmocka_unit_test(an_opening_that_came_late_is_that_of_the_leaf),
        cmocka_unit_test(a_key_that_is_not_the_control_feeds_is_refused_for_it),
        cmocka_unit_test(a_statement_about_another_leaf_is_refused),
    };
    return cmocka_run_group_tests_name("verify_withheld", tests, open_suite, close_suite);
}
