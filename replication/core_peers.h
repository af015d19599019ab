/* What the parts of the core share: those that deal with peers, and with the folder. The map of all
 * parts is in core_parts.h, which includes this. */
#ifndef CAIRN_REPLICATION_CORE_PEERS_H
#define CAIRN_REPLICATION_CORE_PEERS_H

#include "replication/core_state.h"
#include "replication/trust/forkproof.h"
#include "schema/commit.h"
#include "schema/wire.h"

/* ---- core_link.c ---- */
void cairn_core_on_link_up(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_link_down(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_link_frame(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_links_check(struct cairn_core *core);
void cairn_core_drop(struct cairn_core *core, uint32_t link, cairn_err err);
size_t cairn_core_send(struct cairn_core *core, uint32_t link, const struct cairn_message *message);

/* ---- core_offer.c ---- */
void cairn_core_offer_all(struct cairn_core *core, uint32_t link);
void cairn_core_offer_one(struct cairn_core *core, uint32_t link, uint32_t log);
cairn_err cairn_core_take_offer(struct cairn_core *core, uint32_t link,
                                const struct cairn_offer *offer);
void cairn_core_offer_news(struct cairn_core *core);

/* ---- core_fork.c: what somebody shows of a journal, and that is no longer than what we hold ----
 */
bool cairn_core_fork_is_known(const struct cairn_core *core, uint32_t journal,
                              const struct cairn_checkpoint *checkpoint);
/* peer: journal number of who shows it; CORE_NONE: our own leaves have contradicted it already */
void cairn_core_fork_shown(struct cairn_core *core, uint32_t peer, uint32_t journal,
                           const struct core_checkpoint *statement);
void cairn_core_fork_advanced(struct cairn_core *core, uint32_t journal);
void cairn_core_forks(struct cairn_core *core);
void cairn_core_fork_loaded(struct cairn_core *core, const struct cairn_event *event);

/* ---- core_ended.c: origins that sign nothing any more ---- */
void cairn_core_end(struct cairn_core *core, uint32_t journal,
                    const struct cairn_country_ended *ended);
bool cairn_core_is_disputed(const struct cairn_core *core, uint32_t journal);
void cairn_core_ends(struct cairn_core *core);
void cairn_core_ends_greet(struct cairn_core *core, uint32_t link);
void cairn_core_end_reached(struct cairn_core *core, uint32_t journal);
void cairn_core_end_loaded(struct cairn_core *core, const struct cairn_event *event);

/* ---- core_branch.c, core_cut.c ---- */
void cairn_core_branches_due(struct cairn_core *core);
bool cairn_core_branch_is_on(const struct cairn_core *core, uint32_t log);
void cairn_core_branches(struct cairn_core *core);
void cairn_core_branch_leaves(struct cairn_core *core, const struct cairn_journal_range *range);
void cairn_core_branch_loaded(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_branch_stored(struct cairn_core *core, uint32_t journal);
void cairn_core_cut_recall(struct cairn_core *core);
void cairn_core_cuts(struct cairn_core *core);
void cairn_core_cut_loaded(struct cairn_core *core, uint32_t feed, const struct cairn_event *event);
void cairn_core_cut_stored(struct cairn_core *core, uint32_t journal);

/* ---- core_proof.c ---- */
struct cairn_forkproof_reader cairn_core_proof_reader(struct cairn_core *core, uint32_t journal);
void cairn_core_prove(struct cairn_core *core, uint32_t journal, const struct cairn_fork *fork,
                      const struct cairn_forkproof *proof);
cairn_err cairn_core_take_proof(struct cairn_core *core, const struct cairn_fork *fork);
void cairn_core_proofs_greet(struct cairn_core *core, uint32_t link);
void cairn_core_proofs_tell(struct cairn_core *core);
void cairn_core_proof_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event);

/* ---- core_want.c ---- */
void cairn_core_want(struct cairn_core *core, uint32_t log);
void cairn_core_want_again(struct cairn_core *core, uint32_t log);
void cairn_core_want_stop(struct cairn_core *core, uint32_t log);
void cairn_core_want_elsewhere(struct cairn_core *core, uint32_t link, uint32_t log);
void cairn_core_want_author(struct cairn_core *core, uint32_t journal);
void cairn_core_want_nothing(struct cairn_core *core, uint32_t journal);
void cairn_core_want_moved(struct cairn_core *core, uint32_t log);
void cairn_core_want_grown(struct cairn_core *core, uint32_t log);
void cairn_core_want_more(struct cairn_core *core, uint32_t log);
cairn_err cairn_core_want_book(struct cairn_core *core, uint32_t link, uint32_t log,
                               size_t frame_bytes);
void cairn_core_offered(struct cairn_core *core, uint32_t link, uint32_t log);
void cairn_core_want_longer(struct cairn_core *core, uint32_t link, uint32_t journal);
uint32_t cairn_core_want_source_after(const struct cairn_core *core, uint32_t log, uint32_t after);
void cairn_core_want_from(struct cairn_core *core, uint32_t log, uint32_t link, uint64_t from);
void cairn_core_resource(struct cairn_core *core, uint32_t link);
void cairn_core_sources(struct cairn_core *core);
void cairn_core_stall(struct cairn_core *core, uint32_t log);
void cairn_core_unstall(struct cairn_core *core);
bool cairn_core_feed_is_ready(const struct cairn_core *core, const struct cairn_feed *feed);
void cairn_core_ask_records(struct cairn_core *core, uint32_t log);

/* ---- core_accept.c: what is taken of an author. journal, log: of the author ---- */
void cairn_core_on_accept(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_on_space(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_accept_recall(struct cairn_core *core);
/* Is anything of it taken at all? */
bool cairn_core_accept_is_open(const struct cairn_core *core, uint32_t journal);
/* Bytes that may be asked for now; 0: say cairn_core_accept_wait */
uint32_t cairn_core_accept_credit(struct cairn_core *core, uint32_t log);
/* The log goes on when the author's rate allows: with more credit, or from what is held. */
void cairn_core_accept_wait(struct cairn_core *core, uint32_t log, bool is_restart);
void cairn_core_accept_asked(struct cairn_core *core, uint32_t log);
/* May a frame of which so many bytes are kept be taken? false: the rest is seen to */
bool cairn_core_accept_takes(struct cairn_core *core, uint32_t log, uint64_t bytes);
bool cairn_core_accept_fits(struct cairn_core *core, uint32_t journal, uint64_t bytes);
/* It was: so many entries or leaves, so many bytes; and so many more bytes of it are on disk. */
void cairn_core_accept_charge(struct cairn_core *core, uint32_t journal, uint64_t entries,
                              uint64_t bytes);
void cairn_core_accept_keep(struct cairn_core *core, uint32_t journal, uint64_t bytes);
/* When less of it was taken than there was; 0: never */
uint64_t cairn_core_accept_held_back_ms(struct cairn_core *core, uint32_t journal);
void cairn_core_accept_follow(struct cairn_core *core);

/* ---- core_serve.c ---- */
cairn_err cairn_core_take_want(struct cairn_core *core, uint32_t link,
                               const struct cairn_want *want);
void cairn_core_grown(struct cairn_core *core, uint32_t log);
void cairn_core_pump_all(struct cairn_core *core);
void cairn_core_unblock(struct cairn_core *core, uint32_t link);
void cairn_core_stream_loaded(struct cairn_core *core, const struct core_task *task,
                              const struct cairn_event *event);
void cairn_core_record_loaded(struct cairn_core *core, const struct core_task *task,
                              const struct cairn_event *event);

/* ---- core_notes.c ---- */
void cairn_core_note_id(const struct cairn_roster_entry *country, uint8_t out[static 32]);
void cairn_core_chain_grow(struct cairn_core *core, uint32_t country,
                           const struct cairn_country_doc *doc);
bool cairn_core_note_is_behind(struct cairn_core *core, const struct cairn_row *row);
cairn_err cairn_core_note_recall_behind(struct cairn_core *core, struct cairn_bytes note);
cairn_err cairn_core_rotation_offered(struct cairn_core *core, const struct cairn_bytes *pair);
void cairn_core_notes_greet(struct cairn_core *core, uint32_t link);
void cairn_core_notes_due(struct cairn_core *core, uint32_t country);
void cairn_core_notes(struct cairn_core *core);
void cairn_core_notes_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event);

/* ---- core_journal.c, core_scan.c ---- */
cairn_err cairn_core_take_journal(struct cairn_core *core, uint32_t link,
                                  const struct cairn_journal_range *range, size_t frame_bytes);
void cairn_core_journal_stored(struct cairn_core *core, uint32_t journal, uint64_t size);
void cairn_core_tag_put(struct cairn_core *core, uint32_t feed);
void cairn_core_tag_remove(struct cairn_core *core, uint32_t feed);
uint64_t cairn_core_scanned(const struct cairn_core *core, const struct cairn_feed *feed);
void cairn_core_scan_leaves(struct cairn_core *core, uint32_t journal, uint64_t first,
                            struct cairn_bytes leaves);
void cairn_core_scan_lag(struct cairn_core *core, uint32_t journal, uint64_t first);
void cairn_core_scan(struct cairn_core *core, uint32_t journal);
void cairn_core_scan_all(struct cairn_core *core);
void cairn_core_scan_more(struct cairn_core *core, uint32_t feed);
void cairn_core_scan_loaded(struct cairn_core *core, const struct core_task *task,
                            const struct cairn_event *event);

/* ---- core_join.c, core_commit.c ---- */
void cairn_core_ask_record(struct cairn_core *core, uint32_t link, const uint8_t feed[static 16]);
void cairn_core_ask_invited(struct cairn_core *core, uint32_t link);
void cairn_core_note_invited(struct cairn_core *core, const uint8_t feed[static 16]);
void cairn_core_on_invited(struct cairn_core *core, const struct cairn_event *event);
cairn_err cairn_core_take_feed(struct cairn_core *core, uint32_t link,
                               const struct cairn_feed_message *message);
uint64_t cairn_core_admit_row(const uint8_t country[static 3]);
cairn_err cairn_core_take_entries(struct cairn_core *core, uint32_t link, struct cairn_bytes commit,
                                  size_t frame_bytes);
cairn_err cairn_core_commit_replay(struct cairn_core *core, uint32_t feed,
                                   const struct cairn_commit *commit);
void cairn_core_commit_stored(struct cairn_core *core, uint32_t feed, uint64_t commits);

/* ---- core_ripe.c, core_look.c ---- */
void cairn_core_feed_ripen(struct cairn_core *core, uint32_t feed);
void cairn_core_ripen(struct cairn_core *core);
void cairn_core_refold(struct cairn_core *core, uint32_t journal);
void cairn_core_refold_feed(struct cairn_core *core, uint32_t number);
void cairn_core_on_opened(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_look(struct cairn_core *core);
void cairn_core_set_back(struct cairn_core *core);

#endif
