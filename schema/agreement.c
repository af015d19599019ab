#include "schema/agreement.h"

#include "schema/base/decimal.h"
#include "schema/code.h"

#include <string.h>

#define AGREEMENT_LEGAL_BYTES 500u
#define AGREEMENT_WORD_BYTES  32u

struct agreement_build {
    struct cairn_agreement *agreement;
    struct cairn_arena *arena;
    struct cairn_yaml_fault *out_fault;
    bool is_test_network;
};

struct agreement_word {
    const char *text;
    int number;
};

static cairn_err agreement_refuse(struct agreement_build *build, const struct cairn_yaml_node *node,
                                  cairn_err err, const char *what)
{
    return cairn_yaml_refuse(node, err, what, build->out_fault);
}

static bool agreement_is(struct cairn_bytes text, const char *word)
{
    return cairn_bytes_is_equal(text, cairn_bytes_of(word));
}

cairn_err cairn_agreement_parse_span(struct cairn_bytes text, struct cairn_agreement_span *out)
{
    static const struct agreement_word units[] = {
        {"wd", CAIRN_AGREEMENT_WORKING_DAYS}, /* before d: it ends in d too */
        {"mo", CAIRN_AGREEMENT_MONTHS},
        {"d", CAIRN_AGREEMENT_DAYS},
        {"h", CAIRN_AGREEMENT_HOURS},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct cairn_bytes unit = cairn_bytes_of(units[i].text);
        if (text.size <= unit.size ||
            memcmp(text.data + text.size - unit.size, unit.data, unit.size) != 0) {
            continue;
        }
        struct cairn_bytes digits = {.data = text.data, .size = text.size - unit.size};
        uint64_t count;
        if (cairn_decimal_parse(digits, 0, CAIRN_AGREEMENT_SPAN_MAX, &count) != CAIRN_OK) {
            return CAIRN_YAML_VALUE;
        }
        *out = (struct cairn_agreement_span){.count = (uint32_t)count,
                                             .unit = (enum cairn_agreement_unit)units[i].number};
        return CAIRN_OK;
    }
    return CAIRN_YAML_VALUE;
}

static cairn_err agreement_parse_span_node(struct agreement_build *build,
                                           const struct cairn_yaml_node *node,
                                           struct cairn_agreement_span *out)
{
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, AGREEMENT_WORD_BYTES, &text, build->out_fault));
    if (cairn_agreement_parse_span(text, out) != CAIRN_OK) {
        return agreement_refuse(build, node, CAIRN_YAML_VALUE,
                                "not a number of h, d, wd or mo, such as 12d");
    }
    return CAIRN_OK;
}

static cairn_err agreement_parse_head(struct agreement_build *build,
                                      const struct cairn_yaml_node *root)
{
    const struct cairn_yaml_node *version_node, *id_node;
    uint64_t version;
    CAIRN_TRY(cairn_yaml_need(root, "cairn_agreement", &version_node, build->out_fault));
    CAIRN_TRY(cairn_yaml_uint(version_node, 1, &version, build->out_fault));
    if (version != 1) {
        return agreement_refuse(build, version_node, CAIRN_YAML_VALUE, "unknown version");
    }
    struct cairn_bytes id;
    CAIRN_TRY(cairn_yaml_need(root, "id", &id_node, build->out_fault));
    CAIRN_TRY(cairn_yaml_text(id_node, CAIRN_AGREEMENT_ID_BYTES, &id, build->out_fault));
    for (size_t i = 0; i < id.size; i++) {
        bool is_word = (id.data[i] >= 'a' && id.data[i] <= 'z') ||
                       (id.data[i] >= '0' && id.data[i] <= '9') || id.data[i] == '-';
        if (!is_word) {
            return agreement_refuse(build, id_node, CAIRN_YAML_VALUE, "not of a-z 0-9 -");
        }
    }
    build->agreement->id = id;
    return CAIRN_OK;
}

static cairn_err agreement_parse_parties(struct agreement_build *build,
                                         const struct cairn_yaml_node *root)
{
    const struct cairn_yaml_node *node;
    CAIRN_TRY(cairn_yaml_need(root, "parties", &node, build->out_fault));
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, build->out_fault));
    if (node->count != 2) {
        return agreement_refuse(build, node, CAIRN_YAML_VALUE, "must be two countries");
    }
    size_t i = 0;
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes code;
        CAIRN_TRY(cairn_yaml_text(child, AGREEMENT_WORD_BYTES, &code, build->out_fault));
        if (!cairn_code_is_country(code, build->is_test_network)) {
            return agreement_refuse(build, child, CAIRN_CODE_UNKNOWN, "unknown country");
        }
        memcpy(build->agreement->parties[i++], code.data, 3);
    }
    if (memcmp(build->agreement->parties[0], build->agreement->parties[1], 3) == 0) {
        return agreement_refuse(build, node, CAIRN_RULE_PARTIES, "one state cannot be both");
    }
    return CAIRN_OK;
}

static cairn_err agreement_parse_legal(struct agreement_build *build,
                                       const struct cairn_yaml_node *root)
{
    const struct cairn_yaml_node *node;
    CAIRN_TRY(cairn_yaml_need(root, "legal", &node, build->out_fault));
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_LIST, build->out_fault));
    if (node->count == 0) {
        return agreement_refuse(build, node, CAIRN_YAML_VALUE, "no legal source is cited");
    }
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_bytes text;
        CAIRN_TRY(cairn_yaml_text(child, AGREEMENT_LEGAL_BYTES, &text, build->out_fault));
        if (build->agreement->legal.size == 0) {
            build->agreement->legal = text;
        }
    }
    return CAIRN_OK;
}

/* A date, or null. */
static cairn_err agreement_parse_date(struct agreement_build *build,
                                      const struct cairn_yaml_node *node,
                                      struct cairn_civil_date *out)
{
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, CAIRN_CIVIL_DATE_BYTES, &text, build->out_fault));
    if (cairn_civil_parse_date(text, out) != CAIRN_OK) {
        return agreement_refuse(build, node, CAIRN_DATE, "no such date");
    }
    return CAIRN_OK;
}

static cairn_err agreement_parse_valid(struct agreement_build *build,
                                       const struct cairn_yaml_node *root)
{
    static const char *const keys[] = {"from", "tcn_from", "entrants_since", NULL};
    const struct cairn_yaml_node *node, *from;
    CAIRN_TRY(cairn_yaml_need(root, "valid", &node, build->out_fault));
    CAIRN_TRY(cairn_yaml_allow(node, keys, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "from", &from, build->out_fault));
    CAIRN_TRY(agreement_parse_date(build, from, &build->agreement->valid_from));
    for (size_t i = 1; keys[i] != NULL; i++) {
        const struct cairn_yaml_node *other = cairn_yaml_find(node, keys[i]);
        struct cairn_civil_date date;
        bool is_null = other == NULL || (other->kind == CAIRN_YAML_TEXT && !other->is_quoted &&
                                         agreement_is(other->text, "null"));
        if (!is_null) {
            CAIRN_TRY(agreement_parse_date(build, other, &date));
        }
    }
    return CAIRN_OK;
}

/* A map with one value for each party, and for nobody else. */
static cairn_err agreement_parse_calendars(struct agreement_build *build,
                                           const struct cairn_yaml_node *root)
{
    const char *const keys[] = {build->agreement->parties[0], build->agreement->parties[1], NULL};
    const struct cairn_yaml_node *node;
    CAIRN_TRY(cairn_yaml_need(root, "calendar", &node, build->out_fault));
    CAIRN_TRY(cairn_yaml_allow(node, keys, build->out_fault));
    for (size_t i = 0; i < 2; i++) {
        const struct cairn_yaml_node *child;
        struct cairn_calendar *calendar = &build->agreement->calendars[i];
        CAIRN_TRY(cairn_yaml_need(node, keys[i], &child, build->out_fault));
        memcpy(calendar->country, build->agreement->parties[i], 4);
        CAIRN_TRY(cairn_calendar_parse(child, build->arena, calendar, build->out_fault));
    }
    const struct cairn_yaml_node *authorities = cairn_yaml_find(root, "authorities");
    return authorities == NULL ? CAIRN_OK : cairn_yaml_allow(authorities, keys, build->out_fault);
}

static cairn_err agreement_parse_word(struct agreement_build *build,
                                      const struct cairn_yaml_node *node,
                                      const struct agreement_word *words, int *out)
{
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, AGREEMENT_WORD_BYTES, &text, build->out_fault));
    for (; words->text != NULL; words++) {
        if (agreement_is(text, words->text)) {
            *out = words->number;
            return CAIRN_OK;
        }
    }
    return agreement_refuse(build, node, CAIRN_YAML_VALUE, "word is not in the list");
}

/* One span, or one for each class of persons. */
static cairn_err agreement_parse_limit(struct agreement_build *build,
                                       const struct cairn_yaml_node *node,
                                       struct cairn_agreement_clock *clock)
{
    static const char *const keys[] = {"own", "tcn", NULL};
    clock->has_limit = true;
    if (node->kind != CAIRN_YAML_MAP) {
        CAIRN_TRY(agreement_parse_span_node(build, node, &clock->limit));
        clock->limit_tcn = clock->limit;
        return CAIRN_OK;
    }
    const struct cairn_yaml_node *own, *tcn;
    CAIRN_TRY(cairn_yaml_allow(node, keys, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "own", &own, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "tcn", &tcn, build->out_fault));
    CAIRN_TRY(agreement_parse_span_node(build, own, &clock->limit));
    return agreement_parse_span_node(build, tcn, &clock->limit_tcn);
}

/* When does it run? Starts are events, never other clocks: so no circle can be written. */
static cairn_err agreement_parse_run(struct agreement_build *build,
                                     const struct cairn_yaml_node *node,
                                     struct cairn_agreement_clock *clock)
{
    static const struct agreement_word events[] = {
        {"knew_on", CAIRN_AGREEMENT_KNEW_ON},   {"caught_on", CAIRN_AGREEMENT_CAUGHT_ON},
        {"request", CAIRN_AGREEMENT_REQUEST},   {"receipt", CAIRN_AGREEMENT_RECEIPT},
        {"consent", CAIRN_AGREEMENT_CONSENT},   {"received", CAIRN_AGREEMENT_RECEIVED},
        {"transfer", CAIRN_AGREEMENT_TRANSFER}, {NULL, 0},
    };
    const struct cairn_yaml_node *start = cairn_yaml_find(node, "start");
    const struct cairn_yaml_node *before = cairn_yaml_find(node, "before");
    int event = 0;
    if (start == NULL && before == NULL) {
        return CAIRN_OK; /* it only changes another clock */
    }
    if (start != NULL && before != NULL) {
        return agreement_refuse(build, before, CAIRN_YAML_VALUE,
                                "start and before exclude another");
    }
    clock->is_before = before != NULL;
    const struct cairn_yaml_node *limit;
    const char *key = clock->is_before ? "at_least" : "limit";
    CAIRN_TRY(agreement_parse_word(build, clock->is_before ? before : start, events, &event));
    clock->event = (enum cairn_agreement_event)event;
    if (clock->is_before != (clock->event == CAIRN_AGREEMENT_TRANSFER)) {
        return agreement_refuse(build, clock->is_before ? before : start, CAIRN_YAML_VALUE,
                                "before goes with transfer, start with the others");
    }
    CAIRN_TRY(cairn_yaml_need(node, key, &limit, build->out_fault));
    return agreement_parse_limit(build, limit, clock);
}

static cairn_err agreement_parse_clock(struct agreement_build *build,
                                       const struct cairn_yaml_node *node,
                                       struct cairn_agreement_clock *clock)
{
    static const char *const keys[] = {
        "start", "before",        "limit",    "at_least",        "on_expiry",  "extend", "fallback",
        "needs", "consent_valid", "validity", "effect_on_reply", "max_rounds", "kind",   "by",
        "to",    "confirm",       NULL};
    static const char *const spans[] = {"validity", "consent_valid", "by", "to", "confirm"};
    static const struct agreement_word expiries[] = {
        {"tacit", 1}, {"refusable", 1}, {"normal_only", 1}, {"alarm", 1}, {"fallback", 1},
        {"lapse", 1}, {"barred", 1},    {"none", 1},        {NULL, 0},
    };
    *clock = (struct cairn_agreement_clock){.name = node->key, .line = node->key_line};
    CAIRN_TRY(cairn_yaml_allow(node, keys, build->out_fault));
    CAIRN_TRY(agreement_parse_run(build, node, clock));
    const struct cairn_yaml_node *expiry = cairn_yaml_find(node, "on_expiry");
    if (expiry != NULL) {
        int known;
        CAIRN_TRY(agreement_parse_word(build, expiry, expiries, &known));
        clock->on_expiry = expiry->text;
    }
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        const struct cairn_yaml_node *child = cairn_yaml_find(node, spans[i]);
        struct cairn_agreement_span span;
        if (child != NULL) {
            CAIRN_TRY(agreement_parse_span_node(build, child, &span));
        }
    }
    const struct cairn_yaml_node *rounds = cairn_yaml_find(node, "max_rounds");
    uint64_t count;
    return rounds == NULL ? CAIRN_OK : cairn_yaml_uint(rounds, 99, &count, build->out_fault);
}

static cairn_err agreement_parse_clocks(struct agreement_build *build,
                                        const struct cairn_yaml_node *root)
{
    static const char *const names[] = {"tcn_submit",  "accel_apply", "ack",       "reply",
                                        "reply_accel", "extension",   "interview", "info",
                                        "td",          "transfer",    "notice",    "transit",
                                        "error_claim", NULL};
    const struct cairn_yaml_node *node, *reply;
    CAIRN_TRY(cairn_yaml_need(root, "clocks", &node, build->out_fault));
    CAIRN_TRY(cairn_yaml_allow(node, names, build->out_fault));
    CAIRN_TRY(cairn_yaml_need(node, "reply", &reply, build->out_fault));
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        struct cairn_agreement_clock *clock =
            &build->agreement->clocks[build->agreement->clock_count++];
        CAIRN_TRY(agreement_parse_clock(build, child, clock));
    }
    const struct cairn_agreement_clock *clock =
        cairn_agreement_find_clock(build->agreement, cairn_bytes_of("reply"));
    if (!clock->has_limit) {
        return agreement_refuse(build, reply, CAIRN_YAML_FIELD, "reply needs start and limit");
    }
    return CAIRN_OK;
}

cairn_err cairn_agreement_parse(struct cairn_bytes source, bool is_test_network,
                                struct cairn_arena *arena, struct cairn_agreement *out,
                                struct cairn_yaml_fault *out_fault)
{
    static const char *const keys[] = {
        "cairn_agreement", "id",     "parties",  "legal", "valid",      "authorities", "calendar",
        "count",           "clocks", "evidence", "data",  "late_reply", "emergency",   NULL};
    const struct cairn_yaml_node *root;
    CAIRN_TRY(cairn_yaml_parse(source, arena, &root, out_fault));
    /* in the arena: faults speak of its parties */
    struct cairn_agreement *agreement = cairn_arena_take(arena, sizeof *agreement);
    if (agreement == NULL) {
        return cairn_yaml_refuse(root, CAIRN_NO_ROOM, "too large", out_fault);
    }
    memset(agreement, 0, sizeof *agreement);
    struct agreement_build build = {.agreement = agreement,
                                    .arena = arena,
                                    .out_fault = out_fault,
                                    .is_test_network = is_test_network};
    CAIRN_TRY(cairn_yaml_allow(root, keys, out_fault));
    CAIRN_TRY(agreement_parse_head(&build, root));
    CAIRN_TRY(agreement_parse_parties(&build, root));
    CAIRN_TRY(agreement_parse_legal(&build, root));
    CAIRN_TRY(agreement_parse_valid(&build, root));
    CAIRN_TRY(agreement_parse_calendars(&build, root));
    CAIRN_TRY(agreement_parse_clocks(&build, root));
    *out = *agreement;
    return CAIRN_OK;
}

const struct cairn_agreement_clock *
cairn_agreement_find_clock(const struct cairn_agreement *agreement, struct cairn_bytes name)
{
    for (uint32_t i = 0; i < agreement->clock_count; i++) {
        if (cairn_bytes_is_equal(agreement->clocks[i].name, name)) {
            return &agreement->clocks[i];
        }
    }
    return NULL;
}
