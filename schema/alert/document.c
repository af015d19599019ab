#include "schema/alert/document.h"

#include "schema/alert/person.h"
#include "schema/base/check.h"
#include "schema/code.h"
#include "schema/mrz.h"

struct cairn_document cairn_document_read(struct cairn_bytes raw)
{
    struct cairn_bytes slots[CAIRN_DOCUMENT_KEY_END];
    cairn_shape_split(raw, slots, CAIRN_DOCUMENT_KEY_END);
    return (struct cairn_document){
        .kind = (uint8_t)cairn_shape_get_uint(slots[CAIRN_DOCUMENT_KEY_KIND]),
        .status = (uint8_t)cairn_shape_get_uint(slots[CAIRN_DOCUMENT_KEY_STATUS]),
        .person = (uint8_t)cairn_shape_get_uint(slots[CAIRN_DOCUMENT_KEY_PERSON]),
        .issuer = cairn_shape_get_text(slots[CAIRN_DOCUMENT_KEY_ISSUER]),
        .number = cairn_shape_get_text(slots[CAIRN_DOCUMENT_KEY_NUMBER]),
        .number_last = cairn_shape_get_text(slots[CAIRN_DOCUMENT_KEY_NUMBER_LAST]),
        .issued = cairn_shape_get_text(slots[CAIRN_DOCUMENT_KEY_ISSUED]),
        .expires = cairn_shape_get_text(slots[CAIRN_DOCUMENT_KEY_EXPIRES]),
        .mrz = cairn_shape_get_text(slots[CAIRN_DOCUMENT_KEY_MRZ]),
    };
}

static cairn_err document_check_dates(const struct cairn_document *document, int32_t day,
                                      struct cairn_shape_fault *fault)
{
    if (document->issued.size == 0) {
        return CAIRN_OK;
    }
    int32_t issued = cairn_person_days(document->issued);
    if (issued > day) {
        return cairn_shape_refuse(CAIRN_RULE_DATE, "issued", UINT32_MAX, fault);
    }
    if (document->expires.size > 0 && cairn_person_days(document->expires) < issued) {
        return cairn_shape_refuse(CAIRN_RULE_DATE, "expires", UINT32_MAX, fault);
    }
    return CAIRN_OK;
}

/* The number without fillers, against the typed one. */
static bool document_is_number(const char *zone, struct cairn_bytes typed)
{
    size_t at = 0;
    for (; *zone != '\0'; zone++) {
        if (*zone == '<' || *zone == ' ') {
            continue;
        }
        if (at == typed.size || typed.data[at] != (uint8_t)*zone) {
            return false;
        }
        at++;
    }
    return at == typed.size;
}

/* YYMMDD of a zone against YYYY-MM-DD; what is unknown in the zone fits anything. */
static bool document_is_date(const char *zone, struct cairn_bytes typed)
{
    static const uint8_t places[] = {2, 3, 5, 6, 8, 9};
    for (size_t i = 0; i < sizeof places; i++) {
        if (zone[i] != '<' && typed.data[places[i]] != (uint8_t)zone[i]) {
            return false;
        }
    }
    return true;
}

static bool document_is_same_state(struct cairn_bytes zone, struct cairn_bytes typed)
{
    char left[4], right[4];
    if (cairn_bytes_is_equal(zone, typed)) {
        return true;
    }
    return cairn_code_map(zone, left) == CAIRN_OK && cairn_code_map(typed, right) == CAIRN_OK &&
           cairn_bytes_is_equal(cairn_bytes_of(left), cairn_bytes_of(right));
}

static cairn_err document_check_mrz(const struct cairn_document *document,
                                    struct cairn_shape_fault *fault)
{
    struct cairn_mrz mrz;
    if (document->mrz.size == 0) {
        return CAIRN_OK;
    }
    (void)cairn_mrz_verdict(document->mrz, &mrz);
    cairn_err err = cairn_mrz_err(&mrz);
    if (err != CAIRN_OK) {
        return cairn_shape_refuse(err, "mrz", UINT32_MAX, fault);
    }
    const char *field = NULL;
    if (!document_is_number(mrz.document_number, document->number)) {
        field = "number";
    } else if (!document_is_same_state(cairn_bytes_of(mrz.issuing_state), document->issuer)) {
        field = "issuer";
    } else if (document->expires.size > 0 &&
               !document_is_date(mrz.expiry_date, document->expires)) {
        field = "expires";
    }
    return field == NULL ? CAIRN_OK : cairn_shape_refuse(CAIRN_RULE_MRZ, field, UINT32_MAX, fault);
}

static bool document_is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Numbers in the range, or 0 when it is none: one length, one prefix, then at most 9 digits. */
static uint64_t document_range_count(struct cairn_bytes first, struct cairn_bytes last)
{
    if (first.size != last.size) {
        return 0;
    }
    size_t at = 0;
    while (at < first.size && first.data[at] == last.data[at]) {
        at++;
    }
    if (first.size - at > 9) {
        return 0;
    }
    uint64_t low = 0, high = 0;
    for (; at < first.size; at++) {
        if (!document_is_digit(first.data[at]) || !document_is_digit(last.data[at])) {
            return 0;
        }
        low = 10 * low + (uint64_t)(first.data[at] - '0');
        high = 10 * high + (uint64_t)(last.data[at] - '0');
    }
    return high < low ? 0 : high - low + 1;
}

cairn_err cairn_document_check(const struct cairn_document *document, int32_t day,
                               struct cairn_shape_fault *fault)
{
    CAIRN_TRY(document_check_dates(document, day, fault));
    CAIRN_TRY(document_check_mrz(document, fault));
    if (document->number_last.size > 0) {
        uint64_t count = document_range_count(document->number, document->number_last);
        if (count == 0 || count > CAIRN_DOCUMENT_RANGE_MAX) {
            return cairn_shape_refuse(CAIRN_RULE_RANGE, "number_last", UINT32_MAX, fault);
        }
    }
    return CAIRN_OK;
}

bool cairn_document_is_issued_by(const struct cairn_document *document, struct cairn_bytes country)
{
    char issuer[4];
    return cairn_code_map(document->issuer, issuer) == CAIRN_OK &&
           cairn_bytes_is_equal(cairn_bytes_of(issuer), country);
}

uint32_t cairn_document_count(const struct cairn_document *document)
{
    if (document->number_last.size == 0) {
        return 1;
    }
    uint64_t count = document_range_count(document->number, document->number_last);
    CAIRN_REQUIRE(count > 0);
    CAIRN_REQUIRE(count <= CAIRN_DOCUMENT_RANGE_MAX);
    return (uint32_t)count;
}
