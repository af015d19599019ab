/* The vectors of the protocol (tests/data/vectors/protocol.json) and short ways to its values. One
 * fixture for the programs that make them again with our code. */
#ifndef CAIRN_TESTS_LIB_PROTOCOL_H
#define CAIRN_TESTS_LIB_PROTOCOL_H

#include "crypto/suite.h"
#include "schema/base/arena.h"
#include "tests/lib/vectors.h"

struct protocol {
    struct cairn_suite suite; /* the real one */
    struct cairn_arena arena; /* 1 MiB, empty at the start of each test */
    json_t *root;
};

extern struct protocol protocol;

/* Fixtures of cmocka: group setup and teardown, setup of each test. */
int protocol_open(void **state);
int protocol_close(void **state);
int protocol_reset(void **state);

struct cairn_bytes protocol_text(json_t *object, const char *field);
const uint8_t *protocol_key(json_t *object, const char *field); /* 32 bytes */

void protocol_assert_same(struct cairn_bytes got, struct cairn_bytes wanted);
void protocol_assert_field(const void *got, size_t size, json_t *object, const char *field);

json_t *protocol_country(const char *code);
json_t *protocol_sealing(json_t *country); /* its highest sealing key */
json_t *protocol_node(const char *origin); /* the country's node of this origin */

#endif
