/* Whom OpenSSL asks for memory. Once for a process, before all else of this folder is called. */
#ifndef CAIRN_CRYPTO_ALLOCATOR_H
#define CAIRN_CRYPTO_ALLOCATOR_H

#include <stddef.h>

#include "schema/base/err.h"

/* OpenSSL's own shape: each is also told file and line of who asks. */
struct cairn_allocator {
    void *(*get)(size_t size, const char *file, int line);
    void *(*change)(void *memory, size_t size, const char *file, int line);
    void (*give_back)(void *memory, const char *file, int line);
};

/* errors  CAIRN_STATE  too late: OpenSSL has memory already */
CAIRN_MUST cairn_err cairn_allocator_use(const struct cairn_allocator *allocator);

#endif
