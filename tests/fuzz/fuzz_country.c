/* Any bytes as the text of a country document: what is decoded is written the same again. And as an
 * origin, and as the words of a fingerprint. */
#include <string.h>

#include "schema/base/check.h"
#include "schema/country.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_origin(struct cairn_bytes text)
{
    struct cairn_origin origin;
    char again[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    if (cairn_origin_parse(text, &origin) == CAIRN_OK) {
        CAIRN_REQUIRE(cairn_origin_make(origin.network, origin.country, origin.node,
                                        origin.incarnation, again) == CAIRN_OK);
        CAIRN_REQUIRE(cairn_bytes_is_equal(cairn_bytes_of(again), text));
    }
}

static void check_words(struct cairn_bytes text)
{
    uint8_t fingerprint[16];
    char again[CAIRN_PROQUINT_BYTES + 1];
    if (cairn_proquint_decode(text, fingerprint) == CAIRN_OK) {
        cairn_proquint_encode(fingerprint, again);
        CAIRN_REQUIRE(cairn_bytes_is_equal(cairn_bytes_of(again), text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[CAIRN_LIMIT_NOTE_BYTES];
    struct cairn_bytes text = {.data = data, .size = size};
    struct cairn_country_doc doc;
    struct cairn_bytes again;
    size_t fault_at = 0;
    check_origin(text);
    check_words(text);
    if (cairn_country_decode(text, &doc, &fault_at) != CAIRN_OK) {
        CAIRN_REQUIRE(fault_at <= size);
        return 0;
    }
    CAIRN_REQUIRE(cairn_country_encode(&doc, buffer, sizeof buffer, &again) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_bytes_is_equal(again, text));
    return 0;
}
