/* The verifier on proofs of forks: those of the oracle, what a bundle of that scope holds, and each
 * field altered under a right end record. P-80, P-84 */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/verify.h"
#include "tests/lib/bundle_edit.h"
#include "tests/lib/verify_run.h"

#define FORK   "vectors/fork.bundle"
#define SAME   "vectors/fork_same.bundle"
#define ORIGIN "test-demo/AUT/vienna-1/1"

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

/* Run a file through; found: what its fork record says. */
static struct cairn_verify_result verify(struct cairn_bytes file,
                                         struct cairn_verify_finding *found)
{
    struct cairn_verify *verifier = verify_run_start();
    struct cairn_verify_result result;
    struct cairn_verify_finding finding;
    while (file.size > 0) {
        if (cairn_verify_take(verifier, &file, &finding) && finding.type == CAIRN_BUNDLE_FORK) {
            *found = finding;
        }
    }
    cairn_verify_end(verifier, &result);
    return result;
}

static cairn_err verify_edit(const struct bundle_edit *edit)
{
    struct cairn_verify_finding found;
    return verify(bundle_edit_bytes(edit), &found).err;
}

TEST(the_proofs_of_the_oracle_hold)
{
    static const struct {
        const char *name;
        uint64_t size_a, size_b;
    } cases[] = {{FORK, 8, 20}, {SAME, 20, 20}};
    for (size_t i = 0; i < 2; i++) {
        struct cairn_verify_finding found = {.type = CAIRN_BUNDLE_END};
        struct cairn_verify_result result = verify(test_data(cases[i].name), &found);
        assert_err(result.err, CAIRN_OK);
        assert_int_equal(result.counts.forks, 1);
        assert_int_equal(found.type, CAIRN_BUNDLE_FORK);
        assert_true(cairn_bytes_is_equal(found.origin, cairn_bytes_of(ORIGIN)));
        assert_int_equal(found.fork_size, cases[i].size_a);
        assert_int_equal(found.size, cases[i].size_b);
        assert_int_not_equal(memcmp(found.fork_root, found.begin_root, 32), 0);
    }
}

TEST(a_proof_is_exactly_one_fork_of_the_origin_that_the_head_names)
{
    struct bundle_edit whole = bundle_edit_open(FORK), edit = whole;
    uint32_t at = bundle_edit_find(&whole, CAIRN_BUNDLE_FORK, 0);
    bundle_edit_remove(&edit, at);
    assert_err(verify_edit(&edit), CAIRN_BUNDLE_ORDER);
    edit = whole;
    bundle_edit_insert(&edit, at, whole.records[at]);
    assert_err(verify_edit(&edit), CAIRN_BUNDLE_ORDER);
    edit = whole;
    edit.records[0].as.head.scope.origin = cairn_bytes_of("test-demo/AUT/vienna-1/2");
    assert_err(verify_edit(&edit), CAIRN_BUNDLE_ORDER);
    edit = whole;
    bundle_edit_remove(&edit, bundle_edit_find(&edit, CAIRN_BUNDLE_DOCUMENT, 0));
    assert_err(verify_edit(&edit), CAIRN_BUNDLE_ORDER);
}

/* It is refused, and the first thing that is said is this. */
static void assert_what(const struct bundle_edit *edit, const char *what)
{
    struct cairn_verify_finding found;
    struct cairn_verify_result result = verify(bundle_edit_bytes(edit), &found);
    assert_err(result.err, CAIRN_BUNDLE_ORDER);
    assert_string_equal(result.what, what);
}

TEST(a_fork_stands_in_no_other_bundle_and_nothing_else_beside_it)
{
    struct bundle_edit fork = bundle_edit_open(FORK);
    struct bundle_edit all = bundle_edit_open("vectors/all.bundle");
    struct bundle_edit object = bundle_edit_open("vectors/object.bundle");
    uint32_t at = bundle_edit_find(&fork, CAIRN_BUNDLE_FORK, 0);
    struct bundle_edit edit = fork;
    bundle_edit_insert(&edit, at, object.records[bundle_edit_find(&object, CAIRN_BUNDLE_ENTRY, 0)]);
    assert_what(&edit, "more than a fork in a proof of it");
    edit = fork;
    bundle_edit_insert(&edit, at, all.records[bundle_edit_find(&all, CAIRN_BUNDLE_JOURNAL, 0)]);
    assert_what(&edit, "more than a fork in a proof of it");
    edit = fork;
    edit.records[0].as.head.scope = (struct cairn_scope){.type = CAIRN_SCOPE_ALL};
    assert_what(&edit, "fork in a bundle of another scope");
}

TEST(altered_statements_and_nodes_are_refused_with_the_reason)
{
    struct bundle_edit whole = bundle_edit_open(FORK), edit = whole;
    uint32_t at = bundle_edit_find(&whole, CAIRN_BUNDLE_FORK, 0);
    struct cairn_fork *fork = &edit.records[at].as.fork;
    uint8_t *note = bundle_edit_copy(fork->note_b);
    struct cairn_verify_finding found;
    note[fork->note_b.size - 20] ^= 1; /* in the signature */
    fork->note_b.data = note;
    struct cairn_verify_result result = verify(bundle_edit_bytes(&edit), &found);
    assert_err(result.err, CAIRN_CRYPTO_SIGNATURE);
    assert_int_equal(result.record, at + 1);
    edit = whole;
    fork->note_a = fork->note_b;
    assert_err(verify_edit(&edit), CAIRN_CRYPTO_PROOF);
    fork->nodes.size = 0;
    assert_err(verify_edit(&edit), CAIRN_PEER_PROOF);
    edit = whole;
    uint8_t *nodes = bundle_edit_copy(fork->nodes);
    nodes[40] ^= 1;
    fork->nodes.data = nodes;
    assert_err(verify_edit(&edit), CAIRN_CRYPTO_PROOF);
    edit = whole;
    fork->note_a = cairn_bytes_of("no note");
    assert_err(verify_edit(&edit), CAIRN_NOTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_proofs_of_the_oracle_hold),
        cmocka_unit_test(a_proof_is_exactly_one_fork_of_the_origin_that_the_head_names),
        cmocka_unit_test(a_fork_stands_in_no_other_bundle_and_nothing_else_beside_it),
        cmocka_unit_test(altered_statements_and_nodes_are_refused_with_the_reason),
    };
    return cmocka_run_group_tests_name("verify_fork", tests, open_suite, close_suite);
}
