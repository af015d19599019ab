/* The folder: opens ripe commits, folds their operations, writes states and indexes to views.
 *
 *     log store --commit--> open --> decode --> P-50 --> fold --> batch --> views store
 *                                                 '--> parked, until the own clock gets there
 *
 * One per node. Open and recall anywhere before the threads start; everything else only on the
 * folder's thread. Another one writes to views, while this one folds on (stage.h). A commit may
 * need several batches; each carries the feed's cursor, which counts entries, so a crash between
 * two of them loses and repeats nothing. views may be deleted while the node is down: without
 * cursors everything is folded again. docs/protocol.md, P-40 and P-50. */
#ifndef CAIRN_NODE_VIEWS_FOLDER_H
#define CAIRN_NODE_VIEWS_FOLDER_H

#include "node/store.h"
#include "schema/base/limits.h"

#define CAIRN_FOLDER_EPOCHS_MAX 16u

struct cairn_folder;

struct cairn_folder_options {
    struct cairn_store *log;   /* read only */
    struct cairn_store *views; /* written on the scribe's thread */
    const char *country;       /* the own one */
    const char *network;       /* test-*: specimen codes count */
};

/* One ripe commit: cairn_ripe, copied, and what the core knows of its author. */
struct cairn_folder_job {
    uint8_t feed[16];
    uint64_t commit_number;
    uint64_t born;
    bool is_own;                               /* written by this node */
    bool is_clear;                             /* control feed */
    bool is_private;                           /* entries rest in rows of their own */
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1]; /* of the author */
    bool is_ended;                             /* the next one: its origin is */
    uint64_t counted_size; /* what is committed at this leaf or behind it has no effect, even if it
                              was folded before */
    uint64_t now_ms;       /* Unix time */
    uint32_t epoch_count;  /* 1..CAIRN_FOLDER_EPOCHS_MAX */
    uint8_t slot_keys[CAIRN_FOLDER_EPOCHS_MAX][32]; /* one for each epoch: wipe after use */
};

struct cairn_folder_invite {
    uint8_t feed[16];
    uint64_t leaf_index;
};

/* A feed's secrets that a partner handed over to this country: wiped with the result. */
struct cairn_folder_keys {
    uint8_t feed[16];
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1]; /* of its author */
    uint8_t giver[3];                          /* country */
    bool is_pairwise;
    uint32_t secret_count; /* 1..CAIRN_FOLDER_EPOCHS_MAX */
    uint8_t secrets[CAIRN_FOLDER_EPOCHS_MAX][32];
};

/* What the core and the driver want to know of a commit that was folded. */
struct cairn_folder_result {
    bool has_content;        /* holds a kind above 15: wants a receipt */
    uint64_t mark_ms;        /* of the last control.mark in it, else 0 */
    uint64_t hlc_max;        /* greatest of its entries; 0: none */
    uint64_t due_ms;         /* when the next parked operation is due; 0: none is parked */
    uint32_t entry_count;    /* opened now; less than the commit's after a crash */
    uint32_t rejected_count; /* recorded with their error */
    uint32_t parked_count;
    uint32_t invite_count;
    struct cairn_folder_invite *invites; /* owned: cairn_folder_result_free */
    uint32_t keys_count;
    struct cairn_folder_keys *keys; /* likewise */
};

/* Open the folder and check that views fit this log and this build. Does not write.
 *
 * owns    give back with cairn_folder_close, before the stores are closed
 * errors  CAIRN_STATE   views are of another build, or not of this log: close the store, delete its
 *                       directory, open it as new, and come again
 *         CAIRN_MEMORY, CAIRN_LIBRARY, CAIRN_DISK, CAIRN_DISK_CORRUPT */
CAIRN_MUST cairn_err cairn_folder_open(const struct cairn_folder_options *options,
                                       struct cairn_folder **out);
void cairn_folder_close(struct cairn_folder *folder); /* NULL is harmless */

/* Tell where the folder stands, for EVENT_OPENED before START: for each feed the number of commits
 * that are folded as a whole (never 0), and which feed it was (cairn_ripe).
 *
 * errors  CAIRN_DISK, CAIRN_DISK_CORRUPT */
typedef void cairn_folder_on_cursor(void *host, const uint8_t feed[static 16], uint64_t commits,
                                    uint64_t born);
CAIRN_MUST cairn_err cairn_folder_cursors(struct cairn_folder *folder,
                                          cairn_folder_on_cursor *on_cursor, void *host);

/* Tell every invitation ever folded, for EVENT_INVITED after START: one may have been lost with a
 * crash. errors as above */
typedef void cairn_folder_on_invite(void *host, const struct cairn_folder_invite *invite);
CAIRN_MUST cairn_err cairn_folder_invites(struct cairn_folder *folder,
                                          cairn_folder_on_invite *on_invite, void *host);

/* Fold one ripe commit. Commits of a feed come in order; one that was folded before gives a result
 * without counts. What it wrote is in views only after cairn_folder_settle.
 *
 * One that was folded before and counts no more by now is folded again.
 *
 * gives   *out; on an error nothing of it
 * errors  also of an earlier commit, which settle tells again: CAIRN_DISK, CAIRN_DISK_FLOOR,
 * CAIRN_DISK_CORRUPT, CAIRN_BUSY, CAIRN_MEMORY: the machine; after cairn_store_reopen the same job
 * may be given again. An entry that does not open or is refused is no error: it is recorded and has
 * no effect cost    8 us for each entry */
CAIRN_MUST cairn_err cairn_folder_fold(struct cairn_folder *folder,
                                       const struct cairn_folder_job *job,
                                       struct cairn_folder_result *out);
void cairn_folder_result_free(struct cairn_folder_result *result); /* frees what it owns */

/* Wait until all that was folded is in views.
 *
 * errors  CAIRN_DISK, CAIRN_DISK_FLOOR: of the commits folded since the last settle some may be
 *         missing; give all of them again */
CAIRN_MUST cairn_err cairn_folder_settle(struct cairn_folder *folder);

/* Fold the parked operations that are due, and settle.
 *
 * gives   *out_due_ms: when the next one is; 0: none is parked
 * errors  as cairn_folder_fold: call again */
CAIRN_MUST cairn_err cairn_folder_due(struct cairn_folder *folder, uint64_t now_ms,
                                      uint64_t *out_due_ms);

/* Close and open again what a failed write has stopped; on the folder's thread. Give the job that
 * failed once more.
 *
 * errors  those of cairn_store_reopen */
CAIRN_MUST cairn_err cairn_folder_reopen(struct cairn_folder *folder);

#endif
