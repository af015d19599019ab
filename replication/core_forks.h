/* What the core keeps to find forks and to tell of them. Only core*.c includes this.
 *
 *     a checkpoint that somebody shows, and that is no longer than what we hold
 *         known: among the last ones that verified here ---------------------> true, or a fork
 *         else: it waits; one at a time our own leaves are loaded up to its size -> likewise
 *         a fork: the leaves behind it give the nodes of the proof, table FORK, message PROOF */
#ifndef CAIRN_REPLICATION_CORE_FORKS_H
#define CAIRN_REPLICATION_CORE_FORKS_H

#include "crypto/merkle.h"
#include "replication/core_tables.h"

#define CORE_KNOWN         32u    /* sizes of a journal whose root is at hand */
#define CORE_FORK_LEAVES   4096u  /* in one load */
#define CORE_BRANCH_LEAVES 1024u  /* compared at once */
#define CORE_FORK_PAUSE_MS 20u    /* between two loads: a check is not to hold up anything else */
#define CORE_SHOWN_MS      45000u /* one check of a journal for one peer */
#define CORE_COMPARE_MS    60000u /* between two OFFERs of what has grown */
#define CORE_COMPARE_TURNS 8u     /* ... and of so many journals more, in turn */

struct core_known {
    uint64_t size;
    uint8_t root[32];
};

/* By journal. */
struct core_shown {
    struct core_checkpoint waiting;      /* signed, and to be compared; size 0: none */
    uint32_t peer;                       /* who showed the last one: journal number; CORE_NONE */
    uint64_t at_ms;                      /* when */
    struct core_known known[CORE_KNOWN]; /* ring */
    uint32_t known_next;
    struct cairn_merkle_range base[2]; /* where a load may begin: beginnings of it, of late */
};

/* By link. */
struct core_teller {
    uint64_t told_ms;      /* when it was last told what has grown */
    uint32_t journal_next; /* whose turn it is to be told again */
    uint32_t proof_next;   /* every fork of a journal below was told */
    bool is_loading;       /* a proof, for it */
};

/* What we hold of an ended journal beyond its position: do our leaves lead to the root there? One
 * at a time. */
struct core_end_check {
    bool is_open;
    bool is_loading;
    uint32_t journal;
    struct cairn_merkle_range range; /* of the leaves so far */
    uint64_t failed_ms;              /* when they could not be had; 0: they could */
};

/* The branch that a country stands by, where ours is another one: its leaves come from the first
 * one on, and are compared with ours until they part. One journal at a time. */
struct core_branch_check {
    bool is_due; /* some journal is to be looked at */
    bool is_on;
    bool is_loading; /* our leaves, to be compared with those in `leaves` */
    bool is_parted;  /* behind the end of `common` */
    bool is_storing; /* it is proven: where the branches part is being written down */
    uint32_t journal;
    uint32_t source;    /* link */
    uint32_t round;     /* so often all sources were asked */
    uint64_t begun_ms;  /* when this source was asked */
    uint64_t moved_ms;  /* when it gave something */
    uint64_t failed_ms; /* when nobody had it; 0: not yet */
    struct cairn_merkle_range range;
    struct cairn_merkle_range common;
    uint32_t leaf_count;
    uint8_t leaves[CORE_BRANCH_LEAVES * 48u];
};

/* The one comparison that is under way. */
struct core_fork_check {
    bool is_open;
    bool is_loading;
    bool is_proving; /* it is a fork: on to the end of `later` */
    uint32_t journal;
    uint64_t at;        /* next leaf */
    uint64_t loaded_ms; /* when the last load came */
    bool is_paused;
    struct core_checkpoint later;    /* ours, of at least the size of the one that waits */
    struct cairn_merkle_range range; /* of the leaves so far */
    struct cairn_merkle_split split; /* if is_proving */
};

#endif
