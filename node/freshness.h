/* How fresh each country's data is: what every answer says beside what was found. On the loop. */
#ifndef CAIRN_NODE_FRESHNESS_H
#define CAIRN_NODE_FRESHNESS_H

#include <jansson.h>

#include "replication/core.h"

#define CAIRN_FRESHNESS_AMBER_MS (24ull * 3600000u)
#define CAIRN_FRESHNESS_RED_MS   (7ull * 24u * 3600000u)

enum cairn_freshness_level {
    CAIRN_FRESHNESS_GREEN,
    CAIRN_FRESHNESS_AMBER, /* older than a day */
    CAIRN_FRESHNESS_RED,   /* older than a week, or never seen */
};

/* seen_ms: 0 never; in the future counts as now */
enum cairn_freshness_level cairn_freshness_level_of(uint64_t seen_ms, uint64_t now_ms);
const char *cairn_freshness_text(enum cairn_freshness_level level); /* "green", ... */

/* Put "as_of", "age_s" and "level" into an object; as_of and age_s are absent when never seen. */
void cairn_freshness_put(json_t *object, uint64_t seen_ms, uint64_t now_ms);

/* One row for each recognised country: country, as_of (of its newest node), age_s, level, and
 * disputed where its journal forked. owns: the caller. NULL: out of memory */
json_t *cairn_freshness_json(const struct cairn_core *core, uint64_t now_ms);

/* Is it proved of a node of this country, and of one that its document lists, that it signed two
 * histories? country: three letters */
bool cairn_freshness_is_disputed(const struct cairn_core *core, const char *country);

#endif
