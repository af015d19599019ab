/* What the benches share: they are programs of their own, without a test library. */
#ifndef CAIRN_TESTS_BENCH_BENCH_H
#define CAIRN_TESTS_BENCH_BENCH_H

#include "schema/base/err.h"
#include "schema/pack.h"

#define BENCH_DIR_MAX 256u

/* End the program unless all is well. */
void bench_need(cairn_err err);

/* The next number of a generator, 40 bits. */
uint64_t bench_random(uint64_t *state);

/* An empty directory below TMPDIR or /tmp; and away with it. gives: 0, or 1 when it stays */
void bench_dir_open(char out[static BENCH_DIR_MAX]);
int bench_dir_close(const char *dir);

/* A field of a map. */
void bench_put_text(struct cairn_pack_writer *writer, uint64_t key, const char *text);
void bench_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value);

#endif
