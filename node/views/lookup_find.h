/* How hits are gathered, ranked and completed; what the files of the look-up share.
 *
 *     begin -> find (one index prefix) ... find -> end: rank, cut, add what only the state says */
#ifndef CAIRN_NODE_VIEWS_LOOKUP_FIND_H
#define CAIRN_NODE_VIEWS_LOOKUP_FIND_H

#include "node/views/lookup.h"
#include "node/views/view.h"
#include "schema/base/arena.h"

#define LOOKUP_FOUND_MAX 256u
#define LOOKUP_ROWS_MAX  4096u /* index rows read under one key */

struct lookup_query {
    uint64_t now_ms;
    const struct cairn_acceptance *accepted;
    uint32_t why;      /* of what find looks for now: DOCUMENT, RANGE or NAME */
    uint32_t why_more; /* bits that every hit of this question gets */
    struct cairn_bytes number;
    uint16_t document_kind; /* 0: any */
    struct cairn_namekey name;
    uint32_t birth_count; /* in names: any of these fits */
    struct cairn_civil_birth births[2];
};

struct cairn_lookup {
    struct cairn_store *views;
    uint32_t count;
    bool is_cut;
    struct cairn_lookup_hit found[LOOKUP_FOUND_MAX];
    struct cairn_arena arena;
    uint8_t memory[CAIRN_MERGE_ARENA_BYTES];
};

void lookup_begin(struct cairn_lookup *lookup);

/* Add the live hits under one prefix; a key of size 0 finds nothing. errors  of the store */
CAIRN_MUST cairn_err lookup_find(struct cairn_lookup *lookup, const struct lookup_query *query,
                                 const struct cairn_index_key *prefix);

CAIRN_MUST cairn_err lookup_end(struct cairn_lookup *lookup, const struct lookup_query *query,
                                struct cairn_lookup_hits *out);

#endif
