/* Journals, links, streams, tasks and waiting operations. For core*.c only. All counts are bounded
 * by core_limits.h or by struct cairn_core_limits. */
#ifndef CAIRN_REPLICATION_CORE_TABLES_H
#define CAIRN_REPLICATION_CORE_TABLES_H

#include "replication/core_limits.h"
#include "replication/event.h"
#include "replication/log/feed.h"
#include "replication/trust/roster.h"

struct core_checkpoint {
    uint64_t size;
    uint8_t root[32];
    uint32_t note_bytes;
    uint8_t note[CORE_NOTE_MAX]; /* text and log signature */
};

/* An own checkpoint of late, with the cosignatures that have come. */
struct core_recent {
    uint64_t size;
    uint32_t cosignature_count; /* at most CORE_COSIGNATURES: those that come later are let go */
    uint32_t note_bytes;
    uint8_t note[CORE_NOTE_MAX + CORE_COSIGNATURES * CORE_COSIGNATURE_MAX];
};

/* What our own leaves say of a checkpoint that somebody else's did not lead to. source P-68 */
enum core_suspicion {
    CORE_SUSPECT_OPEN,  /* not so far yet */
    CORE_SUSPECT_TRUE,  /* our leaves lead to it */
    CORE_SUSPECT_FALSE, /* they do not: the author signed two histories */
};

/* Is what we hold of an ended journal the tree that its country named? source P-15 */
enum core_branch {
    CORE_BRANCH_OPEN, /* not so far yet, or not yet looked at */
    CORE_BRANCH_RIGHT,
    CORE_BRANCH_WRONG,
};

/* One origin: this node's own is number 0. */
struct core_journal {
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint32_t origin_bytes;
    uint32_t country; /* number */
    uint8_t id[16];
    bool has_keys; /* the next three: some document of its country gave them */
    uint8_t log_public[32];
    uint8_t witness_public[32];
    uint8_t spki_hash[32];
    char endpoint[CAIRN_COUNTRY_ENDPOINT_BYTES + 1];
    bool is_listed; /* in its country's document in force */
    bool is_forked; /* a proof against it is kept */
    bool is_ended;  /* the next three: its country's document names a position. P-14 */
    enum core_branch branch;
    bool is_other_shown; /* leaves up to the position came that do not follow on ours */
    bool is_cut;         /* the branches part at the end of `common`: behind it all is given up */
    struct cairn_merkle_range common;
    uint64_t ended_size;
    uint8_t ended_root[32];
    uint32_t feed_first;            /* of its feeds; the next of each: core->feed_next */
    uint64_t promised_size;         /* largest checkpoint of it that was shown and signed */
    struct core_checkpoint suspect; /* signed, and shown with leaves that did not lead to it */
    enum core_suspicion candidate_suspect; /* what the candidate says of it */
    struct cairn_merkle_range verified;    /* under `checkpoint` */
    struct cairn_merkle_range candidate;   /* verified, and leaves whose checkpoint has not come */
    struct core_checkpoint checkpoint;     /* newest that verifies */
    struct core_checkpoint durable;        /* newest whose leaves are on disk */
    struct core_checkpoint storing; /* the next one of those; later ones do not push it out */
    uint64_t kept_leaves;           /* rows of it that are on disk, verified or not */
    uint64_t kept_bytes;            /* of checkpoints that we cosigned */
    uint64_t seen_ms;
    uint64_t mark_ms;              /* time of its newest mark that was opened */
    uint64_t read_leaf;            /* every mark below was opened */
    uint32_t control_feed;         /* number */
    struct core_checkpoint marked; /* the one that our last mark commits to */
    bool is_mark_flushed;          /* ... and that mark is on disk */
    bool is_signing;               /* a cosignature of `marked` is being made, or written down */
    uint64_t cosign_time_s;
    uint64_t cosigned_size;
    uint64_t cosigned_ms;
    uint64_t cosign_retry_ms; /* blocked by a tagged leaf: look again then */
    uint32_t cosign_line_bytes;
    uint8_t cosign_line[CORE_COSIGNATURE_MAX];
    uint64_t witnessed_size; /* of ours, by it */
    bool is_scanning;        /* a rescan load is under way */
    bool is_scan_due;        /* ... or could not begin */
};

/* What was taken of one country as an author, by whomever it was served. */
struct core_author {
    int64_t level; /* thousandths of an entry that may still come; below 0: too much came */
    uint64_t refilled_ms;
    uint64_t held_bytes;   /* on disk: leaves, checkpoints, commits, records */
    uint64_t held_back_ms; /* when this node took less of it than there was; 0: never */
    uint64_t slowed_ms;    /* when that was said last */
    bool is_full;          /* something did not fit its limit */
};

/* What the host says of authors. */
struct core_accept {
    bool is_given; /* else everything is taken */
    bool is_scarce;
    uint32_t row_count;
    struct cairn_accept rows[CAIRN_ACCEPT_ROWS_MAX];
    uint32_t waiting_count; /* intakes */
    uint64_t release_ms;    /* when these are looked at next */
    uint32_t feed_next;     /* where that goes on */
    bool is_shut_due;       /* streams of authors of whom nothing is taken are to be stopped */
    uint32_t shut_next;     /* log where to go on */
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
    bool is_blocked;    /* feeds: next commit lies above the journal as shown */
    bool is_told;       /* was in an OFFER */
    bool is_news;       /* ... and has become longer on the disk since then */
    bool is_record_due; /* feeds: the peer asked for the record */
    uint32_t next;      /* in its lane's queue */
};

/* What one link sends us of one log. */
struct core_intake {
    uint32_t link;       /* source; CORE_NONE */
    int64_t credit;      /* bytes that the source may still send */
    int64_t debt;        /* likewise, under WANTs that were replaced since */
    uint64_t moved_ms;   /* when it was asked, or gave something that was of use */
    uint64_t grown_ms;   /* journal: since when this source brings nothing; feed: its last commit */
    uint32_t barren;     /* sources in a row that did not */
    bool is_stalled;     /* a commit came too early: ask again when the journal has grown */
    bool is_restarted;   /* a WANT with from is on its way: what does not fit it is ignored */
    bool is_waiting;     /* the author's rate is used up: credit is withheld */
    bool is_restart_due; /* ... and then the stream begins anew */
};

struct core_link {
    bool is_up;
    bool is_greeted;           /* its HELLO was right */
    uint8_t spki_hash[32];     /* of the peer's key */
    uint32_t journal;          /* the peer */
    uint64_t out_bytes;        /* sent, not yet gone */
    int64_t stray_bytes;       /* that it may still send of logs that we ask for elsewhere by now */
    uint32_t asked_count;      /* FEED messages that we asked for */
    uint32_t load_count;       /* of streams */
    uint32_t record_count;     /* loads of feed records */
    uint32_t record_due_count; /* feeds whose record it asked for */
    uint32_t record_next;      /* feed that was looked at last for that */
    uint32_t blocked_count;
    uint32_t lane_first[CORE_LANES];
    uint32_t lane_last[CORE_LANES];
};

enum core_task_type {
    CORE_TASK_FREE,
    CORE_TASK_STORE, /* nothing follows */
    CORE_TASK_STORE_FLUSH,
    CORE_TASK_STORE_PRIVATE,  /* a: host's token; log: feed; b: index */
    CORE_TASK_STORE_JOURNAL,  /* log, a: size */
    CORE_TASK_STORE_COMMIT,   /* log: feed, a: number of commits then durable */
    CORE_TASK_STORE_COSIGN,   /* log: journal */
    CORE_TASK_STORE_DOCUMENT, /* log: country; a: host's token, b: whether it wants an answer */
    CORE_TASK_STORE_KEEP,
    CORE_TASK_STORE_FORGET, /* a: host's token */
    CORE_TASK_STORE_SCRUB,
    CORE_TASK_STORE_CUT,    /* log: journal */
    CORE_TASK_STORE_MENDED, /* log: journal */
    CORE_TASK_SIGN_FLUSH,
    CORE_TASK_SIGN_COSIGN, /* log: journal */
    CORE_TASK_LOAD_STREAM, /* link, log, a: from */
    CORE_TASK_LOAD_RECORD, /* link, log */
    CORE_TASK_LOAD_SCAN,   /* log: journal, a: first leaf */
    CORE_TASK_LOAD_NOTES,  /* link */
    CORE_TASK_LOAD_FORK,   /* log: journal */
    CORE_TASK_LOAD_PROOF,  /* link, log: journal */
    CORE_TASK_LOAD_END,    /* log: journal */
    CORE_TASK_LOAD_BRANCH, /* log: journal */
    CORE_TASK_LOAD_CUT,    /* log: feed */
    CORE_TASK_LOAD_SCRUB,  /* log; b: enum core_scrub_load */
};

struct core_task {
    enum core_task_type type;
    uint16_t generation;
    uint32_t next_free; /* CORE_NONE */
    uint32_t link;
    uint32_t link_generation;
    uint32_t log;
    uint64_t a;
    uint64_t b;
    uint8_t entry_id[32];
};

#endif
