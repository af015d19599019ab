#include "node/http/http_resources.h"

#include <string.h>

#include "node/http/http_history.h"
#include "node/http/http_task.h"
#include "node/views/dossier.h"
#include "schema/base/text.h"

/* GET /v1/losses: what authors said that they have not got any more, and how much of it is here. */

struct loss_list {
    json_t *rows;
    uint64_t left; /* rows that may still be added */
};

#define LOSS_ROWS_MAX 10000u

static bool loss_row(void *host, const struct cairn_dossier_loss *loss)
{
    struct loss_list *list = host;
    json_t *row = json_pack(
        "{s:o, s:o, s:o, s:o*, s:o, s:o, s:o, s:o}", "origin", cairn_http_task_text(loss->origin),
        "feed", cairn_http_task_hex(loss->feed, sizeof loss->feed), "told_in",
        cairn_http_task_hex(loss->told_in, sizeof loss->told_in), "dated",
        cairn_http_history_time(loss->hlc), "commits", cairn_jsontext_make_uint(loss->commits),
        "entries", cairn_jsontext_make_uint(loss->size), "from_leaf",
        cairn_jsontext_make_uint(loss->from_leaf), "to_leaf",
        cairn_jsontext_make_uint(loss->to_leaf));
    (void)json_array_append_new(list->rows, row);
    return --list->left > 0;
}

static void loss_run(struct cairn_http_task *task)
{
    struct loss_list list = {.rows = json_array(), .left = LOSS_ROWS_MAX};
    task->err = cairn_dossier_losses(cairn_driver_views(task->service->driver), loss_row, &list);
    task->body = json_pack("{s:o}", "losses", list.rows);
}

/* On the loop, where the core may be read: what of the feed is held here. */
static void loss_finish(struct cairn_http_task *task)
{
    const struct cairn_core *core = cairn_driver_core(task->service->driver);
    json_t *rows = json_object_get(task->body, "losses");
    for (size_t at = 0; at < json_array_size(rows); at++) {
        json_t *row = json_array_get(rows, at);
        struct cairn_core_feed feed;
        uint8_t id[16];
        uint32_t number;
        const char *hex = json_string_value(json_object_get(row, "feed"));
        if (cairn_text_hex_decode(cairn_bytes_of(hex), sizeof id, id) == CAIRN_OK &&
            cairn_core_feed_find(core, id, &number)) {
            cairn_core_feed(core, number, &feed);
            (void)json_object_set_new(row, "held_entries", cairn_jsontext_make_uint(feed.size));
        }
    }
}

static void loss_show(struct cairn_http_exchange *exchange)
{
    struct cairn_http_task task = {.exchange = exchange, .run = loss_run, .finish = loss_finish};
    cairn_http_task_post(&task);
}

static const struct cairn_http_route loss_table[] = {
    {CAIRN_HTTP_GET, "/v1/losses", "status", .handler = loss_show},
};

struct cairn_http_routes cairn_http_loss_routes(void)
{
    return (struct cairn_http_routes){.routes = loss_table,
                                      .count = sizeof loss_table / sizeof loss_table[0]};
}
