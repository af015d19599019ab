/* Functions for a log that may be an old copy: is it one, its end comes back, what is lost.
 * Only core*.c includes this, by core_parts.h. */
#ifndef CAIRN_REPLICATION_CORE_RESTORING_H
#define CAIRN_REPLICATION_CORE_RESTORING_H

#include "replication/core_state.h"

/* ---- core_restore.c ---- */
void cairn_core_restore_start(struct cairn_core *core, const struct cairn_event *event);
void cairn_core_restore_hello(struct cairn_core *core, uint32_t journal,
                              const struct cairn_checkpoint *seen);
bool cairn_core_restore_needs(const struct cairn_core *core, uint32_t country);
void cairn_core_restore_ask(struct cairn_core *core, uint32_t link);
void cairn_core_restore_leaf(struct cairn_core *core);
void cairn_core_restore_advanced(struct cairn_core *core);
void cairn_core_restore_follow(struct cairn_core *core);
bool cairn_core_is_silent(const struct cairn_core *core); /* nothing may be said in its own name */
bool cairn_core_is_replaced(const struct cairn_core *core, const struct cairn_feed *feed);
cairn_err cairn_core_may_write(const struct cairn_core *core);
cairn_err cairn_core_may_append(const struct cairn_core *core, const struct cairn_feed *feed,
                                uint64_t kind);

struct core_puts;

/* ---- core_refetch.c ---- */
void cairn_core_refetch_begin(struct cairn_core *core);
void cairn_core_refetch_start(struct cairn_core *core);
void cairn_core_refetch_found(struct cairn_core *core, struct core_puts *puts, uint32_t number);
bool cairn_core_may_have_feeds(const struct cairn_core *core, uint32_t author);
void cairn_core_refetch_leaves(struct cairn_core *core, struct core_puts *puts);
bool cairn_core_refetch_keep(struct cairn_core *core);
void cairn_core_refetch_private(struct cairn_core *core);
bool cairn_core_refetch_is_done(struct cairn_core *core);
void cairn_core_refetch_thaw(struct cairn_core *core);

/* ---- core_lost.c ---- */
void cairn_core_lose(struct cairn_core *core, uint32_t number, uint64_t leaf_index);
void cairn_core_lose_for(struct cairn_core *core, const uint8_t lost[static 16],
                         uint32_t successor);
void cairn_core_losses(struct cairn_core *core);

#endif
