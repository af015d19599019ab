/* The subject of an alert: rules of persons on one side, of documents on the other. Slots are those
 * that cairn_shape_split gives for a body that has passed its shape. Pure. docs/format.md, 3. */
#ifndef CAIRN_SCHEMA_ALERT_ALERT_PART_H
#define CAIRN_SCHEMA_ALERT_ALERT_PART_H

#include "schema/alert/alert_context.h"
#include "schema/alert/alert_shape.h"
#include "schema/alert/category.h"

/* errors  CAIRN_RULE_DECISION, _THIN, _DATE, _CHILD, _NATIONAL, _SUBJECT, CAIRN_PACK_FIELD, those
 * of cairn_document_check */
CAIRN_MUST cairn_err cairn_alert_part_check_person(
    const struct cairn_category *category,
    const struct cairn_bytes slots[static CAIRN_ALERT_KEY_END],
    const struct cairn_alert_context *context, struct cairn_shape_fault *fault);

/* errors  CAIRN_RULE_SUBJECT  something about a person (also a zone, which holds a name), more
 *         than one document, a range outside DBL, a status twice
 *         CAIRN_PACK_FIELD, CAIRN_RULE_ISSUER (B21), those of cairn_document_check */
CAIRN_MUST cairn_err cairn_alert_part_check_document(
    const struct cairn_category *category,
    const struct cairn_bytes slots[static CAIRN_ALERT_KEY_END],
    const struct cairn_alert_context *context, struct cairn_shape_fault *fault);

/* Names, births and documents, as far as they need no category. */
CAIRN_MUST cairn_err cairn_alert_part_check_lists(
    const struct cairn_bytes slots[static CAIRN_ALERT_KEY_END],
    const struct cairn_alert_context *context, struct cairn_shape_fault *fault);

/* Is the decision, if there is one, dated by the operation? errors  CAIRN_RULE_DECISION (B16) */
CAIRN_MUST cairn_err cairn_alert_part_check_decision(struct cairn_bytes decision,
                                                     const struct cairn_alert_context *context,
                                                     struct cairn_shape_fault *fault);

#endif
