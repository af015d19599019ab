/* Any bytes as the JSON of an operation's body, of the kind that the first byte says: a fault that
 * says where, or canonical msgpack; if that passes its shape, it comes back as JSON that means the
 * same. */
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "node/jsonbody.h"
#include "schema/alert/alert_shape.h"
#include "schema/base/check.h"
#include "schema/case/case_shape.h"
#include "schema/pack.h"

#define ARENA_BYTES (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cairn_shape *shape_of(uint8_t first)
{
    static const enum cairn_kind kinds[] = {
        CAIRN_KIND_ALERT_ISSUE,  CAIRN_KIND_ALERT_AMEND, CAIRN_KIND_ALERT_WITHDRAW,
        CAIRN_KIND_ALERT_BATCH,  CAIRN_KIND_CASE_ACK,    CAIRN_KIND_CASE_ACCEPT,
        CAIRN_KIND_CASE_REQUEST, CAIRN_KIND_CASE_REFUSE, CAIRN_KIND_CASE_WITHDRAW};
    enum cairn_kind kind = kinds[first % (sizeof kinds / sizeof kinds[0])];
    const struct cairn_shape *shape = cairn_alert_shape_find(kind);
    return shape != NULL ? shape : cairn_case_shape_find(kind);
}

/* The body back to JSON, and that to a body. */
static void check_again(const struct cairn_shape *shape, struct cairn_bytes body,
                        struct cairn_arena *arena)
{
    json_t *object = NULL;
    struct cairn_bytes again;
    struct cairn_json_fault fault;
    CAIRN_REQUIRE(cairn_jsonbody_decode(shape, body, &object) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_jsonbody_encode(shape, object, arena, &again, &fault) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_bytes_is_equal(body, again));
    json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static alignas(max_align_t) uint8_t memory[ARENA_BYTES];
    struct cairn_json_fault fault = {.line = 0};
    struct cairn_shape_fault shape_fault;
    struct cairn_arena arena;
    struct cairn_bytes body;
    json_t *object = NULL;
    size_t fault_at;
    if (size == 0) {
        return 0;
    }
    const struct cairn_shape *shape = shape_of(data[0]);
    cairn_arena_init(&arena, memory, sizeof memory);
    if (cairn_jsontext_parse((struct cairn_bytes){data + 1, size - 1}, &object, &fault) !=
        CAIRN_OK) {
        CAIRN_REQUIRE(fault.line > 0 || fault.detail[0] != '\0');
        return 0;
    }
    cairn_err err = cairn_jsonbody_encode(shape, object, &arena, &body, &fault);
    json_decref(object);
    if (err != CAIRN_OK) {
        CAIRN_REQUIRE(memchr(fault.pointer, '\0', sizeof fault.pointer) != NULL);
        return 0;
    }
    CAIRN_REQUIRE(cairn_pack_check(body, &fault_at) == CAIRN_OK);
    err = cairn_shape_check(shape, body, true, &shape_fault);
    if (err == CAIRN_OK) {
        check_again(shape, body, &arena);
    } else {
        CAIRN_REQUIRE(cairn_jsonbody_fault(&shape_fault, &fault) == err);
    }
    return 0;
}
