#include "tests/lib/protocol.h"

#include "tests/lib/test.h"

#define ARENA_BYTES (1u << 20)

struct protocol protocol;
static uint8_t arena_memory[ARENA_BYTES];

int protocol_open(void **state)
{
    (void)state;
    protocol.root = vectors_open("vectors/protocol.json");
    return cairn_suite_open_real(&protocol.suite) == CAIRN_OK ? 0 : -1;
}

int protocol_close(void **state)
{
    (void)state;
    json_decref(protocol.root);
    cairn_suite_close(&protocol.suite);
    return 0;
}

int protocol_reset(void **state)
{
    (void)state;
    cairn_arena_init(&protocol.arena, arena_memory, sizeof arena_memory);
    return 0;
}

struct cairn_bytes protocol_text(json_t *object, const char *field)
{
    json_t *value = vectors_get(object, field);
    return (struct cairn_bytes){.data = (const uint8_t *)json_string_value(value),
                                .size = json_string_length(value)};
}

const uint8_t *protocol_key(json_t *object, const char *field)
{
    return vectors_fixed(object, field, 32);
}

void protocol_assert_same(struct cairn_bytes got, struct cairn_bytes wanted)
{
    assert_int_equal(got.size, wanted.size);
    if (wanted.size > 0) {
        assert_memory_equal(got.data, wanted.data, wanted.size);
    }
}

void protocol_assert_field(const void *got, size_t size, json_t *object, const char *field)
{
    protocol_assert_same((struct cairn_bytes){got, size}, vectors_hex(object, field));
}

json_t *protocol_country(const char *code)
{
    size_t i;
    json_t *country;
    json_array_foreach(vectors_get(protocol.root, "countries"), i, country)
    {
        if (vectors_is(country, "country", code)) {
            return country;
        }
    }
    fail_msg("no country %s", code);
    return NULL;
}

json_t *protocol_sealing(json_t *country)
{
    json_t *keys = vectors_get(country, "sealing");
    return json_array_get(keys, json_array_size(keys) - 1);
}

json_t *protocol_node(const char *origin)
{
    size_t i, j;
    json_t *country, *node;
    json_array_foreach(vectors_get(protocol.root, "countries"), i, country)
    {
        json_array_foreach(json_object_get(country, "nodes"), j, node)
        {
            if (vectors_is(node, "origin", origin)) {
                return node;
            }
        }
    }
    fail_msg("no node %s", origin);
    return NULL;
}
