/* The inside of the world, which its parts share:
 *
 *     world.c          steps, actions, time        world_wire.c     links that break, stall, hang
 *     world_queue.c    what is to come             world_fold.c     what a node opens, remembers
 *     world_nodes.c    keys, starts, falls         world_command.c  what operators ask for
 *     world_rot.c      disks that rot
 *     world_renew.c    documents, other keys
 *     world_look.c     questions of tests          history.c        nobody tells two histories
 *     world_states.c   alerts and cases            states.c         ... what they come to */
#ifndef CAIRN_TESTS_SIM_WORLD_STATE_H
#define CAIRN_TESTS_SIM_WORLD_STATE_H

#include "crypto/hash.h"
#include "replication/merge/merge.h"
#include "tests/sim/node_state.h"
#include "tests/sim/world.h"

#define WORLD_ROWS_MAX  16384
#define WORLD_TOKENS    65536
#define WORLD_TASKS_MAX 2048 /* CORE_TASKS: no more is ever under way */

extern const char *const world_countries[WORLD_NODES_MAX];

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
    bool is_blind; /* the load finds nothing */
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

typedef void world_listener(void *host, uint32_t node, const struct cairn_notice *notice);

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
    world_listener *listener;    /* hears every notice; NULL: nobody */
    void *listener_host;
};

/* A frame is sent: no two roots are ever told for one size of a journal. */
struct history *history_open(void);
void history_close(struct history *history);
void history_hear(struct world *world, struct cairn_bytes payload);
/* What may be told of a journal. gives false when it contradicts what was told before */
bool history_tell(struct history *history, uint32_t journal, uint64_t size,
                  const uint8_t root[static 32]);

/* queue */
struct world_event *world_event_new(struct world *world, uint32_t node, enum world_kind kind);
void world_event_free(struct world *world, struct world_event *event);
void world_push(struct world *world, struct world_event *event, uint64_t at_ms);
struct world_event *world_pop(struct world *world);
void world_queue_order(struct world *world); /* after times were changed */
void world_queue_close(struct world *world);
uint64_t world_delay(struct world *world, uint64_t max_ms); /* 0..max */

/* villains */
#define VILLAIN_KEPT 32u
void villain_close(struct villain *villain);
uint32_t villain_send(struct world *world, uint32_t node, struct world_event *event);

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
void world_say(const struct world *world, uint32_t node, const char *what, uint64_t number);
void world_random(struct world *world, uint8_t *out, size_t size);
uint64_t world_clock_of(const struct world *world, uint32_t node);
void world_step(struct world *world, uint32_t node, struct cairn_event *event);
void world_guard(struct world *world, uint32_t node); /* after a step, before its actions */

/* A country's first document, and any under its root key: into the node's note. */
struct cairn_country_doc world_document(struct world *world, uint32_t node);
void world_next_root(struct world *world, uint32_t node, uint8_t out[static 32]);
void world_sign_document(struct world *world, uint32_t node, struct cairn_country_doc *doc);
uint32_t world_find_word(const struct world *world, uint32_t node, const char *word);

/* nodes */
void node_start(struct world *world, uint32_t number);
void node_open(struct world *world, uint32_t number);
void node_close(struct world *world, uint32_t number);

/* It hears of its own newest document, as at the start of node/driver.c. */
void world_tell_own(struct world *world, uint32_t node);
void world_scrub_begin(struct world *world, uint32_t node); /* after START */

/* commands */
void world_command_due(struct world *world, struct world_event *event);
void world_answer_take(struct world *world, uint64_t token, cairn_err err, const uint8_t *feed);

/* Fold an officer's operation. gives false: it is none, or the world does not play states */
bool world_states_take(struct world *world, uint32_t node, const struct cairn_merge_entry *entry);
/* The last mark of an author before a leaf of its journal, from the node's disk: 0 none. source
 * P-50. gives false when some row of it cannot be read now */
bool world_floor(const struct world *world, uint32_t node, const char *origin, uint64_t leaf_index,
                 uint64_t *out_ms);

/* views */
/* gives false when the commit cannot be read now */
bool world_fold(struct world *world, struct world_event *job);
void world_fold_open(struct world *world);
void world_fold_close(struct world *world);
/* A disk was put back: who opened what it lacks is no witness of it any more. */
void world_fold_forget(struct world *world, uint32_t node);

#endif
