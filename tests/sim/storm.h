/* A storm: one seed decides who there is, what operators ask for, and what goes wrong; then all is
 * calm, and everybody must hold what is theirs.
 *
 *     storm.c         who there is, what is asked for       storm_faults.c  what goes wrong
 *     storm_renew.c   other keys                            storm_lies.c    liars, and the truth
 *     storm_states.c  what officers write and see           storm_check.c   what must be true
 *     docs/simulation.md */
#ifndef CAIRN_TESTS_SIM_STORM_H
#define CAIRN_TESTS_SIM_STORM_H

#include "tests/sim/world.h"

#define STORM_FEEDS_MAX 192
#define STORM_WORDS_MAX 1024

/* Classes of faults and orders; a seed has about half of them. */
enum storm_class {
    STORM_BAR,      /* lines that are cut for long */
    STORM_HALF,     /* links that only one side knows to be broken */
    STORM_STICK,    /* one direction stands still */
    STORM_SLOW,     /* slow readers */
    STORM_KILL,     /* kill -9, at any action */
    STORM_POWER,    /* power cuts, at any action */
    STORM_STALL,    /* full disks */
    STORM_FAIL,     /* writes that fail */
    STORM_PUT_BACK, /* old copies of disks, beside the guard */
    STORM_NO_GUARD, /* ... and without it */
    STORM_CLOCK,    /* clocks that are wrong, wander and jump */
    STORM_FREEZE,   /* clocks that stand still */
    STORM_ROT,      /* rows that cannot be read any more */
    STORM_FORGET,   /* partners removed and added again */
    STORM_ADMIT,
    STORM_REKEY,
    STORM_CLOSE,
    STORM_POLICY,
    STORM_LARGE,   /* operations of up to 60 KiB */
    STORM_ROTATE,  /* other sealing keys */
    STORM_ROOT,    /* the announced root key */
    STORM_RECOVER, /* the next incarnation */
    STORM_CLASSES,
};

struct storm_feed {
    uint64_t token;
    uint32_t author;
    uint32_t wanted;      /* set of nodes that an operator ever wanted in it */
    uint64_t rekey_token; /* the last one asked for because a member has another key; 0 none */
    uint64_t next_token;  /* of the feed that continues it, asked for in the end; 0 none */
    bool is_known;        /* it was opened, and this is its id */
    uint8_t id[16];
};

struct storm_word {
    uint64_t token;
    uint32_t author;
    uint8_t feed[16];
    uint32_t put_backs; /* of the author's disk, when it was asked for */
};

struct storm {
    uint64_t seed;
    struct test_rng rng;
    struct world *world;
    uint32_t nodes;
    uint32_t rounds;
    uint32_t pause_ms_max;
    uint32_t classes; /* set of storm_class */
    struct storm_feed feeds[STORM_FEEDS_MAX];
    uint32_t feed_count;
    struct storm_word words[STORM_WORDS_MAX];
    uint32_t word_count;
    uint32_t put_backs[WORLD_NODES_MAX];
    bool has_backup[WORLD_NODES_MAX];
    uint32_t owed[WORLD_NODES_MAX]; /* by node: set of partners that an old copy did not know */
    uint32_t villains;              /* set of nodes that lie: none, or one */
    struct liar *liar;              /* ... in its own name; NULL: only its frames are altered */
    uint32_t new_roots[WORLD_NODES_MAX]; /* by node: how often its country changed its root key */
    uint32_t recovered; /* set of nodes that are another incarnation than they were */
    uint32_t new_ways;  /* set of nodes that drew a key to speak with a partner again */
    bool is_calm;
    uint32_t failed_disks; /* set of nodes whose disk was made to fail */
    uint64_t faults;
    bool has_states;          /* officers write alerts and cases */
    struct test_rng officers; /* decides what, and by whom */
    struct states *kept;      /* what a node showed before its views were lost */
    uint32_t kept_of;
};

/* Play one seed; every violation fails the test that runs. */
void storm_play(uint64_t seed, uint8_t out_trace[static 32]);
/* ... and somebody is told of it before the world ends. */
typedef void storm_teller(const struct storm *storm);
void storm_play_told(uint64_t seed, storm_teller *tell, uint8_t out_trace[static 32]);
bool storm_has_officers(uint64_t seed);
/* What was played so far, by all calls. */
uint64_t storm_played_ms(void);
uint64_t storm_played_faults(void);

/* Whom a node recognises. */
uint32_t storm_partners(const struct storm *storm, uint32_t node);
uint32_t storm_below(struct storm *storm, uint32_t bound);
bool storm_has(const struct storm *storm, enum storm_class class);
/* Feeds whose opening was answered since. */
void storm_learn(struct storm *storm);
/* Write the next word into a feed. */
void storm_write(struct storm *storm, uint32_t node, const uint8_t feed[static 16]);
/* Open a feed of the same audience behind this one. */
void storm_continue(struct storm *storm, const struct storm_feed *feed);
const struct storm_feed *storm_feed_of(const struct storm *storm, const uint8_t id[static 16]);
void storm_fault(struct storm *storm);
/* Operators add partners again that an old copy of a disk did not know. */
void storm_add_owed(struct storm *storm);
/* ... and remove those that a restoring node waits for in vain. */
void storm_give_up(struct storm *storm);
/* The country of this node, and maybe another one, has its next document. */
void storm_renew(struct storm *storm, uint32_t node);
void storm_tell(struct storm *storm);
/* Its operator ends the origin of this node, which goes on as another one. */
void storm_recover(struct storm *storm, uint32_t node);
/* A feed of an origin of this node that ended, and that no other feed continues.
 * gives false when there is none, or no feed more may be opened here */
bool storm_ends_open(const struct storm *storm, uint32_t node, uint8_t out_feed[static 16]);
/* A node waits for what nobody gives back. */
bool storm_is_excused(const struct storm *storm, uint32_t node);
/* Is an open feed's epoch sealed to an older key of some member? Then another one begins. P-95 */
bool storm_is_stale(const struct storm *storm, const struct storm_feed *feed);
void storm_seal(struct storm *storm, struct storm_feed *feed);
void storm_seal_all(struct storm *storm);
void storm_last_words(struct storm *storm);
/* Who lies in its own name does so; in the end, a last time, and what it said goes around. */
void storm_lie(struct storm *storm);
void storm_settle_lies(struct storm *storm);
/* Then: every fork is proved to all, and whatever is for a node was opened or is reported. */
void storm_check_lies(const struct storm *storm);
/* The last line is given back, the last wrong is made good. */
void storm_calm(struct storm *storm);

/* At any time: nobody holds what is not meant for it, nobody is accused, tables hold. */
void storm_check_always(const struct storm *storm);
/* Is everything everywhere? Else out_why says what is not. */
bool storm_is_settled(const struct storm *storm, char *out_why, size_t capacity);
/* Partners that a restoring node asks, and that never answer it. */
uint32_t storm_unheard(const struct storm *storm, uint32_t node);
void storm_check_settled(const struct storm *storm);

/* A few officers write alerts and cases: officer.h. */
void storm_officers(struct storm *storm);
/* In the end: who knows the same shows the same, whatever the order it came in. */
void storm_check_states(const struct storm *storm);
/* A node loses its views and starts again. gives false: none did; else, once all is settled, it
 * must show what it showed */
bool storm_lose_views(struct storm *storm);
void storm_check_kept(struct storm *storm);

#endif
