/* Events in, actions out: the host of the protocol core in a real node.
 *
 *     links ---frames-->  +--------+  --STORE--> writer thread --STORED-->
 *     API ---commands-->  |  core  |  --LOAD---> reader threads -LOADED-->
 *     timer -----ticks->  +--------+  --RIPE---> folder thread --OPENED-->
 *
 * Executes the core's actions in their order and turns results into events; it never thinks. All
 * functions only on the loop's thread. docs/operate.md, docs/architecture.md. */
#ifndef CAIRN_NODE_DRIVER_H
#define CAIRN_NODE_DRIVER_H

#include "node/config.h"
#include "node/store.h"
#include "node/worker.h"
#include "replication/core.h"

#define CAIRN_DRIVER_COMMANDS_MAX 16384u /* waiting for their answer */
#define CAIRN_DRIVER_WATCHES_MAX  4u

struct cairn_driver;

/* What somebody wants to be told. Each may be NULL. Called on the loop, from within a step: they
 * may post commands, which run later, but may not close the driver. */
struct cairn_driver_watch {
    /* A commit was folded: views have changed. feed all zero: parked operations took effect. */
    void (*on_folded)(void *host, const uint8_t feed[static 16], uint64_t commit_number);
    void (*on_notice)(void *host, const struct cairn_notice *notice);
    /* The node cannot go on: end the process at once with CAIRN_DRIVER_EXIT. */
    void (*on_lost)(void *host, cairn_err err);
    /* What the log says has changed behind the core's back: close all, and open it again. */
    void (*on_again)(void *host);
    void *host;
};

#define CAIRN_DRIVER_EXIT 75 /* EX_TEMPFAIL: start me again */

struct cairn_driver_options {
    uv_loop_t *loop;
    const char *dir;                   /* of the node; copied */
    const struct cairn_config *config; /* copied */
};

enum cairn_driver_command_type {
    CAIRN_DRIVER_APPEND,
    CAIRN_DRIVER_FEED_OPEN,
    CAIRN_DRIVER_FEED_ADMIT,
    CAIRN_DRIVER_FEED_REKEY,
    CAIRN_DRIVER_FEED_CLOSE,
    CAIRN_DRIVER_DOCUMENT, /* a country document whose fingerprint was compared, or the own one */
    CAIRN_DRIVER_SEALING,  /* a sealing key that the next own document names, before it */
    CAIRN_DRIVER_FORGET,
    CAIRN_DRIVER_POLICY,
    CAIRN_DRIVER_SCRUB, /* read all of the log again, now; the answer does not wait for it */
};

/* What is borrowed is copied by cairn_driver_command. */
struct cairn_driver_command {
    enum cairn_driver_command_type type;
    union {
        struct {
            uint8_t feed[16];
            size_t operation_max_bytes; /* room to ask for; encode may give less */
            uint64_t after_hlc;         /* greatest hlc of its parents; 0: none */
            bool is_folded_wanted;      /* answer only when views show it (not for private feeds,
                                           which are committed at the heartbeat) */
            /* Encode the operation under this hlc. Called when there is room, just before the step;
             * more than once if the core was busy. An error of it becomes the answer. */
            cairn_err (*encode)(void *host, uint64_t hlc, uint8_t *buffer, size_t *out_size);
        } append;
        struct {
            const uint8_t (*members)[3]; /* ascending, the own country among them */
            size_t member_count;
            bool is_private;       /* the own country alone: nobody is ever admitted */
            uint8_t continues[16]; /* zero: none */
        } feed_open;
        struct { /* ADMIT, REKEY, CLOSE */
            uint8_t id[16];
            uint8_t country[3]; /* ADMIT */
        } feed;
        struct cairn_bytes note;
        uint8_t country[3]; /* FORGET */
        uint8_t policy_hash[32];
        uint8_t sealing_secret[32]; /* wiped once the core has it */
    } as;
};

struct cairn_driver_answer {
    cairn_err err;
    uint8_t feed[16];
    uint64_t index;         /* of the entry in its feed */
    uint64_t commit_number; /* that holds it; private feeds: 0, not yet known */
    uint8_t entry_id[32];
    uint64_t hlc; /* APPEND: that encode was given last */
};

typedef void cairn_driver_done(void *host, const struct cairn_driver_answer *answer);

struct cairn_driver_stats {
    uint64_t started_ms;        /* Unix time */
    uint64_t step_count;        /* of the core */
    uint64_t store_count;       /* STORE actions */
    uint64_t group_count;       /* synced or unsynced writes of one or more of them */
    uint64_t group_us_max;      /* longest of these */
    uint64_t folded_count;      /* commits */
    uint64_t rejected_count;    /* operations recorded with their error */
    uint64_t parked_count;      /* operations that were ahead of the clock when they came */
    uint32_t command_count;     /* that wait now */
    uint32_t ripe_count;        /* commits that wait for the folder now */
    uint32_t link_count;        /* TLS is up */
    uint16_t listen_port;       /* 0: does not listen */
    bool is_started;            /* recall is over */
    bool is_store_waiting;      /* below the floor, or being reopened: nothing becomes durable */
    cairn_err fold_err;         /* why the folder does not go on; CAIRN_OK */
    uint32_t fold_stuck_count;  /* feeds that wait for a commit that cannot be read */
    bool is_log_damaged;        /* a file of the log has bad blocks, read around since the start */
    bool is_guard_failing;      /* what is outside of the log cannot be written */
    bool is_clock_ahead;        /* writes refused: CAIRN_CLOCK */
    uint64_t free_bytes;        /* of the log's file system, asked lately */
    uint64_t notice_counts[64]; /* by enum cairn_notice_code */
};

/* Open the node's keys and stores, recall, and begin: listen, dial, flush.
 *
 * owns    give back with cairn_driver_close; on an error run the loop until it is empty
 * errors  those of cairn_start_open; CAIRN_NET  cannot listen; CAIRN_MEMORY, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_driver_open(const struct cairn_driver_options *options,
                                       struct cairn_driver **out);

/* Take nothing new, finish what is being written, close links, threads and stores, free; then call
 * closed on the loop. Commands still waiting are answered: CAIRN_STATE  not taken;
 * CAIRN_OUTCOME_UNKNOWN. Once. */
void cairn_driver_close(struct cairn_driver *driver, void (*closed)(void *host), void *host);

/* Tell somebody more, until cairn_driver_close; at most CAIRN_DRIVER_WATCHES_MAX. Copied. */
void cairn_driver_watch(struct cairn_driver *driver, const struct cairn_driver_watch *watch);

/* Post a command; done comes later, exactly once, never from within this call.
 *
 * errors  CAIRN_BUSY  too many wait; CAIRN_STATE  it is closing; CAIRN_DISK_FLOOR  APPEND,
 *         FEED_OPEN, FEED_ADMIT: free space is close to the floor; CAIRN_CLOCK  APPEND: this clock
 *         leads all linked partners by an hour; CAIRN_PARKED  after_hlc is over 5 minutes ahead;
 *         CAIRN_TOO_LONG; CAIRN_MEMORY. done is not called then
 * gives   in the answer: what the core says, and CAIRN_OUTCOME_UNKNOWN */
CAIRN_MUST cairn_err cairn_driver_command(struct cairn_driver *driver,
                                          const struct cairn_driver_command *command,
                                          cairn_driver_done *done, void *host);

/* What is taken of each country, from now on: see CAIRN_EVENT_ACCEPT. Before the loop runs, and
 * whenever it changes; not from within a step. rows: borrowed for the call */
void cairn_driver_accept(struct cairn_driver *driver, const struct cairn_accept *rows,
                         uint32_t count);

/* For the getters of replication/core.h. Never step it. */
const struct cairn_core *cairn_driver_core(const struct cairn_driver *driver);
const struct cairn_config *cairn_driver_config(const struct cairn_driver *driver);
const char *cairn_driver_dir(const struct cairn_driver *driver);
const char *cairn_driver_origin(const struct cairn_driver *driver);

/* Stores to read from, on reader threads; the worker to post such look-ups to. */
struct cairn_store *cairn_driver_log(const struct cairn_driver *driver);
struct cairn_store *cairn_driver_views(const struct cairn_driver *driver);
struct cairn_worker *cairn_driver_readers(const struct cairn_driver *driver);
uint32_t cairn_driver_reader_count(const struct cairn_driver *driver);

void cairn_driver_stats(struct cairn_driver *driver, struct cairn_driver_stats *out);

#endif
