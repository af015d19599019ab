#include "node/http/http_history.h"

#include "node/http/http_task.h"
#include "schema/base/civil.h"

const char *cairn_http_history_frozen(enum cairn_causal_frozen frozen)
{
    switch (frozen) {
    case CAIRN_CAUSAL_FROZEN_NO:
        return "no";
    case CAIRN_CAUSAL_FROZEN_KIND:
        return "kind";
    case CAIRN_CAUSAL_FROZEN_LIMIT:
        return "limit";
    }
    return "no";
}

json_t *cairn_http_history_time(uint64_t hlc)
{
    return cairn_http_task_time(cairn_civil_hlc_ms(hlc));
}

/* Who wrote it and why, as the operation says. */
static void history_put_operation(json_t *row, struct cairn_bytes bytes)
{
    struct cairn_operation operation;
    size_t fault_at = 0;
    if (cairn_operation_decode(bytes, &operation, &fault_at) != CAIRN_OK) {
        return;
    }
    json_t *actors = json_array();
    for (uint32_t at = 0; at < operation.actor_count; at++) {
        (void)json_array_append_new(actors, cairn_http_task_text(operation.actors[at]));
    }
    (void)json_object_set_new(row, "actors", actors);
    (void)json_object_set_new(row, "role", cairn_http_task_text(operation.role));
    (void)json_object_set_new(row, "purpose", cairn_http_task_text(operation.purpose));
}

static json_t *history_row(const struct cairn_causal_step *step)
{
    const struct cairn_opset_item *item = step->item;
    const char *kind = item->is_unknown ? "unknown" : cairn_kind_text(item->kind);
    json_t *row = json_pack("{s:s, s:s, s:o*, s:o, s:o, s:o}", "kind", kind, "country",
                            item->country, "time", cairn_http_history_time(item->hlc), "entry",
                            cairn_http_task_hex(item->entry_id, CAIRN_ID_ENTRY_BYTES), "feed",
                            cairn_http_task_hex(item->feed, 16), "index",
                            cairn_jsontext_make_uint(item->index));
    if (row != NULL && item->operation.size > 0) {
        history_put_operation(row, item->operation);
    }
    if (row != NULL && step->err != CAIRN_OK) {
        json_t *why =
            json_pack("{s:i, s:s}", "code", (int)step->err, "title", cairn_err_text(step->err));
        (void)json_object_set_new(row, "no_effect", why);
    }
    return row;
}

json_t *cairn_http_history_json(const struct cairn_causal_step *steps, uint32_t count)
{
    json_t *rows = json_array();
    for (uint32_t at = 0; at < count; at++) {
        (void)json_array_append_new(rows, history_row(&steps[at]));
    }
    return rows;
}
