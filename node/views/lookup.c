#include "node/views/lookup.h"

#include "node/views/lookup_find.h"
#include "schema/base/check.h"
#include "schema/code.h"
#include "schema/namekey.h"

#include <stdlib.h>
#include <string.h>

cairn_err cairn_lookup_open(struct cairn_store *views, struct cairn_lookup **out)
{
    struct cairn_lookup *lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL) {
        return CAIRN_MEMORY;
    }
    lookup->views = views;
    cairn_arena_init(&lookup->arena, lookup->memory, sizeof lookup->memory);
    *out = lookup;
    return CAIRN_OK;
}

void cairn_lookup_close(struct cairn_lookup *lookup)
{
    free(lookup);
}

/* ---- what is asked for, in the form of the index ---- */

struct lookup_text {
    size_t size;
    uint8_t data[CAIRN_DOCUMENT_NUMBER_BYTES + 3];
};

static struct cairn_bytes lookup_view(const struct lookup_text *text)
{
    return (struct cairn_bytes){.data = text->data, .size = text->size};
}

/* Capitals and digits stay, what people put between them vanishes. errors  CAIRN_NUMBER */
static cairn_err lookup_normalise(struct cairn_bytes typed, size_t size_max,
                                  struct lookup_text *out)
{
    out->size = 0;
    for (size_t i = 0; i < typed.size; i++) {
        uint8_t byte = typed.data[i];
        if (byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == '<') {
            continue;
        }
        if (byte >= 'a' && byte <= 'z') {
            byte = (uint8_t)(byte - 'a' + 'A');
        }
        bool is_plain = (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        if (!is_plain || out->size == size_max) {
            return CAIRN_NUMBER;
        }
        out->data[out->size++] = byte;
    }
    return out->size == 0 ? CAIRN_NUMBER : CAIRN_OK;
}

static cairn_err lookup_find_document(struct cairn_lookup *lookup,
                                      const struct cairn_lookup_document *document,
                                      struct lookup_query *query)
{
    struct lookup_text issuer, number;
    if (lookup_normalise(document->issuer, 3, &issuer) != CAIRN_OK ||
        cairn_code_find(lookup_view(&issuer)) == NULL) {
        return CAIRN_CODE_UNKNOWN;
    }
    CAIRN_TRY(lookup_normalise(document->number, CAIRN_DOCUMENT_NUMBER_BYTES, &number));
    struct cairn_index_key exact =
        cairn_index_key_document(lookup_view(&issuer), lookup_view(&number));
    struct cairn_index_key range =
        cairn_index_key_range(lookup_view(&issuer), lookup_view(&number));
    query->number = lookup_view(&number);
    query->document_kind = document->kind;
    query->why = CAIRN_LOOKUP_WHY_DOCUMENT;
    CAIRN_TRY(lookup_find(lookup, query, &exact));
    query->why = CAIRN_LOOKUP_WHY_RANGE;
    cairn_err err = lookup_find(lookup, query, &range);
    query->number = (struct cairn_bytes){NULL, 0}; /* it was on this stack */
    return err;
}

/* births: those that a zone can mean; without any the date does not matter */
static cairn_err lookup_find_name(struct cairn_lookup *lookup, const struct cairn_lookup_name *name,
                                  struct lookup_query *query)
{
    CAIRN_TRY(cairn_namekey_make(name->surname, name->given, &query->name));
    if (query->name.size == 0) {
        return CAIRN_NUMBER;
    }
    struct cairn_index_key key = cairn_index_key_name(&query->name);
    query->why = CAIRN_LOOKUP_WHY_NAME;
    return lookup_find(lookup, query, &key);
}

cairn_err cairn_lookup_by_document(struct cairn_lookup *lookup,
                                   const struct cairn_lookup_document *document,
                                   const struct cairn_lookup_moment *moment,
                                   struct cairn_lookup_hits *out)
{
    struct lookup_query query = {.now_ms = moment->now_ms, .accepted = moment->accepted};
    lookup_begin(lookup);
    CAIRN_TRY(lookup_find_document(lookup, document, &query));
    return lookup_end(lookup, &query, out);
}

cairn_err cairn_lookup_by_name(struct cairn_lookup *lookup, const struct cairn_lookup_name *name,
                               const struct cairn_lookup_moment *moment,
                               struct cairn_lookup_hits *out)
{
    struct lookup_query query = {.now_ms = moment->now_ms,
                                 .accepted = moment->accepted,
                                 .births = {name->birth},
                                 .birth_count = 1};
    CAIRN_REQUIRE(cairn_civil_is_birth(name->birth));
    lookup_begin(lookup);
    CAIRN_TRY(lookup_find_name(lookup, name, &query));
    return lookup_end(lookup, &query, out);
}

/* ---- zones ---- */

static uint8_t zone_two(const char *digits)
{
    bool is_known = digits[0] >= '0' && digits[0] <= '9' && digits[1] >= '0' && digits[1] <= '9';
    return is_known ? (uint8_t)((digits[0] - '0') * 10 + digits[1] - '0') : 0;
}

/* A zone has two digits of the year: it means this century, if that is not in the future, and the
 * one before. */
static void zone_births(const char *date, uint64_t now_ms, struct lookup_query *query)
{
    struct cairn_civil_birth birth = {.month = zone_two(date + 2), .day = zone_two(date + 4)};
    struct cairn_civil_date today = cairn_civil_date_of((int32_t)(now_ms / 86400000u));
    query->birth_count = 0;
    if (date[0] < '0' || date[0] > '9' || date[1] < '0' || date[1] > '9') {
        query->births[query->birth_count++] = (struct cairn_civil_birth){.year_min = 0};
        return;
    }
    birth.day = birth.month == 0 ? 0 : birth.day;
    uint16_t century = (uint16_t)(today.year / 100 * 100);
    for (uint32_t back = 0; back < 2; back++) {
        birth.year_min = (uint16_t)(century - 100 * back + zone_two(date));
        birth.year_max = birth.year_min;
        if (birth.year_min <= today.year && cairn_civil_is_birth(birth)) {
            query->births[query->birth_count++] = birth;
        }
    }
}

static cairn_err zone_find_document(struct cairn_lookup *lookup, struct lookup_query *query,
                                    struct cairn_lookup_zone *zone)
{
    const struct cairn_lookup_document document = {
        .issuer = cairn_bytes_of(zone->mrz.issuing_state),
        .number = cairn_bytes_of(zone->mrz.document_number),
    };
    cairn_err err = lookup_find_document(lookup, &document, query);
    zone->is_document_searched = err == CAIRN_OK;
    return err == CAIRN_CODE_UNKNOWN || err == CAIRN_NUMBER ? CAIRN_OK : err;
}

static cairn_err zone_find_name(struct cairn_lookup *lookup, struct lookup_query *query,
                                struct cairn_lookup_zone *zone)
{
    const struct cairn_lookup_name name = {
        .surname = cairn_bytes_of(zone->mrz.primary),
        .given = cairn_bytes_of(zone->mrz.secondary),
    };
    zone_births(zone->mrz.birth_date, query->now_ms, query);
    if (query->birth_count == 0) {
        return CAIRN_OK; /* no such day in either century: the digits are wrong, and said to be */
    }
    cairn_err err = lookup_find_name(lookup, &name, query);
    zone->is_name_searched = err == CAIRN_OK;
    return err == CAIRN_NUMBER || err == CAIRN_TOO_LONG ? CAIRN_OK : err;
}

cairn_err cairn_lookup_by_mrz(struct cairn_lookup *lookup, struct cairn_bytes zone,
                              const struct cairn_lookup_moment *moment,
                              struct cairn_lookup_zone *out)
{
    struct lookup_query query = {.now_ms = moment->now_ms, .accepted = moment->accepted};
    memset(out, 0, sizeof *out);
    enum cairn_mrz_verdict verdict = cairn_mrz_verdict(zone, &out->mrz);
    if (verdict == CAIRN_MRZ_VERDICT_STRUCTURE) {
        return CAIRN_OK;
    }
    if (verdict == CAIRN_MRZ_VERDICT_CHECK_DIGIT) {
        query.why_more |= CAIRN_LOOKUP_WHY_CHECK_DIGIT;
    }
    lookup_begin(lookup);
    CAIRN_TRY(zone_find_document(lookup, &query, out));
    if (out->mrz.name_may_be_truncated) {
        query.why_more |= CAIRN_LOOKUP_WHY_NAME_CUT;
    }
    CAIRN_TRY(zone_find_name(lookup, &query, out));
    out->is_clear = verdict == CAIRN_MRZ_VERDICT_VALID && out->is_document_searched &&
                    out->is_name_searched && !out->mrz.name_may_be_truncated;
    return lookup_end(lookup, &query, &out->hits);
}

/* ---- texts ---- */

const char *cairn_lookup_action_text(enum cairn_alert_action action)
{
    switch (action) {
    case CAIRN_ALERT_ACTION_DETAIN_CONTACT:
        return "Detain the person and contact the issuing bureau at once.";
    case CAIRN_ALERT_ACTION_REFUSE_ENTRY:
        return "Refuse entry and report the hit to the issuing bureau.";
    case CAIRN_ALERT_ACTION_CONFIRM_EXIT:
        return "Confirm the exit and report it to the issuing bureau.";
    case CAIRN_ALERT_ACTION_CHECK_STAY:
        return "Check the right to stay and report to the issuing bureau.";
    case CAIRN_ALERT_ACTION_REFUSE_TRANSIT:
        return "Refuse entry and transit, and contact the issuing authority.";
    case CAIRN_ALERT_ACTION_PROTECT:
        return "Bring the person to safety and contact the issuing bureau.";
    case CAIRN_ALERT_ACTION_LOCATE:
        return "Report that the person was found; whereabouts only with an adult's consent.";
    case CAIRN_ALERT_ACTION_PREVENT_TRAVEL:
        return "Stop the journey, protect the person, contact the issuing bureau at once.";
    case CAIRN_ALERT_ACTION_REPORT_ADDRESS:
        return "Ask for the address and report it; no coercion.";
    case CAIRN_ALERT_ACTION_DISCREET:
        return "Do not stop and do not show the alert; note what is seen and report it.";
    case CAIRN_ALERT_ACTION_INQUIRY:
        return "Interview the person as the alert asks and report.";
    case CAIRN_ALERT_ACTION_SPECIFIC:
        return "Search person and belongings as far as the law allows, and report.";
    case CAIRN_ALERT_ACTION_INFORM_ONLY:
        return "No action: for information.";
    case CAIRN_ALERT_ACTION_SEIZE_DOC:
        return "Keep the document, confirm with the issuing country, hear the holder.";
    case CAIRN_ALERT_ACTION_EXAMINE:
        return "Examine the document and confirm with the issuing country.";
    }
    return "Contact the issuing bureau.";
}

const char *cairn_lookup_why_text(uint32_t why)
{
#define LOOKUP_TEXT(name, bit, text)                                                               \
    if (why == 1u << (bit)) {                                                                      \
        return (text);                                                                             \
    }
    CAIRN_LOOKUP_WHY_LIST(LOOKUP_TEXT)
#undef LOOKUP_TEXT
    return NULL;
}
