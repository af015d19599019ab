#include "schema/case/case_codes.h"

#define CASE_CODES_LIST(list, text, table, error)                                                  \
    const struct cairn_codelist cairn_case_codes_##list = {                                        \
        .name = (text),                                                                            \
        .entries = (table),                                                                        \
        .count = sizeof(table) / sizeof(table)[0],                                                 \
        .err = (error),                                                                            \
    }

static const struct cairn_codelist_entry bases[] = {
    {CAIRN_CASE_BASIS_OWN_NATIONAL, "own_national"},
    {CAIRN_CASE_BASIS_FORMER_NATIONAL, "former_national"},
    {CAIRN_CASE_BASIS_TCN_VISA, "tcn_visa"},
    {CAIRN_CASE_BASIS_TCN_PERMIT, "tcn_permit"},
    {CAIRN_CASE_BASIS_TCN_DIRECT_ENTRY, "tcn_direct_entry"},
    {CAIRN_CASE_BASIS_STATELESS, "stateless"},
    {CAIRN_CASE_BASIS_FAMILY_MEMBER, "family_member"},
    {CAIRN_CASE_BASIS_OTHER_JURISDICTION, "other_jurisdiction"},
};
CASE_CODES_LIST(bases, "basis", bases, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry procedures[] = {
    {CAIRN_CASE_PROCEDURE_NORMAL, "normal"},
    {CAIRN_CASE_PROCEDURE_ACCELERATED, "accelerated"},
    {CAIRN_CASE_PROCEDURE_NOTICE_ONLY, "notice_only"},
    {CAIRN_CASE_PROCEDURE_TRANSIT_ONLY, "transit_only"},
};
CASE_CODES_LIST(procedures, "procedure", procedures, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry modes[] = {
    {1, "voluntary"}, {2, "assisted"}, {3, "forced"}};
CASE_CODES_LIST(modes, "mode", modes, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry roles[] = {
    {CAIRN_CASE_ROLE_PRINCIPAL, "principal"},
    {CAIRN_CASE_ROLE_SPOUSE, "spouse"},
    {CAIRN_CASE_ROLE_CHILD, "child"},
    {CAIRN_CASE_ROLE_OTHER, "other"},
};
CASE_CODES_LIST(roles, "role", roles, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry sexes[] = {{1, "F"}, {2, "M"}, {3, "X"}};
CASE_CODES_LIST(sexes, "sex", sexes, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry civil_statuses[] = {
    {1, "single"}, {2, "married"}, {3, "divorced"}, {4, "widowed"}, {5, "partnership"}};
CASE_CODES_LIST(civil_statuses, "civil_status", civil_statuses, CAIRN_RULE_CODE);

/* N: nationality, T: third-country nationals; 1 proof, 2 prima facie. */
static const struct cairn_codelist_entry evidence[] = {
    {1, "N1_PASSPORT"},         {2, "N1_IDENTITY_CARD"},
    {3, "N1_CITIZENSHIP"},      {20, "N2_COPY"},
    {21, "N2_DRIVING_LICENCE"}, {22, "N2_BIRTH_CERTIFICATE"},
    {23, "N2_SERVICE_CARD"},    {24, "N2_WITNESS"},
    {25, "N2_STATEMENT"},       {26, "N2_LANGUAGE"},
    {27, "N2_FINGERPRINTS"},    {28, "N2_LAISSEZ_PASSER"},
    {29, "N2_VIS_MATCH"},       {30, "T1_VISA"},
    {31, "T1_PERMIT"},          {32, "T1_STAMP"},
    {33, "T1_TICKET"},          {34, "T1_RECEIPT"},
    {35, "T1_BORDER_STAFF"},    {40, "T2_INTERCEPTION"},
    {41, "T2_RELATIVES"},       {CAIRN_CASE_EVIDENCE_T2_INTORG, "T2_INTORG"},
    {43, "T2_STATEMENT"},       {44, "T2_FINGERPRINTS"},
};
CASE_CODES_LIST(evidence, "evidence", evidence, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry media[] = {
    {CAIRN_CASE_MEDIA_PDF, "application/pdf"}, {CAIRN_CASE_MEDIA_JPEG, "image/jpeg"},
    {CAIRN_CASE_MEDIA_PNG, "image/png"},       {CAIRN_CASE_MEDIA_TIFF, "image/tiff"},
    {CAIRN_CASE_MEDIA_WSQ, "image/x-wsq"},     {CAIRN_CASE_MEDIA_JP2, "image/jp2"},
};
CASE_CODES_LIST(media, "media", media, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry needs[] = {
    {1, "medical_escort"}, {2, "wheelchair"},     {3, "medication"},
    {4, "pregnant"},       {5, "minor_guardian"}, {6, "interpreter"},
    {7, "female_staff"},   {8, "separate_seat"},  {9, "other"},
};
CASE_CODES_LIST(needs, "need", needs, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry risks[] = {{1, "none"}, {2, "escort"}, {3, "security"}};
CASE_CODES_LIST(risks, "risk", risks, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry families[] = {{1, "spouse_of"},
                                                       {CAIRN_CASE_FAMILY_PARENT, "parent_of"},
                                                       {3, "sibling_of"},
                                                       {4, "relative_of"}};
CASE_CODES_LIST(families, "family", families, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry guardians[] = {{1, "guardian"}, {2, "facility"}};
CASE_CODES_LIST(guardians, "guardian", guardians, CAIRN_RULE_CODE);

static const struct cairn_codelist_entry refusals[] = {
    {1, "R_NOT_NATIONAL"}, {2, "R_IDENTITY_UNKNOWN"},
    {3, "R_EVIDENCE"},     {4, "R_TCN_CONDITION"},
    {5, "R_AIRSIDE_ONLY"}, {6, "R_RQ_VISA"},
    {7, "R_VISA_FREE"},    {8, "R_LATE"},
    {9, "R_TRANSITION"},   {10, "R_ENTRY_BEFORE_AGREEMENT"},
    {11, "R_DUPLICATE"},   {12, "R_WRONG_AUTHORITY"},
    {13, "R_FORM"},        {14, "R_OUT_OF_SCOPE"},
    {15, "R_RIGHTS"},
};
CASE_CODES_LIST(refusals, "refusal", refusals, CAIRN_RULE_REASON);

/* A person who was granted protection goes out as `other`: the true reason stays at home. */
static const struct cairn_codelist_entry withdrawals[] = {
    {1, "regularised"}, {2, "left_by_self"}, {3, "court"},
    {4, "duplicate"},   {5, "deceased"},     {6, "other"},
};
CASE_CODES_LIST(withdrawals, "withdrawal", withdrawals, CAIRN_RULE_REASON);
