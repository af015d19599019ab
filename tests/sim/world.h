/* Whole countries in one process: the real core with fake keys, a simulated network, disks in
 * memory, clocks that a seed moves. The second host of the core, of equal rank with node/driver.c.
 * Nobody who is honest is ever told two roots for one size of a journal, and all who open a commit
 * open the same in it: the world looks at every frame and at every fold.
 *
 *     world --events--> core --actions--> world     one queue of things to come, ordered by time
 * The same seed gives the same run: world_trace is a hash of every action in order. */
#ifndef CAIRN_TESTS_SIM_WORLD_H
#define CAIRN_TESTS_SIM_WORLD_H

#include "replication/core.h"
#include "schema/operation.h"
#include "tests/lib/test.h"

#define WORLD_NODES_MAX 32
#define WORLD_EPOCH_MS  1700000000000u /* when it begins */

struct world;
struct world_command;
/* Writes an operation when the core is ready for it, from what the node knows by then. May set the
 * command's feed. gives its size; 0: there is nothing to write */
typedef size_t world_writer(struct world *world, uint32_t node, struct world_command *command,
                            uint8_t *out, size_t capacity);

struct world_options {
    uint64_t seed;
    uint32_t nodes;          /* 1..WORLD_NODES_MAX: AUT SRB GEO POL MDA ARM BIH MNE ... */
    uint32_t latency_ms_max; /* of a frame */
    uint32_t retry_ms_max;   /* after a link broke, before it is dialled again */
    uint32_t disk_ms_max;    /* of a write, beyond the first one */
    uint32_t cut_percent;    /* chance of a link to be cut at a frame, in 1/100 of a percent */
    uint32_t scrub_ms;       /* nodes read their logs again so often; 0 never */
    bool has_states;         /* what officers write is folded: tests/sim/states.h */
    bool is_real;            /* real keys instead of the fast fake ones */
    bool has_twin;           /* the last node is the first one again, under the same keys */
    bool has_next;           /* ... or its next incarnation, which nobody lists yet */
};

struct world *world_open(const struct world_options *options);
void world_close(struct world *world);

/* Everybody recognises everybody (or: a recognises b and b recognises a; node recognises shown). */
void world_meet_all(struct world *world);
void world_meet(struct world *world, uint32_t a, uint32_t b);
cairn_err world_show(struct world *world, uint32_t node, uint32_t shown);
void world_forget(struct world *world, uint32_t node, uint32_t country);

/* The first node's country ends its origin at this position and lists the next incarnation; the
 * operator of this node is handed the document. */
void world_end(struct world *world, uint32_t node, uint64_t size, const uint8_t root[static 32]);

/* Let time pass: until nothing but heartbeats is to come, or so many ms are over. */
void world_run(struct world *world, uint64_t ms);

/* What an operator asks a node for. */
struct world_command {
    enum cairn_event_type type; /* APPEND, FEED_*, DOCUMENT, FORGET */
    uint8_t feed[16];
    uint8_t continues[16];
    const char *members; /* FEED_OPEN: ascending codes, one after the other */
    bool is_private;     /* ... the own one alone, for ever */
    uint32_t country;    /* ADMIT, FORGET, DOCUMENT: number of a node */
    const char *word;    /* APPEND: at most 32 bytes */
    size_t size_bytes;   /* ... or that many, which no word is learnt from */
    world_writer *write; /* ... or what this writes */
    uint64_t dice;       /* for it */
};

/* Ask; the answer comes while the world runs, or never: the node fell. gives a token */
uint64_t world_begin(struct world *world, uint32_t node, const struct world_command *command);
bool world_answer(const struct world *world, uint64_t token, cairn_err *out_err,
                  uint8_t out_feed[static 16]);
/* The policy that commits of a node name from now on. */
void world_policy(struct world *world, uint32_t node, const uint8_t hash[static 32]);

/* What a node takes of others, from now on and after each start; and whether its disk has room. */
void world_accept(struct world *world, uint32_t node, const struct cairn_accept *rows,
                  uint32_t count);
void world_space(struct world *world, uint32_t node, bool is_scarce);
/* Bytes on a node's disk of what another country wrote: leaves, checkpoints, commits, records. */
uint64_t world_held(struct world *world, uint32_t node, uint32_t author);

/* The same commands; each waits (in simulated time) for its answer and gives its error. */
cairn_err world_feed_open(struct world *world, uint32_t node, const char *members,
                          uint8_t out_feed[static 16]);
cairn_err world_private_open(struct world *world, uint32_t node, uint8_t out_feed[static 16]);
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
/* gives false when it is no partner, or the node is down */
bool world_find_pairwise(struct world *world, uint32_t node, uint32_t partner,
                         uint8_t out_feed[static 16]);
/* The countries of a set of nodes, ascending. */
void world_members(const struct world *world, uint32_t nodes,
                   char out[static WORLD_NODES_MAX * 3 + 1]);

/* ---- faults ---- */

enum world_fall {
    WORLD_KILLED,    /* what was handed to the machine is written, in order, up to some batch */
    WORLD_POWER_CUT, /* likewise, and batches that were not synced may be gone */
};

/* The node loses everything but its disk, and starts again: at once, after a while, or when it has
 * done so many actions more. */
void world_crash(struct world *world, uint32_t node);
void world_fall(struct world *world, uint32_t node, enum world_fall fall, uint64_t down_ms);
void world_fuse(struct world *world, uint32_t node, uint32_t actions, enum world_fall fall,
                uint64_t down_ms);
/* Its disk is full for a while; its so many-th write fails, written or not. */
void world_disk_stall(struct world *world, uint32_t node, uint64_t ms);
void world_disk_fail(struct world *world, uint32_t node, uint32_t stores);
/* Its so many-th write or look since the world began goes wrong: a write fails, written or not, and
 * the node starts anew; a look fails, finds nothing, or takes half a minute. */
enum world_look { WORLD_LOOK_FAILS, WORLD_LOOK_FINDS_NOTHING, WORLD_LOOK_IS_LATE };
void world_fail_store(struct world *world, uint32_t node, uint32_t at);
void world_fail_load(struct world *world, uint32_t node, uint32_t at, enum world_look how);
uint32_t world_store_count(const struct world *world, uint32_t node);
uint32_t world_load_count(const struct world *world, uint32_t node);
/* Its clock is wrong, and wanders; it stands still for a while, then jumps. */
void world_set_clock(struct world *world, uint32_t node, int64_t offset_ms, int64_t drift_ppm);
void world_freeze_clock(struct world *world, uint32_t node, uint64_t ms);
/* From now on what it sends is altered: somebody has its keys. plays: set of world_play */
enum world_play {
    WORLD_PLAY_NOISE = 1,    /* bits flipped, fields made up; replayed, repeated, withheld */
    WORLD_PLAY_STALL = 2,    /* what it serves of others' journals never fits, and never ends */
    WORLD_PLAY_WITHHOLD = 4, /* commits of its own feeds do not reach every second member */
    WORLD_PLAY_SWAP = 8,     /* ... reach them with other bodies */
    WORLD_PLAY_MUTE = 16,    /* it greets, and says nothing else */
    WORLD_PLAY_KEEP = 32,    /* commits of its own feeds reach nobody */
};
void world_make_villain(struct world *world, uint32_t node, uint32_t plays);
/* Its disk loses one commit of a feed. */
void world_lose_commit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                       uint64_t number);
/* A leaf or a commit on its disk cannot be read, or reads otherwise; it scrubs its log now. */
void world_rot_leaf(struct world *world, uint32_t node, uint32_t author, uint64_t index,
                    bool is_readable);
void world_rot_commit(struct world *world, uint32_t node, const uint8_t feed[static 16],
                      uint64_t number, bool is_readable);
/* ... one that an honest partner has too; dice says which. */
void world_rot(struct world *world, uint32_t node, uint32_t dice);
size_t world_rotten(const struct world *world, uint32_t node);
void world_scrub(struct world *world, uint32_t node);
/* Copy the node's disk; put the copy back, with or without what its guard says, and start on it. */
void world_backup(struct world *world, uint32_t node);
void world_put_back(struct world *world, uint32_t node, bool has_guard);
void world_clone(struct world *world, uint32_t from, uint32_t node); /* its twin starts on it */
bool world_backup_if_up(struct world *world, uint32_t node); /* ... and in order; gives: done */
/* Does some partner hold all leaves that the node's guard says, and all its marks, and is everybody
 * up and in order? */
bool world_is_held(struct world *world, uint32_t node);
/* The guard says what it said when the disk was copied: the whole machine goes back. */
void world_roll_guard(struct world *world, uint32_t node);
/* The link between two nodes: cut, and allowed or not; broken, and one of them hears of it later;
 * one direction stands still for a while; one direction is read slowly (0: as ever). */
void world_cut(struct world *world, uint32_t a, uint32_t b, bool is_allowed);
void world_break(struct world *world, uint32_t a, uint32_t b, uint64_t half_open_ms);
void world_stick(struct world *world, uint32_t from, uint32_t to, uint64_t ms);
void world_slow(struct world *world, uint32_t from, uint32_t to, uint32_t bytes_per_s);

/* No faults from now on: lines are whole and quick, disks have room, clocks are right, and who is
 * down comes back. Links that are barred stay so. */
void world_calm(struct world *world);

/* ---- questions ---- */

bool world_recognises(const struct world *world, uint32_t node, uint32_t peer);

/* What a node's folder has opened: does it know this word, as an operation of this author? A
 * feed.lost is a word, too: "lost 0a1b2c3d: 2 entries, leaves 41-57". */
bool world_knows(const struct world *world, uint32_t node, const char *word);
/* How many entries its author held of a feed whose end is lost; -1: no feed.lost of it is known. */
int64_t world_lost(const struct world *world, uint32_t node, const uint8_t feed[static 16]);
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
/* How often somebody was told another root than was told before: by twins and villains. */
uint32_t world_second_histories(const struct world *world);
void world_trace(const struct world *world, uint8_t out[static 32]);

#endif
