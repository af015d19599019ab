#include "schema/withheld.h"

#include "schema/base/check.h"

#define WITHHELD_HASH_BYTES 32u

/* Where the groups that may be absent begin. */
enum withheld_key {
    WITHHELD_RECORD = 9,
    WITHHELD_EARLIER = 10, /* opening, salt, leaf, proof */
    WITHHELD_LATE = 14,    /* opening, salt */
};

uint32_t cairn_withheld_fields(const struct cairn_withheld *withheld)
{
    return 8u + (withheld->record.size > 0 ? 1 : 0) + (withheld->earlier.is_given ? 4 : 0) +
           (withheld->late.is_given ? 2 : 0);
}

static cairn_err withheld_need_fixed(struct cairn_fields *fields, uint64_t key, size_t size,
                                     uint8_t *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_pack_get_fixed(fields->reader, size, out);
}

static cairn_err withheld_need_uint(struct cairn_fields *fields, uint64_t key, uint64_t *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_pack_get_uint(fields->reader, UINT64_MAX, out);
}

static cairn_err withheld_need_proof(struct cairn_fields *fields, uint64_t key,
                                     struct cairn_arena *arena, struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    size_t at = fields->reader->at;
    uint32_t count;
    uint8_t *hashes;
    CAIRN_TRY(cairn_fields_get_blocks(fields->reader, arena, WITHHELD_HASH_BYTES, &count, &hashes));
    if (count > CAIRN_WITHHELD_PROOF_MAX) {
        return cairn_fields_fail(fields->reader, at, CAIRN_TOO_LONG);
    }
    *out = (struct cairn_bytes){.data = hashes, .size = count * (size_t)WITHHELD_HASH_BYTES};
    return CAIRN_OK;
}

/* The reader stands before the value of `key`: the caller saw that the field is there. */
static cairn_err withheld_get_opening(struct cairn_fields *fields, uint64_t key,
                                      struct cairn_withheld_opening *out)
{
    uint8_t bytes[CAIRN_OPENING_BYTES];
    size_t at = fields->reader->at;
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof bytes, bytes));
    cairn_err err = cairn_opening_decode(bytes, &out->opening);
    if (err != CAIRN_OK) {
        return cairn_fields_fail(fields->reader, at, err);
    }
    out->is_given = true;
    return withheld_need_fixed(fields, key + 1, sizeof out->salt, out->salt);
}

static cairn_err withheld_read_groups(struct cairn_fields *fields, struct cairn_arena *arena,
                                      struct cairn_withheld *out)
{
    if (cairn_fields_has(fields, WITHHELD_RECORD)) {
        CAIRN_TRY(cairn_fields_get_bin(fields->reader, CAIRN_LIMIT_BODY_BYTES, &out->record));
    }
    if (cairn_fields_has(fields, WITHHELD_EARLIER)) {
        CAIRN_TRY(withheld_get_opening(fields, WITHHELD_EARLIER, &out->earlier));
        CAIRN_TRY(withheld_need_fixed(fields, WITHHELD_EARLIER + 2, sizeof out->earlier_leaf,
                                      out->earlier_leaf));
        CAIRN_TRY(withheld_need_proof(fields, WITHHELD_EARLIER + 3, arena, &out->earlier_proof));
    }
    if (cairn_fields_has(fields, WITHHELD_LATE)) {
        CAIRN_TRY(withheld_get_opening(fields, WITHHELD_LATE, &out->late));
    }
    return CAIRN_OK;
}

cairn_err cairn_withheld_read(struct cairn_fields *fields, struct cairn_arena *arena,
                              struct cairn_withheld *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    *out = (struct cairn_withheld){.number = 0};
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_fields_get_origin(reader, &out->origin));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_fields_get_bin(reader, CAIRN_LIMIT_NOTE_BYTES, &out->checkpoint));
    CAIRN_TRY(withheld_need_uint(fields, 3, &out->leaf_index));
    CAIRN_TRY(withheld_need_fixed(fields, 4, sizeof out->leaf, out->leaf));
    CAIRN_TRY(withheld_need_proof(fields, 5, arena, &out->leaf_proof));
    CAIRN_TRY(withheld_need_fixed(fields, 6, sizeof out->feed, out->feed));
    CAIRN_TRY(withheld_need_uint(fields, 7, &out->number));
    CAIRN_TRY(withheld_need_fixed(fields, 8, sizeof out->tag_key, out->tag_key));
    return withheld_read_groups(fields, arena, out);
}

static void withheld_put_bin(struct cairn_pack_writer *writer, uint64_t key,
                             struct cairn_bytes bytes)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_bin(writer, bytes);
}

static void withheld_put_fixed(struct cairn_pack_writer *writer, uint64_t key, const uint8_t *data,
                               size_t size)
{
    withheld_put_bin(writer, key, (struct cairn_bytes){.data = data, .size = size});
}

static void withheld_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_uint(writer, value);
}

static void withheld_put_proof(struct cairn_pack_writer *writer, uint64_t key,
                               struct cairn_bytes proof)
{
    CAIRN_REQUIRE(proof.size % WITHHELD_HASH_BYTES == 0);
    CAIRN_REQUIRE(proof.size <= (size_t)CAIRN_WITHHELD_PROOF_MAX * WITHHELD_HASH_BYTES);
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_array(writer, (uint32_t)(proof.size / WITHHELD_HASH_BYTES));
    for (size_t at = 0; at < proof.size; at += WITHHELD_HASH_BYTES) {
        cairn_pack_put_bin(
            writer, (struct cairn_bytes){.data = proof.data + at, .size = WITHHELD_HASH_BYTES});
    }
}

static void withheld_put_opening(struct cairn_pack_writer *writer, uint64_t key,
                                 const struct cairn_withheld_opening *opening)
{
    uint8_t bytes[CAIRN_OPENING_BYTES];
    cairn_opening_encode(&opening->opening, bytes);
    withheld_put_fixed(writer, key, bytes, sizeof bytes);
    withheld_put_fixed(writer, key + 1, opening->salt, sizeof opening->salt);
}

void cairn_withheld_write(struct cairn_pack_writer *writer, const struct cairn_withheld *withheld)
{
    CAIRN_REQUIRE(withheld->checkpoint.size > 0);
    CAIRN_REQUIRE(withheld->checkpoint.size <= CAIRN_LIMIT_NOTE_BYTES);
    CAIRN_REQUIRE(withheld->record.size <= CAIRN_LIMIT_BODY_BYTES);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_text(writer, withheld->origin);
    withheld_put_bin(writer, 2, withheld->checkpoint);
    withheld_put_uint(writer, 3, withheld->leaf_index);
    withheld_put_fixed(writer, 4, withheld->leaf, sizeof withheld->leaf);
    withheld_put_proof(writer, 5, withheld->leaf_proof);
    withheld_put_fixed(writer, 6, withheld->feed, sizeof withheld->feed);
    withheld_put_uint(writer, 7, withheld->number);
    withheld_put_fixed(writer, 8, withheld->tag_key, sizeof withheld->tag_key);
    if (withheld->record.size > 0) {
        withheld_put_bin(writer, WITHHELD_RECORD, withheld->record);
    }
    if (withheld->earlier.is_given) {
        withheld_put_opening(writer, WITHHELD_EARLIER, &withheld->earlier);
        withheld_put_fixed(writer, WITHHELD_EARLIER + 2, withheld->earlier_leaf,
                           sizeof withheld->earlier_leaf);
        withheld_put_proof(writer, WITHHELD_EARLIER + 3, withheld->earlier_proof);
    }
    if (withheld->late.is_given) {
        withheld_put_opening(writer, WITHHELD_LATE, &withheld->late);
    }
}
