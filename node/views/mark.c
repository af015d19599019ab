#include "node/views/mark.h"

#include "crypto/hash.h"
#include "replication/action.h"
#include "schema/base/arena.h"
#include "schema/commit.h"
#include "schema/feedop.h"

#include <stdlib.h>
#include <string.h>

#define MARK_AUTHORS_MAX 256u
#define MARK_NONE        UINT64_MAX

/* What is remembered of one author: the stretch of leaves for which the answer is known. */
struct mark_author {
    uint8_t feed[16];    /* control feed */
    uint64_t number;     /* of the control commit that gave it; MARK_NONE before the first one */
    uint64_t leaf_index; /* of that commit */
    uint64_t next_leaf;  /* of the commit after it; MARK_NONE: not there when last looked for */
    uint64_t mark_ms;
};

struct cairn_mark_book {
    struct cairn_store *log;
    uint32_t author_count;
    struct mark_author authors[MARK_AUTHORS_MAX];
};

cairn_err cairn_mark_open(struct cairn_store *log, struct cairn_mark_book **out)
{
    struct cairn_mark_book *book = calloc(1, sizeof *book);
    if (book == NULL) {
        return CAIRN_MEMORY;
    }
    book->log = log;
    *out = book;
    return CAIRN_OK;
}

void cairn_mark_close(struct cairn_mark_book *book)
{
    free(book);
}

/* source P-32 */
static void mark_control_feed(struct cairn_bytes origin, uint8_t out[static 16])
{
    static const char label[] = "cairn control v1";
    struct cairn_sha256 hash;
    uint8_t digest[32];
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash,
                        (struct cairn_bytes){.data = (const uint8_t *)label, .size = sizeof label});
    cairn_sha256_update(&hash, origin);
    cairn_sha256_final(&hash, digest);
    memcpy(out, digest, 16);
}

static struct mark_author *mark_author_of(struct cairn_mark_book *book, struct cairn_bytes origin)
{
    uint8_t feed[16];
    mark_control_feed(origin, feed);
    for (uint32_t i = 0; i < book->author_count; i++) {
        if (cairn_bytes_is_same16(book->authors[i].feed, feed)) {
            return &book->authors[i];
        }
    }
    uint32_t at = book->author_count < MARK_AUTHORS_MAX ? book->author_count++ : 0;
    struct mark_author *author = &book->authors[at];
    *author = (struct mark_author){.number = MARK_NONE};
    memcpy(author->feed, feed, sizeof feed);
    return author;
}

/* owns: *out_row with cairn_store_free. errors  CAIRN_NOT_FOUND, and as the front door */
static cairn_err mark_load(const struct cairn_mark_book *book, const uint8_t feed[static 16],
                           uint64_t number, struct cairn_bytes *out_row,
                           struct cairn_commit *out_commit)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    uint8_t bytes[CAIRN_KEY_BYTES];
    size_t fault_at;
    memcpy(key.id, feed, sizeof key.id);
    cairn_key_encode(&key, bytes);
    CAIRN_TRY(cairn_store_get(book->log, (struct cairn_bytes){.data = bytes, .size = sizeof bytes},
                              out_row));
    if (cairn_commit_decode(*out_row, out_commit, &fault_at) != CAIRN_OK) {
        cairn_store_free(*out_row);
        return CAIRN_DISK_CORRUPT;
    }
    return CAIRN_OK;
}

/* errors  as mark_load */
static cairn_err mark_leaf(const struct cairn_mark_book *book, const struct mark_author *author,
                           uint64_t number, uint64_t *out_leaf)
{
    struct cairn_bytes row;
    struct cairn_commit commit;
    CAIRN_TRY(mark_load(book, author->feed, number, &row, &commit));
    *out_leaf = commit.opening.leaf_index;
    cairn_store_free(row);
    return CAIRN_OK;
}

static bool mark_on_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    bool *is_there = host;
    (void)key;
    (void)value;
    *is_there = true;
    return false;
}

/* gives  MARK_NONE when the commit is not there, and none behind it: it may appear at any time
 * errors CAIRN_DISK_CORRUPT  also where it is missing among others: no mark may be passed over */
static cairn_err mark_next_leaf(const struct cairn_mark_book *book,
                                const struct mark_author *author, uint64_t number,
                                uint64_t *out_leaf)
{
    struct cairn_key from = {.table = CAIRN_TABLE_COMMIT, .index = number};
    struct cairn_key to = {.table = CAIRN_TABLE_COMMIT, .index = UINT64_MAX};
    uint8_t bytes[2][CAIRN_KEY_BYTES];
    bool is_there = false;
    cairn_err err = mark_leaf(book, author, number, out_leaf);
    if (err != CAIRN_NOT_FOUND) {
        return err;
    }
    memcpy(from.id, author->feed, sizeof from.id);
    memcpy(to.id, author->feed, sizeof to.id);
    cairn_key_encode(&from, bytes[0]);
    cairn_key_encode(&to, bytes[1]);
    struct cairn_store_range range = {.from = {bytes[0], CAIRN_KEY_BYTES},
                                      .to = {bytes[1], CAIRN_KEY_BYTES}};
    CAIRN_TRY(cairn_store_scan(book->log, &range, mark_on_row, &is_there));
    *out_leaf = MARK_NONE;
    return is_there ? CAIRN_DISK_CORRUPT : CAIRN_OK;
}

/* Is the commit there, and below the leaf? One that is not there counts as above. */
static cairn_err mark_is_below(const struct cairn_mark_book *book, const struct mark_author *author,
                               uint64_t number, uint64_t leaf_index, bool *out)
{
    uint64_t leaf;
    cairn_err err = mark_leaf(book, author, number, &leaf);
    *out = err == CAIRN_OK && leaf < leaf_index;
    return err == CAIRN_NOT_FOUND ? CAIRN_OK : err;
}

/* How many control commits stand below the leaf? Leaves rise with numbers, so double the step from
 * where we are, then halve it. */
static cairn_err mark_count_below(const struct cairn_mark_book *book,
                                  const struct mark_author *author, uint64_t leaf_index,
                                  uint64_t *out)
{
    bool is_below = true;
    uint64_t low = 0; /* so many are below for certain */
    if (author->number != MARK_NONE && author->leaf_index < leaf_index) {
        low = author->number + 1;
    }
    uint64_t high = low; /* that one is not */
    for (uint64_t step = 1; is_below; step *= 2) {
        CAIRN_TRY(mark_is_below(book, author, high, leaf_index, &is_below));
        if (is_below) {
            low = high + 1;
            high += step;
        }
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        CAIRN_TRY(mark_is_below(book, author, middle, leaf_index, &is_below));
        if (is_below) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return CAIRN_OK;
}

/* The last mark in a commit of a control feed, 0 if none. */
static uint64_t mark_in(const struct cairn_commit *commit)
{
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    uint64_t mark_ms = 0;
    cairn_commit_cursor_init(&cursor, commit);
    while (cairn_commit_next(&cursor, &entry)) {
        struct cairn_operation operation;
        struct cairn_feedop op;
        struct cairn_arena none;
        size_t fault_at;
        cairn_arena_init(&none, NULL, 0);
        if (cairn_operation_decode(entry.body, &operation, &fault_at) == CAIRN_OK &&
            operation.kind == CAIRN_KIND_CONTROL_MARK &&
            cairn_feedop_decode(&operation, &none, &op, &fault_at) == CAIRN_OK) {
            mark_ms = op.as.mark.time_ms;
        }
    }
    return mark_ms;
}

/* The mark of the last of `count` commits that holds one. */
static cairn_err mark_read(const struct cairn_mark_book *book, const struct mark_author *author,
                           uint64_t count, uint64_t *out_ms)
{
    *out_ms = 0;
    while (count > 0 && *out_ms == 0) {
        struct cairn_bytes row;
        struct cairn_commit commit;
        count--;
        cairn_err err = mark_load(book, author->feed, count, &row, &commit);
        CAIRN_TRY(err == CAIRN_NOT_FOUND ? CAIRN_DISK_CORRUPT : err); /* later ones are there */
        *out_ms = mark_in(&commit);
        cairn_store_free(row);
    }
    return CAIRN_OK;
}

static cairn_err mark_look(const struct cairn_mark_book *book, struct mark_author *author,
                           uint64_t leaf_index)
{
    struct mark_author found = *author;
    uint64_t count;
    CAIRN_TRY(mark_count_below(book, author, leaf_index, &count));
    found.number = count == 0 ? MARK_NONE : count - 1;
    found.leaf_index = 0;
    if (count > 0) {
        CAIRN_TRY(mark_leaf(book, author, count - 1, &found.leaf_index));
    }
    CAIRN_TRY(mark_next_leaf(book, author, count, &found.next_leaf));
    CAIRN_TRY(mark_read(book, author, count, &found.mark_ms));
    *author = found;
    return CAIRN_OK;
}

cairn_err cairn_mark_before(struct cairn_mark_book *book, struct cairn_bytes origin,
                            uint64_t leaf_index, uint64_t *out_ms)
{
    struct mark_author *author = mark_author_of(book, origin);
    bool is_behind = author->number != MARK_NONE && author->leaf_index < leaf_index;
    if (is_behind && author->next_leaf == MARK_NONE) {
        CAIRN_TRY(mark_next_leaf(book, author, author->number + 1, &author->next_leaf));
    }
    if (!is_behind || author->next_leaf < leaf_index) {
        CAIRN_TRY(mark_look(book, author, leaf_index));
    }
    *out_ms = author->mark_ms;
    return CAIRN_OK;
}
