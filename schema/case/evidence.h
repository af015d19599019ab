/* Pieces of evidence: a case names them by hash, so what arrives is checked against what was said.
 * Pure. source: C08; docs/format.md, section 4. */
#ifndef CAIRN_SCHEMA_CASE_EVIDENCE_H
#define CAIRN_SCHEMA_CASE_EVIDENCE_H

#include "schema/case/case_codes.h"

#define CAIRN_EVIDENCE_BYTES_MAX (8u << 20)

/* Is the payload what its media type says? The first bytes decide.
 *
 * shape   payload: whole
 * errors  CAIRN_RULE_EVIDENCE  empty, above CAIRN_EVIDENCE_BYTES_MAX, unknown media, or other first
 *                              bytes; a PDF that can run scripts */
CAIRN_MUST cairn_err cairn_evidence_check(uint64_t media, struct cairn_bytes payload);

#endif
