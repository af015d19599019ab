/* Any bytes as a message of a peer: what is decoded is written the same again. */
#include <string.h>

#include "schema/base/check.h"
#include "schema/wire.h"

#define ARENA_BYTES ((size_t)1 << 20) /* enough for every message, so NO_ROOM is a fault */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[ARENA_BYTES];
    static uint8_t buffer[CAIRN_LIMIT_FRAME_BYTES];
    struct cairn_bytes payload = {.data = data, .size = size};
    struct cairn_arena arena;
    struct cairn_message message;
    struct cairn_bytes again;
    size_t fault_at = 0;
    cairn_arena_init(&arena, memory, sizeof memory);
    cairn_err err = cairn_message_decode(payload, &arena, &message, &fault_at);
    if (err != CAIRN_OK) {
        CAIRN_REQUIRE(err != CAIRN_NO_ROOM);
        CAIRN_REQUIRE(fault_at <= size);
        CAIRN_REQUIRE(arena.used_bytes == 0);
        return 0;
    }
    CAIRN_REQUIRE(cairn_message_encode(&message, buffer, sizeof buffer, &again) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_bytes_is_equal(again, payload));
    return 0;
}
