#include "schema/alert/alert_shape.h"

#include "schema/alert/alert_codes.h"
#include "schema/alert/document.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SHAPE(text, table)                                                                         \
    {                                                                                              \
        .name = (text), .fields = (table), .count = COUNT(table)                                   \
    }
#define NAME_BYTES      100u
#define AUTHORITY_BYTES 24u
#define CONTACT_BYTES   200u
#define FREE_BYTES      2000u /* 500 characters of four bytes */
#define LANGUAGE_BYTES  35u
#define SMALL_LIST_MAX  8u
#define WARNINGS_MAX    9u
#define SEEKS_MAX       18u
#define MARK_BYTES      80u
#define MARKS_MAX       10u
#define DOCUMENTS_MAX   16u
#define NAMES_MAX       32u

static const struct cairn_field name_fields[] = {
    {CAIRN_FIELD_CODE(1, "kind", true, cairn_alert_codes_name_kinds)},
    {CAIRN_FIELD_TEXT(2, "surname", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(3, "given", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(4, "full", false, 2 * NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(5, "script", false, 4, SCRIPT)},
    {CAIRN_FIELD_UINT(6, "quality", true, 1, 4)},
    {CAIRN_FIELD_TEXT(7, "mrz", false, 39, MRZ_NAME)},
};
static const struct cairn_shape name_shape = SHAPE("name", name_fields);

static const struct cairn_field place_fields[] = {
    {CAIRN_FIELD_COUNTRY(1, "country", false)},
    {CAIRN_FIELD_TEXT(2, "place", false, 80, PLAIN)},
};
static const struct cairn_shape place_shape = SHAPE("birth_place", place_fields);

static const struct cairn_field document_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_DOCUMENT_KEY_KIND, "kind", true, cairn_alert_codes_documents)},
    {CAIRN_FIELD_COUNTRY(CAIRN_DOCUMENT_KEY_ISSUER, "issuer", true)},
    {CAIRN_FIELD_TEXT(CAIRN_DOCUMENT_KEY_NUMBER, "number", true, CAIRN_DOCUMENT_NUMBER_BYTES,
                      NUMBER)},
    {CAIRN_FIELD_DATE(CAIRN_DOCUMENT_KEY_ISSUED, "issued", false)},
    {CAIRN_FIELD_DATE(CAIRN_DOCUMENT_KEY_EXPIRES, "expires", false)},
    {CAIRN_FIELD_TEXT(CAIRN_DOCUMENT_KEY_MRZ, "mrz", false, CAIRN_DOCUMENT_MRZ_BYTES, MRZ)},
    {CAIRN_FIELD_TEXT(CAIRN_DOCUMENT_KEY_NUMBER_LAST, "number_last", false,
                      CAIRN_DOCUMENT_NUMBER_BYTES, NUMBER)},
    {CAIRN_FIELD_CODE(CAIRN_DOCUMENT_KEY_STATUS, "status", false,
                      cairn_alert_codes_document_statuses)},
};
const struct cairn_shape cairn_alert_shape_document = SHAPE("document", document_fields);

static const struct cairn_field row_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_DOCUMENT_KEY_KIND, "kind", true, cairn_alert_codes_documents)},
    {CAIRN_FIELD_COUNTRY(CAIRN_DOCUMENT_KEY_ISSUER, "issuer", true)},
    {CAIRN_FIELD_TEXT(CAIRN_DOCUMENT_KEY_NUMBER, "number", true, CAIRN_DOCUMENT_NUMBER_BYTES,
                      NUMBER)},
    {CAIRN_FIELD_DATE(CAIRN_DOCUMENT_KEY_ISSUED, "issued", false)},
    {CAIRN_FIELD_DATE(CAIRN_DOCUMENT_KEY_EXPIRES, "expires", false)},
    {CAIRN_FIELD_CODE(CAIRN_DOCUMENT_KEY_STATUS, "status", true,
                      cairn_alert_codes_document_statuses)},
};
static const struct cairn_shape row_shape = SHAPE("row", row_fields);

static const struct cairn_field decision_fields[] = {
    {CAIRN_FIELD_TEXT(1, "reference", true, 64, PLAIN)},
    {CAIRN_FIELD_DATE(2, "date", true)},
    {CAIRN_FIELD_TEXT(3, "authority", true, 64, PLAIN)},
};
static const struct cairn_shape decision_shape = SHAPE("decision", decision_fields);

static const struct cairn_field return_fields[] = {
    {CAIRN_FIELD_DATE(1, "voluntary_until", false)},
    {CAIRN_FIELD_CODE(2, "suspended", true, cairn_alert_codes_suspensions)},
    {CAIRN_FIELD_BOOL(3, "ban", true)},
    {CAIRN_FIELD_DATE(4, "ban_until", false)},
    {CAIRN_FIELD_COUNTRY(5, "to", false), .list_max = 4},
};
static const struct cairn_shape return_shape = SHAPE("return", return_fields);

static const struct cairn_field case_fields[] = {
    {CAIRN_FIELD_CODE(1, "risk", true, cairn_alert_codes_risks)},
    {CAIRN_FIELD_TEXT(2, "guardian", false, CONTACT_BYTES, PLAIN)},
};
static const struct cairn_shape case_shape = SHAPE("case", case_fields);

static const struct cairn_field check_fields[] = {
    {CAIRN_FIELD_BOOL(1, "immediate", true)},
    {CAIRN_FIELD_CODE(2, "seek", false, cairn_alert_codes_seeks), .list_max = SEEKS_MAX},
};
static const struct cairn_shape check_shape = SHAPE("check", check_fields);

static const struct cairn_field handling_fields[] = {
    {CAIRN_FIELD_CODE(1, "code", true, cairn_alert_codes_handlings)},
    {CAIRN_FIELD_CODE(2, "source", true, cairn_alert_codes_sources)},
    {CAIRN_FIELD_UINT(3, "information", true, 1, 4)},
    {CAIRN_FIELD_CODE(4, "onward", true, cairn_alert_codes_onwards)},
};
static const struct cairn_shape handling_shape = SHAPE("handling", handling_fields);

/* The same key means the same in all of them. */
static const struct cairn_field issue_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_CATEGORY, "category", true, cairn_alert_codes_categories)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_ACTION, "action", true, cairn_alert_codes_actions)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_FALLBACK, "fallback", false, cairn_alert_codes_actions)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_REASON, "reason", true, cairn_alert_codes_reasons)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_REASON_TEXT, "reason_text", false, FREE_BYTES, FREE)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_AUTHORITY, "authority", true, AUTHORITY_BYTES, AUTHORITY)},
    {CAIRN_FIELD_TIME(CAIRN_ALERT_KEY_FROM, "from", true)},
    {CAIRN_FIELD_TIME(CAIRN_ALERT_KEY_EXPIRES, "expires", true)},
    {CAIRN_FIELD_DATE(CAIRN_ALERT_KEY_REVIEW, "review", false)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_HANDLING, "handling", true, handling_shape)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_CONTACT, "contact", true, CONTACT_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_LANGUAGE, "language", false, LANGUAGE_BYTES, LANGUAGE)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_NAMES, "names", false, name_shape), .list_max = NAMES_MAX},
    {CAIRN_FIELD_BIRTH(CAIRN_ALERT_KEY_BIRTHS, "births", false), .list_max = SMALL_LIST_MAX},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_SEX, "sex", false, cairn_alert_codes_sexes)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_BIRTH_PLACE, "birth_place", false, place_shape)},
    {CAIRN_FIELD_COUNTRY(CAIRN_ALERT_KEY_NATIONALITIES, "nationalities", false),
     .list_max = SMALL_LIST_MAX},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_DOCUMENTS, "documents", false, cairn_alert_shape_document),
     .list_max = DOCUMENTS_MAX},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_MARKS, "marks", false, MARK_BYTES, FREE),
     .list_max = MARKS_MAX},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_WARNINGS, "warnings", false, cairn_alert_codes_warnings),
     .list_max = WARNINGS_MAX},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_DECISION, "decision", false, decision_shape)},
    {CAIRN_FIELD_BIN(CAIRN_ALERT_KEY_WARRANT, "warrant", false, 32)},
    {CAIRN_FIELD_BOOL(CAIRN_ALERT_KEY_MINOR, "is_minor", false)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_RETURN, "return", false, return_shape)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_CASE, "case", false, case_shape)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_CHECK, "check", false, check_shape)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_STATUS, "document_status", false,
                      cairn_alert_codes_document_statuses)},
};

static const struct cairn_field set_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_ACTION, "action", false, cairn_alert_codes_actions)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_FALLBACK, "fallback", false, cairn_alert_codes_actions)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_REASON, "reason", false, cairn_alert_codes_reasons)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_REASON_TEXT, "reason_text", false, FREE_BYTES, FREE)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_AUTHORITY, "authority", false, AUTHORITY_BYTES, AUTHORITY)},
    {CAIRN_FIELD_TIME(CAIRN_ALERT_KEY_EXPIRES, "expires", false)},
    {CAIRN_FIELD_DATE(CAIRN_ALERT_KEY_REVIEW, "review", false)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_HANDLING, "handling", false, handling_shape)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_CONTACT, "contact", false, CONTACT_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_LANGUAGE, "language", false, LANGUAGE_BYTES, LANGUAGE)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_SEX, "sex", false, cairn_alert_codes_sexes)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_BIRTH_PLACE, "birth_place", false, place_shape)},
    {CAIRN_FIELD_COUNTRY(CAIRN_ALERT_KEY_NATIONALITIES, "nationalities", false),
     .list_max = SMALL_LIST_MAX},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_DECISION, "decision", false, decision_shape)},
    {CAIRN_FIELD_BIN(CAIRN_ALERT_KEY_WARRANT, "warrant", false, 32)},
    {CAIRN_FIELD_BOOL(CAIRN_ALERT_KEY_MINOR, "is_minor", false)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_RETURN, "return", false, return_shape)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_CASE, "case", false, case_shape)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_CHECK, "check", false, check_shape)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_STATUS, "document_status", false,
                      cairn_alert_codes_document_statuses)},
};

static const struct cairn_field change_fields[] = {
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_NAMES, "names", false, name_shape), .list_max = NAMES_MAX},
    {CAIRN_FIELD_BIRTH(CAIRN_ALERT_KEY_BIRTHS, "births", false), .list_max = SMALL_LIST_MAX},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_DOCUMENTS, "documents", false, cairn_alert_shape_document),
     .list_max = DOCUMENTS_MAX},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_MARKS, "marks", false, MARK_BYTES, FREE),
     .list_max = MARKS_MAX},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_WARNINGS, "warnings", false, cairn_alert_codes_warnings),
     .list_max = WARNINGS_MAX},
};

static const struct cairn_field batch_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_CATEGORY, "category", true, cairn_alert_codes_categories)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_ACTION, "action", true, cairn_alert_codes_actions)},
    {CAIRN_FIELD_CODE(CAIRN_ALERT_KEY_REASON, "reason", true, cairn_alert_codes_reasons)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_REASON_TEXT, "reason_text", false, FREE_BYTES, FREE)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_AUTHORITY, "authority", true, AUTHORITY_BYTES, AUTHORITY)},
    {CAIRN_FIELD_TIME(CAIRN_ALERT_KEY_FROM, "from", true)},
    {CAIRN_FIELD_TIME(CAIRN_ALERT_KEY_EXPIRES, "expires", true)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_HANDLING, "handling", true, handling_shape)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_CONTACT, "contact", true, CONTACT_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_KEY_LANGUAGE, "language", false, LANGUAGE_BYTES, LANGUAGE)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_KEY_ROWS, "rows", true, row_shape),
     .list_max = CAIRN_LIMIT_BATCH_ROWS},
};

static const struct cairn_shape set_shape = SHAPE("set", set_fields);
static const struct cairn_shape change_shape = SHAPE("change", change_fields);

static const struct cairn_field amend_fields[] = {
    {CAIRN_FIELD_MAP(CAIRN_ALERT_AMEND_SET, "set", false, set_shape)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_AMEND_ADD, "add", false, change_shape)},
    {CAIRN_FIELD_MAP(CAIRN_ALERT_AMEND_REMOVE, "remove", false, change_shape)},
};
static const struct cairn_field withdraw_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_ALERT_WITHDRAW_REASON, "reason", true, cairn_alert_codes_withdrawals)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_WITHDRAW_TEXT, "text", false, FREE_BYTES, FREE)},
    {CAIRN_FIELD_TEXT(CAIRN_ALERT_WITHDRAW_INTO, "into", false, CAIRN_ID_OBJECT_BYTES, OBJECT)},
    {CAIRN_FIELD_UINT(CAIRN_ALERT_WITHDRAW_ROWS, "rows", false, 0, CAIRN_LIMIT_BATCH_ROWS - 1),
     .list_max = CAIRN_ALERT_WITHDRAW_ROWS_MAX},
};

static const struct cairn_shape issue_shape = SHAPE("alert.issue", issue_fields);
static const struct cairn_shape amend_shape = SHAPE("alert.amend", amend_fields);
static const struct cairn_shape withdraw_shape = SHAPE("alert.withdraw", withdraw_fields);
static const struct cairn_shape leave_shape = {.name = "alert.leave", .fields = NULL, .count = 0};
static const struct cairn_shape batch_shape = SHAPE("alert.batch", batch_fields);

const struct cairn_shape *cairn_alert_shape_find(enum cairn_kind kind)
{
    if (kind == CAIRN_KIND_ALERT_ISSUE) {
        return &issue_shape;
    }
    if (kind == CAIRN_KIND_ALERT_AMEND) {
        return &amend_shape;
    }
    if (kind == CAIRN_KIND_ALERT_WITHDRAW) {
        return &withdraw_shape;
    }
    if (kind == CAIRN_KIND_ALERT_LEAVE) {
        return &leave_shape;
    }
    return kind == CAIRN_KIND_ALERT_BATCH ? &batch_shape : NULL;
}
