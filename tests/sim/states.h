/* What the operations that a node has opened come to: the objects of its views, folded with the
 * product's own merge, and every operation beside them.
 *
 *     opened entry --> entries (all of them) --ahead of the clock? parked--> fold --> objects
 *
 * One per set of views, where the world plays states; lost and copied with them. */
#ifndef CAIRN_TESTS_SIM_STATES_H
#define CAIRN_TESTS_SIM_STATES_H

#include "replication/merge/merge.h"

struct world;

struct states_row {
    struct cairn_bytes key, value; /* owned */
};

struct states_object {
    struct cairn_merge_key key;
    struct cairn_bytes state; /* owned; empty: nothing was taken */
    struct states_row *rows;  /* of the index, ascending by key */
    uint32_t row_count;
};

struct states_entry {
    uint8_t entry_id[32];
    uint8_t feed[16];
    uint64_t index; /* in the feed */
    uint64_t floor_ms;
    uint64_t hlc;
    char country[4];
    bool is_repudiated;
    bool is_parked; /* ahead of the node's clock */
    cairn_err err;  /* what is wrong with it for ever */
    uint32_t object;
    struct cairn_bytes bytes; /* owned */
};

struct states {
    struct states_object *objects;
    struct states_entry *entries;
    uint32_t object_count, object_capacity;
    uint32_t entry_count, entry_capacity;
};

/* Those of a node, as of its clock; NULL: the world plays none. */
struct states *world_states(struct world *world, uint32_t node);

struct states *states_open(void);
void states_close(struct states *states); /* NULL is harmless */
void states_clear(struct states *states);
void states_copy(struct states *to, const struct states *from);

/* Take an entry that was opened; one that is there already counts again when it is repudiated.
 * units   now_ms: of the node's clock. gives false: it is of no object */
bool states_take(struct states *states, const struct cairn_merge_entry *entry, uint64_t now_ms);

/* Fold what was parked and is due. */
void states_due(struct states *states, uint64_t now_ms);

/* NULL: not held */
const struct states_object *states_find(const struct states *states,
                                        const struct cairn_merge_key *key);

/* The set of entries of an object, whatever their order: equal sets have equal digests. */
void states_digest(const struct states *states, const struct states_object *object,
                   uint8_t out[static 32]);

/* Do both show the same state, and the same rows? */
bool states_is_same(const struct states_object *left, const struct states_object *right);
bool states_has_same_rows(const struct states_object *left, const struct states_object *right);

/* Fold all entries that are not parked into others, in an order that dice says. */
void states_refold(const struct states *states, uint64_t dice, struct states *out);

/* Fold all entries that are not parked and that somebody stands by. source S9 */
void states_refold_standing(const struct states *states, struct states *out);

/* Does an operation of this object that somebody stands by name one that nobody does? Without that
 * one it would wait. */
bool states_is_built_on_gone(const struct states *states, uint32_t object);

/* All rows that an object's state gives rise to by itself are those that its folds have left. */
bool states_has_its_rows(const struct states_object *object);

/* Memory for one fold or evaluation, good until the next call of any function here. */
struct cairn_arena states_scratch(void);

#endif
