/* What the files of the folder share; nobody else includes this.
 *
 *     folder.c        open, cursors, commits, batches
 *     folder_take.c   what one opened operation does: objects, parking, the node's own records
 *     folder_due.c    parked operations whose time has come */
#ifndef CAIRN_NODE_VIEWS_FOLDER_STATE_H
#define CAIRN_NODE_VIEWS_FOLDER_STATE_H

#include "crypto/suite.h"
#include "node/views/folder.h"
#include "node/views/mark.h"
#include "node/views/stage.h"
#include "schema/base/arena.h"
#include "schema/commit.h"

#define FOLDER_RECENT 16u

/* Where a feed stands: the cursor's row may not be written yet. */
struct folder_recent {
    uint8_t feed[16];
    struct cairn_view_cursor cursor;
};

struct cairn_folder {
    struct cairn_store *log;
    struct cairn_store *views;
    char country[4];
    bool is_test_network;
    struct cairn_suite suite;
    struct cairn_mark_book *marks;
    struct cairn_stage *stage;
    struct folder_recent recent[FOLDER_RECENT]; /* feeds folded since the last failure */
    uint32_t recent_count;                      /* ever put there; the last ones are kept */
    cairn_err lost;           /* why rows of folded commits were dropped; CAIRN_OK: none were */
    uint64_t due_ms;          /* of the first parked operation; 0: none */
    struct cairn_arena arena; /* reset for each entry */
    uint8_t body[CAIRN_LIMIT_BODY_BYTES]; /* of the entry that was opened last */
    uint8_t memory[CAIRN_MERGE_ARENA_BYTES];
};

/* One commit under way. */
struct folder_run {
    struct cairn_folder *folder;
    const struct cairn_folder_job *job;
    char country[4]; /* of the author */
    struct cairn_opening opening;
    struct cairn_view_cursor cursor;
    bool is_repudiated; /* the commit lies behind the end of its origin */
    bool has_floor;     /* the next one was looked up */
    uint64_t floor_ms;
    struct cairn_folder_result *result;
};

/* An operation of this commit and its place.
 *
 * shape   entry: decoded, place filled in; is_new: it was not folded before, so it takes effect
 * errors  those of cairn_folder_fold */
CAIRN_MUST cairn_err folder_take(struct folder_run *run, struct cairn_merge_entry *entry,
                                 bool is_new);

/* Record that an entry has no effect. */
CAIRN_MUST cairn_err folder_refuse(struct folder_run *run, const struct cairn_merge_entry *entry,
                                   cairn_err why);

/* Fold an operation of an object and stage what follows. `flush` is called before staging when the
 * batch would get too large.
 *
 * gives   *out_why: CAIRN_OK, or the rule that it breaks */
typedef cairn_err folder_flush(void *host);
CAIRN_MUST cairn_err folder_fold_object(struct cairn_folder *folder,
                                        const struct cairn_merge_entry *entry, folder_flush *flush,
                                        void *host, cairn_err *out_why);

/* Hand over what is staged, with the cursor as it stands. */
CAIRN_MUST cairn_err folder_run_flush(void *run);

/* Something failed: forget what was not handed over. Settle tells why. gives  err */
CAIRN_MUST cairn_err folder_fail(struct cairn_folder *folder, cairn_err err);

/* Find when the first parked operation is due. */
CAIRN_MUST cairn_err folder_find_due(struct cairn_folder *folder);

#endif
