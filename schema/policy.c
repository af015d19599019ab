#include "schema/policy.h"

#include "schema/base/check.h"
#include "schema/code.h"

#include <string.h>

#define POLICY_KIND_PATTERN_BYTES 32u

struct policy_build {
    struct cairn_policy *policy;
    struct cairn_arena *arena;
    struct cairn_yaml_fault *out_fault;
    bool is_test_network;
};

static bool policy_is(struct cairn_bytes text, const char *word)
{
    return cairn_bytes_is_equal(text, cairn_bytes_of(word));
}

static cairn_err policy_take(struct policy_build *build, size_t size, void **out)
{
    *out = cairn_arena_take(build->arena, size);
    return *out == NULL ? CAIRN_NO_ROOM : CAIRN_OK;
}

static cairn_err policy_refuse(struct policy_build *build, const struct cairn_yaml_node *node,
                               cairn_err err, const char *what)
{
    return cairn_yaml_refuse(node, err, what, build->out_fault);
}

/* A list with something in it; a single text counts as none. */
static cairn_err policy_expect_list(struct policy_build *build, const struct cairn_yaml_node *node,
                                    uint32_t count_min, uint32_t count_max)
{
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, build->out_fault));
    if (node->count < count_min) {
        return policy_refuse(build, node, CAIRN_YAML_VALUE, "list is empty");
    }
    if (node->count > count_max) {
        return policy_refuse(build, node, CAIRN_YAML_LIMIT, "list is too long");
    }
    return CAIRN_OK;
}

static bool policy_is_word(struct cairn_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        bool is_word = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                       byte == '_' || byte == '-';
        if (!is_word) {
            return false;
        }
    }
    return text.size > 0;
}

static cairn_err policy_check_name(struct policy_build *build, const struct cairn_yaml_node *node,
                                   size_t size_max)
{
    if (!policy_is_word(node->key) || node->key.size > size_max) {
        return policy_refuse(build, node, CAIRN_YAML_VALUE, "name is not of a-z 0-9 _ -");
    }
    return CAIRN_OK;
}

/* `word`, `word.word` or `word.*` or `*`. */
static bool policy_is_pattern(struct cairn_bytes text)
{
    if (policy_is(text, "*")) {
        return true;
    }
    size_t dot = 0;
    while (dot < text.size && text.data[dot] != '.') {
        dot++;
    }
    struct cairn_bytes head = {.data = text.data, .size = dot};
    if (dot == text.size) {
        return policy_is_word(head);
    }
    struct cairn_bytes tail = {.data = text.data + dot + 1, .size = text.size - dot - 1};
    return policy_is_word(head) && (policy_is(tail, "*") || policy_is_word(tail));
}

static bool policy_fits(struct cairn_bytes pattern, struct cairn_bytes name)
{
    if (policy_is(pattern, "*")) {
        return true;
    }
    bool is_family = pattern.size > 2 && pattern.data[pattern.size - 1] == '*';
    size_t size = pattern.size - (is_family ? 1 : 0);
    return (is_family ? name.size > size : name.size == size) &&
           memcmp(pattern.data, name.data, size) == 0;
}

static bool policy_fits_any(const struct cairn_policy_patterns *patterns, struct cairn_bytes name)
{
    for (uint32_t i = 0; i < patterns->count; i++) {
        if (policy_fits(patterns->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* Does some kind of operation that a policy speaks of fit: an alert's or a case's? */
static bool policy_has_kind(struct cairn_bytes pattern)
{
    for (uint64_t number = CAIRN_KIND_ALERT_ISSUE; number <= CAIRN_KIND_CASE_WITHDRAW; number++) {
        enum cairn_kind kind;
        if (cairn_kind_of_number(number, &kind) &&
            policy_fits(pattern, cairn_bytes_of(cairn_kind_text(kind)))) {
            return true;
        }
    }
    return false;
}

static cairn_err policy_parse_patterns(struct policy_build *build,
                                       const struct cairn_yaml_node *node, bool is_kinds,
                                       struct cairn_policy_patterns *out)
{
    void *items;
    CAIRN_TRY(policy_expect_list(build, node, 1, CAIRN_POLICY_PATTERNS_MAX));
    CAIRN_TRY(policy_take(build, node->count * sizeof *out->items, &items));
    *out = (struct cairn_policy_patterns){.count = 0, .items = items};
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes text;
        CAIRN_TRY(cairn_yaml_text(child, POLICY_KIND_PATTERN_BYTES, &text, build->out_fault));
        if (!policy_is_pattern(text)) {
            return policy_refuse(build, child, CAIRN_YAML_VALUE, "neither name, name.* nor *");
        }
        if (is_kinds && !policy_has_kind(text)) {
            return policy_refuse(build, child, CAIRN_KIND_UNKNOWN,
                                 "no kind of alert or case fits this");
        }
        for (uint32_t i = 0; i < out->count; i++) {
            if (cairn_bytes_is_equal(out->items[i], text)) {
                return policy_refuse(build, child, CAIRN_YAML_VALUE, "stands in the list twice");
            }
        }
        out->items[out->count++] = text;
    }
    return CAIRN_OK;
}

static cairn_err policy_parse_country(struct policy_build *build,
                                      const struct cairn_yaml_node *node, struct cairn_bytes code,
                                      char out[static 4])
{
    if (!cairn_code_is_country(code, build->is_test_network)) {
        return policy_refuse(build, node, CAIRN_CODE_UNKNOWN, "unknown country");
    }
    memcpy(out, code.data, 3);
    out[3] = '\0';
    return CAIRN_OK;
}

static cairn_err policy_parse_members(struct policy_build *build,
                                      const struct cairn_yaml_node *node,
                                      struct cairn_policy_audience *out)
{
    void *members;
    CAIRN_TRY(policy_expect_list(build, node, 1, CAIRN_LIMIT_MEMBERS));
    CAIRN_TRY(policy_take(build, node->count * sizeof *out->members, &members));
    out->members = members;
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes code;
        CAIRN_TRY(cairn_yaml_text(child, CAIRN_POLICY_NAME_BYTES, &code, build->out_fault));
        CAIRN_TRY(policy_parse_country(build, child, code, out->members[out->count]));
        for (uint32_t i = 0; i < out->count; i++) {
            if (memcmp(out->members[i], out->members[out->count], 4) == 0) {
                return policy_refuse(build, child, CAIRN_YAML_VALUE, "country stands twice");
            }
        }
        out->count++;
    }
    return CAIRN_OK;
}

static cairn_err policy_parse_audience(struct policy_build *build,
                                       const struct cairn_yaml_node *node)
{
    CAIRN_TRY(policy_check_name(build, node, CAIRN_POLICY_NAME_BYTES));
    if (policy_is(node->key, "national") || policy_is(node->key, "parties")) {
        return policy_refuse(build, node, CAIRN_YAML_VALUE, "name has a fixed meaning");
    }
    struct cairn_policy_audience *audience =
        &build->policy->audiences[build->policy->audience_count];
    *audience = (struct cairn_policy_audience){.name = node->key};
    audience->is_partners = node->kind == CAIRN_YAML_TEXT && policy_is(node->text, "partners");
    if (!audience->is_partners) {
        if (node->kind != CAIRN_YAML_LIST || policy_is(node->key, "all")) {
            return policy_refuse(build, node, CAIRN_YAML_VALUE,
                                 "neither partners nor a list of countries");
        }
        CAIRN_TRY(policy_parse_members(build, node, audience));
    }
    build->policy->audience_count++;
    return CAIRN_OK;
}

static cairn_err policy_parse_to(struct policy_build *build, const struct cairn_yaml_node *node,
                                 struct cairn_policy_rule *out)
{
    struct cairn_bytes name;
    CAIRN_TRY(cairn_yaml_text(node, CAIRN_POLICY_NAME_BYTES, &name, build->out_fault));
    if (policy_is(name, "national")) {
        out->to = CAIRN_POLICY_TO_NATIONAL;
        return CAIRN_OK;
    }
    if (policy_is(name, "parties")) {
        out->to = CAIRN_POLICY_TO_PARTIES;
        return CAIRN_OK;
    }
    for (uint32_t i = 0; i < build->policy->audience_count; i++) {
        const struct cairn_policy_audience *audience = &build->policy->audiences[i];
        if (cairn_bytes_is_equal(audience->name, name)) {
            out->to = audience->is_partners ? CAIRN_POLICY_TO_ALL : CAIRN_POLICY_TO_LIST;
            out->audience_index = i;
            return CAIRN_OK;
        }
    }
    if (policy_is(name, "all")) {
        out->to = CAIRN_POLICY_TO_ALL;
        return CAIRN_OK;
    }
    return policy_refuse(build, node, CAIRN_YAML_VALUE, "unknown audience");
}

static cairn_err policy_parse_categories(struct policy_build *build,
                                         const struct cairn_yaml_node *node, uint32_t *out)
{
    CAIRN_TRY(policy_expect_list(build, node, 1, 31));
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes text;
        CAIRN_TRY(cairn_yaml_text(child, CAIRN_POLICY_NAME_BYTES, &text, build->out_fault));
        uint16_t number = cairn_codelist_number(&cairn_alert_codes_categories, text);
        if (number == 0) {
            return policy_refuse(build, child, CAIRN_RULE_CODE, "unknown category");
        }
        CAIRN_REQUIRE(number < 32);
        if ((*out & 1u << number) != 0) {
            return policy_refuse(build, child, CAIRN_YAML_VALUE, "stands in the list twice");
        }
        *out |= 1u << number;
    }
    return CAIRN_OK;
}

static cairn_err policy_parse_never(struct policy_build *build, const struct cairn_yaml_node *node,
                                    struct cairn_policy_rule *out)
{
    CAIRN_TRY(policy_expect_list(build, node, 1, 2));
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes text;
        CAIRN_TRY(cairn_yaml_text(child, CAIRN_POLICY_NAME_BYTES, &text, build->out_fault));
        bool *flag = policy_is(text, "nationality")     ? &out->is_never_nationality
                     : policy_is(text, "birth_country") ? &out->is_never_birth_country
                                                        : NULL;
        if (flag == NULL || *flag) {
            return policy_refuse(build, child, CAIRN_YAML_VALUE,
                                 "neither nationality nor birth_country, or twice");
        }
        *flag = true;
    }
    return CAIRN_OK;
}

/* Only cases have parties, and only alerts have categories. */
static bool policy_is_family(const struct cairn_policy_patterns *kinds, const char *prefix)
{
    struct cairn_bytes head = cairn_bytes_of(prefix);
    for (uint32_t i = 0; i < kinds->count; i++) {
        if (kinds->items[i].size <= head.size ||
            memcmp(kinds->items[i].data, head.data, head.size) != 0) {
            return false;
        }
    }
    return true;
}

static cairn_err policy_parse_rule(struct policy_build *build, const struct cairn_yaml_node *node)
{
    static const char *const keys[] = {"kinds", "categories", "to", "never", NULL};
    struct cairn_policy_rule *rule = &build->policy->rules[build->policy->rule_count];
    const struct cairn_yaml_node *kinds, *to;
    CAIRN_TRY(cairn_yaml_allow(node, keys, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "kinds", &kinds, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "to", &to, build->out_fault));
    *rule = (struct cairn_policy_rule){.line = node->line};
    CAIRN_TRY(policy_parse_patterns(build, kinds, true, &rule->kinds));
    CAIRN_TRY(policy_parse_to(build, to, rule));
    if (rule->to == CAIRN_POLICY_TO_PARTIES && !policy_is_family(&rule->kinds, "case.")) {
        return policy_refuse(build, to, CAIRN_YAML_VALUE, "only cases have parties");
    }
    const struct cairn_yaml_node *categories = cairn_yaml_find(node, "categories");
    if (categories != NULL) {
        CAIRN_TRY(policy_parse_categories(build, categories, &rule->categories));
        if (!policy_is_family(&rule->kinds, "alert.")) {
            return policy_refuse(build, categories, CAIRN_YAML_VALUE,
                                 "only alerts have categories");
        }
    }
    const struct cairn_yaml_node *never = cairn_yaml_find(node, "never");
    if (never != NULL) {
        CAIRN_TRY(policy_parse_never(build, never, rule));
    }
    build->policy->rule_count++;
    return CAIRN_OK;
}

/* A number from 1; unchanged where the key is absent. */
static cairn_err policy_parse_limit(struct policy_build *build, const struct cairn_yaml_node *node,
                                    const char *key, uint32_t max, uint32_t *inout)
{
    const struct cairn_yaml_node *found = cairn_yaml_find(node, key);
    uint64_t number;
    if (found == NULL) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_yaml_uint(found, max, &number, build->out_fault));
    if (number == 0) {
        return policy_refuse(build, found, CAIRN_YAML_VALUE, "must be at least 1");
    }
    *inout = (uint32_t)number;
    return CAIRN_OK;
}

/* An object is accepted by the kind that founded it, so a list must hold one of those. */
static cairn_err policy_find_foundings(struct policy_build *build,
                                       const struct cairn_yaml_node *node,
                                       struct cairn_policy_accept *accept)
{
    static const struct {
        enum cairn_kind kind;
        enum cairn_policy_founding founding;
    } all[] = {{CAIRN_KIND_ALERT_ISSUE, CAIRN_POLICY_FOUNDS_ALERT},
               {CAIRN_KIND_ALERT_BATCH, CAIRN_POLICY_FOUNDS_BATCH},
               {CAIRN_KIND_CASE_REQUEST, CAIRN_POLICY_FOUNDS_CASE}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (policy_fits_any(&accept->kinds, cairn_bytes_of(cairn_kind_text(all[i].kind)))) {
            accept->foundings |= all[i].founding;
        }
    }
    return accept->foundings != 0
               ? CAIRN_OK
               : policy_refuse(build, node, CAIRN_YAML_VALUE,
                               "holds none of alert.issue, alert.batch, case.request");
}

static cairn_err policy_parse_accept(struct policy_build *build, const struct cairn_yaml_node *node)
{
    static const char *const keys[] = {"kinds", "entries_per_s", "store_mib", NULL};
    struct cairn_policy_accept *accept = &build->policy->accepts[build->policy->accept_count];
    const struct cairn_yaml_node *kinds;
    CAIRN_TRY(cairn_yaml_allow(node, keys, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "kinds", &kinds, build->out_fault));
    *accept = (struct cairn_policy_accept){.country = "", .store_mib = CAIRN_POLICY_STORE_MIB};
    if (!policy_is(node->key, "default")) {
        CAIRN_TRY(policy_parse_country(build, node, node->key, accept->country));
    }
    CAIRN_TRY(policy_parse_patterns(build, kinds, true, &accept->kinds));
    CAIRN_TRY(policy_find_foundings(build, kinds, accept));
    CAIRN_TRY(policy_parse_limit(build, node, "entries_per_s", CAIRN_POLICY_RATE_MAX,
                                 &accept->entries_per_s));
    CAIRN_TRY(policy_parse_limit(build, node, "store_mib", CAIRN_POLICY_STORE_MIB_MAX,
                                 &accept->store_mib));
    build->policy->accept_count++;
    return CAIRN_OK;
}

static cairn_err policy_parse_role(struct policy_build *build, const struct cairn_yaml_node *node)
{
    struct cairn_policy_role *role = &build->policy->roles[build->policy->role_count];
    CAIRN_TRY(policy_check_name(build, node, CAIRN_ROLE_BYTES));
    *role = (struct cairn_policy_role){.name = node->key};
    CAIRN_TRY(policy_parse_patterns(build, node, false, &role->permissions));
    build->policy->role_count++;
    return CAIRN_OK;
}

struct policy_section {
    const char *key;
    enum cairn_yaml_kind kind;
    bool is_required;
    uint32_t count_max;
    cairn_err (*parse)(struct policy_build *build, const struct cairn_yaml_node *node);
};

static cairn_err policy_parse_section(struct policy_build *build,
                                      const struct cairn_yaml_node *root,
                                      const struct policy_section *section)
{
    const struct cairn_yaml_node *node = cairn_yaml_find(root, section->key);
    if (node == NULL && !section->is_required) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_yaml_need(root, section->key, &node, build->out_fault));
    CAIRN_TRY(cairn_yaml_expect(node, section->kind, build->out_fault));
    if (node->count > section->count_max) {
        return policy_refuse(build, node, CAIRN_YAML_LIMIT, "too many of them");
    }
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        CAIRN_TRY(section->parse(build, child));
    }
    return CAIRN_OK;
}

cairn_err cairn_policy_parse(struct cairn_bytes source, bool is_test_network,
                             struct cairn_arena *arena, struct cairn_policy *out,
                             struct cairn_yaml_fault *out_fault)
{
    static const char *const keys[] = {"policy", "audiences", "release", "accept", "roles", NULL};
    static const struct policy_section sections[] = {
        {"audiences", CAIRN_YAML_MAP, false, CAIRN_POLICY_AUDIENCES_MAX, policy_parse_audience},
        {"release", CAIRN_YAML_LIST, true, CAIRN_POLICY_RULES_MAX, policy_parse_rule},
        {"accept", CAIRN_YAML_MAP, true, CAIRN_POLICY_ACCEPTS_MAX, policy_parse_accept},
        {"roles", CAIRN_YAML_MAP, true, CAIRN_POLICY_ROLES_MAX, policy_parse_role},
    };
    const struct cairn_yaml_node *root, *version_node;
    CAIRN_TRY(cairn_yaml_parse(source, arena, &root, out_fault));
    struct cairn_policy *policy = cairn_arena_take(arena, sizeof *policy);
    if (policy == NULL) {
        return cairn_yaml_refuse(root, CAIRN_NO_ROOM, "too large", out_fault);
    }
    struct policy_build build = {.policy = policy,
                                 .arena = arena,
                                 .out_fault = out_fault,
                                 .is_test_network = is_test_network};
    uint64_t version;
    CAIRN_TRY(cairn_yaml_allow(root, keys, out_fault));
    CAIRN_TRY(cairn_yaml_need(root, "policy", &version_node, out_fault));
    CAIRN_TRY(cairn_yaml_uint(version_node, 1, &version, out_fault));
    if (version != 1) {
        return policy_refuse(&build, version_node, CAIRN_YAML_VALUE, "unknown version");
    }
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        cairn_err err = policy_parse_section(&build, root, &sections[i]);
        if (err == CAIRN_NO_ROOM) {
            return cairn_yaml_refuse(root, CAIRN_NO_ROOM, "too large", out_fault);
        }
        CAIRN_TRY(err);
    }
    *out = *policy;
    return CAIRN_OK;
}

struct cairn_bytes cairn_policy_default(void)
{
    return cairn_bytes_of("policy: 1\n"
                          "audiences: {all: partners}\n"
                          "release: []\n"
                          "accept: {default: {kinds: [alert.*, case.*]}}\n"
                          "roles:\n"
                          "  booth: [screen]\n"
                          "  bureau: [screen, alert.*, case.*]\n"
                          "  auditor: [audit.*]\n"
                          "  admin: [partner.*, policy.*]\n");
}

const struct cairn_policy_accept *cairn_policy_find_accept(const struct cairn_policy *policy,
                                                           struct cairn_bytes country)
{
    const struct cairn_policy_accept *found = NULL;
    for (uint32_t i = 0; i < policy->accept_count; i++) {
        struct cairn_bytes own = cairn_bytes_of(policy->accepts[i].country);
        if (own.size == 0 && found == NULL) {
            found = &policy->accepts[i]; /* default */
        } else if (own.size > 0 && cairn_bytes_is_equal(own, country)) {
            found = &policy->accepts[i];
            break;
        }
    }
    return found;
}

bool cairn_policy_permits(const struct cairn_policy *policy, struct cairn_bytes role,
                          struct cairn_bytes operation)
{
    for (uint32_t i = 0; i < policy->role_count; i++) {
        if (cairn_bytes_is_equal(policy->roles[i].name, role)) {
            return policy_fits_any(&policy->roles[i].permissions, operation);
        }
    }
    return false;
}

bool cairn_policy_covers(const struct cairn_policy_rule *rule, enum cairn_kind kind,
                         uint64_t category)
{
    if (!policy_fits_any(&rule->kinds, cairn_bytes_of(cairn_kind_text(kind)))) {
        return false;
    }
    return rule->categories == 0 || (category < 32 && (rule->categories >> category & 1u) != 0);
}
