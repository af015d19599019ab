/* Any bytes as msgpack: scanner and naive twin agree, msgpack-c reads what passes and writes the
 * same bytes, and the reader stays inside it. */
#include <string.h>

#include <msgpack.h>

#include "schema/base/check.h"
#include "schema/pack.h"
#include "tests/lib/model_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_foreign_library(struct cairn_bytes value)
{
    msgpack_unpacked unpacked;
    msgpack_sbuffer packed;
    msgpack_packer packer;
    size_t offset = 0;
    msgpack_unpacked_init(&unpacked);
    msgpack_sbuffer_init(&packed);
    msgpack_packer_init(&packer, &packed, msgpack_sbuffer_write);
    CAIRN_REQUIRE(msgpack_unpack_next(&unpacked, (const char *)value.data, value.size, &offset) ==
                  MSGPACK_UNPACK_SUCCESS);
    CAIRN_REQUIRE(msgpack_pack_object(&packer, unpacked.data) == 0);
    CAIRN_REQUIRE(packed.size == value.size);
    CAIRN_REQUIRE(memcmp(packed.data, value.data, value.size) == 0);
    msgpack_sbuffer_destroy(&packed);
    msgpack_unpacked_destroy(&unpacked);
}

/* Take the value apart as decoders do; what stands for another type must be refused. */
static void check_reader(struct cairn_bytes value)
{
    struct cairn_pack_reader reader;
    cairn_pack_reader_init(&reader, value);
    while (!cairn_pack_is_end(&reader)) {
        uint32_t count;
        uint64_t number;
        int64_t signed_number;
        bool flag;
        struct cairn_bytes bytes;
        size_t before = reader.at;
        bool is_taken = cairn_pack_get_map(&reader, &count) == CAIRN_OK ||
                        cairn_pack_get_array(&reader, &count) == CAIRN_OK ||
                        cairn_pack_get_uint(&reader, UINT64_MAX, &number) == CAIRN_OK ||
                        cairn_pack_get_int(&reader, &signed_number) == CAIRN_OK ||
                        cairn_pack_get_bool(&reader, &flag) == CAIRN_OK ||
                        cairn_pack_get_nil(&reader) == CAIRN_OK ||
                        cairn_pack_get_text(&reader, SIZE_MAX, &bytes) == CAIRN_OK ||
                        cairn_pack_get_bin(&reader, SIZE_MAX, &bytes) == CAIRN_OK;
        CAIRN_REQUIRE(is_taken);
        CAIRN_REQUIRE(reader.at > before);
    }
    cairn_pack_reader_init(&reader, value);
    CAIRN_REQUIRE(cairn_pack_get_raw(&reader).size == value.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cairn_bytes value = {.data = data, .size = size};
    size_t fault_at = 0;
    size_t model_fault_at = 0;
    cairn_err err = cairn_pack_check(value, &fault_at);
    CAIRN_REQUIRE(err == model_pack_check(value, &model_fault_at));
    CAIRN_REQUIRE(fault_at == model_fault_at);
    CAIRN_REQUIRE(fault_at <= size);
    if (err == CAIRN_OK) {
        check_foreign_library(value);
        check_reader(value);
    }
    return 0;
}
