/* Any bytes as a signed note, and as the text of a checkpoint: what is taken apart is put together
 * the same again. */
#include <stdalign.h>
#include <stddef.h>

#include "crypto/note.h"
#include "schema/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_checkpoint(struct cairn_bytes text)
{
    uint8_t again[CAIRN_CHECKPOINT_MAX];
    struct cairn_checkpoint checkpoint;
    if (cairn_note_decode_checkpoint(text, &checkpoint) == CAIRN_OK) {
        size_t size = cairn_note_encode_checkpoint(&checkpoint, again);
        CAIRN_REQUIRE(cairn_bytes_is_equal(text, (struct cairn_bytes){again, size}));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static alignas(max_align_t) uint8_t memory[2 * CAIRN_LIMIT_NOTE_BYTES];
    static uint8_t buffer[CAIRN_LIMIT_NOTE_BYTES];
    struct cairn_bytes bytes = {.data = data, .size = size};
    struct cairn_note_writer writer;
    struct cairn_arena arena;
    struct cairn_note note;
    check_checkpoint(bytes);
    cairn_arena_init(&arena, memory, sizeof memory);
    if (cairn_note_split(bytes, &arena, &note) != CAIRN_OK) {
        return 0;
    }
    check_checkpoint(note.text);
    cairn_note_writer_init(&writer, buffer, sizeof buffer);
    CAIRN_REQUIRE(cairn_note_put_text(&writer, note.text) == CAIRN_OK);
    for (uint32_t i = 0; i < note.line_count; i++) {
        CAIRN_REQUIRE(note.lines[i].signature.size >= 1);
        CAIRN_REQUIRE(cairn_note_put_raw(&writer, note.lines[i].raw) == CAIRN_OK);
    }
    CAIRN_REQUIRE(cairn_bytes_is_equal(bytes, (struct cairn_bytes){buffer, writer.size}));
    return 0;
}
