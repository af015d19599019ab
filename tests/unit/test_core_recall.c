/* One core that lost the end of its log, its last marks too, and whose clock stands before them: it
 * gets them back from a partner, falls at any moment while it does, and begins after them. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "replication/core.h"
#include "replication/log/keys.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

#define LOST_MAX 8u
#define NEVER    UINT32_MAX /* instead of the task before which the node falls */

static struct {
    uint8_t control[16];
    uint64_t held;       /* leaves of the own journal in the backup */
    uint64_t held_marks; /* commits of the control feed in it */
    uint64_t then_ms;    /* when it was made */
    uint8_t *commits[LOST_MAX];
    size_t commit_bytes[LOST_MAX];
    uint32_t lost; /* commits of the control feed behind it, and leaves */
    uint64_t last_ms;
    struct host_cursor cursors[HOST_CURSORS];
    uint32_t cursor_count;
} past;

static struct cairn_core_restore now(void)
{
    struct cairn_core_restore restore;
    cairn_core_restore(scene.host->core, &restore);
    return restore;
}

static struct cairn_bytes row_of(enum cairn_table table, const uint8_t id[static 16],
                                 uint64_t index)
{
    struct cairn_key key = {.table = (uint8_t)table, .index = index};
    struct cairn_row row;
    memcpy(key.id, id, 16);
    assert_int_equal(disk_range(&scene.host->disk, &key, index + 1, &row, 1), 1);
    return row.value;
}

/* The time of the mark in this commit of the own control feed; 0: none. */
static uint64_t mark_of(struct cairn_bytes bytes)
{
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at;
    uint64_t mark_ms = 0;
    assert_err(cairn_commit_decode(bytes, &commit, &fault_at), CAIRN_OK);
    cairn_commit_cursor_init(&cursor, &commit);
    while (cairn_commit_next(&cursor, &entry)) {
        uint8_t memory[512];
        struct cairn_arena arena;
        struct cairn_operation operation;
        struct cairn_feedop op;
        cairn_arena_init(&arena, memory, sizeof memory);
        assert_err(cairn_operation_decode(entry.body, &operation, &fault_at), CAIRN_OK);
        assert_err(cairn_feedop_decode(&operation, &arena, &op, &fault_at), CAIRN_OK);
        mark_ms = op.kind == CAIRN_KIND_CONTROL_MARK ? op.as.mark.time_ms : mark_ms;
    }
    return mark_ms;
}

/* All marks on the disk ascend. gives how many commits of the control feed there are */
static uint64_t look_at_marks(uint64_t *out_last_ms)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    struct cairn_row rows[64];
    memcpy(key.id, past.control, 16);
    size_t count = disk_range(&scene.host->disk, &key, UINT64_MAX, rows, 64);
    *out_last_ms = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t mark_ms = mark_of(rows[i].value);
        assert_true(mark_ms == 0 || mark_ms > *out_last_ms);
        *out_last_ms = mark_ms > 0 ? mark_ms : *out_last_ms;
    }
    return count;
}

/* What was written behind the backup, as a partner holds it. */
static void keep_what_will_be_lost(void)
{
    uint8_t journal[16];
    struct author *self = &scene.host->self;
    uint64_t size = now().durable_size;
    uint64_t marks = look_at_marks(&past.last_ms);
    cairn_keys_journal_id(cairn_bytes_of(self->origin), journal);
    past.lost = (uint32_t)(marks - past.held_marks);
    assert_in_range(past.lost, 3, LOST_MAX);
    assert_int_equal(size - past.held, past.lost); /* nothing but marks */
    for (uint64_t i = 0; i < size; i++) {
        author_put_leaf(self, row_of(CAIRN_TABLE_LEAF, journal, i).data);
    }
    for (uint32_t i = 0; i < past.lost; i++) {
        struct cairn_bytes row = row_of(CAIRN_TABLE_COMMIT, past.control, past.held_marks + i);
        past.commits[i] = malloc(row.size);
        assert_non_null(past.commits[i]);
        memcpy(past.commits[i], row.data, row.size);
        past.commit_bytes[i] = row.size;
    }
    author_sign(self);
}

static int begin(void **state)
{
    int err = scene_begin_pair(state);
    memset(&past, 0, sizeof past);
    cairn_core_control(scene.host->core, past.control);
    host_run(scene.host, 61000);
    past.held = now().durable_size;
    past.held_marks = look_at_marks(&past.last_ms);
    past.then_ms = scene.host->now_ms;
    past.cursor_count = scene.host->cursor_count;
    memcpy(past.cursors, scene.host->cursors, sizeof past.cursors);
    disk_begin(&scene.host->disk);
    host_run(scene.host, 250000);
    keep_what_will_be_lost();
    return err;
}

static int end(void **state)
{
    for (uint32_t i = 0; i < past.lost; i++) {
        free(past.commits[i]);
    }
    return scene_end(state);
}

/* The backup is put back, and the clock is of that time. */
static void go_back(void)
{
    struct host *host = scene.host;
    disk_undo(&host->disk, 1);
    disk_begin(&host->disk);
    memcpy(host->cursors, past.cursors, sizeof past.cursors);
    host->cursor_count = past.cursor_count;
    host->now_ms = past.then_ms;
    host->start.as.start.guard = CAIRN_GUARD_PRESENT;
    host->start.as.start.size = past.held + past.lost;
    cairn_merkle_range_root(&host->self.journal, host->start.as.start.root);
    host_crash(host);
}

/* Answer what the core asks for, but so many tasks at most. gives whether it fell before that */
static bool answer_until(uint32_t *left)
{
    while (scene.host->task_count > 0 && *left > 0) {
        *left -= *left == NEVER ? 0 : 1;
        host_answer(scene.host, 0, CAIRN_OK);
    }
    return *left == 0;
}

static bool frame_until(struct cairn_message message, uint32_t *left)
{
    scene_frame(SRB, message);
    return answer_until(left);
}

/* SRB shows and gives back all that was lost. gives whether the node fell meanwhile */
static bool give_back_until(uint32_t *left)
{
    struct author *self = &scene.host->self;
    struct cairn_message hello = author_hello(&scene.srb);
    uint64_t from = now().durable_size;
    bool fell = answer_until(left);
    hello.as.hello.checkpoint = author_checkpoint(self);
    if (!fell) {
        host_link_up(scene.host, SRB, &scene.srb);
        fell = frame_until(hello, left);
    }
    if (!fell && from < past.held + past.lost) {
        fell = frame_until(author_range(self, from, past.held + past.lost, true), left);
    }
    for (uint32_t i = 0; i < past.lost && !fell; i++) {
        struct cairn_message entries = {
            .type = CAIRN_MESSAGE_ENTRIES,
            .as.entries = {.commit = {.data = past.commits[i], .size = past.commit_bytes[i]}}};
        fell = frame_until(entries, left);
    }
    return fell;
}

/* ... and is there for 30 s. */
static bool come_back(uint32_t fall_at)
{
    uint32_t left = fall_at;
    bool fell = give_back_until(&left);
    for (uint32_t second = 0; second < 30 && !fell; second++) {
        host_tick(scene.host, 1000);
        fell = answer_until(&left);
    }
    return fell;
}

/* It writes again, and what it wrote stands behind what came back. */
static void assert_it_goes_on(void)
{
    uint64_t last_ms;
    assert_false(now().is_restoring || now().is_halted);
    host_run(scene.host, 61000);
    assert_true(scene.host->now_ms < past.last_ms); /* or the clock would hide everything */
    assert_true(look_at_marks(&last_ms) > past.held_marks + past.lost);
    assert_true(last_ms > past.last_ms);
    for (uint32_t i = 0; i < past.lost; i++) {
        struct cairn_bytes commit = row_of(CAIRN_TABLE_COMMIT, past.control, past.held_marks + i);
        assert_int_equal(commit.size, past.commit_bytes[i]);
        assert_memory_equal(commit.data, past.commits[i], commit.size);
    }
}

TEST(a_node_whose_clock_is_behind_begins_after_the_marks_that_came_back)
{
    go_back();
    assert_false(come_back(NEVER));
    assert_it_goes_on();
}

/* Nothing of its own was written yet that says when it marked last. */
TEST(a_node_that_falls_when_it_is_in_order_begins_after_the_marks_that_came_back)
{
    uint32_t left = NEVER;
    go_back();
    assert_false(give_back_until(&left));
    assert_true(now().is_restoring);
    while (now().is_restoring) {
        if (scene.host->task_count > 0) {
            host_answer(scene.host, 0, CAIRN_OK);
        } else {
            host_tick(scene.host, 1000);
        }
    }
    host_crash(scene.host);
    assert_false(now().is_restoring);
    assert_int_equal(now().durable_size, past.held + past.lost);
    assert_false(come_back(NEVER));
    assert_it_goes_on();
}

/* Before each write, each load, each look of the folder, until nothing is left to fall before. */
TEST(a_node_that_falls_while_its_marks_come_back_begins_after_them)
{
    uint32_t restoring = 0;
    uint32_t falls = 0;
    for (bool fell = true; fell; falls++) {
        go_back();
        fell = come_back(falls);
        if (fell) {
            host_crash(scene.host);
            restoring += now().is_restoring ? 1 : 0;
            assert_false(come_back(NEVER));
        }
        assert_it_goes_on();
    }
    assert_true(falls > 3 * past.lost); /* leaves, and each commit stored and looked at */
    assert_true(restoring > 2 * past.lost);
}

TEST(a_node_that_falls_twice_while_its_marks_come_back_begins_after_them)
{
    for (uint32_t first = 1; first < 12; first++) {
        for (uint32_t second = 1; second < 12; second++) {
            go_back();
            assert_true(come_back(first));
            host_crash(scene.host);
            if (come_back(second)) {
                host_crash(scene.host);
                assert_false(come_back(NEVER));
            }
            assert_it_goes_on();
        }
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(a_node_whose_clock_is_behind_begins_after_the_marks_that_came_back),
        CASE(a_node_that_falls_when_it_is_in_order_begins_after_the_marks_that_came_back),
        CASE(a_node_that_falls_while_its_marks_come_back_begins_after_them),
        CASE(a_node_that_falls_twice_while_its_marks_come_back_begins_after_them),
    };
    return cmocka_run_group_tests_name("core_recall", tests, NULL, NULL);
}
