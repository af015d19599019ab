/* `cairn scrub --repair`: the files of a node's log are put together again from what can still be
 * read, while the daemon is down. What is gone with damaged blocks comes back from partners after
 * the next start: until then the node restores, docs/protocol.md P-71, and its next scrubbing finds
 * the rest. docs/operate.md, section 10 */
#ifndef CAIRN_NODE_MEND_H
#define CAIRN_NODE_MEND_H

#include "node/config.h"

struct cairn_mend_result {
    bool is_repaired; /* false: every block was whole, nothing was touched */
    uint64_t row_count;
};

/* gives   nothing is lost by giving it again, also when it was cut off
 * errors  those of cairn_store_repair; CAIRN_LOCKED  the daemon runs */
CAIRN_MUST cairn_err cairn_mend(const char *dir, const struct cairn_config *config,
                                struct cairn_mend_result *out);

#endif
