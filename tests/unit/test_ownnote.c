/* Method: a document of one's own, signed, written, read back and spoilt. */
#include "node/ownnote.h"

#include "crypto/note.h"
#include "node/file.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static char dir[TEST_PATH_MAX];
static struct cairn_suite suite;
static struct cairn_ownnote note;
static struct cairn_ownnote read_back;

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(dir);
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    test_tempdir_close(dir);
    return 0;
}

static struct cairn_country_doc example(void)
{
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of("test-own"),
        .country = cairn_bytes_of("GEO"),
        .serial = 4,
        .sealing_count = 1,
        .node_count = 3,
        .kinds = 1,
        .valid_from_ms = 1800000000000,
        .valid_until_ms = 1900000000000,
    };
    static const char *const names[] = {"one", "one", "two"};
    static const uint64_t incarnations[] = {7, 2, 9};
    doc.sealing[0].number = 1;
    for (uint32_t i = 0; i < 3; i++) {
        doc.nodes[i].name = cairn_bytes_of(names[i]);
        doc.nodes[i].incarnation = incarnations[i];
        doc.nodes[i].log[0] = (uint8_t)(i + 1);
    }
    return doc;
}

TEST(what_is_signed_verifies_under_the_key_that_it_names_then)
{
    const uint8_t seed[32] = {1, 2, 3};
    uint8_t memory[8192];
    uint64_t time_s;
    struct cairn_arena arena;
    struct cairn_note split;
    struct cairn_country_doc doc = example();
    assert_err(cairn_ownnote_sign(&doc, seed, &suite, &note), CAIRN_OK);
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_note_split((struct cairn_bytes){.data = note.bytes, .size = note.size}, &arena,
                                &split),
               CAIRN_OK);
    struct cairn_note_key key = {.name = cairn_bytes_of("test-own/GEO"),
                                 .type = CAIRN_NOTE_ED25519};
    cairn_suite_sign_public(&suite, seed, key.public_key);
    assert_memory_equal(doc.root, key.public_key, 32);
    assert_err(cairn_note_verify(&suite, &split, &key, &arena, &time_s), CAIRN_OK);
}

TEST(it_is_read_as_it_was_written_and_replaced_only_when_that_is_meant)
{
    const uint8_t seed[32] = {1};
    struct cairn_country_doc doc = example();
    assert_err(cairn_ownnote_read(dir, &read_back), CAIRN_NOT_FOUND);
    assert_err(cairn_ownnote_sign(&doc, seed, &suite, &note), CAIRN_OK);
    assert_err(cairn_ownnote_write(dir, &note, false), CAIRN_OK);
    assert_err(cairn_ownnote_write(dir, &note, false), CAIRN_EXISTS);
    assert_err(cairn_ownnote_write(dir, &note, true), CAIRN_OK);
    assert_err(cairn_ownnote_read(dir, &read_back), CAIRN_OK);
    assert_int_equal(read_back.doc.serial, 4);
    assert_int_equal(read_back.size, note.size);
    assert_memory_equal(read_back.bytes, note.bytes, note.size);
}

TEST(what_cannot_be_written_is_not_signed)
{
    const uint8_t seed[32] = {1};
    struct cairn_country_doc doc = example();
    doc.nodes[0].endpoint = cairn_bytes_of("no endpoint");
    assert_int_not_equal(cairn_ownnote_sign(&doc, seed, &suite, &note), CAIRN_OK);
}

TEST(the_lowest_incarnation_of_a_name_is_in_force_and_the_next_announced)
{
    struct cairn_country_doc doc = example();
    assert_int_equal(cairn_ownnote_node(&doc, "one")->incarnation, 2);
    assert_int_equal(cairn_ownnote_announced(&doc, "one")->incarnation, 7);
    assert_null(cairn_ownnote_announced(&doc, "two"));
    assert_null(cairn_ownnote_announced(&doc, "on"));
    assert_int_equal(cairn_ownnote_node(&doc, "two")->incarnation, 9);
    assert_null(cairn_ownnote_node(&doc, "on"));
    doc.nodes[0].incarnation = 2; /* in whichever order they stand */
    doc.nodes[1].incarnation = 7;
    assert_int_equal(cairn_ownnote_node(&doc, "one")->incarnation, 2);
    assert_int_equal(cairn_ownnote_announced(&doc, "one")->incarnation, 7);
}

/* The next serial; signed by this root key. */
static void sign_next(struct cairn_country_doc *doc, uint8_t root)
{
    const uint8_t seed[32] = {root};
    doc->serial++;
    assert_err(cairn_ownnote_sign(doc, seed, &suite, &note), CAIRN_OK);
}

static uint64_t next_kept(uint64_t above)
{
    uint64_t serial = 0;
    return cairn_ownnote_next_kept(dir, above, &serial) ? serial : 0;
}

TEST(the_last_document_under_a_root_key_and_the_first_one_are_kept)
{
    struct cairn_country_doc doc = example();
    assert_int_equal(next_kept(0), 0);
    for (uint8_t root = 1; root <= 3; root++) { /* 5 6 7 | 8 9 10 | 11 12 13 */
        for (uint32_t i = 0; i < 3; i++) {
            sign_next(&doc, root);
            assert_err(cairn_ownnote_keep(dir, &note, i == 2 && root < 3), CAIRN_OK);
        }
    }
    assert_int_equal(next_kept(0), 7);
    assert_int_equal(next_kept(7), 8);
    assert_int_equal(next_kept(8), 10);
    assert_int_equal(next_kept(10), 11);
    assert_int_equal(next_kept(11), 0);
    assert_err(cairn_ownnote_read_kept(dir, 10, &read_back), CAIRN_OK);
    assert_int_equal(read_back.doc.serial, 10);
    assert_err(cairn_ownnote_read_kept(dir, 9, &read_back), CAIRN_NOT_FOUND);
}

TEST(what_is_kept_is_found_by_number_in_whichever_order_it_was_written)
{
    struct cairn_country_doc doc = example();
    static const uint64_t serials[] = {30, 10, 20, 40, 5};
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++) {
        doc.serial = serials[i] - 1;
        sign_next(&doc, 1);
        assert_err(cairn_ownnote_keep(dir, &note, true), CAIRN_OK);
    }
    assert_int_equal(next_kept(0), 5);
    assert_int_equal(next_kept(5), 10);
    assert_int_equal(next_kept(10), 20);
    assert_int_equal(next_kept(20), 30);
    assert_int_equal(next_kept(30), 40);
}

TEST(what_else_lies_beside_it_is_let_lie)
{
    static const char *const names[] = {"01.note", "7.note.old", "x.note", ".note", "7", "-7.note"};
    struct cairn_country_doc doc = example();
    char path[CAIRN_FILE_PATH_MAX], name[64];
    sign_next(&doc, 1);
    assert_err(cairn_ownnote_write(dir, &note, false), CAIRN_OK);
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(name, sizeof name, "documents/%s", names[i]);
        assert_err(cairn_file_path(dir, name, path), CAIRN_OK);
        assert_err(
            cairn_file_write(path, cairn_bytes_of("x"), &(struct cairn_file_how){.mode = 0644}),
            CAIRN_OK);
    }
    assert_int_equal(next_kept(0), 0);
    assert_err(cairn_ownnote_keep(dir, &note, true), CAIRN_OK);
    assert_int_equal(next_kept(0), 5);
    assert_err(cairn_file_path(dir, "documents/6.note", path), CAIRN_OK);
    assert_err(cairn_file_write(path, (struct cairn_bytes){.data = note.bytes, .size = note.size},
                                &(struct cairn_file_how){.mode = 0644}),
               CAIRN_OK);
    assert_err(cairn_ownnote_read_kept(dir, 6, &read_back), CAIRN_DOCUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_signed_verifies_under_the_key_that_it_names_then,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            it_is_read_as_it_was_written_and_replaced_only_when_that_is_meant, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_not_signed, begin, end),
        cmocka_unit_test_setup_teardown(
            the_lowest_incarnation_of_a_name_is_in_force_and_the_next_announced, begin, end),
        cmocka_unit_test_setup_teardown(
            the_last_document_under_a_root_key_and_the_first_one_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(
            what_is_kept_is_found_by_number_in_whichever_order_it_was_written, begin, end),
        cmocka_unit_test_setup_teardown(what_else_lies_beside_it_is_let_lie, begin, end),
    };
    return cmocka_run_group_tests_name("ownnote", tests, NULL, NULL);
}
