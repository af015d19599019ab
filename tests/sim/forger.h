/* A country that lies in its own name: its node greets and says nothing else. A test speaks with
 * its keys: every leaf, commit and frame can be wrong, signed and in order. docs/simulation.md */
#ifndef CAIRN_TESTS_SIM_FORGER_H
#define CAIRN_TESTS_SIM_FORGER_H

#include "tests/lib/core_author.h"
#include "tests/sim/world.h"

/* From now on this node is only its keys; out writes in their name. Fake keys only. */
void forger_open(struct world *world, uint32_t node, struct author *out);

/* Say something to a node that is linked, at this time. */
void forger_push(struct world *world, uint32_t from, uint32_t to,
                 const struct cairn_message *message, uint64_t at_ms);
/* ... at once, and give it time to take it. */
void forger_say(struct world *world, uint32_t from, uint32_t to,
                const struct cairn_message *message);

/* As a member of a feed. */
struct author_member forger_member(struct world *world, uint32_t node);

/* Why a node refused a link or feed the last time; how many bodies do not open for it. */
cairn_err forger_blame(const struct world *world, uint32_t node);
uint32_t forger_unopened(const struct world *world, uint32_t node);
struct cairn_core_peer forger_peer(struct world *world, uint32_t node, const struct author *author);

#endif
