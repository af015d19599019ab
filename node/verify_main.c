/* cairn-verify: the offline check of bundles as a program of its own. It holds schema/, crypto/ and
 * replication/ and nothing else: no event loop, no TLS, no database. */
#include <stdio.h>
#include <stdlib.h>

#include "node/cli/cli_verify.h"
#include "node/memory.h"
#include "schema/base/check.h"

_Noreturn void cairn_panic(const char *condition, const char *file, int line)
{
    fprintf(stderr, "cairn-verify: %s:%d: %s\n", file, line, condition);
    abort();
}

int main(int argc, char **argv)
{
    cairn_memory_init(CAIRN_EXIT_UNUSABLE);
    return cairn_cli_verify(argc - 1, argv + 1);
}
