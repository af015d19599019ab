/* What a folder finds in one commit, and tells the core of it: the part of core_host.c that opens
 * bodies. Secrets that a partner hands over are told at once, as node/driver_fold.c does. */
#ifndef CAIRN_TESTS_LIB_CORE_FOLD_H
#define CAIRN_TESTS_LIB_CORE_FOLD_H

#include "tests/lib/core_host.h"

/* task: RIPE. bytes: its commit. A body that does not open has no content. */
void core_fold_commit(struct host *host, const struct host_task *task, struct cairn_bytes bytes,
                      struct cairn_event *event);

#endif
