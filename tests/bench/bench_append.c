/* Method: one node with one partner that is away. Lone appends, one after the other, beside bare
 * fdatasyncs of as many bytes; then as many appends as fit at once. Prints `name value unit`.
 * Usage: bench_append [APPENDS]; uses TMPDIR. */
#define _XOPEN_SOURCE 700

#include "node/driver.h"

#include "node/clock.h"
#include "node/entropy.h"
#include "node/file.h"
#include "node/init.h"
#include "schema/base/check.h"
#include "schema/operation.h"
#include "tests/bench/bench.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONE_COUNT  1000u
#define BODY_BYTES  420u
#define ASKED_MAX   8192u
#define NOTE_MAX    8192u
#define ENTRY_BYTES 640u /* of a row with such a body, about */

struct bench {
    uv_loop_t loop;
    char root[BENCH_DIR_MAX];
    struct cairn_config config;
    struct cairn_driver *driver;
    uint8_t feed[16];
    uint32_t asked;
    uint32_t done;
    uint32_t wanted;
    uint64_t samples[LONE_COUNT];
};

static int by_size(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void print_samples(struct bench *bench, const char *name)
{
    qsort(bench->samples, LONE_COUNT, sizeof *bench->samples, by_size);
    printf("%s_p50 %" PRIu64 " us\n", name, bench->samples[LONE_COUNT / 2]);
    printf("%s_p99 %" PRIu64 " us\n", name, bench->samples[LONE_COUNT * 99 / 100]);
}

static void make_node(struct bench *bench, const char *country, uint8_t *out_note, size_t *out_size)
{
    char dir[512];
    char path[CAIRN_FILE_PATH_MAX];
    (void)snprintf(dir, sizeof dir, "%s/%s", bench->root, country);
    cairn_config_init(&bench->config);
    memcpy(bench->config.network, "test-bench", 11);
    memcpy(bench->config.country, country, 4);
    memcpy(bench->config.node, "one", 4);
    struct cairn_init_options options = {
        .dir = dir, .config = &bench->config, .now_ms = cairn_clock_wall_ms()};
    bench_need(cairn_init(&options));
    bench_need(cairn_file_path(dir, "documents/own.note", path));
    bench_need(cairn_file_read(path, out_note, NOTE_MAX, out_size));
}

static cairn_err encode(void *host, uint64_t hlc, uint8_t *buffer, size_t *out_size)
{
    static uint8_t body[BODY_BYTES + 5] = {0x81, 0x01, 0xc5, BODY_BYTES >> 8, BODY_BYTES & 255};
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_ISSUE,
        .has_object = true,
        .hlc = hlc,
        .purpose = cairn_bytes_of("bench"),
        .actor_count = 1,
        .actors = {cairn_bytes_of("bench")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = body, .size = sizeof body},
    };
    struct cairn_bytes encoded;
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    (void)host;
    cairn_entropy_fill(random, sizeof random);
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    CAIRN_TRY(cairn_operation_encode(&operation, buffer, 1024, &encoded));
    *out_size = encoded.size;
    return CAIRN_OK;
}

static void ask(struct bench *bench);

static void on_done(void *host, const struct cairn_driver_answer *answer)
{
    struct bench *bench = host;
    bench_need(answer->err);
    bench->done++;
    if (bench->asked < bench->wanted) {
        ask(bench);
    }
}

static void ask(struct bench *bench)
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_APPEND};
    memcpy(command.as.append.feed, bench->feed, 16);
    command.as.append.operation_max_bytes = 1024;
    command.as.append.encode = encode;
    bench->asked++;
    bench_need(cairn_driver_command(bench->driver, &command, on_done, bench));
}

static void on_met(void *host, const struct cairn_driver_answer *answer)
{
    struct bench *bench = host;
    bench_need(answer->err);
    bench->done++;
}

static void begin(struct bench *bench)
{
    uint8_t note[NOTE_MAX];
    uint8_t partner[NOTE_MAX];
    size_t note_size = 0;
    size_t partner_size = 0;
    char dir[512];
    make_node(bench, "GEO", partner, &partner_size);
    make_node(bench, "AUT", note, &note_size);
    (void)snprintf(dir, sizeof dir, "%s/AUT", bench->root);
    struct cairn_driver_options options = {
        .loop = &bench->loop, .dir = dir, .config = &bench->config};
    bench_need(cairn_driver_open(&options, &bench->driver));
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_DOCUMENT};
    command.as.note = (struct cairn_bytes){.data = partner, .size = partner_size};
    bench_need(cairn_driver_command(bench->driver, &command, on_met, bench));
    while (bench->done == 0) {
        (void)uv_run(&bench->loop, UV_RUN_ONCE);
    }
    if (!cairn_core_pairwise(cairn_driver_core(bench->driver), (const uint8_t *)"GEO",
                             bench->feed)) {
        bench_need(CAIRN_STATE);
    }
}

static void run_lone(struct bench *bench)
{
    for (uint32_t i = 0; i < LONE_COUNT; i++) {
        bench->asked = 0;
        bench->done = 0;
        bench->wanted = 1;
        uint64_t began_us = cairn_clock_mono_us();
        ask(bench);
        while (bench->done == 0) {
            (void)uv_run(&bench->loop, UV_RUN_ONCE);
        }
        bench->samples[i] = cairn_clock_mono_us() - began_us;
    }
    print_samples(bench, "append_lone");
}

static void run_bare(struct bench *bench)
{
    static const uint8_t bytes[ENTRY_BYTES];
    char path[512];
    (void)snprintf(path, sizeof path, "%s/bare", bench->root);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (uint32_t i = 0; i < LONE_COUNT; i++) {
        uint64_t began_us = cairn_clock_mono_us();
        if (write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes || fdatasync(fd) != 0) {
            bench_need(CAIRN_DISK);
        }
        bench->samples[i] = cairn_clock_mono_us() - began_us;
    }
    close(fd);
    print_samples(bench, "fdatasync");
}

static void run_many(struct bench *bench, uint32_t count)
{
    struct cairn_driver_stats before;
    struct cairn_driver_stats after;
    cairn_driver_stats(bench->driver, &before);
    bench->asked = 0;
    bench->done = 0;
    bench->wanted = count;
    uint64_t began_us = cairn_clock_mono_us();
    while (bench->asked < count && bench->asked < ASKED_MAX) {
        ask(bench);
    }
    while (bench->done < count) {
        (void)uv_run(&bench->loop, UV_RUN_ONCE);
    }
    uint64_t took_us = cairn_clock_mono_us() - began_us;
    cairn_driver_stats(bench->driver, &after);
    printf("append_many %" PRIu64 " operations/s\n", (uint64_t)count * 1000000 / took_us);
    printf("append_many_groups %" PRIu64 " writes\n", after.group_count - before.group_count);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    bench_dir_open(bench.root);
    if (uv_loop_init(&bench.loop) != 0) {
        return 1;
    }
    cairn_logger_set_level(CAIRN_LOGGER_WARN);
    begin(&bench);
    run_bare(&bench);
    run_lone(&bench);
    run_bare(&bench);
    run_many(&bench, count);
    cairn_driver_close(bench.driver, NULL, NULL);
    (void)uv_run(&bench.loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&bench.loop);
    return bench_dir_close(bench.root);
}
