/* The scrubber's part of the core's state, and what its files share. Only core*.c includes this.
 *
 *     core_scrub.c    rounds: which log, which row, when       core_faults.c   what is damaged
 *     core_check.c    is a piece of a journal, a commit whole?
 *     core_heal.c     it is not: who has it?           core_remake.c   nobody, but it follows
 *
 *     IDLE --round is due--> NEXT --log--> READ <--> LOADING        one row or piece at a time
 *                              ^             |damage
 *                              |           ASK <--> FETCH --checked--> WRITE --stored--> READ
 *                              +--- lost ----+                                                */
#ifndef CAIRN_REPLICATION_CORE_SCRUBBING_H
#define CAIRN_REPLICATION_CORE_SCRUBBING_H

#include "crypto/merkle.h"
#include "replication/core_tables.h"
#include "replication/scrub.h"
#include "schema/wire.h"

#define CORE_SCRUB_LEVEL     12u                      /* of a piece in the journal's tree */
#define CORE_SCRUB_PIECE     (1u << CORE_SCRUB_LEVEL) /* leaves */
#define CORE_SCRUB_PIECES    8192u                    /* of one journal, that can be healed */
#define CORE_SCRUB_SILENT_MS 15000u /* a source that gives nothing: the next one */
#define CORE_FAULTS          256u   /* remembered */

enum core_scrub_phase {
    CORE_SCRUB_IDLE,
    CORE_SCRUB_NEXT,    /* a log is to be chosen */
    CORE_SCRUB_READ,    /* its next row is to be read */
    CORE_SCRUB_LOADING, /* ... and is on its way */
    CORE_SCRUB_ASK,     /* the next source is to be asked */
    CORE_SCRUB_FETCH,   /* it was */
    CORE_SCRUB_WRITE,   /* what it gave is on its way to the disk */
};

/* What a load of the scrubber is for. */
enum core_scrub_load {
    CORE_SCRUB_LOAD_LEAVES,
    CORE_SCRUB_LOAD_COMMIT,
    CORE_SCRUB_LOAD_BODIES, /* of a private feed's commit */
    CORE_SCRUB_LOAD_LEAF,   /* of the commit that was read */
    CORE_SCRUB_LOAD_PROOF,  /* of the commit that was fetched */
    CORE_SCRUB_LOAD_TAGS,   /* leaves: which is that of a private commit? */
    CORE_SCRUB_LOAD_REMAKE, /* entries that may have been in it */
};

/* A commit whose entries lead to its root: is its leaf this one? */
struct core_checked {
    struct cairn_opening opening;
    struct cairn_merkle_range range; /* of the feed behind it */
    uint8_t leaf[CAIRN_LEAF_BYTES];
};

struct core_fault {
    uint8_t table;
    bool is_lost;
    uint8_t id[16];
    uint64_t from;
    uint64_t to;
    uint64_t found_ms;
};

struct core_scrub {
    uint64_t bytes_per_s; /* 0: the host has not said yet, nothing is read */
    uint64_t period_ms;   /* from one round to the next; 0: none but those asked for */
    enum core_scrub_phase phase;
    bool is_on;
    bool is_hasty; /* somebody waits for this round */
    struct cairn_core_round round, last;
    uint64_t paid_us; /* what was read so far is paid for then */
    uint64_t wake_ms;
    uint64_t saved_ms;
    bool has_place; /* a round of before the start goes on there: the next four */
    uint8_t place[16];
    uint64_t place_at;
    struct cairn_merkle_range place_range;
    uint64_t place_leaf_plus1;
    uint32_t round_log; /* CORE_NONE: none yet */
    uint32_t urged;     /* log with a row that could not be read; CORE_NONE */
    uint64_t urged_ms;
    bool is_heard;        /* a partner was linked since: it may have what is damaged */
    uint32_t fault_again; /* where to go on among the faults */

    uint32_t log;
    uint64_t at;  /* next leaf or commit */
    uint64_t end; /* as the log was when it was begun */
    uint8_t root[32];
    struct cairn_merkle_range range; /* of all before `at` */
    uint64_t last_leaf_plus1;        /* of the commit before */
    uint8_t last_policy[32];         /* likewise */
    bool is_whole;                   /* journals: every row could be read */
    bool is_again;                   /* ... it was healed, and is read once more */
    bool is_loose;                   /* feeds: a commit before is lost, entries lead nowhere */
    struct core_checked checked;

    uint32_t source;   /* link that is asked for `log`; CORE_NONE */
    uint32_t tried;    /* the last one that was; CORE_NONE */
    uint32_t asked;    /* so many, for this row or journal */
    uint64_t moved_ms; /* when it gave something */
    bool has_hashes;   /* `theirs` lead to the root */
    uint64_t heal_at;  /* the next leaf that it is to give */
    uint64_t piece;    /* that is fetched, once has_hashes */
    struct cairn_merkle_range heal_range;
    uint8_t (*ours)[32];   /* CORE_SCRUB_PIECES hashes of pieces as read; zero: a row was missing */
    uint8_t (*theirs)[32]; /* likewise, as fetched */
    uint8_t *buffer;       /* CAIRN_COMMIT_MAX_BYTES */
    size_t buffer_bytes;

    struct core_fault faults[CORE_FAULTS];
    uint32_t fault_count;
};

_Static_assert((size_t)CORE_SCRUB_PIECE *CAIRN_LEAF_BYTES <= CAIRN_COMMIT_MAX_BYTES,
               "a piece fits into the buffer");

/* ---- core_scrub.c ---- */
void cairn_core_scrub_init(struct cairn_core *core);
void cairn_core_on_scrub(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_scrub(struct cairn_core *core);
void cairn_core_scrub_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event);
void cairn_core_scrub_load(struct cairn_core *core, enum core_scrub_load what, uint64_t from,
                           uint64_t to);
void cairn_core_scrub_again(struct cairn_core *core); /* the journal was healed */
void cairn_core_scrub_forward(
    struct cairn_core *core); /* on to the next commit: this one is whole */
void cairn_core_scrub_skip(struct cairn_core *core, bool is_lost); /* ... is not, for now */
void cairn_core_scrub_leave(struct cairn_core *core);              /* done with this log */
void cairn_core_scrub_set_back(struct cairn_core *core);
void cairn_core_scrub_heard(struct cairn_core *core); /* a partner was linked */
/* A row of this log could not be read: it is looked at soon. */
void cairn_core_scrub_urge(struct cairn_core *core, uint32_t log);

/* ---- core_check.c ---- */
/* Leaves of one piece, one after the other, onto the range. gives its own root */
void cairn_core_check_piece(struct cairn_merkle_range *range, const uint8_t *leaves, size_t count,
                            uint8_t out_root[static 32]);
/* Is this the commit that follows, as far as its feed tells? source P-66
 *
 * errors  CAIRN_PEER_COMMIT, CAIRN_PEER_ENTRY; *out unchanged */
cairn_err cairn_core_check_commit(struct cairn_core *core, const struct cairn_commit *commit,
                                  struct core_checked *out);
cairn_err cairn_core_check_private(struct cairn_core *core, struct cairn_bytes row,
                                   struct core_checked *out);
cairn_err cairn_core_check_bodies(struct cairn_core *core, const struct cairn_event *event,
                                  uint64_t *out_bad);

/* A private entry's row, prefix and body, onto the range. */
void cairn_core_check_entry(struct cairn_merkle_range *range, struct cairn_bytes row);

/* ---- core_remake.c: a private feed's commit, from heal_at on in its journal ---- */
void cairn_core_remake_begin(struct cairn_core *core);
void cairn_core_remake_tags(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_remake_entries(struct cairn_core *core, const struct cairn_event *event);

/* ---- core_heal.c ---- */
bool cairn_core_heal_is_on(const struct cairn_core *core, uint32_t log);
void cairn_core_heal_begin(struct cairn_core *core);
void cairn_core_heal_ask(struct cairn_core *core);
void cairn_core_heal_look(struct cairn_core *core);
void cairn_core_heal_leaves(struct cairn_core *core, const struct cairn_journal_range *range);
void cairn_core_heal_commit(struct cairn_core *core, const struct cairn_commit *commit,
                            struct cairn_bytes bytes);
void cairn_core_heal_proved(struct cairn_core *core, bool is_leaf);
void cairn_core_heal_put_off(struct cairn_core *core);
void cairn_core_heal_stored(struct cairn_core *core);

/* ---- core_faults.c ---- */
void cairn_core_fault_add(struct cairn_core *core, enum cairn_table table, uint64_t from,
                          uint64_t to);
void cairn_core_fault_lose(struct cairn_core *core, enum cairn_table table, uint64_t from,
                           uint64_t to);
void cairn_core_fault_heal(struct cairn_core *core, enum cairn_table table, uint64_t from,
                           uint64_t to);
/* The first damaged row of a log from here on; UINT64_MAX: none is known. */
uint64_t cairn_core_fault_next(const struct cairn_core *core, uint32_t log, uint64_t from);

#endif
