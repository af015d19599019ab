/* The inside of the world: what world.c (time, wires, disks) and world_nodes.c (nodes, commands)
 * share. */
#ifndef CAIRN_TESTS_SIM_WORLD_STATE_H
#define CAIRN_TESTS_SIM_WORLD_STATE_H

#include "crypto/hash.h"
#include "schema/country.h"
#include "tests/sim/disk.h"
#include "tests/sim/world.h"

#define NODE_WORDS_MAX 4096
#define NODE_FEEDS_MAX 256
#define WORLD_ROWS_MAX 16384
#define WORLD_TOKENS   65536

extern const char *const world_countries[WORLD_NODES_MAX];

struct node_cursor {
    uint8_t feed[16];
    uint64_t commits;
};

struct node {
    void *memory;
    struct cairn_core *core;
    struct disk disk;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t root_seed[32], log_seed[32], witness_seed[32], sealing_secret[32], local[32];
    uint8_t spki_hash[32];
    uint8_t note[4096];
    size_t note_size;
    uint32_t life; /* grows with every crash: what was under way for an earlier life is lost */
    char (*words)[64];
    bool are_gone[NODE_WORDS_MAX]; /* words that are repudiated */
    uint32_t word_count;
    struct node_cursor cursors[NODE_FEEDS_MAX]; /* views: survive a crash */
    uint32_t cursor_count;
    uint64_t notices[64];
    bool has_begun;           /* it was told START */
    struct cairn_event start; /* what the next START says of the guard */
    struct disk backup;
    struct cairn_event backup_start;
    struct node_cursor backup_cursors[NODE_FEEDS_MAX];
    uint32_t backup_cursor_count, backup_word_count;
};

enum world_kind { WORLD_STEP, WORLD_STORE, WORLD_LOAD, WORLD_FOLD };

struct world_event {
    uint64_t at_ms;
    uint64_t order;
    uint32_t node;
    uint32_t life;
    uint32_t wire; /* for frames: number of the connection */
    struct cairn_event event;
    uint8_t *payload; /* owned: frame, value, batch */
    struct cairn_put *puts;
    size_t put_count;
    struct cairn_key load_from;
    uint64_t load_to;
    struct cairn_ripe ripe;
    uint8_t keys[16][32];
    enum world_kind kind;
};

struct world_pair {
    bool is_up;
    bool is_barred;
    uint64_t down_ms; /* both sides must have heard of it before it comes up again */
    uint32_t wire;
    uint64_t free_ms[2]; /* frames stay in order: per direction, when the last one arrives */
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
    uint64_t now_ms, order;
    uint32_t wire;
    uint64_t token;
    struct {
        bool is_done;
        cairn_err err;
        uint8_t feed[16];
    } * answers;
    struct cairn_sha256 trace;
    struct history *history; /* of every node, as told to others */
};

/* A frame is sent: no two roots are ever told for one size of a journal. */
struct history *history_open(void);
void history_close(struct history *history);
void history_hear(struct world *world, struct cairn_bytes payload);
void world_guard(struct world *world, uint32_t node); /* after a step, before its actions */

/* A country's first document, and any under its root key: into the node's note. */
struct cairn_country_doc world_document(struct world *world, uint32_t node);
void world_sign_document(struct world *world, uint32_t node, struct cairn_country_doc *doc);
/* Hand the note of one node to another one's operator. */
cairn_err world_show(struct world *world, uint32_t node, uint32_t shown);
uint32_t world_find_word(const struct world *world, uint32_t node, const char *word);

struct world_pair *world_pair_of(struct world *world, uint32_t a, uint32_t b);
/* Country of a node. */
const char *world_code(const struct world *world, uint32_t node);
void world_hang_up(struct world *world, uint32_t a, uint32_t b);
void world_step(struct world *world, uint32_t node, struct cairn_event *event);
struct world_event *world_pop(struct world *world);
void world_event_free(struct world_event *event);

#endif
