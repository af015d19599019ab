#include "tests/lib/body.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/civil.h"
#include "schema/pack.h"
#include "tests/lib/test.h"

#define BODY_BYTES  (300u << 10) /* a full batch */
#define BODY_KEYS   64u
#define BODY_HLC_MS 1772366400000u /* 2026-03-01T12:00:00Z */

/* Kept in a chain until the program ends, so that no leak is reported. */
static void *body_take(size_t size)
{
    static void **last;
    void **taken = calloc(1, sizeof last + size);
    assert_non_null(taken);
    *taken = (void *)last;
    last = taken;
    return taken + 1;
}

static const char *body_skip(const char *at)
{
    return at + strspn(at, " \n,");
}

/* Values between here and the bracket that closes. */
static uint32_t body_count(const char *at)
{
    uint32_t count = 0, depth = 0;
    bool is_fresh = true, is_quoted = false;
    for (;; at++) {
        assert_true(*at != '\0');
        if (*at == '\'') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (*at == ']' || *at == '}')) {
            if (depth-- == 0) {
                return count;
            }
            continue;
        }
        if (!is_quoted && depth == 0 && *at == ',') {
            is_fresh = true;
        } else if (is_fresh && *at != ' ' && *at != '\n') {
            count++;
            is_fresh = false;
        }
        if (!is_quoted && (*at == '[' || *at == '{')) {
            depth++;
        }
    }
}

static const char *body_put_quoted(struct cairn_pack_writer *writer, const char *at, bool is_hex)
{
    const char *end = strchr(at, '\'');
    assert_non_null(end);
    size_t size = (size_t)(end - at);
    char *copy = body_take(size + 1);
    memcpy(copy, at, size);
    if (is_hex) {
        cairn_pack_put_bin(writer, test_hex(copy));
    } else {
        cairn_pack_put_text(writer, cairn_bytes_of(copy));
    }
    return end + 1;
}

static const char *body_put_number(struct cairn_pack_writer *writer, const char *at)
{
    char *end;
    long long number = strtoll(at, &end, 10);
    assert_true(end != at);
    cairn_pack_put_int(writer, number);
    return end;
}

static const char *body_put(struct cairn_pack_writer *writer, const char *at);

static const char *body_put_many(struct cairn_pack_writer *writer, const char *at, bool is_map)
{
    for (at = body_skip(at); *at != ']' && *at != '}'; at = body_skip(at)) {
        if (is_map) {
            at = body_skip(body_put_number(writer, at));
            assert_int_equal(*at++, ':');
        }
        at = body_put(writer, at);
    }
    return at + 1;
}

static const char *body_put(struct cairn_pack_writer *writer, const char *at)
{
    at = body_skip(at);
    if (*at == '{') {
        cairn_pack_put_map(writer, body_count(at + 1));
        return body_put_many(writer, at + 1, true);
    }
    if (*at == '[') {
        cairn_pack_put_array(writer, body_count(at + 1));
        return body_put_many(writer, at + 1, false);
    }
    if (*at == '\'') {
        return body_put_quoted(writer, at + 1, false);
    }
    if (*at == 'x') {
        return body_put_quoted(writer, at + 2, true);
    }
    if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
        cairn_pack_put_bool(writer, *at == 't');
        return at + (*at == 't' ? 4 : 5);
    }
    return body_put_number(writer, at);
}

static struct cairn_bytes body_end(struct cairn_pack_writer *writer)
{
    struct cairn_bytes body;
    size_t fault_at = 0;
    assert_err(cairn_pack_end(writer, &body), CAIRN_OK);
    assert_err(cairn_pack_check(body, &fault_at), CAIRN_OK);
    return body;
}

struct cairn_bytes test_body(const char *text)
{
    struct cairn_pack_writer writer;
    static uint8_t memory[BODY_BYTES];
    cairn_pack_writer_init(&writer, memory, sizeof memory);
    assert_int_equal(*body_skip(body_put(&writer, text)), '\0');
    struct cairn_bytes body = body_end(&writer);
    return (struct cairn_bytes){memcpy(body_take(body.size), body.data, body.size), body.size};
}

struct cairn_bytes test_body_with(struct cairn_bytes body, uint32_t key, const char *text)
{
    struct cairn_bytes values[BODY_KEYS] = {{NULL, 0}};
    struct cairn_pack_reader reader;
    uint32_t count;
    cairn_pack_reader_init(&reader, body);
    assert_err(cairn_pack_get_map(&reader, &count), CAIRN_OK);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at;
        assert_err(cairn_pack_get_uint(&reader, BODY_KEYS - 1, &at), CAIRN_OK);
        values[at] = cairn_pack_get_raw(&reader);
    }
    values[key] = text == NULL ? (struct cairn_bytes){NULL, 0} : test_body(text);
    struct cairn_pack_writer writer;
    cairn_pack_writer_init(&writer, body_take(BODY_BYTES), BODY_BYTES);
    count = 0;
    for (uint32_t i = 0; i < BODY_KEYS; i++) {
        count += values[i].size > 0;
    }
    cairn_pack_put_map(&writer, count);
    for (uint32_t i = 0; i < BODY_KEYS; i++) {
        if (values[i].size > 0) {
            cairn_pack_put_uint(&writer, i);
            cairn_pack_put_raw(&writer, values[i]);
        }
    }
    return body_end(&writer);
}

struct cairn_operation test_operation(enum cairn_kind kind, const char *country,
                                      struct cairn_bytes body)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {1, 2, 3};
    struct cairn_operation operation = {
        .kind = kind,
        .has_object = true,
        .hlc = cairn_civil_hlc(BODY_HLC_MS, 0),
        .purpose = cairn_bytes_of("test"),
        .actor_count = 2,
        .actors = {cairn_bytes_of("a1"), cairn_bytes_of("b2")},
        .role = cairn_bytes_of("bureau"),
        .body = body,
    };
    cairn_id_make(cairn_bytes_of(country), random, &operation.object);
    return operation;
}
