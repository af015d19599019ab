/* Method: real nodes in one process; commands in, answers and what the other nodes then hold out.
 */
#define _POSIX_C_SOURCE 200809L

#include "node/driver.h"

#include "node/clock.h"
#include "node/driver_state.h"
#include "node/file.h"
#include "node/guard.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/syncs.h"
#include "tests/lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static struct node_scene scene;
static uint8_t feed_in_question[16];
static uint64_t commits_wanted;

static bool all_are_linked(struct node_scene *of)
{
    for (uint32_t a = 0; a < of->count; a++) {
        for (uint32_t b = 0; b < of->count; b++) {
            if (a != b && !node_scene_is_linked(of, a, b)) {
                return false;
            }
        }
    }
    return true;
}

static bool first_and_second_have_it(struct node_scene *of)
{
    return node_scene_commits(of, 0, feed_in_question) >= commits_wanted &&
           node_scene_commits(of, 1, feed_in_question) >= commits_wanted;
}

static bool first_two_are_apart(struct node_scene *of)
{
    return !node_scene_is_linked(of, 0, 1) && !node_scene_is_linked(of, 1, 0);
}

static bool store_waits(struct node_scene *of)
{
    struct cairn_driver_stats stats;
    cairn_driver_stats(of->nodes[0].driver, &stats);
    return stats.is_store_waiting;
}

static void pairwise(uint32_t node, const char *country, uint8_t out[static 16])
{
    assert_true(cairn_core_pairwise(cairn_driver_core(scene.nodes[node].driver),
                                    (const uint8_t *)country, out));
}

static void say(uint32_t node, const char *word)
{
    struct cairn_driver_answer answer = node_scene_say(&scene, node, feed_in_question, word);
    assert_err(answer.err, CAIRN_OK);
    assert_memory_equal(answer.feed, feed_in_question, 16);
    commits_wanted = answer.commit_number + 1;
}

static cairn_err open_feed(uint32_t node, const char *members, uint8_t out[static 16])
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FEED_OPEN};
    command.as.feed_open.members = (const uint8_t(*)[3])(uintptr_t)members;
    command.as.feed_open.member_count = strlen(members) / 3;
    command.as.feed_open.is_private = command.as.feed_open.member_count == 1;
    struct cairn_driver_answer answer = node_scene_ask(&scene, node, &command);
    memcpy(out, answer.feed, 16);
    return answer.err;
}

TEST(two_nodes_link_and_their_feeds_replicate)
{
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    pairwise(0, "GEO", feed_in_question);
    say(0, "hello");
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_close(&scene);
}

TEST(a_node_that_was_down_catches_up)
{
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    pairwise(0, "GEO", feed_in_question);
    say(0, "before");
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_stop(&scene, 1);
    say(0, "while it was down");
    assert_err(node_scene_start(&scene, 1), CAIRN_OK);
    assert_true(node_scene_commits(&scene, 1, feed_in_question) > 0);
    assert_true(node_scene_commits(&scene, 1, feed_in_question) < commits_wanted);
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_close(&scene);
}

TEST(what_was_answered_is_there_after_a_restart)
{
    node_scene_open(&scene, 1);
    assert_err(open_feed(0, "AUT", feed_in_question), CAIRN_OK);
    struct cairn_driver_answer first = node_scene_say(&scene, 0, feed_in_question, "one");
    assert_err(first.err, CAIRN_OK);
    node_scene_stop(&scene, 0);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    struct cairn_driver_answer second = node_scene_say(&scene, 0, feed_in_question, "two");
    assert_err(second.err, CAIRN_OK);
    assert_int_equal(second.index, first.index + 1);
    node_scene_close(&scene);
}

TEST(what_is_answered_was_made_durable_before)
{
    char log[TEST_PATH_MAX];
    node_scene_open(&scene, 1);
    test_tempdir_path(scene.nodes[0].dir, "log", log);
    assert_err(open_feed(0, "AUT", feed_in_question), CAIRN_OK);
    for (uint32_t i = 0; i < 3; i++) { /* in a private feed: each answer is a batch of its own */
        syncs_forget();
        assert_err(node_scene_say(&scene, 0, feed_in_question, "word").err, CAIRN_OK);
        assert_true(syncs_count(log, ".log") > 0);
    }
    node_scene_close(&scene);
}

static struct cairn_core_restore restore_of(uint32_t node)
{
    struct cairn_core_restore restore;
    cairn_core_restore(cairn_driver_core(scene.nodes[node].driver), &restore);
    return restore;
}

static bool first_is_in_order(struct node_scene *asked)
{
    (void)asked;
    return !restore_of(0).is_restoring;
}

/* What the guard of the first node, which is down, says. */
static struct cairn_event read_guard(char path[static TEST_PATH_MAX])
{
    char dir[TEST_PATH_MAX];
    struct cairn_guard *guard = NULL;
    struct cairn_event start = {.type = CAIRN_EVENT_START};
    test_tempdir_path(scene.nodes[0].dir, "guard", dir);
    test_tempdir_path(dir, "high-water", path);
    assert_err(cairn_guard_open(dir, "test-node/AUT/one/1", &guard, &start), CAIRN_OK);
    cairn_guard_close(guard);
    return start;
}

TEST(the_guard_says_what_the_journal_said_last)
{
    char path[TEST_PATH_MAX];
    node_scene_open(&scene, 1);
    assert_err(open_feed(0, "AUT", feed_in_question), CAIRN_OK);
    uint64_t size = restore_of(0).durable_size;
    assert_true(size > 0);
    node_scene_stop(&scene, 0);
    struct cairn_event found = read_guard(path);
    assert_int_equal(found.as.start.guard, CAIRN_GUARD_PRESENT);
    assert_false(found.as.start.is_stale || found.as.start.is_doubted);
    assert_true(found.as.start.size >= size);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    assert_false(restore_of(0).is_restoring);
    node_scene_close(&scene);
}

struct guarded_answer {
    struct node_scene_answer said;
    uint64_t durable_size, guard_size; /* when the answer came */
};

static void guarded_done(void *host, const struct cairn_driver_answer *answer)
{
    struct guarded_answer *out = host;
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX], text[256] = "";
    size_t size = 0;
    test_tempdir_path(scene.nodes[0].dir, "guard", dir);
    test_tempdir_path(dir, "high-water", path);
    assert_err(cairn_file_read(path, (uint8_t *)text, sizeof text - 1, &size), CAIRN_OK);
    const char *origin = strchr(text, '\n') + 1;
    out->guard_size = strtoull(strchr(origin, '\n') + 1, NULL, 10);
    out->durable_size = restore_of(0).durable_size;
    node_scene_done(&out->said, answer);
}

TEST(the_guard_is_written_before_anything_is_told)
{
    struct guarded_answer out = {.said.word = "word"};
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    pairwise(0, "GEO", feed_in_question);
    struct cairn_driver_command command = node_scene_append(feed_in_question);
    uint64_t before = restore_of(0).durable_size;
    assert_err(cairn_driver_command(scene.nodes[0].driver, &command, guarded_done, &out), CAIRN_OK);
    while (!out.said.is_done) {
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
    assert_err(out.said.answer.err, CAIRN_OK);
    assert_true(out.durable_size > before);
    assert_int_equal(out.guard_size, out.durable_size);
    node_scene_close(&scene);
}

TEST(without_its_guard_a_node_writes_nothing_until_its_partner_has_answered)
{
    char path[TEST_PATH_MAX];
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    pairwise(0, "GEO", feed_in_question);
    say(0, "before");
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_stop(&scene, 1);
    node_scene_stop(&scene, 0);
    (void)read_guard(path);
    assert_int_equal(remove(path), 0);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    assert_true(restore_of(0).is_restoring);
    assert_err(node_scene_say(&scene, 0, feed_in_question, "no").err, CAIRN_RESTORING);
    node_scene_stop(&scene, 0);
    assert_true(read_guard(path).as.start.is_doubted);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    assert_err(node_scene_start(&scene, 1), CAIRN_OK);
    node_scene_until(&scene, first_is_in_order);
    say(0, "after");
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_stop(&scene, 0);
    struct cairn_event found = read_guard(path);
    assert_int_equal(found.as.start.guard, CAIRN_GUARD_PRESENT);
    assert_false(found.as.start.is_doubted);
    node_scene_close(&scene);
}

TEST(an_audience_feed_reaches_its_members_and_nobody_else)
{
    node_scene_open(&scene, 3);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    assert_err(open_feed(0, "AUTGEO", feed_in_question), CAIRN_OK);
    say(0, "for two");
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_run_ms(&scene, 300);
    assert_int_equal(node_scene_commits(&scene, 2, feed_in_question), 0);
    node_scene_close(&scene);
}

TEST(a_country_that_is_forgotten_is_cut_off)
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FORGET};
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    memcpy(command.as.country, "GEO", 3);
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_OK);
    node_scene_until(&scene, first_two_are_apart);
    node_scene_run_ms(&scene, 1000); /* it would dial again */
    assert_true(first_two_are_apart(&scene));
    node_scene_close(&scene);
}

TEST(many_appends_are_answered_in_order_under_rising_clocks)
{
    enum { COUNT = 5000 };
    static struct node_scene_answer answers[COUNT];
    memset(answers, 0, sizeof answers);
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    pairwise(0, "GEO", feed_in_question);
    struct cairn_driver_command command = node_scene_append(feed_in_question);
    for (uint32_t i = 0; i < COUNT; i++) {
        answers[i].word = "many";
        assert_err(
            cairn_driver_command(scene.nodes[0].driver, &command, node_scene_done, &answers[i]),
            CAIRN_OK);
    }
    while (!answers[COUNT - 1].is_done) {
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(answers[i].is_done);
        assert_err(answers[i].answer.err, CAIRN_OK);
        if (i > 0) {
            assert_true(answers[i].answer.index > answers[i - 1].answer.index);
            assert_true(answers[i].answer.hlc > answers[i - 1].answer.hlc);
        }
    }
    struct cairn_driver_stats stats;
    cairn_driver_stats(scene.nodes[0].driver, &stats);
    assert_true(stats.group_count < COUNT / 10); /* group commit */
    node_scene_close(&scene);
}

struct folded_scene {
    struct node_scene_answer said;
    uint8_t feed[16];
    uint64_t folded_commits; /* of that feed */
    uint64_t folded_at_answer;
};

static void folded_on_folded(void *host, const uint8_t feed[static 16], uint64_t commit_number)
{
    struct folded_scene *folded = host;
    if (memcmp(feed, folded->feed, 16) == 0) {
        folded->folded_commits = commit_number + 1;
    }
}

static void folded_on_done(void *host, const struct cairn_driver_answer *answer)
{
    struct folded_scene *folded = host;
    cairn_driver_done *next = node_scene_done;
    folded->folded_at_answer = folded->folded_commits;
    next(&folded->said, answer);
}

TEST(who_wants_to_read_its_own_write_is_answered_after_the_folder)
{
    struct folded_scene folded = {.said = {.word = "folded"}};
    struct cairn_driver_watch watch = {.on_folded = folded_on_folded, .host = &folded};
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    pairwise(0, "GEO", folded.feed);
    cairn_driver_watch(scene.nodes[0].driver, &watch);
    struct cairn_driver_command command = node_scene_append(folded.feed);
    command.as.append.is_folded_wanted = true;
    assert_err(cairn_driver_command(scene.nodes[0].driver, &command, folded_on_done, &folded),
               CAIRN_OK);
    while (!folded.said.is_done) {
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
    assert_err(folded.said.answer.err, CAIRN_OK);
    /* The answer comes before the watch of the same commit, and after those of all before. */
    assert_true(folded.folded_at_answer >= folded.said.answer.commit_number);
    node_scene_close(&scene);
}

static cairn_err encode_nothing(void *host, uint64_t hlc, uint8_t *buffer, size_t *out_size)
{
    (void)host;
    (void)hlc;
    (void)buffer;
    (void)out_size;
    return CAIRN_RULE_LIFE;
}

/* ---- a commit that cannot be read ---- */

static uint64_t gone; /* number of a commit of the feed in question */

/* The node is down: its log has lost this commit, and its views are to be made anew. */
static void lose_commit(uint32_t node, const uint8_t feed[static 16], uint64_t number)
{
    char path[TEST_PATH_MAX + 32];
    struct cairn_store *store = NULL;
    struct cairn_store_batch *batch = NULL;
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT, .index = number};
    uint8_t bytes[CAIRN_KEY_BYTES];
    memcpy(key.id, feed, 16);
    cairn_key_encode(&key, bytes);
    (void)snprintf(path, sizeof path, "%s/log", scene.nodes[node].dir);
    assert_err(cairn_store_open(&(struct cairn_store_options){.path = path}, &store), CAIRN_OK);
    assert_err(cairn_store_batch_open(&batch), CAIRN_OK);
    cairn_store_batch_delete(batch, (struct cairn_bytes){bytes, sizeof bytes});
    assert_err(cairn_store_write(store, batch, true), CAIRN_OK);
    cairn_store_batch_close(batch);
    cairn_store_close(store);
    (void)snprintf(path, sizeof path, "%s/views", scene.nodes[node].dir);
    test_tempdir_close(path);
}

static bool only_that_feed_waits(struct node_scene *of)
{
    struct cairn_driver_stats stats;
    cairn_driver_stats(of->nodes[0].driver, &stats);
    return stats.fold_stuck_count == 1 &&
           stats.ripe_count == node_scene_commits(of, 0, feed_in_question) - gone;
}

static bool nothing_waits(struct node_scene *of)
{
    struct cairn_driver_stats stats;
    cairn_driver_stats(of->nodes[0].driver, &stats);
    return stats.fold_stuck_count == 0 && stats.ripe_count == 0 && stats.fold_err == CAIRN_OK;
}

/* All else is folded; then its partner has it, and it is folded as well. */
TEST(a_commit_that_cannot_be_read_holds_up_its_own_feed_only)
{
    uint8_t other[16];
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    node_scene_until(&scene, all_are_linked);
    pairwise(0, "GEO", feed_in_question);
    assert_err(open_feed(0, "AUTGEO", other), CAIRN_OK);
    say(0, "one");
    gone = commits_wanted - 1;
    say(0, "two");
    assert_err(node_scene_say(&scene, 0, other, "elsewhere").err, CAIRN_OK);
    say(0, "three");
    node_scene_until(&scene, first_and_second_have_it);
    node_scene_stop(&scene, 1);
    node_scene_stop(&scene, 0);
    lose_commit(0, feed_in_question, gone);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    node_scene_until(&scene, only_that_feed_waits);
    node_scene_run_ms(&scene, 2500); /* it was looked for once more */
    struct cairn_driver_stats stats;
    cairn_driver_stats(scene.nodes[0].driver, &stats);
    assert_int_equal(stats.fold_stuck_count, 1);
    assert_err(node_scene_say(&scene, 0, other, "meanwhile").err, CAIRN_OK);
    assert_err(node_scene_start(&scene, 1), CAIRN_OK);
    node_scene_until(&scene, nothing_waits);
    node_scene_close(&scene);
}

TEST(an_error_of_the_encoder_is_the_answer)
{
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    pairwise(0, "GEO", feed_in_question);
    struct cairn_driver_command command = node_scene_append(feed_in_question);
    command.as.append.encode = encode_nothing;
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_RULE_LIFE);
    say(0, "the next one is not harmed");
    node_scene_close(&scene);
}

TEST(an_operation_is_later_than_its_parents_and_parents_are_not_of_tomorrow)
{
    struct node_scene_answer said = {.word = "child"};
    node_scene_open(&scene, 2);
    node_scene_meet_all(&scene);
    pairwise(0, "GEO", feed_in_question);
    struct cairn_driver_command command = node_scene_append(feed_in_question);
    uint64_t parent = (cairn_clock_wall_ms() + 60000) << 16 | 7;
    command.as.append.after_hlc = parent;
    assert_err(cairn_driver_command(scene.nodes[0].driver, &command, node_scene_done, &said),
               CAIRN_OK);
    while (!said.is_done) {
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
    assert_err(said.answer.err, CAIRN_OK);
    assert_true(said.answer.hlc > parent);
    command.as.append.after_hlc = (cairn_clock_wall_ms() + 86400000) << 16;
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_PARKED);
    node_scene_close(&scene);
}

TEST(commands_that_the_core_refuses_are_answered_with_its_error)
{
    uint8_t unknown[16] = {1};
    node_scene_open(&scene, 1);
    assert_err(node_scene_say(&scene, 0, unknown, "nowhere").err, CAIRN_NOT_FOUND);
    assert_err(open_feed(0, "AUTGEO", unknown), CAIRN_DENIED_PARTNER);
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_DOCUMENT};
    command.as.note = cairn_bytes_of("not a document");
    assert_int_not_equal(node_scene_ask(&scene, 0, &command).err, CAIRN_OK);
    command.type = CAIRN_DRIVER_POLICY;
    memset(command.as.policy_hash, 7, 32);
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_OK);
    node_scene_close(&scene);
}

TEST(more_commands_than_fit_are_refused_and_the_end_answers_all)
{
    static struct node_scene_answer answers[CAIRN_DRIVER_COMMANDS_MAX + 1];
    memset(answers, 0, sizeof answers);
    node_scene_open(&scene, 1);
    assert_err(open_feed(0, "AUT", feed_in_question), CAIRN_OK);
    struct cairn_driver_command command = node_scene_append(feed_in_question);
    for (uint32_t i = 0; i < CAIRN_DRIVER_COMMANDS_MAX; i++) {
        answers[i].word = "waits";
        assert_err(
            cairn_driver_command(scene.nodes[0].driver, &command, node_scene_done, &answers[i]),
            CAIRN_OK);
    }
    assert_err(cairn_driver_command(scene.nodes[0].driver, &command, node_scene_done,
                                    &answers[CAIRN_DRIVER_COMMANDS_MAX]),
               CAIRN_BUSY);
    node_scene_run_ms(&scene, 1);
    node_scene_close(&scene);
    uint32_t counts[2] = {0, 0};
    for (uint32_t i = 0; i < CAIRN_DRIVER_COMMANDS_MAX; i++) {
        assert_true(answers[i].is_done);
        assert_true(answers[i].answer.err == CAIRN_OK || answers[i].answer.err == CAIRN_STATE);
        counts[answers[i].answer.err == CAIRN_OK]++;
    }
    assert_true(counts[0] > 0);
    assert_false(answers[CAIRN_DRIVER_COMMANDS_MAX].is_done);
}

TEST(below_the_floor_nothing_is_taken_and_the_node_still_ends)
{
    node_scene_open(&scene, 1);
    assert_err(open_feed(0, "AUT", feed_in_question), CAIRN_OK);
    node_scene_stop(&scene, 0);
    scene.nodes[0].config.floor.bytes = UINT64_MAX / 2;
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    assert_err(node_scene_say(&scene, 0, feed_in_question, "no").err, CAIRN_DISK_FLOOR);
    node_scene_until(&scene, store_waits); /* the heartbeat of the start */
    assert_err(scene.nodes[0].lost, CAIRN_OK);
    node_scene_close(&scene);
}

/* Files may grow no further: the next write of the log fails with EFBIG. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(a_write_that_fails_is_made_good_when_the_disk_works_again)
{
    static struct node_scene_answer said;
    said = (struct node_scene_answer){.word = "through trouble"};
    node_scene_open(&scene, 1);
    assert_err(open_feed(0, "AUT", feed_in_question), CAIRN_OK);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct cairn_driver_command command = node_scene_append(feed_in_question);
    limit_files(16);
    assert_err(cairn_driver_command(scene.nodes[0].driver, &command, node_scene_done, &said),
               CAIRN_OK);
    node_scene_until(&scene, store_waits);
    node_scene_run_ms(&scene, 100);
    assert_false(said.is_done);
    limit_files(RLIM_INFINITY);
    while (!said.is_done) {
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
    assert_err(said.answer.err, CAIRN_OK);
    assert_err(scene.nodes[0].lost, CAIRN_OK);
    node_scene_stop(&scene, 0);
    assert_err(node_scene_start(&scene, 0), CAIRN_OK);
    struct cairn_driver_answer next = node_scene_say(&scene, 0, feed_in_question, "after");
    assert_err(next.err, CAIRN_OK);
    assert_int_equal(next.index, said.answer.index + 1);
    node_scene_close(&scene);
}

static bool was_trimmed(struct node_scene *of)
{
    return of->nodes[0].driver->trimmed_ms >= commits_wanted;
}

TEST(memory_is_given_back_every_ten_seconds)
{
    node_scene_open(&scene, 1);
    node_scene_run_ms(&scene, 1500);
    uint64_t began_ms = scene.nodes[0].driver->trimmed_ms;
    assert_true(began_ms > 0);
    node_scene_run_ms(&scene, 1500);
    assert_int_equal(scene.nodes[0].driver->trimmed_ms, began_ms); /* not yet */
    commits_wanted = cairn_clock_mono_ms();
    scene.nodes[0].driver->trimmed_ms = commits_wanted - 10000;
    node_scene_until(&scene, was_trimmed);
    node_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_nodes_link_and_their_feeds_replicate),
        cmocka_unit_test(a_node_that_was_down_catches_up),
        cmocka_unit_test(what_was_answered_is_there_after_a_restart),
        cmocka_unit_test(what_is_answered_was_made_durable_before),
        cmocka_unit_test(the_guard_says_what_the_journal_said_last),
        cmocka_unit_test(the_guard_is_written_before_anything_is_told),
        cmocka_unit_test(without_its_guard_a_node_writes_nothing_until_its_partner_has_answered),
        cmocka_unit_test(an_audience_feed_reaches_its_members_and_nobody_else),
        cmocka_unit_test(a_country_that_is_forgotten_is_cut_off),
        cmocka_unit_test(many_appends_are_answered_in_order_under_rising_clocks),
        cmocka_unit_test(who_wants_to_read_its_own_write_is_answered_after_the_folder),
        cmocka_unit_test(a_commit_that_cannot_be_read_holds_up_its_own_feed_only),
        cmocka_unit_test(an_error_of_the_encoder_is_the_answer),
        cmocka_unit_test(an_operation_is_later_than_its_parents_and_parents_are_not_of_tomorrow),
        cmocka_unit_test(commands_that_the_core_refuses_are_answered_with_its_error),
        cmocka_unit_test(more_commands_than_fit_are_refused_and_the_end_answers_all),
        cmocka_unit_test(below_the_floor_nothing_is_taken_and_the_node_still_ends),
        cmocka_unit_test(a_write_that_fails_is_made_good_when_the_disk_works_again),
        cmocka_unit_test(memory_is_given_back_every_ten_seconds),
    };
    return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
