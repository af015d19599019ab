/* Method: a real node; a file in pieces, cut off, repeated, and taken up again by the next start.
 */
#define _POSIX_C_SOURCE 200809L

#include "node/imports.h"

#include "node/imports_state.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "issuer,type,number,status,issued,expires\n"
#define GOOD   "AUT,P,KE4192750,stolen,2021-06-01,2031-06-01\n"
#define OTHER  "AUT,P,KE4192751,stolen,2021-06-01,2031-06-01\n"
#define BAD    "AUT,P,KE4192752,eaten,2021-06-01,2031-06-01\n"

static const char policy_text[] = "policy: 1\n"
                                  "audiences: {all: partners}\n"
                                  "release:\n"
                                  "  - {kinds: [alert.*], to: all}\n"
                                  "accept: {default: {kinds: ['*'], entries_per_s: 5}}\n"
                                  "roles: {bureau: [alert.*]}\n";

static struct node_scene scene;
static struct cairn_policybook *policy;
static struct cairn_publish *publish;
static struct cairn_imports *imports;

static struct {
    bool is_done;
    cairn_err err;
    json_t *body;
} said;

static void open_machines(void)
{
    char fault[CAIRN_POLICYBOOK_FAULT];
    struct cairn_policybook_page *page = NULL;
    struct cairn_driver *driver = scene.nodes[0].driver;
    assert_err(cairn_policybook_open(scene.nodes[0].dir, true, &policy, fault), CAIRN_OK);
    assert_err(cairn_policybook_read(cairn_bytes_of(policy_text), true, &page, fault), CAIRN_OK);
    cairn_policybook_turn(policy, page);
    const struct cairn_publish_options options = {.driver = driver, .policy = policy};
    assert_err(cairn_publish_open(&options, &publish), CAIRN_OK);
    const struct cairn_imports_options imported = {.driver = driver, .publish = publish};
    assert_err(cairn_imports_open(&imported, &imports), CAIRN_OK);
}

static bool is_idle(struct node_scene *of)
{
    (void)of;
    return cairn_publish_pending_count(publish) == 0;
}

static void close_machines(void)
{
    node_scene_until(&scene, is_idle);
    json_decref(said.body);
    memset(&said, 0, sizeof said);
    cairn_imports_close(imports);
    cairn_publish_close(publish);
    cairn_policybook_close(policy);
}

static void open_node(void)
{
    node_scene_open(&scene, 1);
    open_machines();
}

static void close_node(void)
{
    close_machines();
    node_scene_close(&scene);
}

static void on_said(void *host, const struct cairn_imports_answer *answer)
{
    (void)host;
    assert_false(said.is_done);
    said.is_done = true;
    said.err = answer->err;
    said.body = json_incref(answer->body);
}

static bool is_said(struct node_scene *of)
{
    (void)of;
    return said.is_done;
}

static void hear_anew(void)
{
    json_decref(said.body);
    memset(&said, 0, sizeof said);
}

static cairn_err begin(json_t *defaults, char out_id[static CAIRN_IMPORTS_ID_BYTES + 1])
{
    const struct cairn_imports_file file = {.sha256 = {7},
                                            .format = CAIRN_IMPORTS_DOCUMENTS_CSV,
                                            .defaults = defaults,
                                            .purpose = "alert.management",
                                            .role = "bureau",
                                            .actor = "A-17"};
    hear_anew();
    cairn_err err = cairn_imports_begin(imports, &file, on_said, NULL);
    if (err == CAIRN_OK) {
        node_scene_until(&scene, is_said);
        err = said.err;
    }
    if (err == CAIRN_OK) {
        const char *id = json_string_value(json_object_get(said.body, "id"));
        assert_int_equal(strlen(id), CAIRN_IMPORTS_ID_BYTES);
        memcpy(out_id, id, CAIRN_IMPORTS_ID_BYTES + 1);
    }
    return err;
}

static cairn_err take(const char *id, uint64_t offset, const char *text)
{
    struct cairn_imports_piece piece = {.offset = offset, .bytes = cairn_bytes_of(text)};
    memcpy(piece.id, id, CAIRN_IMPORTS_ID_BYTES + 1);
    hear_anew();
    cairn_err err = cairn_imports_take(imports, &piece, on_said, NULL);
    if (err == CAIRN_OK) {
        node_scene_until(&scene, is_said);
        err = said.err;
    }
    return err;
}

static long long number_of(const json_t *body, const char *key)
{
    assert_true(json_is_integer(json_object_get(body, key)));
    return json_integer_value(json_object_get(body, key));
}

static void assert_stands(const char *id, size_t offset, long long accepted, long long refused)
{
    json_t *state = cairn_imports_state(imports, id);
    assert_non_null(state);
    assert_int_equal(number_of(state, "offset"), offset);
    assert_int_equal(number_of(state, "accepted"), accepted);
    assert_int_equal(number_of(state, "refused_count"), refused);
    json_decref(state);
}

TEST(good_rows_are_taken_and_bad_ones_named_by_line)
{
    static const char text[] = HEADER GOOD BAD OTHER;
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    open_node();
    assert_err(begin(NULL, id), CAIRN_OK);
    assert_stands(id, 0, 0, 0);
    assert_err(take(id, 0, text), CAIRN_OK);
    const json_t *refused = json_object_get(said.body, "refused");
    assert_int_equal(json_array_size(refused), 1);
    assert_int_equal(number_of(json_array_get(refused, 0), "line"), 3);
    assert_stands(id, sizeof text - 1, 2, 1);
    close_node();
}

TEST(a_piece_that_was_taken_is_not_taken_again_and_no_other_place_will_do)
{
    static const char text[] = HEADER GOOD;
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    open_node();
    assert_err(begin(NULL, id), CAIRN_OK);
    assert_err(take(id, 5, text), CAIRN_STATE);
    assert_err(take(id, 0, text), CAIRN_OK);
    assert_err(take(id, 0, text), CAIRN_OK); /* its answer was lost: the state */
    assert_err(take(id, sizeof text - 1, ""), CAIRN_STATE);
    assert_err(take(id, 1, text), CAIRN_STATE); /* part of it is new */
    assert_stands(id, sizeof text - 1, 1, 0);
    assert_err(take(id, sizeof text + 9, OTHER), CAIRN_STATE);
    assert_stands(id, sizeof text - 1, 1, 0);
    close_node();
}

TEST(a_piece_waits_until_the_one_before_it_is_taken)
{
    static const char text[] = HEADER GOOD;
    struct cairn_imports_piece piece = {.offset = 0, .bytes = cairn_bytes_of(text)};
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    open_node();
    assert_err(begin(NULL, id), CAIRN_OK);
    memcpy(piece.id, id, sizeof id);
    hear_anew();
    assert_err(cairn_imports_take(imports, &piece, on_said, NULL), CAIRN_OK);
    assert_err(cairn_imports_take(imports, &piece, on_said, NULL), CAIRN_BUSY);
    node_scene_until(&scene, is_said);
    assert_err(said.err, CAIRN_OK);
    assert_stands(id, sizeof text - 1, 1, 0);
    close_node();
}

#define HEX64 "0700000000000000000000000000000000000000000000000000000000000000"

/* Write what stands on the disk, with this value under this key. gives: what reading it says */
static cairn_err read_with(const char *dir, const char *key, json_t *value)
{
    json_t *whole = json_pack("{s:s, s:s, s:{}, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:s}",
                              "sha256", HEX64, "format", "documents-csv", "defaults", "purpose",
                              "alert.management", "role", "bureau", "actor", "A-17", "begun_ms", 1,
                              "offset", 2, "line", 3, "accepted", 4, "refused", 5, "last", "x");
    assert_non_null(whole);
    if (value != NULL) {
        assert_int_equal(json_object_set_new(whole, key, value), 0);
    } else if (key != NULL) {
        assert_int_equal(json_object_del(whole, key), 0);
    }
    char path[TEST_PATH_MAX];
    char *text = json_dumps(whole, 0);
    test_tempdir_path(dir, "state.json", path);
    test_tempdir_write(path, text);
    struct imports_file *file = calloc(1, sizeof *file);
    assert_non_null(file);
    cairn_err err = cairn_imports_file_read(path, file);
    assert_true(err != CAIRN_OK || (file->offset == 2 && file->refused_count == 5));
    cairn_imports_file_free(file);
    free(text);
    json_decref(whole);
    return err;
}

TEST(a_state_on_the_disk_that_lacks_something_is_not_gone_on_with)
{
    static const char *const texts[] = {"sha256", "format", "purpose", "role", "actor", "last"};
    static const char *const numbers[] = {"begun_ms", "offset", "line", "accepted", "refused"};
    char dir[TEST_PATH_MAX], large[512];
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    test_tempdir_open(dir);
    assert_err(read_with(dir, NULL, NULL), CAIRN_OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_err(read_with(dir, texts[i], NULL), CAIRN_JSON_FIELD);
        assert_err(read_with(dir, texts[i], json_integer(1)), CAIRN_JSON_FIELD);
        assert_err(read_with(dir, texts[i], json_string(large)), CAIRN_JSON_FIELD);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_err(read_with(dir, numbers[i], NULL), CAIRN_JSON_FIELD);
        assert_err(read_with(dir, numbers[i], json_string("1")), CAIRN_JSON_FIELD);
        assert_err(read_with(dir, numbers[i], json_integer(-1)), CAIRN_JSON_FIELD);
    }
    assert_err(read_with(dir, "format", json_string("alerts-jsonl")), CAIRN_OK);
    assert_err(read_with(dir, "format", json_string("documents-xml")), CAIRN_JSON_FIELD);
    assert_err(read_with(dir, "defaults", NULL), CAIRN_JSON_FIELD);
    assert_err(read_with(dir, "defaults", json_array()), CAIRN_JSON_FIELD);
    assert_err(read_with(dir, "sha256", json_string("07")), CAIRN_HEX);
    test_tempdir_close(dir);
}

TEST(an_import_that_was_never_begun_is_not_found)
{
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    memset(id, 'a', CAIRN_IMPORTS_ID_BYTES);
    id[CAIRN_IMPORTS_ID_BYTES] = '\0';
    open_node();
    assert_err(take(id, 0, HEADER GOOD), CAIRN_NOT_FOUND);
    assert_null(cairn_imports_state(imports, id));
    close_node();
}

/* After a start, views have to catch up first. */
static cairn_err take_patiently(const char *id, uint64_t offset, const char *text)
{
    cairn_err err = CAIRN_LATER;
    for (uint32_t i = 0; i < 500 && err == CAIRN_LATER; i++) {
        node_scene_run_ms(&scene, 10);
        err = take(id, offset, text);
    }
    return err;
}

TEST(the_next_start_goes_on_where_it_stood)
{
    static const char text[] = HEADER GOOD;
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    char again[CAIRN_IMPORTS_ID_BYTES + 1];
    open_node();
    assert_err(begin(NULL, id), CAIRN_OK);
    assert_err(take(id, 0, text), CAIRN_OK);
    close_machines();
    node_scene_stop(&scene, 0);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    open_machines();
    assert_err(begin(NULL, again), CAIRN_OK);
    assert_string_equal(again, id);
    assert_stands(id, sizeof text - 1, 1, 0);
    assert_err(take_patiently(id, sizeof text - 1, OTHER), CAIRN_OK);
    assert_stands(id, sizeof text - 1 + sizeof OTHER - 1, 2, 0);
    close_node();
}

TEST(defaults_may_change_until_the_first_piece_and_not_after)
{
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    json_t *one = json_pack("{s:s}", "contact", "one@aut.example");
    json_t *two = json_pack("{s:s}", "contact", "two@aut.example");
    open_node();
    assert_err(begin(one, id), CAIRN_OK);
    assert_err(begin(two, id), CAIRN_OK);
    assert_err(begin(NULL, id), CAIRN_OK);
    assert_err(take(id, 0, HEADER GOOD), CAIRN_OK);
    assert_err(begin(one, id), CAIRN_CONFLICT);
    assert_err(begin(NULL, id), CAIRN_OK);
    json_decref(one);
    json_decref(two);
    close_node();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_rows_are_taken_and_bad_ones_named_by_line),
        cmocka_unit_test(a_piece_that_was_taken_is_not_taken_again_and_no_other_place_will_do),
        cmocka_unit_test(a_piece_waits_until_the_one_before_it_is_taken),
        cmocka_unit_test(a_state_on_the_disk_that_lacks_something_is_not_gone_on_with),
        cmocka_unit_test(an_import_that_was_never_begun_is_not_found),
        cmocka_unit_test(the_next_start_goes_on_where_it_stood),
        cmocka_unit_test(defaults_may_change_until_the_first_piece_and_not_after),
    };
    return cmocka_run_group_tests_name("imports", tests, NULL, NULL);
}
