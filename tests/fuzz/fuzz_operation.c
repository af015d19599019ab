/* Any bytes as an operation, and its body as that of its kind: what is decoded is written the same
 * again; what all versions have in common is found in whatever is decoded. */
#include <string.h>

#include "schema/base/check.h"
#include "schema/feedop.h"
#include "schema/operation.h"

#define ARENA_BYTES ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[ARENA_BYTES];
static uint8_t buffer[CAIRN_LIMIT_BATCH_BYTES];

static void check_body(const struct cairn_operation *operation)
{
    struct cairn_arena arena;
    struct cairn_feedop feedop;
    struct cairn_bytes again;
    size_t fault_at = 0;
    cairn_arena_init(&arena, memory, sizeof memory);
    if (cairn_feedop_decode(operation, &arena, &feedop, &fault_at) != CAIRN_OK) {
        CAIRN_REQUIRE(fault_at <= operation->body.size);
        CAIRN_REQUIRE(arena.used_bytes == 0);
        return;
    }
    CAIRN_REQUIRE(cairn_feedop_encode(&feedop, buffer, sizeof buffer, &again) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_bytes_is_equal(again, operation->body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cairn_bytes bytes = {.data = data, .size = size};
    struct cairn_operation operation;
    struct cairn_operation_head head;
    struct cairn_bytes again;
    size_t fault_at = 0;
    cairn_err peek_err = cairn_operation_peek(bytes, &head);
    if (cairn_operation_decode(bytes, &operation, &fault_at) != CAIRN_OK) {
        CAIRN_REQUIRE(fault_at <= size);
        return 0;
    }
    CAIRN_REQUIRE(peek_err == CAIRN_OK);
    CAIRN_REQUIRE(head.kind == (uint64_t)operation.kind);
    CAIRN_REQUIRE(head.hlc == operation.hlc);
    CAIRN_REQUIRE(cairn_operation_encode(&operation, buffer, sizeof buffer, &again) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_bytes_is_equal(again, bytes));
    if (!operation.has_object) {
        check_body(&operation);
    }
    return 0;
}
