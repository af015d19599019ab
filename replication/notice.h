/* What the pure code has to say to operators: a number from one table and typed fields. No strings,
 * no bodies, so personal data cannot reach a log line. */
#ifndef CAIRN_REPLICATION_NOTICE_H
#define CAIRN_REPLICATION_NOTICE_H

#include "schema/base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum cairn_notice_level {
    CAIRN_NOTICE_ERROR,
    CAIRN_NOTICE_WARN,
    CAIRN_NOTICE_INFO,
    CAIRN_NOTICE_DEBUG,
};

/* clang-format off */
#define CAIRN_NOTICE_LIST(X)                                                                       \
    X(FLUSHED,        DEBUG, "journal.flushed")    /* a: size, b: commits */                       \
    X(ADVANCED,       DEBUG, "journal.advanced")   /* a: verified size */                          \
    X(COMMIT,         DEBUG, "commit.accepted")    /* a: commit number, b: feed size */            \
    X(LINK_UP,        INFO,  "link.up")                                                            \
    X(LINK_DOWN,      INFO,  "link.down")                                                          \
    X(LINK_REFUSED,   WARN,  "link.refused")                                                       \
    X(LINK_BYE,       WARN,  "link.bye")           /* a: number of the peer's error */             \
    X(FORK,           ERROR, "fork.found")         /* a: size held, b: shown; not proved */        \
    X(FORK_PROVEN,    ERROR, "fork.proven")        /* a, b: sizes of the two statements */         \
    X(ROLLBACK,       ERROR, "restore.behind")     /* a: own size, b: size a partner holds */      \
    X(RESTORING,      ERROR, "restore.begins")     /* a: own size, b: size of the guard */         \
    X(RESTORED,       WARN,  "restore.done")       /* a: own size */                               \
    X(ENDED,          WARN,  "origin.ended")       /* a: position, b: size held */                 \
    X(REPUDIATED,     ERROR, "origin.repudiated")  /* a: position; what is held is another tree */ \
    X(BRANCH_LEFT,    WARN,  "origin.branch")     /* a: leaves shared, b: held; starts anew */    \
    X(BRANCH_CUT,     WARN,  "origin.mended")     /* a: leaves kept, b: position */               \
    X(FEED_LOST,      ERROR, "feed.lost")          /* a: entries held, b: leaf */      \
    X(PARTNER,        INFO,  "partner.recognised") /* a: serial */                                 \
    X(DOCUMENT_REFUSED, WARN, "document.refused")  /* country: of who carried it */                \
    X(FORGOTTEN,      INFO,  "partner.removed")                                                    \
    X(FEED_OPENED,    INFO,  "feed.opened")        /* a: members */                                \
    X(FEED_JOINED,    INFO,  "feed.joined")                                                        \
    X(FEED_REFUSED,   WARN,  "feed.refused")                                                       \
    X(FEED_CLOSED,    INFO,  "feed.closed")        /* a: size */                                   \
    X(COMMIT_REFUSED, WARN,  "commit.refused")     /* a: commit number */                          \
    X(MISSING,        WARN,  "commit.missing")     /* a: leaf index */                             \
    X(COSIGNED,       DEBUG, "checkpoint.cosigned") /* a: size; by this node */                    \
    X(COSIGNATURE,    DEBUG, "checkpoint.witnessed") /* a: size; by the peer, of this node's */    \
    X(ACCEPT_SLOWED,  INFO,  "partner.slowed")     /* a: entries a second that policy takes */     \
    X(ACCEPT_FULL,    ERROR, "partner.full")       /* a: bytes held, b: limit */                   \
    X(ACCEPT_SPACE,   WARN,  "partners.wait")      /* a: 1 the disk is nearly full, 0 no more */   \
    X(ROW_DAMAGED,    ERROR, "row.damaged")        /* a: first row, b: rows; of leaves, commits */ \
    X(ROW_HEALED,     WARN,  "row.healed")         /* likewise: written again as it was */         \
    X(ROW_LOST,       ERROR, "row.lost")           /* likewise: nobody who was asked has it */     \
    X(ROW_WITHHELD,   WARN,  "row.withheld")       /* country: of the peer that asked for one */   \
    X(SCRUBBED,       INFO,  "scrub.done")         /* a: rows read, b: damage that is known */     \
    X(STORE_FAILED,   ERROR, "store.failed")
/* clang-format on */

#define CAIRN_NOTICE_ENUM(name, level, text) CAIRN_NOTICE_##name,
enum cairn_notice_code { CAIRN_NOTICE_LIST(CAIRN_NOTICE_ENUM) };
#undef CAIRN_NOTICE_ENUM

struct cairn_notice {
    enum cairn_notice_code code;
    cairn_err err;      /* CAIRN_OK if it does not apply */
    uint8_t country[3]; /* of the peer or author; zero if it does not apply */
    uint64_t a;
    uint64_t b;
};

const char *cairn_notice_text(enum cairn_notice_code code);
enum cairn_notice_level cairn_notice_level(enum cairn_notice_code code);

#endif
