#include "node/intake.h"

#include <string.h>

_Static_assert(CAIRN_POLICY_ACCEPTS_MAX <= CAIRN_ACCEPT_ROWS_MAX, "every row has its place");
_Static_assert(CAIRN_POLICY_RATE_MAX <= CAIRN_ACCEPT_RATE_MAX, "and its rate");

void cairn_intake_apply(struct cairn_driver *driver, const struct cairn_policy *policy)
{
    struct cairn_accept rows[CAIRN_ACCEPT_ROWS_MAX];
    for (uint32_t i = 0; i < policy->accept_count; i++) {
        const struct cairn_policy_accept *accept = &policy->accepts[i];
        rows[i] = (struct cairn_accept){.is_heard = true,
                                        .entries_per_s = accept->entries_per_s,
                                        .store_bytes = (uint64_t)accept->store_mib << 20};
        memcpy(rows[i].country, accept->country, sizeof rows[i].country); /* default: zeros */
    }
    cairn_driver_accept(driver, rows, policy->accept_count);
}
