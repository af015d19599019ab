/* Rules of a case.request beyond its shape. Pure. docs/format.md, section 4. */
#ifndef CAIRN_SCHEMA_CASE_REQUEST_CHECK_H
#define CAIRN_SCHEMA_CASE_REQUEST_CHECK_H

#include "schema/case/case_shape.h"

/* Check a request whose body has passed its shape and whose id is the author's.
 *
 * errors  as cairn_case_check */
CAIRN_MUST cairn_err cairn_request_check(const struct cairn_operation *operation,
                                         struct cairn_bytes author,
                                         struct cairn_shape_fault *fault);

#endif
