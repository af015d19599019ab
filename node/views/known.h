/* Which objects may have a state: a Bloom filter in memory, so that folding a new object does not
 * ask the store for what is not there (5 us, a third of the whole fold).
 *
 *     layer 0: 2^20 keys   layer 1: 2^21 keys   ...      each key sets 8 bits of one cache line
 *
 * Never says no to a key that was added. Says yes to one in 500 of the others, and to all once its
 * layers are full (130 million keys, 266 MB). For one thread. */
#ifndef CAIRN_NODE_VIEWS_KNOWN_H
#define CAIRN_NODE_VIEWS_KNOWN_H

#include "node/views/view.h"

struct cairn_known;

/* owns: give back with cairn_known_close. errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_known_open(struct cairn_known **out);
void cairn_known_close(struct cairn_known *known); /* NULL is harmless */

/* Without memory for another layer it knows everything from then on. */
void cairn_known_add(struct cairn_known *known, const struct cairn_merge_key *key);

/* gives  false: it was certainly never added */
bool cairn_known_has(const struct cairn_known *known, const struct cairn_merge_key *key);

#endif
