#include "tests/lib/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/pack.h"

#define MUTATE_BYTES_MAX ((size_t)4 << 20)

cairn_err mutate_run(struct cairn_bytes bytes, mutate_decode *decode, size_t *out_fault_at)
{
    uint8_t *copy = malloc(bytes.size + (bytes.size == 0));
    assert_non_null(copy);
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    *out_fault_at = SIZE_MAX;
    cairn_err err = decode((struct cairn_bytes){.data = copy, .size = bytes.size}, out_fault_at);
    free(copy);
    if (err == CAIRN_OK) {
        assert_int_equal(*out_fault_at, SIZE_MAX);
    } else {
        assert_true(*out_fault_at <= bytes.size);
    }
    return err;
}

static void put_value(struct cairn_pack_writer *writer, const char *value)
{
    static uint8_t filled[1 << 20];
    char kind = value[0];
    if (kind != 'T' && kind != 'B' && kind != 'A') {
        cairn_pack_put_raw(writer, test_hex(value));
        return;
    }
    size_t count = strtoul(value + 1, NULL, 10);
    assert_true(count <= sizeof filled);
    memset(filled, 'a', sizeof filled);
    struct cairn_bytes bytes = {.data = filled, .size = count};
    if (kind == 'T') {
        cairn_pack_put_text(writer, bytes);
    } else if (kind == 'B') {
        cairn_pack_put_bin(writer, bytes);
    } else {
        cairn_pack_put_array(writer, (uint32_t)count);
        for (size_t i = 0; i < count; i++) {
            cairn_pack_put_uint(writer, 0);
        }
    }
}

struct changed {
    struct cairn_bytes bytes;
    size_t fault_at; /* where the fault is expected */
};

static bool has_key(struct cairn_pack_reader reader, uint32_t count, uint64_t key)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t found;
        assert_err(cairn_pack_get_uint(&reader, UINT64_MAX, &found), CAIRN_OK);
        if (found == key) {
            return true;
        }
        (void)cairn_pack_get_raw(&reader);
    }
    return false;
}

/* Copy the fields of the map, with the change; gives the offset of the expected fault. */
static size_t change_fields(struct cairn_pack_reader *reader, struct cairn_pack_writer *writer,
                            const struct mutate_case *change)
{
    uint32_t count;
    assert_err(cairn_pack_get_map(reader, &count), CAIRN_OK);
    bool is_there = has_key(*reader, count, change->key);
    assert_true(is_there || change->value != NULL);
    uint32_t new_count = count;
    new_count += !is_there ? 1 : 0;
    new_count -= change->value == NULL ? 1 : 0;
    cairn_pack_put_map(writer, new_count);

    size_t fault_at = SIZE_MAX;
    bool is_done = false;
    for (uint32_t i = 0; i <= count; i++) {
        uint64_t key = UINT64_MAX;
        if (i < count) {
            assert_err(cairn_pack_get_uint(reader, UINT64_MAX, &key), CAIRN_OK);
        }
        if (key >= change->key && !is_done) {
            is_done = true;
            fault_at = writer->size;
            if (change->value != NULL) {
                cairn_pack_put_uint(writer, change->key);
                fault_at = is_there ? writer->size : fault_at;
                put_value(writer, change->value);
            }
        }
        if (i == count) {
            break;
        }
        struct cairn_bytes value = cairn_pack_get_raw(reader);
        if (key != change->key) {
            cairn_pack_put_uint(writer, key);
            cairn_pack_put_raw(writer, value);
        }
    }
    return fault_at + change->inside;
}

void mutate_fields(const struct mutate_place *place, const struct mutate_case *cases, size_t count,
                   mutate_decode *decode)
{
    uint8_t *buffer = malloc(MUTATE_BYTES_MAX);
    assert_non_null(buffer);
    for (size_t i = 0; i < count; i++) {
        struct cairn_pack_writer writer;
        struct cairn_pack_reader reader;
        struct cairn_bytes bytes;
        cairn_pack_writer_init(&writer, buffer, MUTATE_BYTES_MAX);
        cairn_pack_reader_init(&reader, place->bytes);
        cairn_pack_put_raw(&writer,
                           (struct cairn_bytes){.data = place->bytes.data, .size = place->at});
        reader.at = place->at;
        size_t wanted_at = change_fields(&reader, &writer, &cases[i]);
        cairn_pack_put_raw(&writer, (struct cairn_bytes){.data = place->bytes.data + reader.at,
                                                         .size = place->bytes.size - reader.at});
        assert_err(cairn_pack_end(&writer, &bytes), CAIRN_OK);

        size_t fault_at;
        cairn_err err = mutate_run(bytes, decode, &fault_at);
        wanted_at = cases[i].err == CAIRN_OK ? SIZE_MAX : wanted_at;
        if (err != cases[i].err || fault_at != wanted_at) {
            fail_msg("field %u as %s: %s at %zu, not %s at %zu", (unsigned)cases[i].key,
                     cases[i].value == NULL ? "nothing" : cases[i].value, cairn_err_name(err),
                     fault_at, cairn_err_name(cases[i].err), wanted_at);
        }
    }
    free(buffer);
}

size_t mutate_find(struct cairn_bytes bytes, const uint64_t *path, size_t path_count)
{
    struct cairn_pack_reader reader;
    cairn_pack_reader_init(&reader, bytes);
    for (size_t step = 0; step < path_count; step++) {
        uint32_t count;
        bool is_map = cairn_pack_peek(&reader) == CAIRN_PACK_MAP;
        cairn_err err =
            is_map ? cairn_pack_get_map(&reader, &count) : cairn_pack_get_array(&reader, &count);
        assert_err(err, CAIRN_OK);
        for (uint64_t i = 0;; i++) {
            uint64_t key = i;
            assert_true(i < count);
            if (is_map) {
                assert_err(cairn_pack_get_uint(&reader, UINT64_MAX, &key), CAIRN_OK);
            }
            if (key == path[step]) {
                break;
            }
            (void)cairn_pack_get_raw(&reader);
        }
    }
    return reader.at;
}

void mutate_sweep(struct cairn_bytes bytes, mutate_decode *decode)
{
    static const uint8_t others[] = {0x00, 0x01, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc3, 0xc4, 0xff};
    size_t fault_at;
    uint8_t *copy = malloc(bytes.size + 1);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = 0;
    struct cairn_bytes view = {.data = copy, .size = bytes.size};
    assert_err(mutate_run(view, decode, &fault_at), CAIRN_OK);
    for (size_t size = 0; size <= bytes.size + 1; size++) {
        if (size != bytes.size) {
            view.size = size;
            assert_int_not_equal(mutate_run(view, decode, &fault_at), CAIRN_OK);
        }
    }
    view.size = bytes.size;
    for (size_t at = 0; at < bytes.size; at++) {
        for (size_t i = 0; i < sizeof others + 2; i++) {
            uint8_t flipped = i == sizeof others ? bytes.data[at] ^ 1 : bytes.data[at] ^ 0x20;
            copy[at] = i < sizeof others ? others[i] : flipped;
            (void)mutate_run(view, decode, &fault_at);
        }
        copy[at] = bytes.data[at];
    }
    free(copy);
}
