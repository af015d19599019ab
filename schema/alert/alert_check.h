/* What an alert operation must be, as far as the operation alone decides it: same verdict on every
 * node, for ever. Who may read it and what state the object is in are other people's business.
 * Pure. source: docs/format.md, section 3; rules B11 to B44. */
#ifndef CAIRN_SCHEMA_ALERT_ALERT_CHECK_H
#define CAIRN_SCHEMA_ALERT_ALERT_CHECK_H

#include "schema/alert/alert_context.h"
#include "schema/alert/alert_shape.h"

#define CAIRN_ALERT_AHEAD_MS (30ull * 86400000u) /* how far after its hlc an alert may begin */

/* Check an operation of kind alert.* that cairn_operation_decode has passed.
 *
 * shape   author: the country of the entry's origin
 * gives   *fault is written only on an error
 * errors  those of cairn_shape_check and of cairn_alert_check_body
 *         CAIRN_DENIED_AUTHOR       object of another country (B12)
 *         CAIRN_RULE_FOUR_EYES      coercion 4 or 5 without two different actors (B35)
 *         CAIRN_RULE_DUPLICATE      two rows of a batch with one issuer, kind and number (B39)
 *         CAIRN_PACK_FIELD          an amendment that changes nothing; merged into nothing
 *         CAIRN_RULE_SUBJECT        a field that this kind or reason has no use for (B43) */
CAIRN_MUST cairn_err cairn_alert_check(const struct cairn_operation *operation,
                                       struct cairn_bytes author, bool is_test_network,
                                       struct cairn_shape_fault *fault);

/* Check a whole alert: the body of an alert.issue that has passed its shape, or what a fold has
 * made of one by amendments (context: of the last operation).
 *
 * errors  CAIRN_RULE_CODE (B11: reason of another category), CAIRN_RULE_ACTION (B14),
 *         CAIRN_RULE_LIFE (B15), CAIRN_RULE_DECISION (B16), CAIRN_RULE_THIN (B17),
 *         CAIRN_RULE_DATE (B18), CAIRN_RULE_ISSUER (B21), CAIRN_RULE_RANGE (B22),
 *         CAIRN_RULE_CHILD (B33), CAIRN_RULE_NATIONAL (B38), CAIRN_RULE_SUBJECT (B43),
 *         CAIRN_RULE_AUTHORITY (B44), CAIRN_PACK_FIELD (a part that the category needs),
 *         those of cairn_document_check */
CAIRN_MUST cairn_err cairn_alert_check_body(struct cairn_bytes body,
                                            const struct cairn_alert_context *context,
                                            struct cairn_shape_fault *fault);

#endif
