/* What a country that lost its sealing keys gets back from its partners: the functions that the
 * parts of the core share. docs/protocol.md, P-98 to P-102. Nobody outside of core*.c includes
 * this.
 *
 *     core_hand.c      this node hands over to such a country
 *     core_handed.c    this node's country is one, and is handed secrets by others */
#ifndef CAIRN_REPLICATION_CORE_HANDS_H
#define CAIRN_REPLICATION_CORE_HANDS_H

#include "replication/core_state.h"
#include "schema/feedop.h"

struct core_puts; /* core_parts.h */

void cairn_core_hand_again(struct cairn_core *core, uint32_t country);
void cairn_core_hand_own(struct cairn_core *core, uint32_t number, uint32_t country);
void cairn_core_hand_wrapped(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                             const uint8_t country[static 3], const uint8_t sealing[static 32]);
struct cairn_members cairn_core_hand_lost(const struct cairn_core *core,
                                          const struct cairn_wrap *wraps, uint32_t count);
void cairn_core_hand_rekeyed(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                             const struct cairn_members *lost);
void cairn_core_hands(struct cairn_core *core);
void cairn_core_on_keys(struct cairn_core *core, const struct cairn_event *event);
const uint8_t *cairn_core_handed_secret(const struct cairn_core *core,
                                        const uint8_t feed[static 16], uint32_t epoch,
                                        const uint8_t hash[static 32]);
void cairn_core_handed_again(struct cairn_core *core);
void cairn_core_handed(struct cairn_core *core);
void cairn_core_pair_handed(struct cairn_core *core, uint32_t journal, uint32_t giver,
                            const uint8_t id[static 16], const uint8_t secret[static 32]);
void cairn_core_puts_add_told(struct cairn_core *core, struct core_puts *puts, uint32_t number,
                              uint32_t country, bool is_gone);
/* Somebody else's feed under an id that proves to be another one's: it is there no more. */
void cairn_core_feed_oust(struct cairn_core *core, const uint8_t id[static 16]);

#endif
