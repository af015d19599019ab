#include "schema/base/arena.h"

#include "schema/base/check.h"

#include <stdalign.h>
#include <string.h>

static void arena_check(const struct cairn_arena *arena)
{
    CAIRN_REQUIRE(arena->memory != NULL || arena->size_bytes == 0);
    CAIRN_REQUIRE(arena->used_bytes <= arena->size_bytes);
}

void cairn_arena_init(struct cairn_arena *arena, void *memory, size_t size_bytes)
{
    *arena = (struct cairn_arena){.memory = memory, .size_bytes = size_bytes};
    arena_check(arena);
}

void cairn_arena_reset(struct cairn_arena *arena)
{
    arena_check(arena);
    arena->used_bytes = 0;
}

void *cairn_arena_take(struct cairn_arena *arena, size_t size)
{
    arena_check(arena);
    const size_t align = alignof(max_align_t);
    if (arena->memory == NULL) {
        return NULL;
    }
    uintptr_t next = (uintptr_t)(arena->memory + arena->used_bytes);
    size_t gap = (align - next % align) % align;
    size_t open = arena->size_bytes - arena->used_bytes;
    if (gap > open || size > open - gap) {
        return NULL;
    }
    uint8_t *taken = arena->memory + arena->used_bytes + gap;
    memset(taken, 0, size);
    arena->used_bytes += gap + size;
    arena_check(arena);
    return taken;
}

cairn_err cairn_arena_copy(struct cairn_arena *arena, struct cairn_bytes source,
                           struct cairn_bytes *out)
{
    uint8_t *copy = cairn_arena_take(arena, source.size);
    if (copy == NULL) {
        return CAIRN_NO_ROOM;
    }
    if (source.size > 0) {
        memcpy(copy, source.data, source.size);
    }
    *out = (struct cairn_bytes){.data = copy, .size = source.size};
    return CAIRN_OK;
}
