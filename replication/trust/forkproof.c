#include "replication/trust/forkproof.h"

#include "crypto/merkle.h"

#include <string.h>

/* Split a note of the origin and find the line that one of the log keys has signed. */
static cairn_err forkproof_read(const struct cairn_forkproof_reader *reader,
                                struct cairn_bytes note, struct cairn_note *split,
                                struct cairn_checkpoint *out, const struct cairn_note_line **line)
{
    CAIRN_TRY(cairn_note_split(note, reader->arena, split));
    CAIRN_TRY(cairn_note_decode_checkpoint(split->text, out));
    if (!cairn_bytes_is_equal(out->origin, reader->origin)) {
        return CAIRN_CHECKPOINT;
    }
    for (uint32_t i = 0; i < reader->key_count; i++) {
        struct cairn_note_key key = {.name = reader->origin, .type = CAIRN_NOTE_ED25519};
        uint8_t id[4];
        uint64_t time_s;
        memcpy(key.public_key, reader->log_keys[i], sizeof key.public_key);
        if (cairn_note_verify(reader->suite, split, &key, reader->arena, &time_s) != CAIRN_OK) {
            continue;
        }
        cairn_note_key_id(&key, id);
        for (uint32_t at = 0; at < split->line_count; at++) { /* the first one was checked */
            *line = &split->lines[at];
            if (memcmp((*line)->key_id, id, sizeof id) == 0 &&
                cairn_bytes_is_equal((*line)->name, reader->origin)) {
                return CAIRN_OK;
            }
        }
    }
    return CAIRN_NOTE_SIGNATURE;
}

cairn_err cairn_forkproof_cut(const struct cairn_forkproof_reader *reader, struct cairn_bytes note,
                              uint8_t buffer[static CAIRN_FORK_NOTE_BYTES], struct cairn_bytes *out,
                              struct cairn_checkpoint *out_checkpoint)
{
    struct cairn_note *split = cairn_arena_take(reader->arena, sizeof *split);
    const struct cairn_note_line *line = NULL;
    struct cairn_checkpoint checkpoint;
    struct cairn_note_writer writer;
    if (split == NULL) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(forkproof_read(reader, note, split, &checkpoint, &line));
    cairn_note_writer_init(&writer, buffer, CAIRN_FORK_NOTE_BYTES);
    CAIRN_TRY(cairn_note_put_text(&writer, split->text));
    CAIRN_TRY(cairn_note_put_raw(&writer, line->raw));
    *out = (struct cairn_bytes){.data = writer.data, .size = writer.size};
    *out_checkpoint = checkpoint;
    return CAIRN_OK;
}

/* A statement of a proof: the log's line stands alone. */
static cairn_err forkproof_statement(const struct cairn_forkproof_reader *reader,
                                     struct cairn_bytes note, struct cairn_checkpoint *out)
{
    struct cairn_note *split = cairn_arena_take(reader->arena, sizeof *split);
    const struct cairn_note_line *line;
    if (split == NULL) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(forkproof_read(reader, note, split, out, &line));
    return split->line_count == 1 ? CAIRN_OK : CAIRN_PEER_PROOF;
}

cairn_err cairn_forkproof_check(const struct cairn_forkproof_reader *reader,
                                const struct cairn_fork *fork, struct cairn_forkproof *out)
{
    struct cairn_checkpoint a, b;
    if (!cairn_bytes_is_equal(fork->origin, reader->origin)) {
        return CAIRN_PEER_PROOF;
    }
    CAIRN_TRY(forkproof_statement(reader, fork->note_a, &a));
    CAIRN_TRY(forkproof_statement(reader, fork->note_b, &b));
    if (a.size > b.size) {
        return CAIRN_PEER_PROOF;
    }
    struct cairn_forkproof proof = {.size_a = a.size, .size_b = b.size};
    memcpy(proof.root_a, a.root, sizeof proof.root_a);
    memcpy(proof.root_b, b.root, sizeof proof.root_b);
    memcpy(proof.begin_root, b.root, sizeof proof.begin_root);
    if (a.size < b.size) {
        CAIRN_TRY(cairn_merkle_split_root(a.size, b.size, fork->nodes, b.root, proof.begin_root));
    } else if (fork->nodes.size > 0) {
        return CAIRN_CRYPTO_PROOF;
    }
    if (memcmp(proof.begin_root, a.root, sizeof a.root) == 0) {
        return CAIRN_PEER_PROOF;
    }
    *out = proof;
    return CAIRN_OK;
}
