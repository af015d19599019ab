#include "node/audience.h"

#include <stdio.h>
#include <string.h>

#include "schema/alert/alert.h"
#include "schema/base/check.h"

/* Room: 200 members and 256 exclusions of four and five bytes. */
_Static_assert(CAIRN_LIMIT_MEMBERS * 4 + CAIRN_POLICY_EXCLUDED_MAX * 5 + 32 <
                   CAIRN_AUDIENCE_TEXT_BYTES,
               "an audience fits its line");

static void audience_add_code(char (*codes)[4], uint32_t *count, struct cairn_bytes code)
{
    if (*count < CAIRN_POLICY_PERSON_CODES && code.size <= 3) {
        memcpy(codes[*count], code.data, code.size);
        codes[*count][code.size] = '\0';
        (*count)++;
    }
}

void cairn_audience_subject_of(struct cairn_bytes body, struct cairn_audience_subject *out)
{
    struct cairn_alert alert;
    struct cairn_shape_list list;
    struct cairn_bytes code;
    memset(out, 0, sizeof *out);
    cairn_alert_read(body, &alert);
    out->category = (uint64_t)alert.category;
    cairn_shape_list_init(&list, alert.nationalities);
    while (cairn_alert_next_code(&list, &code)) {
        audience_add_code(out->nationalities, &out->nationality_count, code);
    }
    if (alert.birth_country.size > 0) {
        audience_add_code(out->births, &out->birth_count, alert.birth_country);
    }
}

static void audience_view(const char (*codes)[4], uint32_t count, struct cairn_bytes *out)
{
    for (uint32_t at = 0; at < count; at++) {
        out[at] = cairn_bytes_of(codes[at]);
    }
}

cairn_err cairn_audience_resolve(const struct cairn_policy *policy,
                                 const struct cairn_audience_asker *asker, enum cairn_kind kind,
                                 const struct cairn_audience_subject *subject,
                                 struct cairn_policy_answer *out)
{
    struct cairn_bytes nationalities[CAIRN_POLICY_PERSON_CODES];
    struct cairn_bytes births[CAIRN_POLICY_PERSON_CODES];
    audience_view(subject->nationalities, subject->nationality_count, nationalities);
    audience_view(subject->births, subject->birth_count, births);
    struct cairn_policy_question question = {
        .kind = kind,
        .category = subject->category,
        .own = cairn_bytes_of(asker->own),
        .party = cairn_bytes_of(subject->party),
        .partners = asker->partners,
        .partner_count = asker->partner_count,
        .nationalities = nationalities,
        .nationality_count = subject->nationality_count,
        .birth_countries = births,
        .birth_country_count = subject->birth_count,
    };
    return cairn_policy_resolve(policy, &question, out);
}

static bool audience_has(const char (*codes)[4], uint32_t count, const char *code)
{
    for (uint32_t at = 0; at < count; at++) {
        if (strcmp(codes[at], code) == 0) {
            return true;
        }
    }
    return false;
}

/* Add in ascending order, once. gives: false when there is no room */
static bool audience_insert(char (*codes)[4], uint32_t *count, uint32_t count_max, const char *code)
{
    if (audience_has((const char(*)[4])codes, *count, code)) {
        return true;
    }
    if (*count == count_max) {
        return false;
    }
    uint32_t at = (*count)++;
    for (; at > 0 && strcmp(codes[at - 1], code) > 0; at--) {
        memcpy(codes[at], codes[at - 1], 4);
    }
    memcpy(codes[at], code, 4);
    return true;
}

static void audience_take_list(const struct cairn_policy_audience *named, const char *own,
                               struct cairn_audience *out)
{
    out->kind = CAIRN_AUDIENCE_LIST;
    for (uint32_t at = 0; at < named->count; at++) {
        if (strcmp(named->members[at], own) != 0) {
            bool is_in = audience_insert(out->countries, &out->country_count, CAIRN_LIMIT_MEMBERS,
                                         named->members[at]);
            CAIRN_REQUIRE(is_in);
        }
    }
}

static bool audience_holds(const struct cairn_audience *audience, const char *country)
{
    bool is_named =
        audience->kind == CAIRN_AUDIENCE_ALL ||
        audience_has((const char(*)[4])audience->countries, audience->country_count, country);
    return is_named &&
           !audience_has((const char(*)[4])audience->excluded, audience->excluded_count, country);
}

/* Every country of a list is withheld, or the own one. */
static bool audience_is_for_nobody(const struct cairn_audience *audience)
{
    for (uint32_t at = 0; at < audience->country_count; at++) {
        if (audience_holds(audience, audience->countries[at])) {
            return false;
        }
    }
    return audience->kind == CAIRN_AUDIENCE_LIST;
}

void cairn_audience_of(const struct cairn_policy *policy, const struct cairn_policy_answer *answer,
                       const char *own, struct cairn_audience *out)
{
    memset(out, 0, sizeof *out);
    out->kind = CAIRN_AUDIENCE_NATIONAL;
    if (answer->rule_index == CAIRN_POLICY_NO_RULE) {
        return;
    }
    const struct cairn_policy_rule *rule = &policy->rules[answer->rule_index];
    CAIRN_REQUIRE(rule->to != CAIRN_POLICY_TO_PARTIES);
    if (rule->to == CAIRN_POLICY_TO_NATIONAL) {
        return;
    }
    out->kind = CAIRN_AUDIENCE_ALL;
    if (rule->to == CAIRN_POLICY_TO_LIST && !policy->audiences[rule->audience_index].is_partners) {
        audience_take_list(&policy->audiences[rule->audience_index], own, out);
    }
    for (uint32_t at = 0; at < answer->excluded_count; at++) {
        bool is_in = audience_insert(out->excluded, &out->excluded_count, CAIRN_POLICY_EXCLUDED_MAX,
                                     answer->excluded[at]);
        CAIRN_REQUIRE(is_in);
    }
    if (audience_is_for_nobody(out)) {
        memset(out, 0, sizeof *out);
        out->kind = CAIRN_AUDIENCE_NATIONAL;
    }
}

uint32_t cairn_audience_members(const struct cairn_audience *audience,
                                const struct cairn_audience_asker *asker,
                                uint8_t out[static CAIRN_LIMIT_MEMBERS][3])
{
    char members[CAIRN_LIMIT_MEMBERS][4];
    uint32_t count = 0;
    (void)audience_insert(members, &count, CAIRN_LIMIT_MEMBERS, asker->own);
    for (uint32_t at = 0; !cairn_audience_is_private(audience) && at < asker->partner_count; at++) {
        if (audience_holds(audience, asker->partners[at])) {
            (void)audience_insert(members, &count, CAIRN_LIMIT_MEMBERS, asker->partners[at]);
        }
    }
    for (uint32_t at = 0; at < count; at++) {
        memcpy(out[at], members[at], 3);
    }
    return count;
}

bool cairn_audience_is_private(const struct cairn_audience *audience)
{
    return audience->kind == CAIRN_AUDIENCE_ACCESS || audience->kind == CAIRN_AUDIENCE_NATIONAL;
}

bool cairn_audience_is_equal(const struct cairn_audience *left, const struct cairn_audience *right)
{
    return left->kind == right->kind && left->country_count == right->country_count &&
           left->excluded_count == right->excluded_count &&
           memcmp(left->countries, right->countries, left->country_count * 4u) == 0 &&
           memcmp(left->excluded, right->excluded, left->excluded_count * 4u) == 0;
}

bool cairn_audience_withholds(const struct cairn_audience *audience,
                              const struct cairn_policy_answer *answer)
{
    for (uint32_t at = 0; at < answer->excluded_count; at++) {
        if (!cairn_audience_is_private(audience) &&
            audience_holds(audience, answer->excluded[at])) {
            return false;
        }
    }
    return true;
}

bool cairn_audience_is_within(const struct cairn_audience *inner,
                              const struct cairn_audience *outer)
{
    if (inner->kind == CAIRN_AUDIENCE_ALL) {
        bool is_within = outer->kind == CAIRN_AUDIENCE_ALL;
        for (uint32_t at = 0; at < outer->excluded_count; at++) {
            is_within = is_within && !audience_holds(inner, outer->excluded[at]);
        }
        return is_within;
    }
    for (uint32_t at = 0; at < inner->country_count; at++) {
        if (audience_holds(inner, inner->countries[at]) &&
            (cairn_audience_is_private(outer) || !audience_holds(outer, inner->countries[at]))) {
            return false;
        }
    }
    return true;
}

void cairn_audience_write(const struct cairn_audience *audience,
                          char out[static CAIRN_AUDIENCE_TEXT_BYTES])
{
    static const char *const words[] = {[CAIRN_AUDIENCE_ACCESS] = "private access",
                                        [CAIRN_AUDIENCE_NATIONAL] = "private national",
                                        [CAIRN_AUDIENCE_ALL] = "all",
                                        [CAIRN_AUDIENCE_LIST] = "list"};
    size_t size = (size_t)snprintf(out, CAIRN_AUDIENCE_TEXT_BYTES, "%s", words[audience->kind]);
    for (uint32_t at = 0; at < audience->country_count; at++) {
        size += (size_t)snprintf(out + size, CAIRN_AUDIENCE_TEXT_BYTES - size, " %s",
                                 audience->countries[at]);
    }
    for (uint32_t at = 0; at < audience->excluded_count; at++) {
        size += (size_t)snprintf(out + size, CAIRN_AUDIENCE_TEXT_BYTES - size, " -%s",
                                 audience->excluded[at]);
    }
}

static cairn_err audience_read_codes(const char *text, struct cairn_audience *out)
{
    while (*text != '\0') {
        char code[4] = {0};
        bool is_excluded = text[0] == ' ' && text[1] == '-';
        text += is_excluded ? 2 : 1;
        if (strlen(text) < 3 ||
            !cairn_id_is_country((struct cairn_bytes){(const uint8_t *)text, 3})) {
            return CAIRN_JSON_FIELD;
        }
        memcpy(code, text, 3);
        text += 3;
        if (*text != '\0' && *text != ' ') {
            return CAIRN_JSON_FIELD;
        }
        bool is_in = is_excluded ? audience_insert(out->excluded, &out->excluded_count,
                                                   CAIRN_POLICY_EXCLUDED_MAX, code)
                                 : out->kind == CAIRN_AUDIENCE_LIST &&
                                       audience_insert(out->countries, &out->country_count,
                                                       CAIRN_LIMIT_MEMBERS, code);
        if (!is_in) {
            return CAIRN_JSON_FIELD;
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_audience_read(const char *text, struct cairn_audience *out)
{
    memset(out, 0, sizeof *out);
    if (strcmp(text, "private access") == 0) {
        out->kind = CAIRN_AUDIENCE_ACCESS;
        return CAIRN_OK;
    }
    if (strcmp(text, "private national") == 0) {
        out->kind = CAIRN_AUDIENCE_NATIONAL;
        return CAIRN_OK;
    }
    if (strncmp(text, "all", 3) == 0 && (text[3] == '\0' || text[3] == ' ')) {
        out->kind = CAIRN_AUDIENCE_ALL;
        return audience_read_codes(text + 3, out);
    }
    if (strncmp(text, "list", 4) == 0 && (text[4] == '\0' || text[4] == ' ')) {
        out->kind = CAIRN_AUDIENCE_LIST;
        return audience_read_codes(text + 4, out);
    }
    return CAIRN_JSON_FIELD;
}
