/* Method: published check characters of the same standard; ids made and read back; every single
 * wrong character of an id must be found. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/id.h"

static const uint8_t counting[CAIRN_ID_RANDOM_BYTES] = {0x00, 0x44, 0x32, 0x14, 0xc7,
                                                        0x42, 0x54, 0xb6, 0x35, 0xcf};

static struct cairn_id made(const char *country, const uint8_t *random)
{
    struct cairn_id id;
    cairn_id_make(cairn_bytes_of(country), random, &id);
    return id;
}

TEST(check_characters_agree_with_published_identifiers)
{
    /* GRid of the IFPI and EIDR use the same scheme, ISO 7064 MOD 37,36 */
    assert_int_equal(cairn_id_check_character(cairn_bytes_of("A12425GABC1234002")), 'M');
    assert_int_equal(cairn_id_check_character(cairn_bytes_of("779185342C2390308610")), '5');
    static const char *const others[] = {"a", "/", ":", "@", "[", " "};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        expect_assert_failure((void)cairn_id_check_character(cairn_bytes_of(others[i])));
    }
}

TEST(eighty_bits_are_written_in_crockford_base_32)
{
    struct cairn_id id = made("AUT", counting);
    assert_memory_equal(id.text, "AUT-0123456789ABCDEF-", 21);
    assert_int_equal(strlen(id.text), CAIRN_ID_OBJECT_BYTES);
    assert_int_equal(id.text[21], cairn_id_check_character(cairn_bytes_of("AUT0123456789ABCDEF")));
    assert_true(cairn_bytes_is_equal(cairn_id_country(&id), cairn_bytes_of("AUT")));
    assert_true(cairn_bytes_is_equal(cairn_id_view(&id), cairn_bytes_of(id.text)));
    expect_assert_failure((void)made("aut", counting));
}

TEST(what_is_made_is_read_back)
{
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < 1000; round++) {
        uint8_t random[CAIRN_ID_RANDOM_BYTES];
        struct cairn_id back;
        test_rng_bytes(&rng, random, sizeof random);
        struct cairn_id id = made("GEO", random);
        assert_err(cairn_id_parse(cairn_id_view(&id), &back), CAIRN_OK);
        assert_true(cairn_id_is_equal(&id, &back));
        assert_memory_equal(&id, &back, sizeof id);
    }
}

TEST(every_single_wrong_character_is_found)
{
    struct cairn_id id = made("SRB", counting);
    for (size_t at = 0; at < CAIRN_ID_OBJECT_BYTES; at++) {
        for (int byte = 0; byte < 256; byte++) {
            struct cairn_id wrong = id;
            struct cairn_id out = {.text = "unchanged"};
            wrong.text[at] = (char)byte;
            if (wrong.text[at] == id.text[at]) {
                continue;
            }
            assert_err(cairn_id_parse(cairn_id_view(&wrong), &out), CAIRN_ID);
            assert_string_equal(out.text, "unchanged");
        }
    }
}

/* With a check character that is right: letters that people take for digits, and what is none. */
TEST(no_id_has_i_l_o_or_u)
{
    struct cairn_id id = made("SRB", counting), out;
    for (char letter = 'A'; letter <= 'Z'; letter++) {
        uint8_t payload[19];
        id.text[4] = letter;
        memcpy(payload, id.text, 3);
        memcpy(payload + 3, id.text + 4, 16);
        id.text[21] = cairn_id_check_character((struct cairn_bytes){payload, sizeof payload});
        bool is_left_out = strchr("ILOU", letter) != NULL;
        assert_err(cairn_id_parse(cairn_id_view(&id), &out), is_left_out ? CAIRN_ID : CAIRN_OK);
    }
}

TEST(another_length_or_case_is_refused)
{
    struct cairn_id id = made("SRB", counting);
    struct cairn_id out;
    char text[24] = "";
    memcpy(text, id.text, sizeof id.text);
    text[22] = 'A';
    for (size_t size = 0; size < sizeof text; size++) {
        struct cairn_bytes view = {.data = (const uint8_t *)text, .size = size};
        assert_err(cairn_id_parse(view, &out), size == 22 ? CAIRN_OK : CAIRN_ID);
    }
}

TEST(two_ids_differ_by_their_bits)
{
    struct cairn_id left = made("SRB", counting);
    struct cairn_id right = made("BIH", counting);
    assert_false(cairn_id_is_equal(&left, &right));
    assert_true(cairn_id_is_equal(&left, &left));
    uint8_t last[CAIRN_ID_RANDOM_BYTES];
    memcpy(last, counting, sizeof last);
    last[sizeof last - 1] ^= 1;
    right = made("SRB", last);
    assert_false(cairn_id_is_equal(&left, &right));
}

TEST(a_row_is_an_id_a_slash_and_a_plain_number_below_4096)
{
    static const struct {
        const char *tail;
        cairn_err err;
        uint32_t row;
    } cases[] = {
        {"/0", CAIRN_OK, 0},
        {"/4095", CAIRN_OK, 4095},
        {"/4096", CAIRN_ID, 0},
        {"/00", CAIRN_ID, 0},
        {"/07", CAIRN_ID, 0},
        {"/", CAIRN_ID, 0},
        {"", CAIRN_ID, 0},
        {"-7", CAIRN_ID, 0},
        {"/1a", CAIRN_ID, 0},
        {"/12345", CAIRN_ID, 0},
        {"/-1", CAIRN_ID, 0},
        {"/1-", CAIRN_ID, 0},
        {"/1/", CAIRN_ID, 0},
        {"/1:", CAIRN_ID, 0},
        {"/4294967297", CAIRN_ID, 0},
        {"/42949672960", CAIRN_ID, 0},
    };
    struct cairn_id id = made("MNE", counting);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        struct cairn_id object;
        uint32_t row = 7777;
        memcpy(text, id.text, sizeof id.text);
        strcat(text, cases[i].tail);
        assert_err(cairn_id_parse_row(cairn_bytes_of(text), &object, &row), cases[i].err);
        assert_int_equal(row, cases[i].err == CAIRN_OK ? cases[i].row : 7777);
    }
}

TEST(a_country_is_three_capital_letters)
{
    assert_true(cairn_id_is_country(cairn_bytes_of("AUT")));
    assert_false(cairn_id_is_country(cairn_bytes_of("AU")));
    assert_false(cairn_id_is_country(cairn_bytes_of("AUTO")));
    assert_false(cairn_id_is_country(cairn_bytes_of("AuT")));
    assert_false(cairn_id_is_country(cairn_bytes_of("A1T")));
    assert_false(cairn_id_is_country(cairn_bytes_of("D<<")));
}

TEST(entry_ids_are_64_small_hexadecimal_digits)
{
    uint8_t entry[CAIRN_ID_ENTRY_BYTES];
    uint8_t back[CAIRN_ID_ENTRY_BYTES];
    char text[CAIRN_ID_ENTRY_HEX + 1];
    for (size_t i = 0; i < sizeof entry; i++) {
        entry[i] = (uint8_t)(i * 9);
    }
    cairn_id_write_entry(entry, text);
    assert_int_equal(strlen(text), CAIRN_ID_ENTRY_HEX);
    assert_err(cairn_id_parse_entry(cairn_bytes_of(text), back), CAIRN_OK);
    assert_memory_equal(entry, back, sizeof back);
    text[63] = 'F';
    assert_err(cairn_id_parse_entry(cairn_bytes_of(text), back), CAIRN_HEX);
    text[63] = '\0';
    assert_err(cairn_id_parse_entry(cairn_bytes_of(text), back), CAIRN_HEX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_characters_agree_with_published_identifiers),
        cmocka_unit_test(eighty_bits_are_written_in_crockford_base_32),
        cmocka_unit_test(what_is_made_is_read_back),
        cmocka_unit_test(every_single_wrong_character_is_found),
        cmocka_unit_test(no_id_has_i_l_o_or_u),
        cmocka_unit_test(another_length_or_case_is_refused),
        cmocka_unit_test(two_ids_differ_by_their_bits),
        cmocka_unit_test(a_row_is_an_id_a_slash_and_a_plain_number_below_4096),
        cmocka_unit_test(a_country_is_three_capital_letters),
        cmocka_unit_test(entry_ids_are_64_small_hexadecimal_digits),
    };
    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
