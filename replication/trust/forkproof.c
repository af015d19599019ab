#include "replication/trust/forkproof.h"

#include "crypto/merkle.h"
#include "crypto/note.h"

#include <string.h>

static cairn_err forkproof_signature(const struct cairn_forkproof_reader *reader,
                                     const struct cairn_note *note)
{
    cairn_err err = CAIRN_NOTE_SIGNATURE;
    for (uint32_t i = 0; i < reader->key_count; i++) {
        struct cairn_note_key key = {.name = reader->origin, .type = CAIRN_NOTE_ED25519};
        uint64_t time_s;
        memcpy(key.public_key, reader->log_keys[i], sizeof key.public_key);
        if (cairn_note_find(note, &key) == NULL) {
            continue;
        }
        if (cairn_note_verify(reader->suite, note, &key, reader->arena, &time_s) == CAIRN_OK) {
            return CAIRN_OK;
        }
        err = CAIRN_CRYPTO_SIGNATURE;
    }
    return err;
}

/* A checkpoint of the origin, with the log's line and no other. */
static cairn_err forkproof_statement(const struct cairn_forkproof_reader *reader,
                                     struct cairn_bytes note, struct cairn_checkpoint *out)
{
    struct cairn_note *split = cairn_arena_take(reader->arena, sizeof *split);
    if (split == NULL) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(cairn_note_split(note, reader->arena, split));
    CAIRN_TRY(cairn_note_decode_checkpoint(split->text, out));
    if (!cairn_bytes_is_equal(out->origin, reader->origin)) {
        return CAIRN_CHECKPOINT;
    }
    CAIRN_TRY(forkproof_signature(reader, split));
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
    if (cairn_bytes_is_same32(proof.begin_root, a.root)) {
        return CAIRN_PEER_PROOF;
    }
    *out = proof;
    return CAIRN_OK;
}
