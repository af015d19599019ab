/* Method: 1. one alert.issue of one document per entry, sealed, in commits as large as a flush
 * makes them; folded from a log store into a views store. 2. batches of 4,096 rows until views hold
 * ROWS documents. 3. look-ups of random documents that are there, and of others that are not, on
 * one reader's object. Prints `name value unit`. Usage: bench_views [ENTRIES [ROWS]]; uses TMPDIR.
 * limits: fold_issue >= 80,000 entries/s on one thread; lookup_hit_p50 < 50 us. */
#define _XOPEN_SOURCE 700

#include "node/views/lookup.h"

#include "node/clock.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "tests/bench/bench.h"
#include "tests/lib/feed_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define NOW_MS      UINT64_C(1772366400000) /* 2026-03-01T12:00:00Z */
#define ORIGIN      "test-demo/AUT/vienna-1/1"
#define SAMPLES_MAX 20000u

struct bench {
    char dir[BENCH_DIR_MAX], log_path[600], views_path[600];
    struct cairn_store *log, *views;
    struct cairn_suite suite;
    struct cairn_folder *folder;
    struct feed_writer feed;
    uint64_t object_count;
    uint64_t row_count;            /* documents in batches */
    uint64_t state;                /* of the generator */
    uint32_t samples[SAMPLES_MAX]; /* us */
    uint8_t body[CAIRN_LIMIT_BATCH_BYTES];
};

/* ---- operations ---- */

/* What an alert on one document and a batch share. text: NULL in a batch, which has none. */
static void put_common(struct cairn_pack_writer *writer, const char *text)
{
    bench_put_uint(writer, 1, 13);
    bench_put_uint(writer, 2, 14);
    bench_put_uint(writer, 4, 100);
    if (text != NULL) {
        bench_put_text(writer, 5, text);
    }
    bench_put_text(writer, 6, "AUT-passport-office");
    bench_put_uint(writer, 7, NOW_MS);
    bench_put_uint(writer, 8, NOW_MS + UINT64_C(86400000) * 3000);
    if (text != NULL) {
        bench_put_text(writer, 9, "2028-01-01");
    }
    cairn_pack_put_uint(writer, 10);
    cairn_pack_put_map(writer, 4);
    for (uint64_t key = 1; key <= 4; key++) {
        bench_put_uint(writer, key, 1);
    }
    bench_put_text(writer, 11, "sirene@example.org, +43 bureau open day and night, Vienna");
}

static void put_document(struct cairn_pack_writer *writer, char letter, uint64_t number,
                         bool has_status)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%c%08" PRIu64, letter, number);
    cairn_pack_put_map(writer, has_status ? 6 : 5);
    bench_put_uint(writer, 1, 1);
    bench_put_text(writer, 2, "AUT");
    bench_put_text(writer, 3, text);
    bench_put_text(writer, 4, "2020-01-01");
    bench_put_text(writer, 5, "2030-01-01");
    if (has_status) {
        bench_put_uint(writer, 8, 1 + number % 4);
    }
}

static struct cairn_operation make_operation(struct bench *bench, enum cairn_kind kind,
                                             struct cairn_bytes body)
{
    struct cairn_operation operation = {
        .kind = kind,
        .has_object = true,
        .hlc = cairn_civil_hlc(NOW_MS, (uint16_t)(bench->object_count & 0xFFFF)),
        .purpose = cairn_bytes_of("document registry"),
        .actor_count = 1,
        .actors = {cairn_bytes_of("AUT-registry-0815")},
        .role = cairn_bytes_of("bureau"),
        .body = body,
    };
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    cairn_bytes_put_u64(random, bench_random(&bench->state) * 0x9E3779B97F4A7C15u);
    cairn_bytes_put_u16(random + 8, (uint16_t)bench->object_count);
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    bench->object_count++;
    return operation;
}

static struct cairn_operation make_issue(struct bench *bench)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes body;
    cairn_pack_writer_init(&writer, bench->body, sizeof bench->body);
    cairn_pack_put_map(&writer, 12);
    put_common(&writer, "Reported lost by its holder at the border crossing point; number and "
                        "dates were taken from the register of issued documents and compared "
                        "with the application form of the holder; no trace of misuse is known.");
    cairn_pack_put_uint(&writer, 18);
    cairn_pack_put_array(&writer, 1);
    put_document(&writer, 'P', bench->object_count, false);
    bench_put_uint(&writer, 27, 2);
    bench_need(cairn_pack_end(&writer, &body));
    return make_operation(bench, CAIRN_KIND_ALERT_ISSUE, body);
}

static struct cairn_operation make_batch(struct bench *bench)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes body;
    cairn_pack_writer_init(&writer, bench->body, sizeof bench->body);
    cairn_pack_put_map(&writer, 9);
    put_common(&writer, NULL);
    cairn_pack_put_uint(&writer, 28);
    cairn_pack_put_array(&writer, CAIRN_LIMIT_BATCH_ROWS);
    for (uint32_t row = 0; row < CAIRN_LIMIT_BATCH_ROWS; row++) {
        put_document(&writer, 'Q', bench->row_count++, true);
    }
    bench_need(cairn_pack_end(&writer, &body));
    return make_operation(bench, CAIRN_KIND_ALERT_BATCH, body);
}

/* ---- folding ---- */

/* Write entries into commits of full size; gives the number of commits. */
static uint64_t write_entries(struct bench *bench, uint64_t count,
                              struct cairn_operation (*make)(struct bench *), size_t room_bytes)
{
    uint64_t first = bench->feed.commits;
    for (uint64_t i = 0; i < count; i++) {
        struct cairn_operation operation = make(bench);
        if (!feed_writer_has_room(&bench->feed, room_bytes)) {
            (void)feed_writer_commit(&bench->feed, bench->feed.commits);
        }
        feed_writer_append(&bench->feed, &operation);
    }
    (void)feed_writer_commit(&bench->feed, bench->feed.commits);
    return first;
}

/* Time that this thread has run: on a busy machine it says more than the clock. */
static uint64_t cpu_us(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

static uint64_t fold_from(struct bench *bench, uint64_t first, uint64_t *out_us, uint64_t *out_cpu)
{
    static struct cairn_folder_job job;
    uint64_t entries = 0;
    uint64_t start_us = cairn_clock_mono_us();
    uint64_t start_cpu = cpu_us();
    for (uint64_t number = first; number < bench->feed.commits; number++) {
        struct cairn_folder_result result;
        feed_writer_job(&bench->feed, number, NOW_MS, &job);
        bench_need(cairn_folder_fold(bench->folder, &job, &result));
        CAIRN_REQUIRE(result.rejected_count == 0);
        entries += result.entry_count;
    }
    bench_need(cairn_folder_settle(bench->folder));
    *out_us = cairn_clock_mono_us() - start_us + 1;
    *out_cpu = cpu_us() - start_cpu + 1;
    return entries;
}

/* ---- look-ups ---- */

static int by_size(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;
    return (*a > *b) - (*a < *b);
}

static void bench_lookup(struct bench *bench, struct cairn_lookup *lookup, const char *name,
                         char letter, uint64_t count)
{
    static struct cairn_lookup_hits hits;
    static const struct cairn_acceptance accepted = {.own = "SRB",
                                                     .otherwise = CAIRN_POLICY_FOUNDS_ALL};
    const struct cairn_lookup_moment moment = {.now_ms = NOW_MS, .accepted = &accepted};
    uint64_t start_us = cairn_clock_mono_us();
    for (uint32_t turn = 0; turn < SAMPLES_MAX; turn++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%c%08" PRIu64, letter,
                       bench_random(&bench->state) % count);
        struct cairn_lookup_document document = {.issuer = cairn_bytes_of("AUT"),
                                                 .number = cairn_bytes_of(number)};
        uint64_t before_us = cairn_clock_mono_us();
        bench_need(cairn_lookup_by_document(lookup, &document, &moment, &hits));
        bench->samples[turn] = (uint32_t)(cairn_clock_mono_us() - before_us);
        CAIRN_REQUIRE((hits.count == 1) == (letter != 'X'));
    }
    uint64_t took_us = cairn_clock_mono_us() - start_us + 1;
    qsort(bench->samples, SAMPLES_MAX, sizeof *bench->samples, by_size);
    (void)printf("%s %" PRIu64 " lookups/s\n", name, SAMPLES_MAX * UINT64_C(1000000) / took_us);
    (void)printf("%s_p50 %" PRIu32 " us\n", name, bench->samples[SAMPLES_MAX / 2]);
    (void)printf("%s_p99 %" PRIu32 " us\n", name, bench->samples[SAMPLES_MAX * 99 / 100]);
}

static void bench_open(struct bench *bench)
{
    bench_dir_open(bench->dir);
    (void)snprintf(bench->log_path, sizeof bench->log_path, "%s/log", bench->dir);
    (void)snprintf(bench->views_path, sizeof bench->views_path, "%s/views", bench->dir);
    struct cairn_store_options log = {.path = bench->log_path,
                                      .kind = CAIRN_STORE_LOG,
                                      .is_new = true,
                                      .floor = cairn_diskspace_default_floor()};
    struct cairn_store_options views = {.path = bench->views_path,
                                        .kind = CAIRN_STORE_VIEWS,
                                        .is_new = true,
                                        .floor = cairn_diskspace_default_floor()};
    bench_need(cairn_store_open(&log, &bench->log));
    bench_need(cairn_store_open(&views, &bench->views));
    bench_need(cairn_suite_open_real(&bench->suite));
    feed_writer_open(&bench->feed, bench->log, &bench->suite, FEED_WRITER_SEALED, ORIGIN);
    struct cairn_folder_options options = {
        .log = bench->log, .views = bench->views, .country = "SRB", .network = "test-demo"};
    bench_need(cairn_folder_open(&options, &bench->folder));
}

static int bench_close(struct bench *bench)
{
    cairn_folder_close(bench->folder);
    feed_writer_close(&bench->feed);
    cairn_suite_close(&bench->suite);
    cairn_store_close(bench->views);
    cairn_store_close(bench->log);
    return bench_dir_close(bench->dir);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct cairn_lookup *lookup;
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
    uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    uint64_t took_us, took_cpu;
    bench_open(&bench);
    uint64_t first = write_entries(&bench, entries, make_issue, 640);
    uint64_t folded = fold_from(&bench, first, &took_us, &took_cpu);
    CAIRN_REQUIRE(folded == entries);
    (void)printf("fold_issue %" PRIu64 " entries/s\n", folded * 1000000 / took_us);
    (void)printf("fold_issue_cpu %" PRIu64 " entries/s\n", folded * 1000000 / took_cpu);
    uint64_t batches = rows / CAIRN_LIMIT_BATCH_ROWS + 1;
    first = write_entries(&bench, batches, make_batch, CAIRN_LIMIT_BATCH_BYTES - 64);
    folded = fold_from(&bench, first, &took_us, &took_cpu);
    (void)printf("fold_batch %" PRIu64 " rows/s\n",
                 folded * CAIRN_LIMIT_BATCH_ROWS * 1000000 / took_us);
    (void)printf("fold_batch_cpu %" PRIu64 " rows/s\n",
                 folded * CAIRN_LIMIT_BATCH_ROWS * 1000000 / took_cpu);
    bench_need(cairn_lookup_open(bench.views, &lookup));
    bench_lookup(&bench, lookup, "lookup_warm_up", 'Q', bench.row_count);
    bench_lookup(&bench, lookup, "lookup_row", 'Q', bench.row_count);
    bench_lookup(&bench, lookup, "lookup_alert", 'P', entries);
    bench_lookup(&bench, lookup, "lookup_no_hit", 'X', UINT32_MAX);
    cairn_lookup_close(lookup);
    return bench_close(&bench);
}
