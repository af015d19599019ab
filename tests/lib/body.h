/* Bodies of operations for tests, written as one reads them:
 *
 *     {1: 2, 6: 'AUT-bka', 13: [{1: 1, 2: 'Doe'}], 22: x'00ff', 23: true}
 *
 * Keys and nesting are written as they stand, so a test may also write what is wrong. */
#ifndef CAIRN_TESTS_LIB_BODY_H
#define CAIRN_TESTS_LIB_BODY_H

#include "schema/operation.h"

/* The msgpack of a text; fails the test when the text is malformed. Valid until the program ends.
 */
struct cairn_bytes test_body(const char *text);

/* The same map with the value of one key replaced, added, or (text NULL) taken out. */
struct cairn_bytes test_body_with(struct cairn_bytes body, uint32_t key, const char *text);

/* An operation of a country, dated 2026-03-01T12:00:00Z, by two different actors. */
struct cairn_operation test_operation(enum cairn_kind kind, const char *country,
                                      struct cairn_bytes body);

#endif
