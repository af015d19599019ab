#include "node/freshness.h"

#include <string.h>

#include "node/jsontext.h"
#include "schema/base/civil.h"
#include "schema/base/limits.h"

struct freshness_country {
    char country[4];
    uint64_t seen_ms;
    bool is_forked;
};

enum cairn_freshness_level cairn_freshness_level_of(uint64_t seen_ms, uint64_t now_ms)
{
    if (seen_ms == 0) {
        return CAIRN_FRESHNESS_RED;
    }
    uint64_t age_ms = seen_ms < now_ms ? now_ms - seen_ms : 0;
    if (age_ms > CAIRN_FRESHNESS_RED_MS) {
        return CAIRN_FRESHNESS_RED;
    }
    return age_ms > CAIRN_FRESHNESS_AMBER_MS ? CAIRN_FRESHNESS_AMBER : CAIRN_FRESHNESS_GREEN;
}

const char *cairn_freshness_text(enum cairn_freshness_level level)
{
    switch (level) {
    case CAIRN_FRESHNESS_GREEN:
        return "green";
    case CAIRN_FRESHNESS_AMBER:
        return "amber";
    case CAIRN_FRESHNESS_RED:
        return "red";
    }
    return "red";
}

void cairn_freshness_put(json_t *object, uint64_t seen_ms, uint64_t now_ms)
{
    char time[25];
    if (seen_ms != 0) {
        uint64_t age_ms = seen_ms < now_ms ? now_ms - seen_ms : 0;
        cairn_civil_write_time_ms(seen_ms, time);
        (void)json_object_set_new(object, "as_of", json_string(time));
        (void)json_object_set_new(object, "age_s", cairn_jsontext_make_uint(age_ms / 1000));
    }
    const char *level = cairn_freshness_text(cairn_freshness_level_of(seen_ms, now_ms));
    (void)json_object_set_new(object, "level", json_string(level));
}

/* The newest of a country's nodes says how fresh its data is; one fork disputes all of it. */
static uint32_t freshness_collect(const struct cairn_core *core, struct freshness_country *out)
{
    struct cairn_core_peer own;
    struct cairn_core_peer peer;
    uint32_t count = 0;
    uint32_t peer_count = cairn_core_peer_count(core);
    cairn_core_peer(core, 0, &own);
    for (uint32_t number = 1; number < peer_count; number++) {
        cairn_core_peer(core, number, &peer);
        if (!peer.is_recognised || strcmp(peer.country, own.country) == 0) {
            continue;
        }
        uint32_t at = 0;
        while (at < count && strcmp(out[at].country, peer.country) != 0) {
            at++;
        }
        if (at == CAIRN_LIMIT_COUNTRIES) {
            continue;
        }
        if (at == count) {
            out[count] = (struct freshness_country){.seen_ms = 0};
            memcpy(out[count++].country, peer.country, sizeof peer.country);
        }
        out[at].seen_ms = peer.seen_ms > out[at].seen_ms ? peer.seen_ms : out[at].seen_ms;
        out[at].is_forked = out[at].is_forked || peer.is_forked;
    }
    return count;
}

json_t *cairn_freshness_json(const struct cairn_core *core, uint64_t now_ms)
{
    struct freshness_country countries[CAIRN_LIMIT_COUNTRIES];
    json_t *rows = json_array();
    uint32_t count = freshness_collect(core, countries);
    for (uint32_t at = 0; at < count; at++) {
        json_t *row = json_pack("{s:s}", "country", countries[at].country);
        cairn_freshness_put(row, countries[at].seen_ms, now_ms);
        if (countries[at].is_forked) {
            (void)json_object_set_new(row, "disputed", json_true());
        }
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

bool cairn_freshness_is_disputed(const struct cairn_core *core, const char *country)
{
    uint32_t count = cairn_core_peer_count(core);
    for (uint32_t number = 0; number < count; number++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, number, &peer);
        if (peer.is_forked && peer.is_recognised && strncmp(peer.country, country, 3) == 0) {
            return true;
        }
    }
    return false;
}
