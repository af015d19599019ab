/* The inside of the core: its tables, and the functions that its parts share. Nobody outside of
 * core*.c includes this.
 *
 *     core.c          size, init, step: who handles which event
 *     core_feeds.c    tables of countries, journals, feeds; which commits are ripe
 *     core_rows.c     its own rows on disk, written and recalled
 *     core_trust.c    documents, recognition, what follows from a new partner
 *     core_append.c   operations come in, are sealed and wait
 *     core_own.c      records of own feeds: open, admit, rekey, close, receipts
 *     core_flush.c    what waits becomes one journal growth: leaves, checkpoint, batch
 *     core_witness.c  marks and cosignatures
 *     core_link.c     links: HELLO, OFFER, WANT, BYE
 *     core_serve.c    streams to peers
 *     core_take.c     JOURNAL, ENTRIES, FEED from peers
 *     core_read.c     what a host may read */
#ifndef CAIRN_REPLICATION_CORE_STATE_H
#define CAIRN_REPLICATION_CORE_STATE_H

#include "crypto/note.h"
#include "replication/core.h"
#include "replication/log/feed.h"
#include "replication/trust/roster.h"
#include "schema/feedop.h"
#include "schema/wire.h"

#define CORE_NONE            UINT32_MAX
#define CORE_PENDING_LEAVES  65536u       /* pool of tagged leaves not yet opened */
#define CORE_PENDING_FEED    2048u        /* of one feed */
#define CORE_WAITING_MAX     16384u       /* operations in one batch */
#define CORE_WAITING_BYTES   (2u << 20)   /* sealed bytes in one batch */
#define CORE_TASKS           1024u        /* stores, loads and signatures under way */
#define CORE_LINK_BYTES      (2u << 20)   /* sent to a link and not yet gone */
#define CORE_LINK_LOADS      4u           /* loads under way for one link */
#define CORE_RANGE_LEAVES    16384u       /* in one JOURNAL frame */
#define CORE_SCAN_LEAVES     4096u        /* in one load of a rescan */
#define CORE_CREDIT_BYTES    (4u << 20)   /* open for one log */
#define CORE_NOTE_MAX        640u         /* a checkpoint and its log signature */
#define CORE_COSIGNATURE_MAX 256u         /* one line */
#define CORE_COSIGNATURES    16u          /* kept with one checkpoint */
#define CORE_RECENT          64u          /* own checkpoints that may still be cosigned */
#define CORE_TASKS_BUSY      768u         /* above: take nothing new from peers */
#define CORE_INVITES_MAX     224u         /* due in the next flush */
#define CORE_PARTS_MAX       512u         /* commits of one flush */
#define CORE_PARTS_HOST      256u         /* of these, by what the host appends */
#define CORE_RESERVE_BYTES   (512u << 10) /* of a batch, for what the core writes itself */
#define CORE_NO_RECORD       UINT64_MAX
#define CORE_RECEIPT_MS      1000u
#define CORE_MISSING_MS      60000u
#define CORE_SCRATCH_BYTES   (300u << 10)

struct core_checkpoint {
    uint64_t size;
    uint8_t root[32];
    uint32_t note_bytes;
    uint8_t note[CORE_NOTE_MAX]; /* text and log signature */
};

/* An own checkpoint of late, with the cosignatures that have come. */
struct core_recent {
    uint64_t size;
    uint32_t note_bytes;
    uint8_t note[CORE_NOTE_MAX + CORE_COSIGNATURES * CORE_COSIGNATURE_MAX];
};

/* One origin: this node's own is number 0. */
struct core_journal {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint32_t origin_bytes;
    uint32_t country; /* number */
    uint8_t id[16];
    uint8_t log_public[32];
    uint8_t witness_public[32];
    uint8_t spki_hash[32];
    char endpoint[CAIRN_COUNTRY_ENDPOINT_BYTES + 1];
    bool is_listed; /* in its country's document in force */
    bool is_forked;
    struct cairn_merkle_range verified;  /* under `checkpoint` */
    struct cairn_merkle_range candidate; /* verified, and leaves whose checkpoint has not come */
    struct core_checkpoint checkpoint;   /* newest that verifies */
    struct core_checkpoint durable;      /* newest whose leaves are on disk */
    uint64_t seen_ms;
    uint64_t mark_ms;              /* time of its newest mark that was opened */
    uint32_t control_feed;         /* number */
    struct core_checkpoint marked; /* the one that our last mark commits to */
    bool is_mark_flushed;          /* ... and that mark is on disk */
    bool is_signing;               /* a cosignature of `marked` is being made */
    uint64_t cosign_time_s;
    uint64_t cosigned_size;
    uint64_t cosigned_ms;
    uint64_t cosign_retry_ms; /* blocked by a tagged leaf: look again then */
    uint64_t witnessed_size;  /* of ours, by it */
    bool is_scanning;         /* a rescan load is under way */
};

enum core_lane {
    CORE_LANE_JOURNAL, /* journals and control feeds */
    CORE_LANE_SMALL,   /* feeds that are close to their end */
    CORE_LANE_BULK,
    CORE_LANES,
};

/* What we send of one log to one link. */
struct core_stream {
    uint64_t from;    /* next leaf index or commit number */
    uint64_t awaited; /* journals: size of the checkpoint under way; 0 none */
    uint64_t shown;   /* journals: size of the last checkpoint sent */
    int64_t credit;   /* bytes that may still be sent */
    bool is_wanted;
    bool is_queued;
    bool is_loading;
    bool is_blocked; /* feeds: next commit lies above the journal as shown */
    bool is_told;    /* was in an OFFER */
    uint32_t next;   /* in its lane's queue */
};

/* What one link sends us of one log. */
struct core_intake {
    uint32_t link;   /* source; CORE_NONE */
    int64_t credit;  /* bytes that the source may still send */
    bool is_stalled; /* a commit came too early: ask again when the journal has grown */
    bool is_restarted; /* a WANT with from is on its way: what does not fit it is ignored */
};

struct core_link {
    bool is_up;
    bool is_greeted; /* its HELLO was right */
    bool has_offered;
    uint8_t spki_hash[32];
    uint32_t journal;   /* the peer */
    uint64_t out_bytes; /* sent, not yet gone */
    uint32_t load_count;
    uint32_t note_next; /* countries below it were offered */
    uint32_t blocked_count;
    uint32_t lane_first[CORE_LANES];
    uint32_t lane_last[CORE_LANES];
};

enum core_task_type {
    CORE_TASK_FREE,
    CORE_TASK_STORE, /* nothing follows */
    CORE_TASK_STORE_FLUSH,
    CORE_TASK_STORE_PRIVATE, /* a: host's token; log: feed; b: index */
    CORE_TASK_STORE_JOURNAL, /* log, a: size */
    CORE_TASK_STORE_COMMIT,  /* log: feed, a: number of commits then durable */
    CORE_TASK_SIGN_FLUSH,
    CORE_TASK_SIGN_COSIGN, /* log: journal */
    CORE_TASK_LOAD_STREAM, /* link, log, a: from */
    CORE_TASK_LOAD_RECORD, /* link, log */
    CORE_TASK_LOAD_SCAN,   /* log: journal, a: first leaf */
    CORE_TASK_LOAD_NOTES,  /* link */
};

struct core_task {
    enum core_task_type type;
    uint16_t generation;
    uint32_t link;
    uint32_t link_generation;
    uint32_t log;
    uint64_t a;
    uint64_t b;
    uint8_t entry_id[32];
};

/* One sealed operation that waits for its flush. */
struct core_waiting {
    uint32_t feed;
    uint32_t offset; /* of prefix | body in the batch's bytes */
    uint32_t body_bytes;
    uint64_t index;
    uint64_t token;
    bool is_asked;         /* the host wants an answer */
    uint64_t record_index; /* of its RECORD row; CORE_NO_RECORD */
    uint8_t entry_id[32];
};

/* Per feed: what a batch holds of it. */
struct core_part {
    uint32_t feed;
    uint32_t entry_count;
    uint32_t wire_bytes;
    uint32_t leaf;        /* position among the leaves of the flush */
    bool is_last;         /* ends with a rekey or close: takes no more */
    bool has_next_secret; /* of a rekey: the next epoch's, in force after this commit */
    uint8_t next_secret[32];
    struct cairn_opening opening;
    struct cairn_merkle_range range; /* of the feed when the flush began */
};

struct core_batch {
    uint8_t *bytes; /* CORE_WAITING_BYTES */
    uint32_t byte_count;
    struct core_waiting *waiting; /* CORE_WAITING_MAX */
    uint32_t waiting_count;
    struct core_part *parts;
    uint32_t part_count;
};

struct core_invite {
    uint32_t feed;
    uint32_t country;
};

struct cairn_core {
    struct cairn_core_limits limits;
    const struct cairn_suite *suite;
    uint8_t sealing_secret[32];
    uint8_t local_secret[32];
    char network[CAIRN_LIMIT_NETWORK_BYTES + 1];
    bool is_started;
    bool is_halted; /* a store failed, or a partner holds more of our journal than we do */

    struct cairn_roster_entry *countries;
    uint32_t country_count;
    struct core_journal *journals;
    uint32_t journal_count;
    struct cairn_feed *feeds;
    uint32_t feed_count;
    uint32_t *feed_index; /* by id: numbers, open addressing */
    uint32_t feed_index_size;
    uint32_t *tag_index; /* by tag looked for: numbers of feeds that are at the journal's end */
    struct cairn_pending_pool pending;
    struct core_link *links;
    uint32_t *link_generations;
    struct core_stream *streams; /* [link][log] */
    struct core_intake *intakes; /* [log] */
    uint8_t *offered;            /* [link][log] bits: the peer has it */
    struct core_task *tasks;
    uint32_t task_count;
    uint32_t stalled_count;     /* intakes that wait for tasks or leaves */
    struct core_recent *recent; /* ring */
    uint32_t recent_next;

    struct core_batch batches[2];
    uint32_t open_batch; /* takes appends; the other is being flushed, or empty */
    bool is_flushing;
    struct core_checkpoint flush_checkpoint; /* being signed or stored */
    struct cairn_merkle_range flush_range;
    uint8_t *flush_leaves; /* of the flush under way, 48 bytes each */
    uint32_t flush_leaf_count;
    bool is_flush_marked;
    struct core_invite *invites;
    uint32_t invite_count;
    uint64_t mark_ms;      /* of the last own mark */
    uint64_t heartbeat_ms; /* when the next is due */
    uint64_t receipt_ms;   /* when receipts are written next; 0: none due */
    uint64_t missing_ms;   /* when leaves are looked at again for having waited too long */
    uint64_t hlc;          /* highest used for own operations */
    uint8_t policy_hash[32];

    /* one step */
    uint64_t now_ms;
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

/* ---- core.c ---- */
void *core_take(struct cairn_core *core, size_t size); /* from the step's arena; never NULL */
struct cairn_action *core_act(struct cairn_core *core, enum cairn_action_type type);
void core_notice(struct cairn_core *core, enum cairn_notice_code code, uint32_t country, uint64_t a,
                 uint64_t b);
void core_notice_err(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                     cairn_err err);
void core_fresh(struct cairn_core *core, uint8_t out[static 32]);
uint32_t core_task_open(struct cairn_core *core, enum core_task_type type, uint32_t log,
                        uint64_t a);
struct core_task *core_task_at(struct cairn_core *core, uint32_t token);
void core_wake(struct cairn_core *core, uint64_t at_ms);

/* ---- core_feeds.c ---- */
uint32_t core_country_find(const struct cairn_core *core, const uint8_t country[static 3]);
uint32_t core_country_add(struct cairn_core *core, const uint8_t country[static 3]);
struct cairn_bytes core_origin(const struct cairn_core *core, uint32_t journal);
uint32_t core_journal_find(const struct cairn_core *core, struct cairn_bytes origin);
uint32_t core_journal_add(struct cairn_core *core, struct cairn_bytes origin, uint32_t country);
uint32_t core_feed_find(const struct cairn_core *core, const uint8_t id[static 16]);
uint32_t core_feed_add(struct cairn_core *core, const uint8_t id[static 16],
                       enum cairn_feed_type type, uint32_t journal);
uint32_t core_log_find(const struct cairn_core *core, const uint8_t id[static 16]);
bool core_feed_is_member(const struct cairn_core *core, const struct cairn_feed *feed,
                         uint32_t country);
bool core_feed_is_served(const struct cairn_core *core, uint32_t feed, uint32_t country);
void core_feed_ripen(struct cairn_core *core, uint32_t feed);
void core_tag_put(struct cairn_core *core, uint32_t feed);
uint32_t core_tag_find(const struct cairn_core *core, const uint8_t tag[static 16]);
void core_tag_remove(struct cairn_core *core, uint32_t feed);
uint64_t core_scanned(const struct cairn_core *core, const struct cairn_feed *feed);
uint32_t core_pairwise_find(const struct cairn_core *core, uint32_t journal, uint32_t country);

/* ---- core_rows.c ---- */
struct core_puts {
    struct cairn_put *puts;
    size_t count;
    size_t capacity;
};
struct core_puts core_puts_begin(struct cairn_core *core, size_t capacity);
struct cairn_put *core_puts_add(struct core_puts *puts, enum cairn_table table,
                                const uint8_t id[static 16], uint64_t index);
void core_puts_add_feed(struct cairn_core *core, struct core_puts *puts, uint32_t feed,
                        const struct cairn_merkle_range *range);
void core_puts_add_country(struct cairn_core *core, struct core_puts *puts, uint32_t country);
void core_puts_add_clock(struct cairn_core *core, struct core_puts *puts);
void core_puts_add_journal(struct cairn_core *core, struct core_puts *puts, uint32_t journal);
void core_puts_store(struct cairn_core *core, const struct core_puts *puts, uint32_t token,
                     bool is_synced);
void core_recall(struct cairn_core *core, const struct cairn_row *row);
void core_recall_end(struct cairn_core *core);

/* ---- core_trust.c ---- */
cairn_err core_document(struct cairn_core *core, struct cairn_bytes note, bool is_compared,
                        bool is_stored);
void core_note_id(const struct cairn_roster_entry *country, uint8_t out[static 32]);
void core_on_document(struct cairn_core *core, const struct cairn_event *event);
void core_on_forget(struct cairn_core *core, const struct cairn_event *event);
void core_pair(struct cairn_core *core, uint32_t country);

/* ---- core_append.c ---- */
struct core_new {
    uint32_t feed;
    struct cairn_bytes operation;
    bool is_clear;
    bool is_last;
    bool is_asked;
    uint64_t token;
    uint64_t record_index; /* CORE_NO_RECORD */
};
bool core_has_room(const struct cairn_core *core, uint32_t feed, size_t operation_bytes);
cairn_err core_append(struct cairn_core *core, const struct core_new *new_entry);
void core_append_op(struct cairn_core *core, uint32_t feed, const struct cairn_feedop *op);
cairn_err core_encode_op(struct cairn_core *core, const struct cairn_feedop *op,
                         struct cairn_bytes *out);
struct core_part *core_part_of(struct core_batch *batch, uint32_t feed);
void core_on_append(struct cairn_core *core, const struct cairn_event *event);
void core_answer(struct cairn_core *core, uint64_t token, cairn_err err);

/* ---- core_own.c ---- */
void core_on_feed_open(struct cairn_core *core, const struct cairn_event *event);
void core_on_feed_admit(struct cairn_core *core, const struct cairn_event *event);
void core_on_feed_rekey(struct cairn_core *core, const struct cairn_event *event);
void core_on_feed_close(struct cairn_core *core, const struct cairn_event *event);
cairn_err core_close(struct cairn_core *core, uint32_t feed);
void core_receipts(struct cairn_core *core);
void core_on_opened(struct cairn_core *core, const struct cairn_event *event);
void core_on_invited(struct cairn_core *core, const struct cairn_event *event);

/* ---- core_flush.c ---- */
void core_flush(struct cairn_core *core);
void core_flush_signed(struct cairn_core *core, const uint8_t signature[static 64]);
void core_flush_stored(struct cairn_core *core);

/* ---- core_witness.c ---- */
void core_mark(struct cairn_core *core);
void core_cosign(struct cairn_core *core);
void core_cosign_signed(struct cairn_core *core, uint32_t journal,
                        const uint8_t signature[static 64]);
cairn_err core_take_cosign(struct cairn_core *core, uint32_t link,
                           const struct cairn_cosign *cosign);
void core_recent_add(struct cairn_core *core);
struct core_recent *core_recent_find(struct cairn_core *core, uint64_t size);
cairn_err core_checkpoint_read(struct cairn_core *core, uint32_t journal, struct cairn_bytes note,
                               struct cairn_checkpoint *out);

/* ---- core_link.c ---- */
void core_on_link_up(struct cairn_core *core, const struct cairn_event *event);
void core_on_link_down(struct cairn_core *core, const struct cairn_event *event);
void core_on_link_frame(struct cairn_core *core, const struct cairn_event *event);
void core_drop(struct cairn_core *core, uint32_t link, cairn_err err);
void core_send(struct cairn_core *core, uint32_t link, const struct cairn_message *message);
void core_offer_one(struct cairn_core *core, uint32_t link, uint32_t log);
cairn_err core_take_offer(struct cairn_core *core, uint32_t link, const struct cairn_offer *offer);
void core_offered(struct cairn_core *core, uint32_t link, uint32_t log);
void core_want(struct cairn_core *core, uint32_t log);
cairn_err core_want_more(struct cairn_core *core, uint32_t link, uint32_t log, size_t used_bytes);
void core_stall(struct cairn_core *core, uint32_t log);
void core_unstall(struct cairn_core *core);
void core_want_again(struct cairn_core *core, uint32_t log);

/* ---- core_serve.c ---- */
cairn_err core_take_want(struct cairn_core *core, uint32_t link, const struct cairn_want *want);
void core_grown(struct cairn_core *core, uint32_t log);
void core_pump(struct cairn_core *core, uint32_t link);
void core_unblock(struct cairn_core *core, uint32_t link);
void core_notes_next(struct cairn_core *core, uint32_t link);
void core_stream_loaded(struct cairn_core *core, const struct core_task *task,
                        const struct cairn_event *event);
void core_record_loaded(struct cairn_core *core, const struct core_task *task,
                        const struct cairn_event *event);
void core_notes_loaded(struct cairn_core *core, const struct core_task *task,
                       const struct cairn_event *event);

/* ---- core_take.c ---- */
cairn_err core_take_journal(struct cairn_core *core, uint32_t link,
                            const struct cairn_journal_range *range, size_t frame_bytes);
cairn_err core_take_entries(struct cairn_core *core, uint32_t link, struct cairn_bytes commit,
                            size_t frame_bytes);
cairn_err core_take_feed(struct cairn_core *core, uint32_t link,
                         const struct cairn_feed_message *message);
void core_journal_stored(struct cairn_core *core, uint32_t journal, uint64_t size);
void core_commit_stored(struct cairn_core *core, uint32_t feed, uint64_t commits);
void core_scan(struct cairn_core *core, uint32_t journal);
void core_scan_loaded(struct cairn_core *core, const struct core_task *task,
                      const struct cairn_event *event);
void core_missing(struct cairn_core *core);

#endif
