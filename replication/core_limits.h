/* Bounds of everything in the core that struct cairn_core_limits does not bound, and its times.
 *
 * What one step can take from its arena follows from them: at most CAIRN_LIMIT_STEP_ARENA_BYTES,
 * whatever peers send. Only core*.c includes this. */
#ifndef CAIRN_REPLICATION_CORE_LIMITS_H
#define CAIRN_REPLICATION_CORE_LIMITS_H

#include "crypto/note.h"
#include "schema/base/limits.h"
#include "schema/commit.h"

#define CORE_NONE            UINT32_MAX
#define CORE_PENDING_LEAVES  65536u        /* pool of tagged leaves not yet opened */
#define CORE_PENDING_FEED    2048u         /* of one feed, while the pool is at least half free */
#define CORE_PENDING_SCARCE  64u           /* likewise, while a quarter is free; below: one */
#define CORE_WAITING_MAX     16384u        /* operations in one batch */
#define CORE_WAITING_BYTES   (1536u << 10) /* sealed bytes in one batch */
#define CORE_RESERVE_BYTES   (384u << 10)  /* of a batch, for what the core writes itself */
#define CORE_PRIVATE_BYTES   (640u << 10)  /* of a private feed's next commit: it is due */
#define CORE_PART_RESERVE    (64u << 10)   /* likewise, of one commit */
#define CORE_TASKS           2048u         /* stores, loads and signatures under way */
#define CORE_TASKS_BUSY      1024u         /* above: take nothing new, from whomever */
#define CORE_SIGNS_STEP      32u           /* cosignatures asked for in one step */
#define CORE_LINK_BYTES      (2u << 20)    /* sent to a link and not yet gone: streams wait */
#define CORE_LINK_QUEUE_MAX  (32u << 20)   /* likewise: a peer that does not read is dropped */
#define CORE_LINK_LOADS      4u            /* of streams, under way for one link */
#define CORE_LINK_RECORDS    32u           /* of feed records, under way for one link */
#define CORE_RANGE_LEAVES    16384u        /* in one JOURNAL frame */
#define CORE_RANGE_AHEAD     (1u << 20)    /* leaves taken that no checkpoint has promised */
#define CORE_SCAN_LEAVES     4096u         /* in one load of a rescan */
#define CORE_CREDIT_BYTES    (4u << 20)    /* open for one log */
#define CORE_DEBT_MAX        (64u << 20)   /* what may be under way from WANTs of before */
#define CORE_NOTE_MAX        640u          /* a checkpoint and its log signature */
#define CORE_COSIGNATURE_MAX 256u          /* one line */
#define CORE_COSIGNATURES    60u           /* kept with one checkpoint */
#define CORE_RECENT          64u           /* own checkpoints that may still be cosigned */
#define CORE_INVITES_MAX     224u          /* due in the next flush */
#define CORE_INVITED_MAX     256u          /* feeds that we were invited to and do not know yet */
#define CORE_PARTS_MAX       512u          /* commits of one flush */
#define CORE_PARTS_HOST      160u          /* of these, by what the host appends */
#define CORE_PARTS_OWN       240u          /* of these, before invites, private feeds and mark */
#define CORE_PRIVATE_MAX     64u           /* own private feeds */
#define CORE_RECEIPTS_MAX    512u          /* in one batch */
#define CORE_ROWS_FEED       5u            /* of a feed in table FEED, those of told apart */
#define CORE_TOLD_MAX        256u          /* in one batch: feeds handed over */
#define CORE_HANDED_MAX      256u          /* handed over to us, not yet joined */
#define CORE_RIPE_AHEAD      256u          /* commits of one feed in the folder's hands */
#define CORE_RIPE_MAX        4096u         /* likewise, of all feeds */
#define CORE_COUNTRY_NODES   32u           /* journals of one country, those of the past included */
#define CORE_NO_RECORD       UINT64_MAX
#define CORE_RECEIPT_MS      1000u
#define CORE_MISSING_MS      60000u
#define CORE_MISSING_LATE_S  3600u /* ... later at most, while what is sent before it comes */
#define CORE_COSIGN_RETRY_MS 100u
#define CORE_LOOK_MS         5000u   /* between two looks at what does not come */
#define CORE_SILENT_MS       15000u  /* a source that gives no commit: try another one */
#define CORE_SILENT_LEAF_MS  90000u  /* likewise no leaves: marks come every minute */
#define CORE_BARREN_MS       120000u /* a source that talks and brings a journal no further */
#define CORE_BARREN_MAX      10u     /* ... twice as long for the next one, so often */
#define CORE_ASK_MS          2000u   /* after a start: for a partner that knows better */
#define CORE_RETURN_MS       15000u  /* what does not come back meanwhile is not waited for */
#define CORE_SETTLE_MS       3000u   /* what came back may be followed by what nobody knew of */
#define CORE_ACCEPT_DEBT     8192u   /* entries beyond an author's rate: then frames are let pass */
#define CORE_ACCEPT_MS       20u     /* between two looks at authors that wait for their rate */
#define CORE_SLOWED_MS       60000u  /* between two notices of one author's */
#define CORE_SCRATCH_BYTES   (300u << 10)
#define CORE_ROOM_BYTES      (768u << 10) /* of the arena: where less is left, nothing new begins */

_Static_assert(CORE_PARTS_OWN + CAIRN_LIMIT_COUNTRIES + CORE_PRIVATE_MAX + 1 <= CORE_PARTS_MAX,
               "invites, private feeds and the mark have their places");
_Static_assert(CORE_PRIVATE_BYTES + CAIRN_COMMIT_ENTRY_BYTES + CAIRN_LIMIT_BODY_BYTES <=
                   CAIRN_LIMIT_COMMIT_BYTES,
               "below it any entry fits");
_Static_assert(CORE_COSIGNATURES + 1 <= CAIRN_NOTE_LINES_MAX, "a note can hold them");

/* What goes first to a link. */
enum core_lane {
    CORE_LANE_JOURNAL, /* journals and control feeds */
    CORE_LANE_SMALL,   /* feeds that are close to their end */
    CORE_LANE_BULK,
    CORE_LANES,
};

#endif
