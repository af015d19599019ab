/* Any bytes as a commit: what is decoded is built the same again; sealed bodies fall into their
 * parts; the bytes behind a ciphertext's place are read as a plaintext. */
#include <string.h>

#include "schema/base/check.h"
#include "schema/commit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct cairn_commit_entry *entry)
{
    static uint8_t buffer[CAIRN_LIMIT_BODY_BYTES];
    struct cairn_sealed sealed;
    struct cairn_bytes operation, again;
    if (cairn_sealed_split(entry->body, &sealed) != CAIRN_OK) {
        return;
    }
    CAIRN_REQUIRE(sealed.slot.size + sealed.commitment.size + sealed.ciphertext.size ==
                  entry->body.size);
    struct cairn_bytes plaintext = {.data = sealed.ciphertext.data,
                                    .size = sealed.ciphertext.size - CAIRN_SEAL_TAG_BYTES};
    if (cairn_plaintext_decode(plaintext, &operation) == CAIRN_OK) {
        CAIRN_REQUIRE(cairn_plaintext_encode(operation, buffer, sizeof buffer, &again) == CAIRN_OK);
        CAIRN_REQUIRE(cairn_bytes_is_equal(again, plaintext));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[CAIRN_COMMIT_MAX_BYTES];
    struct cairn_bytes bytes = {.data = data, .size = size};
    struct cairn_commit commit;
    size_t fault_at = 0;
    if (cairn_commit_decode(bytes, &commit, &fault_at) != CAIRN_OK) {
        CAIRN_REQUIRE(fault_at <= size);
        return 0;
    }
    struct cairn_commit_writer writer;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    cairn_commit_writer_init(&writer, buffer, sizeof buffer);
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        check_entry(&entry);
        CAIRN_REQUIRE(cairn_commit_append(&writer, &entry.prefix, entry.body) == CAIRN_OK);
    }
    CAIRN_REQUIRE(cairn_bytes_is_equal(cairn_commit_end(&writer, &commit.opening), bytes));
    return 0;
}
