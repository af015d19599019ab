#include "replication/verify_state.h"

#include "replication/trust/forkproof.h"

#include <string.h>

/* Every log key that documents give for the origin; they are in the arena. */
static cairn_err verify_fork_keys(struct cairn_verify *verify, uint32_t origin,
                                  struct cairn_forkproof_reader *reader)
{
    uint8_t(*keys)[32] = cairn_arena_take(&verify->arena, (size_t)verify->node_count * 32);
    if (keys == NULL) {
        return cairn_verify_fail(verify, CAIRN_NO_ROOM, "too many keys");
    }
    reader->key_count = 0;
    for (uint32_t i = origin; i < verify->node_count; i++) {
        if (verify->nodes[i].first == origin) {
            memcpy(keys[reader->key_count++], verify->nodes[i].log, 32);
        }
    }
    reader->log_keys = (const uint8_t(*)[32])keys;
    return CAIRN_OK;
}

static const char *verify_fork_fault(cairn_err err)
{
    switch ((int)err) {
    case CAIRN_NOTE_SIGNATURE:
    case CAIRN_CRYPTO_SIGNATURE:
        return "a statement is not signed with the log key of the origin";
    case CAIRN_CHECKPOINT:
        return "a statement is no checkpoint of the origin";
    case CAIRN_CRYPTO_PROOF:
        return "nodes do not lead to the root of the second statement";
    case CAIRN_PEER_PROOF:
        return "the two statements make no fork";
    default:
        return cairn_err_text(err);
    }
}

cairn_err cairn_verify_fork(struct cairn_verify *verify, const struct cairn_fork *record,
                            struct cairn_verify_finding *out)
{
    uint32_t origin = cairn_verify_origin(verify, record->origin);
    if (verify->result.counts.forks > 0) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "more than one fork record");
    }
    if (!cairn_bytes_is_equal(record->origin, verify->head.scope.origin)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "fork of another origin");
    }
    if (origin == VERIFY_NONE) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "no document has introduced the origin");
    }
    struct cairn_forkproof_reader reader = {
        .suite = verify->suite,
        .arena = &verify->arena,
        .origin = cairn_verify_origin_text(verify, origin),
    };
    struct cairn_forkproof proof;
    CAIRN_TRY(verify_fork_keys(verify, origin, &reader));
    cairn_err err = cairn_forkproof_check(&reader, record, &proof);
    if (err != CAIRN_OK) {
        return cairn_verify_fail(verify, err, verify_fork_fault(err));
    }
    verify->result.counts.forks++;
    out->origin = reader.origin;
    out->size = proof.size_b;
    memcpy(out->root, proof.root_b, sizeof out->root);
    out->fork_size = proof.size_a;
    memcpy(out->fork_root, proof.root_a, sizeof out->fork_root);
    memcpy(out->begin_root, proof.begin_root, sizeof out->begin_root);
    return CAIRN_OK;
}
