/* What the rules of alerts know besides the body. Pure. */
#ifndef CAIRN_SCHEMA_ALERT_ALERT_CONTEXT_H
#define CAIRN_SCHEMA_ALERT_ALERT_CONTEXT_H

#include "schema/base/bytes.h"

struct cairn_alert_context {
    struct cairn_bytes author; /* country of the node that wrote it */
    uint64_t hlc_ms;           /* Unix time of the operation */
    bool is_test_network;
};

#endif
