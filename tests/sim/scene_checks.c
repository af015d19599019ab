/* The watch over storms is awake: in a network that is in order one thing is spoilt at a time,
 * and the check that is there for it must say so. One that fires ends its test, so it runs in a
 * process of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "replication/log/keys.h"
#include "tests/sim/officer.h"
#include "tests/sim/renewal.h"
#include "tests/sim/storm.h"
#include "tests/sim/world_state.h"

enum { AUT, SRB, GEO, NODES };

static bool is_child; /* what is left of the tests after a check has fired there */
static struct storm storm;

/* AUT writes one word to SRB, in a feed that GEO is not in. */
static void storm_begin(void)
{
    struct world_options options = {
        .seed = 31, .nodes = NODES, .latency_ms_max = 20, .has_states = true};
    struct world_command open = {.type = CAIRN_EVENT_FEED_OPEN, .members = "AUTSRB"};
    struct world_command append = {.type = CAIRN_EVENT_APPEND, .word = "w-0"};
    cairn_err err = CAIRN_OK;
    storm = (struct storm){.nodes = NODES, .has_states = true, .world = world_open(&options)};
    world_meet_all(storm.world);
    storm.feeds[0] = (struct storm_feed){.author = AUT, .wanted = 1u << AUT | 1u << SRB};
    storm.feeds[0].token = world_begin(storm.world, AUT, &open);
    world_run(storm.world, 3000);
    assert_true(world_answer(storm.world, storm.feeds[0].token, &err, storm.feeds[0].id));
    storm.feeds[0].is_known = true;
    storm.feed_count = 1;
    storm.words[0].author = AUT;
    memcpy(storm.words[0].feed, storm.feeds[0].id, 16);
    memcpy(append.feed, storm.feeds[0].id, 16);
    storm.words[0].token = world_begin(storm.world, AUT, &append);
    storm.word_count = 1;
    world_run(storm.world, 10000);
}

/* Does the check fire, and say this? */
static bool fires(void (*check)(const struct storm *), const char *what)
{
    char said[4096] = "";
    int ends[2];
    int status = 0;
    (void)fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        is_child = true;
        (void)alarm(60);
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        check(&storm);
        _exit(0);
    }
    (void)close(ends[1]);
    ssize_t got = 1;
    for (size_t size = 0; got > 0 && size < sizeof said - 1; size += (size_t)(got > 0 ? got : 0)) {
        got = read(ends[0], said + size, sizeof said - 1 - size);
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status != 0 && strstr(said, what) != NULL;
}

static bool is_settled(const char *what)
{
    char why[256] = "";
    return storm_is_settled(&storm, why, sizeof why) || strstr(why, what) == NULL;
}

#define CHECK(name)                                                                                \
    static void name##_body(void);                                                                 \
    TEST(name)                                                                                     \
    {                                                                                              \
        if (!is_child) {                                                                           \
            storm_begin();                                                                         \
            name##_body();                                                                         \
            world_close(storm.world);                                                              \
        }                                                                                          \
    }                                                                                              \
    static void name##_body(void)

CHECK(a_network_in_order_is_in_order)
{
    char why[256] = "";
    storm_check_always(&storm);
    storm_check_settled(&storm);
    assert_true(storm_is_settled(&storm, why, sizeof why));
    assert_false(fires(storm_check_always, ""));
    assert_false(fires(storm_check_settled, ""));
}

CHECK(an_honest_country_that_is_accused_is_seen)
{
    storm.world->nodes[GEO].accused = 1u << AUT;
    assert_true(fires(storm_check_always, "GEO accuses AUT, which is honest"));
    storm.world->nodes[AUT].is_liar = true;
    assert_false(fires(storm_check_always, ""));
}

CHECK(a_refusal_where_nobody_lies_is_seen)
{
    storm.world->nodes[SRB].notices[CAIRN_NOTICE_COMMIT_REFUSED] = 1;
    assert_true(fires(storm_check_always, "SRB refuses something"));
    storm.villains = 1u << GEO;
    assert_false(fires(storm_check_always, ""));
}

CHECK(a_disk_that_is_said_to_have_failed_and_did_not_is_seen)
{
    storm.world->nodes[SRB].notices[CAIRN_NOTICE_STORE_FAILED] = 1;
    assert_true(fires(storm_check_always, "SRB says that its disk failed"));
    storm.failed_disks = 1u << SRB;
    assert_false(fires(storm_check_always, ""));
}

CHECK(a_body_where_no_right_is_is_seen)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    memcpy(key.id, storm.feeds[0].id, 16);
    disk_put(&storm.world->nodes[GEO].disk, &key, cairn_bytes_of("sealed"));
    assert_true(fires(storm_check_always, "GEO holds a body"));
}

CHECK(a_word_that_is_lost_is_seen)
{
    storm.world->nodes[SRB].views.word_count = 0;
    assert_true(fires(storm_check_settled, "SRB and its author AUT disagree about w-0"));
    storm.world->nodes[AUT].views.word_count = 0;
    assert_true(fires(storm_check_settled, "AUT has lost w-0"));
    storm.put_backs[AUT] = 1; /* then it may be gone for all */
    assert_false(fires(storm_check_settled, ""));
}

CHECK(a_word_that_reaches_somebody_else_is_seen)
{
    struct node_views *views = &storm.world->nodes[GEO].views;
    memcpy(views->words[views->word_count++], "w-0", 4);
    assert_true(fires(storm_check_settled, "GEO knows w-0, which is not for it"));
}

CHECK(a_feed_that_is_lost_is_seen)
{
    storm.words[0].feed[0] ^= 1;
    assert_true(fires(storm_check_settled, "AUT has lost feed"));
}

CHECK(what_is_not_everywhere_is_seen)
{
    struct node *reader = &storm.world->nodes[SRB];
    views_cursor(&reader->views, storm.feeds[0].id)->commits--;
    assert_false(is_settled("SRB of AUT: commits of a feed"));
    views_cursor(&reader->views, storm.feeds[0].id)->commits++;
    reader->is_down = true;
    assert_false(is_settled("SRB of SRB: is down"));
    reader->is_down = false;
    assert_true(is_settled(""));
}

CHECK(leaves_and_links_that_are_missing_are_seen)
{
    world_cut(storm.world, AUT, SRB, false);
    world_run(storm.world, 1000);
    assert_false(is_settled("links"));
    world_cut(storm.world, AUT, GEO, false);
    uint8_t feed[16];
    assert_err(world_feed_open(storm.world, AUT, "AUTSRB", feed), CAIRN_OK);
    world_run(storm.world, 1000);
    assert_false(is_settled("leaves"));
}

/* ---- states ---- */

/* An alert with rows in its index, of which AUT and SRB have the same operations. */
static struct states_object *find_alert(void)
{
    const struct states *states = world_states(storm.world, SRB);
    const struct states *held = world_states(storm.world, AUT);
    for (uint32_t i = 0; i < states->object_count; i++) {
        const struct states_object *other = states_find(held, &states->objects[i].key);
        uint8_t digests[2][32] = {{0}};
        states_digest(states, &states->objects[i], digests[0]);
        states_digest(held, other, digests[1]);
        if (states->objects[i].key.data[0] == CAIRN_OPSET_ALERT &&
            states->objects[i].row_count > 1 && memcmp(digests[0], digests[1], 32) == 0) {
            return &states->objects[i];
        }
    }
    fail_msg("AUT wrote no alert that SRB reads");
    return NULL;
}

/* Officers of AUT write. */
static struct states_object *write_alerts(void)
{
    struct world_command write = {.type = CAIRN_EVENT_APPEND, .write = officer_write};
    for (write.dice = 1; write.dice < 30; write.dice++) {
        (void)world_begin(storm.world, AUT, &write);
        world_run(storm.world, 500);
    }
    world_run(storm.world, 10000);
    return find_alert();
}

/* The object is there, and nothing of what it says. */
static void empty(struct states_object *object)
{
    object->state.size = 0;
    while (object->row_count > 0) {
        struct states_row *row = &object->rows[--object->row_count];
        free((void *)(uintptr_t)row->key.data);
        free((void *)(uintptr_t)row->value.data);
    }
}

CHECK(states_in_order_are_in_order)
{
    (void)write_alerts();
    assert_false(fires(storm_check_states, ""));
}

CHECK(two_who_show_the_same_operations_otherwise_are_seen)
{
    empty(write_alerts());
    assert_true(fires(storm_check_states, "AUT and SRB have the same operations of a"));
    storm.world->nodes[AUT].is_liar = true;
    assert_true(fires(storm_check_states, "SRB shows a"));
    assert_true(fires(storm_check_states, "otherwise when its operations come in another order"));
}

CHECK(a_row_that_no_state_gives_is_seen)
{
    struct states_object *object = write_alerts();
    ((uint8_t *)(uintptr_t)object->rows[0].value.data)[0] ^= 1;
    storm.world->nodes[AUT].is_liar = true;
    assert_true(fires(storm_check_states, "SRB has other rows of a"));
}

CHECK(an_operation_that_one_lacks_is_seen)
{
    (void)write_alerts();
    struct states *states = storm.world->nodes[SRB].views.states;
    states->entries[0].floor_ms++; /* as of another mark */
    assert_true(fires(storm_check_states, "SRB lacks an operation of AUT that AUT has, or has it"));
    states->entries[0].floor_ms--;
    free((void *)(uintptr_t)states->entries[--states->entry_count].bytes.data);
    assert_true(fires(storm_check_states, "SRB lacks an operation of AUT that AUT has"));
}

static void check_kept(const struct storm *unused)
{
    (void)unused;
    storm_check_kept(&storm);
}

CHECK(views_that_are_made_again_otherwise_are_seen)
{
    (void)write_alerts();
    while (storm.kept == NULL || storm.kept_of != SRB) {
        states_close(storm.kept);
        assert_true(storm_lose_views(&storm));
        world_run(storm.world, 10000);
    }
    assert_false(fires(check_kept, ""));
    empty(find_alert());
    assert_true(fires(check_kept, "SRB shows a"));
    states_close(storm.kept);
}

CHECK(a_document_that_did_not_come_is_seen)
{
    assert_true(world_renew(storm.world, AUT, WORLD_RENEW_ROOT));
    assert_false(is_settled("AUT of AUT: does not hold the newest document"));
    world_give_own(storm.world, AUT);
    world_cut(storm.world, AUT, GEO, false);
    world_cut(storm.world, SRB, GEO, false);
    world_run(storm.world, 5000);
    assert_false(world_has_document(storm.world, GEO, AUT));
    world_cut(storm.world, SRB, GEO, true); /* from anybody */
    world_run(storm.world, 5000);
    assert_true(world_has_document(storm.world, GEO, AUT));
}

CHECK(a_feed_that_is_sealed_to_an_older_key_is_seen)
{
    storm.classes = 1u << STORM_ROTATE;
    assert_true(world_renew(storm.world, SRB, WORLD_RENEW_SEALING));
    world_give_own(storm.world, SRB);
    world_run(storm.world, 5000);
    assert_false(is_settled("AUT of AUT: a feed is sealed to an older key"));
    storm_seal_all(&storm);
    world_run(storm.world, 70000);
    assert_true(is_settled("sealed"));
    storm_last_words(&storm);
    world_run(storm.world, 70000);
    assert_true(is_settled(""));
    storm_check_settled(&storm);
    assert_true(world_knows(storm.world, SRB, "w-1"));
}

CHECK(a_fork_that_is_not_proved_is_seen)
{
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF};
    uint8_t leaf[48] = {1};
    assert_false(fires(storm_check_lies, ""));
    cairn_keys_journal_id(cairn_bytes_of(storm.world->nodes[GEO].origin), key.id);
    disk_put(&storm.world->nodes[SRB].disk, &key,
             (struct cairn_bytes){.data = leaf, .size = sizeof leaf});
    storm.world->nodes[GEO].is_liar = true;
    assert_true(fires(storm_check_lies, "AUT has no proof of the fork of GEO, which AUT sees"));
}

CHECK(a_commit_that_is_withheld_and_not_reported_is_seen)
{
    uint8_t feed[16] = {0};
    while (feed[0] % 2 == 0) { /* the one that is kept from SRB */
        assert_err(world_feed_open(storm.world, AUT, "AUTSRB", feed), CAIRN_OK);
    }
    world_run(storm.world, 5000);
    world_make_villain(storm.world, AUT, WORLD_PLAY_WITHHOLD);
    assert_err(world_append(storm.world, AUT, feed, "withheld"), CAIRN_OK);
    world_run(storm.world, 3000);
    assert_true(fires(storm_check_lies, "SRB has not opened 1 commits of AUT, and reported 0"));
    world_run(storm.world, 70000);
    assert_false(fires(storm_check_lies, ""));
    storm.world->nodes[AUT].is_liar = false;
    assert_true(fires(storm_check_lies, "SRB has not opened 0 commits of AUT, and reported 1"));
}

CHECK(an_origin_that_did_not_end_where_its_country_says_is_seen)
{
    struct node *author = &storm.world->nodes[AUT];
    struct node *reader = &storm.world->nodes[SRB];
    storm.classes = 1u << STORM_RECOVER;
    storm.has_states = false;
    for (uint32_t i = 0; i < 60 && author->past_origin[0] == 0; i++) { /* its disk is gone or not */
        storm_recover(&storm, AUT);
        world_run(storm.world, 1000);
    }
    storm.is_calm = true;
    for (uint32_t i = 0; i < 20; i++) {
        storm_add_owed(&storm);
        storm_tell(&storm);
        world_run(storm.world, 10000);
    }
    assert_true(is_settled(""));
    storm_check_settled(&storm);
    author->doc.ended[0].root[0] ^= 1;
    assert_false(is_settled("is not at the end of an origin"));
    author->doc.ended[0].root[0] ^= 1;
    struct node_cursor *past = views_cursor(&reader->views, storm.feeds[0].id);
    past->commits--;
    assert_false(is_settled("SRB of AUT: commits of an origin that ended"));
    past->commits++;
    for (uint32_t i = 0; i < author->views.cursor_count; i++) {
        author->views.cursors[i].is_continuing = false;
    }
    assert_false(is_settled("a feed of an origin that ended is not continued"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_in_order_is_in_order),
        cmocka_unit_test(an_honest_country_that_is_accused_is_seen),
        cmocka_unit_test(a_refusal_where_nobody_lies_is_seen),
        cmocka_unit_test(a_disk_that_is_said_to_have_failed_and_did_not_is_seen),
        cmocka_unit_test(a_body_where_no_right_is_is_seen),
        cmocka_unit_test(a_word_that_is_lost_is_seen),
        cmocka_unit_test(a_word_that_reaches_somebody_else_is_seen),
        cmocka_unit_test(a_feed_that_is_lost_is_seen),
        cmocka_unit_test(what_is_not_everywhere_is_seen),
        cmocka_unit_test(a_document_that_did_not_come_is_seen),
        cmocka_unit_test(a_feed_that_is_sealed_to_an_older_key_is_seen),
        cmocka_unit_test(a_fork_that_is_not_proved_is_seen),
        cmocka_unit_test(a_commit_that_is_withheld_and_not_reported_is_seen),
        cmocka_unit_test(an_origin_that_did_not_end_where_its_country_says_is_seen),
        cmocka_unit_test(leaves_and_links_that_are_missing_are_seen),
        cmocka_unit_test(states_in_order_are_in_order),
        cmocka_unit_test(two_who_show_the_same_operations_otherwise_are_seen),
        cmocka_unit_test(a_row_that_no_state_gives_is_seen),
        cmocka_unit_test(an_operation_that_one_lacks_is_seen),
        cmocka_unit_test(views_that_are_made_again_otherwise_are_seen),
    };
    return cmocka_run_group_tests_name("scene_checks", tests, NULL, NULL);
}
