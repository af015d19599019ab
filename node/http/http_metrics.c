#include "node/http/http_metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct metrics_line {
    const char *name;
    const char *type; /* counter or gauge */
    const char *help;
    uint64_t value;
};

static void metrics_put(FILE *out, const struct metrics_line *lines, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        fprintf(out, "# HELP cairn_%s %s\n# TYPE cairn_%s %s\ncairn_%s %" PRIu64 "\n",
                lines[at].name, lines[at].help, lines[at].name, lines[at].type, lines[at].name,
                lines[at].value);
    }
}

static void metrics_put_node(FILE *out, const struct cairn_http_metrics *metrics)
{
    const struct cairn_driver_stats *driver = &metrics->driver;
    struct cairn_core_peer own;
    cairn_core_peer(metrics->core, 0, &own);
    const struct metrics_line lines[] = {
        {"journal_size", "gauge", "Leaves of the own journal.", own.journal_size},
        {"feeds", "gauge", "Feeds known, own and others.", cairn_core_feed_count(metrics->core)},
        {"steps_total", "counter", "Steps of the protocol core.", driver->step_count},
        {"writes_total", "counter", "Synced group writes of the log.", driver->group_count},
        {"write_us_max", "gauge", "Longest group write, microseconds.", driver->group_us_max},
        {"folded_total", "counter", "Commits folded into the views.", driver->folded_count},
        {"refused_total", "counter", "Operations without effect.", driver->rejected_count},
        {"folding", "gauge", "Commits that wait for the folder.", driver->ripe_count},
        {"commands", "gauge", "Commands that wait for their answer.", driver->command_count},
        {"links", "gauge", "Links that are up.", driver->link_count},
        {"free_bytes", "gauge", "Free space of the log's file system.", driver->free_bytes},
        {"lookups_total", "counter", "Look-ups answered.", metrics->screening.lookup_count},
        {"lookup_hits_total", "counter", "Look-ups with a hit.", metrics->screening.hit_count},
        {"lookup_entries_total", "counter", "Entries of the access log.",
         metrics->screening.entry_count},
        {"http_connections", "gauge", "Open HTTP connections.", metrics->http.connection_count},
    };
    metrics_put(out, lines, sizeof lines / sizeof lines[0]);
}

static void metrics_put_answers(FILE *out, const struct cairn_http_metrics *metrics)
{
    fprintf(out, "# HELP cairn_http_answers_total Answers by class of status.\n"
                 "# TYPE cairn_http_answers_total counter\n");
    for (int class = 2; class <= 5; class ++) {
        fprintf(out, "cairn_http_answers_total{class=\"%dxx\"} %" PRIu64 "\n", class,
                metrics->http.answer_counts[class]);
    }
}

static void metrics_put_notices(FILE *out, const struct cairn_http_metrics *metrics)
{
    fprintf(out, "# HELP cairn_notices_total What the protocol core has told.\n"
                 "# TYPE cairn_notices_total counter\n");
    for (int code = 0; code <= (int)CAIRN_NOTICE_STORE_FAILED; code++) {
        fprintf(out, "cairn_notices_total{notice=\"%s\"} %" PRIu64 "\n",
                cairn_notice_text((enum cairn_notice_code)code),
                metrics->driver.notice_counts[code]);
    }
}

static void metrics_put_peers(FILE *out, const struct cairn_http_metrics *metrics)
{
    struct cairn_core_peer peer;
    uint32_t count = cairn_core_peer_count(metrics->core);
    fprintf(out, "# HELP cairn_peer_journal_size Verified leaves of a partner's journal.\n"
                 "# TYPE cairn_peer_journal_size gauge\n");
    for (uint32_t number = 1; number < count; number++) {
        cairn_core_peer(metrics->core, number, &peer);
        fprintf(out, "cairn_peer_journal_size{origin=\"%s\"} %" PRIu64 "\n", peer.origin,
                peer.journal_size);
    }
    fprintf(out, "# HELP cairn_peer_age_seconds Age of a partner's data; -1: never seen.\n"
                 "# TYPE cairn_peer_age_seconds gauge\n");
    for (uint32_t number = 1; number < count; number++) {
        cairn_core_peer(metrics->core, number, &peer);
        bool is_past = peer.seen_ms < metrics->now_ms;
        int64_t age_s = is_past ? (int64_t)((metrics->now_ms - peer.seen_ms) / 1000) : 0;
        fprintf(out, "cairn_peer_age_seconds{origin=\"%s\"} %" PRId64 "\n", peer.origin,
                peer.seen_ms == 0 ? -1 : age_s);
    }
    fprintf(out, "# HELP cairn_peer_linked Is the link up?\n# TYPE cairn_peer_linked gauge\n");
    for (uint32_t number = 1; number < count; number++) {
        cairn_core_peer(metrics->core, number, &peer);
        fprintf(out, "cairn_peer_linked{origin=\"%s\"} %d\n", peer.origin, peer.is_linked ? 1 : 0);
    }
}

char *cairn_http_metrics_write(const struct cairn_http_metrics *metrics)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    metrics_put_node(out, metrics);
    metrics_put_answers(out, metrics);
    metrics_put_notices(out, metrics);
    metrics_put_peers(out, metrics);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
