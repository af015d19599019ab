/* What a country does with its root key while the network runs: its next document, other sealing
 * keys, the root key that it announced. Keys and document lie beside the log, in files: no disk
 * that is lost or put back takes them along. source P-12, P-93 to P-95 */
#ifndef CAIRN_TESTS_SIM_RENEWAL_H
#define CAIRN_TESTS_SIM_RENEWAL_H

#include "tests/sim/world.h"

enum world_renewal {
    WORLD_RENEW_PLAIN = 0, /* nothing but the serial and the validity */
    WORLD_RENEW_SEALING = 1,
    WORLD_RENEW_ROOT = 2, /* signed by the root key that was announced; another one is */
};

/* The country writes its next document; its node hears of it at its next start, or when it is told.
 * what: set of world_renewal
 * gives false when there is no room for another sealing key: nothing changed then */
bool world_renew(struct world *world, uint32_t node, uint32_t what);

/* The first node's country lost everything but its root key: its origin ends at this position, its
 * sealing key is said to be lost, and the last node, its next incarnation (has_next), starts with
 * another one and with nothing else but that document. */
void world_lose(struct world *world, uint64_t size, const uint8_t root[static 32]);

/* `cairn recover`: the country ends the origin of this node at the longest checkpoint that it, or
 * anybody honest, holds, and the node goes on as the next incarnation: on its disk, or a new one.
 * gives false when it is writing now: nothing changed then. source P-14 to P-16 */
bool world_recover(struct world *world, uint32_t node, bool is_disk_gone);

/* ... at what was its own journal earlier (cairn_core_restore of then): somebody else has written
 * with its key since. source P-14 to P-16 */
bool world_revoke(struct world *world, uint32_t node, bool is_disk_gone,
                  const struct cairn_core_restore *good);

/* Does a node hold the newest document of a country? */
bool world_has_document(const struct world *world, uint32_t node, uint32_t country);

/* The operator gives a node its own newest document, with the keys before it, if it has not taken
 * it yet. */
void world_give_own(struct world *world, uint32_t node);

/* Its documents are given to a partner's operator: those that lead from one root key to the next,
 * and the newest one. */
void world_hand_over(struct world *world, uint32_t node, uint32_t peer);

/* Was the epoch in force of an own audience feed, or the way in of a member admitted since, sealed
 * to another key than the newest that the node knows of that member? source P-95
 * gives false, too, when a record cannot be read now */
bool world_is_stale(const struct world *world, uint32_t node, const uint8_t feed[static 16]);

#endif
