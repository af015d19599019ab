/* Any bytes as an access policy: a fault that says where, or a policy that answers for everybody:
 * the own country always reads, nobody whom `never` names does. */
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "schema/base/check.h"
#include "schema/policy.h"

#define ARENA_BYTES (96u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_code(char (*codes)[4], uint32_t count, const char *code)
{
    bool is_there = false;
    for (uint32_t i = 0; i < count; i++) {
        CAIRN_REQUIRE(i == 0 || strcmp(codes[i - 1], codes[i]) < 0);
        is_there = is_there || strcmp(codes[i], code) == 0;
    }
    return is_there;
}

static void check_question(const struct cairn_policy *policy, enum cairn_kind kind,
                           uint64_t category)
{
    static const char partners[][4] = {"SRB", "GEO", "MDA"};
    static struct cairn_policy_answer answer;
    const struct cairn_bytes person = cairn_bytes_of("GEO");
    const struct cairn_policy_question question = {.kind = kind,
                                                   .category = category,
                                                   .own = cairn_bytes_of("AUT"),
                                                   .party = cairn_bytes_of("SRB"),
                                                   .partners = partners,
                                                   .partner_count = 3,
                                                   .nationalities = &person,
                                                   .nationality_count = 1};
    if (cairn_policy_resolve(policy, &question, &answer) != CAIRN_OK) {
        return;
    }
    CAIRN_REQUIRE(has_code(answer.members, answer.member_count, "AUT"));
    bool is_excluded = has_code(answer.excluded, answer.excluded_count, "GEO");
    CAIRN_REQUIRE(!is_excluded || !has_code(answer.members, answer.member_count, "GEO"));
    if (answer.rule_index == CAIRN_POLICY_NO_RULE) {
        CAIRN_REQUIRE(answer.member_count == 1);
        return;
    }
    CAIRN_REQUIRE(answer.rule_index < policy->rule_count);
    CAIRN_REQUIRE(cairn_policy_covers(&policy->rules[answer.rule_index], kind, category));
    for (uint32_t i = 0; i < answer.rule_index; i++) {
        CAIRN_REQUIRE(!cairn_policy_covers(&policy->rules[i], kind, category));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static alignas(max_align_t) uint8_t memory[ARENA_BYTES];
    static struct cairn_policy policy;
    struct cairn_bytes source = {.data = data, .size = size};
    struct cairn_yaml_fault fault = {.line = 0};
    struct cairn_arena arena;
    cairn_arena_init(&arena, memory, sizeof memory);
    if (cairn_policy_parse(source, true, &arena, &policy, &fault) != CAIRN_OK) {
        CAIRN_REQUIRE(fault.line > 0);
        return 0;
    }
    for (uint64_t category = 1; category <= 9; category++) {
        check_question(&policy, CAIRN_KIND_ALERT_ISSUE, category);
    }
    check_question(&policy, CAIRN_KIND_ALERT_BATCH, 0);
    check_question(&policy, CAIRN_KIND_CASE_REQUEST, 0);
    for (uint32_t i = 0; i < policy.accept_count; i++) {
        CAIRN_REQUIRE(policy.accepts[i].foundings != 0);
        CAIRN_REQUIRE((policy.accepts[i].foundings & ~(uint32_t)CAIRN_POLICY_FOUNDS_ALL) == 0);
    }
    return 0;
}
