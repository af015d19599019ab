#include "schema/case/request_check.h"

#include "schema/alert/document.h"
#include "schema/alert/person.h"
#include "schema/case/case_codes.h"
#include "schema/case/lint.h"
#include "schema/code.h"

#define REQUEST_DAY_MS 86400000u

/* What the rules ask of the persons, read once. */
struct request_persons {
    uint32_t count;
    uint32_t principal_count;
    uint32_t principal; /* index of the first */
    bool has_grown_up;  /* somebody who is not a minor */
    bool is_requested_national;
    uint8_t roles[CAIRN_CASE_PERSONS_MAX];
    struct cairn_civil_birth births[CAIRN_CASE_PERSONS_MAX];
};

struct request_rules {
    const struct cairn_bytes *slots;
    struct cairn_bytes requested;
    int32_t day;
    struct request_persons persons;
};

static cairn_err request_refuse(cairn_err err, const char *field, struct cairn_shape_fault *fault)
{
    return cairn_shape_refuse(err, field, UINT32_MAX, fault);
}

static cairn_err request_check_parties(const struct cairn_bytes *slots, struct cairn_bytes author,
                                       struct cairn_shape_fault *fault)
{
    struct cairn_bytes requesting = cairn_shape_get_text(slots[CAIRN_CASE_KEY_REQUESTING]);
    struct cairn_bytes requested = cairn_shape_get_text(slots[CAIRN_CASE_KEY_REQUESTED]);
    if (!cairn_bytes_is_equal(requesting, author)) {
        return request_refuse(CAIRN_RULE_PARTIES, "requesting", fault);
    }
    if (cairn_bytes_is_equal(requesting, requested) || !cairn_code_is_country(requested, true)) {
        return request_refuse(CAIRN_RULE_PARTIES, "requested", fault);
    }
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, slots[CAIRN_CASE_KEY_TRANSIT]);
    while (cairn_shape_list_next(&list, &raw)) {
        struct cairn_bytes transit = cairn_shape_get_text(raw);
        if (cairn_bytes_is_equal(transit, requesting) || cairn_bytes_is_equal(transit, requested)) {
            return cairn_shape_refuse(CAIRN_RULE_PARTIES, "transit", list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

static cairn_err request_check_past(struct cairn_bytes slot, const char *field, int32_t day,
                                    struct cairn_shape_fault *fault)
{
    if (slot.size > 0 && cairn_person_days(cairn_shape_get_text(slot)) > day) {
        return request_refuse(CAIRN_RULE_DATE, field, fault);
    }
    return CAIRN_OK;
}

static cairn_err request_check_decision(const struct request_rules *rules,
                                        struct cairn_shape_fault *fault)
{
    struct cairn_bytes slots[CAIRN_CASE_INNER_END];
    cairn_shape_split(rules->slots[CAIRN_CASE_KEY_DECISION], slots, CAIRN_CASE_INNER_END);
    struct cairn_bytes date = cairn_shape_get_text(slots[CAIRN_CASE_DECISION_DATE]);
    if (!cairn_shape_get_bool(slots[CAIRN_CASE_DECISION_FINAL]) ||
        cairn_person_days(date) > rules->day) {
        return request_refuse(CAIRN_RULE_DECISION, "decision", fault);
    }
    return CAIRN_OK;
}

static bool request_is_third_country(uint64_t basis)
{
    return basis == CAIRN_CASE_BASIS_TCN_VISA || basis == CAIRN_CASE_BASIS_TCN_PERMIT ||
           basis == CAIRN_CASE_BASIS_TCN_DIRECT_ENTRY || basis == CAIRN_CASE_BASIS_STATELESS;
}

static cairn_err request_check_form(const struct request_rules *rules,
                                    struct cairn_shape_fault *fault)
{
    const struct cairn_bytes *slots = rules->slots;
    if (cairn_shape_get_uint(slots[CAIRN_CASE_KEY_PROCEDURE]) == CAIRN_CASE_PROCEDURE_ACCELERATED &&
        slots[CAIRN_CASE_KEY_CAUGHT_ON].size == 0) {
        return request_refuse(CAIRN_RULE_FORM, "caught_on", fault);
    }
    if (request_is_third_country(cairn_shape_get_uint(slots[CAIRN_CASE_KEY_BASIS])) &&
        slots[CAIRN_CASE_KEY_KNEW_ON].size == 0) {
        return request_refuse(CAIRN_RULE_FORM, "knew_on", fault);
    }
    if (slots[CAIRN_CASE_KEY_EVIDENCE].size == 0 &&
        !cairn_shape_get_bool(slots[CAIRN_CASE_KEY_INTERVIEW])) {
        return request_refuse(CAIRN_RULE_FORM, "evidence", fault);
    }
    CAIRN_TRY(request_check_past(slots[CAIRN_CASE_KEY_KNEW_ON], "knew_on", rules->day, fault));
    return request_check_past(slots[CAIRN_CASE_KEY_CAUGHT_ON], "caught_on", rules->day, fault);
}

static cairn_err request_check_texts(struct cairn_bytes array, const char *field,
                                     struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, array);
    while (cairn_shape_list_next(&list, &raw)) {
        if (cairn_lint_find(cairn_shape_get_text(raw)) != NULL) {
            return cairn_shape_refuse(CAIRN_RULE_PROTECTED, field, list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

static cairn_err request_check_nationalities(struct cairn_bytes array,
                                             struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, array);
    while (cairn_shape_list_next(&list, &raw)) {
        if (cairn_code_is_refugee(cairn_shape_get_text(raw))) {
            return cairn_shape_refuse(CAIRN_RULE_PROTECTED, "nationalities", list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

static cairn_err request_check_person(struct request_rules *rules, struct cairn_bytes raw,
                                      struct cairn_shape_fault *fault)
{
    struct request_persons *persons = &rules->persons;
    struct cairn_bytes slots[CAIRN_CASE_PERSON_END];
    cairn_shape_split(raw, slots, CAIRN_CASE_PERSON_END);
    if (slots[CAIRN_CASE_PERSON_SURNAME].size + slots[CAIRN_CASE_PERSON_GIVEN].size == 0) {
        return request_refuse(CAIRN_RULE_FORM, "surname", fault);
    }
    struct cairn_civil_birth birth;
    CAIRN_TRY(
        cairn_civil_parse_birth(cairn_shape_get_text(slots[CAIRN_CASE_PERSON_BIRTH]), &birth));
    cairn_err err = cairn_civil_check_birth(birth, rules->day);
    if (err != CAIRN_OK) {
        return request_refuse(err, "birth", fault);
    }
    struct cairn_bytes nationalities = slots[CAIRN_CASE_PERSON_NATIONALITIES];
    CAIRN_TRY(request_check_nationalities(nationalities, fault));
    CAIRN_TRY(request_check_texts(slots[CAIRN_CASE_PERSON_MARKS], "marks", fault));
    if (cairn_lint_find(cairn_shape_get_text(slots[CAIRN_CASE_PERSON_ADDRESS])) != NULL) {
        return request_refuse(CAIRN_RULE_PROTECTED, "address", fault);
    }
    uint64_t role = cairn_shape_get_uint(slots[CAIRN_CASE_PERSON_ROLE]);
    if (role == CAIRN_CASE_ROLE_PRINCIPAL && persons->principal_count++ == 0) {
        persons->principal = persons->count;
    }
    persons->has_grown_up = persons->has_grown_up || !cairn_person_is_minor(birth, rules->day);
    persons->is_requested_national = persons->is_requested_national ||
                                     cairn_person_has_nationality(nationalities, rules->requested);
    persons->roles[persons->count] = (uint8_t)role;
    persons->births[persons->count++] = birth;
    return CAIRN_OK;
}

static cairn_err request_check_children(const struct request_persons *persons,
                                        struct cairn_shape_fault *fault)
{
    for (uint32_t i = 0; i < persons->count; i++) {
        if (persons->roles[i] == CAIRN_CASE_ROLE_CHILD &&
            cairn_person_is_older(persons->births[i], persons->births[persons->principal])) {
            return cairn_shape_refuse(CAIRN_RULE_DATE, "persons", i, fault);
        }
    }
    return CAIRN_OK;
}

static cairn_err request_check_persons(struct request_rules *rules, struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, rules->slots[CAIRN_CASE_KEY_PERSONS]);
    while (cairn_shape_list_next(&list, &raw)) {
        if (request_check_person(rules, raw, fault) != CAIRN_OK) {
            return cairn_shape_inside("persons", list.next - 1, fault);
        }
    }
    if (rules->persons.principal_count != 1) {
        return request_refuse(CAIRN_RULE_FORM, "persons", fault);
    }
    CAIRN_TRY(request_check_children(&rules->persons, fault));
    if (!rules->persons.has_grown_up) {
        struct cairn_bytes slots[CAIRN_CASE_INNER_END];
        cairn_shape_split(rules->slots[CAIRN_CASE_KEY_GUARDIAN], slots, CAIRN_CASE_INNER_END);
        if (!cairn_shape_get_bool(slots[CAIRN_CASE_GUARDIAN_DETERMINED])) {
            return request_refuse(CAIRN_RULE_MINOR, "guardian", fault);
        }
    }
    return CAIRN_OK;
}

static cairn_err request_check_documents(const struct request_rules *rules,
                                         struct cairn_shape_fault *fault)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, rules->slots[CAIRN_CASE_KEY_DOCUMENTS]);
    while (cairn_shape_list_next(&list, &raw)) {
        struct cairn_document document = cairn_document_read(raw);
        if (document.person >= rules->persons.count) {
            return cairn_shape_refuse(CAIRN_RULE_FORM, "documents", list.next - 1, fault);
        }
        if (cairn_document_check(&document, rules->day, fault) != CAIRN_OK) {
            return cairn_shape_inside("documents", list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

/* Information from an international body may come from an asylum file: not to the own state. */
static cairn_err request_check_evidence(const struct request_rules *rules,
                                        struct cairn_shape_fault *fault)
{
    struct cairn_bytes hashes[CAIRN_CASE_EVIDENCE_MAX];
    uint32_t count = 0;
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, rules->slots[CAIRN_CASE_KEY_EVIDENCE]);
    while (cairn_shape_list_next(&list, &raw)) {
        struct cairn_bytes slots[CAIRN_CASE_INNER_END];
        cairn_shape_split(raw, slots, CAIRN_CASE_INNER_END);
        if (cairn_shape_get_uint(slots[CAIRN_CASE_EVIDENCE_CODE]) ==
                CAIRN_CASE_EVIDENCE_T2_INTORG &&
            rules->persons.is_requested_national) {
            return cairn_shape_refuse(CAIRN_RULE_PROTECTED, "evidence", list.next - 1, fault);
        }
        hashes[count] = slots[CAIRN_CASE_EVIDENCE_HASH];
        for (uint32_t i = 0; i < count; i++) {
            if (cairn_bytes_is_equal(hashes[i], hashes[count])) {
                return cairn_shape_refuse(CAIRN_RULE_EVIDENCE, "evidence", list.next - 1, fault);
            }
        }
        count++;
    }
    return CAIRN_OK;
}

/* Links inside the request, or from one of its persons to one of another case. */
static cairn_err request_check_family(const struct request_rules *rules,
                                      struct cairn_shape_fault *fault)
{
    const struct request_persons *persons = &rules->persons;
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, rules->slots[CAIRN_CASE_KEY_FAMILY]);
    while (cairn_shape_list_next(&list, &raw)) {
        struct cairn_bytes slots[CAIRN_CASE_INNER_END];
        cairn_shape_split(raw, slots, CAIRN_CASE_INNER_END);
        uint64_t person = cairn_shape_get_uint(slots[CAIRN_CASE_FAMILY_PERSON]);
        uint64_t other = cairn_shape_get_uint(slots[CAIRN_CASE_FAMILY_OTHER]);
        bool is_inside = slots[CAIRN_CASE_FAMILY_CASE].size == 0;
        if (person >= persons->count ||
            (is_inside && (other >= persons->count || other == person))) {
            return cairn_shape_refuse(CAIRN_RULE_FORM, "family", list.next - 1, fault);
        }
        if (is_inside &&
            cairn_shape_get_uint(slots[CAIRN_CASE_FAMILY_KIND]) == CAIRN_CASE_FAMILY_PARENT &&
            cairn_person_is_older(persons->births[other], persons->births[person])) {
            return cairn_shape_refuse(CAIRN_RULE_DATE, "family", list.next - 1, fault);
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_request_check(const struct cairn_operation *operation, struct cairn_bytes author,
                              struct cairn_shape_fault *fault)
{
    struct cairn_bytes slots[CAIRN_CASE_KEY_END];
    cairn_shape_split(operation->body, slots, CAIRN_CASE_KEY_END);
    struct request_rules rules = {
        .slots = slots,
        .requested = cairn_shape_get_text(slots[CAIRN_CASE_KEY_REQUESTED]),
        .day = (int32_t)(cairn_civil_hlc_ms(operation->hlc) / REQUEST_DAY_MS),
    };
    CAIRN_TRY(request_check_parties(slots, author, fault));
    CAIRN_TRY(request_check_decision(&rules, fault));
    CAIRN_TRY(request_check_form(&rules, fault));
    CAIRN_TRY(request_check_persons(&rules, fault));
    CAIRN_TRY(request_check_documents(&rules, fault));
    CAIRN_TRY(request_check_evidence(&rules, fault));
    CAIRN_TRY(request_check_family(&rules, fault));
    if (cairn_lint_find(cairn_shape_get_text(slots[CAIRN_CASE_KEY_REMARKS])) != NULL) {
        return request_refuse(CAIRN_RULE_PROTECTED, "remarks", fault);
    }
    return CAIRN_OK;
}
