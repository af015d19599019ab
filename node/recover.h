/* The next incarnation of a node whose log cannot be trusted, or is gone.
 *
 *     own.note: node one 1          own.note: node one 2          from its next start on the
 *     log-1.key, ...       --->     ended one 1 SIZE ROOT  --->   node writes as one/2; what
 *     log/, guard/                  log-2.key, ...                one/1 said up to SIZE stays
 *
 * The daemon is down meanwhile, so that nothing grows. Writing the document is the one step that
 * counts; cut off anywhere, the command is given again. docs/operate.md, section 8 */
#ifndef CAIRN_NODE_RECOVER_H
#define CAIRN_NODE_RECOVER_H

#include "node/config.h"
#include "node/renew.h"

#define CAIRN_RECOVER_NOTES_MAX 64u

/* A checkpoint of the own journal, as partners hold it. */
struct cairn_recover_note {
    size_t size;
    uint8_t bytes[512];
};

struct cairn_recover_options {
    struct cairn_renew_options renew; /* dir, root key, validity; the rest is set here */
    const struct cairn_config *config;
    const struct cairn_recover_note *notes; /* at most CAIRN_RECOVER_NOTES_MAX */
    size_t note_count;
    bool is_loss_accepted; /* the log may lack what was said: the end is as far as it is known */
};

/* What was found, and done. */
struct cairn_recover_result {
    char ended_origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint64_t ended_size;
    uint64_t held_size;     /* of it, in the log; 0 without one */
    uint64_t waiting_count; /* entries of private feeds in no commit yet: they are given up */
    uint64_t guard_size;    /* that the guard had seen; 0 without one */
    uint64_t incarnation;   /* the new one */
};

/* End the incarnation in force at the longest checkpoint that is known, and begin the next. Makes
 * the stores and the guard where they are gone.
 *
 * errors  those of cairn_renew; CAIRN_LOCKED  the daemon runs; CAIRN_RESTORING  the guard says that
 *         more was said than is known here, or is gone, and the loss was not accepted; CAIRN_BUSY
 *         entries of private feeds wait for the heartbeat, and the same;
 *         CAIRN_NOTE_SIGNATURE, CAIRN_CHECKPOINT  a note is not a checkpoint of this node;
 *         CAIRN_FULL  the document holds as many ended lines as it may; *out undefined */
CAIRN_MUST cairn_err cairn_recover(const struct cairn_recover_options *options,
                                   struct cairn_ownnote *out_old, struct cairn_ownnote *out,
                                   struct cairn_recover_result *out_result);

#endif
