#include "node/screenrow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"
#include "schema/base/text.h"
#include "schema/feedop.h"

#define SCREENROW_ARENA_BYTES ((size_t)1 << 20)
#define SCREENROW_ROW_BYTES   64u /* of a row without its texts */

struct cairn_screenrow_book {
    uint32_t count;
    size_t size_bytes; /* of the rows, at most */
    struct cairn_arena arena;
    struct cairn_lookup_row rows[CAIRN_LOOKUP_ROWS_MAX];
    uint8_t memory[SCREENROW_ARENA_BYTES];
    uint8_t body[CAIRN_SCREENING_ENTRY_BYTES + 4096];
};

cairn_err cairn_screenrow_open(struct cairn_screenrow_book **out)
{
    struct cairn_screenrow_book *book = malloc(sizeof *book);
    if (book == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_screenrow_reset(book);
    *out = book;
    return CAIRN_OK;
}

void cairn_screenrow_close(struct cairn_screenrow_book *book)
{
    free(book);
}

void cairn_screenrow_reset(struct cairn_screenrow_book *book)
{
    book->count = 0;
    book->size_bytes = 0;
    cairn_arena_init(&book->arena, book->memory, sizeof book->memory);
}

struct screenrow_keys {
    struct cairn_bytes keys[CAIRN_LOOKUP_KEYS_MAX];
    uint32_t count;
    size_t size_bytes;
    bool is_full; /* of the arena */
};

/* One key: at most CAIRN_LOOKUP_KEY_BYTES, nothing forbidden in it. Empty ones are left out. */
static void screenrow_add_key(struct cairn_screenrow_book *book, struct screenrow_keys *keys,
                              struct cairn_bytes text)
{
    uint8_t *copy = cairn_arena_take(&book->arena, CAIRN_LOOKUP_KEY_BYTES);
    size_t size = 0;
    size_t at = 0;
    if (copy == NULL || keys->count == CAIRN_LOOKUP_KEYS_MAX) {
        keys->is_full = keys->is_full || copy == NULL;
        return;
    }
    while (at < text.size) {
        uint32_t code_point = 0;
        size_t before = at;
        bool is_good = cairn_text_next(text, &at, &code_point) == CAIRN_OK &&
                       !cairn_text_is_forbidden(code_point);
        at = is_good || at > before ? at : before + 1;
        size_t width = is_good ? at - before : 1;
        if (size + width > CAIRN_LOOKUP_KEY_BYTES) {
            break;
        }
        memcpy(copy + size, is_good ? (const void *)(text.data + before) : "?", width);
        size += width;
    }
    if (size > 0) {
        keys->keys[keys->count++] = (struct cairn_bytes){copy, size};
        keys->size_bytes += size + 3;
    }
}

static void screenrow_add_lines(struct cairn_screenrow_book *book, struct screenrow_keys *keys,
                                struct cairn_bytes zone)
{
    size_t begin = 0;
    for (size_t at = 0; at <= zone.size; at++) {
        if (at == zone.size || zone.data[at] == '\n' || zone.data[at] == '\r') {
            screenrow_add_key(book, keys, (struct cairn_bytes){zone.data + begin, at - begin});
            begin = at + 1;
        }
    }
}

static void screenrow_find_keys(struct cairn_screenrow_book *book,
                                const struct cairn_screening_question *question,
                                struct screenrow_keys *keys)
{
    switch (question->type) {
    case CAIRN_LOOKUP_DOCUMENT:
        screenrow_add_key(book, keys, cairn_bytes_of(question->issuer));
        screenrow_add_key(book, keys, cairn_bytes_of(question->number));
        break;
    case CAIRN_LOOKUP_NAME:
        screenrow_add_key(book, keys, cairn_bytes_of(question->surname));
        screenrow_add_key(book, keys, cairn_bytes_of(question->given));
        screenrow_add_key(book, keys, cairn_bytes_of(question->born));
        break;
    case CAIRN_LOOKUP_MRZ:
        screenrow_add_lines(book, keys, (struct cairn_bytes){question->zone, question->zone_size});
        break;
    }
    if (keys->count == 0) {
        screenrow_add_key(book, keys, cairn_bytes_of("-")); /* an empty zone was shown */
    }
}

/* Names of what was hit: ids, or `ID/row`. */
static const struct cairn_bytes *screenrow_find_objects(struct cairn_screenrow_book *book,
                                                        const struct cairn_lookup_hits *hits,
                                                        uint32_t *out_count)
{
    char text[CAIRN_ID_OBJECT_BYTES + 16];
    uint32_t count =
        hits->count < CAIRN_LOOKUP_OBJECTS_MAX ? hits->count : CAIRN_LOOKUP_OBJECTS_MAX;
    struct cairn_bytes *objects = cairn_arena_take(&book->arena, (count + 1) * sizeof *objects);
    for (uint32_t at = 0; objects != NULL && at < count; at++) {
        const struct cairn_lookup_hit *hit = &hits->hits[at];
        int size = snprintf(text, sizeof text, "%s", hit->object.text);
        if (hit->row != CAIRN_LOOKUP_NO_ROW) {
            snprintf(text + size, sizeof text - (size_t)size, "/%u", hit->row);
        }
        if (cairn_arena_copy(&book->arena, cairn_bytes_of(text), &objects[at]) != CAIRN_OK) {
            return NULL;
        }
    }
    *out_count = count;
    return objects;
}

bool cairn_screenrow_add(struct cairn_screenrow_book *book,
                         const struct cairn_screening_question *question, uint64_t now_ms,
                         const struct cairn_lookup_hits *hits)
{
    struct screenrow_keys keys = {.count = 0};
    uint32_t object_count = 0;
    if (book->count == CAIRN_LOOKUP_ROWS_MAX) {
        return false;
    }
    screenrow_find_keys(book, question, &keys);
    const struct cairn_bytes *objects = screenrow_find_objects(book, hits, &object_count);
    struct cairn_bytes *kept = cairn_arena_take(&book->arena, sizeof keys.keys);
    size_t size_bytes = SCREENROW_ROW_BYTES + strlen(question->purpose) + strlen(question->role) +
                        strlen(question->actor) + keys.size_bytes +
                        (size_t)object_count * (CAIRN_ID_OBJECT_BYTES + 7);
    bool is_full = keys.is_full || objects == NULL || kept == NULL ||
                   book->size_bytes + size_bytes > CAIRN_SCREENING_ENTRY_BYTES;
    if (is_full && book->count > 0) {
        return false;
    }
    CAIRN_REQUIRE(!is_full);
    memcpy(kept, keys.keys, sizeof keys.keys);
    book->size_bytes += size_bytes;
    book->rows[book->count++] = (struct cairn_lookup_row){
        .time_ms = now_ms,
        .purpose = cairn_bytes_of(question->purpose),
        .role = cairn_bytes_of(question->role),
        .actor = cairn_bytes_of(question->actor),
        .type = question->type,
        .key_count = keys.count,
        .keys = kept,
        .hit_count = hits->found,
        .object_count = object_count,
        .objects = objects,
    };
    return true;
}

cairn_err cairn_screenrow_encode(struct cairn_screenrow_book *book, struct cairn_bytes *out)
{
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_ACCESS_LOOKUP};
    feedop.as.lookup = (struct cairn_access_lookup){book->count, book->rows};
    return cairn_feedop_encode(&feedop, book->body, sizeof book->body, out);
}
