/* The naive twin of the fold of a case: the table of docs/merge.md, section 5, asked for every
 * operation from scratch. Independent of replication/merge but for the decoded entries. */
#ifndef CAIRN_TESTS_LIB_MODEL_CASE_H
#define CAIRN_TESTS_LIB_MODEL_CASE_H

#include "replication/merge/merge.h"

#define MODEL_CASE_MAX 20u

struct model_case {
    enum cairn_case_status status;
    cairn_err errs[MODEL_CASE_MAX]; /* of entry i, as given */
    uint32_t heads;                 /* bit i: entry i */
    uint32_t persons;
    bool is_accepted, is_refused;
};

/* entries: no two with one id, each accepted by the fold */
void model_case_evaluate(struct cairn_merge_entry *const *entries, uint32_t count,
                         struct model_case *out);

#endif
