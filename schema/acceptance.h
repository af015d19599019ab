/* Whose alerts, batches and cases this node shows and uses: the `kinds` of a policy's `accept`,
 * made small enough to be copied to whoever answers a question on another thread.
 *
 *     policy --make--> acceptance --has--> shown, or known to the auditor alone
 *
 * An object counts as accepted when the kind that founded it is accepted from the country that
 * founded it, which its id names. Later operations are not asked about. Never part of the fold:
 * states are the same everywhere. Pure. docs/protocol.md, P-110 to P-112. */
#ifndef CAIRN_SCHEMA_ACCEPTANCE_H
#define CAIRN_SCHEMA_ACCEPTANCE_H

#include "schema/base/id.h"
#include "schema/policy.h"

struct cairn_acceptance {
    char own[4];
    uint8_t otherwise; /* foundings of countries without a row */
    uint32_t count;    /* 0..CAIRN_POLICY_ACCEPTS_MAX */
    struct {
        char country[4];
        uint8_t foundings; /* CAIRN_POLICY_FOUNDS_... */
    } rows[CAIRN_POLICY_ACCEPTS_MAX];
};

/* What the policy in force accepts, seen from the own country: its own objects always. */
void cairn_acceptance_make(const struct cairn_policy *policy, struct cairn_bytes own,
                           struct cairn_acceptance *out);

/* What is accepted from a country, of three letters? gives: CAIRN_POLICY_FOUNDS_... */
uint32_t cairn_acceptance_of(const struct cairn_acceptance *acceptance, const char *country);

/* Is an object accepted that was founded in this way? */
bool cairn_acceptance_has(const struct cairn_acceptance *acceptance, const struct cairn_id *object,
                          enum cairn_policy_founding founding);

#endif
