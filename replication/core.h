/* The protocol core: one function, events in, actions out.
 *
 *     event --> [ cairn_core_step ] --> actions     no clock, dice, files, sockets, threads, malloc
 *                     |
 *                suite (crypto)                     the only thing it calls outward
 *
 * One per node; all its memory is given once. Front door of replication/, with event.h, action.h,
 * verify.h and merge/merge.h. docs/protocol.md says what travels, docs/architecture.md how the host
 * plays its part. */
#ifndef CAIRN_REPLICATION_CORE_H
#define CAIRN_REPLICATION_CORE_H

#include "crypto/suite.h"
#include "replication/action.h"
#include "replication/event.h"
#include "schema/country.h"

struct cairn_core;

struct cairn_core_limits {
    uint32_t countries; /* known by code, 1..200 */
    uint32_t journals;  /* origins followed, the own included, 1..256 */
    uint32_t feeds;     /* own and others', 1..10,000 */
    uint32_t links;     /* 1..64 */
};

#define CAIRN_CORE_LIMITS_DEFAULT                                                                  \
    (struct cairn_core_limits)                                                                     \
    {                                                                                              \
        .countries = 200, .journals = 256, .feeds = 10000, .links = 64                             \
    }

/* Who this node is. Copied by init. */
struct cairn_core_identity {
    const char *origin; /* "test-demo/AUT/vienna-1/1" */
    uint8_t log_public[32];
    uint8_t witness_public[32];
    uint8_t sealing_secrets[CAIRN_COUNTRY_SEALING_MAX][32]; /* of the country, ascending */
    uint32_t sealing_count;                                 /* 1..CAIRN_COUNTRY_SEALING_MAX */
    uint8_t local_secret[32]; /* this node's own: salts of marks, feed secrets at rest */
};

/* Bytes of memory that init wants: at most 256 MiB at default limits. */
size_t cairn_core_size(const struct cairn_core_limits *limits);

/* memory: cairn_core_size bytes, aligned for any type, kept; suite: borrowed for ever */
struct cairn_core *cairn_core_init(void *memory, const struct cairn_core_limits *limits,
                                   const struct cairn_core_identity *identity,
                                   const struct cairn_suite *suite);

/* Take one event.
 *
 * owns    borrows the event for the step; gives actions that live until the next step
 * gives   after a store or a signature failed (CAIRN_NOTICE_STORE_FAILED), or recalled rows were
 *         damaged: nothing but CAIRN_DISK for commands. The host ends this core and starts anew
 *         from its disk */
void cairn_core_step(struct cairn_core *core, const struct cairn_event *event,
                     struct cairn_actions *out);

/* Is there room for one more operation of this size in this own feed? If not, ask again after the
 * next STORED. */
bool cairn_core_has_room(const struct cairn_core *core, const uint8_t feed[static 16],
                         size_t operation_bytes);

/* ---- what a host may read between steps ---- */

/* An author or peer: one origin. number 0 is this node; numbers are stable while the core lives. */
struct cairn_core_peer {
    char origin[97];
    char country[4];
    bool is_recognised;
    uint8_t spki_hash[32];
    char endpoint[262];    /* HOST:PORT, or "" */
    uint64_t journal_size; /* verified */
    uint8_t journal_root[32];
    uint64_t seen_ms;   /* when a checkpoint last verified, by this node's clock; 0 never */
    bool is_linked;     /* HELLO exchanged */
    bool is_forked;     /* disputed: two histories were signed, and nothing says which one counts */
    bool is_ended;      /* its country's document ends it at ended_size: the rest is repudiated */
    bool is_repudiated; /* ... and what is held is another tree: all of it is */
    uint64_t ended_size;     /* if is_ended */
    uint64_t counted_size;   /* if is_ended: leaves that count; ended_size, or 0 if is_repudiated */
    uint64_t blind_count;    /* ... own: leaves that count, and are of no feed known here (yet) */
    uint64_t cosigned_size;  /* the size of it that we cosigned */
    uint64_t witnessed_size; /* the size of ours that it cosigned */
};

/* Is the own log what this node said last, or an old copy of it? docs/protocol.md, P-71 to P-75 */
struct cairn_core_restore {
    bool is_halted;    /* its signature stands under two histories: nothing more, ever */
    bool is_restoring; /* nothing is signed; partners are asked */
    bool needs_all;    /* ... all of them. The host keeps this until it is false again */
    uint64_t guard_size;
    uint64_t shown_size; /* the most that any of them showed of the own journal */
    uint32_t partner_count;
    uint32_t answered_count; /* of them, in this run */
    uint64_t durable_size;   /* of the own journal: for the guard, before SEND actions */
    uint8_t durable_root[32];
};

void cairn_core_restore(const struct cairn_core *core, struct cairn_core_restore *out);

/* Just started, and about to hear a partner: keep commands a moment. */
bool cairn_core_is_asking(const struct cairn_core *core);

uint32_t cairn_core_peer_count(const struct cairn_core *core);
void cairn_core_peer(const struct cairn_core *core, uint32_t number, struct cairn_core_peer *out);

/* How many leaves of its journal are addressed to this country, were said to be missing since this
 * node was started, and have not come yet. Looks at every feed of the origin. source P-49 */
uint64_t cairn_core_withheld(const struct cairn_core *core, uint32_t number);

enum cairn_feed_kind {
    CAIRN_FEED_CONTROL,
    CAIRN_FEED_PAIRWISE,
    CAIRN_FEED_AUDIENCE,
    CAIRN_FEED_PRIVATE,
};

struct cairn_core_feed {
    uint8_t id[16];
    enum cairn_feed_kind kind;
    uint32_t author;           /* number of the origin */
    uint64_t size;             /* entries, verified */
    uint64_t waiting;          /* own, private: entries that wait for the heartbeat */
    uint64_t commits;          /* opened */
    uint64_t tagged;           /* commits known to exist, opened or not */
    uint64_t first_leaf_index; /* of commit 0; 0 while there is none */
    uint32_t epoch;
    bool is_own; /* of this node, or of one of the country's origins that ended */
    bool is_closed;
    bool is_lost; /* own: its last commits were nowhere, so it was given up. source P-104 */
    uint32_t member_count;
    uint8_t members[200][3]; /* ascending; empty for control feeds */
};

uint32_t cairn_core_feed_count(const struct cairn_core *core);
void cairn_core_feed(const struct cairn_core *core, uint32_t number, struct cairn_core_feed *out);
/* gives false when there is no such feed */
bool cairn_core_feed_find(const struct cairn_core *core, const uint8_t id[static 16],
                          uint32_t *out_number);

/* Keys of a feed for evidence: tag and salt key of an epoch (never slot keys).
 * gives false when the epoch is not known */
bool cairn_core_feed_evidence(const struct cairn_core *core, uint32_t number, uint32_t epoch,
                              uint8_t out_tag_key[static 32], uint8_t out_salt_key[static 32]);
/* The slot key of an epoch, for a host that exports content keys of what it may read. */
bool cairn_core_feed_slot_key(const struct cairn_core *core, uint32_t number, uint32_t epoch,
                              uint8_t out[static 32]);

/* The own pairwise feed to a country, and the own control feed. false: not a partner */
bool cairn_core_pairwise(const struct cairn_core *core, const uint8_t country[static 3],
                         uint8_t out_feed[static 16]);
void cairn_core_control(const struct cairn_core *core, uint8_t out_feed[static 16]);

/* The newest durable checkpoint of an origin with its log signature. Cosigned ones are rows of the
 * table CHECKPOINT. */
struct cairn_bytes cairn_core_checkpoint(const struct cairn_core *core, uint32_t number);

/* Has a partner shown more of the own journal than is held? Then nothing is signed. source P-69 */
bool cairn_core_is_halted(const struct cairn_core *core);

/* Time of the last own mark, Unix ms; an operation dated below it is refused. source P-50 */
uint64_t cairn_core_mark_ms(const struct cairn_core *core);

/* What is taken of a country as an author, and what is kept of it. P-88, P-89 */
enum cairn_core_accepted_state {
    CAIRN_ACCEPTED_OPEN,
    CAIRN_ACCEPTED_SLOWED, /* it has more to say than its rate allows */
    CAIRN_ACCEPTED_FULL,   /* nothing more is taken: what is kept reached its limit */
    CAIRN_ACCEPTED_SCARCE, /* nothing of anybody is taken: the disk is nearly full */
    CAIRN_ACCEPTED_NOT,    /* policy has no row for it */
};

struct cairn_core_accepted {
    struct cairn_accept limits;
    uint64_t held_bytes; /* of its log: leaves, checkpoints, commits, records */
    enum cairn_core_accepted_state state;
};

void cairn_core_accept(const struct cairn_core *core, const uint8_t country[static 3],
                       struct cairn_core_accepted *out);

/* What the document in force of a country says, the own one's too. */
struct cairn_core_document {
    uint64_t serial;
    uint8_t note_hash[32];   /* SHA-256 of the whole note */
    uint8_t fingerprint[16]; /* as 8 proquints: cairn_proquint_encode */
    uint8_t sealing[32];     /* the newest: what is sealed to this country now */
};

/* gives false when no document of it is held */
bool cairn_core_document(const struct cairn_core *core, const uint8_t country[static 3],
                         struct cairn_core_document *out);

/* Is this country recognised now? Can it be told of a feed, or is its pairwise feed coming back? */
bool cairn_core_is_partner(const struct cairn_core *core, const uint8_t country[static 3]);
bool cairn_core_may_tell(const struct cairn_core *core, const uint8_t country[static 3]);

#endif
