/* Bodies of operations as JSON: officers and systems write JSON, the log holds canonical msgpack;
 * the tables of schema/shape.h say how one becomes the other, and show both forms of each type.
 *
 *     {"category": "REF", "names": [{"surname": "..."}]}   <->   {1: 2, 20: [{1: "..."}]}
 *
 * Absent fields are left out, never null. Encoding checks types, bounds and code lists; the rules
 * beyond that (text rules, dates, the domain) are cairn_shape_check's, whose faults get a JSON
 * pointer here too. */
#ifndef CAIRN_NODE_JSONBODY_H
#define CAIRN_NODE_JSONBODY_H

#include "node/jsontext.h"
#include "schema/base/arena.h"
#include "schema/shape.h"

/* JSON object -> canonical msgpack, at most CAIRN_LIMIT_BATCH_BYTES.
 *
 * owns    *out lives in arena
 * errors  CAIRN_JSON_FIELD  member missing, unknown, null or of another type; CAIRN_TOO_LONG (text,
 *         list, whole), CAIRN_NUMBER, CAIRN_HEX, CAIRN_DATE (time), the err of a code list;
 *         CAIRN_NO_ROOM (arena), CAIRN_MEMORY; fault names the member: /names/0/surname */
CAIRN_MUST cairn_err cairn_jsonbody_encode(const struct cairn_shape *shape, const json_t *object,
                                           struct cairn_arena *arena, struct cairn_bytes *out,
                                           struct cairn_json_fault *fault);

/* Canonical msgpack (that cairn_pack_check has passed) -> JSON object, in the order of the table.
 *
 * owns    the caller owns *out
 * errors  CAIRN_PACK_TYPE, CAIRN_PACK_UNKNOWN_FIELD, CAIRN_NUMBER, CAIRN_PACK_DEPTH, the err of a
 *         code list: not of this shape; CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_jsonbody_decode(const struct cairn_shape *shape, struct cairn_bytes body,
                                           json_t **out);

/* Put a fault of schema/ into JSON's words. gives: source->err */
CAIRN_MUST cairn_err cairn_jsonbody_fault(const struct cairn_shape_fault *source,
                                          struct cairn_json_fault *out);

#endif
