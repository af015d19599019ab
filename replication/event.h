/* Everything that can happen to the core. One event, one call of cairn_core_step.
 *
 * Payloads are borrowed for the step. Every event carries the time and 32 fresh random bytes: the
 * core has no clock and no dice. docs/protocol.md; design of the contract: docs/architecture.md. */
#ifndef CAIRN_REPLICATION_EVENT_H
#define CAIRN_REPLICATION_EVENT_H

#include "replication/table.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#include <stdbool.h>

enum cairn_event_type {
    CAIRN_EVENT_RECALL,     /* at start: one stored row; all of STATE first, then NOTE, then FEED */
    CAIRN_EVENT_START,      /* all rows were recalled: begin to work */
    CAIRN_EVENT_TICK,       /* the time asked for by wake_at, or any other moment */
    CAIRN_EVENT_LINK_UP,    /* TLS is up; the peer's key is known, its HELLO is not */
    CAIRN_EVENT_LINK_FRAME, /* one frame without its length */
    CAIRN_EVENT_LINK_SENT,  /* so many bytes of send actions have left */
    CAIRN_EVENT_LINK_DOWN,
    CAIRN_EVENT_STORED,     /* a store action is durable, or failed */
    CAIRN_EVENT_LOADED,     /* rows of a load action */
    CAIRN_EVENT_SIGNED,     /* a sign action's signature */
    CAIRN_EVENT_DOCUMENT,   /* a country document: recognise it (fingerprint compared), or own */
    CAIRN_EVENT_FORGET,     /* no longer recognise this country */
    CAIRN_EVENT_SEALING,    /* one more sealing key of the own country, before its document */
    CAIRN_EVENT_APPEND,     /* one operation into one own feed */
    CAIRN_EVENT_FEED_OPEN,  /* open an audience or private feed */
    CAIRN_EVENT_FEED_ADMIT, /* add a country to an own audience feed */
    CAIRN_EVENT_FEED_REKEY, /* new epoch for an own audience feed */
    CAIRN_EVENT_FEED_CLOSE, /* close an own audience feed */
    CAIRN_EVENT_OPENED,     /* the folder opened and applied a commit that was ripe */
    CAIRN_EVENT_INVITED,    /* the folder found a feed.invite addressed to this country */
    CAIRN_EVENT_KEYS,       /* the folder found a feed.keys addressed to this country */
    CAIRN_EVENT_POLICY,     /* hash of the policy that commits name from now on */
    CAIRN_EVENT_ACCEPT,     /* what is taken of each country; replaces what was said before */
    CAIRN_EVENT_SPACE,      /* room on the disk has become scarce, or is there again */
    CAIRN_EVENT_SCRUB,      /* how the log is read again; at once, or from time to time */
};

/* What the host remembers of the own journal outside of the log store, so that an old copy of the
 * store gives itself away. docs/protocol.md, P-71 */
enum cairn_guard_state {
    CAIRN_GUARD_UNUSED,  /* this host keeps none: the log is believed */
    CAIRN_GUARD_PRESENT, /* nothing above this size was ever shown to anybody */
    CAIRN_GUARD_MISSING, /* not there, damaged, or of another origin */
};

#define CAIRN_ACCEPT_ROWS_MAX 64u
#define CAIRN_ACCEPT_RATE_MAX 1000000u

/* What is taken of one country as an author. Without a row, and none for everybody: nothing.
 * docs/protocol.md, P-88 and P-89 */
struct cairn_accept {
    uint8_t country[3];     /* zero: everybody who has no row of its own */
    bool is_heard;          /* false: nothing is taken */
    uint32_t entries_per_s; /* ..CAIRN_ACCEPT_RATE_MAX; 0: as fast as they come */
    uint64_t store_bytes;   /* of its log that are kept at most; UINT64_MAX: no limit */
};

struct cairn_row {
    struct cairn_key key;
    struct cairn_bytes value;
};

struct cairn_event {
    enum cairn_event_type type;
    uint64_t now_ms;  /* Unix time */
    uint8_t seed[32]; /* fresh; may be zero for RECALL, LINK_SENT, STORED, LOADED */
    union {
        struct cairn_row recall;
        struct { /* START */
            enum cairn_guard_state guard;
            uint64_t size; /* PRESENT: of the own journal */
            uint8_t root[32];
            bool is_stale;   /* it may lack its last second: the machine went down since */
            bool is_doubted; /* cairn_core_restore said needs_all in an earlier run, and no leaving
                                since */
        } start;
        struct {
            uint32_t link; /* the host's number, 0..limits.links-1, free to reuse after down */
            uint8_t spki_hash[32]; /* of the peer's certificate (up) */
            struct cairn_bytes frame;
            uint64_t sent_bytes;
        } link;
        struct {
            uint32_t token;
            cairn_err err; /* machine trouble; for STORED other than OK: outcome unknown */
            const struct cairn_row *rows; /* LOADED: in key order, those that exist */
            size_t row_count;
            uint8_t signature[64]; /* SIGNED */
        } done;
        struct {
            uint64_t token;          /* comes back in the answer */
            struct cairn_bytes note; /* whole signed note */
        } document;
        struct {
            uint64_t token;
            uint8_t country[3];
        } forget;
        struct {
            uint64_t token; /* the host's, comes back in the answer */
            uint8_t feed[16];
            struct cairn_bytes operation; /* canonical; its hlc was given by the host */
            const uint8_t (*members)[3];  /* FEED_OPEN: ascending, the own country among them */
            size_t member_count;
            bool is_private;       /* FEED_OPEN: the own country alone, now and for ever */
            uint8_t continues[16]; /* FEED_OPEN: predecessor, zero if none */
            uint8_t country[3];    /* FEED_ADMIT */
        } command;
        struct {
            uint8_t feed[16];
            uint64_t commit_number;
            bool has_content;    /* holds a kind above 15: wants a receipt */
            uint64_t leaf_index; /* INVITED */
            uint64_t mark_ms;    /* of a control.mark in it, else 0 */
            uint64_t born;       /* before START: as the ripe commits of this feed said */
        } opened;
        struct { /* KEYS */
            uint8_t feed[16];
            uint8_t giver[3];          /* country that wrote it */
            struct cairn_bytes origin; /* of the feed's author */
            bool is_pairwise;
            uint32_t secret_count; /* 1..16 */
            const uint8_t (*secrets)[32];
        } keys;
        uint8_t policy_hash[32];
        struct { /* ACCEPT */
            const struct cairn_accept *rows;
            uint32_t row_count; /* 0..CAIRN_ACCEPT_ROWS_MAX */
        } accept;
        bool is_scarce; /* SPACE: nothing of others is taken for now */
        uint8_t sealing_secret[32];
        struct {                  /* SCRUB. Never: nothing is read again */
            uint64_t bytes_per_s; /* at least 1 */
            uint64_t period_ms;   /* from the beginning of a round to the next; 0: only `is_now` */
            bool is_now;          /* a whole round begins now, and goes 16 times as fast */
        } scrub;
    } as;
};

#endif
