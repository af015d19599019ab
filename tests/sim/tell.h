/* A story that people read and approve. What is done to the world is the story's to say; whatever
 * follows from it is asked of the nodes themselves, and told in the order in which it is asked.
 *
 *     00:02:00 * AUT is asked to issue an alert      done to the world
 *     00:02:01 - SRB, GEO: link to AUT is gone       a notice, or an answer, of these nodes
 *     00:02:01 = the file of SRB: ...                what a bundle shows to who has nothing else
 *
 * Each story is played with several seeds: keys, ids, hashes differ, the text must not. Roots are
 * named by letters in the order in which they are told. Then the text is compared, byte for byte,
 * with docs/scenes/NAME.txt: CAIRN_APPROVE=1 writes that file instead, for a reader to approve.
 * Lines have no latency there, so every time is one that the protocol itself sets. Then the story
 * is played again over slow lines, where only what it asserts counts. */
#ifndef CAIRN_TESTS_SIM_TELL_H
#define CAIRN_TESTS_SIM_TELL_H

#include "replication/verify.h"
#include "tests/sim/desk.h"

struct tell;

typedef void tell_play(struct tell *tell, struct world *world);

struct tell_plan {
    const char *name;             /* of the file */
    const char *title;            /* its first line */
    const char *about;            /* whole lines: what it is about, for somebody who knows no C */
    struct world_options options; /* latency: of the second play; 0: there is none */
    uint32_t seeds;               /* CAIRN_SEEDS: so many instead */
    tell_play *play;
};

/* Play a story with the seeds from 1 on, and compare. Fails the test when a text differs. */
void tell_story(const struct tell_plan *plan);

/* Sets of nodes. */
#define TELL_NODE(number) (1u << (number))
/* Call a node otherwise than by its country: a copy, a thief. text: static */
void tell_call(struct tell *tell, uint32_t node, const char *text);

/* ---- what is done ---- */

__attribute__((format(printf, 2, 3))) void tell_deed(struct tell *tell, const char *format, ...);
/* ... and what the core answered to it; then a second passes. */
__attribute__((format(printf, 3, 4))) void tell_answer(struct tell *tell, cairn_err err,
                                                       const char *format, ...);
/* Let time pass; notices are told with the time at which they come. */
void tell_wait(struct tell *tell, uint64_t ms);

/* ---- what a set of nodes says now; those who say the same share a line ---- */

/* The booth asks for an alert. name: what the story calls it */
void tell_alert(struct tell *tell, uint32_t nodes, const char *name,
                const struct desk_alert *alert);
/* ... for many at once, and is told how many are in force. name: "of the alerts of SRB" */
void tell_alerts(struct tell *tell, uint32_t nodes, const char *name,
                 const struct desk_alert *alerts, uint32_t count);
/* How much of this node's journal each holds, under which root, about how far it is cosigned, and
 * whether it is disputed or ended. From 1,000 on counts are told in thousands. */
void tell_journal(struct tell *tell, uint32_t nodes, uint32_t author);
/* ... or only whether all of it is there, as the author itself holds it. */
void tell_whole(struct tell *tell, uint32_t nodes, uint32_t author);
/* About how far the node's own journal is cosigned, by whom. */
void tell_witnesses(struct tell *tell, uint32_t nodes);
void tell_links(struct tell *tell, uint32_t nodes);
/* Is it in order, does it restore, is it halted? */
void tell_order(struct tell *tell, uint32_t nodes);
/* Whom it held to be a liar, at any time. */
void tell_accused(struct tell *tell, uint32_t nodes);
/* Has its disk any row of the feed, sealed or not? Leaves are blind and do not count. */
void tell_disk(struct tell *tell, uint32_t nodes, const char *name, const uint8_t feed[static 16]);
/* Openings of this author that have not come. */
void tell_withheld(struct tell *tell, uint32_t nodes, uint32_t author);
/* How long ago each heard of this author's journal: what an answer to an officer says with it. */
void tell_heard_of(struct tell *tell, uint32_t nodes, uint32_t author);
/* How many bytes of this author's log its disk holds. */
void tell_held(struct tell *tell, uint32_t nodes, uint32_t author);

/* A node writes a bundle about an origin; somebody who has nothing else checks it.
 * scope: FORK or WITHHELD. gives what the verifier counted */
struct cairn_verify_counts tell_evidence(struct tell *tell, uint32_t node,
                                         enum cairn_scope_type scope, uint32_t author);

#endif
