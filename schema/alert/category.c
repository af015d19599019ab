#include "schema/alert/category.h"

#include "schema/base/check.h"
#include "schema/base/civil.h"

#define CATEGORY_DAY_MS 86400000u

#define ACTION(name, coercion)                                                                     \
    {                                                                                              \
        CAIRN_ALERT_ACTION_##name, (coercion)                                                      \
    }
#define DECISION CAIRN_CATEGORY_NEEDS_DECISION
#define CASE     CAIRN_CATEGORY_NEEDS_CASE
#define GUARDIAN CAIRN_CATEGORY_NEEDS_GUARDIAN

/* clang-format off */
static const struct cairn_category category_rows[] = {
    {CAIRN_ALERT_ARR, CAIRN_CATEGORY_PERSON, {ACTION(DETAIN_CONTACT, 5)},
     36, 60, DECISION | CAIRN_CATEGORY_NEEDS_WARRANT, 1, 19},
    {CAIRN_ALERT_REF, CAIRN_CATEGORY_PERSON, {ACTION(REFUSE_ENTRY, 4)},
     36, 60, DECISION, 20, 29},
    {CAIRN_ALERT_RET, CAIRN_CATEGORY_PERSON, {ACTION(CONFIRM_EXIT, 3), ACTION(CHECK_STAY, 3)},
     12, 36, DECISION | CAIRN_CATEGORY_NEEDS_RETURN, 30, 39},
    {CAIRN_ALERT_SAN, CAIRN_CATEGORY_PERSON, {ACTION(REFUSE_TRANSIT, 4)},
     12, 12, DECISION, 40, 49},
    {CAIRN_ALERT_MISP, CAIRN_CATEGORY_PERSON, {ACTION(PROTECT, 2)},
     12, 60, CASE, 50, 69},
    {CAIRN_ALERT_MISL, CAIRN_CATEGORY_PERSON, {ACTION(LOCATE, 1)},
     12, 60, CASE, 50, 59},
    {CAIRN_ALERT_CHA, CAIRN_CATEGORY_PERSON, {ACTION(PREVENT_TRAVEL, 3), ACTION(PROTECT, 2)},
     12, 12, DECISION | CASE | GUARDIAN, 60, 69},
    {CAIRN_ALERT_CHT, CAIRN_CATEGORY_PERSON, {ACTION(PREVENT_TRAVEL, 3), ACTION(PROTECT, 2)},
     12, 12, DECISION | CASE | GUARDIAN, 60, 69},
    {CAIRN_ALERT_VUL, CAIRN_CATEGORY_PERSON, {ACTION(PREVENT_TRAVEL, 2)},
     12, 12, CASE, 60, 69},
    {CAIRN_ALERT_JUD, CAIRN_CATEGORY_PERSON, {ACTION(REPORT_ADDRESS, 1)},
     12, 36, DECISION, 70, 79},
    {CAIRN_ALERT_CHK, CAIRN_CATEGORY_PERSON,
     {ACTION(DISCREET, 1), ACTION(INQUIRY, 2), ACTION(SPECIFIC, 3)},
     6, 12, DECISION | CAIRN_CATEGORY_NEEDS_CHECK, 80, 89},
    {CAIRN_ALERT_WARN, CAIRN_CATEGORY_PERSON, {ACTION(INFORM_ONLY, 0)},
     6, 12, 0, 90, 99},
    {CAIRN_ALERT_DOC, CAIRN_CATEGORY_DOCUMENT, {ACTION(SEIZE_DOC, 1), ACTION(EXAMINE, 0)},
     120, 120, 0, 100, 109},
    {CAIRN_ALERT_DBL, CAIRN_CATEGORY_BLANK, {ACTION(SEIZE_DOC, 1), ACTION(EXAMINE, 0)},
     120, 120, 0, 100, 109},
};
/* clang-format on */

/* First what protects; a child with a refusal alert is first a child. */
static const struct category_rank {
    uint8_t category;
    uint8_t action; /* 0: any */
} category_ranks[] = {
    {CAIRN_ALERT_CHA, 0},
    {CAIRN_ALERT_CHT, 0},
    {CAIRN_ALERT_VUL, 0},
    {CAIRN_ALERT_MISP, 0},
    {CAIRN_ALERT_ARR, 0},
    {CAIRN_ALERT_REF, 0},
    {CAIRN_ALERT_SAN, 0},
    {CAIRN_ALERT_RET, 0},
    {CAIRN_ALERT_CHK, CAIRN_ALERT_ACTION_SPECIFIC},
    {CAIRN_ALERT_CHK, CAIRN_ALERT_ACTION_INQUIRY},
    {CAIRN_ALERT_CHK, CAIRN_ALERT_ACTION_DISCREET},
    {CAIRN_ALERT_MISL, 0},
    {CAIRN_ALERT_JUD, 0},
    {CAIRN_ALERT_WARN, 0},
    {CAIRN_ALERT_DOC, 0},
    {CAIRN_ALERT_DBL, 0},
};

const struct cairn_category *cairn_category_find(uint64_t number)
{
    for (size_t i = 0; i < sizeof category_rows / sizeof category_rows[0]; i++) {
        if (category_rows[i].number == number) {
            return &category_rows[i];
        }
    }
    return NULL;
}

uint32_t cairn_category_coercion(const struct cairn_category *category, uint64_t action)
{
    for (size_t i = 0; i < CAIRN_CATEGORY_ACTIONS_MAX && category->actions[i].action != 0; i++) {
        if (category->actions[i].action == action) {
            return category->actions[i].coercion;
        }
    }
    return UINT32_MAX;
}

bool cairn_category_allows_fallback(const struct cairn_category *category, uint64_t action,
                                    uint64_t fallback)
{
    uint32_t coercion = cairn_category_coercion(category, fallback);
    if (category->subject == CAIRN_CATEGORY_PERSON && coercion == UINT32_MAX) {
        coercion = fallback == CAIRN_ALERT_ACTION_REPORT_ADDRESS ? 1
                   : fallback == CAIRN_ALERT_ACTION_INFORM_ONLY  ? 0
                                                                 : UINT32_MAX;
    }
    return coercion < cairn_category_coercion(category, action);
}

uint64_t cairn_category_expires_max_ms(const struct cairn_category *category, uint64_t from_ms)
{
    CAIRN_REQUIRE(from_ms < CAIRN_SHAPE_TIME);
    struct cairn_civil_date date = cairn_civil_date_of((int32_t)(from_ms / CATEGORY_DAY_MS));
    uint32_t months = date.month - 1u + category->life_months_max;
    date.year = (uint16_t)(date.year + months / 12);
    date.month = (uint8_t)(months % 12 + 1);
    while (!cairn_civil_is_date(date)) {
        date.day--; /* the month is shorter: its last day */
    }
    return (uint64_t)cairn_civil_days(date) * CATEGORY_DAY_MS + from_ms % CATEGORY_DAY_MS;
}

uint32_t cairn_category_priority(const struct cairn_category *category, uint64_t action)
{
    uint32_t rank = 0;
    const size_t count = sizeof category_ranks / sizeof category_ranks[0];
    for (; rank < count; rank++) {
        const struct category_rank *row = &category_ranks[rank];
        if (row->category == category->number && (row->action == 0 || row->action == action)) {
            break;
        }
    }
    CAIRN_REQUIRE(rank < count);
    return rank;
}

uint32_t cairn_category_coercion_any(uint64_t action)
{
    uint32_t hardest = 0;
    for (size_t i = 0; i < sizeof category_rows / sizeof category_rows[0]; i++) {
        uint32_t coercion = cairn_category_coercion(&category_rows[i], action);
        hardest = coercion != UINT32_MAX && coercion > hardest ? coercion : hardest;
    }
    return hardest;
}
