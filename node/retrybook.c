#include "node/retrybook.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"

#define RETRYBOOK_BUCKETS 4096u
#define RETRYBOOK_NONE    UINT32_MAX

struct retrybook_entry {
    bool is_used;
    bool is_done;
    uint8_t key[32];
    uint8_t request[32];
    int status;
    uint8_t *body; /* malloc; NULL when empty */
    size_t body_size;
    uint32_t next; /* in its bucket */
};

struct cairn_retrybook {
    uint32_t buckets[RETRYBOOK_BUCKETS];
    uint32_t turn; /* the entry that is pushed out next */
    struct retrybook_entry entries[CAIRN_RETRYBOOK_MAX];
};

cairn_err cairn_retrybook_open(struct cairn_retrybook **out)
{
    struct cairn_retrybook *book = calloc(1, sizeof *book);
    if (book == NULL) {
        return CAIRN_MEMORY;
    }
    for (uint32_t at = 0; at < RETRYBOOK_BUCKETS; at++) {
        book->buckets[at] = RETRYBOOK_NONE;
    }
    *out = book;
    return CAIRN_OK;
}

void cairn_retrybook_close(struct cairn_retrybook *book)
{
    for (uint32_t at = 0; book != NULL && at < CAIRN_RETRYBOOK_MAX; at++) {
        free(book->entries[at].body);
    }
    free(book);
}

static uint32_t *retrybook_bucket(struct cairn_retrybook *book, const uint8_t *key)
{
    return &book->buckets[cairn_bytes_get_u16(key) % RETRYBOOK_BUCKETS];
}

static struct retrybook_entry *retrybook_find(struct cairn_retrybook *book, const uint8_t *key)
{
    uint32_t at = *retrybook_bucket(book, key);
    while (at != RETRYBOOK_NONE && !cairn_bytes_is_same32(book->entries[at].key, key)) {
        at = book->entries[at].next;
    }
    return at == RETRYBOOK_NONE ? NULL : &book->entries[at];
}

static void retrybook_drop(struct cairn_retrybook *book, struct retrybook_entry *entry)
{
    uint32_t number = (uint32_t)(entry - book->entries);
    uint32_t *link = retrybook_bucket(book, entry->key);
    while (*link != number) {
        CAIRN_REQUIRE(*link != RETRYBOOK_NONE);
        link = &book->entries[*link].next;
    }
    *link = entry->next;
    free(entry->body);
    memset(entry, 0, sizeof *entry);
}

static void retrybook_add(struct cairn_retrybook *book, const uint8_t *key, const uint8_t *request)
{
    struct retrybook_entry *entry = &book->entries[book->turn];
    uint32_t *bucket = retrybook_bucket(book, key);
    if (entry->is_used) {
        retrybook_drop(book, entry);
    }
    entry->is_used = true;
    memcpy(entry->key, key, sizeof entry->key);
    memcpy(entry->request, request, sizeof entry->request);
    entry->next = *bucket;
    *bucket = book->turn;
    book->turn = (book->turn + 1) % CAIRN_RETRYBOOK_MAX;
}

enum cairn_retry cairn_retrybook_begin(struct cairn_retrybook *book, const uint8_t key[static 32],
                                       const uint8_t request[static 32],
                                       struct cairn_retry_answer *out_answer)
{
    const struct retrybook_entry *entry = retrybook_find(book, key);
    if (entry == NULL) {
        retrybook_add(book, key, request);
        return CAIRN_RETRY_NEW;
    }
    if (!cairn_bytes_is_same32(entry->request, request)) {
        return CAIRN_RETRY_OTHER;
    }
    if (!entry->is_done) {
        return CAIRN_RETRY_PENDING;
    }
    out_answer->status = entry->status;
    out_answer->body = (struct cairn_bytes){entry->body, entry->body_size};
    return CAIRN_RETRY_REPEATED;
}

void cairn_retrybook_end(struct cairn_retrybook *book, const uint8_t key[static 32], int status,
                         struct cairn_bytes body)
{
    struct retrybook_entry *entry = retrybook_find(book, key);
    if (entry == NULL) {
        return;
    }
    uint8_t *copy = body.size > CAIRN_RETRYBOOK_BODY_MAX ? NULL : malloc(body.size + 1);
    if (status == 0 || copy == NULL) {
        free(copy);
        retrybook_drop(book, entry);
        return;
    }
    memcpy(copy, body.data, body.size);
    free(entry->body);
    entry->body = copy;
    entry->body_size = body.size;
    entry->status = status;
    entry->is_done = true;
}
