/* Whole countries in one process: the real core with fake keys, a simulated network, disks in
 * memory, clocks that a seed moves. The second host of the core, of equal rank with node/driver.c.
 *
 *     world --events--> core --actions--> world     one queue of things to come, ordered by time
 *
 * The same seed gives the same run: world_trace is a hash of every action in order. */
#ifndef CAIRN_TESTS_SIM_WORLD_H
#define CAIRN_TESTS_SIM_WORLD_H

#include "replication/core.h"
#include "schema/operation.h"
#include "tests/lib/test.h"

#define WORLD_NODES_MAX 8

struct world;

struct world_options {
    uint64_t seed;
    uint32_t nodes;          /* 1..WORLD_NODES_MAX: AUT SRB GEO POL MDA ARM BIH MNE */
    uint32_t latency_ms_max; /* of a frame */
    uint32_t cut_percent;    /* chance of a link to be cut at a frame, in 1/100 of a percent */
    bool is_watched;         /* nobody may be told two roots for one size, but by a twin */
    bool is_real;            /* real keys instead of the fast fake ones */
    bool has_twin;           /* the last node is the first one again, under the same keys */
    bool has_next;           /* ... or its next incarnation, which nobody lists yet */
};

struct world *world_open(const struct world_options *options);
void world_close(struct world *world);

/* Everybody recognises everybody (or: a recognises b and b recognises a). */
void world_meet_all(struct world *world);
void world_meet(struct world *world, uint32_t a, uint32_t b);
void world_forget(struct world *world, uint32_t node, uint32_t country);

/* The first node's country ends its origin at this position and lists the next incarnation; the
 * operator of this node is handed the document. */
void world_end(struct world *world, uint32_t node, uint64_t size, const uint8_t root[static 32]);

/* Let time pass: until nothing but heartbeats is to come, or so many ms are over. */
void world_run(struct world *world, uint64_t ms);

/* Commands; each waits (in simulated time) for its answer and gives its error. */
cairn_err world_feed_open(struct world *world, uint32_t node, const char *members,
                          uint8_t out_feed[static 16]);
cairn_err world_admit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                      uint32_t country);
cairn_err world_rekey(struct world *world, uint32_t node, const uint8_t feed[static 16]);
cairn_err world_append(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       const char *word);
/* Append an operation of about so many bytes, which no word is learnt from. */
cairn_err world_append_large(struct world *world, uint32_t node, const uint8_t feed[static 16],
                             size_t size_bytes);
void world_pairwise(struct world *world, uint32_t node, uint32_t partner,
                    uint8_t out_feed[static 16]);

/* The node loses everything but its disk, and starts again. */
void world_crash(struct world *world, uint32_t node);
/* Its disk loses one commit of a feed. */
void world_lose_commit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       uint64_t number);
/* Copy the node's disk; put the copy back, with or without what its guard says, and start on it. */
void world_backup(struct world *world, uint32_t node);
void world_put_back(struct world *world, uint32_t node, bool has_guard);
/* The guard says what it said when the disk was copied: the whole machine goes back. */
void world_roll_guard(struct world *world, uint32_t node);
/* The link between two nodes: cut, and allowed or not. */
void world_cut(struct world *world, uint32_t a, uint32_t b, bool is_allowed);

/* No more cuts by chance from now on. */
void world_calm(struct world *world);

/* What a node's folder has opened: does it know this word, as an operation of this author? */
bool world_knows(const struct world *world, uint32_t node, const char *word);
/* ... and that nobody stands by it any more? */
bool world_repudiates(const struct world *world, uint32_t node, const char *word);
/* Does any byte of the node's disk hold this word? (bodies on disk must be sealed) */
bool world_disk_holds(const struct world *world, uint32_t node, struct cairn_bytes bytes);
/* The largest commit of a node's private feed, as evidence would show it. */
size_t world_private_commit_max(const struct world *world, uint32_t node,
                                const uint8_t feed[static 16]);
uint32_t world_word_count(const struct world *world, uint32_t node);

struct cairn_core *world_core(struct world *world, uint32_t node);
uint64_t world_now(const struct world *world);
uint64_t world_notices(const struct world *world, uint32_t node, enum cairn_notice_code code);
/* Print what a node knows of each feed; for people who look for a fault. */
void world_dump(const struct world *world, uint32_t node);
/* Of a world that is watched: how often somebody was told another root than was told before. */
uint32_t world_second_histories(const struct world *world);
void world_trace(const struct world *world, uint8_t out[static 32]);

#endif
