/* Operations of one object for tests of the merge: made like real ones, folded through the front
 * door, and looked at.
 *
 *     struct cairn_merge_entry *issue = ops_make(&(struct ops_spec){
 *         .kind = CAIRN_KIND_ALERT_ISSUE, .at = 10, .body = OPS_WARNING});
 *     struct cairn_merge_entry *amend = ops_make(&(struct ops_spec){
 *         .kind = CAIRN_KIND_ALERT_AMEND, .at = 20, .parents = {issue},
 *         .body = "{1: {11: 'other@example.org'}}"});
 *     struct cairn_bytes state = ops_fold((struct cairn_merge_entry *[]){amend, issue}, 2);
 *
 * Everything that is made is kept until the program ends. */
#ifndef CAIRN_TESTS_LIB_OPS_H
#define CAIRN_TESTS_LIB_OPS_H

#include "replication/merge/merge.h"
#include "tests/lib/test.h"

#define OPS_BASE_MS 1772366400000u /* 2026-03-01T12:00:00Z */

/* Bodies that pass every rule on that day, as text for tests/lib/body.h. */
#define OPS_FROM    "1772366400000"
#define OPS_EXPIRES "1788000000000" /* 2026-08-29 */
#define OPS_COMMON                                                                                 \
    "6: 'AUT-bka', 7: " OPS_FROM ", 8: " OPS_EXPIRES ", 9: '2026-07-01', "                         \
    "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'bureau@example.org'"
#define OPS_PERSON   "13: [{1: 1, 2: 'Doe', 3: 'Jane', 6: 1}], 14: ['1980-05-17']"
#define OPS_DECISION "21: {1: 'Az 4/26', 2: '2026-02-01', 3: 'LG Wien'}"
#define OPS_WARNING  "{1: 12, 2: 13, 4: 90, " OPS_COMMON ", " OPS_PERSON "}"
#define OPS_REMOVAL                                                                                \
    "{1: 3, 2: 3, 4: 30, " OPS_COMMON ", " OPS_PERSON ", " OPS_DECISION ", 24: {2: 1, 3: false}}"
#define OPS_CHECK                                                                                  \
    "{1: 11, 2: 12, 4: 80, " OPS_COMMON ", " OPS_PERSON ", " OPS_DECISION ", 26: {1: true}}"
#define OPS_DOCUMENT                                                                               \
    "{1: 13, 2: 14, 4: 100, " OPS_COMMON ", 18: [{1: 1, 2: 'AUT', 3: 'P1234567'}], 27: 1}"
#define OPS_BLANK                                                                                  \
    "{1: 14, 2: 14, 4: 102, " OPS_COMMON                                                           \
    ", 18: [{1: 1, 2: 'AUT', 3: 'P0001990', 7: 'P0002010'}], 27: 5}"
#define OPS_BATCH                                                                                  \
    "{1: 13, 2: 14, 4: 101, 6: 'AUT-bmi', 7: " OPS_FROM ", 8: " OPS_EXPIRES ", "                   \
    "10: {1: 1, 2: 1, 3: 1, 4: 3}, 11: 'x', "                                                      \
    "28: [{1: 1, 2: 'AUT', 3: 'P1', 8: 1}, {1: 1, 2: 'AUT', 3: 'P2', 8: 2}, "                      \
    "{1: 4, 2: 'AUT', 3: 'P1', 8: 1}]}"
#define OPS_REQUEST_TO(country)                                                                    \
    "{1: 'AT/26/1', 2: 'AUT', 3: '" country "', 4: "                                               \
    "x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f', 5: 1, 6: 1, 7: 1, "      \
    "8: {1: true, 2: '2026-02-01'}, "                                                              \
    "11: [{1: 1, 2: 'Doe', 6: '1980-05-17', 9: ['" country "']}, "                                 \
    "{1: 2, 2: 'Doe', 6: '1982-05-17', 9: ['" country "']}], "                                     \
    "13: [{1: 1, 2: x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f', "         \
    "3: 1000, 4: 1, 5: 1}], 15: 1}"
#define OPS_REQUEST OPS_REQUEST_TO("GEO")

struct ops_spec {
    enum cairn_kind kind;
    const char *author; /* NULL: AUT, whose object it always is */
    uint8_t feed;       /* which of the author's feeds */
    uint32_t index;     /* in the feed; 0: `at` */
    uint32_t at;        /* ms after OPS_BASE_MS */
    bool is_undated;    /* hlc 0 */
    const char *body;
    struct cairn_bytes raw_body; /* instead of body, if not empty */
    const struct cairn_merge_entry *parents[4];
    const struct cairn_merge_entry *after[4];
};

struct cairn_merge_entry *ops_make(const struct ops_spec *spec);

/* The same object's operation of a kind that no build knows yet (kind 63 or 95). */
struct cairn_merge_entry *ops_make_unknown(uint64_t kind_number, const char *author, uint32_t at);

/* Operation bytes of one more kind, built by hand, as another entry. */
struct cairn_merge_entry *ops_decode(struct cairn_bytes bytes, const char *author, uint8_t feed,
                                     uint32_t index);

/* Fold in this order, from nothing; each result must be free of errors of the fold. */
struct cairn_bytes ops_fold(struct cairn_merge_entry *const *entries, uint32_t count);

/* Fold one. The result borrows from memory that the next fold uses again; its state does not. */
struct cairn_merge_result ops_fold_one(const struct cairn_merge_entry *entry,
                                       struct cairn_bytes state);

/* What is wrong with the operation alone; it must have changed nothing. */
cairn_err ops_refusal(const struct cairn_merge_entry *entry);

/* Views live until the program ends. */
const struct cairn_alert_view *ops_alert(struct cairn_bytes state);
const struct cairn_case_view *ops_case(struct cairn_bytes state);
const struct cairn_alert_view *ops_alert_of(struct cairn_merge_entry *const *entries,
                                            uint32_t count);
const struct cairn_case_view *ops_case_of(struct cairn_merge_entry *const *entries, uint32_t count);
#define OPS_ALERT(...)                                                                             \
    ops_alert_of((struct cairn_merge_entry *[]){__VA_ARGS__},                                      \
                 sizeof((struct cairn_merge_entry *[]){__VA_ARGS__}) / sizeof(void *))
#define OPS_CASE(...)                                                                              \
    ops_case_of((struct cairn_merge_entry *[]){__VA_ARGS__},                                       \
                sizeof((struct cairn_merge_entry *[]){__VA_ARGS__}) / sizeof(void *))

/* Verdict on one operation in a view's steps; fails the test when it is not there. */
cairn_err ops_verdict(const struct cairn_causal_step *steps, uint32_t count,
                      const struct cairn_merge_entry *entry);

/* Raw value of a field of a view's body; empty: absent. */
struct cairn_bytes ops_field(const struct cairn_alert_view *view, uint32_t key);

/* Is the raw value this one, written as for tests/lib/body.h? NULL: absent. */
void ops_assert_field(const struct cairn_alert_view *view, uint32_t key, const char *text);

/* Memory until the program ends, or is given back: all that was made since the mark. */
void *ops_take(size_t size);
const void *ops_mark(void);
void ops_give_back(const void *mark);

#endif
