#include "node/views/known.h"

#include <string.h>

#include "tests/lib/test.h"

static struct cairn_merge_key key_of(uint64_t number)
{
    struct cairn_merge_key key;
    memset(key.data, 'k', sizeof key.data);
    cairn_bytes_put_u64(key.data + 8, number * 0x9E3779B97F4A7C15u);
    return key;
}

static uint32_t count_known(const struct cairn_known *known, uint64_t from, uint64_t to)
{
    uint32_t count = 0;
    for (uint64_t number = from; number < to; number++) {
        struct cairn_merge_key key = key_of(number);
        count += cairn_known_has(known, &key);
    }
    return count;
}

TEST(an_empty_filter_knows_nothing)
{
    struct cairn_known *known;
    assert_err(cairn_known_open(&known), CAIRN_OK);
    assert_int_equal(count_known(known, 0, 10000), 0);
    cairn_known_close(known);
    cairn_known_close(NULL);
}

/* Property: never a no for what was added; seldom a yes for what was not; over several layers. */
TEST(what_was_added_is_known_and_hardly_anything_else)
{
    const uint64_t count = 3500000; /* fills two layers and half of the third */
    struct cairn_known *known;
    assert_err(cairn_known_open(&known), CAIRN_OK);
    for (uint64_t number = 0; number < count; number++) {
        struct cairn_merge_key key = key_of(number);
        cairn_known_add(known, &key);
    }
    assert_int_equal(count_known(known, 0, count), count);
    assert_true(count_known(known, count, count + 100000) < 1500);
    cairn_known_close(known);
}

TEST(every_byte_of_a_key_matters)
{
    struct cairn_known *known;
    struct cairn_merge_key key = key_of(1);
    assert_err(cairn_known_open(&known), CAIRN_OK);
    cairn_known_add(known, &key);
    for (size_t i = 0; i < sizeof key.data; i++) {
        struct cairn_merge_key other = key;
        other.data[i] ^= 1;
        assert_false(cairn_known_has(known, &other));
    }
    assert_true(cairn_known_has(known, &key));
    cairn_known_close(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_filter_knows_nothing),
        cmocka_unit_test(what_was_added_is_known_and_hardly_anything_else),
        cmocka_unit_test(every_byte_of_a_key_matters),
    };
    return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
