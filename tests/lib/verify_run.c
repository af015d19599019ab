#include "tests/lib/verify_run.h"

#include <stdlib.h>

#include "tests/lib/test.h"

static struct cairn_suite suite;
static struct cairn_verify_limits bounds;
static void *memory;

int verify_run_open(const struct cairn_verify_limits *limits)
{
    bounds = *limits;
    memory = malloc(cairn_verify_size(limits));
    return memory != NULL && cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

int verify_run_close(void)
{
    free(memory);
    cairn_suite_close(&suite);
    return 0;
}

struct cairn_verify *verify_run_start(void)
{
    return cairn_verify_init(memory, &bounds, &suite);
}

struct cairn_verify_result verify_run(struct cairn_bytes file)
{
    return verify_run_in(file, file.size);
}

struct cairn_verify_result verify_run_in(struct cairn_bytes file, size_t piece_bytes)
{
    struct cairn_verify *verify = verify_run_start();
    struct cairn_verify_finding finding;
    struct cairn_verify_result result;
    for (size_t at = 0; at < file.size; at += piece_bytes) {
        size_t left = file.size - at;
        struct cairn_bytes piece = {file.data + at, left < piece_bytes ? left : piece_bytes};
        while (piece.size > 0) {
            (void)cairn_verify_take(verify, &piece, &finding);
        }
    }
    cairn_verify_end(verify, &result);
    return result;
}
