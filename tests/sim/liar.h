/* A country that lies in its own name in a storm: its node greets, and what is said else is written
 * by hand, under its keys, with lies that a seed picks. docs/simulation.md, section 2
 *
 *     history --+-- face 0 --> nodes with even numbers     one until it forks
 *               '-- face 1 --> nodes with odd numbers */
#ifndef CAIRN_TESTS_SIM_LIAR_H
#define CAIRN_TESTS_SIM_LIAR_H

#include "tests/sim/world.h"

struct liar;

enum liar_lie {
    LIAR_TRUTH,    /* one more word */
    LIAR_WRAP,     /* a feed with a wrap that the secret does not give */
    LIAR_SECRET,   /* ... with wraps of another secret than the record promises */
    LIAR_KEY,      /* a body whose key is not the committed one */
    LIAR_BODY,     /* another body under the same leaf, for some members */
    LIAR_WITHHOLD, /* the last commit does not reach some members, or none */
    LIAR_FUTURE,   /* a mark of ten minutes ahead */
    LIAR_PAST,     /* a mark that goes back */
    LIAR_CLOSE,    /* a close with another size */
    LIAR_RECEIPT,  /* a receipt beyond the end */
    LIAR_COSIGN,   /* a cosignature under a branch that nobody signed */
    LIAR_SIZE,     /* sizes that are wrong in OFFER and JOURNAL */
    LIAR_REPLAY,   /* a checkpoint of before, as if it were the newest */
    LIAR_FLOOD,    /* all of it twenty times over */
    LIAR_FORK,     /* from here on two histories */
    LIAR_LIES,
};

/* From now on this node is only its keys. Fake keys only. */
struct liar *liar_open(struct world *world, uint32_t node, uint64_t seed);
void liar_close(struct liar *liar); /* NULL: nothing */

/* Write one flush in each history, with this lie, and tell whoever is linked. */
void liar_play(struct liar *liar, enum liar_lie lie);
enum liar_lie liar_pick(struct liar *liar);

#endif
