#include "node/http/http_page.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

bool cairn_http_page_read(struct cairn_http_exchange *exchange, struct cairn_http_task *task)
{
    struct cairn_bytes after = {NULL, 0};
    if (cairn_http_exchange_query_uint(exchange, "limit", CAIRN_HTTP_PAGE_MAX, &task->limit) !=
            CAIRN_OK ||
        task->limit == 0) {
        cairn_http_answer_problem(exchange, CAIRN_NUMBER, "limit: 1 to 1000", NULL);
        return false;
    }
    (void)cairn_http_exchange_query(exchange, "after", &after);
    if (after.size > sizeof task->after - 1) {
        cairn_http_answer_problem(exchange, CAIRN_TOO_LONG, "after", NULL);
        return false;
    }
    if (after.size > 0) {
        memcpy(task->after, after.data, after.size);
    }
    task->after[after.size] = '\0';
    return true;
}

cairn_err cairn_http_page_open(struct cairn_http_page *page, uint64_t limit, const char *after)
{
    struct cairn_dossier_place place = {.size = 0};
    size_t digits = strlen(after);
    if (digits > 0) {
        if (digits % 2 != 0 || digits / 2 > sizeof place.data) {
            return CAIRN_HEX;
        }
        CAIRN_TRY(cairn_text_hex_decode(cairn_bytes_of(after), digits / 2, place.data));
        place.size = (uint32_t)(digits / 2);
    }
    memset(page, 0, sizeof *page);
    page->entries = malloc(CAIRN_HTTP_PAGE_MAX * sizeof *page->entries);
    page->rows = json_array();
    if (page->entries == NULL || page->rows == NULL) {
        free(page->entries);
        json_decref(page->rows);
        return CAIRN_MEMORY;
    }
    page->left = limit;
    page->dossier.entries = page->entries;
    page->dossier.next = place;
    return CAIRN_OK;
}

bool cairn_http_page_wants_more(struct cairn_http_page *page)
{
    if (page->left == 0 || (page->is_begun && page->dossier.next.size == 0)) {
        return false;
    }
    page->dossier.after = page->dossier.next;
    page->dossier.limit = (uint32_t)page->left;
    page->dossier.count = 0;
    page->is_begun = true;
    return true;
}

void cairn_http_page_take(struct cairn_http_page *page,
                          json_t *(*line)(const struct cairn_index_entry *entry))
{
    for (uint32_t at = 0; at < page->dossier.count; at++) {
        (void)json_array_append_new(page->rows, line(&page->entries[at]));
    }
    page->left -= page->dossier.count < page->left ? page->dossier.count : page->left;
}

json_t *cairn_http_page_close(struct cairn_http_page *page, const char *name)
{
    char next[2 * CAIRN_DOSSIER_PLACE_BYTES + 1];
    const struct cairn_dossier_place *place = &page->dossier.next;
    json_t *body = json_pack("{s:o}", name, page->rows);
    if (place->size > 0) {
        cairn_text_hex_encode((struct cairn_bytes){place->data, place->size}, next);
        (void)json_object_set_new(body, "next", json_stringn(next, (size_t)place->size * 2));
    }
    free(page->entries);
    return body;
}
