/* What the files of the publisher share. Not for others. */
#ifndef CAIRN_NODE_PUBLISH_STATE_H
#define CAIRN_NODE_PUBLISH_STATE_H

#include "node/audience.h"
#include "node/publish.h"

#define PUBLISH_HEADS_MAX  CAIRN_LIMIT_PARENTS
#define PUBLISH_PLACES_MAX 8u
#define PUBLISH_RECENT_MAX 1024u
#define PUBLISH_TRIES_MAX  3u

/* An entry that a new one follows. */
struct publish_head {
    uint8_t entry_id[CAIRN_ID_ENTRY_BYTES];
    uint8_t feed[16];
    uint64_t hlc;
};

/* An entry of a private feed, which views do not show before the heartbeat. */
struct publish_recent {
    struct cairn_id object; /* empty text: free */
    uint8_t entry_id[CAIRN_ID_ENTRY_BYTES];
};

/* One order on its way. */
struct publish_task {
    struct cairn_publish *publish;
    struct publish_task *next; /* in the list that it waits in */
    enum cairn_publish_to to;
    enum cairn_kind kind;
    struct cairn_bytes body; /* malloc */
    char purpose[CAIRN_PURPOSE_BYTES + 1];
    char role[CAIRN_ROLE_BYTES + 1];
    char actors[CAIRN_ACTORS_MAX][CAIRN_ACTOR_BYTES + 1];
    uint32_t actor_count;
    bool is_founding;
    bool is_named; /* the order gave the id of what is founded: it may be there already */
    bool is_folded_wanted;
    uint64_t since_hlc; /* an order that may be there already */
    bool is_sending;    /* within cairn_publish_send: an error is its return value */
    bool has_recent;
    uint8_t recent[CAIRN_ID_ENTRY_BYTES]; /* must be seen in the history, else it is too early */
    uint32_t try_count;

    /* what the check found */
    uint64_t hlc; /* for the check */
    uint32_t head_count;
    struct publish_head heads[PUBLISH_HEADS_MAX];
    uint32_t place_count;
    uint8_t places[PUBLISH_PLACES_MAX][16]; /* feeds in which an alert lives */
    struct cairn_audience_subject subject;

    struct cairn_policy_answer *resolved; /* malloc; NULL before, and for records */
    cairn_publish_done *done;
    void *host;
    struct cairn_publish_answer answer;
};

struct publish_list {
    struct publish_task *first;
    struct publish_task *last;
};

/* To whom an epoch was sealed: hash over countries and the keys that they had then. */
#define CAIRN_PUBLISH_SEAL_BYTES 32u

enum publish_row_state {
    PUBLISH_ROW_IDLE,
    PUBLISH_ROW_OPENING, /* a feed, its next epoch, or, once it is closed, the one behind it */
    PUBLISH_ROW_SAVING,  /* until feeds.json says what its feed stands for */
    PUBLISH_ROW_ADMITTING,
};

/* A feed and what it stands for. */
struct publish_row {
    struct cairn_publish *publish;
    struct publish_row *next;
    struct cairn_audience *audience; /* malloc */
    enum publish_row_state state;
    bool has_feed;
    bool is_behind;      /* a member could not be admitted yet: try again */
    uint8_t feed[16];    /* the one that is written to */
    uint8_t (*past)[16]; /* malloc: those before it */
    uint32_t past_count;
    uint64_t turn; /* of the publisher, when it got this feed; 0: as feeds.json had it */
    uint8_t seal[CAIRN_PUBLISH_SEAL_BYTES];      /* of the feed's newest epoch; zero: unknown */
    uint8_t next_seal[CAIRN_PUBLISH_SEAL_BYTES]; /* when the command under way is done */
    struct publish_list waiting;
};

struct cairn_publish {
    struct cairn_publish_options options;
    const struct cairn_config *config;
    char path[4096]; /* of feeds.json */
    struct publish_row *rows;
    uint32_t row_count;
    uint32_t partner_count;
    char partners[CAIRN_LIMIT_COUNTRIES][4];
    struct publish_list busy;    /* later operations of alerts and cases, under way */
    struct publish_list delayed; /* wait for one of these on the same object */
    struct publish_recent recents[PUBLISH_RECENT_MAX];
    uint32_t recent_next;
    uint32_t pending_count;
    uint64_t turn;        /* feeds that rows got since the start */
    uint64_t saving_turn; /* of these in the feeds.json that is being written */
    uint64_t saved_turn;  /* of these on the disk */
    bool is_saving;
    bool is_dirty; /* feeds.json is older than rows */
    void (*idle)(void *host);
    void *idle_host;
};

/* publish.c */
void cairn_publish_finish(struct publish_task *task, cairn_err err);
void cairn_publish_push(struct publish_list *list, struct publish_task *task);
struct publish_task *cairn_publish_pop(struct publish_list *list);
void cairn_publish_release(struct cairn_publish *publish); /* one pending thing less */

/* publish_check.c: everything that needs no feed, on a reader thread */
void cairn_publish_check(struct publish_task *task);

/* publish_append.c: find the feed, then append. On the loop */
void cairn_publish_route(struct publish_task *task);
void cairn_publish_append(struct publish_task *task, const uint8_t feed[static 16]);

/* publish_feed.c: rows */
struct publish_row *cairn_publish_row_of(struct cairn_publish *publish,
                                         const struct cairn_audience *audience);
struct publish_row *cairn_publish_row_find(struct cairn_publish *publish,
                                           const uint8_t feed[static 16]);
/* Bring the row's feed up to date, then append the task to it. */
void cairn_publish_row_take(struct publish_row *row, struct publish_task *task);
void cairn_publish_row_grow(struct publish_row *row);
/* feeds.json was written, or not: go on with a row that waited for it. */
void cairn_publish_row_saved(struct publish_row *row, cairn_err err);
void cairn_publish_refresh(struct cairn_publish *publish); /* the list of partners */

/* publish_table.c: DIR/feeds.json */
CAIRN_MUST cairn_err cairn_publish_table_load(struct cairn_publish *publish);
void cairn_publish_table_save(struct cairn_publish *publish);

/* Encode a task's operation for a feed under an hlc. errors  those of cairn_operation_encode */
CAIRN_MUST cairn_err cairn_publish_encode(const struct publish_task *task,
                                          const uint8_t feed[static 16], uint64_t hlc,
                                          uint8_t *buffer, size_t *out_size);

#endif
