/* A desk at a simulated node: a bureau that issues and withdraws alerts, a booth that asks for
 * them. The answer is folded anew each time, by the node's own rules, from what its core holds
 * opened on its disk; views of the world have no part in it. */
#ifndef CAIRN_TESTS_SIM_DESK_H
#define CAIRN_TESTS_SIM_DESK_H

#include "replication/merge/merge.h"
#include "tests/sim/world.h"

/* What the alert is about. */
enum desk_matter {
    DESK_ARREST,  /* of a person, for extradition */
    DESK_MISSING, /* a child, to be protected */
    DESK_STOLEN,  /* passport, to be seized */
};

struct desk_alert {
    struct cairn_id id;
    enum desk_matter matter;
    uint32_t author; /* number of a node */
};

/* Write an alert into a feed of this node.
 *
 * gives   CAIRN_OK: acknowledged; else the core's answer; CAIRN_TIMEOUT: none came */
cairn_err desk_issue(struct world *world, uint32_t node, const uint8_t feed[static 16],
                     enum desk_matter matter, struct desk_alert *out);
/* Its author withdraws it: the person was found, the passport came back. */
cairn_err desk_withdraw(struct world *world, const struct desk_alert *alert,
                        const uint8_t feed[static 16]);

/* What the booth is told. */
struct desk_answer {
    enum cairn_alert_status status; /* NONE: nothing is known of it */
    bool is_repudiated;             /* nobody stands by it any more: it counts as withdrawn */
    bool is_live;                   /* ACTIVE, and its time has come and is not over */
    uint32_t category;              /* cairn_alert_codes_categories */
    uint32_t action;
};

bool desk_is_live(struct world *world, uint32_t node, const struct desk_alert *alert);
struct desk_answer desk_ask(struct world *world, uint32_t node, const struct desk_alert *alert);

#endif
