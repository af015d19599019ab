/* What the scrubber says of itself, as JSON: for its own resource and for the status. */
#ifndef CAIRN_NODE_HTTP_HTTP_SCRUB_H
#define CAIRN_NODE_HTTP_HTTP_SCRUB_H

#include <jansson.h>

#include "node/driver.h"

/* shape  {running, repair_wanted, faults, lost, logs, logs_done, round if running, last if any} */
json_t *cairn_http_scrub_json(const struct cairn_core *core,
                              const struct cairn_driver_stats *stats);

#endif
