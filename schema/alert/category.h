/* The categories of alerts: what each may ask for, how long it may live, what it must say.
 *
 * One table; a row is a rule that a lawyer can read. Pure. docs/format.md, section 3. */
#ifndef CAIRN_SCHEMA_ALERT_CATEGORY_H
#define CAIRN_SCHEMA_ALERT_CATEGORY_H

#include "schema/alert/alert_codes.h"

#define CAIRN_CATEGORY_ACTIONS_MAX  3u
#define CAIRN_CATEGORY_FOUR_EYES    4u /* coercion from which two actors are needed */
#define CAIRN_CATEGORY_COERCION_MAX 5u

enum cairn_category_subject {
    CAIRN_CATEGORY_PERSON,
    CAIRN_CATEGORY_DOCUMENT, /* issued: never a word about its holder */
    CAIRN_CATEGORY_BLANK,    /* blank documents, also ranges of numbers */
};

/* Parts of the body that only some categories must have. Bits. */
enum cairn_category_need {
    CAIRN_CATEGORY_NEEDS_DECISION = 1u << 0,
    CAIRN_CATEGORY_NEEDS_WARRANT = 1u << 1,
    CAIRN_CATEGORY_NEEDS_RETURN = 1u << 2,
    CAIRN_CATEGORY_NEEDS_CASE = 1u << 3,
    CAIRN_CATEGORY_NEEDS_GUARDIAN = 1u << 4,
    CAIRN_CATEGORY_NEEDS_CHECK = 1u << 5,
};

struct cairn_category {
    enum cairn_alert_category number;
    enum cairn_category_subject subject;
    struct cairn_category_action {
        uint8_t action;                    /* enum cairn_alert_action; 0: no more */
        uint8_t coercion;                  /* 0..CAIRN_CATEGORY_COERCION_MAX */
    } actions[CAIRN_CATEGORY_ACTIONS_MAX]; /* the first is the usual one */
    uint16_t life_months;                  /* usual life */
    uint16_t life_months_max;
    uint32_t needs;      /* CAIRN_CATEGORY_NEEDS_... */
    uint16_t reason_min; /* reasons of this category: reason_min..reason_max */
    uint16_t reason_max;
};

/* The row of a category. gives  NULL when there is none of this number */
const struct cairn_category *cairn_category_find(uint64_t number);

/* How hard the action is on the person, in this category.
 *
 * gives   0..CAIRN_CATEGORY_COERCION_MAX; UINT32_MAX when the category does not allow the action
 * source  B14, M4 */
uint32_t cairn_category_coercion(const struct cairn_category *category, uint64_t action);

/* The hardest that the action is in any category: for amendments, which do not name theirs. */
uint32_t cairn_category_coercion_any(uint64_t action);

/* May `fallback` stand beside `action`, for where that cannot be done: an action of the category,
 * REPORT_ADDRESS or INFORM_ONLY, and milder than it? action: allowed by the category. source B14 */
bool cairn_category_allows_fallback(const struct cairn_category *category, uint64_t action,
                                    uint64_t fallback);

/* The last moment until which an alert that begins at from_ms may live: life_months_max calendar
 * months later. from_ms: below CAIRN_SHAPE_TIME. source B15 */
uint64_t cairn_category_expires_max_ms(const struct cairn_category *category, uint64_t from_ms);

/* Place of an alert among several hits on one subject, 0 first: children and those to be protected,
 * then ARR, REF, SAN, RET, the checks, locating, information, documents.
 *
 * shape   action: allowed by the category */
uint32_t cairn_category_priority(const struct cairn_category *category, uint64_t action);

#endif
