/* One feed as a reader or its author knows it: keys, size, and which leaves of the author's journal
 * are still to be opened.
 *
 *     commits   0 ... commits-1        opened, verified
 *               commits ... scanned-1  their leaves were found by tag: the pending ones, in order
 *               scanned                looked for from scan_leaf on
 *
 * About 3 kB each; at most limits.feeds exist. Pure. docs/protocol.md, sections 5 and 6. */
#ifndef CAIRN_REPLICATION_LOG_FEED_H
#define CAIRN_REPLICATION_LOG_FEED_H

#include "crypto/merkle.h"
#include "replication/log/keys.h"

#define CAIRN_FEED_EPOCHS_MAX 16u

enum cairn_feed_type {
    CAIRN_FEED_TYPE_CONTROL,
    CAIRN_FEED_TYPE_PAIRWISE,
    CAIRN_FEED_TYPE_AUDIENCE,
    CAIRN_FEED_TYPE_PRIVATE,
};

/* Set of countries by their number in the core's table. */
struct cairn_members {
    uint64_t bits[4];
};

bool cairn_members_has(const struct cairn_members *members, uint32_t country);
void cairn_members_add(struct cairn_members *members, uint32_t country);
void cairn_members_remove(struct cairn_members *members, uint32_t country);
uint32_t cairn_members_count(const struct cairn_members *members);

struct cairn_feed {
    uint8_t id[16];
    enum cairn_feed_type type;
    uint32_t journal;             /* author: number in the core's table */
    uint32_t giver;               /* country that brought it here: number in the core's table */
    struct cairn_members members; /* of control feeds: empty, everybody may read */
    struct cairn_members told;    /* that lost sealing keys, and have this feed's secrets (P-99) */
    bool is_closing;              /* own feed: takes nothing more */
    bool is_close_due;            /* ... and its feed.close is yet to be written */
    bool is_closed;
    bool is_lost;        /* own feed that was given up: what its last leaves commit to is nowhere */
    bool is_loss_told;   /* ... and a feed.lost says so, if it is private */
    uint64_t lost_leaf;  /* ... the first of these leaves */
    bool is_frozen;      /* own feed whose end may have been lost: takes nothing */
    bool has_frozen_row; /* and the disk says so */
    bool is_broken;      /* its author broke a rule: nothing more is taken from it */

    bool is_secret_due;    /* the next rekey's secret was not given to us: the admission again */
    uint32_t epoch_count;  /* in force so far, 1..CAIRN_FEED_EPOCHS_MAX */
    uint32_t known_epochs; /* secrets held: more than in force, where an admission gave them */
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
    uint8_t nonce[32];            /* of feed.open; zero if there is none */
    struct cairn_keys_epoch keys; /* of the last epoch */

    struct cairn_merkle_range range; /* entries; private feeds: also those not yet committed */
    uint64_t committed_size;         /* entries under commits */
    uint32_t waiting_bytes;          /* private feeds: of the next commit, on the wire */
    uint32_t flushing_bytes;         /* likewise: of the commit that is not on disk yet */
    uint64_t commits;                /* opened (or, of an own feed, made) */
    uint64_t durable_commits;        /* of these, on disk */
    uint64_t ripe_commits;           /* of these, given to the folder */
    uint64_t opened_commits;         /* of these, reported back by the folder */
    bool is_repudiated;              /* commits of it lie behind the end of its origin */
    bool is_refold_due;              /* ... which the folder is to hear of from the first one on */
    bool is_cut;                     /* what its journal cuts off is being taken out of it */
    bool is_replayed;                /* ... and its commits before that are read again */
    uint64_t last_leaf_plus1;        /* of the last commit; 0: none */
    uint64_t first_leaf;             /* of commit 0 */
    uint64_t mark_ms;                /* of the last mark that came from others: control feeds */
    uint64_t held_bytes;             /* of others: commits and record on disk */

    uint64_t scanned;       /* number of the commit that is looked for */
    uint64_t scan_leaf;     /* every leaf below was probed */
    uint8_t scan_tag[16];   /* tag of commit `scanned` */
    bool is_at_end;         /* scan_leaf stands for the journal's verified size, whatever it is */
    uint32_t pending_first; /* into the pool; CAIRN_PENDING_NONE */
    uint32_t pending_last;
    uint32_t pending_count;

    uint64_t receipt_commits; /* up to here receipts were written, or none is wanted */
    uint64_t content_commits; /* opened, up to the last one that wants a receipt */
    uint64_t point_commits;   /* a place that the next receipt may name while more keeps coming */
    uint64_t point_size;      /* of the feed there; of control feeds: last leaf + 1 */
    uint8_t point_root[32];   /* likewise */
};

/* A leaf that bears a feed's tag and whose commit has not come yet. */
struct cairn_pending {
    uint64_t leaf_index;
    uint64_t seen_ms;
    uint8_t commit_hash[32];
    uint32_t next;
    uint32_t late_s;         /* so much later than it was seen its minute begins */
    uint64_t reported_flush; /* number of the flush that calls it missing; 0: none does */
};

#define CAIRN_PENDING_NONE UINT32_MAX

/* All pending leaves of all feeds: bounded, shared. */
struct cairn_pending_pool {
    struct cairn_pending *items; /* caller's memory */
    uint32_t count;
    uint32_t free_first;
    uint32_t free_count;
};

void cairn_pending_init(struct cairn_pending_pool *pool, struct cairn_pending *items,
                        uint32_t count);

/* Begin a feed with its first secret. */
void cairn_feed_init(struct cairn_feed *feed, const uint8_t id[static 16],
                     enum cairn_feed_type type, uint32_t journal);

/* Add the next epoch's secret and make its keys the current ones; the leaf looked for changes its
 * tag, so pending leaves are given back.
 *
 * errors  CAIRN_FULL  all epochs are used; feed unchanged */
CAIRN_MUST cairn_err cairn_feed_add_epoch(struct cairn_feed *feed, const struct cairn_suite *suite,
                                          struct cairn_bytes origin,
                                          const uint8_t secret[static 32]);

/* Compute scan_tag for `scanned`, and go on looking from this leaf. */
void cairn_feed_scan_from(struct cairn_feed *feed, const struct cairn_suite *suite, uint64_t leaf);

/* Probe one leaf (48 bytes) at scan_leaf; moves scan_leaf by one, and on a hit remembers it.
 *
 * gives   false when the pool has no room: feed unchanged, probe it again later */
bool cairn_feed_probe(struct cairn_feed *feed, struct cairn_pending_pool *pool,
                      const struct cairn_suite *suite, const uint8_t leaf[static 48],
                      uint64_t now_ms);

/* The pending leaf of commit number `commits`, or NULL. */
struct cairn_pending *cairn_feed_pending(const struct cairn_feed *feed,
                                         const struct cairn_pending_pool *pool);

/* Forget the first pending leaf: its commit was taken. */
void cairn_feed_pending_take(struct cairn_feed *feed, struct cairn_pending_pool *pool);

/* Forget all pending leaves: nothing more is taken from this feed. */
void cairn_feed_drop_pending(struct cairn_feed *feed, struct cairn_pending_pool *pool);

/* Forget all pending leaves and look again from the leaf after the last commit. */
void cairn_feed_rescan(struct cairn_feed *feed, struct cairn_pending_pool *pool,
                       const struct cairn_suite *suite);

/* Is this opening the next one of the feed, at this pending leaf? source P-41, P-66
 *
 * errors  CAIRN_PEER_COMMIT  it is not */
CAIRN_MUST cairn_err cairn_feed_check_opening(const struct cairn_feed *feed,
                                              const struct cairn_suite *suite,
                                              const struct cairn_opening *opening,
                                              const struct cairn_pending *pending);

/* Take a checked opening whose entries were appended to `range`. */
void cairn_feed_take_opening(struct cairn_feed *feed, const struct cairn_opening *opening,
                             const struct cairn_merkle_range *range);

#endif
