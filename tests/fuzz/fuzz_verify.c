/* Any bytes as a bundle: the verifier ends with a verdict, the same whether the bytes come at once
 * or in pieces, and names a record within them. */
#include <stdlib.h>
#include <string.h>

#include "replication/verify.h"
#include "schema/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cairn_verify_limits limits = {
    .countries = 2, .nodes = 4, .feeds = 4, .checkpoints = 2, .trusted = 1};

static struct cairn_verify_result fuzz_run(const struct cairn_suite *suite, struct cairn_bytes file,
                                           size_t piece_bytes)
{
    void *memory = malloc(cairn_verify_size(&limits));
    CAIRN_REQUIRE(memory != NULL);
    struct cairn_verify *verify = cairn_verify_init(memory, &limits, suite);
    struct cairn_verify_finding finding;
    struct cairn_verify_result result;
    for (size_t at = 0; at < file.size; at += piece_bytes) {
        size_t left = file.size - at;
        struct cairn_bytes piece = {file.data + at, left < piece_bytes ? left : piece_bytes};
        while (piece.size > 0) {
            if (cairn_verify_take(verify, &piece, &finding)) {
                CAIRN_REQUIRE(finding.type >= CAIRN_BUNDLE_HEAD);
                CAIRN_REQUIRE(finding.type <= CAIRN_BUNDLE_WITHHELD);
            }
        }
    }
    cairn_verify_end(verify, &result);
    for (uint32_t i = 0; i < cairn_verify_country_count(verify); i++) {
        struct cairn_verify_country country;
        cairn_verify_country(verify, i, &country);
        CAIRN_REQUIRE(strlen(country.words) == CAIRN_PROQUINT_BYTES);
    }
    free(memory);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cairn_suite suite;
    static bool is_open;
    struct cairn_bytes file = {.data = data, .size = size};
    if (!is_open) {
        CAIRN_REQUIRE(cairn_suite_open_real(&suite) == CAIRN_OK);
        is_open = true;
    }
    struct cairn_verify_result whole = fuzz_run(&suite, file, size == 0 ? 1 : size);
    struct cairn_verify_result pieces = fuzz_run(&suite, file, 61);
    CAIRN_REQUIRE(whole.err == pieces.err);
    CAIRN_REQUIRE(whole.is_bundle == pieces.is_bundle);
    CAIRN_REQUIRE(whole.record == pieces.record);
    CAIRN_REQUIRE(whole.offset == pieces.offset);
    CAIRN_REQUIRE(whole.offset <= size);
    CAIRN_REQUIRE(memcmp(&whole.counts, &pieces.counts, sizeof whole.counts) == 0);
    return 0;
}
