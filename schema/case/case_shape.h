/* The bodies of case operations as tables, and the keys of their fields.
 *
 *     case.request    the application: who, to whom, under what agreement, on what evidence
 *     case.ack        the requested state has it        case.accept   for all, or for some
 *     case.refuse     reasons by code                   case.withdraw the requesting state stops
 *
 * Pure. docs/format.md, section 4. */
#ifndef CAIRN_SCHEMA_CASE_CASE_SHAPE_H
#define CAIRN_SCHEMA_CASE_CASE_SHAPE_H

#include "schema/operation.h"
#include "schema/shape.h"

#define CAIRN_CASE_PERSONS_MAX  12u
#define CAIRN_CASE_EVIDENCE_MAX 32u

enum cairn_case_key {
    CAIRN_CASE_KEY_REFERENCE = 1,
    CAIRN_CASE_KEY_REQUESTING = 2,
    CAIRN_CASE_KEY_REQUESTED = 3,
    CAIRN_CASE_KEY_AGREEMENT = 4,
    CAIRN_CASE_KEY_BASIS = 5,
    CAIRN_CASE_KEY_PROCEDURE = 6,
    CAIRN_CASE_KEY_MODE = 7,
    CAIRN_CASE_KEY_DECISION = 8,
    CAIRN_CASE_KEY_KNEW_ON = 9,
    CAIRN_CASE_KEY_CAUGHT_ON = 10,
    CAIRN_CASE_KEY_PERSONS = 11,
    CAIRN_CASE_KEY_DOCUMENTS = 12,
    CAIRN_CASE_KEY_EVIDENCE = 13,
    CAIRN_CASE_KEY_NEEDS = 14,
    CAIRN_CASE_KEY_RISK = 15,
    CAIRN_CASE_KEY_FAMILY = 16,
    CAIRN_CASE_KEY_INTERVIEW = 17,
    CAIRN_CASE_KEY_GUARDIAN = 18,
    CAIRN_CASE_KEY_REMARKS = 19,
    CAIRN_CASE_KEY_TRANSIT = 20,
    CAIRN_CASE_KEY_CONTACT = 21,
    CAIRN_CASE_KEY_LANGUAGE = 22,
    CAIRN_CASE_KEY_END = 23, /* for slots: one more than the last */
};

/* Keys of a person. */
enum cairn_case_person_key {
    CAIRN_CASE_PERSON_ROLE = 1,
    CAIRN_CASE_PERSON_SURNAME = 2,
    CAIRN_CASE_PERSON_GIVEN = 3,
    CAIRN_CASE_PERSON_MAIDEN = 4,
    CAIRN_CASE_PERSON_ALIASES = 5,
    CAIRN_CASE_PERSON_BIRTH = 6,
    CAIRN_CASE_PERSON_BIRTH_PLACE = 7,
    CAIRN_CASE_PERSON_SEX = 8,
    CAIRN_CASE_PERSON_NATIONALITIES = 9,
    CAIRN_CASE_PERSON_LANGUAGES = 10,
    CAIRN_CASE_PERSON_CIVIL_STATUS = 11,
    CAIRN_CASE_PERSON_FATHER = 12,
    CAIRN_CASE_PERSON_MOTHER = 13,
    CAIRN_CASE_PERSON_MARKS = 14,
    CAIRN_CASE_PERSON_PHOTO = 15,
    CAIRN_CASE_PERSON_ADDRESS = 16,
    CAIRN_CASE_PERSON_END = 17,
};

/* Keys of the maps inside. */
enum cairn_case_inner_key {
    CAIRN_CASE_DECISION_FINAL = 1,
    CAIRN_CASE_DECISION_DATE = 2,
    CAIRN_CASE_BIRTH_PLACE_COUNTRY = 1,
    CAIRN_CASE_BIRTH_PLACE_TEXT = 2,
    CAIRN_CASE_EVIDENCE_CODE = 1,
    CAIRN_CASE_EVIDENCE_HASH = 2,
    CAIRN_CASE_EVIDENCE_SIZE = 3,
    CAIRN_CASE_EVIDENCE_MEDIA = 4,
    CAIRN_CASE_EVIDENCE_GROUP = 5,
    CAIRN_CASE_FAMILY_KIND = 1,
    CAIRN_CASE_FAMILY_PERSON = 2,
    CAIRN_CASE_FAMILY_OTHER = 3,
    CAIRN_CASE_FAMILY_CASE = 4,
    CAIRN_CASE_GUARDIAN_KIND = 1,
    CAIRN_CASE_GUARDIAN_NAME = 2,
    CAIRN_CASE_GUARDIAN_DETERMINED = 3,
    CAIRN_CASE_INNER_END = 6,
};

/* Keys of the other bodies. */
enum cairn_case_answer_key {
    CAIRN_CASE_ACK_REFERENCE = 1,
    CAIRN_CASE_ACK_CONTACT = 2,
    CAIRN_CASE_ACCEPT_ALL = 1,
    CAIRN_CASE_ACCEPT_PERSONS = 2,
    CAIRN_CASE_ACCEPT_REFERENCE = 3,
    CAIRN_CASE_ACCEPT_REMARKS = 4,
    CAIRN_CASE_REFUSE_REASONS = 1,
    CAIRN_CASE_REFUSE_TEXT = 2,
    CAIRN_CASE_REFUSE_REFERENCE = 3,
    CAIRN_CASE_WITHDRAW_REASON = 1,
    CAIRN_CASE_WITHDRAW_TEXT = 2,
    CAIRN_CASE_ANSWER_END = 5,
};

/* The shape of a case's body. gives  NULL when the kind is no case */
const struct cairn_shape *cairn_case_shape_find(enum cairn_kind kind);

#endif
