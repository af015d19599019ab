/* One core, driven by hand-made frames: SRB says that it lost its sealing key, and gets what it may
 * read anyway. What is written is counted in the pairwise feed under its new key. */
#include "tests/lib/test.h"

#include "replication/core.h"
#include "tests/lib/core_scene.h"

#define SHARED 2u /* pairwise feeds, one each way: there from the beginning */

static void show_srb(void)
{
    author_document(&scene.srb);
    uint64_t token = host_show(scene.host, &scene.srb);
    host_run(scene.host, 2000);
    assert_err(scene_answer_of(token), CAIRN_OK);
}

static void lose_key(void)
{
    author_rotate_sealing(&scene.srb);
    scene.srb.lost_count++;
    show_srb();
}

TEST(what_both_are_members_of_is_handed_over_once)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    scene_open_own("AUTGEO", feed); /* not SRB's business */
    host_run(scene.host, 2000);
    lose_key();
    assert_int_equal(scene_own_pairwise().size, SHARED + 1);
    scene_open_own("AUTGEOSRB", feed); /* to the key that it has: an invitation is all */
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED + 2);
    show_srb();
    assert_int_equal(scene_own_pairwise().size, SHARED + 2);
    host_crash(scene.host);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED + 2);
}

TEST(a_rotation_without_a_loss_hands_over_nothing)
{
    author_rotate_sealing(&scene.srb);
    show_srb();
    assert_int_equal(scene_own_pairwise().size, 0);
}

TEST(what_was_not_on_the_disk_is_handed_over_after_a_crash)
{
    uint8_t feed[16];
    scene_open_own("AUTSRB", feed);
    host_run(scene.host, 2000);
    author_rotate_sealing(&scene.srb);
    scene.srb.lost_count = 1;
    author_document(&scene.srb);
    (void)host_show(scene.host, &scene.srb);
    host_crash(scene.host);
    (void)host_show(scene.host, &scene.srb);
    host_run(scene.host, 2000);
    assert_int_equal(scene_own_pairwise().size, SHARED + 1);
}

TEST(another_loss_is_answered_anew)
{
    lose_key();
    assert_int_equal(scene_own_pairwise().size, SHARED);
    lose_key(); /* with the feeds under the key that is lost now */
    assert_int_equal(scene_own_pairwise().size, 2 * SHARED);
}

TEST(a_feed_that_its_author_seals_to_the_lost_key_later_is_handed_over)
{
    struct author_feed feed = {.size = 0};
    struct author_member members[2];
    uint32_t number;
    scene_member("AUT", &members[0]);
    scene_member("SRB", &members[1]);
    lose_key();
    scene_link_up(SRB, &scene.srb);
    author_feed_open(&scene.srb, &feed, members, 2);
    scene_invite(&feed);
    scene_frame(SRB, author_record(&scene.srb, &feed));
    host_run(scene.host, 2000);
    assert_true(cairn_core_feed_find(scene.host->core, feed.feed.id, &number));
    assert_int_equal(scene_own_pairwise().size, SHARED + 1);
    author_feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_both_are_members_of_is_handed_over_once, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_rotation_without_a_loss_hands_over_nothing, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(what_was_not_on_the_disk_is_handed_over_after_a_crash,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(another_loss_is_answered_anew, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(
            a_feed_that_its_author_seals_to_the_lost_key_later_is_handed_over, scene_begin,
            scene_end),
    };
    return cmocka_run_group_tests_name("core_hand", tests, NULL, NULL);
}
