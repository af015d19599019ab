#include "schema/policy.h"

#include "schema/base/check.h"
#include "schema/code.h"
#include "schema/successor.h"

#include <string.h>

/* A sorted set of countries in somebody's array. */
struct policy_set {
    char (*codes)[4];
    uint32_t count;
    uint32_t count_max;
};

static bool policy_set_has(const struct policy_set *set, struct cairn_bytes code)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (cairn_bytes_is_equal(cairn_bytes_of(set->codes[i]), code)) {
            return true;
        }
    }
    return false;
}

static cairn_err policy_set_add(struct policy_set *set, struct cairn_bytes code)
{
    CAIRN_REQUIRE(code.size == 3);
    if (policy_set_has(set, code)) {
        return CAIRN_OK;
    }
    if (set->count == set->count_max) {
        return CAIRN_TOO_LONG;
    }
    uint32_t at = set->count++;
    for (; at > 0 && memcmp(set->codes[at - 1], code.data, 3) > 0; at--) {
        memcpy(set->codes[at], set->codes[at - 1], 4);
    }
    memcpy(set->codes[at], code.data, 3);
    set->codes[at][3] = '\0';
    return CAIRN_OK;
}

static bool policy_is_in_audience(const struct cairn_policy_audience *audience,
                                  struct cairn_bytes code)
{
    for (uint32_t i = 0; i < audience->count; i++) {
        if (cairn_bytes_is_equal(cairn_bytes_of(audience->members[i]), code)) {
            return true;
        }
    }
    return false;
}

/* Could the rule's audience hold this country, one day or now? */
static bool policy_may_hold(const struct cairn_policy *policy, const struct cairn_policy_rule *rule,
                            const struct cairn_policy_question *question, struct cairn_bytes code)
{
    if (cairn_bytes_is_equal(code, question->own)) {
        return false; /* always a member, so neither asked nor withheld */
    }
    switch (rule->to) {
    case CAIRN_POLICY_TO_NATIONAL:
        return false;
    case CAIRN_POLICY_TO_ALL:
        return true;
    case CAIRN_POLICY_TO_PARTIES:
        return cairn_bytes_is_equal(code, question->party);
    case CAIRN_POLICY_TO_LIST:
        return policy_is_in_audience(&policy->audiences[rule->audience_index], code);
    }
    return false;
}

struct policy_exclusion {
    const struct cairn_policy *policy;
    const struct cairn_policy_rule *rule;
    const struct cairn_policy_question *question;
    struct policy_set *excluded;
};

static cairn_err policy_exclude(const struct policy_exclusion *exclusion, struct cairn_bytes code)
{
    if (!policy_may_hold(exclusion->policy, exclusion->rule, exclusion->question, code)) {
        return CAIRN_OK;
    }
    return policy_set_add(exclusion->excluded, code);
}

/* One code of a person: the state that answers for it, or all that came after it. */
static cairn_err policy_exclude_code(const struct policy_exclusion *exclusion,
                                     struct cairn_bytes code)
{
    char country[4];
    if (cairn_code_map(code, country) == CAIRN_OK) {
        CAIRN_TRY(policy_exclude(exclusion, cairn_bytes_of(country)));
    }
    struct cairn_bytes successor;
    for (uint32_t i = 0; cairn_successor_find(code, i, &successor); i++) {
        CAIRN_TRY(policy_exclude(exclusion, successor));
    }
    return CAIRN_OK;
}

static cairn_err policy_exclude_all(const struct policy_exclusion *exclusion)
{
    const struct cairn_policy_question *question = exclusion->question;
    if (exclusion->rule->is_never_nationality) {
        for (uint32_t i = 0; i < question->nationality_count; i++) {
            CAIRN_TRY(policy_exclude_code(exclusion, question->nationalities[i]));
        }
    }
    if (exclusion->rule->is_never_birth_country) {
        for (uint32_t i = 0; i < question->birth_country_count; i++) {
            CAIRN_TRY(policy_exclude_code(exclusion, question->birth_countries[i]));
        }
    }
    return CAIRN_OK;
}

static uint32_t policy_find_rule(const struct cairn_policy *policy,
                                 const struct cairn_policy_question *question)
{
    for (uint32_t i = 0; i < policy->rule_count; i++) {
        if (cairn_policy_covers(&policy->rules[i], question->kind, question->category)) {
            return i;
        }
    }
    return CAIRN_POLICY_NO_RULE;
}

cairn_err cairn_policy_resolve(const struct cairn_policy *policy,
                               const struct cairn_policy_question *question,
                               struct cairn_policy_answer *out)
{
    CAIRN_REQUIRE(question->own.size == 3);
    struct policy_set members = {.codes = out->members, .count_max = CAIRN_LIMIT_MEMBERS};
    struct policy_set excluded = {.codes = out->excluded, .count_max = CAIRN_POLICY_EXCLUDED_MAX};
    uint32_t rule_index = policy_find_rule(policy, question);
    CAIRN_TRY(policy_set_add(&members, question->own));
    if (rule_index != CAIRN_POLICY_NO_RULE) {
        const struct cairn_policy_rule *rule = &policy->rules[rule_index];
        const struct policy_exclusion exclusion = {policy, rule, question, &excluded};
        CAIRN_TRY(policy_exclude_all(&exclusion));
        for (uint32_t i = 0; i < question->partner_count; i++) {
            struct cairn_bytes partner = cairn_bytes_of(question->partners[i]);
            if (policy_may_hold(policy, rule, question, partner) &&
                !policy_set_has(&excluded, partner)) {
                CAIRN_TRY(policy_set_add(&members, partner));
            }
        }
    }
    out->rule_index = rule_index;
    out->member_count = members.count;
    out->excluded_count = excluded.count;
    return CAIRN_OK;
}
