/* The host of one core, by hand: every store, load, signature and ripe commit can be answered when
 * the test likes, as it likes. A disk in memory, a clock that stands until it is moved.
 *
 *     host_do(event) --> core --> actions: kept here; host_settle answers them until all is quiet
 */
#ifndef CAIRN_TESTS_LIB_CORE_HOST_H
#define CAIRN_TESTS_LIB_CORE_HOST_H

#include "crypto/suite.h"
#include "replication/core.h"
#include "schema/wire.h"
#include "tests/lib/core_author.h"
#include "tests/sim/disk.h"

#define HOST_TASKS   4096u
#define HOST_SENT    65536u
#define HOST_ANSWERS 16384u
#define HOST_WAKES   1024u
#define HOST_CURSORS 512u
#define HOST_HANDED  512u

/* A store, load, signature or ripe commit that waits for its answer. */
struct host_task {
    enum cairn_action_type type;
    uint32_t token;
    enum cairn_sign_key key;
    uint8_t *bytes; /* of SIGN; owned */
    size_t size;
    struct cairn_put *puts; /* of STORE: whole values in head; owned */
    size_t put_count;
    bool is_synced;
    struct cairn_key from; /* of LOAD */
    uint64_t to_index;
    struct cairn_ripe ripe;
    uint8_t keys[CAIRN_FEED_EPOCHS_MAX][32];
};

struct host_frame {
    uint32_t link;
    uint8_t *bytes; /* with its length; owned */
    size_t size;
};

/* Where the folder stands: survives a crash. */
struct host_cursor {
    uint8_t feed[16];
    uint64_t commits;
    uint64_t born;
};

/* A feed.keys of the core's own, as its folder opened it. */
struct host_handed {
    uint8_t feed[16];
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    bool is_pairwise;
    uint32_t secret_count;
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
};

struct host_answer {
    uint64_t token;
    cairn_err err;
    uint8_t feed[16];
    uint64_t index;
};

struct host {
    const struct cairn_suite *suite;
    struct cairn_core_limits limits;
    struct author self; /* keys and document of the core's own country */
    void *memory;
    struct cairn_core *core;
    struct disk disk;
    struct cairn_event start; /* what START says of the guard: zero, none is kept */
    bool is_forgetful;        /* what is stored from now on is not kept */
    uint64_t now_ms;
    uint64_t seed;
    struct host_task tasks[HOST_TASKS]; /* in the order asked for */
    uint32_t task_count;
    struct host_frame sent[HOST_SENT];
    uint32_t sent_count;
    struct host_answer answers[HOST_ANSWERS];
    uint32_t answer_count;
    uint64_t notices[64];
    cairn_err notice_err[64]; /* of the last one */
    cairn_err dropped[64];    /* by link: why; CAIRN_OK */
    uint32_t drop_count;
    uint32_t restart_count; /* asked for */
    struct host_cursor cursors[HOST_CURSORS];
    uint32_t cursor_count; /* set to 0: views are lost */
    uint64_t opened_count; /* commits folded */
    uint64_t content_count;
    struct host_handed handed[HOST_HANDED];
    uint32_t handed_count;
    uint32_t store_count;
    uint64_t wakes[HOST_WAKES]; /* ticks that were asked for, and are to come */
    uint32_t wake_count;
};

struct host *host_open(const struct cairn_suite *suite, const struct cairn_core_limits *limits);
void host_close(struct host *host);

/* The core begins with what is on the disk. */
void host_start(struct host *host);
/* It loses everything but the disk, and begins again. */
void host_crash(struct host *host);
void host_recall_row(struct host *host, const struct cairn_row *row);

/* Give an event; its time and seed are filled in. */
void host_do(struct host *host, struct cairn_event *event);
void host_tick(struct host *host, uint64_t ms); /* the clock moves on by so much, then a tick */
/* Answer one task, or all of them, also those that follow. */
void host_answer(struct host *host, uint32_t number, cairn_err err);
void host_settle(struct host *host);
/* Let time pass: tick when the core wants it, settle each time. */
void host_run(struct host *host, uint64_t ms);
/* Number of the first task of this kind; UINT32_MAX: none */
uint32_t host_find_task(const struct host *host, enum cairn_action_type type);

/* Links. */
void host_link_up(struct host *host, uint32_t link, const struct author *peer);
void host_link_down(struct host *host, uint32_t link);
void host_frame(struct host *host, uint32_t link, const struct cairn_message *message);
void host_frame_bytes(struct host *host, uint32_t link, struct cairn_bytes payload);
/* The nth message of a type that was sent to this link. gives false: there is none. out borrows */
bool host_sent(struct host *host, uint32_t link, enum cairn_message_type type, uint32_t nth,
               struct cairn_message *out);
uint32_t host_sent_count(struct host *host, uint32_t link, enum cairn_message_type type);
void host_forget_sent(struct host *host);

/* Commands: gives the token. */
uint64_t host_show(struct host *host, const struct author *shown);
uint64_t host_append(struct host *host, const uint8_t feed[static 16], const char *word,
                     uint64_t hlc_ms);
uint64_t host_append_bytes(struct host *host, const uint8_t feed[static 16],
                           struct cairn_bytes operation);
#define HOST_PRIVATE "AUT!" /* instead of members: of a private feed */
uint64_t host_feed_open(struct host *host, const char *members);
/* The answer to a token. gives false: not yet. */
bool host_answered(const struct host *host, uint64_t token, struct host_answer *out);

/* Introduce a peer, both ways, with its pairwise feed. */
void host_meet(struct host *host, struct author *peer);

#endif
