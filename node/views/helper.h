/* A thread beside the folder's that takes one piece of work at a time. The scribe writes a batch to
 * views while the next one is folded.
 *
 *     folder's thread   fold 1 | fold 2      | fold 3        give waits for the piece before;
 *     scribe            | write 1            | write 2       what failed is told by settle
 *
 * All calls on the folder's thread. docs/architecture.md, section 5. */
#ifndef CAIRN_NODE_VIEWS_HELPER_H
#define CAIRN_NODE_VIEWS_HELPER_H

#include "schema/base/err.h"

struct cairn_helper;

/* Runs on the helper's thread; gives what settle will tell. */
typedef cairn_err cairn_helper_run(void *host);

/* shape   name: of the thread, for debuggers; static, at most 15 bytes
 * owns    give back with cairn_helper_close
 * errors  CAIRN_MEMORY, CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_helper_open(const char *name, struct cairn_helper **out);

/* Waits for what was given, and ends the thread. NULL is harmless. */
void cairn_helper_close(struct cairn_helper *helper);

/* Hand over a piece of work, after waiting for the one before.
 *
 * owns    borrows host until the next give, settle or close comes back
 * errors  those of an earlier piece: this one is not run, nor is any more until settle */
CAIRN_MUST cairn_err cairn_helper_give(struct cairn_helper *helper, cairn_helper_run *run,
                                       void *host);

/* Wait for what was given; changes nothing. gives  the first error since settle */
CAIRN_MUST cairn_err cairn_helper_wait(struct cairn_helper *helper);

/* Wait for what was given, and begin anew.
 *
 * errors  the first of all pieces since the last settle */
CAIRN_MUST cairn_err cairn_helper_settle(struct cairn_helper *helper);

#endif
