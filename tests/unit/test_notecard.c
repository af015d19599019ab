#include "node/notecard.h"

#include "crypto/note.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

static uint8_t note_memory[8192];

/* A document signed by the root key with this seed. */
static struct cairn_bytes make_note(uint8_t seed)
{
    static char text[4096];
    uint8_t root_seed[32];
    uint8_t signature[64];
    struct cairn_suite suite;
    struct cairn_note_writer writer;
    struct cairn_bytes encoded;
    struct cairn_country_doc doc = {.network = cairn_bytes_of("test-demo"),
                                    .country = cairn_bytes_of("AUT"),
                                    .serial = 3,
                                    .sealing_count = 1,
                                    .node_count = 1,
                                    .kinds = 1,
                                    .valid_from_ms = 1772366400000u,
                                    .valid_until_ms = 1835438400000u};
    memset(root_seed, seed, sizeof root_seed);
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    cairn_suite_sign_public(&suite, root_seed, doc.root);
    doc.sealing[0].number = 1;
    doc.nodes[0].name = cairn_bytes_of("vienna-1");
    doc.nodes[0].incarnation = 1;
    doc.nodes[0].endpoint = cairn_bytes_of("vienna.example:7400");
    assert_err(cairn_country_encode(&doc, text, sizeof text, &encoded), CAIRN_OK);
    struct cairn_note_key key = {.name = cairn_bytes_of("test-demo/AUT"),
                                 .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, doc.root, 32);
    cairn_suite_sign(&suite, root_seed, encoded, signature);
    cairn_note_writer_init(&writer, note_memory, sizeof note_memory);
    assert_err(cairn_note_put_text(&writer, encoded), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    cairn_suite_close(&suite);
    return (struct cairn_bytes){writer.data, writer.size};
}

TEST(a_card_names_country_nodes_and_fingerprint)
{
    struct cairn_notecard card;
    assert_err(cairn_notecard_read(make_note(7), &card), CAIRN_OK);
    assert_string_equal(card.country, "AUT");
    assert_string_equal(card.network, "test-demo");
    assert_int_equal(card.serial, 3);
    assert_string_equal(card.nodes[0], "vienna-1/1 vienna.example:7400");
    uint8_t digest[16];
    assert_err(cairn_proquint_decode(cairn_bytes_of(card.fingerprint), digest), CAIRN_OK);
}

TEST(another_root_key_has_another_fingerprint)
{
    struct cairn_notecard left;
    struct cairn_notecard right;
    assert_err(cairn_notecard_read(make_note(7), &left), CAIRN_OK);
    assert_err(cairn_notecard_read(make_note(8), &right), CAIRN_OK);
    assert_string_not_equal(left.fingerprint, right.fingerprint);
    assert_true(cairn_notecard_is_same(&left, cairn_bytes_of(left.fingerprint)));
    assert_false(cairn_notecard_is_same(&left, cairn_bytes_of(right.fingerprint)));
}

TEST(words_may_be_typed_in_capitals_and_with_blanks)
{
    struct cairn_notecard card;
    char words[CAIRN_PROQUINT_BYTES + 1];
    assert_err(cairn_notecard_read(make_note(7), &card), CAIRN_OK);
    for (size_t at = 0; at <= CAIRN_PROQUINT_BYTES; at++) {
        char letter = card.fingerprint[at];
        words[at] = letter == '-' ? ' ' : (char)(letter >= 'a' ? letter - 'a' + 'A' : letter);
    }
    assert_true(cairn_notecard_is_same(&card, cairn_bytes_of(words)));
    words[3] = words[3] == 'A' ? 'O' : 'A';
    assert_false(cairn_notecard_is_same(&card, cairn_bytes_of(words)));
    assert_false(cairn_notecard_is_same(&card, cairn_bytes_of("babab")));
}

TEST(a_changed_byte_is_no_good_document)
{
    struct cairn_notecard card;
    struct cairn_bytes note = make_note(7);
    char *at = strstr((char *)note_memory, "serial 3");
    assert_non_null(at);
    at[7] = '4';
    assert_err(cairn_notecard_read(note, &card), CAIRN_NOTE_SIGNATURE);
}

TEST(json_has_the_note_when_it_is_wanted)
{
    struct cairn_notecard card;
    struct cairn_bytes note = make_note(7);
    assert_err(cairn_notecard_read(note, &card), CAIRN_OK);
    json_t *with = cairn_notecard_json(&card, note);
    json_t *without = cairn_notecard_json(&card, (struct cairn_bytes){0});
    assert_int_equal(json_string_length(json_object_get(with, "note")), note.size);
    assert_null(json_object_get(without, "note"));
    assert_string_equal(json_string_value(json_object_get(without, "valid_from")),
                        "2026-03-01T12:00:00.000Z");
    json_decref(with);
    json_decref(without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_names_country_nodes_and_fingerprint),
        cmocka_unit_test(another_root_key_has_another_fingerprint),
        cmocka_unit_test(words_may_be_typed_in_capitals_and_with_blanks),
        cmocka_unit_test(a_changed_byte_is_no_good_document),
        cmocka_unit_test(json_has_the_note_when_it_is_wanted),
    };
    return cmocka_run_group_tests_name("notecard", tests, NULL, NULL);
}
