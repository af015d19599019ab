/* One page of a list: asks the views until it is full or there is no more.
 *
 *     ?limit=100&after=<next of the page before>  ->  {"alerts": [...], "next": "..."}
 *
 * next is absent on the last page. For reader threads, but for read. */
#ifndef CAIRN_NODE_HTTP_HTTP_PAGE_H
#define CAIRN_NODE_HTTP_HTTP_PAGE_H

#include "node/http/http_task.h"
#include "node/views/dossier.h"

#define CAIRN_HTTP_PAGE_MAX 1000u /* most lines of one page */

struct cairn_http_page {
    struct cairn_dossier_page dossier; /* to be filled between wants_more and take */
    struct cairn_index_entry *entries; /* malloc */
    json_t *rows;
    uint64_t left; /* lines that still fit */
    bool is_begun;
};

/* Read `limit` and `after` of the exchange into the task. gives: false, answered */
bool cairn_http_page_read(struct cairn_http_exchange *exchange, struct cairn_http_task *task);

/* after: hexadecimal, "" for the first page. errors  CAIRN_HEX, CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_http_page_open(struct cairn_http_page *page, uint64_t limit,
                                          const char *after);

bool cairn_http_page_wants_more(struct cairn_http_page *page);

/* Take what the dossier has given. */
void cairn_http_page_take(struct cairn_http_page *page,
                          json_t *(*line)(const struct cairn_index_entry *entry));

/* The answer; frees the page. owns: the caller */
json_t *cairn_http_page_close(struct cairn_http_page *page, const char *name);

#endif
