/* The inside of a narrator, which its parts share:
 *
 *     tell.c       lines, seeds, the approved text      tell_look.c      what nodes say
 *     tell_notice.c  what they say by themselves        tell_evidence.c  what a bundle shows */
#ifndef CAIRN_TESTS_SIM_TELL_STATE_H
#define CAIRN_TESTS_SIM_TELL_STATE_H

#include "tests/sim/tell.h"
#include "tests/sim/world_state.h"

#define TELL_BYTES     65536u
#define TELL_LINE      400u
#define TELL_ROOTS     26u
#define TELL_HEARD_MAX 64u

/* A notice that was heard. */
struct tell_note {
    uint64_t second;
    uint32_t nodes; /* who said it, in this second */
    char text[160];
};

struct tell {
    struct world *world;
    char text[TELL_BYTES];
    size_t size;
    const char *names[WORLD_NODES_MAX];
    uint8_t roots[TELL_ROOTS][32];
    uint32_t root_count;
    struct tell_note heard[TELL_HEARD_MAX];
    uint32_t heard_count;
    uint32_t said[64]; /* by notice code: who said it, ever */
};

/* One line of these nodes, at a time since the beginning; no nodes: the text has its own mark. */
void tell_line(struct tell *tell, uint64_t ms, uint32_t nodes, const char *text);
uint64_t tell_now(const struct tell *tell); /* ms since the beginning */
const char *tell_name(const struct tell *tell, uint32_t node);
/* "AUT, SRB" */
void tell_names(const struct tell *tell, uint32_t nodes, char out[static TELL_LINE]);
char tell_root(struct tell *tell, const uint8_t root[static 32]);
/* What this node says of an origin. gives false: it does not know it */
bool tell_peer(const struct tell *tell, uint32_t node, const char *origin,
               struct cairn_core_peer *out);

void tell_listen(struct tell *tell);
void tell_flush(struct tell *tell); /* what was heard becomes lines */

#endif
