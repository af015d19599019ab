/* The code lists of readmission cases. Numbers are wire format, texts are JSON; neither is ever
 * reused. Pure. docs/format.md, section 4. */
#ifndef CAIRN_SCHEMA_CASE_CASE_CODES_H
#define CAIRN_SCHEMA_CASE_CASE_CODES_H

#include "schema/shape.h"

enum cairn_case_basis {
    CAIRN_CASE_BASIS_OWN_NATIONAL = 1,
    CAIRN_CASE_BASIS_FORMER_NATIONAL = 2,
    CAIRN_CASE_BASIS_TCN_VISA = 3, /* third-country national ... */
    CAIRN_CASE_BASIS_TCN_PERMIT = 4,
    CAIRN_CASE_BASIS_TCN_DIRECT_ENTRY = 5,
    CAIRN_CASE_BASIS_STATELESS = 6, /* ... or stateless */
    CAIRN_CASE_BASIS_FAMILY_MEMBER = 7,
    CAIRN_CASE_BASIS_OTHER_JURISDICTION = 8,
};

enum cairn_case_procedure {
    CAIRN_CASE_PROCEDURE_NORMAL = 1,
    CAIRN_CASE_PROCEDURE_ACCELERATED = 2,
    CAIRN_CASE_PROCEDURE_NOTICE_ONLY = 3,
    CAIRN_CASE_PROCEDURE_TRANSIT_ONLY = 4,
};

enum cairn_case_role {
    CAIRN_CASE_ROLE_PRINCIPAL = 1,
    CAIRN_CASE_ROLE_SPOUSE = 2,
    CAIRN_CASE_ROLE_CHILD = 3,
    CAIRN_CASE_ROLE_OTHER = 4,
};

enum cairn_case_media {
    CAIRN_CASE_MEDIA_PDF = 1,
    CAIRN_CASE_MEDIA_JPEG = 2,
    CAIRN_CASE_MEDIA_PNG = 3,
    CAIRN_CASE_MEDIA_TIFF = 4,
    CAIRN_CASE_MEDIA_WSQ = 5, /* fingerprints */
    CAIRN_CASE_MEDIA_JP2 = 6, /* faces from a chip */
};

/* Numbers of single entries that rules speak of. */
#define CAIRN_CASE_EVIDENCE_T2_INTORG 42u /* information from an international body */
#define CAIRN_CASE_FAMILY_PARENT      2u  /* families: the first person is a parent of the second */

extern const struct cairn_codelist cairn_case_codes_bases;
extern const struct cairn_codelist cairn_case_codes_procedures;
extern const struct cairn_codelist cairn_case_codes_modes;
extern const struct cairn_codelist cairn_case_codes_roles;
extern const struct cairn_codelist cairn_case_codes_sexes;
extern const struct cairn_codelist cairn_case_codes_civil_statuses;
extern const struct cairn_codelist cairn_case_codes_evidence; /* N1_PASSPORT .. T2_FINGERPRINTS */
extern const struct cairn_codelist cairn_case_codes_media;
extern const struct cairn_codelist cairn_case_codes_needs;
extern const struct cairn_codelist cairn_case_codes_risks;
extern const struct cairn_codelist cairn_case_codes_families;
extern const struct cairn_codelist cairn_case_codes_guardians;
extern const struct cairn_codelist cairn_case_codes_refusals;    /* R_...; err RULE_REASON */
extern const struct cairn_codelist cairn_case_codes_withdrawals; /* err RULE_REASON */

#endif
