#include "node/policybook.h"

#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>

static const char good[] = "policy: 1\naudiences: {all: partners}\nrelease: []\n"
                           "accept: {default: {kinds: ['*'], entries_per_s: 5}}\n"
                           "roles: {booth: [screen]}\n";
static char dir[TEST_PATH_MAX], path[TEST_PATH_MAX], fault[CAIRN_POLICYBOOK_FAULT];

static int make_dir(void **state)
{
    (void)state;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "policy.yaml", path);
    return 0;
}

static int drop_dir(void **state)
{
    (void)state;
    test_tempdir_close(dir);
    return 0;
}

TEST(without_a_file_everything_stays_national)
{
    struct cairn_policybook *book = NULL;
    assert_err(cairn_policybook_open(dir, true, &book, fault), CAIRN_OK);
    assert_int_equal(cairn_policybook_now(book)->rule_count, 0);
    assert_true(cairn_policy_permits(cairn_policybook_now(book), cairn_bytes_of("booth"),
                                     cairn_bytes_of("screen")));
    assert_string_equal(cairn_policybook_path(book), path);
    cairn_policybook_close(book);
}

TEST(the_file_is_in_force_as_it_stands)
{
    struct cairn_policybook *book = NULL;
    test_tempdir_write(path, good);
    assert_err(cairn_policybook_open(dir, true, &book, fault), CAIRN_OK);
    assert_int_equal(cairn_policybook_now(book)->role_count, 1);
    assert_true(cairn_bytes_is_equal(cairn_policybook_text(book), cairn_bytes_of(good)));
    cairn_policybook_close(book);
}

TEST(a_damaged_file_says_where)
{
    struct cairn_policybook *book = NULL;
    test_tempdir_write(path, "policy: 1\naudience: {}\n");
    assert_err(cairn_policybook_open(dir, true, &book, fault), CAIRN_YAML_UNKNOWN);
    assert_non_null(strstr(fault, "2:1"));
    assert_non_null(strstr(fault, "(audience)"));
    assert_null(book);
}

TEST(a_page_is_in_force_from_its_turn_on)
{
    struct cairn_policybook *book = NULL;
    struct cairn_policybook_page *page = NULL;
    assert_err(cairn_policybook_open(dir, true, &book, fault), CAIRN_OK);
    assert_err(cairn_policybook_read(cairn_bytes_of(good), true, &page, fault), CAIRN_OK);
    assert_int_equal(cairn_policybook_policy(page)->role_count, 1);
    assert_true(cairn_bytes_is_equal(cairn_policybook_source(page), cairn_bytes_of(good)));
    cairn_policybook_turn(book, page);
    assert_true(cairn_bytes_is_equal(cairn_policybook_text(book), cairn_bytes_of(good)));
    cairn_policybook_close(book);
}

TEST(a_text_that_fits_no_operation_is_too_long)
{
    static char text[CAIRN_POLICYBOOK_BYTES_MAX + 2];
    struct cairn_policybook_page *page = NULL;
    memset(text, '#', sizeof text - 1);
    assert_err(cairn_policybook_read(cairn_bytes_of(text), true, &page, fault), CAIRN_TOO_LONG);
    assert_null(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_file_everything_stays_national, make_dir,
                                        drop_dir),
        cmocka_unit_test_setup_teardown(the_file_is_in_force_as_it_stands, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_damaged_file_says_where, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_page_is_in_force_from_its_turn_on, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_text_that_fits_no_operation_is_too_long, make_dir,
                                        drop_dir),
    };
    return cmocka_run_group_tests_name("policybook", tests, NULL, NULL);
}
