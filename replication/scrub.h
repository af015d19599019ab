/* What the core found when it read its own log again, for a host that shows it. The log is read in
 * rounds: every leaf of every journal, every commit and private entry; what is damaged or gone is
 * fetched again from partners, checked, and written over. Front door of replication/.
 *
 *     event SCRUB --> round: logs one after the other --> damage --> partners --> written again
 *                                                            \--> nobody has it: listed as lost
 *
 * docs/protocol.md, P-90 to P-92; docs/operate.md, section 10 */
#ifndef CAIRN_REPLICATION_SCRUB_H
#define CAIRN_REPLICATION_SCRUB_H

#include "replication/core.h"

/* What one round looked at and found. */
struct cairn_core_round {
    uint64_t began_ms; /* Unix time; 0: there was none */
    uint64_t ended_ms; /* 0: under way */
    uint64_t rows;     /* leaves, commits and private entries that were read */
    uint64_t bytes;
    uint64_t found;  /* damaged rows, or runs of them */
    uint64_t healed; /* of these, written again as they were */
    uint64_t lost;   /* of these, nobody has */
};

struct cairn_core_scrub {
    bool is_on;                    /* a round is under way: `round` */
    uint32_t log_count;            /* journals and feeds */
    uint32_t log_done;             /* of these, in this round */
    struct cairn_core_round round; /* under way, or as far as it got before the node stopped */
    struct cairn_core_round last;  /* the last whole one */
    uint32_t fault_count;          /* damage that is known now */
};

struct cairn_core_fault {
    uint8_t table;   /* enum cairn_table: LEAF, COMMIT, ENTRY */
    uint8_t id[16];  /* of the journal or feed */
    char origin[97]; /* whose; "" if it is not followed any more */
    uint64_t from;   /* first row */
    uint64_t to;     /* behind the last one */
    uint64_t found_ms;
    bool is_lost; /* nobody who was asked has it; asked again in every round */
};

void cairn_core_scrub_status(const struct cairn_core *core, struct cairn_core_scrub *out);
/* shape: number < fault_count */
void cairn_core_scrub_fault(const struct cairn_core *core, uint32_t number,
                            struct cairn_core_fault *out);

/* A row for a log that its host had to put together from what could still be read: the core that
 * recalls it restores, so that nothing is said twice of what may be gone. gives bytes of the row */
size_t cairn_core_scrub_doubt(struct cairn_key *out_key, uint8_t out_row[static 16]);

#endif
