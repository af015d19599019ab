#include "node/logger.h"

#include "node/clock.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOGGER_TIME_MS_MAX (CAIRN_CIVIL_TIME_S_MAX * 1000u + 999u)

/* The last byte is kept for the newline. */
struct logger_line {
    size_t size;
    char text[CAIRN_LOGGER_LINE_MAX];
};

static const char *const logger_names[] = {"error", "warn", "info", "debug"};
#define LOGGER_NAME_COUNT (sizeof logger_names / sizeof *logger_names)
_Static_assert(LOGGER_NAME_COUNT == CAIRN_LOGGER_DEBUG + 1, "one name for each level");

static atomic_uint logger_level = CAIRN_LOGGER_INFO;

void cairn_logger_set_level(enum cairn_logger_level level)
{
    CAIRN_REQUIRE(level <= CAIRN_LOGGER_DEBUG);
    atomic_store_explicit(&logger_level, level, memory_order_relaxed);
}

bool cairn_logger_is_on(enum cairn_logger_level level)
{
    return level <= atomic_load_explicit(&logger_level, memory_order_relaxed);
}

const char *cairn_logger_level_name(enum cairn_logger_level level)
{
    CAIRN_REQUIRE(level <= CAIRN_LOGGER_DEBUG);
    return logger_names[level];
}

cairn_err cairn_logger_parse_level(struct cairn_bytes name, enum cairn_logger_level *out)
{
    for (size_t at = 0; at < LOGGER_NAME_COUNT; at++) {
        if (cairn_bytes_is_equal(name, cairn_bytes_of(logger_names[at]))) {
            *out = (enum cairn_logger_level)at;
            return CAIRN_OK;
        }
    }
    return CAIRN_NOT_FOUND;
}

enum cairn_logger_level cairn_logger_level_of(cairn_err err)
{
    unsigned family = (unsigned)err / 100u;
    if (family == 5) {
        return CAIRN_LOGGER_ERROR;
    }
    return family == 2 || family == 6 ? CAIRN_LOGGER_WARN : CAIRN_LOGGER_INFO;
}

static char logger_clean(uint8_t byte)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/.:_-";
    if (byte == 0 || strchr(allowed, byte) == NULL) {
        return '?';
    }
    return (char)byte;
}

/* gives  false when it does not fit; the line may then hold a part of it */
static bool logger_put(struct logger_line *line, struct cairn_bytes bytes)
{
    if (bytes.size > sizeof line->text - 1 - line->size) {
        return false;
    }
    for (size_t at = 0; at < bytes.size; at++) {
        line->text[line->size++] = logger_clean(bytes.data[at]);
    }
    return true;
}

static bool logger_put_mark(struct logger_line *line, char mark)
{
    if (line->size == sizeof line->text - 1) {
        return false;
    }
    line->text[line->size++] = mark;
    return true;
}

static bool logger_put_value(struct logger_line *line, const struct cairn_logger_field *field)
{
    char digits[24];
    switch (field->kind) {
    case CAIRN_LOGGER_FIELD_U64:
    case CAIRN_LOGGER_FIELD_ERR:
        (void)snprintf(digits, sizeof digits, "%" PRIu64, field->number);
        return logger_put(line, cairn_bytes_of(digits));
    case CAIRN_LOGGER_FIELD_ID:
        break;
    }
    struct cairn_bytes id = field->id;
    id.size = id.size > CAIRN_LOGGER_ID_MAX ? CAIRN_LOGGER_ID_MAX : id.size;
    return logger_put(line, id);
}

static bool logger_put_field(struct logger_line *line, const struct cairn_logger_field *field)
{
    return logger_put_mark(line, ' ') && logger_put(line, cairn_bytes_of(field->name)) &&
           logger_put_mark(line, '=') && logger_put_value(line, field);
}

static void logger_send(const struct logger_line *line)
{
    size_t at = 0;
    while (at < line->size) {
        ssize_t written = write(STDERR_FILENO, line->text + at, line->size - at);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        at += (size_t)written;
    }
}

void cairn_logger_write(enum cairn_logger_level level, const char *name,
                        const struct cairn_logger_field *fields, size_t field_count)
{
    if (!cairn_logger_is_on(level)) {
        return;
    }
    struct logger_line line = {.size = 0};
    char time_text[CAIRN_CIVIL_TIME_MS_BYTES + 1];
    uint64_t now_ms = cairn_clock_wall_ms();
    cairn_civil_write_time_ms(now_ms < LOGGER_TIME_MS_MAX ? now_ms : LOGGER_TIME_MS_MAX, time_text);

    bool is_fitting = logger_put(&line, cairn_bytes_of(time_text)) && logger_put_mark(&line, ' ') &&
                      logger_put(&line, cairn_bytes_of(cairn_logger_level_name(level))) &&
                      logger_put_mark(&line, ' ') && logger_put(&line, cairn_bytes_of(name));
    for (size_t at = 0; at < field_count && is_fitting; at++) {
        size_t size_before = line.size;
        is_fitting = logger_put_field(&line, &fields[at]);
        if (!is_fitting) {
            line.size = size_before;
        }
    }
    line.text[line.size++] = '\n';
    logger_send(&line);
}
