/* The thread that writes views: takes one piece of work at a time, so that the next batch is folded
 * while this one goes into the store.
 *
 *     folder's thread   fold 1 | fold 2      | fold 3        give waits for the piece before;
 *     scribe's thread          | write 1     | write 2       what failed is told by settle
 *
 * One per stage; all calls on the folder's thread. docs/architecture.md, section 5. */
#ifndef CAIRN_NODE_VIEWS_SCRIBE_H
#define CAIRN_NODE_VIEWS_SCRIBE_H

#include "schema/base/err.h"

struct cairn_scribe;

/* Runs on the scribe's thread; gives what settle will tell. */
typedef cairn_err cairn_scribe_run(void *host);

/* owns    give back with cairn_scribe_close
 * errors  CAIRN_MEMORY, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_scribe_open(struct cairn_scribe **out);

/* Waits for what was given, and ends the thread. NULL is harmless. */
void cairn_scribe_close(struct cairn_scribe *scribe);

/* Hand over a piece of work, after waiting for the one before.
 *
 * owns    borrows host until the next give, settle or close comes back
 * errors  those of an earlier piece: this one is not run, nor is any more until settle */
CAIRN_MUST cairn_err cairn_scribe_give(struct cairn_scribe *scribe, cairn_scribe_run *run,
                                       void *host);

/* Wait for what was given; changes nothing. gives  the first error since settle */
CAIRN_MUST cairn_err cairn_scribe_wait(struct cairn_scribe *scribe);

/* Wait for what was given, and begin anew.
 *
 * errors  the first of all pieces since the last settle */
CAIRN_MUST cairn_err cairn_scribe_settle(struct cairn_scribe *scribe);

#endif
