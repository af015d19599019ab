#include "schema/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void cairn_panic(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: required: %s\n", file, line, condition);
    abort();
}
