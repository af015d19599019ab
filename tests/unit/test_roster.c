#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/note.h"
#include "replication/trust/roster.h"

static struct cairn_suite suite;
static struct cairn_arena arena;
static uint8_t arena_memory[128 << 10];
static uint8_t note_memory[4][4096];

static int open_suite(void **state)
{
    (void)state;
    return cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

static int close_suite(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    cairn_arena_init(&arena, arena_memory, sizeof arena_memory);
    return 0;
}

/* Root keys are numbered: seed n, its successor n + 1. */
static void root_seed(uint8_t number, uint8_t out[static 32])
{
    memset(out, number, 32);
}

static struct cairn_country_doc doc_of(uint64_t serial, uint8_t root, uint8_t next)
{
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of("test-demo"),
        .country = cairn_bytes_of("AUT"),
        .serial = serial,
        .sealing_count = 2,
        .sealing = {{.number = 1, .key = {1}}, {.number = 2, .key = {2}}},
        .node_count = 1,
        .nodes = {{.name = cairn_bytes_of("vienna-1"), .incarnation = 1}},
        .kinds = 1,
        .valid_until_ms = 1000,
    };
    uint8_t seed[32], public_key[32];
    root_seed(root, seed);
    cairn_suite_sign_public(&suite, seed, doc.root);
    root_seed(next, seed);
    cairn_suite_sign_public(&suite, seed, public_key);
    cairn_sha256_of((struct cairn_bytes){public_key, 32}, doc.next_root);
    return doc;
}

/* Signed by root key `signer` under the name; `place`: which buffer. */
static struct cairn_bytes sign(const struct cairn_country_doc *doc, uint8_t signer,
                               const char *name, size_t place)
{
    uint8_t text[2048], seed[32], signature[64];
    struct cairn_bytes bytes;
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    assert_err(cairn_country_encode(doc, text, sizeof text, &bytes), CAIRN_OK);
    root_seed(signer, seed);
    cairn_suite_sign_public(&suite, seed, key.public_key);
    cairn_suite_sign(&suite, seed, bytes, signature);
    cairn_note_writer_init(&writer, note_memory[place], sizeof note_memory[place]);
    assert_err(cairn_note_put_text(&writer, bytes), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    return (struct cairn_bytes){note_memory[place], writer.size};
}

static cairn_err read_note(struct cairn_bytes note, struct cairn_country_doc *out)
{
    return cairn_roster_read(&suite, cairn_bytes_of("test-demo"), note, &arena, out);
}

TEST(a_document_signed_by_the_root_key_in_it_is_read)
{
    struct cairn_country_doc doc = doc_of(3, 1, 2), read;
    assert_err(read_note(sign(&doc, 1, "test-demo/AUT", 0), &read), CAIRN_OK);
    assert_int_equal(read.serial, 3);
    assert_memory_equal(read.root, doc.root, 32);
}

TEST(a_document_signed_by_another_key_or_name_is_refused)
{
    struct cairn_country_doc doc = doc_of(3, 1, 2), read;
    assert_err(read_note(sign(&doc, 2, "test-demo/AUT", 0), &read), CAIRN_NOTE_SIGNATURE);
    assert_err(read_note(sign(&doc, 1, "test-demo/GEO", 0), &read), CAIRN_NOTE_SIGNATURE);
    struct cairn_bytes note = sign(&doc, 1, "test-demo/AUT", 0);
    note_memory[0][note.size - 20] ^= 1;
    assert_int_not_equal(read_note(note, &read), CAIRN_OK);
}

TEST(a_document_of_another_network_is_refused)
{
    struct cairn_country_doc doc = doc_of(3, 1, 2), read;
    doc.network = cairn_bytes_of("live");
    assert_err(read_note(sign(&doc, 1, "live/AUT", 0), &read), CAIRN_PEER_NETWORK);
}

TEST(what_is_no_note_or_no_document_is_refused)
{
    struct cairn_country_doc read;
    assert_err(read_note(cairn_bytes_of("cairn country 1\n"), &read), CAIRN_NOTE);
    struct cairn_country_doc doc = doc_of(3, 1, 2);
    struct cairn_bytes note = sign(&doc, 1, "test-demo/AUT", 0);
    note_memory[0][0] = 'k';
    assert_err(read_note(note, &read), CAIRN_DOCUMENT);
}

TEST(the_first_document_of_a_country_follows_nothing)
{
    struct cairn_roster_entry held = {.has_document = false};
    struct cairn_country_doc doc = doc_of(5, 1, 2);
    assert_true(cairn_roster_follows(&held, &doc));
}

TEST(a_document_follows_by_serial_and_by_root_key)
{
    struct cairn_roster_entry held = {.has_document = false};
    struct cairn_country_doc first = doc_of(5, 1, 2);
    cairn_roster_take(&held, &first, sign(&first, 1, "test-demo/AUT", 0));
    static const struct {
        uint64_t serial;
        uint8_t root;
        bool follows;
    } cases[] = {
        {6, 1, true},  {9, 1, true},                 /* the same root key */
        {6, 2, true},                                /* the announced one */
        {6, 3, false},                               /* any other one */
        {5, 1, false}, {4, 1, false}, {5, 2, false}, /* not newer */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_country_doc doc = doc_of(cases[i].serial, cases[i].root, 4);
        assert_int_equal(cairn_roster_follows(&held, &doc), cases[i].follows);
    }
}

TEST(what_is_kept_of_a_document_is_compared_to_its_last_byte)
{
    struct cairn_roster_entry held = {.has_document = false};
    struct cairn_country_doc first = doc_of(5, 1, 2), other = doc_of(6, 1, 4);
    first.ended_count = 1;
    first.ended[0] = (struct cairn_country_ended){
        .name = cairn_bytes_of("graz"), .incarnation = 1, .log = {1}, .witness = {2}, .size = 7};
    cairn_roster_take(&held, &first, sign(&first, 1, "test-demo/AUT", 0));
    for (size_t at = 0; at < 32; at++) {
        struct cairn_roster_entry near = held;
        struct cairn_country_doc announced = doc_of(6, 2, 4);
        other.root[at] ^= 1;
        assert_false(cairn_roster_follows(&held, &other));
        other.root[at] ^= 1;
        near.next_root[at] ^= 1;
        assert_false(cairn_roster_follows(&near, &announced));
        near.ended_hash[at] ^= 1;
        assert_false(cairn_roster_keeps(&near, &first));
    }
    assert_true(cairn_roster_follows(&held, &other));
    assert_true(cairn_roster_keeps(&held, &first));
}

TEST(what_is_kept_of_a_document_is_its_own)
{
    struct cairn_roster_entry held = {.is_recognised = true};
    struct cairn_country_doc doc = doc_of(5, 1, 2);
    struct cairn_bytes note = sign(&doc, 1, "test-demo/AUT", 0);
    uint8_t digest[32];
    cairn_roster_take(&held, &doc, note);
    cairn_sha256_of(note, digest);
    assert_true(held.has_document);
    assert_true(held.is_recognised); /* recognition is the operator's, not the document's */
    assert_int_equal(held.serial, 5);
    assert_memory_equal(held.country, "AUT", 3);
    assert_memory_equal(held.root, doc.root, 32);
    assert_memory_equal(held.next_root, doc.next_root, 32);
    assert_memory_equal(held.note_hash, digest, 32);
    assert_int_equal(held.sealing_count, 2);
    assert_memory_equal(held.sealing[0], doc.sealing[0].key, 32);
    assert_memory_equal(held.sealing[1], doc.sealing[1].key, 32);
}

TEST(a_document_keeps_the_ended_origins_of_the_one_before_it)
{
    struct cairn_roster_entry held = {.has_document = false};
    struct cairn_country_doc doc = doc_of(5, 1, 2);
    doc.ended_count = 2;
    doc.ended[0] = (struct cairn_country_ended){
        .name = cairn_bytes_of("graz"), .incarnation = 1, .log = {1}, .witness = {2}, .size = 7};
    doc.ended[1] = (struct cairn_country_ended){
        .name = cairn_bytes_of("linz"), .incarnation = 4, .log = {3}, .witness = {4}, .size = 0};
    assert_true(cairn_roster_keeps(&held, &doc));
    cairn_roster_take(&held, &doc, sign(&doc, 1, "test-demo/AUT", 0));
    assert_true(cairn_roster_keeps(&held, &doc));
    struct cairn_country_doc later = doc;
    later.ended[2] = (struct cairn_country_ended){.name = cairn_bytes_of("wels"), .log = {9}};
    later.ended_count = 3;
    assert_true(cairn_roster_keeps(&held, &later));
    later.ended_count = 1;
    assert_false(cairn_roster_keeps(&held, &later));
    for (uint32_t change = 0; change < 6; change++) {
        later = doc;
        struct cairn_country_ended *line = &later.ended[1];
        line->name = change == 0 ? cairn_bytes_of("linx") : line->name;
        line->incarnation += change == 1;
        line->log[31] ^= (uint8_t)(change == 2);
        line->witness[0] ^= (uint8_t)(change == 3);
        line->size += change == 4;
        line->root[7] ^= (uint8_t)(change == 5);
        assert_false(cairn_roster_keeps(&held, &later));
    }
    later = doc;
    later.ended[0] = doc.ended[1];
    later.ended[1] = doc.ended[0];
    assert_false(cairn_roster_keeps(&held, &later));
}

TEST(a_lost_key_stays_lost_and_stays_that_key)
{
    struct cairn_roster_entry held = {.has_document = false};
    struct cairn_country_doc doc = doc_of(5, 1, 2);
    assert_int_equal(doc.sealing_count, 2);
    doc.sealing[0].is_lost = true;
    assert_true(cairn_roster_keeps(&held, &doc));
    cairn_roster_take(&held, &doc, sign(&doc, 1, "test-demo/AUT", 0));
    assert_int_equal(cairn_roster_lost_count(&held), 1);
    assert_true(cairn_roster_is_lost(&held, doc.sealing[0].key));
    assert_false(cairn_roster_is_lost(&held, doc.sealing[1].key));
    assert_true(cairn_roster_keeps(&held, &doc));
    struct cairn_country_doc later = doc;
    later.sealing[2] = (struct cairn_sealing_key){.number = 99, .key = {7}};
    later.sealing_count = 3;
    later.sealing[1].is_lost = true;
    assert_true(cairn_roster_keeps(&held, &later));
    later.sealing[0].is_lost = false;
    assert_false(cairn_roster_keeps(&held, &later));
    later = doc;
    later.sealing[0].key[31] ^= 1;
    assert_false(cairn_roster_keeps(&held, &later));
    later = doc;
    later.sealing[0] = doc.sealing[1];
    later.sealing_count = 1;
    assert_false(cairn_roster_keeps(&held, &later));
    cairn_roster_take(&held, &later, sign(&later, 1, "test-demo/AUT", 0));
    assert_int_equal(cairn_roster_lost_count(&held), 0);
}

TEST(a_fingerprint_covers_network_and_root_key)
{
    uint8_t root[32] = {1}, first[16], other[16];
    cairn_roster_fingerprint(cairn_bytes_of("test-demo"), root, first);
    cairn_roster_fingerprint(cairn_bytes_of("test-dem"), root, other);
    assert_memory_not_equal(first, other, 16);
    root[31] = 1;
    cairn_roster_fingerprint(cairn_bytes_of("test-demo"), root, other);
    assert_memory_not_equal(first, other, 16);
}

/* Two documents of AUT: 4 announces root key 2, 5 is signed by it and names 4. */
static struct cairn_bytes rotation_of(struct cairn_country_doc *last,
                                      struct cairn_country_doc *first)
{
    *last = doc_of(4, 1, 2);
    *first = doc_of(5, 2, 3);
    struct cairn_bytes note = sign(last, 1, "test-demo/AUT", 0);
    first->has_previous = true;
    cairn_sha256_of(note, first->previous);
    return note;
}

TEST(a_rotation_is_the_last_document_under_a_key_and_the_next_one_that_names_it)
{
    struct cairn_country_doc last, first;
    struct cairn_bytes note = rotation_of(&last, &first);
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_OK);
    first.has_previous = false;
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_FINGERPRINT);
    first.has_previous = true;
    first.previous[31] ^= 1;
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_FINGERPRINT);
    (void)rotation_of(&last, &first);
    first.serial = 4;
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_FINGERPRINT);
    (void)rotation_of(&last, &first);
    first.country = cairn_bytes_of("GEO");
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_FINGERPRINT);
    (void)rotation_of(&last, &first);
    memcpy(first.root, last.root, 32); /* renewed, not rotated */
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_FINGERPRINT);
    (void)rotation_of(&last, &first);
    last.next_root[0] ^= 1; /* it announced another one */
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_FINGERPRINT);
}

TEST(a_rotation_takes_back_nothing)
{
    struct cairn_country_doc last, first;
    (void)rotation_of(&last, &first);
    last.sealing[0].is_lost = true;
    struct cairn_bytes note = sign(&last, 1, "test-demo/AUT", 0);
    cairn_sha256_of(note, first.previous);
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_DENIED_ENDED);
    first.sealing[0].is_lost = true;
    assert_err(cairn_roster_rotates(&last, note, &first), CAIRN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_document_signed_by_the_root_key_in_it_is_read, reset),
        cmocka_unit_test_setup(a_document_signed_by_another_key_or_name_is_refused, reset),
        cmocka_unit_test_setup(a_document_of_another_network_is_refused, reset),
        cmocka_unit_test_setup(
            a_rotation_is_the_last_document_under_a_key_and_the_next_one_that_names_it, reset),
        cmocka_unit_test_setup(a_rotation_takes_back_nothing, reset),
        cmocka_unit_test_setup(what_is_no_note_or_no_document_is_refused, reset),
        cmocka_unit_test_setup(the_first_document_of_a_country_follows_nothing, reset),
        cmocka_unit_test_setup(a_document_follows_by_serial_and_by_root_key, reset),
        cmocka_unit_test_setup(what_is_kept_of_a_document_is_compared_to_its_last_byte, reset),
        cmocka_unit_test_setup(what_is_kept_of_a_document_is_its_own, reset),
        cmocka_unit_test_setup(a_lost_key_stays_lost_and_stays_that_key, reset),
        cmocka_unit_test_setup(a_document_keeps_the_ended_origins_of_the_one_before_it, reset),
        cmocka_unit_test_setup(a_fingerprint_covers_network_and_root_key, reset),
    };
    return cmocka_run_group_tests_name("roster", tests, open_suite, close_suite);
}
