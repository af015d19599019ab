/* What a case operation must be, as far as the operation alone decides it: same verdict on every
 * node, for ever. Deadlines and the state of the case are other people's business.
 * Pure. source: docs/format.md, section 4; rules C01 to C08 and B16 to B19. */
#ifndef CAIRN_SCHEMA_CASE_CASE_CHECK_H
#define CAIRN_SCHEMA_CASE_CASE_CHECK_H

#include "schema/case/case_shape.h"

/* Check an operation of kind case.* that cairn_operation_decode has passed.
 *
 * shape   author: the country of the entry's origin. The case's id begins with the requesting
 *         state; only it requests and withdraws, and never does it answer itself. That an answer
 *         comes from the requested state and names persons of the request, is for the fold.
 * gives   *fault is written only on an error
 * errors  those of cairn_shape_check and cairn_document_check
 *         CAIRN_RULE_PARTIES    requesting = requested; not the author's part; transit through a
 *                               party (C01)
 *         CAIRN_RULE_FORM       a part that basis or procedure needs is missing, two principals or
 *                               none, neither evidence nor interview, an index that is no person's,
 *                               one person or reason twice (C02)
 *         CAIRN_RULE_REASON     reason that is in no list (C03)
 *         CAIRN_RULE_PROTECTED  nationality XXB or XXC; evidence T2_INTORG to a state of
 *                               nationality; words of asylum in text (C04)
 *         CAIRN_RULE_MINOR      only minors, and no guardian or facility after a best-interest
 *                               determination (C05)
 *         CAIRN_RULE_DECISION   decision not final, or later than the operation (B16)
 *         CAIRN_RULE_DATE       impossible birth, child older than parent, date after the operation
 *                               (B18)
 *         CAIRN_RULE_EVIDENCE   one item of evidence twice (C08) */
CAIRN_MUST cairn_err cairn_case_check(const struct cairn_operation *operation,
                                      struct cairn_bytes author, bool is_test_network,
                                      struct cairn_shape_fault *fault);

#endif
