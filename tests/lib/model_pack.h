/* Naive twin of cairn_pack_check: plain recursion straight from the rules of docs/protocol.md P-5,
 * slow, with its own reading of UTF-8. It shares no code with the scanner. */
#ifndef CAIRN_TESTS_LIB_MODEL_PACK_H
#define CAIRN_TESTS_LIB_MODEL_PACK_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

/* gives the first fault and, on one, its offset */
cairn_err model_pack_check(struct cairn_bytes value, size_t *out_fault_at);

#endif
