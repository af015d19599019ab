/* The functions that the parts of the core share. Nobody outside of
 * core*.c includes this.
 *
 *     core.c          size, init, step: who handles which event
 *     core_feeds.c    tables of countries, journals, feeds; which commits are ripe
 *     core_rows.c     its own rows on disk, written and recalled
 *     core_trust.c    documents, recognition, what follows from a new partner
 *     cairn_core_append.c   operations come in, are sealed and wait
 *     core_own.c      records of own feeds: open, admit, rekey, close, receipts
 *     cairn_core_flush.c    what waits becomes one journal growth: leaves, checkpoint, batch
 *     core_witness.c  marks and cosignatures
 *     core_link.c     links: HELLO, OFFER, WANT, BYE
 *     core_serve.c    streams to peers
 *     cairn_core_take.c     JOURNAL, ENTRIES, FEED from peers
 *     core_read.c     what a host may read */
#ifndef CAIRN_REPLICATION_CORE_PARTS_H
#define CAIRN_REPLICATION_CORE_PARTS_H

#include "replication/core_state.h"
#include "schema/feedop.h"
#include "schema/wire.h"

/* ---- core.c ---- */
void *cairn_core_take(struct cairn_core *core, size_t size); /* from the step's arena; never NULL */
struct cairn_action *cairn_core_act(struct cairn_core *core, enum cairn_action_type type);
void cairn_core_notice(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                       uint64_t a, uint64_t b);
void cairn_core_notice_err(struct cairn_core *core, enum cairn_notice_code code, uint32_t country,
                           cairn_err err);
void cairn_core_fresh(struct cairn_core *core, uint8_t out[static 32]);
uint32_t cairn_core_task_open(struct cairn_core *core, enum core_task_type type, uint32_t log,
                              uint64_t a);
struct core_task *cairn_core_task_at(struct cairn_core *core, uint32_t token);
void cairn_core_wake(struct cairn_core *core, uint64_t at_ms);

/* ---- core_feeds.c ---- */
uint32_t cairn_core_country_find(const struct cairn_core *core, const uint8_t country[static 3]);
uint32_t cairn_core_country_add(struct cairn_core *core, const uint8_t country[static 3]);
struct cairn_bytes cairn_core_origin(const struct cairn_core *core, uint32_t journal);
uint32_t cairn_core_journal_find(const struct cairn_core *core, struct cairn_bytes origin);
uint32_t cairn_core_journal_add(struct cairn_core *core, struct cairn_bytes origin,
                                uint32_t country);
uint32_t cairn_core_feed_number(const struct cairn_core *core, const uint8_t id[static 16]);
uint32_t cairn_core_feed_add(struct cairn_core *core, const uint8_t id[static 16],
                             enum cairn_feed_type type, uint32_t journal);
uint32_t cairn_core_log_find(const struct cairn_core *core, const uint8_t id[static 16]);
bool cairn_core_feed_is_member(const struct cairn_core *core, const struct cairn_feed *feed,
                               uint32_t country);
bool cairn_core_feed_is_served(const struct cairn_core *core, uint32_t feed, uint32_t country);
void cairn_core_feed_ripen(struct cairn_core *core, uint32_t feed);
void cairn_core_tag_put(struct cairn_core *core, uint32_t feed);
uint32_t cairn_core_tag_find(const struct cairn_core *core, const uint8_t tag[static 16]);
void cairn_core_tag_remove(struct cairn_core *core, uint32_t feed);
uint64_t cairn_core_scanned(const struct cairn_core *core, const struct cairn_feed *feed);
uint32_t cairn_core_pairwise_find(const struct cairn_core *core, uint32_t journal,
                                  uint32_t country);

/* ---- core_rows.c ---- */
struct core_puts {
    struct cairn_put *puts;
    size_t count;
    size_t capacity;
};
struct core_puts cairn_core_puts_begin(struct cairn_core *core, size_t capacity);
struct cairn_put *cairn_core_puts_add(struct core_puts *puts, enum cairn_table table,
                                      const uint8_t id[static 16], uint64_t index);
void cairn_core_puts_add_feed(struct cairn_core *core, struct core_puts *puts, uint32_t feed,
                              const struct cairn_merkle_range *range);
void cairn_core_puts_add_country(struct cairn_core *core, struct core_puts *puts, uint32_t country);
void cairn_core_puts_add_clock(struct cairn_core *core, struct core_puts *puts);
void cairn_core_puts_add_journal(struct cairn_core *core, struct core_puts *puts, uint32_t journal);
void cairn_core_puts_store(struct cairn_core *core, const struct core_puts *puts, uint32_t token,
                           bool is_synced);
void cairn_core_recall(struct cairn_core *core, const struct cairn_row *row);
void cairn_core_recall_end(struct cairn_core *core);

/* ---- core_trust.c ---- */
cairn_err cairn_core_document(struct cairn_core *core, struct cairn_bytes note, bool is_compared,
                              bool is_stored);
void cairn_core_note_id(const struct cairn_roster_entry *country, uint8_t out[static 32]);
void cairn_core_on_document(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_forget(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_pair(struct cairn_core *core, uint32_t country);

/* ---- cairn_core_append.c ---- */
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
cairn_err cairn_core_append(struct cairn_core *core, const struct core_new *new_entry);
void cairn_core_append_op(struct cairn_core *core, uint32_t feed, const struct cairn_feedop *op);
cairn_err cairn_core_encode_op(struct cairn_core *core, const struct cairn_feedop *op,
                               struct cairn_bytes *out);
struct core_part *cairn_core_part_of(struct core_batch *batch, uint32_t feed);
void cairn_core_on_append(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_answer(struct cairn_core *core, uint64_t token, cairn_err err);

/* ---- core_own.c ---- */
void cairn_core_on_feed_open(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_feed_admit(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_feed_rekey(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_feed_close(struct cairn_core *core, const struct cairn_event *event);
cairn_err cairn_core_close_feed(struct cairn_core *core, uint32_t feed);
void cairn_core_receipts(struct cairn_core *core);
void cairn_core_on_opened(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_invited(struct cairn_core *core, const struct cairn_event *event);

/* ---- cairn_core_flush.c ---- */
void cairn_core_flush(struct cairn_core *core);
void cairn_core_flush_signed(struct cairn_core *core, const uint8_t signature[static 64]);
void cairn_core_flush_stored(struct cairn_core *core);

/* ---- core_witness.c ---- */
void cairn_core_mark(struct cairn_core *core);
void cairn_core_cosign(struct cairn_core *core);
void cairn_core_cosign_signed(struct cairn_core *core, uint32_t journal,
                              const uint8_t signature[static 64]);
cairn_err cairn_core_take_cosign(struct cairn_core *core, uint32_t link,
                                 const struct cairn_cosign *cosign);
void cairn_core_recent_add(struct cairn_core *core);
struct core_recent *cairn_core_recent_find(struct cairn_core *core, uint64_t size);
cairn_err cairn_core_checkpoint_read(struct cairn_core *core, uint32_t journal,
                                     struct cairn_bytes note, struct cairn_checkpoint *out);

/* ---- core_link.c ---- */
void cairn_core_on_link_up(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_link_down(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_link_frame(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_drop(struct cairn_core *core, uint32_t link, cairn_err err);
void cairn_core_send(struct cairn_core *core, uint32_t link, const struct cairn_message *message);
void cairn_core_offer_one(struct cairn_core *core, uint32_t link, uint32_t log);
cairn_err cairn_core_take_offer(struct cairn_core *core, uint32_t link,
                                const struct cairn_offer *offer);
void cairn_core_offered(struct cairn_core *core, uint32_t link, uint32_t log);
void cairn_core_want(struct cairn_core *core, uint32_t log);
cairn_err cairn_core_want_more(struct cairn_core *core, uint32_t link, uint32_t log,
                               size_t used_bytes);
void cairn_core_stall(struct cairn_core *core, uint32_t log);
void cairn_core_unstall(struct cairn_core *core);
void cairn_core_want_again(struct cairn_core *core, uint32_t log);

/* ---- core_serve.c ---- */
cairn_err cairn_core_take_want(struct cairn_core *core, uint32_t link,
                               const struct cairn_want *want);
void cairn_core_grown(struct cairn_core *core, uint32_t log);
void cairn_core_pump(struct cairn_core *core, uint32_t link);
void cairn_core_unblock(struct cairn_core *core, uint32_t link);
void cairn_core_notes_next(struct cairn_core *core, uint32_t link);
void cairn_core_stream_loaded(struct cairn_core *core, const struct core_task *task,
                              const struct cairn_event *event);
void cairn_core_record_loaded(struct cairn_core *core, const struct core_task *task,
                              const struct cairn_event *event);
void cairn_core_notes_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event);

/* ---- cairn_core_take.c ---- */
cairn_err cairn_core_take_journal(struct cairn_core *core, uint32_t link,
                                  const struct cairn_journal_range *range, size_t frame_bytes);
cairn_err cairn_core_take_entries(struct cairn_core *core, uint32_t link, struct cairn_bytes commit,
                                  size_t frame_bytes);
cairn_err cairn_core_take_feed(struct cairn_core *core, uint32_t link,
                               const struct cairn_feed_message *message);
void cairn_core_journal_stored(struct cairn_core *core, uint32_t journal, uint64_t size);
void cairn_core_commit_stored(struct cairn_core *core, uint32_t feed, uint64_t commits);
void cairn_core_scan(struct cairn_core *core, uint32_t journal);
void cairn_core_scan_loaded(struct cairn_core *core, const struct core_task *task,
                            const struct cairn_event *event);
void cairn_core_missing(struct cairn_core *core);

#endif
