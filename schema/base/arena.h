/* Memory that is given back all at once: a block from the caller, taken from front to back.
 *
 *     [ used_bytes ][ free ...            ]
 *
 * Pure; never grows. Nothing taken is moved, so pointers stay good until reset. */
#ifndef CAIRN_SCHEMA_BASE_ARENA_H
#define CAIRN_SCHEMA_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "schema/base/bytes.h"
#include "schema/base/err.h"

struct cairn_arena {
    uint8_t *memory; /* not owned; any alignment */
    size_t size_bytes;
    size_t used_bytes; /* 0..size_bytes */
};

void cairn_arena_init(struct cairn_arena *arena, void *memory, size_t size_bytes);

/* Forget everything that was taken. */
void cairn_arena_reset(struct cairn_arena *arena);

/* Take `size` zeroed bytes, aligned for any type.
 *
 * gives   NULL when they do not fit (arena unchanged); size 0 gives a valid pointer */
void *cairn_arena_take(struct cairn_arena *arena, size_t size);

/* Copy bytes into the arena.
 *
 * errors  CAIRN_NO_ROOM  they do not fit; arena and *out unchanged */
CAIRN_MUST cairn_err cairn_arena_copy(struct cairn_arena *arena, struct cairn_bytes source,
                                      struct cairn_bytes *out);

#endif
