/* Every value of tests/data/vectors/protocol.json, made again with our code: what stands alone
 * here, feeds and journals in test_protocol_journals.c. The file comes from an implementation that
 * shares nothing with ours (tests/lib/oracle): where both agree, docs/protocol.md was understood
 * twice. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "replication/log/keys.h"
#include "replication/trust/roster.h"
#include "schema/bundle.h"
#include "schema/pack.h"
#include "tests/lib/protocol.h"

/* ---- the small things ---- */

/* Copy the next value through reader and writer. */
static void copy_value(struct cairn_pack_reader *reader, struct cairn_pack_writer *writer)
{
    uint64_t number;
    int64_t negative;
    bool flag;
    struct cairn_bytes bytes;
    uint32_t count = 0;
    uint32_t per = 1;
    switch (cairn_pack_peek(reader)) {
    case CAIRN_PACK_UINT:
        assert_err(cairn_pack_get_uint(reader, UINT64_MAX, &number), CAIRN_OK);
        cairn_pack_put_uint(writer, number);
        break;
    case CAIRN_PACK_NEGATIVE:
        assert_err(cairn_pack_get_int(reader, &negative), CAIRN_OK);
        cairn_pack_put_int(writer, negative);
        break;
    case CAIRN_PACK_BOOL:
        assert_err(cairn_pack_get_bool(reader, &flag), CAIRN_OK);
        cairn_pack_put_bool(writer, flag);
        break;
    case CAIRN_PACK_NIL:
        assert_err(cairn_pack_get_nil(reader), CAIRN_OK);
        cairn_pack_put_nil(writer);
        break;
    case CAIRN_PACK_TEXT:
        assert_err(cairn_pack_get_text(reader, SIZE_MAX, &bytes), CAIRN_OK);
        cairn_pack_put_text(writer, bytes);
        break;
    case CAIRN_PACK_BIN:
        assert_err(cairn_pack_get_bin(reader, SIZE_MAX, &bytes), CAIRN_OK);
        cairn_pack_put_bin(writer, bytes);
        break;
    case CAIRN_PACK_ARRAY:
        assert_err(cairn_pack_get_array(reader, &count), CAIRN_OK);
        cairn_pack_put_array(writer, count);
        break;
    case CAIRN_PACK_MAP:
        assert_err(cairn_pack_get_map(reader, &count), CAIRN_OK);
        cairn_pack_put_map(writer, count);
        per = 2;
        break;
    }
    for (uint32_t i = 0; i < count * per; i++) {
        copy_value(reader, writer);
    }
}

TEST(canonical_values_are_read_and_written_again_and_others_refused)
{
    size_t i, fault_at = 0;
    json_t *row, *rows = vectors_get(protocol.root, "canonical");
    json_array_foreach(vectors_get(rows, "good"), i, row)
    {
        struct cairn_bytes value = vectors_hex(row, "hex"), again;
        uint8_t buffer[1024];
        struct cairn_pack_reader reader;
        struct cairn_pack_writer writer;
        assert_err(cairn_pack_check(value, &fault_at), CAIRN_OK);
        cairn_pack_reader_init(&reader, value);
        cairn_pack_writer_init(&writer, buffer, sizeof buffer);
        copy_value(&reader, &writer);
        assert_err(cairn_pack_end(&writer, &again), CAIRN_OK);
        protocol_assert_same(again, value);
    }
    json_array_foreach(vectors_get(rows, "bad"), i, row)
    {
        if (cairn_pack_check(vectors_hex(row, "hex"), &fault_at) == CAIRN_OK) {
            fail_msg("accepted: %s", json_string_value(vectors_get(row, "why")));
        }
    }
}

/* Hashes of a JSON array, one after the other in the arena. */
static struct cairn_bytes hashes_of(json_t *array)
{
    size_t i;
    json_t *value;
    uint8_t *hashes = cairn_arena_take(&protocol.arena, json_array_size(array) * 32);
    json_array_foreach(array, i, value)
    {
        struct cairn_bytes hash = test_hex(json_string_value(value));
        assert_int_equal(hash.size, 32);
        memcpy(hashes + i * 32, hash.data, 32);
    }
    return (struct cairn_bytes){.data = hashes, .size = json_array_size(array) * 32};
}

TEST(trees_have_the_same_roots_and_proofs)
{
    json_t *row, *tree = vectors_get(protocol.root, "merkle"),
                 *data = vectors_get(tree, "leaf_data");
    uint8_t leaves[33 * 32], root[32], old_root[32];
    struct cairn_merkle_proof proof;
    size_t i;
    assert_int_equal(json_array_size(data), 33);
    json_array_foreach(data, i, row)
    {
        cairn_merkle_leaf(test_hex(json_string_value(row)), leaves + i * 32);
    }
    json_array_foreach(vectors_get(tree, "roots"), i, row)
    {
        cairn_merkle_root_of(leaves, vectors_number(row, "size"), root);
        protocol_assert_field(root, 32, row, "root");
    }
    json_array_foreach(vectors_get(tree, "inclusion"), i, row)
    {
        uint64_t size = vectors_number(row, "size"), index = vectors_number(row, "index");
        struct cairn_bytes path = hashes_of(vectors_get(row, "path"));
        cairn_merkle_inclusion(leaves, size, index, &proof);
        protocol_assert_same(cairn_merkle_proof_bytes(&proof), path);
        cairn_merkle_root_of(leaves, size, root);
        assert_err(cairn_merkle_verify_inclusion(leaves + index * 32, index, size, path, root),
                   CAIRN_OK);
    }
    json_array_foreach(vectors_get(tree, "consistency"), i, row)
    {
        uint64_t size = vectors_number(row, "size"), old = vectors_number(row, "old");
        struct cairn_bytes path = hashes_of(vectors_get(row, "path"));
        cairn_merkle_consistency(leaves, size, old, &proof);
        protocol_assert_same(cairn_merkle_proof_bytes(&proof), path);
        cairn_merkle_root_of(leaves, size, root);
        cairn_merkle_root_of(leaves, old, old_root);
        assert_err(cairn_merkle_verify_consistency(old, old_root, size, root, path), CAIRN_OK);
    }
}

TEST(names_are_spelled_the_same)
{
    size_t i;
    json_t *row, *names = vectors_get(protocol.root, "names");
    struct cairn_id id;
    json_array_foreach(vectors_get(names, "proquints"), i, row)
    {
        uint8_t bytes[16] = {0};
        char words[CAIRN_PROQUINT_BYTES + 1];
        struct cairn_bytes given = vectors_hex(row, "hex"), wanted = protocol_text(row, "words");
        memcpy(bytes, given.data, given.size); /* shorter ones: the words in front */
        cairn_proquint_encode(bytes, words);
        assert_memory_equal(words, wanted.data, wanted.size);
    }
    json_array_foreach(vectors_get(names, "objects"), i, row)
    {
        assert_err(cairn_id_parse(cairn_bytes_of(json_string_value(row)), &id), CAIRN_OK);
        assert_string_equal(id.text, json_string_value(row));
    }
    json_array_foreach(vectors_get(names, "bad_objects"), i, row)
    {
        assert_err(cairn_id_parse(cairn_bytes_of(json_string_value(row)), &id), CAIRN_ID);
    }
}

/* ---- countries ---- */

static void check_key_id(json_t *object, const char *field, const struct cairn_note_key *key)
{
    uint8_t id[4];
    cairn_note_key_id(key, id);
    protocol_assert_field(id, 4, object, field);
}

static void check_public(json_t *object, const char *seed, const char *field)
{
    uint8_t public_key[32];
    cairn_suite_sign_public(&protocol.suite, protocol_key(object, seed), public_key);
    protocol_assert_field(public_key, 32, object, field);
}

static void check_node(json_t *country, json_t *node)
{
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t log_id[16];
    assert_err(cairn_origin_make(protocol_text(country, "network"),
                                 protocol_text(country, "country"), protocol_text(node, "name"),
                                 vectors_number(node, "incarnation"), origin),
               CAIRN_OK);
    assert_true(vectors_is(node, "origin", origin));
    check_public(node, "log_seed", "log_public");
    check_public(node, "witness_seed", "witness_public");
    struct cairn_note_key key = {.name = cairn_bytes_of(origin), .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, protocol_key(node, "log_public"), 32);
    check_key_id(node, "log_key_id", &key);
    key.type = CAIRN_NOTE_COSIGNATURE;
    memcpy(key.public_key, protocol_key(node, "witness_public"), 32);
    check_key_id(node, "witness_key_id", &key);
    cairn_keys_journal_id(cairn_bytes_of(origin), log_id);
    protocol_assert_field(log_id, 16, node, "log_id");
}

/* The document again from its values, signed again. */
static void check_document(json_t *country)
{
    struct cairn_country_doc doc, read;
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = protocol_text(country, "root_name"),
                                 .type = CAIRN_NOTE_ED25519};
    struct cairn_bytes text, note = protocol_text(country, "note");
    uint8_t buffer[4096], signed_note[4096], digest[32], fingerprint[16], signature[64];
    char words[CAIRN_PROQUINT_BYTES + 1];
    assert_err(cairn_roster_read(&protocol.suite, protocol_text(country, "network"), note,
                                 &protocol.arena, &doc),
               CAIRN_OK);
    assert_int_equal(doc.serial, vectors_number(country, "serial"));
    protocol_assert_field(doc.root, 32, country, "root_public");
    protocol_assert_field(doc.next_root, 32, country, "next_root");
    assert_err(cairn_country_encode(&doc, buffer, sizeof buffer, &text), CAIRN_OK);
    protocol_assert_same(text, protocol_text(country, "text"));
    size_t fault_at;
    assert_err(cairn_country_decode(text, &read, &fault_at), CAIRN_OK);

    memcpy(key.public_key, doc.root, 32);
    check_key_id(country, "root_key_id", &key);
    cairn_suite_sign(&protocol.suite, protocol_key(country, "root_seed"), text, signature);
    cairn_note_writer_init(&writer, signed_note, sizeof signed_note);
    assert_err(cairn_note_put_text(&writer, text), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    protocol_assert_same((struct cairn_bytes){signed_note, writer.size}, note);
    cairn_sha256_of(note, digest);
    protocol_assert_field(digest, 32, country, "note_hash");
    cairn_roster_fingerprint(doc.network, doc.root, fingerprint);
    cairn_proquint_encode(fingerprint, words);
    assert_true(vectors_is(country, "fingerprint", words));
}

TEST(countries_have_the_same_keys_documents_and_fingerprints)
{
    size_t i, j;
    json_t *country, *inner;
    uint8_t digest[32], public_key[32];
    json_array_foreach(vectors_get(protocol.root, "countries"), i, country)
    {
        json_array_foreach(vectors_get(country, "sealing"), j, inner)
        {
            cairn_suite_dh_public(&protocol.suite, protocol_key(inner, "private"), public_key);
            protocol_assert_field(public_key, 32, inner, "public");
        }
        if (json_object_get(country, "note") == NULL) {
            continue;
        }
        check_public(country, "root_seed", "root_public");
        cairn_sha256_of(vectors_hex(country, "next_root_public"), digest);
        protocol_assert_field(digest, 32, country, "next_root");
        json_array_foreach(vectors_get(country, "nodes"), j, inner)
        {
            check_node(country, inner);
        }
        check_document(country);
    }
}

TEST(a_policy_hashes_to_the_same)
{
    json_t *policy = vectors_get(protocol.root, "policy");
    struct cairn_sha256 hash;
    uint8_t digest[32];
    static const uint8_t label[] = "cairn policy v1"; /* with its NUL */
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){label, sizeof label});
    cairn_sha256_update(&hash, vectors_hex(policy, "salt"));
    cairn_sha256_update(&hash, protocol_text(policy, "text"));
    cairn_sha256_final(&hash, digest);
    protocol_assert_field(digest, 32, policy, "hash");
}

/* ---- marks, cosignatures, bundles ---- */

/* seen, as P-46 says: the leaves sorted by origin, which the vectors are. */
TEST(marks_commit_to_the_same_root)
{
    static const uint8_t label[] = "cairn seen v1"; /* with its NUL */
    size_t i, j;
    json_t *mark, *journal;
    json_array_foreach(vectors_get(protocol.root, "marks"), i, mark)
    {
        uint8_t number[8], salt[32], digest[32], root[32], leaves[8 * 32];
        json_t *journals = vectors_get(mark, "journals");
        cairn_bytes_put_u64(number, vectors_number(mark, "time_ms"));
        cairn_suite_hmac(&protocol.suite, vectors_hex(mark, "key"),
                         (struct cairn_bytes){number, sizeof number}, salt);
        protocol_assert_field(salt, 32, mark, "salt");
        assert_true(json_array_size(journals) <= 8);
        json_array_foreach(journals, j, journal)
        {
            struct cairn_sha256 hash;
            struct cairn_bytes origin = protocol_text(journal, "origin");
            cairn_sha256_init(&hash);
            cairn_sha256_update(&hash, (struct cairn_bytes){label, sizeof label});
            cairn_sha256_update(&hash, (struct cairn_bytes){salt, sizeof salt});
            cairn_sha256_update(&hash, (struct cairn_bytes){origin.data, origin.size + 1});
            cairn_bytes_put_u64(number, vectors_number(journal, "size"));
            cairn_sha256_update(&hash, (struct cairn_bytes){number, sizeof number});
            cairn_sha256_update(&hash, vectors_hex(journal, "root"));
            cairn_sha256_final(&hash, digest);
            cairn_merkle_leaf((struct cairn_bytes){digest, sizeof digest}, leaves + j * 32);
        }
        cairn_merkle_root_of(leaves, json_array_size(journals), root);
        protocol_assert_field(root, 32, mark, "seen");
    }
}

TEST(cosignatures_are_the_same)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors_get(protocol.root, "cosignatures"), i, row)
    {
        struct cairn_note note;
        struct cairn_bytes message, whole = protocol_text(row, "note");
        struct cairn_bytes line = protocol_text(row, "line");
        uint64_t time_s = vectors_number(row, "seconds"), read_s = 0;
        json_t *witness = protocol_node(json_string_value(vectors_get(row, "witness")));
        struct cairn_note_key key = {.name = protocol_text(row, "witness"),
                                     .type = CAIRN_NOTE_COSIGNATURE};
        struct cairn_note_writer writer;
        uint8_t signature[64], again[2048];
        memcpy(key.public_key, protocol_key(witness, "witness_public"), 32);
        assert_err(cairn_note_split(whole, &protocol.arena, &note), CAIRN_OK);
        assert_int_equal(note.line_count, 2);
        assert_err(cairn_note_sign_input(CAIRN_NOTE_COSIGNATURE, time_s, note.text, &protocol.arena,
                                         &message),
                   CAIRN_OK);
        protocol_assert_same(message, vectors_hex(row, "message"));
        cairn_suite_sign(&protocol.suite, protocol_key(witness, "witness_seed"), message,
                         signature);
        cairn_note_writer_init(&writer, again, sizeof again);
        struct cairn_bytes begin = {whole.data, whole.size - line.size};
        assert_err(cairn_note_put_raw(&writer, begin), CAIRN_OK);
        assert_err(cairn_note_append_signature(&writer, &key, time_s, signature), CAIRN_OK);
        protocol_assert_same((struct cairn_bytes){again, writer.size}, whole);
        assert_err(cairn_note_verify(&protocol.suite, &note, &key, &protocol.arena, &read_s),
                   CAIRN_OK);
        assert_int_equal(read_s, time_s);
    }
}

static void check_record(struct cairn_bytes file, json_t *row)
{
    static uint8_t again[1u << 16];
    struct cairn_bundle_record record;
    struct cairn_bytes out;
    size_t fault_at;
    uint32_t size;
    uint64_t offset = vectors_number(row, "offset");
    cairn_arena_reset(&protocol.arena);
    assert_err(cairn_bundle_record_size(file.data + offset, &size), CAIRN_OK);
    assert_int_equal(size + CAIRN_BUNDLE_LENGTH_BYTES, vectors_number(row, "size"));
    struct cairn_bytes frame = {file.data + offset, size + CAIRN_BUNDLE_LENGTH_BYTES};
    struct cairn_bytes payload = {frame.data + CAIRN_BUNDLE_LENGTH_BYTES, size};
    assert_err(cairn_bundle_decode(payload, &protocol.arena, &record, &fault_at), CAIRN_OK);
    assert_int_equal(record.type, vectors_number(row, "type"));
    assert_err(cairn_bundle_frame(&record, again, sizeof again, &out), CAIRN_OK);
    protocol_assert_same(out, frame);
}

TEST(bundles_consist_of_the_same_records)
{
    size_t i, j;
    json_t *bundle, *row;
    json_array_foreach(vectors_get(protocol.root, "bundles"), i, bundle)
    {
        char name[64];
        uint8_t digest[32];
        uint64_t end = CAIRN_BUNDLE_MAGIC_BYTES;
        assert_true(snprintf(name, sizeof name, "vectors/%s",
                             json_string_value(vectors_get(bundle, "file"))) < (int)sizeof name);
        struct cairn_bytes file = test_data(name);
        assert_int_equal(file.size, vectors_number(bundle, "size"));
        cairn_sha256_of(file, digest);
        protocol_assert_field(digest, 32, bundle, "sha256");
        json_array_foreach(vectors_get(bundle, "records"), j, row)
        {
            assert_int_equal(vectors_number(row, "offset"), end);
            check_record(file, row);
            end += vectors_number(row, "size");
        }
        assert_int_equal(end, file.size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(canonical_values_are_read_and_written_again_and_others_refused,
                               protocol_reset),
        cmocka_unit_test_setup(trees_have_the_same_roots_and_proofs, protocol_reset),
        cmocka_unit_test_setup(names_are_spelled_the_same, protocol_reset),
        cmocka_unit_test_setup(countries_have_the_same_keys_documents_and_fingerprints,
                               protocol_reset),
        cmocka_unit_test_setup(a_policy_hashes_to_the_same, protocol_reset),
        cmocka_unit_test_setup(marks_commit_to_the_same_root, protocol_reset),
        cmocka_unit_test_setup(cosignatures_are_the_same, protocol_reset),
        cmocka_unit_test_setup(bundles_consist_of_the_same_records, protocol_reset),
    };
    return cmocka_run_group_tests_name("protocol_vectors", tests, protocol_open, protocol_close);
}
