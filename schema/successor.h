/* States that came after one that is gone: who born in YUG may today have to fear SRB, or any other
 * of them. For withholding only, so a state too many is the safe mistake. Pure. */
#ifndef CAIRN_SCHEMA_SUCCESSOR_H
#define CAIRN_SCHEMA_SUCCESSOR_H

#include "schema/base/bytes.h"

/* The index-th successor of a withdrawn code; codes of schema/code.h.
 *
 * gives   false when there is none, *out unchanged then; *out is static, three letters */
bool cairn_successor_find(struct cairn_bytes code, uint32_t index, struct cairn_bytes *out);

/* The index-th withdrawn code of the table; for tests. */
bool cairn_successor_table(uint32_t index, struct cairn_bytes *out_code);

#endif
