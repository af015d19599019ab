#include "schema/alert/alert_codes.h"

#define ALERT_CODES_ENTRY(name, number, text) {(number), (text)},
#define ALERT_CODES_LIST(list, text, table)                                                        \
    const struct cairn_codelist cairn_alert_codes_##list = {                                       \
        .name = (text),                                                                            \
        .entries = (table),                                                                        \
        .count = sizeof(table) / sizeof(table)[0],                                                 \
        .err = CAIRN_RULE_CODE,                                                                    \
    }

static const struct cairn_codelist_entry categories[] = {
    CAIRN_ALERT_CATEGORY_LIST(ALERT_CODES_ENTRY)};
ALERT_CODES_LIST(categories, "category", categories);

static const struct cairn_codelist_entry actions[] = {CAIRN_ALERT_ACTION_LIST(ALERT_CODES_ENTRY)};
ALERT_CODES_LIST(actions, "action", actions);

static const struct cairn_codelist_entry reasons[] = {
    {1, "extradition"},
    {2, "sentence"},
    {3, "terrorism"},
    {4, "violent_crime"},
    {5, "organised_crime"},
    {6, "trafficking_in_persons"},
    {7, "migrant_smuggling"},
    {8, "drugs"},
    {9, "fraud"},
    {10, "immigration_offence"},
    {11, "other_offence"},
    {20, "entry_ban"},
    {21, "public_order"},
    {22, "national_security"},
    {23, "serious_offence"},
    {24, "entry_law_evasion"},
    {30, "return_decision"},
    {31, "overstay"},
    {40, "un_listing"},
    {41, "regional_listing"},
    {42, "national_listing"},
    {50, "missing"},
    {51, "disaster_victim"},
    {52, "placed_in_care"},
    {60, "parental_abduction"},
    {61, "trafficking_risk"},
    {62, "forced_marriage"},
    {63, "genital_mutilation"},
    {64, "armed_group"},
    {65, "exploitation"},
    {66, "health"},
    {70, "witness"},
    {71, "summons"},
    {72, "service_of_document"},
    {73, "service_of_judgment"},
    {80, "serious_crime"},
    {81, "state_security"},
    {82, "execution_of_sentence"},
    {90, "document_fraud"},
    {91, "identity_misuse"},
    {92, "other_information"},
    {100, "reported_by_holder"},
    {101, "reported_by_authority"},
    {102, "production_theft"},
};
ALERT_CODES_LIST(reasons, "reason", reasons);

static const struct cairn_codelist_entry withdrawals[] = {
    {1, "executed"},
    {2, "revoked"},
    {3, "wrong"},
    {CAIRN_ALERT_WITHDRAW_MERGED, "merged"},
};
ALERT_CODES_LIST(withdrawals, "withdrawal", withdrawals);

static const struct cairn_codelist_entry sexes[] = {{1, "F"}, {2, "M"}, {3, "X"}, {4, "U"}};
ALERT_CODES_LIST(sexes, "sex", sexes);

static const struct cairn_codelist_entry name_kinds[] = {
    {CAIRN_ALERT_NAME_MAIN, "main"}, {2, "birth"}, {3, "former"}, {4, "alias"}, {5, "nick"},
};
ALERT_CODES_LIST(name_kinds, "name_kind", name_kinds);

/* Passport, diplomatic, service, identity card, residence permit, visa, driving licence, other
 * travel document, emergency document. */
static const struct cairn_codelist_entry documents[] = {
    {1, "P"}, {2, "D"}, {3, "S"}, {4, "I"}, {5, "R"}, {6, "V"}, {7, "L"}, {8, "T"}, {9, "E"},
};
ALERT_CODES_LIST(documents, "document_kind", documents);

static const struct cairn_codelist_entry document_statuses[] = {
    {1, "stolen"}, {2, "lost"},   {3, "revoked"},         {4, "invalid"},
    {5, "blank"},  {6, "forged"}, {7, "misappropriated"},
};
ALERT_CODES_LIST(document_statuses, "document_status", document_statuses);

/* Armed, violent, escaped, suicide risk, contagious, terrorist activity, medical need,
 * unaccompanied minor, possible victim of trafficking. */
static const struct cairn_codelist_entry warnings[] = {
    {1, "ARM"}, {2, "VIO"}, {3, "ESC"}, {4, "SUI"}, {5, "HLT"},
    {6, "TER"}, {7, "MED"}, {8, "UAM"}, {9, "VOT"},
};
ALERT_CODES_LIST(warnings, "warning", warnings);

static const struct cairn_codelist_entry risks[] = {
    {1, "missing_adult"},
    {2, "missing_child"},
    {3, "runaway"},
    {4, "disaster_victim"},
    {5, "parental_abduction"},
    {6, "trafficking"},
    {7, "forced_marriage"},
    {8, "genital_mutilation"},
    {9, "gender_violence"},
    {10, "armed_group"},
    {11, "terrorism"},
    {12, "exploitation"},
    {13, "medical_condition"},
    {14, "other"},
};
ALERT_CODES_LIST(risks, "risk", risks);

static const struct cairn_codelist_entry suspensions[] = {{1, "none"}, {2, "appeal"}, {3, "other"}};
ALERT_CODES_LIST(suspensions, "suspension", suspensions);

/* The eight facts of a check, then what may be asked on top. */
static const struct cairn_codelist_entry seeks[] = {
    {1, "found"},         {2, "place_and_time"}, {3, "reason"},       {4, "route"},
    {5, "companions"},    {6, "vehicle"},        {7, "objects"},      {8, "circumstances"},
    {9, "destination"},   {10, "documents"},     {11, "money"},       {12, "lodging"},
    {13, "devices"},      {14, "health"},        {15, "accompanied"}, {16, "purpose_of_travel"},
    {17, "means_of_pay"}, {18, "tickets"},
};
ALERT_CODES_LIST(seeks, "seek", seeks);

/* H0 free within the law, H1 no evidence without permission, H2 no disclosure without permission,
 * H3 other restrictions. */
static const struct cairn_codelist_entry handlings[] = {{1, "H0"}, {2, "H1"}, {3, "H2"}, {4, "H3"}};
ALERT_CODES_LIST(handlings, "handling", handlings);

static const struct cairn_codelist_entry sources[] = {
    {1, "A"}, {2, "B"}, {3, "C"}, {4, "D"}, {5, "X"}};
ALERT_CODES_LIST(sources, "source", sources);

static const struct cairn_codelist_entry onwards[] = {{1, "none"}, {2, "consent"}, {3, "free"}};
ALERT_CODES_LIST(onwards, "onward", onwards);
