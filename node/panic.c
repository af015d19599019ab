/* What our own mistakes end in: a line that says where, and no process that goes on. */
#include <stdio.h>
#include <stdlib.h>

#include "schema/base/check.h"

_Noreturn void cairn_panic(const char *condition, const char *file, int line)
{
    fprintf(stderr, "cairn: panic at %s:%d: %s\n", file, line, condition);
    abort();
}
