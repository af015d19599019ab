#include "schema/alert/alert.h"

#include "schema/alert/alert_shape.h"
#include "schema/alert/category.h"
#include "schema/base/check.h"

void cairn_alert_read(struct cairn_bytes body, struct cairn_alert *out)
{
    struct cairn_bytes slots[CAIRN_ALERT_KEY_END];
    struct cairn_bytes place[2];
    cairn_shape_split(body, slots, CAIRN_ALERT_KEY_END);
    cairn_shape_split(slots[CAIRN_ALERT_KEY_BIRTH_PLACE], place, 2);
    uint64_t number = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_CATEGORY]);
    uint64_t action = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]);
    const struct cairn_category *category = cairn_category_find(number);
    CAIRN_REQUIRE(category != NULL);
    CAIRN_REQUIRE(cairn_category_coercion(category, action) != UINT32_MAX);
    *out = (struct cairn_alert){
        .category = category->number,
        .action = (enum cairn_alert_action)action,
        .coercion = cairn_category_coercion(category, action),
        .priority = cairn_category_priority(category, action),
        .fallback = (uint16_t)cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FALLBACK]),
        .reason = (uint16_t)cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_REASON]),
        .sex = (uint16_t)cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_SEX]),
        .status = (uint16_t)cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_STATUS]),
        .is_minor = cairn_shape_get_bool(slots[CAIRN_ALERT_KEY_MINOR]),
        .from_ms = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_FROM]),
        .expires_ms = cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_EXPIRES]),
        .authority = cairn_shape_get_text(slots[CAIRN_ALERT_KEY_AUTHORITY]),
        .contact = cairn_shape_get_text(slots[CAIRN_ALERT_KEY_CONTACT]),
        .review = cairn_shape_get_text(slots[CAIRN_ALERT_KEY_REVIEW]),
        .birth_country = cairn_shape_get_text(place[1]),
        .names = slots[CAIRN_ALERT_KEY_NAMES],
        .births = slots[CAIRN_ALERT_KEY_BIRTHS],
        .nationalities = slots[CAIRN_ALERT_KEY_NATIONALITIES],
        .documents = slots[CAIRN_ALERT_KEY_DOCUMENTS],
        .warnings = slots[CAIRN_ALERT_KEY_WARNINGS],
        .rows = slots[CAIRN_ALERT_KEY_ROWS],
    };
}

bool cairn_alert_is_live(const struct cairn_alert *alert, uint64_t now_ms)
{
    return alert->from_ms <= now_ms && now_ms < alert->expires_ms;
}

bool cairn_alert_next_name(struct cairn_shape_list *names, struct cairn_alert_name *out)
{
    struct cairn_bytes raw, slots[8];
    if (!cairn_shape_list_next(names, &raw)) {
        return false;
    }
    cairn_shape_split(raw, slots, 8);
    *out = (struct cairn_alert_name){
        .kind = (uint16_t)cairn_shape_get_uint(slots[1]),
        .surname = cairn_shape_get_text(slots[2]),
        .given = cairn_shape_get_text(slots[3]),
        .full = cairn_shape_get_text(slots[4]),
        .script = cairn_shape_get_text(slots[5]),
        .quality = (uint8_t)cairn_shape_get_uint(slots[6]),
        .mrz = cairn_shape_get_text(slots[7]),
    };
    return true;
}

bool cairn_alert_next_birth(struct cairn_shape_list *births, struct cairn_civil_birth *out)
{
    struct cairn_bytes raw;
    if (!cairn_shape_list_next(births, &raw)) {
        return false;
    }
    CAIRN_REQUIRE(cairn_civil_parse_birth(cairn_shape_get_text(raw), out) == CAIRN_OK);
    return true;
}

bool cairn_alert_next_code(struct cairn_shape_list *countries, struct cairn_bytes *out)
{
    struct cairn_bytes raw;
    if (!cairn_shape_list_next(countries, &raw)) {
        return false;
    }
    *out = cairn_shape_get_text(raw);
    return true;
}

bool cairn_alert_next_document(struct cairn_shape_list *documents, struct cairn_document *out)
{
    struct cairn_bytes raw;
    if (!cairn_shape_list_next(documents, &raw)) {
        return false;
    }
    *out = cairn_document_read(raw);
    return true;
}

bool cairn_alert_next_row(struct cairn_shape_list *rows, struct cairn_document *out)
{
    return cairn_alert_next_document(rows, out);
}
