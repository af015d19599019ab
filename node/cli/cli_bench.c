#include "node/cli/cli_commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/cli_bench_node.h"
#include "node/cli/cli_session.h"
#include "node/clock.h"
#include "node/http/http_benchdata.h"

/* Measurements on throw-away nodes of a network of their own; no node of yours is touched.
 *
 *     append   lone appends, and bare fdatasync in the same run
 *     catchup  an empty partner until everything is verified and searchable
 *     live     from `alert issue` here to the alert being there
 *     lookup   one document among many, on a reader thread */

#define BENCH_APPEND_COUNT  500u
#define BENCH_CATCHUP_COUNT 200000u
#define BENCH_LIVE_COUNT    200u
#define BENCH_LOOKUP_ROWS   1000000u
#define BENCH_LOOKUP_COUNT  200000u
#define BENCH_WAIT_MS       300000u
#define BENCH_TARGET_BYTES  128u

static const struct cairn_cli_option bench_options[] = {CAIRN_CLI_COMMON,
                                                        {"count", CAIRN_CLI_VALUE, false, "N"}};
static const struct cairn_cli_plan bench_plan = {
    .command = "bench",
    .syntax = {bench_options, sizeof bench_options / sizeof bench_options[0], 0, 1,
               "[append|catchup|live|lookup]"},
};

struct bench {
    struct cairn_cli_session session;
    uint64_t count; /* 0: the usual one */
    char place[200];
    struct cairn_cli_bench_node here;   /* AUT, runs */
    struct cairn_cli_bench_node there;  /* SRB, runs when it is needed */
    struct cairn_cli_bench_node absent; /* GEO: only its document, so that there is an audience */
    json_t *results;
};

static void bench_say(struct bench *bench, const char *name, double value, const char *unit)
{
    cairn_cli_output_line(&bench->session.output, "%s %.1f %s", name, value, unit);
    (void)json_array_append_new(
        bench->results, json_pack("{s:s, s:f, s:s}", "name", name, "value", value, "unit", unit));
}

static void bench_say_times(struct bench *bench, const char *name, const json_t *times)
{
    char full[64];
    snprintf(full, sizeof full, "%s_median", name);
    bench_say(bench, full, (double)cairn_cli_session_number(times, "median"), "us");
    snprintf(full, sizeof full, "%s_p99", name);
    bench_say(bench, full, (double)cairn_cli_session_number(times, "p99"), "us");
}

static void bench_pause(long milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* ---- nodes ---- */

static cairn_err bench_open_here(struct bench *bench)
{
    CAIRN_TRY(cairn_cli_bench_node_start(&bench->here, bench->place, "AUT", true));
    CAIRN_TRY(cairn_cli_bench_node_start(&bench->absent, bench->place, "GEO", false));
    CAIRN_TRY(cairn_cli_bench_node_introduce(&bench->here, &bench->absent));
    return cairn_cli_bench_node_open_policy(&bench->here);
}

static cairn_err bench_open_there(struct bench *bench)
{
    return cairn_cli_bench_node_start(&bench->there, bench->place, "SRB", true);
}

static cairn_err bench_link(struct bench *bench)
{
    CAIRN_TRY(cairn_cli_bench_node_introduce(&bench->here, &bench->there));
    return cairn_cli_bench_node_introduce(&bench->there, &bench->here);
}

static cairn_err bench_load(struct bench *bench, uint64_t count, uint64_t rows)
{
    char target[BENCH_TARGET_BYTES];
    json_t *answer = NULL;
    snprintf(target, sizeof target, "/v1/bench/load?count=%" PRIu64 "&rows=%" PRIu64, count, rows);
    uint64_t began_ms = cairn_clock_mono_ms();
    CAIRN_TRY(cairn_cli_bench_node_ask(&bench->here, "POST", target, NULL, &answer));
    double took_s = (double)(cairn_clock_mono_ms() - began_ms + 1) / 1000;
    double entries = (double)cairn_cli_session_number(answer, "entries");
    double bytes = (double)cairn_cli_session_number(answer, "body_bytes");
    bench_say(bench, "load", entries / took_s, "entries/s");
    bench_say(bench, "load_body", entries == 0 ? 0 : bytes / entries, "bytes");
    json_decref(answer);
    return CAIRN_OK;
}

/* ---- append ---- */

static cairn_err bench_append(struct bench *bench)
{
    char target[BENCH_TARGET_BYTES];
    json_t *answer = NULL;
    CAIRN_TRY(bench_open_here(bench));
    snprintf(target, sizeof target, "/v1/bench/append?count=%" PRIu64,
             bench->count == 0 ? BENCH_APPEND_COUNT : bench->count);
    CAIRN_TRY(cairn_cli_bench_node_ask(&bench->here, "POST", "/v1/bench/append?count=50", NULL,
                                       NULL)); /* warm */
    CAIRN_TRY(cairn_cli_bench_node_ask(&bench->here, "POST", target, NULL, &answer));
    const json_t *append = json_object_get(answer, "append_us");
    const json_t *sync = json_object_get(answer, "fdatasync_us");
    bench_say_times(bench, "append", append);
    bench_say_times(bench, "fdatasync", sync);
    bench_say(bench, "append_to_fdatasync",
              (double)cairn_cli_session_number(append, "median") /
                  (double)cairn_cli_session_number(sync, "median"),
              "ratio");
    json_decref(answer);
    return CAIRN_OK;
}

/* ---- catchup ---- */

/* Does the partner hold the whole journal of `here`, verified, and has it folded all of it? */
static cairn_err bench_is_caught_up(const struct bench *bench, long long journal_size, bool *out)
{
    json_t *status = NULL;
    CAIRN_TRY(cairn_cli_bench_node_ask(&bench->there, "GET", "/v1/status", NULL, &status));
    const json_t *peer = json_array_get(json_object_get(status, "partners"), 0);
    *out = cairn_cli_session_number(peer, "journal_size") >= journal_size &&
           cairn_cli_session_number(json_object_get(status, "feeds"), "behind") == 0 &&
           cairn_cli_session_number(json_object_get(status, "feeds"), "others") >= 3 &&
           cairn_cli_session_number(json_object_get(status, "state"), "folding") == 0;
    json_decref(status);
    return CAIRN_OK;
}

/* Ask the partner, as a border post would, for the last document and for one in the middle. */
static cairn_err bench_is_searchable(const struct bench *bench, uint64_t count, bool *out)
{
    const uint64_t wanted[] = {count / 2, count - 1};
    for (size_t at = 0; at < sizeof wanted / sizeof *wanted; at++) {
        char number[CAIRN_HTTP_BENCHDATA_NUMBER_BYTES];
        uint64_t i = wanted[at];
        i -= i > 0 && cairn_http_benchdata_is_person(i) ? 1 : 0;
        cairn_http_benchdata_number(i, number);
        CAIRN_TRY(cairn_cli_bench_node_screen(&bench->there, bench->here.country, number, out));
        if (!*out) {
            return CAIRN_OK;
        }
    }
    return CAIRN_OK;
}

/* From the moment when the two are introduced until the partner answers for all of it. */
static cairn_err bench_wait_caught_up(const struct bench *bench, long long journal_size,
                                      uint64_t count)
{
    uint64_t began_ms = cairn_clock_mono_ms();
    bool is_done = false;
    while (!is_done) {
        bench_pause(10);
        if (cairn_clock_mono_ms() - began_ms > BENCH_WAIT_MS) {
            return CAIRN_TIMEOUT;
        }
        CAIRN_TRY(bench_is_caught_up(bench, journal_size, &is_done));
        if (is_done) {
            CAIRN_TRY(bench_is_searchable(bench, count, &is_done));
        }
    }
    return CAIRN_OK;
}

static cairn_err bench_catchup(struct bench *bench)
{
    json_t *status = NULL;
    uint64_t count = bench->count == 0 ? BENCH_CATCHUP_COUNT : bench->count;
    CAIRN_TRY(bench_open_here(bench));
    CAIRN_TRY(bench_load(bench, count, 0));
    CAIRN_TRY(bench_open_there(bench));
    CAIRN_TRY(cairn_cli_bench_node_ask(&bench->here, "GET", "/v1/status", NULL, &status));
    long long journal_size = cairn_cli_session_number(json_object_get(status, "journal"), "size");
    json_decref(status);
    uint64_t began_ms = cairn_clock_mono_ms();
    CAIRN_TRY(bench_link(bench));
    CAIRN_TRY(bench_wait_caught_up(bench, journal_size, count));
    uint64_t took_ms = cairn_clock_mono_ms() - began_ms;
    bench_say(bench, "catchup", (double)count * 1000.0 / (double)took_ms, "entries/s");
    bench_say(bench, "catchup_time", (double)took_ms, "ms");
    return CAIRN_OK;
}

/* ---- live ---- */

static json_t *bench_alert(uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "L%08" PRIu64, number);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:i, s:s}, s:[{s:s, s:s, s:s}]}",
        "category", "DOC", "action", "SEIZE_DOC", "reason", "reported_by_holder", "authority",
        "AUT-bench", "from", "2026-01-01T00:00:00.000Z", "expires", "2035-01-01T00:00:00.000Z",
        "contact", "bench", "document_status", "stolen", "handling", "code", "H0", "source", "A",
        "information", 1, "onward", "none", "documents", "kind", "P", "issuer", "AUT", "number",
        text);
}

static cairn_err bench_live_once(struct bench *bench, uint64_t number, uint64_t *out_us)
{
    char target[BENCH_TARGET_BYTES];
    json_t *answer = NULL;
    uint64_t began_us = cairn_clock_mono_us();
    CAIRN_TRY(
        cairn_cli_bench_node_ask(&bench->here, "POST", "/v1/alerts", bench_alert(number), &answer));
    snprintf(target, sizeof target, "/v1/alerts/%s", cairn_cli_session_text(answer, "id"));
    json_decref(answer);
    cairn_err err = CAIRN_NOT_FOUND;
    while (err == CAIRN_NOT_FOUND && cairn_clock_mono_us() - began_us < 60000000u) {
        err = cairn_cli_bench_node_ask(&bench->there, "GET", target, NULL, NULL);
    }
    *out_us = cairn_clock_mono_us() - began_us;
    return err;
}

static int bench_order(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static cairn_err bench_live(struct bench *bench)
{
    uint64_t count = bench->count == 0 ? BENCH_LIVE_COUNT : bench->count;
    uint64_t *times_us = calloc(count, sizeof *times_us);
    if (times_us == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = bench_open_here(bench);
    err = err == CAIRN_OK ? bench_open_there(bench) : err;
    err = err == CAIRN_OK ? bench_link(bench) : err;
    uint64_t unused_us = 0;
    err = err == CAIRN_OK ? bench_live_once(bench, 0, &unused_us) : err; /* opens the feed */
    for (uint64_t at = 0; err == CAIRN_OK && at < count; at++) {
        err = bench_live_once(bench, at + 1, &times_us[at]);
    }
    if (err == CAIRN_OK) {
        qsort(times_us, count, sizeof *times_us, bench_order);
        bench_say(bench, "live_median", (double)times_us[count / 2] / 1000.0, "ms");
        bench_say(bench, "live_p99", (double)times_us[count * 99 / 100] / 1000.0, "ms");
    }
    free(times_us);
    return err;
}

/* ---- lookup ---- */

static cairn_err bench_wait_folded(const struct cairn_cli_bench_node *node)
{
    uint64_t began_ms = cairn_clock_mono_ms();
    for (;;) {
        json_t *status = NULL;
        CAIRN_TRY(cairn_cli_bench_node_ask(node, "GET", "/v1/status", NULL, &status));
        long long folding = cairn_cli_session_number(json_object_get(status, "state"), "folding");
        json_decref(status);
        if (folding == 0) {
            return CAIRN_OK;
        }
        if (cairn_clock_mono_ms() - began_ms > BENCH_WAIT_MS) {
            return CAIRN_TIMEOUT;
        }
        bench_pause(50);
    }
}

static cairn_err bench_lookup(struct bench *bench)
{
    char target[BENCH_TARGET_BYTES];
    json_t *answer = NULL;
    uint64_t rows = bench->count == 0 ? BENCH_LOOKUP_ROWS : bench->count;
    CAIRN_TRY(bench_open_here(bench));
    CAIRN_TRY(bench_load(bench, rows, CAIRN_LIMIT_BATCH_ROWS));
    CAIRN_TRY(bench_wait_folded(&bench->here));
    snprintf(target, sizeof target, "/v1/bench/lookup?count=%u&space=%" PRIu64, BENCH_LOOKUP_COUNT,
             rows);
    CAIRN_TRY(cairn_cli_bench_node_ask(&bench->here, "POST", target, NULL, &answer));
    bench_say(bench, "lookup_rows", (double)rows, "rows");
    bench_say_times(bench, "lookup", json_object_get(answer, "lookup_us"));
    json_decref(answer);
    return CAIRN_OK;
}

/* ---- all ---- */

static const struct bench_part {
    const char *name;
    cairn_err (*run)(struct bench *bench);
} bench_parts[] = {
    {"append", bench_append},
    {"catchup", bench_catchup},
    {"live", bench_live},
    {"lookup", bench_lookup},
};
#define BENCH_PART_COUNT (sizeof bench_parts / sizeof bench_parts[0])

static int bench_run_part(struct bench *bench, const struct bench_part *part)
{
    cairn_err err = cairn_cli_bench_node_place(bench->place);
    if (err == CAIRN_OK) {
        err = part->run(bench);
        cairn_cli_bench_node_stop(&bench->here);
        cairn_cli_bench_node_stop(&bench->there);
        cairn_cli_bench_node_clear(bench->place);
    }
    return err == CAIRN_OK ? CAIRN_EXIT_DONE
                           : cairn_cli_output_error(&bench->session.output, err, part->name);
}

int cairn_cli_bench_run(int argc, char **argv)
{
    struct bench bench = {.count = 0};
    int code = cairn_cli_session_open(&bench.session, &bench_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    struct cairn_cli_args *args = &bench.session.args;
    const char *wanted = args->operand_count > 0 ? args->operands[0] : NULL;
    bool is_known = wanted == NULL;
    if (cairn_cli_args_uint(args, "count", 1, 10000000, &bench.count) != CAIRN_OK) {
        return cairn_cli_output_usage(&bench.session.output,
                                      "usage: cairn bench [PART] [--count N]", args->fault);
    }
    bench.results = json_array();
    for (size_t at = 0; at < BENCH_PART_COUNT && code == CAIRN_EXIT_DONE; at++) {
        if (wanted == NULL || strcmp(wanted, bench_parts[at].name) == 0) {
            is_known = true;
            code = bench_run_part(&bench, &bench_parts[at]);
        }
    }
    if (!is_known) {
        code = cairn_cli_output_usage(&bench.session.output,
                                      "usage: cairn bench [append|catchup|live|lookup]",
                                      "no such measurement");
    } else if (code == CAIRN_EXIT_DONE && bench.session.output.is_json) {
        json_t *body = json_pack("{s:O}", "results", bench.results);
        cairn_cli_output_object(&bench.session.output, body);
        json_decref(body);
    }
    json_decref(bench.results);
    return code;
}
