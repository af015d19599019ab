#include "tests/sim/tell.h"

#include "tests/sim/tell_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

uint64_t tell_now(const struct tell *tell)
{
    return tell->world->now_ms - WORLD_EPOCH_MS;
}

const char *tell_name(const struct tell *tell, uint32_t node)
{
    return tell->names[node] != NULL ? tell->names[node] : world_code(tell->world, node);
}

void tell_call(struct tell *tell, uint32_t node, const char *text)
{
    tell->names[node] = text;
}

void tell_names(const struct tell *tell, uint32_t nodes, char out[static TELL_LINE])
{
    size_t size = 0;
    out[0] = 0;
    for (uint32_t node = 0; node < tell->world->options.nodes; node++) {
        if ((nodes >> node & 1u) != 0) {
            int added = snprintf(out + size, TELL_LINE - size, "%s%s", size > 0 ? ", " : "",
                                 tell_name(tell, node));
            assert_in_range(added, 0, TELL_LINE - size - 1);
            size += (size_t)added;
        }
    }
}

static void tell_put(struct tell *tell, const char *text)
{
    size_t size = strlen(text);
    assert_true(tell->size + size < TELL_BYTES);
    memcpy(tell->text + tell->size, text, size + 1);
    tell->size += size;
}

void tell_line(struct tell *tell, uint64_t ms, uint32_t nodes, const char *text)
{
    unsigned long long s = ms / 1000;
    char names[TELL_LINE], line[3 * TELL_LINE];
    const char *indent = nodes != 0 ? "  - " : "";
    tell_names(tell, nodes, names);
    (void)snprintf(line, sizeof line, "day %llu %02llu:%02llu:%02llu %s%s%s%s\n", s / 86400 + 1,
                   s / 3600 % 24, s / 60 % 60, s % 60, indent, names, nodes != 0 ? ": " : "", text);
    tell_put(tell, line);
}

void tell_deed(struct tell *tell, const char *format, ...)
{
    char text[TELL_LINE];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_in_range(size, 1, TELL_LINE - 1);
    char line[TELL_LINE + 2];
    (void)snprintf(line, sizeof line, "* %s", text);
    tell_flush(tell);
    tell_line(tell, tell_now(tell), 0, line);
}

void tell_answer(struct tell *tell, cairn_err err, const char *format, ...)
{
    char text[TELL_LINE / 2];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_in_range(size, 1, (int)sizeof text - 1);
    if (err == CAIRN_OK) {
        tell_deed(tell, "%s", text);
    } else {
        tell_deed(tell, "%s: refused, %d %s", text, err, cairn_err_text(err));
    }
    tell_wait(tell, 1000);
}

void tell_wait(struct tell *tell, uint64_t ms)
{
    world_run(tell->world, ms);
    tell_flush(tell);
}

/* ---- what nodes share ---- */

char tell_root(struct tell *tell, const uint8_t root[static 32])
{
    uint32_t i = 0;
    while (i < tell->root_count && memcmp(tell->roots[i], root, 32) != 0) {
        i++;
    }
    if (i == tell->root_count) {
        assert_true(tell->root_count < TELL_ROOTS);
        memcpy(tell->roots[tell->root_count++], root, 32);
    }
    return (char)('a' + i);
}

bool tell_peer(const struct tell *tell, uint32_t node, const char *origin,
               struct cairn_core_peer *out)
{
    const struct cairn_core *core = tell->world->nodes[node].core;
    for (uint32_t i = 0; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, out);
        if (strcmp(out->origin, origin) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the approved text ---- */

static void tell_path(const struct tell_plan *plan, char *out, size_t capacity)
{
    const char *source = getenv("CAIRN_SOURCE");
    int size =
        snprintf(out, capacity, "%s/docs/scenes/%s.txt", source == NULL ? "." : source, plan->name);
    assert_in_range(size, 1, (int)capacity - 1);
}

static void tell_approve(const struct tell_plan *plan, const struct tell *tell)
{
    char path[1024];
    tell_path(plan, path, sizeof path);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(tell->text, 1, tell->size, file) != tell->size ||
        fclose(file) != 0) {
        fail_msg("%s cannot be written", path);
    }
}

static size_t tell_read(const struct tell_plan *plan, char *out, size_t capacity)
{
    char path[1024];
    tell_path(plan, path, sizeof path);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return 0;
    }
    size_t size = fread(out, 1, capacity - 1, file);
    (void)fclose(file);
    out[size] = 0;
    return size;
}

static int tell_line_size(const char *text)
{
    return (int)strcspn(text, "\n");
}

/* Where the texts part. */
static void tell_differ(const struct tell_plan *plan, const struct tell *tell, const char *approved)
{
    const char *wanted = approved, *got = tell->text;
    uint32_t line = 1;
    while (*wanted != 0 && tell_line_size(wanted) == tell_line_size(got) &&
           memcmp(wanted, got, (size_t)tell_line_size(got)) == 0 && *got != 0) {
        wanted += tell_line_size(wanted) + (wanted[tell_line_size(wanted)] == '\n');
        got += tell_line_size(got) + (got[tell_line_size(got)] == '\n');
        line++;
    }
    char path[1024];
    tell_path(plan, path, sizeof path);
    fail_msg("%s:%u with seed %llu\n  approved: %.*s\n  now:      %.*s\n"
             "To read the new text as a diff, and approve it: run this test with CAIRN_APPROVE=1, "
             "then git diff %s",
             path, line, (unsigned long long)tell->world->options.seed, tell_line_size(wanted),
             wanted, tell_line_size(got), got, path);
}

static void tell_compare(const struct tell_plan *plan, const struct tell *tell)
{
    char *approved = malloc(TELL_BYTES);
    assert_non_null(approved);
    bool is_first = tell->world->options.seed == 1;
    if (is_first && getenv("CAIRN_APPROVE") != NULL) {
        tell_approve(plan, tell);
    }
    size_t size = tell_read(plan, approved, TELL_BYTES);
    approved[size] = 0;
    if (size != tell->size || memcmp(approved, tell->text, size) != 0) {
        tell_differ(plan, tell, approved);
    }
    free(approved);
}

static void tell_once(const struct tell_plan *plan, const struct world_options *options)
{
    struct tell *tell = calloc(1, sizeof *tell);
    assert_non_null(tell);
    tell->world = world_open(options);
    tell_put(tell, plan->title);
    tell_put(tell, "\n\n");
    tell_put(tell, plan->about);
    tell_put(tell, "\n*  is done to the world\n"
                   "-  is what nodes say themselves, asked or unasked\n"
                   "=  is what somebody finds in a file, who has nothing else\n\n");
    tell_listen(tell);
    plan->play(tell, tell->world);
    tell_flush(tell);
    if (options->latency_ms_max == 0) {
        tell_compare(plan, tell);
    }
    world_close(tell->world);
    free(tell);
}

void tell_story(const struct tell_plan *plan)
{
    const char *wanted = getenv("CAIRN_SEEDS");
    uint64_t seeds = wanted == NULL ? plan->seeds : strtoull(wanted, NULL, 10);
    struct world_options options = plan->options;
    for (options.seed = 1; options.seed <= seeds; options.seed++) {
        options.latency_ms_max = 0;
        tell_once(plan, &options);
        if (plan->options.latency_ms_max > 0) {
            options.latency_ms_max = plan->options.latency_ms_max;
            tell_once(plan, &options);
        }
    }
}
