/* Cost of folding, in CPU time of one core: what catch-up does for each entry, a batch of 4,096
 * documents, and objects that grew as large as they may. Prints `name value unit`. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/hash.h"
#include "replication/merge/merge.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "tests/bench/bench.h"

#define NOW_MS     1772366400000u /* 2026-03-01T12:00:00Z */
#define EXPIRES_MS 1788000000000u /* 2026-08-29 */
#define MANY       CAIRN_OPSET_COUNT_MAX

static struct cairn_arena arena;
static struct cairn_merge_entry entries[MANY];
static uint32_t entry_count;
static uint8_t kept[CAIRN_LIMIT_STATE_BYTES];
static struct cairn_bytes state;

static void put_document(struct cairn_pack_writer *writer, uint32_t number, bool has_status)
{
    char text[16];
    (void)snprintf(text, sizeof text, "P%08u", number);
    cairn_pack_put_map(writer, has_status ? 4 : 3);
    bench_put_uint(writer, 1, 1);
    bench_put_text(writer, 2, "AUT");
    bench_put_text(writer, 3, text);
    if (has_status) {
        bench_put_uint(writer, 8, 1);
    }
}

/* Fields that every body here has. */
static void put_common(struct cairn_pack_writer *writer, uint32_t more_count, uint32_t category,
                       uint32_t reason)
{
    cairn_pack_put_map(writer, 8 + more_count);
    bench_put_uint(writer, 1, category);
    bench_put_uint(writer, 2, category == CAIRN_ALERT_WARN ? 13 : 14);
    bench_put_uint(writer, 4, reason);
    bench_put_text(writer, 6, "AUT-bmi");
    bench_put_uint(writer, 7, NOW_MS);
    bench_put_uint(writer, 8, EXPIRES_MS);
    if (category == CAIRN_ALERT_WARN) {
        bench_put_text(writer, 9, "2026-07-01");
    }
    cairn_pack_put_uint(writer, 10);
    cairn_pack_put_map(writer, 4);
    for (uint32_t key = 1; key <= 4; key++) {
        bench_put_uint(writer, key, 1);
    }
    bench_put_text(writer, 11, "bureau@example.org");
}

static void put_issue(struct cairn_pack_writer *writer)
{
    put_common(writer, 2, CAIRN_ALERT_DOC, 100);
    cairn_pack_put_uint(writer, 18);
    cairn_pack_put_array(writer, 1);
    put_document(writer, 1234567, false);
    bench_put_uint(writer, 27, 1);
}

static void put_person(struct cairn_pack_writer *writer)
{
    put_common(writer, 3, CAIRN_ALERT_WARN, 90);
    cairn_pack_put_uint(writer, 13);
    cairn_pack_put_array(writer, 1);
    cairn_pack_put_map(writer, 4);
    bench_put_uint(writer, 1, 1);
    bench_put_text(writer, 2,
                   "M\xc3\xbcller-L\xc3\xbc"
                   "denscheidt");
    bench_put_text(writer, 3, "J\xc3\xbcrgen");
    bench_put_uint(writer, 6, 1);
    cairn_pack_put_uint(writer, 14);
    cairn_pack_put_array(writer, 1);
    cairn_pack_put_text(writer, cairn_bytes_of("1974-08-12"));
}

static void put_batch(struct cairn_pack_writer *writer)
{
    put_common(writer, 1, CAIRN_ALERT_DOC, 100);
    cairn_pack_put_uint(writer, 28);
    cairn_pack_put_array(writer, CAIRN_LIMIT_BATCH_ROWS);
    for (uint32_t row = 0; row < CAIRN_LIMIT_BATCH_ROWS; row++) {
        put_document(writer, row, true);
    }
}

static void put_amend(struct cairn_pack_writer *writer)
{
    cairn_pack_put_map(writer, 1);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_map(writer, 1);
    bench_put_text(writer, 11, "other@example.org");
}

static void put_withdraw(struct cairn_pack_writer *writer)
{
    cairn_pack_put_map(writer, 2);
    bench_put_uint(writer, 1, 2);
    cairn_pack_put_uint(writer, 4);
    cairn_pack_put_array(writer, 1);
    cairn_pack_put_uint(writer, 7);
}

/* One more entry of the object; parent: NULL for none. */
static void add(enum cairn_kind kind, void (*put)(struct cairn_pack_writer *writer),
                const struct cairn_merge_entry *parent)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {7};
    static uint8_t body[CAIRN_LIMIT_BATCH_BYTES];
    struct cairn_operation operation = {.kind = kind,
                                        .has_object = true,
                                        .hlc = cairn_civil_hlc(NOW_MS + entry_count, 0),
                                        .purpose = cairn_bytes_of("alert"),
                                        .actor_count = 1,
                                        .actors = {cairn_bytes_of("officer-1")},
                                        .role = cairn_bytes_of("bureau")};
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, body, sizeof body);
    put(&writer);
    bench_need(cairn_pack_end(&writer, &operation.body));
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    if (parent != NULL) {
        operation.parent_count = 1;
        memcpy(operation.parents[0], parent->entry_id, sizeof operation.parents[0]);
    }
    uint8_t *buffer = malloc(CAIRN_LIMIT_BATCH_BYTES);
    struct cairn_bytes bytes;
    size_t fault_at;
    CAIRN_REQUIRE(buffer != NULL && entry_count < MANY);
    bench_need(cairn_operation_encode(&operation, buffer, CAIRN_LIMIT_BATCH_BYTES, &bytes));
    struct cairn_merge_entry *entry = &entries[entry_count];
    *entry = (struct cairn_merge_entry){.index = entry_count, .country = "AUT"};
    bench_need(cairn_merge_decode(bytes, entry, &fault_at));
    entry->index = entry_count;
    memcpy(entry->country, "AUT", 4);
    cairn_sha256_of((struct cairn_bytes){(const uint8_t *)&entry_count, 4}, entry->entry_id);
    entry_count++;
}

/* The state of all entries but the last, so that `fold_last` is what is measured. */
static void keep_state(void)
{
    state.size = 0;
    for (uint32_t i = 0; i + 1 < entry_count; i++) {
        struct cairn_merge_result result;
        cairn_arena_reset(&arena);
        bench_need(cairn_merge_fold(&entries[i], state, &arena, &result));
        bench_need(result.err);
        CAIRN_REQUIRE(result.is_changed);
        memcpy(kept, result.state.data, result.state.size);
        state = (struct cairn_bytes){kept, result.state.size};
    }
}

static void decode_last(void)
{
    size_t fault_at;
    struct cairn_merge_entry entry;
    bench_need(cairn_merge_decode(entries[entry_count - 1].bytes, &entry, &fault_at));
}

static void fold_last(void)
{
    struct cairn_merge_result result;
    cairn_arena_reset(&arena);
    bench_need(cairn_merge_fold(&entries[entry_count - 1], state, &arena, &result));
    bench_need(result.err);
    CAIRN_REQUIRE(result.is_changed);
}

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Best of five runs of at least 40 ms each; reading the clock costs as much as a small fold. */
static void measure(const char *name, void (*run)(void))
{
    double best_us = 1e9;
    keep_state();
    double begin_us = cpu_us();
    run();
    long block = cpu_us() - begin_us < 100.0 ? 100 : 1;
    for (int round = 0; round < 5; round++) {
        long count = 0;
        begin_us = cpu_us();
        double now_us = begin_us;
        for (; now_us - begin_us < 40e3; now_us = cpu_us()) {
            for (long i = 0; i < block; i++, count++) {
                run();
            }
        }
        double each_us = (now_us - begin_us) / (double)count;
        best_us = each_us < best_us ? each_us : best_us;
    }
    printf("merge_%s %.3f us\n", name, best_us);
}

int main(void)
{
    void *memory = malloc(CAIRN_MERGE_ARENA_BYTES);
    CAIRN_REQUIRE(memory != NULL);
    cairn_arena_init(&arena, memory, CAIRN_MERGE_ARENA_BYTES);
    add(CAIRN_KIND_ALERT_ISSUE, put_issue, NULL);
    measure("decode_document", decode_last);
    measure("fold_document", fold_last);
    add(CAIRN_KIND_ALERT_AMEND, put_amend, &entries[0]);
    measure("fold_amend", fold_last);
    entry_count = 0;
    add(CAIRN_KIND_ALERT_ISSUE, put_person, NULL);
    measure("decode_person", decode_last);
    measure("fold_person", fold_last);
    while (entry_count < MANY) {
        add(CAIRN_KIND_ALERT_AMEND, put_amend, &entries[entry_count - 1]);
    }
    measure("fold_chain_of_512", fold_last);
    entry_count = 1;
    while (entry_count < MANY) {
        add(CAIRN_KIND_ALERT_AMEND, put_amend, &entries[0]);
    }
    measure("fold_fan_of_512", fold_last);
    entry_count = 0;
    add(CAIRN_KIND_ALERT_BATCH, put_batch, NULL);
    measure("decode_batch", decode_last);
    measure("fold_batch", fold_last);
    add(CAIRN_KIND_ALERT_WITHDRAW, put_withdraw, &entries[0]);
    measure("fold_batch_withdraw", fold_last);
    return 0;
}
