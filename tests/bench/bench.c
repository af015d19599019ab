#define _XOPEN_SOURCE 700

#include "tests/bench/bench.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"

_Noreturn void cairn_panic(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

void bench_need(cairn_err err)
{
    if (err != CAIRN_OK) {
        (void)fprintf(stderr, "error %d %s\n", (int)err, cairn_err_text(err));
        exit(1);
    }
}

uint64_t bench_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 24;
}

static char bench_dir[BENCH_DIR_MAX]; /* "": none is there */

static int bench_remove(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

int bench_dir_close(const char *dir)
{
    bench_dir[0] = '\0';
    return nftw(dir, bench_remove, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1;
}

/* A bench that gives up leaves nothing behind either: there are keys in it. */
static void bench_on_exit(void)
{
    if (bench_dir[0] != '\0') {
        char dir[BENCH_DIR_MAX];
        memcpy(dir, bench_dir, sizeof dir);
        (void)bench_dir_close(dir);
    }
}

void bench_dir_open(char out[static BENCH_DIR_MAX])
{
    const char *parent = getenv("TMPDIR");
    (void)snprintf(out, BENCH_DIR_MAX, "%s/cairn-bench-XXXXXX", parent != NULL ? parent : "/tmp");
    CAIRN_REQUIRE(mkdtemp(out) != NULL);
    memcpy(bench_dir, out, BENCH_DIR_MAX);
    CAIRN_REQUIRE(atexit(bench_on_exit) == 0);
}

void bench_put_text(struct cairn_pack_writer *writer, uint64_t key, const char *text)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_text(writer, cairn_bytes_of(text));
}

void bench_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_uint(writer, value);
}
