/* Method: orders are sealed, written where the book says, and read by another book. */
#define _POSIX_C_SOURCE 200809L

#include "node/pendingbook.h"

#include "node/file.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t secret[32] = {7};
static char dir[TEST_PATH_MAX];
static char path[CAIRN_PENDINGBOOK_PATH_MAX];

static struct cairn_pendingbook *open_book(void)
{
    struct cairn_pendingbook *book = NULL;
    assert_err(cairn_pendingbook_open(dir, secret, &book, path), CAIRN_OK);
    return book;
}

static cairn_err try_open(const uint8_t *with)
{
    struct cairn_pendingbook *book = NULL;
    cairn_err err = cairn_pendingbook_open(dir, with, &book, path);
    assert_null(book);
    return err;
}

static struct cairn_pending_order order_of(const char *body)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {1, 2, 3};
    struct cairn_pending_order order = {.state = CAIRN_PENDING_SENT,
                                        .kind = CAIRN_KIND_ALERT_ISSUE,
                                        .taken_ms = 17,
                                        .since_hlc = 18,
                                        .is_owner = true,
                                        .has_key = true,
                                        .key = {9},
                                        .purpose = "alert.management",
                                        .role = "bureau",
                                        .actors = {"A-17", ""},
                                        .err = CAIRN_RULE_WITHDRAWN,
                                        .detail = "names[0]",
                                        .body = cairn_bytes_of(body)};
    cairn_id_make(cairn_bytes_of("AUT"), random, &order.object);
    return order;
}

/* Make, seal and write one; it is in the book afterwards. */
static struct cairn_pending_order *write_order(struct cairn_pendingbook *book, const char *body)
{
    const struct cairn_file_how how = {.mode = 0600, .is_replace = true};
    struct cairn_pending_order order = order_of(body), *made = NULL;
    struct cairn_bytes sealed;
    assert_err(cairn_pendingbook_make(book, &order, &made), CAIRN_OK);
    assert_err(cairn_pendingbook_seal(book, made, &sealed), CAIRN_OK);
    cairn_pendingbook_path(book, made, path);
    assert_err(cairn_file_write(path, sealed, &how), CAIRN_OK);
    free((void *)(uintptr_t)sealed.data);
    cairn_pendingbook_add(book, made);
    return made;
}

static void open_dir(void)
{
    char pending[TEST_PATH_MAX];
    test_tempdir_open(dir);
    test_tempdir_path(dir, "pending", pending);
    assert_err(cairn_file_make_dir(pending), CAIRN_OK);
}

TEST(a_directory_that_is_absent_holds_no_orders)
{
    test_tempdir_open(dir);
    struct cairn_pendingbook *book = open_book();
    assert_null(cairn_pendingbook_first(book));
    cairn_pendingbook_close(book);
    test_tempdir_close(dir);
}

TEST(orders_come_back_as_they_were_and_in_the_order_of_their_arrival)
{
    open_dir();
    struct cairn_pendingbook *book = open_book();
    for (int i = 0; i < 20; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "body %d", i);
        (void)write_order(book, body);
    }
    cairn_pendingbook_close(book);
    book = open_book();
    const struct cairn_pending_order *order = cairn_pendingbook_first(book);
    struct cairn_pending_order wanted = order_of("body 0");
    assert_int_equal(order->number, 1);
    assert_int_equal(order->state, wanted.state);
    assert_int_equal(order->kind, wanted.kind);
    assert_true(cairn_id_is_equal(&order->object, &wanted.object));
    assert_int_equal(order->taken_ms, 17);
    assert_int_equal(order->since_hlc, 18);
    assert_true(order->is_owner && order->has_key);
    assert_memory_equal(order->key, wanted.key, sizeof wanted.key);
    assert_string_equal(order->purpose, wanted.purpose);
    assert_string_equal(order->role, wanted.role);
    assert_string_equal(order->actors[0], "A-17");
    assert_string_equal(order->actors[1], "");
    assert_err(order->err, CAIRN_RULE_WITHDRAWN);
    assert_string_equal(order->detail, "names[0]");
    assert_true(cairn_bytes_is_equal(order->body, wanted.body));
    for (uint64_t number = 1; number <= 20; number++, order = order->next) {
        assert_int_equal(order->number, number);
    }
    assert_null(order);
    assert_int_equal(write_order(book, "more")->number, 21);
    cairn_pendingbook_close(book);
    test_tempdir_close(dir);
}

TEST(nothing_of_an_order_is_readable_on_the_disk)
{
    open_dir();
    struct cairn_pendingbook *book = open_book();
    (void)write_order(book, "Wartend in Wien");
    char pending[TEST_PATH_MAX];
    test_tempdir_path(dir, "pending", pending);
    assert_int_equal(test_tempdir_count_holding(pending, "Wartend", 7), 0);
    assert_int_equal(test_tempdir_count_holding(pending, "A-17", 4), 0);
    cairn_pendingbook_close(book);
    test_tempdir_close(dir);
}

TEST(a_damaged_file_is_named_and_never_passed_over)
{
    char name[CAIRN_PENDINGBOOK_PATH_MAX];
    uint8_t other[32] = {8};
    open_dir();
    struct cairn_pendingbook *book = open_book();
    (void)write_order(book, "body");
    cairn_pendingbook_close(book);
    memcpy(name, path, sizeof name);
    assert_err(try_open(other), CAIRN_DISK_CORRUPT);
    assert_string_equal(path, name);
    for (long at = 0; at < 140; at += 13) {
        test_tempdir_flip(name, at);
        assert_err(try_open(secret), CAIRN_DISK_CORRUPT);
        test_tempdir_flip(name, at);
    }
    book = open_book();
    cairn_pendingbook_close(book);
    test_tempdir_write(name, "");
    assert_err(try_open(secret), CAIRN_DISK_CORRUPT);
    test_tempdir_close(dir);
}

TEST(an_order_under_another_number_is_refused)
{
    char moved[CAIRN_PENDINGBOOK_PATH_MAX];
    struct cairn_pending_order place = {.number = 2};
    open_dir();
    struct cairn_pendingbook *book = open_book();
    (void)write_order(book, "body");
    cairn_pendingbook_path(book, &place, moved);
    assert_int_equal(rename(path, moved), 0);
    cairn_pendingbook_close(book);
    assert_err(try_open(secret), CAIRN_DISK_CORRUPT);
    test_tempdir_close(dir);
}

TEST(files_that_are_no_orders_are_passed_over)
{
    static const char *const names[] = {
        "pending/0000000000000001.order.tmp", "pending/x.order",
        "pending/000000000000000g.order",     "pending/0000000000000002.ordes",
        "pending/0000000000000000.order",     "pending/ffffffffffffffff.order"};
    char file[TEST_PATH_MAX];
    open_dir();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        test_tempdir_path(dir, names[i], file);
        test_tempdir_write(file, "cut off");
    }
    struct cairn_pendingbook *book = open_book();
    assert_null(cairn_pendingbook_first(book));
    cairn_pendingbook_close(book);
    test_tempdir_close(dir);
}

TEST(a_full_book_says_so)
{
    open_dir();
    struct cairn_pendingbook *book = open_book();
    struct cairn_pending_order order = order_of("x"), *made = NULL;
    for (uint32_t i = 0; i < CAIRN_PENDINGBOOK_MAX; i++) {
        assert_err(cairn_pendingbook_make(book, &order, &made), CAIRN_OK);
        cairn_pendingbook_add(book, made);
    }
    assert_err(cairn_pendingbook_make(book, &order, &made), CAIRN_FULL);
    cairn_pendingbook_drop(book, cairn_pendingbook_find(book, 7));
    assert_null(cairn_pendingbook_find(book, 7));
    assert_err(cairn_pendingbook_make(book, &order, &made), CAIRN_OK);
    cairn_pendingbook_free(made);
    cairn_pendingbook_close(book);
    test_tempdir_close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_that_is_absent_holds_no_orders),
        cmocka_unit_test(orders_come_back_as_they_were_and_in_the_order_of_their_arrival),
        cmocka_unit_test(nothing_of_an_order_is_readable_on_the_disk),
        cmocka_unit_test(a_damaged_file_is_named_and_never_passed_over),
        cmocka_unit_test(an_order_under_another_number_is_refused),
        cmocka_unit_test(files_that_are_no_orders_are_passed_over),
        cmocka_unit_test(a_full_book_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
