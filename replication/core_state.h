/* The whole of the core: its tables in one struct. Only core*.c includes this. */
#ifndef CAIRN_REPLICATION_CORE_STATE_H
#define CAIRN_REPLICATION_CORE_STATE_H

#include "replication/core.h"
#include "replication/core_batch.h"
#include "replication/core_chains.h"
#include "replication/core_forks.h"
#include "replication/core_scrubbing.h"
#include "replication/trust/record.h"
#include "schema/base/arena.h"

enum core_restore_state {
    CORE_IN_ORDER,
    CORE_ASKING,   /* just started: a moment for a partner that knows better */
    CORE_RESTORED, /* the log may be an old copy: nothing is said in the own name. P-73 */
};

/* What a partner's HELLO has shown of the own journal, in this run. */
struct core_heard {
    bool is_heard;
    uint64_t size; /* 0: it holds nothing */
    uint8_t root[32];
};

struct core_restore {
    enum core_restore_state state;
    bool is_used;   /* the host keeps a guard */
    bool has_guard; /* it was there: the next two */
    uint64_t guard_size;
    uint8_t guard_root[32];
    bool needs_all;               /* every partner must answer, else one of them */
    struct core_heard shown[256]; /* by journal */
    uint64_t ask_until_ms;
    bool was_restored;  /* once; and the disk says so: it may not know of all that it has written */
    bool is_unfinished; /* leaves came back, and not yet what they commit to; the disk says so */
    bool is_keeping;    /* what is frozen is being written down */
    bool is_following;  /* the own journal, or own feeds whose end has not come back */
    uint64_t bad_size;  /* where the candidate contradicts what was shown; 0: nowhere */
    uint64_t moved_ms;  /* when something came back last */
    uint64_t moved_sum; /* ... leaves and commits then */
    bool is_announce_due; /* a control.document that had to wait */
};

/* Secrets of an audience feed, as a partner handed them to us. */
struct core_handed {
    uint8_t feed[16];
    uint32_t giver;    /* country */
    uint32_t count;    /* epochs; 0: free */
    uint64_t since_ms; /* when it came first */
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
};

struct cairn_core {
    struct cairn_core_limits limits;
    const struct cairn_suite *suite;
    struct cairn_record_key sealing[CAIRN_COUNTRY_SEALING_MAX]; /* in the order they came */
    uint32_t sealing_count;
    uint8_t local_secret[32];
    char network[CAIRN_LIMIT_NETWORK_BYTES + 1];
    bool is_started;
    bool is_halted; /* a partner holds more of our journal than we do: nothing of ours is signed */
    struct core_restore restore;
    bool is_failed; /* a store or a signature failed: nothing is said or done any more */

    struct cairn_roster_entry *countries;
    struct core_chain *chains; /* by country */
    uint32_t country_count;
    struct core_journal *journals;
    uint32_t journal_count;
    struct cairn_feed *feeds;
    uint32_t feed_count;
    uint32_t *feed_next;         /* by number: the next feed of the same journal */
    struct core_author *authors; /* by country */
    struct core_accept accept;
    uint32_t *feed_given; /* by country: feeds that it brought */
    uint32_t *pairwise; /* by country: the own pairwise feed to it that is written to; CORE_NONE */
    uint8_t pair_left[CAIRN_LIMIT_COUNTRIES]; /* own keys whose older feeds are to be looked for */
    uint32_t pair_next;                       /* country where to go on */
    uint32_t *feed_index;                     /* by id: numbers, open addressing */
    uint32_t feed_index_size;
    uint64_t place_key[2]; /* secret: nobody chooses ids and tags that crowd one place */
    uint32_t place_shift;  /* 64 less the bits of a place */
    uint32_t *tag_index;   /* by tag looked for: numbers of feeds that are at the journal's end */
    struct cairn_pending_pool pending;
    struct core_link *links;
    bool is_roster_changed; /* links are to be looked at: is their peer still a partner? */
    uint32_t *link_generations;
    struct core_stream *streams; /* [link][log] */
    struct core_intake *intakes; /* [log] */
    uint8_t *offered;            /* [link][log] bits: the peer has it */
    struct core_task *tasks;
    uint32_t task_first; /* free one */
    uint32_t task_count;
    uint32_t stalled_count;   /* intakes that wait for tasks or leaves */
    bool is_source_due;       /* all intakes are to be looked at: who has lost its source? */
    uint32_t source_next;     /* log where to go on */
    struct core_shown *shown; /* by journal */
    uint32_t shown_count;     /* of these, with something that waits */
    uint32_t shown_next;      /* journal where to go on */
    struct core_fork_check fork_check;
    bool is_end_due; /* some journal's position is to be looked at */
    struct core_end_check end_check;
    struct core_branch_check branch_check;
    bool is_cut_due;               /* some journal is_cut */
    bool is_cut_loading;           /* commits of a feed */
    uint32_t cut_failures;         /* in a row */
    uint64_t cut_failed_ms;        /* the last of them */
    struct core_teller *tellers;   /* by link */
    struct core_courier *couriers; /* by link */
    struct core_recent *recent;    /* ring */
    uint32_t recent_next;

    struct core_batch batches[2];
    uint32_t open_batch; /* takes appends; the other is being flushed, or empty */
    bool is_flushing;
    struct core_checkpoint flush_checkpoint; /* being signed or stored */
    struct cairn_merkle_range flush_range;
    uint8_t *flush_leaves; /* of the flush under way, 48 bytes each */
    uint32_t flush_leaf_count;
    bool is_flush_marked;
    bool is_private_due;         /* a private feed's next commit is large enough */
    uint64_t flush_count;        /* begun */
    uint64_t flush_stored_count; /* on disk */
    struct core_invite *invites;
    uint32_t invite_count;
    uint8_t (*invited)[16]; /* ids: ring; zero: free */
    uint32_t invited_next;
    bool is_hand_due; /* some country lost sealing keys, and may not have got all back */
    struct core_handed *handed;
    struct cairn_members handed_over; /* partners that handed us more than there was room for */
    uint64_t handed_again_ms;         /* when theirs is read again although there is no room */
    uint64_t handed_wait_ms;          /* ... so long after the last time */
    uint32_t close_due_count;         /* own feeds whose feed.close is to be written */
    uint64_t ripe_count;              /* commits in the folder's hands */
    bool is_ripen_due;                /* there was no room for more */
    uint32_t ripen_next;              /* feed where to go on */
    bool is_scan_due;                 /* some journal's is_scan_due */
    struct core_scrub scrub;
    uint64_t mark_ms;      /* time of the last own mark */
    uint64_t heartbeat_ms; /* when the next is due */
    uint64_t receipt_ms;   /* when receipts are written next; 0: none due */
    uint64_t look_ms;      /* when it is looked at what does not come */
    uint64_t hlc;          /* highest used for own operations */
    uint8_t policy_hash[32];

    /* one step */
    uint64_t now_ms;
    uint32_t sign_count; /* asked for in it */
    uint8_t seed[32];
    uint32_t seed_count;
    struct cairn_arena arena;
    struct cairn_actions actions;
    uint8_t *scratch; /* CORE_SCRATCH_BYTES */
};

/* ---- logs: one number for journals and feeds ---- */

static inline uint32_t core_log_of_feed(const struct cairn_core *core, uint32_t feed)
{
    return core->limits.journals + feed;
}

static inline bool core_log_is_feed(const struct cairn_core *core, uint32_t log)
{
    return log >= core->limits.journals;
}

static inline struct core_stream *core_stream_of(struct cairn_core *core, uint32_t link,
                                                 uint32_t log)
{
    size_t logs = (size_t)core->limits.journals + core->limits.feeds;
    return &core->streams[(size_t)link * logs + log];
}

#endif
