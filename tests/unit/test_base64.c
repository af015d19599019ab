#include "tests/lib/test.h"

#include <string.h>

#include "schema/base/base64.h"

static void assert_decodes(const char *text, const char *wanted)
{
    uint8_t out[64];
    size_t size = 99;
    assert_err(cairn_base64_decode(cairn_bytes_of(text), out, sizeof out, &size), CAIRN_OK);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(out, wanted, size);
}

TEST(the_examples_of_rfc4648_come_out_both_ways)
{
    const char *const pairs[][2] = {{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        uint8_t out[16];
        size_t size = 99;
        assert_err(cairn_base64_encode(cairn_bytes_of(pairs[i][0]), out, sizeof out, &size),
                   CAIRN_OK);
        assert_int_equal(size, strlen(pairs[i][1]));
        assert_memory_equal(out, pairs[i][1], size);
        assert_decodes(pairs[i][1], pairs[i][0]);
    }
}

TEST(other_spellings_are_refused_and_nothing_is_written)
{
    const char *const spellings[] = {
        "Zg",       "Zg=",      "Zg===", "Zm9",   "Zm9v=",  "Zh==",       "Zm9=",
        "Zm8=Zm8=", "Zg==Zg==", " Zm9v", "Zm9v ", "Zm9v\n", "Zm\n9v",     "Zm9-",
        "Zm9_",     "====",     "Z===",  "=Zm9",  "Z=g=",   "\xc3\xa9g=",
    };
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        uint8_t out[16];
        memset(out, 0xee, sizeof out);
        size_t size = 99;
        struct cairn_bytes text = cairn_bytes_of(spellings[i]);
        assert_err(cairn_base64_decode(text, out, sizeof out, &size), CAIRN_BASE64);
        assert_int_equal(size, 99);
        assert_int_equal(out[0], 0xee);
    }
}

TEST(a_nul_among_the_digits_is_refused)
{
    const uint8_t text[8] = {'Z', 'm', '9', 'v', 0, 'A', 'A', 'A'};
    uint8_t out[8];
    size_t size = 99;
    assert_err(cairn_base64_decode((struct cairn_bytes){text, sizeof text}, out, sizeof out, &size),
               CAIRN_BASE64);
}

TEST(too_little_room_is_refused_and_nothing_is_written)
{
    uint8_t out[8];
    memset(out, 0xee, sizeof out);
    size_t size = 99;
    assert_err(cairn_base64_encode(cairn_bytes_of("foob"), out, 7, &size), CAIRN_NO_ROOM);
    assert_err(cairn_base64_decode(cairn_bytes_of("Zm9vYg=="), out, 3, &size), CAIRN_NO_ROOM);
    assert_int_equal(size, 99);
    assert_int_equal(out[0], 0xee);
    assert_err(cairn_base64_decode(cairn_bytes_of("Zm9vYg=="), out, 4, &size), CAIRN_OK);
    assert_int_equal(size, 4);
}

/* Property: decode takes back what encode gave, and takes no second spelling of it. */
TEST(every_value_has_one_spelling)
{
    struct test_rng rng = test_rng_open();
    for (int round = 0; round < 2000; round++) {
        uint8_t data[48], text[64], back[48];
        size_t size = test_rng_below(&rng, sizeof data + 1), text_size = 0, back_size = 0;
        test_rng_bytes(&rng, data, size);
        assert_err(
            cairn_base64_encode((struct cairn_bytes){data, size}, text, sizeof text, &text_size),
            CAIRN_OK);
        assert_int_equal(text_size, CAIRN_BASE64_SIZE(size));
        struct cairn_bytes view = {text, text_size};
        assert_err(cairn_base64_decode(view, back, sizeof back, &back_size), CAIRN_OK);
        assert_int_equal(back_size, size);
        assert_memory_equal(back, data, size);
        if (text_size > 0) {
            text[test_rng_below(&rng, (uint32_t)text_size)] ^=
                (uint8_t)(1u << test_rng_below(&rng, 8));
            if (cairn_base64_decode(view, back, sizeof back, &back_size) == CAIRN_OK) {
                assert_true(back_size != size || memcmp(back, data, size) != 0);
            }
        }
    }
}

/* What stands behind a text in memory, or before it, is not of it. */
TEST(only_whole_groups_within_the_text_are_read)
{
    uint8_t out[16];
    size_t size = 99;
    for (size_t cut = 1; cut < 12; cut++) {
        struct cairn_bytes text = {(const uint8_t *)"AAAAAAAAAAAA", cut};
        assert_err(cairn_base64_decode(text, out, sizeof out, &size),
                   cut % 4 == 0 ? CAIRN_OK : CAIRN_BASE64);
    }
    struct cairn_bytes none = {(const uint8_t *)"AA==" + 4, 0};
    assert_err(cairn_base64_decode(none, out, sizeof out, &size), CAIRN_OK);
    assert_int_equal(size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc4648_come_out_both_ways),
        cmocka_unit_test(other_spellings_are_refused_and_nothing_is_written),
        cmocka_unit_test(a_nul_among_the_digits_is_refused),
        cmocka_unit_test(too_little_room_is_refused_and_nothing_is_written),
        cmocka_unit_test(every_value_has_one_spelling),
        cmocka_unit_test(only_whole_groups_within_the_text_are_read),
    };
    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
