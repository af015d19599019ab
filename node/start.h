/* What a node needs before its core can run: keys, stores, folder, and what is to be recalled.
 *
 *     cairn.yaml -> keys -> log store -> views store -> folder -> recall into the core
 *
 * Blocks: called before the loop runs. docs/operate.md */
#ifndef CAIRN_NODE_START_H
#define CAIRN_NODE_START_H

#include "node/config.h"
#include "node/store.h"
#include "node/views/folder.h"
#include "replication/core.h"

struct cairn_start {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    struct cairn_core_identity identity; /* origin: the one above */
    uint8_t log_seed[32];                /* secrets, as is the identity's half */
    uint8_t witness_seed[32];
    uint8_t tls_seed[32];
    struct cairn_store *log;
    struct cairn_store *views;
    struct cairn_folder *folder;
    uint8_t note[CAIRN_LIMIT_NOTE_BYTES]; /* documents/own.note */
    size_t note_size;
};

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

/* The serial of documents/own.note. */
uint64_t cairn_start_serial(const struct cairn_start *start);

#endif
