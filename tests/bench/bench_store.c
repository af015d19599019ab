/* Method: 500-byte rows under sequential keys, as the log writes them: synced batches of 1, 100 and
 * 1,000; then gets of random rows, gets of absent ones, and one scan of all. Prints
 * `name value unit`. Usage: bench_store [ROWS]; uses TMPDIR. */
#include "node/store.h"

#include "node/clock.h"
#include "schema/base/check.h"
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_BYTES   500u
#define SAMPLES_MAX 20000u

struct bench {
    char path[BENCH_DIR_MAX];
    struct cairn_store *store;
    struct cairn_store_batch *batch;
    uint64_t row_count;
    uint64_t state;                /* of the generator */
    uint32_t samples[SAMPLES_MAX]; /* us */
};

static struct cairn_bytes bench_key(uint64_t number, uint8_t out[static 24])
{
    memset(out, 'k', 16);
    cairn_bytes_put_u64(out + 16, number);
    return (struct cairn_bytes){.data = out, .size = 24};
}

static int by_size(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;
    return (*a > *b) - (*a < *b);
}

static void print_percentiles(struct bench *bench, const char *name, size_t count)
{
    qsort(bench->samples, count, sizeof *bench->samples, by_size);
    (void)printf("%s_p50 %" PRIu32 " us\n", name, bench->samples[count / 2]);
    (void)printf("%s_p99 %" PRIu32 " us\n", name, bench->samples[count * 99 / 100]);
}

static void bench_write(struct bench *bench, uint64_t batch_rows, uint64_t batch_count)
{
    char name[64];
    uint8_t row[ROW_BYTES];
    uint64_t start_us = cairn_clock_mono_us();
    for (uint64_t turn = 0; turn < batch_count; turn++) {
        cairn_store_batch_clear(bench->batch);
        for (uint64_t at = 0; at < batch_rows; at++) {
            uint8_t key[24];
            for (size_t word = 0; word + 8 <= sizeof row; word += 8) {
                cairn_bytes_put_u64(row + word, bench_random(&bench->state));
            }
            cairn_store_batch_put(bench->batch, bench_key(bench->row_count++, key),
                                  (struct cairn_bytes){.data = row, .size = sizeof row});
        }
        uint64_t before_us = cairn_clock_mono_us();
        bench_need(cairn_store_write(bench->store, bench->batch, true));
        bench->samples[turn % SAMPLES_MAX] = (uint32_t)(cairn_clock_mono_us() - before_us);
    }
    uint64_t took_us = cairn_clock_mono_us() - start_us + 1;
    (void)printf("store_write_%" PRIu64 " %" PRIu64 " rows/s\n", batch_rows,
                 batch_rows * batch_count * 1000000u / took_us);
    (void)snprintf(name, sizeof name, "store_write_%" PRIu64, batch_rows);
    print_percentiles(bench, name, batch_count < SAMPLES_MAX ? batch_count : SAMPLES_MAX);
}

static void bench_get(struct bench *bench, const char *name, bool is_there)
{
    uint64_t start_us = cairn_clock_mono_us();
    for (uint32_t turn = 0; turn < SAMPLES_MAX; turn++) {
        uint8_t key[24];
        struct cairn_bytes value;
        uint64_t number = bench_random(&bench->state) % bench->row_count;
        uint64_t before_us = cairn_clock_mono_us();
        cairn_err err = cairn_store_get(
            bench->store, bench_key(is_there ? number : number << 32 | 1, key), &value);
        bench->samples[turn] = (uint32_t)(cairn_clock_mono_us() - before_us);
        if (is_there) {
            bench_need(err);
            cairn_store_free(value);
        }
    }
    uint64_t took_us = cairn_clock_mono_us() - start_us + 1;
    (void)printf("%s %" PRIu64 " gets/s\n", name, SAMPLES_MAX * UINT64_C(1000000) / took_us);
    print_percentiles(bench, name, SAMPLES_MAX);
}

static bool count_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    uint64_t *count = host;
    *count += key.size == 24 && value.size == ROW_BYTES;
    return true;
}

static void bench_scan(struct bench *bench)
{
    uint64_t count = 0;
    struct cairn_store_range all = {.is_bulk = true};
    uint64_t start_us = cairn_clock_mono_us();
    bench_need(cairn_store_scan(bench->store, &all, count_row, &count));
    uint64_t took_us = cairn_clock_mono_us() - start_us + 1;
    CAIRN_REQUIRE(count == bench->row_count);
    (void)printf("store_scan %" PRIu64 " rows/s\n", count * 1000000u / took_us);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 300000;
    bench_dir_open(bench.path);
    struct cairn_store_options options = {.path = bench.path,
                                          .kind = CAIRN_STORE_LOG,
                                          .is_new = true,
                                          .floor = cairn_diskspace_default_floor()};
    bench_need(cairn_store_open(&options, &bench.store));
    bench_need(cairn_store_batch_open(&bench.batch));
    bench_write(&bench, 1, 2000);
    bench_write(&bench, 100, 1000);
    bench_write(&bench, 1000, rows / 1000 + 1);
    bench_get(&bench, "store_get", true);
    bench_get(&bench, "store_get_absent", false);
    bench_scan(&bench);
    cairn_store_batch_close(bench.batch);
    cairn_store_close(bench.store);
    return bench_dir_close(bench.path);
}
