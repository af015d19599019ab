/* Method: a directory made by init; its log, guard and documents changed by hand, then recovered.
 */
#define _POSIX_C_SOURCE 200809L

#include "node/recover.h"

#include "crypto/hash.h"
#include "crypto/note.h"
#include "node/guard.h"
#include "node/init.h"
#include "node/start.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOW_MS 1800000000000u
#define OLD    "test-recover/GEO/tbilisi-1/1"
#define NEW    "test-recover/GEO/tbilisi-1/2"

static char root[TEST_PATH_MAX];
static char dir[TEST_PATH_MAX];
static char keys[TEST_PATH_MAX];
static char guard_dir[TEST_PATH_MAX];
static struct cairn_config config;
static struct cairn_recover_options options;
static struct cairn_recover_note notes[2];
static struct cairn_recover_result result;
static struct cairn_ownnote old;
static struct cairn_ownnote made;
static struct cairn_start start;

static int begin(void **state)
{
    (void)state;
    test_tempdir_open(root);
    test_tempdir_path(root, "node", dir);
    test_tempdir_path(dir, "keys", keys);
    test_tempdir_path(dir, "guard", guard_dir);
    cairn_logger_set_level(CAIRN_LOGGER_ERROR);
    cairn_config_init(&config);
    memcpy(config.network, "test-recover", 13);
    memcpy(config.country, "GEO", 4);
    memcpy(config.node, "tbilisi-1", 10);
    config.floor = (struct cairn_diskspace_floor){.bytes = 0};
    struct cairn_init_options made_by = {
        .dir = dir, .config = &config, .endpoint = "geo.example:7400", .now_ms = NOW_MS};
    assert_err(cairn_init(&made_by), CAIRN_OK);
    options = (struct cairn_recover_options){
        .config = &config,
        .notes = notes,
        .renew = {.dir = dir, .node = "tbilisi-1", .root_dir = keys, .now_ms = NOW_MS, .days = 30},
    };
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_tempdir_close(root);
    return 0;
}

static cairn_err recover(void)
{
    return cairn_recover(&options, &old, &made, &result);
}

/* The guard has seen a longer journal than the log holds. */
static void raise_guard(uint64_t size)
{
    struct cairn_guard *guard = NULL;
    struct cairn_event event = {.type = CAIRN_EVENT_START};
    struct cairn_core_restore restore = {.durable_size = size};
    assert_err(cairn_guard_open(guard_dir, OLD, &guard, &event), CAIRN_OK);
    assert_err(cairn_guard_follow(guard, &restore), CAIRN_OK);
    cairn_guard_close(guard);
}

static void check_starts_as_new(void)
{
    struct cairn_event event = {.type = CAIRN_EVENT_START};
    assert_err(cairn_start_open(dir, &config, &start), CAIRN_OK);
    assert_string_equal(start.origin, NEW);
    cairn_start_close(&start);
    assert_err(cairn_guard_look(guard_dir, NEW, &event), CAIRN_OK);
    assert_int_equal(event.as.start.guard, CAIRN_GUARD_PRESENT);
    assert_int_equal(event.as.start.size, 0);
}

static void sign_checkpoint(const char *origin, uint64_t size, struct cairn_recover_note *out)
{
    uint8_t text[CAIRN_CHECKPOINT_MAX];
    uint8_t signature[64];
    struct cairn_suite suite;
    struct cairn_nodekeys node;
    struct cairn_note_writer writer;
    struct cairn_checkpoint checkpoint = {.origin = cairn_bytes_of(origin), .size = size};
    struct cairn_note_key key = {.name = cairn_bytes_of(origin), .type = CAIRN_NOTE_ED25519};
    memset(checkpoint.root, 0x5a, 32);
    struct cairn_bytes said = {.data = text,
                               .size = cairn_note_encode_checkpoint(&checkpoint, text)};
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    assert_err(cairn_nodekeys_load(keys, 1, &node), CAIRN_OK);
    cairn_suite_sign_public(&suite, node.log, key.public_key);
    cairn_suite_sign(&suite, node.log, said, signature);
    cairn_note_writer_init(&writer, out->bytes, sizeof out->bytes);
    assert_err(cairn_note_put_text(&writer, said), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    out->size = writer.size;
    cairn_suite_close(&suite);
}

TEST(the_incarnation_in_force_ends_where_the_log_ends_and_the_next_begins)
{
    uint8_t empty[32];
    cairn_sha256_of((struct cairn_bytes){.size = 0}, empty);
    assert_err(recover(), CAIRN_OK);
    assert_string_equal(result.ended_origin, OLD);
    assert_int_equal(result.incarnation, 2);
    assert_int_equal(made.doc.serial, 2);
    assert_int_equal(made.doc.node_count, 1);
    assert_int_equal(made.doc.ended_count, 1);
    const struct cairn_country_ended *ended = &made.doc.ended[0];
    assert_int_equal(ended->size, 0);
    assert_memory_equal(ended->root, empty, 32);
    assert_memory_equal(ended->log, old.doc.nodes[0].log, 32);
    assert_memory_equal(ended->witness, old.doc.nodes[0].witness, 32);
    assert_memory_not_equal(made.doc.nodes[0].log, ended->log, 32);
    assert_memory_not_equal(made.doc.nodes[0].tls_spki, old.doc.nodes[0].tls_spki, 32);
    assert_true(cairn_bytes_is_equal(made.doc.nodes[0].endpoint, old.doc.nodes[0].endpoint));
    check_starts_as_new();
}

TEST(the_lines_of_what_ended_before_stay)
{
    assert_err(recover(), CAIRN_OK);
    uint8_t first[32];
    memcpy(first, made.doc.ended[0].log, 32);
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(result.incarnation, 3);
    assert_int_equal(made.doc.ended_count, 2);
    assert_memory_equal(made.doc.ended[0].log, first, 32);
    assert_int_equal(made.doc.ended[1].incarnation, 2);
}

TEST(an_announced_incarnation_is_the_one_that_begins)
{
    options.renew.is_node_announced = true;
    assert_err(cairn_renew(&options.renew, &old, &made), CAIRN_OK);
    assert_err(cairn_renew(&options.renew, &old, &made), CAIRN_EXISTS);
    options.renew.is_node_announced = false;
    assert_err(cairn_ownnote_read(dir, &made), CAIRN_OK);
    assert_int_equal(made.doc.node_count, 2);
    assert_int_equal(cairn_ownnote_node(&made.doc, "tbilisi-1")->incarnation, 1);
    uint8_t announced[32];
    memcpy(announced, cairn_ownnote_announced(&made.doc, "tbilisi-1")->tls_spki, 32);
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(made.doc.node_count, 1);
    assert_memory_equal(made.doc.nodes[0].tls_spki, announced, 32);
    assert_int_equal(made.doc.nodes[0].endpoint.size, strlen("geo.example:7400"));
    check_starts_as_new();
}

TEST(where_more_was_said_than_is_known_the_loss_must_be_accepted)
{
    char path[TEST_PATH_MAX];
    raise_guard(5);
    assert_err(recover(), CAIRN_RESTORING);
    assert_err(cairn_ownnote_read(dir, &made), CAIRN_OK);
    assert_int_equal(made.doc.serial, 1);
    test_tempdir_path(guard_dir, "high-water", path);
    assert_int_equal(unlink(path), 0);
    assert_err(recover(), CAIRN_RESTORING);
    raise_guard(5);
    options.is_loss_accepted = true;
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(result.guard_size, 5);
    assert_int_equal(result.ended_size, 0);
    check_starts_as_new();
}

TEST(a_partners_checkpoint_says_where_it_ended)
{
    raise_guard(5);
    sign_checkpoint(OLD, 4, &notes[0]);
    sign_checkpoint(OLD, 6, &notes[1]);
    options.note_count = 1;
    assert_err(recover(), CAIRN_RESTORING);
    options.note_count = 2;
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(result.ended_size, 6);
    assert_int_equal(made.doc.ended[0].size, 6);
    assert_int_equal(made.doc.ended[0].root[31], 0x5a);
}

TEST(a_checkpoint_that_this_node_did_not_sign_is_refused)
{
    options.note_count = 1;
    options.is_loss_accepted = true;
    sign_checkpoint(NEW, 6, &notes[0]);
    assert_err(recover(), CAIRN_NOTE_SIGNATURE);
    sign_checkpoint(OLD, 6, &notes[0]);
    uint8_t *digit = memchr(notes[0].bytes, '6', notes[0].size);
    assert_non_null(digit);
    *digit = '7';
    assert_err(recover(), CAIRN_NOTE_SIGNATURE);
    notes[0].size = 9;
    assert_int_not_equal(recover(), CAIRN_OK);
    assert_err(cairn_ownnote_read(dir, &made), CAIRN_OK);
    assert_int_equal(made.doc.serial, 1);
}

TEST(without_log_and_guard_both_are_made_anew)
{
    char from[TEST_PATH_MAX];
    char to[TEST_PATH_MAX];
    static const char *const names[] = {"log", "views", "guard"};
    for (size_t i = 0; i < 3; i++) {
        test_tempdir_path(dir, names[i], from);
        test_tempdir_path(root, names[i], to);
        assert_int_equal(rename(from, to), 0);
    }
    assert_err(recover(), CAIRN_RESTORING);
    options.is_loss_accepted = true;
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(result.held_size, 0);
    check_starts_as_new();
}

TEST(a_node_that_runs_is_left_alone)
{
    assert_err(cairn_start_open(dir, &config, &start), CAIRN_OK);
    assert_err(recover(), CAIRN_LOCKED);
    cairn_start_close(&start);
    assert_err(recover(), CAIRN_OK);
}

TEST(cut_off_before_the_document_was_written_it_is_given_again_with_the_same_keys)
{
    uint8_t log[32];
    assert_err(recover(), CAIRN_OK);
    memcpy(log, made.doc.nodes[0].log, 32);
    assert_err(cairn_ownnote_write(dir, &old, true), CAIRN_OK);
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(result.incarnation, 2);
    assert_memory_equal(made.doc.nodes[0].log, log, 32);
    check_starts_as_new();
}

TEST(lost_sealing_keys_are_said_and_another_one_is_drawn)
{
    char path[TEST_PATH_MAX];
    test_tempdir_path(keys, "sealing-1.key", path);
    assert_int_equal(unlink(path), 0);
    options.is_loss_accepted = true;
    assert_err(recover(), CAIRN_NOT_FOUND); /* the log cannot be read without it */
    test_tempdir_path(dir, "log", path);
    char away[TEST_PATH_MAX];
    test_tempdir_path(root, "log", away);
    assert_int_equal(rename(path, away), 0);
    options.renew.is_sealing_lost = true;
    assert_err(recover(), CAIRN_OK);
    assert_int_equal(made.doc.sealing_count, 2);
    assert_true(made.doc.sealing[0].is_lost);
    assert_false(made.doc.sealing[1].is_lost);
    check_starts_as_new();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_incarnation_in_force_ends_where_the_log_ends_and_the_next_begins),
        CASE(the_lines_of_what_ended_before_stay),
        CASE(an_announced_incarnation_is_the_one_that_begins),
        CASE(where_more_was_said_than_is_known_the_loss_must_be_accepted),
        CASE(a_partners_checkpoint_says_where_it_ended),
        CASE(a_checkpoint_that_this_node_did_not_sign_is_refused),
        CASE(without_log_and_guard_both_are_made_anew),
        CASE(a_node_that_runs_is_left_alone),
        CASE(lost_sealing_keys_are_said_and_another_one_is_drawn),
        CASE(cut_off_before_the_document_was_written_it_is_given_again_with_the_same_keys),
    };
    return cmocka_run_group_tests_name("recover", tests, NULL, NULL);
}
