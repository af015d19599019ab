/* The inside of the world, which its parts share:
 *
 *     world.c          steps, actions, time       world_wire.c     links that break, stall, half
 * close world_queue.c    what is to come            world_fold.c     what a node opens and
 * remembers world_nodes.c    keys, starts, falls        world_command.c  what operators ask for
 *     world_look.c     questions of tests         history.c        nobody tells two histories */
#ifndef CAIRN_TESTS_SIM_WORLD_STATE_H
#define CAIRN_TESTS_SIM_WORLD_STATE_H

#include "crypto/hash.h"
#include "tests/sim/disk.h"
#include "tests/sim/world.h"

#define NODE_WORDS_MAX   4096
#define NODE_FEEDS_MAX   512
#define NODE_INVITES_MAX 512
#define NODE_WAKES_MAX   64
#define WORLD_ROWS_MAX   16384
#define WORLD_TOKENS     65536
#define WORLD_TASKS_MAX  2048 /* CORE_TASKS: no more is ever under way */

extern const char *const world_countries[WORLD_NODES_MAX];

/* Where the folder stands in a feed. Like words and invites it lies in the views: survives a fall.
 */
struct node_cursor {
    uint8_t feed[16];
    uint64_t commits;
    uint8_t root[32]; /* of the feed at the last of them */
};

struct node_invite {
    uint8_t feed[16];
    uint64_t leaf_index;
};

struct node_views {
    char (*words)[64];
    struct node_cursor *cursors;
    struct node_invite *invites;
    uint32_t word_count, cursor_count, invite_count;
};

/* world time + offset + drift; stands still until frozen_until_ms */
struct node_clock {
    int64_t offset_ms;
    int64_t drift_ppm;
    uint64_t drift_from_ms;
    uint64_t frozen_until_ms;
    uint64_t frozen_ms; /* what it shows meanwhile */
};

struct node {
    void *memory;
    struct cairn_core *core;
    struct disk disk;
    struct node_views views;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t root_seed[32], log_seed[32], witness_seed[32], sealing_secret[32], local[32];
    uint8_t spki_hash[32];
    uint8_t note[4096];
    size_t note_size;
    uint32_t life;  /* grows with every fall: what was under way for an earlier life is lost */
    bool is_down;   /* it will start again */
    bool is_liar;   /* its history is not watched: a twin, a villain, a rolled guard */
    bool has_begun; /* it was told START */
    struct cairn_event start;       /* what the next START says of the guard */
    struct cairn_event start_older; /* ... as it was a second ago: a power cut may leave that */
    uint64_t start_older_ms;
    struct disk backup;
    struct cairn_event backup_start;
    struct node_views backup_views;
    bool has_backup;
    struct node_clock clock;
    uint64_t wakes[NODE_WAKES_MAX]; /* of its clock: ticks that are to come */
    uint32_t wake_count;
    uint64_t tick_ms;   /* when its timer goes off; 0: it is not set */
    uint64_t stored_ms; /* when the last store asked for is done: they stay in order */
    uint64_t stall_ms;  /* its disk writes nothing until then */
    uint32_t fail_in;   /* the so many-th store fails; 0 never */
    uint32_t fuse;      /* after so many actions it falls; 0 never */
    enum world_fall fuse_fall;
    uint64_t fuse_down_ms;
    uint32_t task_count;     /* stores, loads, signatures not yet answered */
    uint32_t generation;     /* of its disk: grows when a backup is put back */
    uint32_t unopened_count; /* bodies that do not open, or hold no operation */
    uint64_t notices[64];
};

enum world_kind { WORLD_STEP, WORLD_STORE, WORLD_LOAD, WORLD_FOLD, WORLD_START, WORLD_COMMAND };

struct world_event {
    uint64_t at_ms;
    uint64_t order;
    uint32_t node;
    uint32_t life;
    uint32_t wire; /* for links: number of the connection */
    enum world_kind kind;
    struct cairn_event event;
    uint8_t *payload; /* owned: frame, text of a command, slot keys, values of a batch */
    struct cairn_put *puts;
    size_t put_count;
    bool is_synced;
    struct cairn_key load_from;
    uint64_t load_to;
    struct cairn_ripe ripe;
    struct world_command command;
    struct world_event *next_free;
};

/* One end of a connection, as its host sees it. */
struct world_side {
    bool is_up;
    bool is_deaf; /* what is under way to it is lost */
    uint32_t wire;
    uint64_t heard_ms;
};

struct world_pair {
    struct world_side side[2]; /* of the lower and of the higher node */
    uint32_t wire;             /* whole connection; 0 none */
    bool is_barred;
    uint64_t retry_ms;
    uint64_t up_ms[2];   /* when the ends hear of the connection */
    uint64_t free_ms[2]; /* frames stay in order: per sender's side, when the last one arrives */
    uint32_t bytes_per_s[2]; /* likewise, how fast it is read; 0: at once */
};

struct world_answer {
    bool is_done;
    cairn_err err;
    uint8_t feed[16];
};

struct world {
    struct world_options options;
    struct test_rng rng;
    struct cairn_suite suite;
    struct cairn_core_limits limits;
    struct node nodes[WORLD_NODES_MAX];
    struct world_pair pairs[WORLD_NODES_MAX][WORLD_NODES_MAX]; /* [lower][higher] */
    struct world_event **queue;                                /* heap */
    size_t queue_count, queue_capacity;
    struct world_event *free_events;
    uint64_t now_ms, order;
    uint32_t wire;
    uint64_t token;
    struct world_answer *answers;
    struct cairn_sha256 trace;
    struct history *history;     /* of every node, as told to others */
    struct world_opened *opened; /* by all: the same in every commit */
};

/* A frame is sent: no two roots are ever told for one size of a journal. */
struct history *history_open(void);
void history_close(struct history *history);
void history_hear(struct world *world, struct cairn_bytes payload);
/* What may be told of a journal. gives false when it contradicts what was told before */
bool history_tell(struct history *history, uint32_t node, uint64_t size,
                  const uint8_t root[static 32]);

/* queue */
struct world_event *world_event_new(struct world *world, uint32_t node, enum world_kind kind);
void world_event_free(struct world *world, struct world_event *event);
void world_push(struct world *world, struct world_event *event, uint64_t at_ms);
struct world_event *world_pop(struct world *world);
void world_queue_order(struct world *world); /* after times were changed */
void world_queue_close(struct world *world);
uint64_t world_delay(struct world *world, uint64_t max_ms); /* 0..max */

/* wires */
struct world_pair *world_pair_of(struct world *world, uint32_t a, uint32_t b);
void world_dial(struct world *world);
void world_send(struct world *world, uint32_t node, const struct cairn_action *action);
void world_hang_up(struct world *world, uint32_t node, uint32_t peer);
void world_lose_links(struct world *world, uint32_t node);
/* A link event is due: does it still count? Takes note of it. */
bool world_wire_take(struct world *world, const struct world_event *event);

/* steps */
const char *world_code(const struct world *world, uint32_t node); /* country of a node */
void world_random(struct world *world, uint8_t *out, size_t size);
uint64_t world_clock_of(const struct world *world, uint32_t node);
void world_step(struct world *world, uint32_t node, struct cairn_event *event);
void world_guard(struct world *world, uint32_t node); /* after a step, before its actions */

/* nodes */
void node_start(struct world *world, uint32_t number);
void node_open(struct world *world, uint32_t number);
void node_close(struct world *world, uint32_t number);

/* commands */
void world_command_due(struct world *world, struct world_event *event);
void world_answer_take(struct world *world, uint64_t token, cairn_err err, const uint8_t *feed);

/* views */
void world_fold(struct world *world, struct world_event *job);
void world_fold_open(struct world *world);
void world_fold_close(struct world *world);
/* A disk was put back: who opened what it lacks is no witness of it any more. */
void world_fold_forget(struct world *world, uint32_t node);
void views_open(struct node_views *views);
void views_close(struct node_views *views);
void views_copy(struct node_views *to, const struct node_views *from);
void views_clear(struct node_views *views);
/* Commits of a feed that were folded. */
uint64_t views_commits(const struct node_views *views, const uint8_t feed[static 16]);
struct node_cursor *views_cursor(struct node_views *views, const uint8_t feed[static 16]);
/* Does the log hold what the views were made of? */
bool views_fit(const struct node *node);

#endif
