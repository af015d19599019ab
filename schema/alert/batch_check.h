/* Rules of an alert.batch beyond its shape: up to 4,096 rows without memory. Pure. */
#ifndef CAIRN_SCHEMA_ALERT_BATCH_CHECK_H
#define CAIRN_SCHEMA_ALERT_BATCH_CHECK_H

#include "schema/alert/alert_context.h"
#include "schema/alert/alert_shape.h"

/* Check the rows of a body that has passed its shape.
 *
 * errors  those of cairn_document_check; CAIRN_RULE_ISSUER (B21)
 *         CAIRN_RULE_DUPLICATE  two rows of one issuer, kind and number (B39); the fault names one
 * cost    O(n) when rows ascend by issuer, kind and number; else O(n log n) */
CAIRN_MUST cairn_err cairn_batch_check(struct cairn_bytes rows,
                                       const struct cairn_alert_context *context,
                                       struct cairn_shape_fault *fault);

#endif
