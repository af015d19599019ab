#include "tests/lib/test.h"

#include <string.h>

#include "crypto/secret.h"

static void assert_all_zero(const void *memory, size_t size)
{
    const uint8_t *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(bytes[i], 0);
    }
}

TEST(a_secret_gives_back_what_was_set)
{
    struct cairn_secret secret;
    cairn_secret_init(&secret);
    assert_int_equal(cairn_secret_view(&secret).size, 0);
    assert_err(cairn_secret_set(&secret, cairn_bytes_of("a long key")), CAIRN_OK);
    assert_err(cairn_secret_set(&secret, cairn_bytes_of("key")), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(cairn_secret_view(&secret), cairn_bytes_of("key")));
    assert_all_zero(secret.data + 3, sizeof secret.data - 3);
}

TEST(a_secret_that_is_too_long_changes_nothing)
{
    struct cairn_secret secret;
    cairn_secret_init(&secret);
    assert_err(cairn_secret_set(&secret, test_frame(CAIRN_SECRET_MAX)), CAIRN_OK);
    struct cairn_bytes key = cairn_bytes_of("key");
    assert_err(cairn_secret_set(&secret, key), CAIRN_OK);
    assert_err(cairn_secret_set(&secret, test_frame(CAIRN_SECRET_MAX + 1)), CAIRN_TOO_LONG);
    assert_true(cairn_bytes_is_equal(cairn_secret_view(&secret), key));
}

TEST(clearing_leaves_nothing)
{
    struct cairn_secret secret;
    uint8_t loose[16];
    cairn_secret_init(&secret);
    assert_err(cairn_secret_set(&secret, cairn_bytes_of("key")), CAIRN_OK);
    cairn_secret_clear(&secret);
    assert_all_zero(&secret, sizeof secret);
    memset(loose, 0xee, sizeof loose);
    cairn_secret_wipe(loose, 15);
    assert_all_zero(loose, 15);
    assert_int_equal(loose[15], 0xee);
    cairn_secret_wipe(NULL, 0);
}

TEST(taking_moves_and_clears_the_source)
{
    struct cairn_secret source, target;
    cairn_secret_init(&source);
    assert_err(cairn_secret_set(&source, cairn_bytes_of("key")), CAIRN_OK);
    cairn_secret_take(&source, &target);
    assert_true(cairn_bytes_is_equal(cairn_secret_view(&target), cairn_bytes_of("key")));
    assert_all_zero(&source, sizeof source);
    expect_assert_failure(cairn_secret_take(&target, &target));
}

TEST(comparison_sees_content_and_size)
{
    struct cairn_secret left, right;
    cairn_secret_init(&left);
    cairn_secret_init(&right);
    assert_true(cairn_secret_is_equal(&left, &right));
    assert_err(cairn_secret_set(&left, cairn_bytes_of("key")), CAIRN_OK);
    assert_false(cairn_secret_is_equal(&left, &right));
    assert_err(cairn_secret_set(&right, cairn_bytes_of("kez")), CAIRN_OK);
    assert_false(cairn_secret_is_equal(&left, &right));
    assert_err(cairn_secret_set(&right, cairn_bytes_of("key")), CAIRN_OK);
    assert_true(cairn_secret_is_equal(&left, &right));
    assert_true(cairn_secret_is_same(cairn_bytes_of("token"), cairn_bytes_of("token")));
    assert_false(cairn_secret_is_same(cairn_bytes_of("token"), cairn_bytes_of("toker")));
    assert_false(cairn_secret_is_same(cairn_bytes_of("token"), cairn_bytes_of("toke")));
    assert_false(cairn_secret_is_same(cairn_bytes_of("toke"), cairn_bytes_of("token")));
    assert_false(cairn_secret_is_same(cairn_bytes_of(""), cairn_bytes_of("token")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_gives_back_what_was_set),
        cmocka_unit_test(a_secret_that_is_too_long_changes_nothing),
        cmocka_unit_test(clearing_leaves_nothing),
        cmocka_unit_test(taking_moves_and_clears_the_source),
        cmocka_unit_test(comparison_sees_content_and_size),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
