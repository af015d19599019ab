/* Reading published test vectors: JSON files below tests/data/crypto, values in hexadecimal. */
#ifndef CAIRN_TESTS_LIB_VECTORS_H
#define CAIRN_TESTS_LIB_VECTORS_H

#include <jansson.h>

#include "schema/base/bytes.h"

/* Parse a file; fails the test when it cannot. Give back with json_decref. */
json_t *vectors_open(const char *name);

/* Member that must be there. */
json_t *vectors_get(json_t *object, const char *field);
struct cairn_bytes vectors_hex(json_t *object, const char *field);
/* As vectors_hex, of exactly this size. */
const uint8_t *vectors_fixed(json_t *object, const char *field, size_t size);
uint64_t vectors_number(json_t *object, const char *field);
bool vectors_is(json_t *object, const char *field, const char *text);

#endif
