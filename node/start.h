/* What a node needs before its core can run: keys, stores, folder, and what is to be recalled.
 *
 *     cairn.yaml -> own document -> keys -> log store -> views store -> folder -> core recalls
 *
 * Blocks: called before the loop runs. docs/operate.md */
#ifndef CAIRN_NODE_START_H
#define CAIRN_NODE_START_H

#include "node/config.h"
#include "node/nodekeys.h"
#include "node/ownnote.h"
#include "node/store.h"
#include "node/views/folder.h"
#include "replication/core.h"

struct cairn_start {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    struct cairn_core_identity identity; /* origin: the one above */
    uint64_t incarnation;                /* of this node: the one in force in its document */
    struct cairn_nodekeys keys;          /* secrets, as is the identity's half */
    struct cairn_store *log;
    struct cairn_store *views;
    struct cairn_folder *folder;
    struct cairn_ownnote own; /* documents/own.note */
};

/* Make empty stores; one that is there stays.
 *
 * errors  CAIRN_DISK_FLOOR, CAIRN_DISK, CAIRN_LOCKED, CAIRN_MEMORY, CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_start_make(const char *dir, const struct cairn_config *config);

/* Read keys, open stores and folder. Views that are missing, or of another build, are made anew.
 *
 * owns    give back with cairn_start_close; out stays where it is (identity points into it)
 * errors  those of cairn_keyfile_load and cairn_store_open; CAIRN_NOT_FOUND  no node here, or no
 *         documents/own.note; CAIRN_DOCUMENT  it does not name this node's keys */
CAIRN_MUST cairn_err cairn_start_open(const char *dir, const struct cairn_config *config,
                                      struct cairn_start *out);

/* Wipes the secrets too. Harmless on a zeroed struct. */
void cairn_start_close(struct cairn_start *start);

/* Feed the stored rows of tables S, N and F, and the folder's cursors, into the core: RECALL and
 * OPENED. step: one event, whose actions are notices.
 *
 * gives   *out_serial: highest serial of the own country's documents in the log; 0: none
 * errors  CAIRN_DISK, CAIRN_DISK_CORRUPT */
CAIRN_MUST cairn_err cairn_start_recall(struct cairn_start *start,
                                        void (*step)(void *host, struct cairn_event *event),
                                        void *host, uint64_t *out_serial);

#endif
