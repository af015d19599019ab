#include "schema/fork.h"

#include "schema/base/check.h"

#define FORK_NODE_BYTES 32u

static cairn_err fork_read_note(struct cairn_fields *fields, uint64_t key, struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_fields_get_bin(fields->reader, CAIRN_FORK_NOTE_BYTES, out);
}

cairn_err cairn_fork_read(struct cairn_fields *fields, struct cairn_arena *arena,
                          struct cairn_fork *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_fields_get_origin(reader, &out->origin));
    CAIRN_TRY(fork_read_note(fields, 2, &out->note_a));
    CAIRN_TRY(fork_read_note(fields, 3, &out->note_b));
    CAIRN_TRY(cairn_fields_need(fields, 4));
    size_t at = reader->at;
    uint32_t count;
    uint8_t *nodes;
    CAIRN_TRY(cairn_fields_get_blocks(reader, arena, FORK_NODE_BYTES, &count, &nodes));
    if (count > CAIRN_FORK_NODES_MAX) {
        return cairn_fields_fail(reader, at, CAIRN_TOO_LONG);
    }
    out->nodes = (struct cairn_bytes){.data = nodes, .size = count * (size_t)FORK_NODE_BYTES};
    return CAIRN_OK;
}

static void fork_write_note(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes note)
{
    CAIRN_REQUIRE(note.size > 0);
    CAIRN_REQUIRE(note.size <= CAIRN_FORK_NOTE_BYTES);
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_bin(writer, note);
}

void cairn_fork_write(struct cairn_pack_writer *writer, const struct cairn_fork *fork)
{
    CAIRN_REQUIRE(fork->nodes.size % FORK_NODE_BYTES == 0);
    CAIRN_REQUIRE(fork->nodes.size <= (size_t)CAIRN_FORK_NODES_MAX * FORK_NODE_BYTES);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_text(writer, fork->origin);
    fork_write_note(writer, 2, fork->note_a);
    fork_write_note(writer, 3, fork->note_b);
    cairn_pack_put_uint(writer, 4);
    cairn_pack_put_array(writer, (uint32_t)(fork->nodes.size / FORK_NODE_BYTES));
    for (size_t at = 0; at < fork->nodes.size; at += FORK_NODE_BYTES) {
        cairn_pack_put_bin(
            writer, (struct cairn_bytes){.data = fork->nodes.data + at, .size = FORK_NODE_BYTES});
    }
}
