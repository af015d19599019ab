/* The functions that the parts of the core share; those that deal with peers are in core_peers.h,
 * those for a log that was put back in core_restoring.h.
 * Nobody outside of core*.c includes this.
 *
 *     core.c           size, init                     core_step.c     who handles which event
 *     core_act.c       actions, notices, tasks        core_read.c     what a host may read
 *     core_feeds.c     tables of countries, journals, feeds
 *     core_rows.c      its own rows on disk, written  core_recall.c   ... and read at the start
 *     core_trust.c     documents, recognition, what follows from a new partner
 *
 *     what this node writes
 *     core_append.c    operations come in, are sealed and wait
 *     core_own.c       records of own feeds: open, admit, rekey, close
 *     core_flush.c     what waits becomes one journal growth: leaves, checkpoint, batch
 *     core_witness.c   checkpoints, marks             core_cosign.c   cosignatures
 *     core_hand.c      to a country that lost its sealing keys      core_handed.c   from partners
 *     core_receipt.c   receipts                   core_restore.c   is the log an old copy?
 *     core_lost.c      what nobody returned       core_refetch.c   its end comes back
 *
 *     what comes and goes
 *     core_link.c      links, HELLO, BYE              core_offer.c    OFFER
 *     core_want.c      of whom we ask what            core_serve.c    what we give
 *     core_accept.c    how much of whom is taken      core_notes.c    which documents are told
 *     core_journal.c   JOURNAL: leaves                core_scan.c     tags among them
 *     core_join.c      FEED: records of feeds         core_commit.c   ENTRIES: commits
 *     core_ripe.c      commits to the folder          core_look.c     what does not come
 *     core_fork.c      two histories: found           core_proof.c    ... proved and told
 *     core_ended.c     journals that end at a position
 *     core_scrub.c     the log is read again          core_check.c    is it what it was?
 *     core_heal.c      what is not, from partners     core_faults.c   what is not, listed
 *     core_remake.c    ... or from what is left */
#ifndef CAIRN_REPLICATION_CORE_PARTS_H
#define CAIRN_REPLICATION_CORE_PARTS_H

#include "replication/core_hands.h"
#include "replication/core_peers.h"
#include "replication/core_restoring.h"
#include "replication/core_state.h"
#include "schema/feedop.h"

/* ---- core_act.c ---- */
void *cairn_core_take(struct cairn_core *core, size_t size); /* from the step's arena; never NULL */
bool cairn_core_is_roomy(const struct cairn_core *core);     /* may something new begin? */
struct cairn_action *cairn_core_act(struct cairn_core *core, enum cairn_action_type type);
void cairn_core_notice(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                       uint64_t a, uint64_t b);
void cairn_core_notice_err(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                           cairn_err err);
void cairn_core_answer(struct cairn_core *core, uint64_t token, cairn_err err);
void cairn_core_wake(struct cairn_core *core, uint64_t at_ms);
void cairn_core_fresh(struct cairn_core *core, uint8_t out[static 32]);
void cairn_core_tasks_init(struct cairn_core *core);
uint32_t cairn_core_task_open(struct cairn_core *core, enum core_task_type type, uint32_t log,
                              uint64_t a);
struct core_task *cairn_core_task_at(struct cairn_core *core, uint32_t token);
struct core_task cairn_core_task_close(struct cairn_core *core, uint32_t token);
bool cairn_core_is_busy(const struct cairn_core *core); /* too much is under way */

/* ---- core_feeds.c: these give CORE_NONE for none, or where a table is full ---- */
uint32_t cairn_core_country_find(const struct cairn_core *core, const uint8_t country[static 3]);
uint32_t cairn_core_country_add(struct cairn_core *core, const uint8_t country[static 3]);
/* Only if there is room to spare: somebody named it. */
uint32_t cairn_core_country_name(struct cairn_core *core, const uint8_t country[static 3]);
struct cairn_bytes cairn_core_origin(const struct cairn_core *core, uint32_t journal);
uint32_t cairn_core_journal_find(const struct cairn_core *core, struct cairn_bytes origin);
uint32_t cairn_core_journal_add(struct cairn_core *core, struct cairn_bytes origin,
                                uint32_t country);
/* Where an id or tag is looked for first, in feed_index and tag_index. */
uint32_t cairn_core_place(const struct cairn_core *core, const uint8_t id[static 16]);
uint32_t cairn_core_feed_number(const struct cairn_core *core, const uint8_t id[static 16]);
uint32_t cairn_core_feed_add(struct cairn_core *core, const uint8_t id[static 16],
                             enum cairn_feed_type type, uint32_t journal);
/* Who brought a feed: no country fills the table alone. */
void cairn_core_feed_give(struct cairn_core *core, uint32_t number, uint32_t country);
bool cairn_core_feed_may_give(const struct cairn_core *core, uint32_t country);
uint32_t cairn_core_log_find(const struct cairn_core *core, const uint8_t id[static 16]);
const uint8_t *cairn_core_log_id(const struct cairn_core *core, uint32_t log);
uint32_t cairn_core_log_author(const struct cairn_core *core, uint32_t log);
bool cairn_core_is_followed(const struct cairn_core *core, uint32_t journal);
bool cairn_core_feed_is_served(const struct cairn_core *core, uint32_t number, uint32_t country);

/* ---- core_rows.c, core_recall.c ---- */
struct core_puts {
    struct cairn_put *puts;
    size_t count;
    size_t capacity;
};
struct core_puts cairn_core_puts_begin(struct cairn_core *core, size_t capacity);
struct cairn_put *cairn_core_puts_add(struct core_puts *puts, enum cairn_table table,
                                      const uint8_t id[static 16], uint64_t index);
void cairn_core_puts_add_feed(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                              const struct cairn_merkle_range *range);
void cairn_core_puts_add_waiting(struct cairn_core *core, struct core_puts *puts, uint32_t number);
void cairn_core_puts_add_receipt(struct cairn_core *core, struct core_puts *puts,
                                 const struct core_receipt *receipt);
void cairn_core_puts_add_country(struct cairn_core *core, struct core_puts *puts, uint32_t country);
void cairn_core_puts_add_clock(struct cairn_core *core, struct core_puts *puts);
void cairn_core_puts_add_journal(struct cairn_core *core, struct core_puts *puts, uint32_t journal);
void cairn_core_puts_store(struct cairn_core *core, const struct core_puts *puts, uint32_t token,
                           bool is_synced);
void cairn_core_recall(struct cairn_core *core, const struct cairn_row *row);
void cairn_core_recall_end(struct cairn_core *core);

/* ---- core_trust.c ---- */
cairn_err cairn_core_document_recall(struct cairn_core *core, struct cairn_bytes note);
cairn_err cairn_core_document_offered(struct cairn_core *core, struct cairn_bytes note);
void cairn_core_document_stored(struct cairn_core *core, const struct core_task *task);
void cairn_core_on_document(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_forget(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_announce(struct cairn_core *core);

/* ---- core_pair.c ---- */
void cairn_core_sealing_add(struct cairn_core *core, const uint8_t secret[static 32]);
void cairn_core_on_sealing(struct cairn_core *core, const struct cairn_event *event);
const uint8_t *cairn_core_sealing_public(const struct cairn_core *core, uint32_t country);
struct cairn_record_reader cairn_core_record_reader(const struct cairn_core *core,
                                                    uint32_t journal);
void cairn_core_pair(struct cairn_core *core, uint32_t country);
void cairn_core_pair_all(struct cairn_core *core);
void cairn_core_pairs_due(struct cairn_core *core);
bool cairn_core_pairs_is_due(const struct cairn_core *core);
void cairn_core_pairs(struct cairn_core *core);

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
bool cairn_core_fits(const struct cairn_core *core, uint32_t feed, size_t operation_bytes);
bool cairn_core_fits_own(const struct cairn_core *core, uint32_t feed, size_t operation_bytes);
void cairn_core_append(struct cairn_core *core, const struct core_new *entry);
void cairn_core_append_op(struct cairn_core *core, uint32_t feed, const struct cairn_feedop *op);
cairn_err cairn_core_encode_op(struct cairn_core *core, const struct cairn_feedop *op,
                               struct cairn_bytes *out);
struct core_part *cairn_core_part_find(const struct core_batch *batch, uint32_t feed);
struct core_part *cairn_core_part_of(struct core_batch *batch, uint32_t feed);
void cairn_core_on_append(struct cairn_core *core, const struct cairn_event *event);

/* ---- core_own.c ---- */
void cairn_core_on_feed_open(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_feed_admit(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_feed_rekey(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_feed_close(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_closes_due(struct cairn_core *core);
void cairn_core_closes(struct cairn_core *core);

/* ---- core_receipt.c ---- */
void cairn_core_receipt_opened(struct cairn_core *core, uint32_t feed, bool has_content);
void cairn_core_receipts_wake(struct cairn_core *core);
void cairn_core_receipts_due(struct cairn_core *core);
void cairn_core_receipts(struct cairn_core *core);

/* ---- core_flush.c ---- */
void cairn_core_flush(struct cairn_core *core);
void cairn_core_flush_signed(struct cairn_core *core, const uint8_t signature[static 64]);
void cairn_core_flush_stored(struct cairn_core *core);

/* ---- core_witness.c, core_cosign.c ---- */
cairn_err cairn_core_checkpoint_read(struct cairn_core *core, uint32_t journal,
                                     struct cairn_bytes note, struct cairn_checkpoint *out);
void cairn_core_mark(struct cairn_core *core);
void cairn_core_cosign(struct cairn_core *core);
void cairn_core_cosign_signed(struct cairn_core *core, uint32_t journal,
                              const uint8_t signature[static 64]);
void cairn_core_cosign_stored(struct cairn_core *core, uint32_t journal);
cairn_err cairn_core_take_cosign(struct cairn_core *core, uint32_t link,
                                 const struct cairn_cosign *cosign);
void cairn_core_recent_add(struct cairn_core *core);

#endif
