#include "node/diskspace.h"

#include "tests/lib/test.h"

TEST(a_file_system_says_how_much_is_free)
{
    struct cairn_diskspace space;
    assert_err(cairn_diskspace_ask("/", &space), CAIRN_OK);
    assert_true(space.size_bytes > 0);
    assert_true(space.free_bytes <= space.size_bytes);
}

TEST(a_path_that_is_not_there_is_an_error)
{
    struct cairn_diskspace space = {.free_bytes = 7, .size_bytes = 8};
    struct cairn_diskspace_floor floor = {.bytes = 0};
    assert_err(cairn_diskspace_ask("/no/such/place", &space), CAIRN_DISK);
    assert_int_equal(space.free_bytes, 7);
    assert_err(cairn_diskspace_check("/no/such/place", &floor, 0), CAIRN_DISK);
}

TEST(what_is_wanted_must_fit_above_the_higher_floor)
{
    struct cairn_diskspace space;
    assert_err(cairn_diskspace_ask("/", &space), CAIRN_OK);
    const uint64_t slack = 64u << 20; /* others write to this disk at the same time */
    assert_true(space.free_bytes > 4 * slack);
    const struct {
        struct cairn_diskspace_floor floor;
        uint64_t wanted_bytes;
        cairn_err err;
    } cases[] = {
        {{.bytes = 0}, 0, CAIRN_OK},
        {{.bytes = 0}, space.free_bytes - 2 * slack, CAIRN_OK},
        {{.bytes = 0}, space.free_bytes + slack, CAIRN_DISK_FLOOR},
        {{.bytes = 3 * slack}, space.free_bytes - 2 * slack, CAIRN_DISK_FLOOR},
        {{.bytes = space.free_bytes + slack}, 0, CAIRN_DISK_FLOOR},
        {{.bytes = UINT64_MAX}, UINT64_MAX, CAIRN_DISK_FLOOR},
        {{.bytes = 0, .percent = 1}, space.free_bytes - space.size_bytes / 200, CAIRN_DISK_FLOOR},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        assert_err(cairn_diskspace_check("/", &cases[at].floor, cases[at].wanted_bytes),
                   cases[at].err);
    }
}

TEST(more_than_half_a_disk_as_floor_is_our_own_mistake)
{
    struct cairn_diskspace_floor floor = {.percent = CAIRN_DISKSPACE_PERCENT_MAX + 1};
    expect_assert_failure((void)!cairn_diskspace_check("/", &floor, 0));
    assert_int_equal(cairn_diskspace_default_floor().bytes, 64u << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_system_says_how_much_is_free),
        cmocka_unit_test(a_path_that_is_not_there_is_an_error),
        cmocka_unit_test(what_is_wanted_must_fit_above_the_higher_floor),
        cmocka_unit_test(more_than_half_a_disk_as_floor_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("diskspace", tests, NULL, NULL);
}
