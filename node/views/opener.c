#include "node/views/opener.h"

#include "crypto/secret.h"
#include "node/views/helper.h"
#include "schema/base/check.h"
#include "schema/base/limits.h"

#include <stdlib.h>
#include <string.h>

#define OPENER_ALONE 64u /* entries of a commit up to which no other thread takes part */

struct opener_chunk {
    struct cairn_opener *opener;
    uint32_t count;
    size_t used;
    struct cairn_opened entries[CAIRN_OPENER_CHUNK];
    uint8_t memory[CAIRN_COMMIT_MAX_BYTES]; /* a body is never shorter than what is in it */
};

struct cairn_opener {
    struct cairn_helper *helper;
    bool is_ahead; /* the helper fills the chunk that is not current: all below but `at` is its */
    bool is_alone;
    uint32_t at; /* in the current chunk */
    struct opener_chunk *current;
    struct cairn_suite suite;
    struct cairn_opener_source source;
    struct cairn_commit_cursor cursor;
    struct opener_chunk chunks[2];
};

_Static_assert(CAIRN_LIMIT_BODY_BYTES <= CAIRN_COMMIT_MAX_BYTES, "any body has room in a chunk");

cairn_err cairn_opener_open(struct cairn_opener **out)
{
    struct cairn_opener *opener = calloc(1, sizeof *opener);
    if (opener == NULL) {
        return CAIRN_MEMORY;
    }
    opener->chunks[0].opener = opener;
    opener->chunks[1].opener = opener;
    opener->current = &opener->chunks[0];
    cairn_err err = cairn_suite_open_real(&opener->suite);
    if (err == CAIRN_OK) {
        err = cairn_helper_open("opener", &opener->helper);
    }
    if (err != CAIRN_OK) {
        cairn_opener_close(opener);
        return err;
    }
    *out = opener;
    return CAIRN_OK;
}

void cairn_opener_close(struct cairn_opener *opener)
{
    if (opener == NULL) {
        return;
    }
    cairn_helper_close(opener->helper);
    if (opener->suite.table != NULL) {
        cairn_suite_close(&opener->suite);
    }
    cairn_secret_wipe(opener->chunks, sizeof opener->chunks);
    free(opener);
}

/* ---- one entry ---- */

static cairn_err opener_decode(const struct cairn_opener *opener, struct opener_chunk *chunk,
                               const struct cairn_commit_entry *sealed,
                               struct cairn_merge_entry *out)
{
    const struct cairn_opener_source *source = &opener->source;
    uint8_t content_key[32];
    struct cairn_bytes operation;
    size_t fault_at;
    CAIRN_REQUIRE(sealed->body.size <= sizeof chunk->memory - chunk->used);
    cairn_err err = cairn_open_entry(&source->reader, sealed, chunk->memory + chunk->used,
                                     &operation, content_key);
    cairn_secret_wipe(content_key, sizeof content_key);
    CAIRN_TRY(err);
    chunk->used += sealed->body.size;
    return cairn_merge_decode(operation, out, &fault_at);
}

static struct cairn_opened *opener_put(const struct cairn_opener *opener,
                                       struct opener_chunk *chunk,
                                       const struct cairn_commit_entry *sealed)
{
    const struct cairn_opener_source *source = &opener->source;
    struct cairn_opened *opened = &chunk->entries[chunk->count++];
    struct cairn_merge_entry *entry = &opened->entry;
    memset(opened, 0, sizeof *opened);
    opened->why = opener_decode(opener, chunk, sealed, entry);
    if (opened->why != CAIRN_OK) {
        memset(entry, 0, sizeof *entry);
    }
    entry->index = sealed->index;
    memcpy(entry->feed, source->reader.feed, sizeof entry->feed);
    memcpy(entry->country, source->country, sizeof entry->country);
    entry->is_test_network = source->is_test_network;
    if (opened->why == CAIRN_OK && entry->kind_number >= CAIRN_KIND_ALERT_ISSUE) {
        cairn_open_entry_id(&source->reader, sealed, entry->entry_id);
        cairn_merge_judge(entry);
    }
    return opened;
}

/* ---- chunks ---- */

static void opener_fill(struct cairn_opener *opener, struct opener_chunk *chunk)
{
    struct cairn_commit_entry sealed;
    chunk->count = 0;
    chunk->used = 0;
    while (chunk->count < CAIRN_OPENER_CHUNK && cairn_commit_next(&opener->cursor, &sealed)) {
        (void)opener_put(opener, chunk, &sealed);
    }
}

/* On the opener's thread. */
static cairn_err opener_run(void *host)
{
    struct opener_chunk *chunk = host;
    opener_fill(chunk->opener, chunk);
    return CAIRN_OK;
}

static struct opener_chunk *opener_other(struct cairn_opener *opener)
{
    return opener->current == &opener->chunks[0] ? &opener->chunks[1] : &opener->chunks[0];
}

static void opener_go_ahead(struct cairn_opener *opener)
{
    cairn_err err = cairn_helper_give(opener->helper, opener_run, opener_other(opener));
    CAIRN_REQUIRE(err == CAIRN_OK); /* its work never fails */
    opener->is_ahead = true;
}

void cairn_opener_end(struct cairn_opener *opener)
{
    if (opener->is_ahead) {
        cairn_err err = cairn_helper_wait(opener->helper);
        CAIRN_REQUIRE(err == CAIRN_OK);
        opener->is_ahead = false;
    }
}

void cairn_opener_begin(struct cairn_opener *opener, const struct cairn_opener_source *source,
                        const struct cairn_commit *commit)
{
    CAIRN_REQUIRE(!opener->is_ahead);
    opener->source = *source;
    opener->source.reader.suite = &opener->suite;
    opener->current->count = 0;
    opener->at = 0;
    opener->is_alone = commit == NULL || commit->entry_count <= OPENER_ALONE;
    if (commit != NULL) {
        cairn_commit_cursor_init(&opener->cursor, commit);
    }
    if (!opener->is_alone) {
        opener_go_ahead(opener);
    }
}

struct cairn_opened *cairn_opener_next(struct cairn_opener *opener)
{
    if (opener->at == opener->current->count) {
        opener->at = 0;
        if (opener->is_alone) {
            opener_fill(opener, opener->current);
        } else {
            CAIRN_REQUIRE(opener->is_ahead);
            cairn_opener_end(opener);
            opener->current = opener_other(opener);
            opener_go_ahead(opener); /* behind the last entry it finds nothing */
        }
    }
    return opener->at == opener->current->count ? NULL : &opener->current->entries[opener->at++];
}

struct cairn_opened *cairn_opener_one(struct cairn_opener *opener,
                                      const struct cairn_commit_entry *sealed)
{
    CAIRN_REQUIRE(opener->is_alone);
    opener->current->count = 0;
    opener->current->used = 0;
    opener->at = 1;
    return opener_put(opener, opener->current, sealed);
}
