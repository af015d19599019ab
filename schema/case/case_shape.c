#include "schema/case/case_shape.h"

#include "schema/alert/alert_codes.h"
#include "schema/alert/document.h"
#include "schema/case/case_codes.h"
#include "schema/case/evidence.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SHAPE(text, table)                                                                         \
    {                                                                                              \
        .name = (text), .fields = (table), .count = COUNT(table)                                   \
    }
#define NAME_BYTES      128u
#define TEXT_BYTES      200u
#define REFERENCE_BYTES 40u
#define LANGUAGE_BYTES  35u
#define REMARK_BYTES    8000u /* 2,000 characters of four bytes */
#define PERSON          (CAIRN_CASE_PERSONS_MAX - 1)

static const struct cairn_field decision_fields[] = {
    {CAIRN_FIELD_BOOL(CAIRN_CASE_DECISION_FINAL, "final", true)},
    {CAIRN_FIELD_DATE(CAIRN_CASE_DECISION_DATE, "date", true)},
};
static const struct cairn_shape decision_shape = SHAPE("decision", decision_fields);

static const struct cairn_field place_fields[] = {
    {CAIRN_FIELD_COUNTRY(CAIRN_CASE_BIRTH_PLACE_COUNTRY, "country", false)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_BIRTH_PLACE_TEXT, "place", false, 80, PLAIN)},
};
static const struct cairn_shape place_shape = SHAPE("birth_place", place_fields);

static const struct cairn_field person_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_CASE_PERSON_ROLE, "role", true, cairn_case_codes_roles)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_SURNAME, "surname", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_GIVEN, "given", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_MAIDEN, "maiden", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_ALIASES, "aliases", false, NAME_BYTES, PLAIN),
     .list_max = 8},
    {CAIRN_FIELD_BIRTH(CAIRN_CASE_PERSON_BIRTH, "birth", true)},
    {CAIRN_FIELD_MAP(CAIRN_CASE_PERSON_BIRTH_PLACE, "birth_place", false, place_shape)},
    {CAIRN_FIELD_CODE(CAIRN_CASE_PERSON_SEX, "sex", false, cairn_case_codes_sexes)},
    {CAIRN_FIELD_COUNTRY(CAIRN_CASE_PERSON_NATIONALITIES, "nationalities", true), .list_max = 8},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_LANGUAGES, "languages", false, LANGUAGE_BYTES, LANGUAGE),
     .list_max = 8},
    {CAIRN_FIELD_CODE(CAIRN_CASE_PERSON_CIVIL_STATUS, "civil_status", false,
                      cairn_case_codes_civil_statuses)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_FATHER, "father", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_MOTHER, "mother", false, NAME_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_MARKS, "marks", false, 80, FREE), .list_max = 10},
    {CAIRN_FIELD_BIN(CAIRN_CASE_PERSON_PHOTO, "photo", false, 32)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_PERSON_ADDRESS, "address", false, TEXT_BYTES, PLAIN)},
};
static const struct cairn_shape person_shape = SHAPE("person", person_fields);

static const struct cairn_field document_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_DOCUMENT_KEY_KIND, "kind", true, cairn_alert_codes_documents)},
    {CAIRN_FIELD_COUNTRY(CAIRN_DOCUMENT_KEY_ISSUER, "issuer", true)},
    {CAIRN_FIELD_TEXT(CAIRN_DOCUMENT_KEY_NUMBER, "number", true, CAIRN_DOCUMENT_NUMBER_BYTES,
                      NUMBER)},
    {CAIRN_FIELD_DATE(CAIRN_DOCUMENT_KEY_ISSUED, "issued", false)},
    {CAIRN_FIELD_DATE(CAIRN_DOCUMENT_KEY_EXPIRES, "expires", false)},
    {CAIRN_FIELD_TEXT(CAIRN_DOCUMENT_KEY_MRZ, "mrz", false, CAIRN_DOCUMENT_MRZ_BYTES, MRZ)},
    {CAIRN_FIELD_UINT(CAIRN_DOCUMENT_KEY_PERSON, "person", true, 0, PERSON)},
};
static const struct cairn_shape document_shape = SHAPE("document", document_fields);

static const struct cairn_field evidence_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_CASE_EVIDENCE_CODE, "code", true, cairn_case_codes_evidence)},
    {CAIRN_FIELD_BIN(CAIRN_CASE_EVIDENCE_HASH, "sha256", true, 32)},
    {CAIRN_FIELD_UINT(CAIRN_CASE_EVIDENCE_SIZE, "size", true, 1, CAIRN_EVIDENCE_BYTES_MAX)},
    {CAIRN_FIELD_CODE(CAIRN_CASE_EVIDENCE_MEDIA, "media", true, cairn_case_codes_media)},
    {CAIRN_FIELD_UINT(CAIRN_CASE_EVIDENCE_GROUP, "group", true, 1, 4)},
};
static const struct cairn_shape evidence_shape = SHAPE("evidence", evidence_fields);

static const struct cairn_field family_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_CASE_FAMILY_KIND, "kind", true, cairn_case_codes_families)},
    {CAIRN_FIELD_UINT(CAIRN_CASE_FAMILY_PERSON, "person", true, 0, PERSON)},
    {CAIRN_FIELD_UINT(CAIRN_CASE_FAMILY_OTHER, "other", true, 0, PERSON)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_FAMILY_CASE, "case", false, CAIRN_ID_OBJECT_BYTES, OBJECT)},
};
static const struct cairn_shape family_shape = SHAPE("family", family_fields);

static const struct cairn_field guardian_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_CASE_GUARDIAN_KIND, "kind", true, cairn_case_codes_guardians)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_GUARDIAN_NAME, "name", true, TEXT_BYTES, PLAIN)},
    {CAIRN_FIELD_BOOL(CAIRN_CASE_GUARDIAN_DETERMINED, "best_interest_determined", true)},
};
static const struct cairn_shape guardian_shape = SHAPE("guardian", guardian_fields);

static const struct cairn_field request_fields[] = {
    {CAIRN_FIELD_TEXT(CAIRN_CASE_KEY_REFERENCE, "reference", true, REFERENCE_BYTES, REFERENCE)},
    {CAIRN_FIELD_COUNTRY(CAIRN_CASE_KEY_REQUESTING, "requesting", true)},
    {CAIRN_FIELD_COUNTRY(CAIRN_CASE_KEY_REQUESTED, "requested", true)},
    {CAIRN_FIELD_BIN(CAIRN_CASE_KEY_AGREEMENT, "agreement", true, 32)},
    {CAIRN_FIELD_CODE(CAIRN_CASE_KEY_BASIS, "basis", true, cairn_case_codes_bases)},
    {CAIRN_FIELD_CODE(CAIRN_CASE_KEY_PROCEDURE, "procedure", true, cairn_case_codes_procedures)},
    {CAIRN_FIELD_CODE(CAIRN_CASE_KEY_MODE, "mode", true, cairn_case_codes_modes)},
    {CAIRN_FIELD_MAP(CAIRN_CASE_KEY_DECISION, "decision", true, decision_shape)},
    {CAIRN_FIELD_DATE(CAIRN_CASE_KEY_KNEW_ON, "knew_on", false)},
    {CAIRN_FIELD_DATE(CAIRN_CASE_KEY_CAUGHT_ON, "caught_on", false)},
    {CAIRN_FIELD_MAP(CAIRN_CASE_KEY_PERSONS, "persons", true, person_shape),
     .list_max = CAIRN_CASE_PERSONS_MAX},
    {CAIRN_FIELD_MAP(CAIRN_CASE_KEY_DOCUMENTS, "documents", false, document_shape), .list_max = 24},
    {CAIRN_FIELD_MAP(CAIRN_CASE_KEY_EVIDENCE, "evidence", false, evidence_shape),
     .list_max = CAIRN_CASE_EVIDENCE_MAX},
    {CAIRN_FIELD_CODE(CAIRN_CASE_KEY_NEEDS, "needs", false, cairn_case_codes_needs), .list_max = 9},
    {CAIRN_FIELD_CODE(CAIRN_CASE_KEY_RISK, "risk", true, cairn_case_codes_risks)},
    {CAIRN_FIELD_MAP(CAIRN_CASE_KEY_FAMILY, "family", false, family_shape), .list_max = 32},
    {CAIRN_FIELD_BOOL(CAIRN_CASE_KEY_INTERVIEW, "interview", false)},
    {CAIRN_FIELD_MAP(CAIRN_CASE_KEY_GUARDIAN, "guardian", false, guardian_shape)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_KEY_REMARKS, "remarks", false, REMARK_BYTES, REMARK)},
    {CAIRN_FIELD_COUNTRY(CAIRN_CASE_KEY_TRANSIT, "transit", false), .list_max = 4},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_KEY_CONTACT, "contact", false, TEXT_BYTES, PLAIN)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_KEY_LANGUAGE, "language", false, LANGUAGE_BYTES, LANGUAGE)},
};

static const struct cairn_field ack_fields[] = {
    {CAIRN_FIELD_TEXT(CAIRN_CASE_ACK_REFERENCE, "reference", false, REFERENCE_BYTES, REFERENCE)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_ACK_CONTACT, "contact", false, TEXT_BYTES, PLAIN)},
};
static const struct cairn_field accept_fields[] = {
    {CAIRN_FIELD_BOOL(CAIRN_CASE_ACCEPT_ALL, "all", true)},
    {CAIRN_FIELD_UINT(CAIRN_CASE_ACCEPT_PERSONS, "persons", false, 0, PERSON),
     .list_max = CAIRN_CASE_PERSONS_MAX},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_ACCEPT_REFERENCE, "reference", false, REFERENCE_BYTES, REFERENCE)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_ACCEPT_REMARKS, "remarks", false, REMARK_BYTES, REMARK)},
};
static const struct cairn_field refuse_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_CASE_REFUSE_REASONS, "reasons", true, cairn_case_codes_refusals),
     .list_max = 15},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_REFUSE_TEXT, "text", false, REMARK_BYTES, REMARK)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_REFUSE_REFERENCE, "reference", false, REFERENCE_BYTES, REFERENCE)},
};
static const struct cairn_field withdraw_fields[] = {
    {CAIRN_FIELD_CODE(CAIRN_CASE_WITHDRAW_REASON, "reason", true, cairn_case_codes_withdrawals)},
    {CAIRN_FIELD_TEXT(CAIRN_CASE_WITHDRAW_TEXT, "text", false, REMARK_BYTES, REMARK)},
};

static const struct cairn_shape request_shape = SHAPE("case.request", request_fields);
static const struct cairn_shape ack_shape = SHAPE("case.ack", ack_fields);
static const struct cairn_shape accept_shape = SHAPE("case.accept", accept_fields);
static const struct cairn_shape refuse_shape = SHAPE("case.refuse", refuse_fields);
static const struct cairn_shape withdraw_shape = SHAPE("case.withdraw", withdraw_fields);

const struct cairn_shape *cairn_case_shape_find(enum cairn_kind kind)
{
    if (kind == CAIRN_KIND_CASE_REQUEST) {
        return &request_shape;
    }
    if (kind == CAIRN_KIND_CASE_ACK) {
        return &ack_shape;
    }
    if (kind == CAIRN_KIND_CASE_ACCEPT) {
        return &accept_shape;
    }
    if (kind == CAIRN_KIND_CASE_REFUSE) {
        return &refuse_shape;
    }
    return kind == CAIRN_KIND_CASE_WITHDRAW ? &withdraw_shape : NULL;
}
