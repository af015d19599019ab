/* One simulated node: its keys, disk, clock, views, and what is to go wrong with it. */
#ifndef CAIRN_TESTS_SIM_NODE_STATE_H
#define CAIRN_TESTS_SIM_NODE_STATE_H

#include "schema/country.h"
#include "tests/sim/disk.h"
#include "tests/sim/world.h"

struct states;

#define NODE_WORDS_MAX   4096
#define NODE_FEEDS_MAX   512
#define NODE_INVITES_MAX 512
#define NODE_WAKES_MAX   64
#define NODE_KEPT_MAX    12

/* Where the folder stands in a feed. Like words and invites it lies in the views: survives a fall.
 */
struct node_cursor {
    uint8_t feed[16];
    uint64_t commits;
    uint8_t root[32]; /* of the feed at the last of them */
    uint64_t born;    /* as its ripe commits said */
    bool is_closed;   /* by an entry of it */
    bool is_continuing;
    uint8_t continues[16]; /* the feed before it, as its record says */
};

struct node_invite {
    uint8_t feed[16];
    uint64_t leaf_index;
};

struct node_views {
    char (*words)[64];
    bool *are_gone; /* words that are repudiated */
    struct node_cursor *cursors;
    struct node_invite *invites;
    struct states *states; /* of objects; NULL: the world does not play them */
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

/* An own document of before, that leads from one root key to the next: a file. */
struct node_kept {
    uint64_t serial;
    size_t size;
    uint8_t root[32];
    uint8_t note[8192];
};

struct node {
    void *memory;
    struct cairn_core *core;
    struct disk disk;
    struct node_views views;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t root_seed[32], next_root_seed[32], log_seed[32], witness_seed[32], local[32];
    uint8_t sealing_secrets[CAIRN_COUNTRY_SEALING_MAX][32]; /* in the order of the document */
    uint32_t sealing_told;                                  /* of them, to this run of the node */
    struct cairn_country_doc doc;                           /* its country's newest one ... */
    uint8_t spki_hash[32];
    char past_origin[CAIRN_LIMIT_ORIGIN_BYTES + 1]; /* that its country ended last; "" none */
    uint8_t note[8192];                             /* ... signed */
    size_t note_size;
    struct node_kept kept[NODE_KEPT_MAX];
    uint32_t kept_count;
    uint32_t life; /* grows with every fall: what was under way for an earlier life is lost */
    bool is_down;  /* it will start again */
    bool is_liar;  /* its history is not watched: a twin, a villain, a rolled guard */
    struct villain *villain;        /* its frames are altered; NULL: it is honest */
    bool has_rot;                   /* rows of its disk rotted: what is folded may have to wait */
    bool has_begun;                 /* it was told START */
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
    uint32_t store_count, load_count; /* since the world began */
    uint32_t fail_store, fail_load;   /* this one of them goes wrong; 0 none */
    enum world_look fail_how;
    uint32_t fuse; /* after so many actions it falls; 0 never */
    enum world_fall fuse_fall;
    uint64_t fuse_down_ms;
    uint32_t task_count;            /* stores, loads, signatures not yet answered */
    uint32_t generation;            /* of its disk: grows when a backup is put back */
    uint32_t unopened_count;        /* bodies that do not open, or hold no operation */
    struct cairn_accept accepts[4]; /* what it takes of others; told at each start */
    struct cairn_event accept, space;
    uint64_t notices[64];
    uint32_t accused;     /* set of nodes that it held to be liars */
    uint32_t blame_count; /* links and feeds that it refused: somebody broke the protocol */
    cairn_err blame_err;  /* ... why, the last time */
};

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
