/* Look-ups: answered from the own views, written down before the answer leaves.
 *
 *     ask --> [ waiting ] --one job a turn--> reader thread --> found
 *                                              --> access.lookup, durable --> answers
 *
 * What waits together shares one job and one private entry of at most 4,096 rows and 60 KiB. While
 * one entry is being written the next fills up: an idle node answers at once, a busy one in groups.
 * On the loop. */
#ifndef CAIRN_NODE_SCREENING_H
#define CAIRN_NODE_SCREENING_H

#include "node/freshness.h"
#include "node/publish.h"
#include "node/screening_question.h"
#include "node/views/lookup.h"

#define CAIRN_SCREENING_WAITING_MAX 16384u

struct cairn_screening;

struct cairn_screening_options {
    uv_loop_t *loop;
    struct cairn_driver *driver; /* these three outlive it */
    struct cairn_publish *publish;
    const struct cairn_policybook *policy; /* what is accepted, at the moment of each question */
};

struct cairn_screening_answer {
    cairn_err err;
    uint64_t now_ms;
    const struct cairn_acceptance *accepted; /* what it went by; of no use after an error */
    const struct cairn_screening_question *question;
    const struct cairn_lookup_hits *hits;
    const struct cairn_lookup_zone *zone; /* MRZ only, else NULL */
};

typedef void cairn_screening_done(void *host, const struct cairn_screening_answer *answer);

/* owns: give back with cairn_screening_close, when every question was answered
 * errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_screening_open(const struct cairn_screening_options *options,
                                          struct cairn_screening **out);
void cairn_screening_close(struct cairn_screening *screening); /* NULL is harmless */

/* Ask; done comes later, exactly once, and only after the look-up is durable in the access log.
 *
 * errors  CAIRN_BUSY, CAIRN_MEMORY: done is not called
 * gives   in the answer: those of cairn_lookup_by_*, and of writing the access log: no answer
 *         without its record */
CAIRN_MUST cairn_err cairn_screening_ask(struct cairn_screening *screening,
                                         const struct cairn_screening_question *question,
                                         cairn_screening_done *done, void *host);

struct cairn_screening_stats {
    uint64_t lookup_count;
    uint64_t hit_count; /* look-ups with at least one hit */
    uint64_t entry_count;
    uint32_t waiting_count;
};
struct cairn_screening_stats cairn_screening_stats(const struct cairn_screening *screening);

/* The look-up object of a reader thread, for jobs on that thread. */
struct cairn_lookup *cairn_screening_lookup(struct cairn_screening *screening,
                                            uint32_t thread_index);

#endif
