#include "node/http/http_resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/file.h"
#include "node/http/http_accepted.h"
#include "node/http/http_metrics.h"
#include "node/http/http_pending.h"
#include "node/http/http_scrub.h"
#include "node/notecard.h"

/* Of each country some of whose objects are not accepted: what is held of it. */
struct status_count {
    char country[4];
    struct cairn_http_accepted_held held;
};

struct status_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_acceptance accepted;
    bool is_counted; /* false: the views could not be asked */
    uint32_t count;
    struct status_count counts[CAIRN_LIMIT_COUNTRIES];
};

/* ---- what the node knows of itself and its partners ---- */

static json_t *status_uint(uint64_t number)
{
    return cairn_jsontext_make_uint(number);
}

static const char *status_link(const struct cairn_core_peer *peer)
{
    if (peer->is_repudiated) {
        return "repudiated";
    }
    if (peer->is_forked) {
        return "forked";
    }
    if (peer->is_ended) {
        return "ended";
    }
    if (!peer->is_recognised) {
        return "not recognised";
    }
    return peer->is_linked ? "up" : "down";
}

static json_t *status_peer(const struct cairn_core_peer *peer, uint64_t now_ms)
{
    json_t *row = json_pack(
        "{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o}", "country", peer->country, "origin",
        peer->origin, "recognised", peer->is_recognised, "link", status_link(peer), "endpoint",
        peer->endpoint, "journal_size", status_uint(peer->journal_size), "cosigned_size",
        status_uint(peer->cosigned_size), "witnessed_size", status_uint(peer->witnessed_size));
    if (row != NULL && peer->is_ended) {
        (void)json_object_set_new(row, "ended_size", status_uint(peer->ended_size));
        (void)json_object_set_new(row, "unopened", status_uint(peer->blind_count));
    }
    if (row != NULL) {
        cairn_freshness_put(row, peer->seen_ms, now_ms);
    }
    return row;
}

static const struct status_count *status_find_count(const struct status_call *call,
                                                    const char *country)
{
    for (uint32_t at = 0; at < call->count; at++) {
        if (strcmp(call->counts[at].country, country) == 0) {
            return &call->counts[at];
        }
    }
    return NULL;
}

/* What is held of the country and kept from officers. */
static json_t *status_not_accepted(const struct status_call *call, const char *country)
{
    const struct status_count *count = status_find_count(call, country);
    if (count == NULL || !call->is_counted) {
        return NULL;
    }
    return json_pack("{s:i, s:o, s:o, s:b}", "error", (int)CAIRN_DENIED_KIND, "alerts",
                     status_uint(count->held.alert_count), "cases",
                     status_uint(count->held.case_count), "more", count->held.is_cut);
}

/* What is taken of the country, and what is kept of all its nodes. */
static void status_put_accept(const struct cairn_core *core, const struct status_call *call,
                              const char *country, json_t *row)
{
    static const char *const states[] = {
        [CAIRN_ACCEPTED_OPEN] = "open",     [CAIRN_ACCEPTED_SLOWED] = "slowed",
        [CAIRN_ACCEPTED_FULL] = "full",     [CAIRN_ACCEPTED_SCARCE] = "disk nearly full",
        [CAIRN_ACCEPTED_NOT] = "not heard",
    };
    struct cairn_core_accepted accepted;
    cairn_core_accept(core, (const uint8_t *)country, &accepted);
    json_t *said = json_pack("{s:s, s:o}", "state", states[accepted.state], "held_bytes",
                             status_uint(accepted.held_bytes));
    if (said != NULL && accepted.state != CAIRN_ACCEPTED_NOT &&
        accepted.limits.store_bytes != UINT64_MAX) {
        (void)json_object_set_new(said, "limit_bytes", status_uint(accepted.limits.store_bytes));
    }
    if (said != NULL && accepted.limits.entries_per_s > 0) {
        (void)json_object_set_new(said, "entries_per_s",
                                  status_uint(accepted.limits.entries_per_s));
    }
    if (said != NULL && accepted.state == CAIRN_ACCEPTED_FULL) {
        (void)json_object_set_new(said, "error", json_integer(CAIRN_DENIED_STORE));
    }
    json_t *held = said == NULL ? NULL : status_not_accepted(call, country);
    if (held != NULL) {
        (void)json_object_set_new(said, "not_accepted", held);
    }
    if (row != NULL) {
        (void)json_object_set_new(row, "accept", said);
    }
}

/* The newest checkpoint held of it, as it signed it: what it needs when it has lost its disk. */
static void status_put_checkpoint(const struct cairn_core *core, uint32_t number, json_t *row)
{
    struct cairn_bytes checkpoint = cairn_core_checkpoint(core, number);
    if (row != NULL && checkpoint.size > 0) {
        (void)json_object_set_new(row, "checkpoint", cairn_http_task_text(checkpoint));
    }
}

static json_t *status_peers(const struct cairn_core *core, const struct status_call *call,
                            uint64_t now_ms)
{
    struct cairn_core_peer peer;
    json_t *rows = json_array();
    uint32_t count = cairn_core_peer_count(core);
    for (uint32_t number = 1; number < count; number++) {
        cairn_core_peer(core, number, &peer);
        json_t *row = status_peer(&peer, now_ms);
        status_put_checkpoint(core, number, row);
        status_put_accept(core, call, peer.country, row);
        (void)json_object_set_new(row, "withheld", status_uint(cairn_core_withheld(core, number)));
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *status_journal(const struct cairn_core *core)
{
    struct cairn_core_peer own;
    cairn_core_peer(core, 0, &own);
    struct cairn_bytes checkpoint = cairn_core_checkpoint(core, 0);
    json_t *journal =
        json_pack("{s:o, s:o, s:b, s:b}", "size", status_uint(own.journal_size), "root",
                  cairn_http_task_hex(own.journal_root, sizeof own.journal_root), "forked",
                  own.is_forked, "ended", own.is_ended);
    if (journal != NULL && checkpoint.size > 0) {
        (void)json_object_set_new(journal, "checkpoint", cairn_http_task_text(checkpoint));
    }
    return journal;
}

static json_t *status_feeds(const struct cairn_core *core)
{
    struct cairn_core_feed feed;
    uint64_t own_count = 0;
    uint64_t own_open_count = 0;
    uint64_t other_count = 0;
    uint64_t behind_count = 0;
    uint32_t count = cairn_core_feed_count(core);
    for (uint32_t number = 0; number < count; number++) {
        cairn_core_feed(core, number, &feed);
        own_count += feed.author == 0 ? 1 : 0;
        own_open_count += feed.author == 0 && !feed.is_closed ? 1 : 0;
        other_count += feed.author != 0 ? 1 : 0;
        behind_count += feed.commits < feed.tagged ? 1 : 0;
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "own", status_uint(own_count), "own_open",
                     status_uint(own_open_count), "others", status_uint(other_count), "behind",
                     status_uint(behind_count));
}

static const char *status_summary(const struct cairn_core *core,
                                  const struct cairn_driver_stats *stats,
                                  const struct cairn_core_restore *restore)
{
    struct cairn_core_peer own;
    cairn_core_peer(core, 0, &own);
    if (own.is_ended) {
        return "ended: this country's document ends this node's origin; it signs no more (317)";
    }
    if (own.is_forked) {
        return "forked: two histories were signed with this node's key; it signs no more";
    }
    if (!stats->is_started) {
        return "starting";
    }
    if (restore->is_halted) {
        return "halted: partners hold another history of this node; nothing is written";
    }
    if (restore->is_restoring) {
        return "restoring: the log is older than what this node has said; nothing is written";
    }
    if (stats->is_guard_failing) {
        return "the guard cannot be written";
    }
    if (stats->is_store_waiting) {
        return "the log cannot be written";
    }
    if (stats->fold_err != CAIRN_OK) {
        return "views cannot be written";
    }
    if (stats->is_clock_ahead) {
        return "the clock leads all partners by an hour: nothing is written";
    }
    if (stats->fold_stuck_count > 0) {
        return "running; views of some feeds wait for commits that cannot be read: see cairn scrub";
    }
    return stats->ripe_count > 0 ? "running, views are catching up" : "running";
}

/* How far the own journal has come back, and of whom it waits. NULL: it is in order */
static json_t *status_restore(const struct cairn_core_restore *restore)
{
    if (!restore->is_restoring && !restore->is_halted) {
        return NULL;
    }
    uint64_t wanted =
        restore->guard_size > restore->shown_size ? restore->guard_size : restore->shown_size;
    return json_pack("{s:b, s:o, s:o, s:o, s:o, s:b}", "halted", restore->is_halted, "size",
                     status_uint(restore->durable_size), "wanted_size", status_uint(wanted),
                     "partners", status_uint(restore->partner_count), "answered",
                     status_uint(restore->answered_count), "all_must_answer", restore->needs_all);
}

static json_t *status_state(const struct cairn_core *core, const struct cairn_driver_stats *stats,
                            const struct cairn_core_restore *restore, json_t *pending)
{
    return json_pack(
        "{s:s, s:o*, s:o*, s:o, s:o*, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "summary",
        status_summary(core, stats, restore), "restore", status_restore(restore), "pending",
        pending, "scrub", cairn_http_scrub_json(core, stats), "started",
        cairn_http_task_time(stats->started_ms), "links", status_uint(stats->link_count), "folding",
        status_uint(stats->ripe_count), "waiting_feeds", status_uint(stats->fold_stuck_count),
        "folded", status_uint(stats->folded_count), "refused_operations",
        status_uint(stats->rejected_count), "parked_operations", status_uint(stats->parked_count),
        "free_bytes", status_uint(stats->free_bytes));
}

/* Of the document that this node was started with. gives: NULL when it cannot be read */
static json_t *status_fingerprint(const struct cairn_service *service)
{
    char path[CAIRN_FILE_PATH_MAX];
    struct cairn_notecard card;
    size_t size = 0;
    json_t *said = NULL;
    uint8_t *note = malloc(CAIRN_LIMIT_NOTE_BYTES);
    if (note != NULL && cairn_file_path(service->dir, "documents/own.note", path) == CAIRN_OK &&
        cairn_file_read(path, note, CAIRN_LIMIT_NOTE_BYTES, &size) == CAIRN_OK &&
        cairn_notecard_read((struct cairn_bytes){note, size}, &card) == CAIRN_OK) {
        said = json_string(card.fingerprint);
    }
    free(note);
    return said;
}

static void status_answer(const struct status_call *call)
{
    struct cairn_service *service = call->service;
    const struct cairn_core *core = cairn_driver_core(service->driver);
    struct cairn_driver_stats stats;
    struct cairn_core_restore restore;
    uint64_t now_ms = cairn_clock_wall_ms();
    cairn_driver_stats(service->driver, &stats);
    cairn_core_restore(core, &restore);
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:o*, s:o*, s:o, s:o, s:o, s:o, s:i, s:i}", "origin",
        cairn_driver_origin(service->driver), "country", service->config->country, "network",
        service->config->network, "fingerprint", status_fingerprint(service), "time",
        cairn_http_task_time(now_ms), "journal", status_journal(core), "feeds", status_feeds(core),
        "state", status_state(core, &stats, &restore, cairn_http_pending_count(service->pending)),
        "partners", status_peers(core, call, now_ms), "listen_port", (int)stats.listen_port,
        "http_port", (int)service->port);
    cairn_http_answer_json(call->exchange, 200, body);
}

/* ---- counting what is not accepted, on a reader thread ---- */

static void status_run(void *host, uint32_t thread_index)
{
    struct status_call *call = host;
    struct cairn_store *views = cairn_driver_views(call->service->driver);
    (void)thread_index;
    call->is_counted = true;
    for (uint32_t at = 0; call->is_counted && at < call->count; at++) {
        struct status_count *count = &call->counts[at];
        call->is_counted = cairn_http_accepted_count(views, &call->accepted, count->country,
                                                     &count->held) == CAIRN_OK;
    }
}

static void status_on_run(void *host)
{
    struct status_call *call = host;
    struct cairn_service *service = call->service;
    status_answer(call);
    free(call);
    cairn_service_release(service);
}

static void status_collect(struct status_call *call)
{
    struct cairn_core_peer peer;
    const struct cairn_core *core = cairn_driver_core(call->service->driver);
    uint32_t peer_count = cairn_core_peer_count(core);
    for (uint32_t number = 1; number < peer_count; number++) {
        cairn_core_peer(core, number, &peer);
        bool is_whole =
            cairn_acceptance_of(&call->accepted, peer.country) == CAIRN_POLICY_FOUNDS_ALL;
        if (!is_whole && call->count < CAIRN_LIMIT_COUNTRIES &&
            status_find_count(call, peer.country) == NULL) {
            memcpy(call->counts[call->count++].country, peer.country, sizeof peer.country);
        }
    }
}

/* A status is answered in any case: where nothing can be counted, without the counts. */
static void status_show(struct cairn_http_exchange *exchange)
{
    struct status_call *call = calloc(1, sizeof *call);
    struct cairn_worker_job job = {.run = status_run, .done = status_on_run, .host = call};
    if (call == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    call->service = cairn_http_task_service(exchange);
    call->exchange = exchange;
    cairn_http_task_accepted(call->service, &call->accepted);
    status_collect(call);
    if (call->count > 0 &&
        cairn_worker_post(cairn_driver_readers(call->service->driver), &job) == CAIRN_OK) {
        cairn_service_hold(call->service);
        return;
    }
    status_answer(call);
    free(call);
}

/* ---- for machines ---- */

static void status_health(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_driver_stats stats;
    cairn_driver_stats(service->driver, &stats);
    bool is_well = stats.is_started && !stats.is_store_waiting && stats.fold_err == CAIRN_OK;
    json_t *body = json_pack("{s:b}", "well", is_well);
    cairn_http_answer_json(exchange, is_well ? 200 : 503, body);
}

static void status_metrics(struct cairn_http_exchange *exchange)
{
    struct cairn_service *service = cairn_http_task_service(exchange);
    struct cairn_http_metrics metrics = {
        .core = cairn_driver_core(service->driver),
        .screening = cairn_screening_stats(service->screening),
        .http = cairn_http_server_stats(service->server),
        .now_ms = cairn_clock_wall_ms(),
    };
    cairn_driver_stats(service->driver, &metrics.driver);
    char *text = cairn_http_metrics_write(&metrics);
    if (text == NULL) {
        cairn_http_answer_problem(exchange, CAIRN_MEMORY, NULL, NULL);
        return;
    }
    cairn_http_answer_raw(exchange, 200, "text/plain; version=0.0.4; charset=utf-8",
                          cairn_bytes_of(text));
    free(text);
}

static const struct cairn_http_route status_table[] = {
    {CAIRN_HTTP_GET, "/v1/status", "status", .handler = status_show},
    {CAIRN_HTTP_GET, "/healthz", NULL, .handler = status_health},
    {CAIRN_HTTP_GET, "/metrics", "status", .handler = status_metrics},
};

struct cairn_http_routes cairn_http_status_routes(void)
{
    return (struct cairn_http_routes){.routes = status_table,
                                      .count = sizeof status_table / sizeof status_table[0]};
}
