/* One core that is started beside guards of all kinds, and partners that hold more or less of its
 * journal: what is said, what is written, and when it goes on. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "replication/log/keys.h"
#include "schema/operation.h"
#include "tests/lib/core_scene.h"

static struct cairn_core_restore now(void)
{
    struct cairn_core_restore restore;
    cairn_core_restore(scene.host->core, &restore);
    return restore;
}

/* The core is started on its disk beside this guard. */
static void start_beside(enum cairn_guard_state guard, uint64_t size, const uint8_t *root)
{
    scene.host->start.as.start.guard = guard;
    scene.host->start.as.start.size = size;
    if (root != NULL) {
        memcpy(scene.host->start.as.start.root, root, 32);
    }
    host_crash(scene.host);
    host_settle(scene.host);
}

/* ... whose guard is ahead by so many leaves. */
static void start_behind(uint64_t leaves)
{
    start_beside(CAIRN_GUARD_PRESENT, now().durable_size + leaves, NULL);
}

/* A HELLO that shows so much of our journal. */
static void hear(uint32_t link, const struct author *peer, uint64_t size, const uint8_t *root)
{
    struct cairn_message hello = author_hello(peer);
    host_link_up(scene.host, link, peer);
    if (size > 0) {
        author_sign_as(&scene.host->self, size, root != NULL ? root : (const uint8_t[32]){0});
        hello.as.hello.checkpoint = author_checkpoint(&scene.host->self);
    }
    scene_frame(link, hello);
    host_settle(scene.host);
}

static bool does_flush(void)
{
    uint64_t before = scene.host->notices[CAIRN_NOTICE_FLUSHED];
    host_run(scene.host, 130000);
    return scene.host->notices[CAIRN_NOTICE_FLUSHED] > before;
}

static cairn_err append_word(void)
{
    uint8_t pairwise[16];
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    uint64_t token = host_append(scene.host, pairwise, "word", scene.host->now_ms);
    host_settle(scene.host);
    return scene_answer_of(token);
}

static uint64_t append_lookup(const uint8_t feed[static 16])
{
    static uint8_t buffer[512];
    struct cairn_bytes encoded;
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ACCESS_LOOKUP,
        .hlc = scene.host->now_ms << 16,
        .purpose = cairn_bytes_of("border.check"),
        .actors = {cairn_bytes_of("B-17")},
        .actor_count = 1,
        .role = cairn_bytes_of("booth"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &encoded), CAIRN_OK);
    return host_append_bytes(scene.host, feed, encoded);
}

TEST(a_guard_that_agrees_with_the_log_or_lags_changes_nothing)
{
    struct cairn_core_restore held = now();
    assert_true(held.durable_size > 0);
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    assert_false(now().is_restoring);
    assert_true(does_flush());
    start_beside(CAIRN_GUARD_PRESENT, 1, NULL);
    assert_false(now().is_restoring || now().is_halted);
    assert_true(does_flush());
}

TEST(a_guard_of_the_same_size_with_another_root_halts)
{
    uint8_t other[32];
    memcpy(other, now().durable_root, sizeof other);
    other[31] ^= 1;
    start_beside(CAIRN_GUARD_PRESENT, now().durable_size, other);
    assert_true(now().is_halted);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ROLLBACK], 1);
    assert_err(append_word(), CAIRN_STATE);
    assert_false(does_flush());
}

TEST(a_guard_ahead_of_the_log_silences_the_node)
{
    start_behind(3);
    assert_true(now().is_restoring);
    assert_false(now().needs_all);
    assert_int_equal(now().guard_size, now().durable_size + 3);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_RESTORING], 1);
    assert_err(append_word(), CAIRN_RESTORING);
    uint64_t token = host_feed_open(scene.host, "AUTSRB");
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_RESTORING);
    assert_false(does_flush());
    hear(SRB, &scene.srb, now().durable_size, now().durable_root); /* it has no more either */
    assert_int_equal(now().answered_count, 1);
    assert_true(now().is_restoring);
    assert_false(does_flush());
    assert_int_equal(host_find_task(scene.host, CAIRN_ACTION_SIGN), UINT32_MAX);
}

TEST(while_restoring_nobody_is_cosigned)
{
    start_behind(1);
    scene_write_first();
    hear(SRB, &scene.srb, 0, NULL);
    scene_join(SRB);
    host_settle(scene.host);
    host_run(scene.host, 130000);
    assert_int_equal(scene_srb_peer().cosigned_size, 0);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_COSIGN), 0);
    assert_int_equal(scene_srb_peer().journal_size, scene.srb.journal.size); /* but followed */
}

TEST(a_cosignature_of_what_a_restoring_node_does_not_know_any_more_ends_no_link)
{
    struct cairn_message cosign = {
        .type = CAIRN_MESSAGE_COSIGN,
        .as.cosign = {.size = now().durable_size + 1, .line = cairn_bytes_of("its line\n")}};
    cairn_keys_journal_id(cairn_bytes_of(scene.host->self.origin), cosign.as.cosign.log);
    start_behind(1);
    hear(SRB, &scene.srb, 0, NULL);
    scene_frame(SRB, cosign);
    host_settle(scene.host);
    assert_true(now().is_restoring);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
}

TEST(a_missing_guard_waits_for_all_partners_and_then_goes_on)
{
    struct cairn_core_restore held = now();
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    assert_true(now().is_restoring);
    assert_true(now().needs_all);
    assert_int_equal(now().partner_count, 2);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    assert_true(now().is_restoring);
    assert_false(does_flush());
    hear(GEO, &scene.geo, 0, NULL);
    assert_false(now().is_restoring);
    assert_false(now().needs_all);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_RESTORED], 1);
    assert_true(does_flush());
    assert_err(append_word(), CAIRN_OK);
}

TEST(an_answer_outlives_its_link_but_not_the_run)
{
    struct cairn_core_restore held = now();
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    host_link_down(scene.host, SRB);
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    hear(GEO, &scene.geo, held.durable_size, held.durable_root);
    assert_int_equal(now().answered_count, 1);
    assert_true(now().is_restoring);
    host_link_down(scene.host, GEO);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    assert_false(now().is_restoring);
}

TEST(doubt_of_an_earlier_run_holds_with_a_guard_that_agrees)
{
    struct cairn_core_restore held = now();
    scene.host->start.as.start.is_doubted = true;
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    assert_true(now().is_restoring);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    assert_true(now().needs_all);
    hear(GEO, &scene.geo, held.durable_size, held.durable_root);
    assert_false(now().is_restoring);
}

TEST(a_stale_guard_that_is_ahead_is_not_believed_alone)
{
    scene.host->start.as.start.is_stale = true;
    start_behind(1);
    assert_true(now().needs_all);
    start_beside(CAIRN_GUARD_PRESENT, now().durable_size, now().durable_root);
    assert_false(now().is_restoring); /* it lags at most: the log says more */
}

TEST(a_partner_that_is_removed_need_not_answer)
{
    struct cairn_core_restore held = now();
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    scene_forget("GEO", 1);
    host_settle(scene.host);
    assert_int_equal(now().partner_count, 1);
    assert_false(now().is_restoring);
}

/* The log may be of before the first partner was met: it does not know who was told. */
TEST(a_log_that_knows_no_partner_waits_for_one_when_the_guard_is_missing)
{
    struct cairn_core_restore held = now();
    scene_forget("SRB", 1);
    scene_forget("GEO", 2);
    host_settle(scene.host);
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    assert_int_equal(now().partner_count, 0);
    assert_false(now().is_restoring);
    held = now();
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    assert_true(now().is_restoring);
    assert_false(does_flush());
    scene.host->start.as.start.is_doubted = true; /* the host kept it, and made a guard anew */
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    assert_true(now().is_restoring);
    assert_false(does_flush());
    host_show(scene.host, &scene.srb);
    host_settle(scene.host);
    assert_true(now().is_restoring);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    assert_false(now().is_restoring);
    assert_true(does_flush());
}

TEST(a_partner_that_holds_what_is_missing_is_not_removed)
{
    uint8_t root[32] = {7};
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    hear(SRB, &scene.srb, now().durable_size + 2, root);
    scene_forget("SRB", 1);
    scene_forget("GEO", 2);
    host_settle(scene.host);
    assert_err(scene_answer_of(1), CAIRN_RESTORING);
    assert_err(scene_answer_of(2), CAIRN_OK); /* it has not answered at all */
    assert_int_equal(now().partner_count, 1);
    assert_true(now().is_restoring);
}

TEST(look_ups_are_recorded_meanwhile_in_a_feed_of_their_own)
{
    uint8_t old[16];
    struct host_answer answer;
    scene_open_own(HOST_PRIVATE, old);
    struct cairn_core_restore held = now();
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    assert_true(scene_feed_of(old).is_closed);
    uint64_t token = append_lookup(old);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_STATE);
    token = host_feed_open(scene.host, HOST_PRIVATE);
    host_settle(scene.host);
    assert_true(host_answered(scene.host, token, &answer));
    assert_err(answer.err, CAIRN_OK);
    token = append_lookup(answer.feed);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    token = host_append(scene.host, answer.feed, "word", scene.host->now_ms);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_RESTORING);
    assert_int_equal(scene_feed_of(answer.feed).commits, 0);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    hear(GEO, &scene.geo, held.durable_size, held.durable_root);
    host_run(scene.host, 61000);
    assert_int_equal(scene_feed_of(answer.feed).size, 2); /* feed.open, look-up */
    assert_false(scene_feed_of(old).is_closed);
}

/* A look-up of about 60 KiB. */
static cairn_err append_large(const uint8_t feed[static 16])
{
    static uint8_t body[60000] = {0x81, 0x00, 0xc5, (60000 - 5) >> 8, (60000 - 5) & 0xff};
    static uint8_t buffer[61000];
    struct cairn_bytes encoded;
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ACCESS_LOOKUP,
        .hlc = scene.host->now_ms << 16,
        .purpose = cairn_bytes_of("border.check"),
        .actors = {cairn_bytes_of("B-17")},
        .actor_count = 1,
        .role = cairn_bytes_of("booth"),
        .body = {.data = body, .size = sizeof body},
    };
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &encoded), CAIRN_OK);
    uint64_t token = host_append_bytes(scene.host, feed, encoded);
    host_settle(scene.host);
    return scene_answer_of(token);
}

/* What waits for a commit is known again at the next start: no commit gets larger than evidence can
 * show, also when nothing may be committed for a while. */
TEST(what_waits_in_a_private_feed_is_counted_on_after_a_start)
{
    uint8_t feed[16];
    uint32_t count = 0;
    scene_open_own(HOST_PRIVATE, feed);
    host_run(scene.host, 61000);
    for (uint32_t i = 0; i < 10; i++) {
        assert_err(append_large(feed), CAIRN_OK);
    }
    uint64_t commits = scene_feed_of(feed).commits;
    start_beside(CAIRN_GUARD_PRESENT, now().durable_size, now().durable_root);
    assert_true(cairn_core_is_asking(scene.host->core));
    while (append_large(feed) == CAIRN_OK) {
        count++;
    }
    assert_int_equal(scene_feed_of(feed).commits, commits);
    assert_in_range(count, 4, 6); /* 960 KiB in all */
}

TEST(a_document_that_comes_meanwhile_is_announced_afterwards)
{
    struct cairn_core_restore held = now();
    uint8_t control[16];
    cairn_core_control(scene.host->core, control);
    uint64_t size = scene_feed_of(control).size;
    start_beside(CAIRN_GUARD_MISSING, 0, NULL);
    author_document(&scene.host->self);
    uint64_t token = host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_OK);
    assert_int_equal(scene_feed_of(control).size, size);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    hear(GEO, &scene.geo, held.durable_size, held.durable_root);
    host_settle(scene.host);
    assert_int_equal(scene_feed_of(control).size, size + 2); /* control.document, control.mark */
}

TEST(a_document_that_comes_while_partners_are_asked_is_announced_afterwards)
{
    struct cairn_core_restore held = now();
    uint8_t control[16];
    cairn_core_control(scene.host->core, control);
    uint64_t size = scene_feed_of(control).size;
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    assert_true(cairn_core_is_asking(scene.host->core));
    author_document(&scene.host->self);
    host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
    assert_int_equal(scene_feed_of(control).size, size);
    host_run(scene.host, 2100);
    assert_int_equal(scene_feed_of(control).size, size + 2); /* control.document, control.mark */
}

TEST(after_a_start_a_partner_is_heard_before_anything_is_signed)
{
    struct cairn_core_restore held = now();
    uint8_t pairwise[16];
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    assert_true(cairn_core_is_asking(scene.host->core));
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    assert_false(cairn_core_has_room(scene.host->core, pairwise, 100));
    assert_err(append_word(), CAIRN_BUSY);
    hear(SRB, &scene.srb, held.durable_size, held.durable_root);
    assert_false(cairn_core_is_asking(scene.host->core));
    assert_true(now().durable_size > held.durable_size); /* the heartbeat */
    start_beside(CAIRN_GUARD_PRESENT, now().durable_size, now().durable_root);
    host_run(scene.host, 1900);
    assert_true(cairn_core_is_asking(scene.host->core));
    host_run(scene.host, 200);
    assert_false(cairn_core_is_asking(scene.host->core)); /* nobody is there */
    assert_err(append_word(), CAIRN_OK);
}

TEST(a_partner_that_holds_more_than_the_guard_says_makes_all_of_them_needed)
{
    struct cairn_core_restore held = now();
    struct cairn_message want;
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    hear(SRB, &scene.srb, held.durable_size + 5, NULL);
    assert_true(now().is_restoring);
    assert_true(now().needs_all);
    assert_int_equal(now().shown_size, held.durable_size + 5);
    assert_true(host_sent(scene.host, SRB, CAIRN_MESSAGE_WANT, 0, &want));
    assert_int_equal(want.as.want.from, held.durable_size);
    hear(GEO, &scene.geo, held.durable_size, held.durable_root);
    host_run(scene.host, 130000);
    assert_true(now().is_restoring); /* the leaves have not come */
}

TEST(a_node_that_has_begun_to_write_restores_at_its_next_start)
{
    struct cairn_core_restore held = now();
    uint8_t pairwise[16];
    start_beside(CAIRN_GUARD_PRESENT, held.durable_size, held.durable_root);
    host_run(scene.host, 3000);
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    (void)host_append(scene.host, pairwise, "word", scene.host->now_ms);
    hear(SRB, &scene.srb, held.durable_size + 50, NULL);
    assert_true(now().is_halted);
    assert_true(now().needs_all);
    scene.host->start.as.start.is_doubted = true; /* the host kept it */
    start_beside(CAIRN_GUARD_PRESENT, now().durable_size, now().durable_root);
    assert_true(now().is_restoring);
    assert_false(now().is_halted);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_guard_that_agrees_with_the_log_or_lags_changes_nothing),
        CASE(a_guard_of_the_same_size_with_another_root_halts),
        CASE(a_guard_ahead_of_the_log_silences_the_node),
        CASE(while_restoring_nobody_is_cosigned),
        CASE(a_cosignature_of_what_a_restoring_node_does_not_know_any_more_ends_no_link),
        CASE(a_missing_guard_waits_for_all_partners_and_then_goes_on),
        CASE(an_answer_outlives_its_link_but_not_the_run),
        CASE(doubt_of_an_earlier_run_holds_with_a_guard_that_agrees),
        CASE(a_stale_guard_that_is_ahead_is_not_believed_alone),
        CASE(a_partner_that_is_removed_need_not_answer),
        CASE(a_log_that_knows_no_partner_waits_for_one_when_the_guard_is_missing),
        CASE(a_partner_that_holds_what_is_missing_is_not_removed),
        CASE(look_ups_are_recorded_meanwhile_in_a_feed_of_their_own),
        CASE(after_a_start_a_partner_is_heard_before_anything_is_signed),
        CASE(a_partner_that_holds_more_than_the_guard_says_makes_all_of_them_needed),
        CASE(a_node_that_has_begun_to_write_restores_at_its_next_start),
        CASE(what_waits_in_a_private_feed_is_counted_on_after_a_start),
        CASE(a_document_that_comes_meanwhile_is_announced_afterwards),
        CASE(a_document_that_comes_while_partners_are_asked_is_announced_afterwards),
    };
    return cmocka_run_group_tests_name("core_restore", tests, NULL, NULL);
}
