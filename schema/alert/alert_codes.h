/* The code lists of alerts. Numbers are wire format, texts are JSON; neither is ever reused.
 *
 * Categories and actions are enums, because rules speak of them; the other lists are data.
 * Pure. docs/format.md, section 3. */
#ifndef CAIRN_SCHEMA_ALERT_ALERT_CODES_H
#define CAIRN_SCHEMA_ALERT_ALERT_CODES_H

#include "schema/shape.h"

/* clang-format off */
#define CAIRN_ALERT_CATEGORY_LIST(X)                                                               \
    X(ARR,   1, "ARR")  /* arrest for surrender or extradition */                                  \
    X(REF,   2, "REF")  /* refusal of entry or stay */                                             \
    X(RET,   3, "RET")  /* return decision */                                                      \
    X(SAN,   4, "SAN")  /* listed person: travel ban */                                            \
    X(MISP,  5, "MISP") /* missing, to be protected */                                             \
    X(MISL,  6, "MISL") /* missing, only to be located */                                          \
    X(CHA,   7, "CHA")  /* child at risk of abduction */                                           \
    X(CHT,   8, "CHT")  /* child to be kept from travelling */                                     \
    X(VUL,   9, "VUL")  /* vulnerable adult to be kept from travelling */                          \
    X(JUD,  10, "JUD")  /* judicial procedure: witness, summons, service */                        \
    X(CHK,  11, "CHK")  /* discreet, inquiry or specific check */                                  \
    X(WARN, 12, "WARN") /* information only */                                                     \
    X(DOC,  13, "DOC")  /* issued document */                                                      \
    X(DBL,  14, "DBL")  /* blank document */

#define CAIRN_ALERT_ACTION_LIST(X)                                                                 \
    X(DETAIN_CONTACT,  1, "DETAIN_CONTACT")                                                        \
    X(REFUSE_ENTRY,    2, "REFUSE_ENTRY")                                                          \
    X(CONFIRM_EXIT,    3, "CONFIRM_EXIT")                                                          \
    X(CHECK_STAY,      4, "CHECK_STAY")                                                            \
    X(REFUSE_TRANSIT,  5, "REFUSE_TRANSIT")                                                        \
    X(PROTECT,         6, "PROTECT")                                                               \
    X(LOCATE,          7, "LOCATE")                                                                \
    X(PREVENT_TRAVEL,  8, "PREVENT_TRAVEL")                                                        \
    X(REPORT_ADDRESS,  9, "REPORT_ADDRESS")                                                        \
    X(DISCREET,       10, "DISCREET")                                                              \
    X(INQUIRY,        11, "INQUIRY")                                                               \
    X(SPECIFIC,       12, "SPECIFIC")                                                              \
    X(INFORM_ONLY,    13, "INFORM_ONLY")                                                           \
    X(SEIZE_DOC,      14, "SEIZE_DOC")                                                             \
    X(EXAMINE,        15, "EXAMINE")

#define CAIRN_ALERT_CATEGORY_ENUM(name, number, text) CAIRN_ALERT_##name = (number),
#define CAIRN_ALERT_ACTION_ENUM(name, number, text)   CAIRN_ALERT_ACTION_##name = (number),
enum cairn_alert_category { CAIRN_ALERT_CATEGORY_LIST(CAIRN_ALERT_CATEGORY_ENUM) };
enum cairn_alert_action { CAIRN_ALERT_ACTION_LIST(CAIRN_ALERT_ACTION_ENUM) };
#undef CAIRN_ALERT_CATEGORY_ENUM
#undef CAIRN_ALERT_ACTION_ENUM

/* Numbers of single entries that rules speak of. */
#define CAIRN_ALERT_REASON_IMMIGRATION 10u /* reasons: immigration_offence */
#define CAIRN_ALERT_NAME_MAIN           1u /* name_kinds: main */
#define CAIRN_ALERT_WITHDRAW_MERGED     4u /* withdrawals: merged */
/* clang-format on */

extern const struct cairn_codelist cairn_alert_codes_categories;
extern const struct cairn_codelist cairn_alert_codes_actions;
extern const struct cairn_codelist cairn_alert_codes_reasons; /* by category: category.h */
extern const struct cairn_codelist cairn_alert_codes_withdrawals;
extern const struct cairn_codelist cairn_alert_codes_sexes;
extern const struct cairn_codelist cairn_alert_codes_name_kinds;
extern const struct cairn_codelist cairn_alert_codes_documents; /* kinds: P, D, S, I, R, ... */
extern const struct cairn_codelist cairn_alert_codes_document_statuses;
extern const struct cairn_codelist cairn_alert_codes_warnings;
extern const struct cairn_codelist cairn_alert_codes_risks; /* of the case block */
extern const struct cairn_codelist cairn_alert_codes_suspensions;
extern const struct cairn_codelist cairn_alert_codes_seeks; /* what a check shall report */
extern const struct cairn_codelist cairn_alert_codes_handlings;
extern const struct cairn_codelist cairn_alert_codes_sources;
extern const struct cairn_codelist cairn_alert_codes_onwards;

#endif
