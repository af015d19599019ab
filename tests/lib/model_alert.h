/* The naive twin of the fold of an alert: sets as bit masks, each question answered from scratch.
 * Independent of replication/merge but for the decoded entries; the rules of a whole alert are the
 * schema's. */
#ifndef CAIRN_TESTS_LIB_MODEL_ALERT_H
#define CAIRN_TESTS_LIB_MODEL_ALERT_H

#include "replication/merge/merge.h"

#define MODEL_ALERT_MAX 20u

struct model_alert {
    enum cairn_alert_status status;
    cairn_err errs[MODEL_ALERT_MAX]; /* of entry i, as given */
    uint32_t heads;                  /* bit i: entry i */
    uint32_t places;
    uint32_t conflicts;
    bool is_torn;
    struct cairn_bytes body; /* kept until the program ends */
};

/* entries: no two with one id, each accepted by the fold */
void model_alert_evaluate(struct cairn_merge_entry *const *entries, uint32_t count,
                          struct model_alert *out);

#endif
