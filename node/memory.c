#include "node/memory.h"

#include <stdlib.h>
#include <unistd.h>

#include "crypto/allocator.h"
#include "schema/base/check.h"

static int memory_exit_code = 3; /* set once, before there are threads */

void cairn_memory_end(void)
{
    static const char line[] = "cairn: out of memory (501 MEMORY): ended\n";
    ssize_t unused = write(STDERR_FILENO, line, sizeof line - 1);
    (void)unused;
    _exit(memory_exit_code);
}

void *cairn_memory_need(void *memory)
{
    if (memory == NULL) {
        cairn_memory_end();
    }
    return memory;
}

static void *memory_get(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size == 0 ? NULL : cairn_memory_need(malloc(size));
}

static void *memory_change(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return cairn_memory_need(realloc(memory, size));
}

static void memory_give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

void cairn_memory_init(int exit_code)
{
    const struct cairn_allocator ours = {
        .get = memory_get, .change = memory_change, .give_back = memory_give_back};
    memory_exit_code = exit_code;
    cairn_err err = cairn_allocator_use(&ours);
    CAIRN_REQUIRE(err == CAIRN_OK);
}
