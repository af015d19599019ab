#include "node/memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <uv.h>

#include "schema/base/check.h"

static void *memory_get_plain(size_t size)
{
    return cairn_memory_need(malloc(size == 0 ? 1 : size));
}

static void *memory_change_plain(void *memory, size_t size)
{
    return cairn_memory_need(realloc(memory, size == 0 ? 1 : size));
}

static void *memory_get_zeros(size_t count, size_t size)
{
    return cairn_memory_need(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void cairn_memory_init_libraries(void)
{
    json_set_alloc_funcs(memory_get_plain, free);
    int failed =
        uv_replace_allocator(memory_get_plain, memory_change_plain, memory_get_zeros, free);
    CAIRN_REQUIRE(failed == 0);
}
