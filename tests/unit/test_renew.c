/* Method: a directory made by init, renewed; what the files say then. */
#define _POSIX_C_SOURCE 200809L

#include "node/renew.h"

#include "crypto/hash.h"
#include "node/file.h"
#include "node/init.h"
#include "node/notecard.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <unistd.h>

#define NOW_MS 1800000123456u
#define DAY_MS 86400000u

static char root[TEST_PATH_MAX];
static char dir[TEST_PATH_MAX];
static char keys[TEST_PATH_MAX];
static struct cairn_renew_options options;
static struct cairn_ownnote old;
static struct cairn_ownnote made;
static struct cairn_ownnote read_back;

static int begin(void **state)
{
    struct cairn_config config;
    (void)state;
    test_tempdir_open(root);
    test_tempdir_path(root, "node", dir);
    test_tempdir_path(dir, "keys", keys);
    cairn_config_init(&config);
    memcpy(config.network, "test-renew", 11);
    memcpy(config.country, "GEO", 4);
    memcpy(config.node, "tbilisi-1", 10);
    config.floor = (struct cairn_diskspace_floor){.bytes = 0};
    struct cairn_init_options made_by = {
        .dir = dir, .config = &config, .endpoint = "geo.example:7400", .now_ms = NOW_MS};
    assert_err(cairn_init(&made_by), CAIRN_OK);
    options = (struct cairn_renew_options){.dir = dir,
                                           .node = "tbilisi-1",
                                           .root_dir = keys,
                                           .now_ms = NOW_MS + 7 * DAY_MS,
                                           .days = 30};
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_tempdir_close(root);
    return 0;
}

/* What was written is what was made, and is signed by the key that it names. */
static void check_made(uint64_t serial)
{
    struct cairn_notecard card;
    assert_err(cairn_ownnote_read(dir, &read_back), CAIRN_OK);
    assert_int_equal(read_back.size, made.size);
    assert_memory_equal(read_back.bytes, made.bytes, made.size);
    assert_err(cairn_notecard_read(
                   (struct cairn_bytes){.data = read_back.bytes, .size = read_back.size}, &card),
               CAIRN_OK);
    assert_int_equal(card.serial, serial);
}

static void check_follows_old(void)
{
    uint8_t hash[32];
    cairn_sha256_of((struct cairn_bytes){.data = old.bytes, .size = old.size}, hash);
    assert_true(made.doc.has_previous);
    assert_memory_equal(made.doc.previous, hash, 32);
}

TEST(the_next_document_follows_the_last_one_and_says_the_same)
{
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(2);
    check_follows_old();
    assert_memory_equal(made.doc.root, old.doc.root, 32);
    assert_memory_equal(made.doc.next_root, old.doc.next_root, 32);
    assert_memory_equal(&made.doc.sealing, &old.doc.sealing, sizeof old.doc.sealing);
    assert_memory_equal(made.doc.nodes[0].log, old.doc.nodes[0].log, 32);
    assert_true(
        cairn_bytes_is_equal(read_back.doc.nodes[0].endpoint, cairn_bytes_of("geo.example:7400")));
    assert_true(made.doc.valid_until_ms - made.doc.valid_from_ms == 31ull * DAY_MS);
    assert_true(made.doc.valid_from_ms < options.now_ms);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(3);
    check_follows_old();
}

TEST(without_rotation_the_next_root_key_is_neither_needed_nor_drawn)
{
    char path[TEST_PATH_MAX];
    test_tempdir_path(keys, "root-2.key", path);
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_memory_equal(made.doc.next_root, old.doc.next_root, 32);
    assert_false(cairn_file_is_there(path));
}

TEST(an_incarnation_that_ended_is_never_the_next_one_again)
{
    struct cairn_country_doc doc = {.node_count = 2, .ended_count = 2};
    doc.nodes[0] = (struct cairn_country_node){.name = cairn_bytes_of("one"), .incarnation = 2};
    doc.nodes[1] = (struct cairn_country_node){.name = cairn_bytes_of("two"), .incarnation = 9};
    doc.ended[0] = (struct cairn_country_ended){.name = cairn_bytes_of("one"), .incarnation = 5};
    doc.ended[1] = (struct cairn_country_ended){.name = cairn_bytes_of("one"), .incarnation = 4};
    assert_int_equal(cairn_renew_next(&doc, "one"), 6);
    assert_int_equal(cairn_renew_next(&doc, "two"), 10);
    assert_int_equal(cairn_renew_next(&doc, "six"), 1);
    doc.nodes[1].name = cairn_bytes_of("one"); /* announced: that one, nothing new */
    assert_int_equal(cairn_renew_next(&doc, "one"), 9);
}

TEST(an_endpoint_is_changed_and_taken_away)
{
    options.endpoint = "[2001:db8::1]:7400";
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(2);
    assert_true(cairn_bytes_is_equal(read_back.doc.nodes[0].endpoint,
                                     cairn_bytes_of("[2001:db8::1]:7400")));
    options.endpoint = "-";
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(3);
    assert_int_equal(read_back.doc.nodes[0].endpoint.size, 0);
}

TEST(what_is_refused_leaves_the_document_as_it_was)
{
    options.endpoint = "not an endpoint";
    assert_int_not_equal(cairn_renew(&options, &old, &made), CAIRN_OK);
    options.endpoint = NULL;
    options.node = "batumi-1";
    assert_err(cairn_renew(&options, &old, &made), CAIRN_DOCUMENT);
    options.node = "tbilisi-1";
    options.root_dir = root;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_NOT_FOUND);
    assert_err(cairn_ownnote_read(dir, &read_back), CAIRN_OK);
    assert_int_equal(read_back.doc.serial, 1);
}

TEST(a_rotated_root_is_the_announced_one_and_announces_another)
{
    uint8_t hash[32];
    options.is_root_rotated = true;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(2);
    check_follows_old();
    cairn_sha256_of((struct cairn_bytes){.data = made.doc.root, .size = 32}, hash);
    assert_memory_equal(hash, old.doc.next_root, 32);
    assert_memory_not_equal(made.doc.next_root, old.doc.next_root, 32);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(3);
    cairn_sha256_of((struct cairn_bytes){.data = made.doc.root, .size = 32}, hash);
    assert_memory_equal(hash, old.doc.next_root, 32);
}

TEST(what_leads_from_one_root_key_to_the_next_is_kept)
{
    uint64_t serial = 0;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_false(cairn_ownnote_next_kept(dir, 0, &serial));
    options.is_root_rotated = true;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK); /* 1 2 | 3 4 */
    options.is_root_rotated = false;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_true(cairn_ownnote_next_kept(dir, 0, &serial) && serial == 2);
    assert_true(cairn_ownnote_next_kept(dir, serial, &serial) && serial == 3);
    assert_false(cairn_ownnote_next_kept(dir, serial, &serial));
}

TEST(a_document_that_could_not_be_kept_is_not_replaced)
{
    char path[CAIRN_FILE_PATH_MAX];
    assert_err(cairn_file_path(dir, "documents/1.note", path), CAIRN_OK);
    assert_err(cairn_file_make_dir(path), CAIRN_OK);
    options.is_root_rotated = true;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_FILE);
    assert_err(cairn_ownnote_read(dir, &read_back), CAIRN_OK);
    assert_int_equal(read_back.doc.serial, 1);
}

TEST(the_old_root_key_is_not_needed_to_rotate_and_of_no_use_afterwards)
{
    char path[TEST_PATH_MAX];
    test_tempdir_path(keys, "root-1.key", path);
    assert_int_equal(unlink(path), 0);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_NOT_FOUND);
    options.is_root_rotated = true;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    options.is_root_rotated = false;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(3);
}

TEST(a_rotation_that_was_cut_off_is_given_again_with_the_key_it_drew)
{
    char own[TEST_PATH_MAX];
    struct cairn_file_how how = {.mode = 0644, .is_replace = true};
    options.is_root_rotated = true;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    uint8_t announced[32];
    memcpy(announced, made.doc.next_root, 32);
    test_tempdir_path(dir, "documents/own.note", own); /* as if it had not got so far */
    assert_err(
        cairn_file_write(own, (struct cairn_bytes){.data = old.bytes, .size = old.size}, &how),
        CAIRN_OK);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_memory_equal(made.doc.next_root, announced, 32);
    test_tempdir_path(keys, "root-4.key", own);
    assert_false(cairn_file_is_there(own));
}

TEST(another_sealing_key_is_listed_behind_the_others_and_a_command_cut_off_takes_its_file)
{
    char own[TEST_PATH_MAX];
    struct cairn_file_how how = {.mode = 0644, .is_replace = true};
    uint8_t drawn[32];
    options.is_sealing_rotated = true;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(2);
    check_follows_old();
    assert_int_equal(read_back.doc.sealing_count, 2);
    assert_int_equal(read_back.doc.sealing[1].number, 2);
    assert_memory_equal(read_back.doc.sealing[0].key, old.doc.sealing[0].key, 32);
    memcpy(drawn, read_back.doc.sealing[1].key, 32);
    test_tempdir_path(dir, "documents/own.note", own); /* as if it had not got so far */
    assert_err(
        cairn_file_write(own, (struct cairn_bytes){.data = old.bytes, .size = old.size}, &how),
        CAIRN_OK);
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_memory_equal(made.doc.sealing[1].key, drawn, 32);
    for (uint32_t i = 3; i <= CAIRN_COUNTRY_SEALING_MAX; i++) {
        assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    }
    assert_err(cairn_renew(&options, &old, &made), CAIRN_FULL);
    assert_err(cairn_ownnote_read(dir, &read_back), CAIRN_OK);
    assert_int_equal(read_back.doc.sealing_count, CAIRN_COUNTRY_SEALING_MAX);
}

TEST(from_an_old_copy_a_higher_serial_is_said_and_nothing_is_claimed_of_the_one_before)
{
    options.serial_min = 2;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_follows_old();
    options.serial_min = 9;
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    check_made(9);
    assert_false(made.doc.has_previous);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_document_follows_the_last_one_and_says_the_same,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            without_rotation_the_next_root_key_is_neither_needed_nor_drawn, begin, end),
        cmocka_unit_test(an_incarnation_that_ended_is_never_the_next_one_again),
        cmocka_unit_test_setup_teardown(an_endpoint_is_changed_and_taken_away, begin, end),
        cmocka_unit_test_setup_teardown(what_is_refused_leaves_the_document_as_it_was, begin, end),
        cmocka_unit_test_setup_teardown(a_rotated_root_is_the_announced_one_and_announces_another,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_leads_from_one_root_key_to_the_next_is_kept, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_document_that_could_not_be_kept_is_not_replaced, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            the_old_root_key_is_not_needed_to_rotate_and_of_no_use_afterwards, begin, end),
        cmocka_unit_test_setup_teardown(
            a_rotation_that_was_cut_off_is_given_again_with_the_key_it_drew, begin, end),
        cmocka_unit_test_setup_teardown(
            another_sealing_key_is_listed_behind_the_others_and_a_command_cut_off_takes_its_file,
            begin, end),
        cmocka_unit_test_setup_teardown(
            from_an_old_copy_a_higher_serial_is_said_and_nothing_is_claimed_of_the_one_before,
            begin, end),
    };
    return cmocka_run_group_tests_name("renew", tests, NULL, NULL);
}
