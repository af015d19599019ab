/* Log lines that cannot hold personal data: a name of ours, and typed fields.
 *
 *     2026-03-01T12:00:00.123Z warn fork.found author=GEO size=4711 err=203
 *
 * A field is a number, an error or an id. Ids keep [A-Za-z0-9/.:_-], every other byte becomes `?`,
 * and end after CAIRN_LOGGER_ID_MAX bytes. One line is one write to stderr; from any thread.
 *
 *     CAIRN_LOG(CAIRN_LOGGER_WARN, "fork.found", CAIRN_LOG_ID("author", country),
 *               CAIRN_LOG_U64("size", size), CAIRN_LOG_ERR(err));                              */
#ifndef CAIRN_NODE_LOGGER_H
#define CAIRN_NODE_LOGGER_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_LOGGER_ID_MAX   96u
#define CAIRN_LOGGER_LINE_MAX 1024u /* what does not fit is left out, from the first such field */

enum cairn_logger_level {
    CAIRN_LOGGER_ERROR, /* somebody has to do something */
    CAIRN_LOGGER_WARN,
    CAIRN_LOGGER_INFO, /* the default */
    CAIRN_LOGGER_DEBUG,
};

enum cairn_logger_kind { CAIRN_LOGGER_FIELD_U64, CAIRN_LOGGER_FIELD_ERR, CAIRN_LOGGER_FIELD_ID };

struct cairn_logger_field {
    const char *name; /* static: [a-z_] */
    enum cairn_logger_kind kind;
    uint64_t number;       /* the value, or the error's number */
    struct cairn_bytes id; /* borrowed */
};

#define CAIRN_LOG_U64(name, value)                                                                 \
    ((struct cairn_logger_field){(name), CAIRN_LOGGER_FIELD_U64, (value), {NULL, 0}})
#define CAIRN_LOG_ERR(err)                                                                         \
    ((struct cairn_logger_field){"err", CAIRN_LOGGER_FIELD_ERR, (uint64_t)(err), {NULL, 0}})
#define CAIRN_LOG_ID(name, bytes)                                                                  \
    ((struct cairn_logger_field){(name), CAIRN_LOGGER_FIELD_ID, 0, (bytes)})

/* One line with at least one field; cairn_logger_write(level, name, NULL, 0) for none. */
#define CAIRN_LOG(level, name, ...)                                                                \
    cairn_logger_write((level), (name), (const struct cairn_logger_field[]){__VA_ARGS__},          \
                       sizeof((const struct cairn_logger_field[]){__VA_ARGS__}) /                  \
                           sizeof(struct cairn_logger_field))

/* Lines of a level above this one (less urgent) are dropped. From any thread. */
void cairn_logger_set_level(enum cairn_logger_level level);

/* gives  false when such a line would be dropped: skip costly fields */
bool cairn_logger_is_on(enum cairn_logger_level level);

/* "error", "warn", "info", "debug". Static. */
const char *cairn_logger_level_name(enum cairn_logger_level level);

/* Read one of the four names. errors  CAIRN_NOT_FOUND; *out unchanged */
CAIRN_MUST cairn_err cairn_logger_parse_level(struct cairn_bytes name,
                                              enum cairn_logger_level *out);

/* Errors of writing are not reported: there is nobody to tell. */
void cairn_logger_write(enum cairn_logger_level level, const char *name,
                        const struct cairn_logger_field *fields, size_t field_count);

/* The level by the family of an error: 5xx error, 2xx and 6xx warn, else info. */
enum cairn_logger_level cairn_logger_level_of(cairn_err err);

#endif
