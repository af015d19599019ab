/* Counters as Prometheus reads them (text format 0.0.4). Labels are country codes and names of
 * ours: nothing about persons. */
#ifndef CAIRN_NODE_HTTP_HTTP_METRICS_H
#define CAIRN_NODE_HTTP_HTTP_METRICS_H

#include "node/driver.h"
#include "node/http/http_hub.h"
#include "node/screening.h"

struct cairn_http_metrics {
    const struct cairn_core *core;
    struct cairn_driver_stats driver;
    struct cairn_screening_stats screening;
    struct cairn_http_stats http;
    uint64_t now_ms;
};

/* owns: the caller frees. NULL: out of memory */
char *cairn_http_metrics_write(const struct cairn_http_metrics *metrics);

#endif
