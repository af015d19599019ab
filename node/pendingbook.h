/* Orders of officers that this node could not publish when they came, because it restores: durable
 * and sealed, one file each, until they are published or an officer has seen why they were not.
 *
 *     WAITING --is being published--> SENT --published--> gone
 *                                       \--refused--> REFUSED --dismissed--> gone
 *
 * DIR/pending/<number in 16 hex digits>.order = nonce 12 | AES-256-GCM(encoded order), under a key
 * of the node, bound to the number. The files are the truth; the book is a copy of them in memory,
 * in order of arrival. docs/format.md, section 10. */
#ifndef CAIRN_NODE_PENDINGBOOK_H
#define CAIRN_NODE_PENDINGBOOK_H

#include "schema/base/err.h"
#include "schema/base/id.h"
#include "schema/operation.h"

#define CAIRN_PENDINGBOOK_MAX        1024u       /* orders */
#define CAIRN_PENDINGBOOK_BYTES_MAX  (64u << 20) /* of all bodies */
#define CAIRN_PENDINGBOOK_DETAIL_MAX 160u
#define CAIRN_PENDINGBOOK_PATH_MAX   4096u

enum cairn_pending_state {
    CAIRN_PENDING_WAITING = 1,
    CAIRN_PENDING_SENT = 2,    /* it may be published, or not */
    CAIRN_PENDING_REFUSED = 3, /* err and detail say why */
};

struct cairn_pending_order {
    struct cairn_pending_order *next; /* arrived later */
    uint64_t number;                  /* 1.. */
    enum cairn_pending_state state;
    enum cairn_kind kind;
    struct cairn_id object;
    uint64_t taken_ms;
    uint64_t since_hlc; /* SENT: where it stands in its object's history, it stands from here on */
    bool is_owner;      /* handed in by the owner of the node: held to no role */
    bool has_key;
    uint8_t key[32]; /* of the idempotency key */
    char purpose[CAIRN_PURPOSE_BYTES + 1];
    char role[CAIRN_ROLE_BYTES + 1];
    char actors[CAIRN_ACTORS_MAX][CAIRN_ACTOR_BYTES + 1]; /* the second may be "" */
    cairn_err err;
    char detail[CAIRN_PENDINGBOOK_DETAIL_MAX];
    struct cairn_bytes body; /* malloc */
};

struct cairn_pendingbook;

/* Read DIR/pending, which may be absent. A file that was being written when the node died is none.
 *
 * shape   secret: 32 bytes of this node
 * owns    give back with cairn_pendingbook_close
 * errors  CAIRN_DISK_CORRUPT  a file is damaged, or of another key; out_path names it; CAIRN_FILE,
 *         CAIRN_MEMORY, CAIRN_TOO_LONG (dir) */
CAIRN_MUST cairn_err cairn_pendingbook_open(const char *dir, const uint8_t secret[static 32],
                                            struct cairn_pendingbook **out,
                                            char out_path[static CAIRN_PENDINGBOOK_PATH_MAX]);
void cairn_pendingbook_close(struct cairn_pendingbook *book); /* NULL is harmless */

/* The first to arrive, then by next. NULL: none */
struct cairn_pending_order *cairn_pendingbook_first(const struct cairn_pendingbook *book);
struct cairn_pending_order *cairn_pendingbook_find(const struct cairn_pendingbook *book,
                                                   uint64_t number);

/* A copy of an order with the next number, not yet in the book.
 *
 * owns    cairn_pendingbook_add or cairn_pendingbook_free
 * errors  CAIRN_FULL  too many, or too large together; CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_pendingbook_make(struct cairn_pendingbook *book,
                                            const struct cairn_pending_order *order,
                                            struct cairn_pending_order **out);
void cairn_pendingbook_free(struct cairn_pending_order *order);

/* Now it counts: once its file is durable. owns: takes order */
void cairn_pendingbook_add(struct cairn_pendingbook *book, struct cairn_pending_order *order);

/* It is gone, with its file. owns: frees order */
void cairn_pendingbook_drop(struct cairn_pendingbook *book, struct cairn_pending_order *order);

/* What the file of an order holds, and where it lies.
 *
 * owns    *out: free
 * errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_pendingbook_seal(const struct cairn_pendingbook *book,
                                            const struct cairn_pending_order *order,
                                            struct cairn_bytes *out);
void cairn_pendingbook_path(const struct cairn_pendingbook *book,
                            const struct cairn_pending_order *order,
                            char out[static CAIRN_PENDINGBOOK_PATH_MAX]);

#endif
