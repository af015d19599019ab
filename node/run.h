/* `cairn run`: one node as a process. */
#ifndef CAIRN_NODE_RUN_H
#define CAIRN_NODE_RUN_H

#include "node/config.h"

/* Run until SIGTERM or SIGINT; ends the process with CAIRN_DRIVER_EXIT when the disk is lost.
 *
 * errors  those of cairn_driver_open and cairn_service_open: it did not begin */
CAIRN_MUST cairn_err cairn_run(const char *dir, const struct cairn_config *config);

#endif
