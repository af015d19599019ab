/* Method: a real node; questions in, and at the moment of each answer a look at what lies in the
 * log. */
#define _POSIX_C_SOURCE 200809L

#include "node/screening.h"

#include "node/clock.h"
#include "replication/action.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#define TOGETHER 200u

static struct node_scene scene;
static struct cairn_policybook *policy;
static struct cairn_publish *publish;
static struct cairn_screening *screening;

static struct {
    uint32_t count;
    cairn_err err;
    uint32_t found;
    uint32_t rows; /* in table ENTRY of the log when the last answer came */
    char number[64];
} said;

static void open_machines(void)
{
    char fault[CAIRN_POLICYBOOK_FAULT];
    struct cairn_driver *driver = scene.nodes[0].driver;
    assert_err(cairn_policybook_open(scene.nodes[0].dir, true, &policy, fault), CAIRN_OK);
    const struct cairn_publish_options options = {.driver = driver, .policy = policy};
    assert_err(cairn_publish_open(&options, &publish), CAIRN_OK);
    const struct cairn_screening_options screen = {
        .loop = &scene.loop, .driver = driver, .publish = publish, .policy = policy};
    assert_err(cairn_screening_open(&screen, &screening), CAIRN_OK);
    memset(&said, 0, sizeof said);
}

static void open_node(void)
{
    node_scene_open(&scene, 1);
    open_machines();
}

static bool is_idle(struct node_scene *of)
{
    (void)of;
    return cairn_publish_pending_count(publish) == 0;
}

static void close_machines(void)
{
    node_scene_until(&scene, is_idle);
    cairn_screening_close(screening);
    cairn_publish_close(publish);
    cairn_policybook_close(policy);
}

static void close_node(void)
{
    close_machines();
    node_scene_close(&scene);
}

static bool count_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    uint32_t *count = host;
    (void)key;
    (void)value;
    ++*count;
    return true;
}

static uint32_t entry_rows(void)
{
    static const uint8_t table[] = {CAIRN_TABLE_ENTRY};
    const struct cairn_bytes prefix = {table, 1};
    uint8_t end[1];
    uint32_t count = 0;
    struct cairn_store_range range = {.from = prefix, .to = cairn_store_prefix_end(prefix, end)};
    assert_err(cairn_store_scan(cairn_driver_log(scene.nodes[0].driver), &range, count_row, &count),
               CAIRN_OK);
    return count;
}

static void on_said(void *host, const struct cairn_screening_answer *answer)
{
    (void)host;
    said.count++;
    said.err = answer->err;
    said.found = answer->hits->found;
    said.rows = entry_rows();
    (void)snprintf(said.number, sizeof said.number, "%s", answer->question->number);
    assert_true((answer->zone != NULL) == (answer->question->type == CAIRN_LOOKUP_MRZ));
}

static struct cairn_screening_question question(uint32_t number)
{
    struct cairn_screening_question asked = {.type = CAIRN_LOOKUP_DOCUMENT,
                                             .purpose = "border.check",
                                             .role = "booth",
                                             .actor = "B-17",
                                             .issuer = "AUT"};
    (void)snprintf(asked.number, sizeof asked.number, "KE%u", number);
    return asked;
}

static void ask(uint32_t number)
{
    const struct cairn_screening_question asked = question(number);
    assert_err(cairn_screening_ask(screening, &asked, on_said, NULL), CAIRN_OK);
}

static bool one_has_come(struct node_scene *of)
{
    (void)of;
    return said.count == 1;
}

static bool all_have_come(struct node_scene *of)
{
    (void)of;
    return said.count == TOGETHER;
}

TEST(an_answer_comes_when_its_record_lies_in_the_log_and_not_before)
{
    open_node();
    assert_int_equal(entry_rows(), 0);
    ask(1);
    assert_int_equal(said.count, 0); /* never from within the call */
    node_scene_until(&scene, one_has_come);
    assert_err(said.err, CAIRN_OK);
    assert_int_equal(said.found, 0);
    assert_string_equal(said.number, "KE1");
    assert_int_equal(said.rows, 2); /* feed.open and access.lookup */
    struct cairn_screening_stats stats = cairn_screening_stats(screening);
    assert_int_equal(stats.lookup_count, 1);
    assert_int_equal(stats.entry_count, 1);
    assert_int_equal(stats.waiting_count, 0);
    close_node();
}

TEST(what_is_asked_at_once_shares_records_and_each_is_answered_once)
{
    open_node();
    for (uint32_t i = 0; i < TOGETHER; i++) {
        ask(i);
    }
    assert_int_equal(cairn_screening_stats(screening).waiting_count, TOGETHER);
    node_scene_until(&scene, all_have_come);
    assert_err(said.err, CAIRN_OK);
    struct cairn_screening_stats stats = cairn_screening_stats(screening);
    assert_int_equal(stats.lookup_count, TOGETHER);
    assert_true(stats.entry_count >= 1 && stats.entry_count <= 4);
    assert_int_equal(entry_rows(), 1 + stats.entry_count);
    node_scene_run_ms(&scene, 50);
    assert_int_equal(said.count, TOGETHER);
    close_node();
}

TEST(a_zone_that_cannot_be_read_is_written_down_too)
{
    struct cairn_screening_question asked = question(0);
    asked.type = CAIRN_LOOKUP_MRZ;
    memcpy(asked.zone, "no zone", 7);
    asked.zone_size = 7;
    open_node();
    assert_err(cairn_screening_ask(screening, &asked, on_said, NULL), CAIRN_OK);
    node_scene_until(&scene, one_has_come);
    assert_err(said.err, CAIRN_OK);
    assert_int_equal(said.rows, 2);
    close_node();
}

TEST(without_a_record_there_is_no_answer)
{
    open_node();
    close_machines();
    node_scene_stop(&scene, 0);
    scene.nodes[0].config.floor.bytes = UINT64_MAX / 4; /* a disk that is full */
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    open_machines();
    ask(1);
    node_scene_until(&scene, one_has_come);
    assert_err(said.err, CAIRN_DISK_FLOOR);
    assert_int_equal(said.rows, 0);
    assert_int_equal(cairn_screening_stats(screening).lookup_count, 0);
    close_node();
}

TEST(look_ups_are_found_again_by_the_next_start)
{
    open_node();
    ask(1);
    node_scene_until(&scene, one_has_come);
    close_machines();
    node_scene_stop(&scene, 0);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    open_machines();
    ask(2);
    node_scene_until(&scene, one_has_come);
    assert_err(said.err, CAIRN_OK);
    assert_int_equal(said.rows, 3); /* in the same feed */
    close_node();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_when_its_record_lies_in_the_log_and_not_before),
        cmocka_unit_test(what_is_asked_at_once_shares_records_and_each_is_answered_once),
        cmocka_unit_test(a_zone_that_cannot_be_read_is_written_down_too),
        cmocka_unit_test(without_a_record_there_is_no_answer),
        cmocka_unit_test(look_ups_are_found_again_by_the_next_start),
    };
    return cmocka_run_group_tests_name("screening", tests, NULL, NULL);
}
