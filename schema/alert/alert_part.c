#include "schema/alert/alert_part.h"

#include "schema/alert/alert.h"
#include "schema/alert/person.h"

#define ALERT_PART_DAY_MS 86400000u

static int32_t alert_part_day(const struct cairn_alert_context *context)
{
    return (int32_t)(context->hlc_ms / ALERT_PART_DAY_MS);
}

static cairn_err alert_part_refuse(cairn_err err, const char *field,
                                   struct cairn_shape_fault *fault)
{
    return cairn_shape_refuse(err, field, UINT32_MAX, fault);
}

cairn_err cairn_alert_part_check_decision(struct cairn_bytes decision,
                                          const struct cairn_alert_context *context,
                                          struct cairn_shape_fault *fault)
{
    if (decision.size == 0) {
        return CAIRN_OK;
    }
    struct cairn_bytes slots[3];
    cairn_shape_split(decision, slots, 3);
    if (cairn_person_days(cairn_shape_get_text(slots[2])) > alert_part_day(context)) {
        return alert_part_refuse(CAIRN_RULE_DECISION, "decision", fault);
    }
    return CAIRN_OK;
}

static bool alert_part_has_name(const struct cairn_alert_name *name)
{
    return name->surname.size > 0 || name->full.size > 0;
}

cairn_err cairn_alert_part_check_lists(const struct cairn_bytes slots[static CAIRN_ALERT_KEY_END],
                                       const struct cairn_alert_context *context,
                                       struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_alert_name name;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_NAMES]);
    while (cairn_alert_next_name(&list, &name)) {
        if (!alert_part_has_name(&name) && name.given.size == 0) {
            return cairn_shape_refuse(CAIRN_RULE_THIN, "names", list.next - 1, fault);
        }
    }
    struct cairn_civil_birth birth;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_BIRTHS]);
    while (cairn_alert_next_birth(&list, &birth)) {
        cairn_err err = cairn_civil_check_birth(birth, alert_part_day(context));
        if (err != CAIRN_OK) {
            return cairn_shape_refuse(err, "births", list.next - 1, fault);
        }
    }
    struct cairn_document document;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_DOCUMENTS]);
    while (cairn_alert_next_document(&list, &document)) {
        if (cairn_document_check(&document, alert_part_day(context), fault) != CAIRN_OK) {
            return cairn_shape_inside("documents", list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

/* A main name, and beside it something that tells namesakes apart. */
static cairn_err alert_part_check_thin(const struct cairn_bytes *slots,
                                       struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_alert_name name;
    bool has_main = false, has_birth = false;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_NAMES]);
    while (cairn_alert_next_name(&list, &name)) {
        has_main = has_main || (name.kind == CAIRN_ALERT_NAME_MAIN && alert_part_has_name(&name));
    }
    struct cairn_civil_birth birth;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_BIRTHS]);
    while (cairn_alert_next_birth(&list, &birth)) {
        has_birth = has_birth || cairn_person_has_birth(birth);
    }
    if (!has_main) {
        return alert_part_refuse(CAIRN_RULE_THIN, "names", fault);
    }
    if (!has_birth && slots[CAIRN_ALERT_KEY_DOCUMENTS].size == 0) {
        return alert_part_refuse(CAIRN_RULE_THIN, "births", fault);
    }
    return CAIRN_OK;
}

static bool alert_part_is_minor(const struct cairn_bytes *slots, int32_t day)
{
    if (cairn_shape_get_bool(slots[CAIRN_ALERT_KEY_MINOR])) {
        return true;
    }
    struct cairn_shape_list list;
    struct cairn_civil_birth birth;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_BIRTHS]);
    while (cairn_alert_next_birth(&list, &birth)) {
        if (cairn_person_is_minor(birth, day)) {
            return true;
        }
    }
    return false;
}

static bool alert_part_has_guardian(const struct cairn_bytes *slots)
{
    struct cairn_bytes parts[3];
    cairn_shape_split(slots[CAIRN_ALERT_KEY_CASE], parts, 3);
    return parts[2].size > 0;
}

static cairn_err alert_part_check_child(const struct cairn_bytes *slots,
                                        const struct cairn_alert_context *context,
                                        struct cairn_shape_fault *fault)
{
    if (!alert_part_is_minor(slots, alert_part_day(context))) {
        return CAIRN_OK;
    }
    if (cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_ACTION]) == CAIRN_ALERT_ACTION_DETAIN_CONTACT &&
        cairn_shape_get_uint(slots[CAIRN_ALERT_KEY_REASON]) == CAIRN_ALERT_REASON_IMMIGRATION) {
        return alert_part_refuse(CAIRN_RULE_CHILD, "action", fault);
    }
    if (!alert_part_has_guardian(slots)) {
        return alert_part_refuse(CAIRN_RULE_CHILD, "case", fault);
    }
    return CAIRN_OK;
}

static cairn_err alert_part_check_needs(uint32_t needs, const struct cairn_bytes *slots,
                                        struct cairn_shape_fault *fault)
{
    static const struct {
        uint32_t need;
        uint32_t key;
        cairn_err err;
        const char *field;
    } rows[] = {
        {CAIRN_CATEGORY_NEEDS_DECISION, CAIRN_ALERT_KEY_DECISION, CAIRN_RULE_DECISION, "decision"},
        {CAIRN_CATEGORY_NEEDS_WARRANT, CAIRN_ALERT_KEY_WARRANT, CAIRN_RULE_DECISION, "warrant"},
        {CAIRN_CATEGORY_NEEDS_RETURN, CAIRN_ALERT_KEY_RETURN, CAIRN_RULE_NATIONAL, "return"},
        {CAIRN_CATEGORY_NEEDS_CASE, CAIRN_ALERT_KEY_CASE, CAIRN_PACK_FIELD, "case"},
        {CAIRN_CATEGORY_NEEDS_CHECK, CAIRN_ALERT_KEY_CHECK, CAIRN_PACK_FIELD, "check"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((needs & rows[i].need) != 0 && slots[rows[i].key].size == 0) {
            return alert_part_refuse(rows[i].err, rows[i].field, fault);
        }
    }
    if ((needs & CAIRN_CATEGORY_NEEDS_GUARDIAN) != 0 && !alert_part_has_guardian(slots)) {
        return alert_part_refuse(CAIRN_RULE_CHILD, "case", fault);
    }
    return slots[CAIRN_ALERT_KEY_REVIEW].size > 0
               ? CAIRN_OK
               : alert_part_refuse(CAIRN_PACK_FIELD, "review", fault);
}

/* What only one category speaks of, and what only document alerts may have. */
static cairn_err alert_part_check_places(const struct cairn_category *category,
                                         const struct cairn_bytes *slots,
                                         struct cairn_shape_fault *fault)
{
    if (slots[CAIRN_ALERT_KEY_STATUS].size > 0) {
        return alert_part_refuse(CAIRN_RULE_SUBJECT, "document_status", fault);
    }
    if (slots[CAIRN_ALERT_KEY_RETURN].size > 0 &&
        (category->needs & CAIRN_CATEGORY_NEEDS_RETURN) == 0) {
        return alert_part_refuse(CAIRN_RULE_SUBJECT, "return", fault);
    }
    if (slots[CAIRN_ALERT_KEY_CHECK].size > 0 &&
        (category->needs & CAIRN_CATEGORY_NEEDS_CHECK) == 0) {
        return alert_part_refuse(CAIRN_RULE_SUBJECT, "check", fault);
    }
    struct cairn_shape_list list;
    struct cairn_document document;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_DOCUMENTS]);
    while (cairn_alert_next_document(&list, &document)) {
        if (document.number_last.size > 0) {
            return cairn_shape_refuse(CAIRN_RULE_SUBJECT, "documents", list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_alert_part_check_person(const struct cairn_category *category,
                                        const struct cairn_bytes slots[static CAIRN_ALERT_KEY_END],
                                        const struct cairn_alert_context *context,
                                        struct cairn_shape_fault *fault)
{
    CAIRN_TRY(alert_part_check_places(category, slots, fault));
    CAIRN_TRY(alert_part_check_needs(category->needs, slots, fault));
    CAIRN_TRY(cairn_alert_part_check_decision(slots[CAIRN_ALERT_KEY_DECISION], context, fault));
    CAIRN_TRY(alert_part_check_thin(slots, fault));
    CAIRN_TRY(cairn_alert_part_check_lists(slots, context, fault));
    CAIRN_TRY(alert_part_check_child(slots, context, fault));
    if (category->number == CAIRN_ALERT_REF &&
        cairn_person_has_nationality(slots[CAIRN_ALERT_KEY_NATIONALITIES], context->author)) {
        return alert_part_refuse(CAIRN_RULE_NATIONAL, "nationalities", fault);
    }
    return CAIRN_OK;
}

/* A document alert says nothing about a holder. */
static cairn_err alert_part_check_no_person(const struct cairn_bytes *slots,
                                            struct cairn_shape_fault *fault)
{
    static const struct {
        uint32_t key;
        const char *field;
    } rows[] = {
        {CAIRN_ALERT_KEY_NAMES, "names"},
        {CAIRN_ALERT_KEY_BIRTHS, "births"},
        {CAIRN_ALERT_KEY_SEX, "sex"},
        {CAIRN_ALERT_KEY_BIRTH_PLACE, "birth_place"},
        {CAIRN_ALERT_KEY_NATIONALITIES, "nationalities"},
        {CAIRN_ALERT_KEY_MARKS, "marks"},
        {CAIRN_ALERT_KEY_WARNINGS, "warnings"},
        {CAIRN_ALERT_KEY_DECISION, "decision"},
        {CAIRN_ALERT_KEY_WARRANT, "warrant"},
        {CAIRN_ALERT_KEY_MINOR, "is_minor"},
        {CAIRN_ALERT_KEY_RETURN, "return"},
        {CAIRN_ALERT_KEY_CASE, "case"},
        {CAIRN_ALERT_KEY_CHECK, "check"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (slots[rows[i].key].size > 0) {
            return alert_part_refuse(CAIRN_RULE_SUBJECT, rows[i].field, fault);
        }
    }
    return CAIRN_OK;
}

cairn_err
cairn_alert_part_check_document(const struct cairn_category *category,
                                const struct cairn_bytes slots[static CAIRN_ALERT_KEY_END],
                                const struct cairn_alert_context *context,
                                struct cairn_shape_fault *fault)
{
    CAIRN_TRY(alert_part_check_no_person(slots, fault));
    struct cairn_shape_list list;
    struct cairn_document document;
    cairn_shape_list_init(&list, slots[CAIRN_ALERT_KEY_DOCUMENTS]);
    if (slots[CAIRN_ALERT_KEY_STATUS].size == 0) {
        return alert_part_refuse(CAIRN_PACK_FIELD, "document_status", fault);
    }
    if (list.count != 1) {
        cairn_err err = list.count == 0 ? CAIRN_PACK_FIELD : CAIRN_RULE_SUBJECT;
        return alert_part_refuse(err, "documents", fault);
    }
    CAIRN_TRY(cairn_alert_part_check_lists(slots, context, fault));
    (void)cairn_alert_next_document(&list, &document);
    if (!cairn_document_is_issued_by(&document, context->author)) {
        return cairn_shape_refuse(CAIRN_RULE_ISSUER, "documents", 0, fault);
    }
    bool is_blank = category->subject == CAIRN_CATEGORY_BLANK;
    bool has_other = document.status != 0 || document.mrz.size > 0; /* a zone names the holder */
    if (has_other || (!is_blank && document.number_last.size > 0)) {
        return cairn_shape_refuse(CAIRN_RULE_SUBJECT, "documents", 0, fault);
    }
    return CAIRN_OK;
}
