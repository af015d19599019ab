/* Method: names at their limits; proquints of published IPv4 examples (A. Wilkerson, "A proposal
 * for proquints", arXiv 0901.4016). P-13 */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/origin.h"

#define TEN_ONES    "1111111111"
#define FORTY_ONES  TEN_ONES TEN_ONES TEN_ONES TEN_ONES
#define LONG_ORIGIN "a/AUT/a/" FORTY_ONES FORTY_ONES TEN_ONES

static bool is_name(const char *text)
{
    return cairn_country_is_name(cairn_bytes_of(text));
}

TEST(names_are_short_and_of_small_letters_digits_and_hyphens)
{
    assert_true(is_name("a"));
    assert_true(is_name("vienna-1"));
    assert_true(is_name("01234567890123456789012345678901"));
    assert_false(is_name(""));
    assert_false(is_name("012345678901234567890123456789012"));
    assert_false(is_name("Vienna"));
    assert_false(is_name("a b"));
    assert_false(is_name("a/b"));
    assert_false(is_name("a_b"));
    assert_false(is_name("\xc3\xa4"));
    assert_false(
        cairn_country_is_name((struct cairn_bytes){.data = (const uint8_t *)"a", .size = 2}));
}

TEST(only_names_that_begin_so_are_test_networks)
{
    assert_true(cairn_country_is_test(cairn_bytes_of("test-demo")));
    assert_true(cairn_country_is_test(cairn_bytes_of("test-")));
    assert_false(cairn_country_is_test(cairn_bytes_of("test")));
    assert_false(cairn_country_is_test(cairn_bytes_of("live-test-demo")));
    assert_false(cairn_country_is_test(cairn_bytes_of("testa")));
    assert_false(cairn_country_is_test(cairn_bytes_of("tesla-demo")));
    assert_false(cairn_country_is_test(cairn_bytes_of("team-net")));
}

TEST(an_origin_is_made_and_read_back)
{
    char text[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    struct cairn_origin origin;
    assert_err(cairn_origin_make(cairn_bytes_of("test-demo"), cairn_bytes_of("AUT"),
                                 cairn_bytes_of("vienna-1"), 12, text),
               CAIRN_OK);
    assert_string_equal(text, "test-demo/AUT/vienna-1/12");
    assert_err(cairn_origin_parse(cairn_bytes_of(text), &origin), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(origin.network, cairn_bytes_of("test-demo")));
    assert_true(cairn_bytes_is_equal(origin.country, cairn_bytes_of("AUT")));
    assert_true(cairn_bytes_is_equal(origin.node, cairn_bytes_of("vienna-1")));
    assert_int_equal(origin.incarnation, 12);
}

TEST(the_longest_origin_fits)
{
    struct cairn_bytes name = cairn_bytes_of("01234567890123456789012345678901");
    char text[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    struct cairn_origin origin;
    assert_err(cairn_origin_make(name, cairn_bytes_of("UNO"), name, UINT64_MAX, text), CAIRN_OK);
    assert_true(strlen(text) <= CAIRN_LIMIT_ORIGIN_BYTES);
    assert_err(cairn_origin_parse(cairn_bytes_of(text), &origin), CAIRN_OK);
    assert_true(origin.incarnation == UINT64_MAX);
}

TEST(a_malformed_origin_is_refused_and_writes_nothing)
{
    static const char *const texts[] = {
        "",
        "/",
        "///",
        "test/AUT/a",
        "test/AUT/a/",
        "test/AUT/a/0",
        "test/AUT/a/01",
        "test/AUT/a/-1",
        "test/AUT/a/18446744073709551616",
        "test/AUT/a/1/",
        "test/AUT/a/1/2",
        "test/AUT//1",
        "test//a/1",
        "/AUT/a/1",
        "test/aut/a/1",
        "test/AU/a/1",
        "test/AUTT/a/1",
        "Test/AUT/a/1",
        "test/AUT/A/1",
        "test/AUT/a/1\n",
        " test/AUT/a/1",
        "012345678901234567890123456789012/AUT/a/1",
        LONG_ORIGIN,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cairn_origin origin, before;
        memset(&origin, 0xa5, sizeof origin);
        before = origin;
        if (cairn_origin_parse(cairn_bytes_of(texts[i]), &origin) != CAIRN_ORIGIN) {
            fail_msg("taken: %s", texts[i]);
        }
        assert_memory_equal(&origin, &before, sizeof origin);
    }
}

TEST(an_origin_is_not_made_of_malformed_parts)
{
    struct cairn_bytes name = cairn_bytes_of("a"), bad = cairn_bytes_of("a/b");
    struct cairn_bytes country = cairn_bytes_of("AUT");
    char text[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    assert_err(cairn_origin_make(bad, country, name, 1, text), CAIRN_ORIGIN);
    assert_err(cairn_origin_make(name, cairn_bytes_of("Aut"), name, 1, text), CAIRN_ORIGIN);
    assert_err(cairn_origin_make(name, country, bad, 1, text), CAIRN_ORIGIN);
    assert_err(cairn_origin_make(name, country, name, 0, text), CAIRN_ORIGIN);
}

/* The four words of two published addresses, twice. */
TEST(words_agree_with_published_examples)
{
    static const struct {
        uint8_t address[4];
        const char *words;
    } cases[] = {
        {{127, 0, 0, 1}, "lusab-babad"},      {{63, 84, 220, 193}, "gutih-tugad"},
        {{63, 118, 7, 35}, "gutuk-bisog"},    {{140, 98, 193, 141}, "mudof-sakat"},
        {{64, 255, 6, 200}, "haguz-biram"},   {{128, 30, 52, 45}, "mabiv-gibot"},
        {{147, 67, 119, 2}, "natag-lisaf"},   {{212, 58, 253, 68}, "tibup-zujah"},
        {{216, 35, 68, 215}, "tobog-higil"},  {{216, 68, 232, 21}, "todah-vobij"},
        {{198, 81, 129, 136}, "sinid-makam"}, {{12, 110, 110, 204}, "budov-kuras"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t in[16], back[16];
        char words[CAIRN_PROQUINT_BYTES + 1];
        for (size_t at = 0; at < sizeof in; at++) {
            in[at] = cases[i].address[at % 4];
        }
        cairn_proquint_encode(in, words);
        assert_int_equal(strlen(words), CAIRN_PROQUINT_BYTES);
        for (size_t at = 0; at < CAIRN_PROQUINT_BYTES; at += 12) {
            assert_memory_equal(words + at, cases[i].words, 11);
        }
        assert_err(cairn_proquint_decode(cairn_bytes_of(words), back), CAIRN_OK);
        assert_memory_equal(in, back, sizeof in);
    }
}

TEST(every_sixteen_bits_have_a_word_of_their_own)
{
    for (uint32_t value = 0; value <= UINT16_MAX; value++) {
        uint8_t in[16] = {0}, back[16];
        char words[CAIRN_PROQUINT_BYTES + 1];
        cairn_bytes_put_u16(in + 6, (uint16_t)value);
        cairn_proquint_encode(in, words);
        assert_err(cairn_proquint_decode(cairn_bytes_of(words), back), CAIRN_OK);
        assert_memory_equal(in, back, sizeof in);
    }
}

TEST(a_wrong_letter_is_found_wherever_it_stands)
{
    static const char good[] = "babab-babab-babab-babab-babab-babab-babab-babab";
    uint8_t out[16], before[16];
    memset(out, 0xa5, sizeof out);
    memcpy(before, out, sizeof out);
    for (size_t at = 0; at < CAIRN_PROQUINT_BYTES; at++) {
        static const char wrong[] = "ecwqxy BA1_\n";
        for (size_t i = 0; i < sizeof wrong; i++) {
            char text[sizeof good];
            memcpy(text, good, sizeof good);
            text[at] = wrong[i];
            struct cairn_bytes words = {.data = (const uint8_t *)text,
                                        .size = CAIRN_PROQUINT_BYTES};
            assert_err(cairn_proquint_decode(words, out), CAIRN_FINGERPRINT);
        }
    }
    assert_err(cairn_proquint_decode(cairn_bytes_of("babab-babab"), out), CAIRN_FINGERPRINT);
    assert_err(cairn_proquint_decode(cairn_bytes_of(""), out), CAIRN_FINGERPRINT);
    assert_memory_equal(out, before, sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_short_and_of_small_letters_digits_and_hyphens),
        cmocka_unit_test(only_names_that_begin_so_are_test_networks),
        cmocka_unit_test(an_origin_is_made_and_read_back),
        cmocka_unit_test(the_longest_origin_fits),
        cmocka_unit_test(a_malformed_origin_is_refused_and_writes_nothing),
        cmocka_unit_test(an_origin_is_not_made_of_malformed_parts),
        cmocka_unit_test(words_agree_with_published_examples),
        cmocka_unit_test(every_sixteen_bits_have_a_word_of_their_own),
        cmocka_unit_test(a_wrong_letter_is_found_wherever_it_stands),
    };
    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
