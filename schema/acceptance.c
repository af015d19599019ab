#include "schema/acceptance.h"

#include "schema/base/check.h"

#include <string.h>

void cairn_acceptance_make(const struct cairn_policy *policy, struct cairn_bytes own,
                           struct cairn_acceptance *out)
{
    CAIRN_REQUIRE(own.size == 3);
    *out = (struct cairn_acceptance){.count = 0};
    memcpy(out->own, own.data, own.size);
    for (uint32_t i = 0; i < policy->accept_count; i++) {
        const struct cairn_policy_accept *accept = &policy->accepts[i];
        if (accept->country[0] == '\0') {
            out->otherwise = (uint8_t)accept->foundings;
            continue;
        }
        memcpy(out->rows[out->count].country, accept->country, sizeof accept->country);
        out->rows[out->count++].foundings = (uint8_t)accept->foundings;
    }
}

uint32_t cairn_acceptance_of(const struct cairn_acceptance *acceptance, const char *country)
{
    if (memcmp(acceptance->own, country, 3) == 0) {
        return CAIRN_POLICY_FOUNDS_ALL;
    }
    for (uint32_t i = 0; i < acceptance->count; i++) {
        if (memcmp(acceptance->rows[i].country, country, 3) == 0) {
            return acceptance->rows[i].foundings;
        }
    }
    return acceptance->otherwise;
}

bool cairn_acceptance_has(const struct cairn_acceptance *acceptance, const struct cairn_id *object,
                          enum cairn_policy_founding founding)
{
    return (cairn_acceptance_of(acceptance, object->text) & founding) != 0;
}
