/* What the files of the driver share; nobody else includes this.
 *
 *     driver.c           open, close, one step
 *     driver_act.c       executes actions
 *     driver_turn.c      what is done when: commands, frames, ticks, in fair shares
 *     driver_command.c   commands and their answers, the hybrid logical clock
 *     driver_store.c     STORE: group commit on the writer thread
 *     driver_load.c      LOAD on reader threads
 *     driver_fold.c      RIPE on the folder's thread
 *     driver_trim.c      memory that is given back                                          */
#ifndef CAIRN_NODE_DRIVER_STATE_H
#define CAIRN_NODE_DRIVER_STATE_H

#include "crypto/suite.h"
#include "node/driver.h"
#include "node/link.h"
#include "node/peerclock.h"
#include "node/start.h"

#define DRIVER_AHEAD_MS    300000u     /* a remote hlc is merged at most so far ahead */
#define DRIVER_TICK_MS     1000u       /* a tick comes at least so often */
#define DRIVER_WAKES       16u         /* later ones are served by that tick */
#define DRIVER_SIGNS       64u         /* signatures asked for in one step */
#define DRIVER_STORE_BYTES (16u << 20) /* on their way to the disk: no frame is taken above */
#define DRIVER_RETRY_MS    1000u       /* of a store or folder that cannot write */
#define DRIVER_REOPENS_MAX 5u          /* of one store in a row; then the process ends */
#define DRIVER_OWN_TOKEN   UINT64_MAX  /* of commands that nobody waits for */
#define DRIVER_NONE        UINT32_MAX

/* One write: the STORE actions that waited together. */
struct driver_group {
    struct cairn_driver *driver;
    struct driver_group *next;
    struct cairn_store_batch *batch;
    uint32_t *tokens; /* in order */
    size_t token_count, token_capacity;
    bool is_synced;
    bool is_mending; /* the store failed before */
    cairn_err err;
    uint64_t took_us;
};

struct driver_ripe {
    struct driver_ripe *next;
    struct cairn_folder_job job;
    struct cairn_folder_result result;
    bool is_folded, is_stuck; /* stuck: it could not be read, its feed waits for it */
};

/* One job of the folder's thread; its own while it is under way. */
struct driver_folding {
    struct driver_ripe *ripes;
    struct driver_ripe *stuck;    /* of these: what could not be read; NULL */
    uint64_t due_ms, due_next_ms; /* of parked operations: if it is past, fold them; 0: none */
    bool is_due_folded;
    uint64_t now_ms;
    cairn_err err;
};

enum driver_slot_state {
    DRIVER_SLOT_FREE,
    DRIVER_SLOT_WAITING, /* in the queue */
    DRIVER_SLOT_ASKED,   /* given to the core */
    DRIVER_SLOT_FOLDING, /* durable; waits for the folder */
};

struct driver_slot {
    enum driver_slot_state state;
    uint32_t generation;
    uint32_t next; /* of the free ones, the queue, or the folding ones */
    bool is_private;
    struct cairn_driver_command command; /* what it borrows points into `copy` */
    uint8_t *copy;
    cairn_driver_done *done;
    void *host;
    struct cairn_driver_answer answer;
};

struct driver_list {
    uint32_t first;
    uint32_t last;
};

struct driver_signed {
    uint32_t token;
    uint8_t signature[64];
};

struct cairn_driver {
    uv_loop_t *loop;
    char *dir;
    struct cairn_config config;
    struct cairn_start start;
    struct cairn_suite suite;
    void *core_memory;
    struct cairn_core *core;
    struct cairn_driver_watch watches[CAIRN_DRIVER_WATCHES_MAX];
    uint32_t watch_count;
    struct cairn_driver_stats stats;
    struct cairn_links *links; /* NULL once they are closed */
    struct cairn_guard *guard; /* NULL before the core begins */

    /* steps */
    bool is_stepping;
    struct driver_signed signs[DRIVER_SIGNS];
    uint32_t sign_count;
    uv_idle_t turn; /* active while there is something to do at once */
    uv_timer_t tick;
    uint64_t wakes[DRIVER_WAKES]; /* ascending, Unix ms */
    uint32_t wake_count;
    struct cairn_peerclock clock;
    bool has_spoken[CAIRN_LIMIT_LINKS]; /* its first frame has come */

    /* commands */
    struct driver_slot *slots;
    struct driver_list free_slots, queue, folding;
    bool is_held;       /* the core was busy: wait for a STORED */
    uint8_t *operation; /* CAIRN_LIMIT_BATCH_BYTES, for encode */
    uint64_t hlc;
    uint64_t looked_ms; /* at the free space; monotonic */
    uint64_t intake_ms; /* looked_ms, when it was last said whether room is scarce */
    bool is_near_floor, is_scarce;

    /* stores */
    struct cairn_worker *writer;
    struct driver_group *groups_first, *groups_last; /* the first may be flying */
    struct driver_group *kept_first, *kept_last;     /* written, not synced since */
    size_t store_bytes, kept_bytes;
    bool is_flying, is_lost;
    bool is_broken; /* a write failed, and not all is mended */
    uint32_t reopen_count, fold_reopen_count;
    uv_timer_t store_retry;

    /* loads */
    struct cairn_worker *readers;
    uint32_t reader_count;
    struct driver_load *loads_first, *loads_last; /* that the readers had no room for */
    struct cairn_worker *trimmer;
    uint64_t trimmed_ms, trim_turns; /* monotonic, 0: not yet; how often, the trimmer's own */
    /* folder */
    struct cairn_worker *folder;
    struct driver_ripe *ripes_first, *ripes_last, *aside_first, *aside_last; /* aside: stuck */
    bool is_folding;
    uint64_t due_ms, aside_until_ms; /* due: of parked operations; 0: none */
    struct driver_folding folding_job;
    uv_timer_t fold_retry;
    struct cairn_folder_invite *invites; /* of before the start */
    size_t invite_count;

    /* end */
    bool is_closing, is_ended; /* ended: nothing is stepped any more */
    uint32_t open_count;       /* handles, workers and links not yet closed */
    uint32_t timer_count;      /* of the three, initialised */
    bool has_turn;
    void (*closed)(void *host);
    void *closed_host;
};

/* ---- driver.c ---- */
void cairn_driver_step(struct cairn_driver *driver, struct cairn_event *event);
void cairn_driver_end_next(struct cairn_driver *driver); /* while closing: is it time to go on? */
/* ---- driver_act.c ---- */
void cairn_driver_act(struct cairn_driver *driver, const struct cairn_action *action);
void cairn_driver_read_roster(struct cairn_driver *driver);
/* ---- driver_turn.c ---- */
void cairn_driver_kick(struct cairn_driver *driver); /* there is something to do */
void cairn_driver_wake(struct cairn_driver *driver, uint64_t at_ms);
void cairn_driver_on_turn(uv_idle_t *turn);
void cairn_driver_on_tick(uv_timer_t *tick);
/* ---- driver_command.c ---- */
CAIRN_MUST cairn_err cairn_driver_command_init(struct cairn_driver *driver);
/* Give one waiting command to the core. gives: false when none can be taken now */
bool cairn_driver_command_next(struct cairn_driver *driver);
void cairn_driver_command_answer(struct cairn_driver *driver, const struct cairn_action *action);
void cairn_driver_command_folded(struct cairn_driver *driver, const uint8_t feed[static 16],
                                 uint64_t commit_number);
void cairn_driver_scrub(const struct cairn_driver *driver, bool is_now, struct cairn_event *event);
void cairn_driver_command_look(struct cairn_driver *driver); /* at free space and clocks */
void cairn_driver_trim_look(struct cairn_driver *driver);    /* give memory back, if it is time */
void cairn_driver_intake_look(struct cairn_driver *driver);  /* ... and say it to the core */
void cairn_driver_command_end(struct cairn_driver *driver);  /* answer all that wait */
uint64_t cairn_driver_now_ms(struct cairn_driver *driver);   /* see node/peerclock.h */
void cairn_driver_merge_hlc(struct cairn_driver *driver, uint64_t hlc);
/* ---- driver_store.c ---- */
void cairn_driver_store(struct cairn_driver *driver, const struct cairn_action *action);
void cairn_driver_store_post(struct cairn_driver *driver);
void cairn_driver_store_on_retry(uv_timer_t *timer);
void cairn_driver_store_end(struct cairn_driver *driver);
void cairn_driver_lost(struct cairn_driver *driver, cairn_err err); /* whoever runs us ends */
/* ---- driver_load.c ---- */
void cairn_driver_load(struct cairn_driver *driver, const struct cairn_action *action);
void cairn_driver_load_post(struct cairn_driver *driver);
void cairn_driver_load_end(struct cairn_driver *driver);
/* ---- driver_fold.c ---- */
void cairn_driver_ripe(struct cairn_driver *driver, const struct cairn_ripe *ripe);
void cairn_driver_fold_post(struct cairn_driver *driver, uint64_t now_ms);
void cairn_driver_fold_on_retry(uv_timer_t *timer);
void cairn_driver_fold_end(struct cairn_driver *driver);

#endif
