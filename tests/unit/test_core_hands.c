/* One core whose country lost a sealing key. A feed of SRB's was sealed to it, epoch after epoch;
 * SRB and GEO write into their pairwise feeds what they know of its secrets, right or wrong, and
 * the core reads what fits: whatever falls, fails or is said twice meanwhile. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

#define EPOCHS 3u
#define NEVER  UINT32_MAX

static struct author_feed feed;           /* of SRB: a word in each epoch */
static const uint8_t wrong[32] = {1, 2};  /* of no epoch */
static const uint8_t *const right = NULL; /* in a list of secrets: the true one */

/* What goes wrong while something is played. */
struct fault {
    uint32_t left;  /* tasks, or stores, until then; NEVER */
    bool is_failed; /* a store is not written, instead of a fall */
};

static void need_member(struct author_member *out, const char *country)
{
    const uint8_t gone[32] = {9};
    scene_member(country, out);
    if (strcmp(country, "AUT") == 0) {
        cairn_suite_dh_public(&scene.suite, gone, out->sealing);
    }
}

/* SRB begins the next epoch of the feed, sealed to the lost key again. */
static void write_rekey(void)
{
    struct author_member members[2];
    need_member(&members[0], "AUT");
    need_member(&members[1], "SRB");
    scene_rekey_for(&feed, feed.feed.epoch_count, members, 2);
}

static void write_word(void)
{
    author_add_word(&scene.srb, &feed, "word");
    author_commit(&scene.srb, &feed, NULL);
    author_sign(&scene.srb);
}

static int begin(void **state)
{
    struct author_member members[2];
    int err = scene_begin(state);
    struct author *self = &scene.host->self;
    memset(&feed, 0, sizeof feed);
    author_rotate_sealing(self);
    self->lost_count = 1;
    author_document(self);
    scene.srb.now_ms = scene.host->now_ms;
    scene.geo.now_ms = scene.host->now_ms;
    need_member(&members[0], "AUT");
    need_member(&members[1], "SRB");
    author_feed_open(&scene.srb, &feed, members, 2);
    author_commit(&scene.srb, &feed, NULL);
    write_word();
    for (uint32_t epoch = 1; epoch < EPOCHS; epoch++) {
        write_rekey();
        write_word();
    }
    author_sign(&scene.geo);
    return err;
}

static int end(void **state)
{
    author_feed_close(&feed);
    return scene_end(state);
}

/* The key that is not lost, and the document that says which is. */
static void lose_key(void)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SEALING};
    memcpy(event.as.sealing_secret, scene.host->self.sealing_secret, 32);
    host_do(scene.host, &event);
    (void)host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
}

static int begin_lost(void **state)
{
    int err = begin(state);
    lose_key();
    return err;
}

/* The giver writes into its pairwise feed what it says the secrets of a feed are. */
static void write_keys_of(struct author *giver, const uint8_t id[static 16],
                          const uint8_t *const *secrets, uint32_t count)
{
    uint8_t copies[CAIRN_FEED_EPOCHS_MAX][32];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_KEYS};
    for (uint32_t i = 0; i < count; i++) {
        memcpy(copies[i], secrets[i] == right ? feed.feed.secrets[i] : secrets[i], 32);
    }
    op.as.keys.origin = cairn_bytes_of(scene.srb.origin);
    memcpy(op.as.keys.feed, id, 16);
    op.as.keys.secret_count = count;
    op.as.keys.secrets = (const uint8_t(*)[32])copies;
    author_add_op(giver, &giver->pairwise, &op, false);
}

static void write_keys(struct author *giver, const uint8_t *const *secrets, uint32_t count)
{
    write_keys_of(giver, feed.feed.id, secrets, count);
    author_commit(giver, &giver->pairwise, NULL);
    author_sign(giver);
}

static void write_all(struct author *giver)
{
    write_keys(giver, (const uint8_t *const[]){right, right, right}, EPOCHS);
}

/* ---- what partners send ---- */

/* gives whether it happened before all was quiet */
static bool settle_until(struct fault *fault)
{
    struct host *host = scene.host;
    while (host->task_count > 0) {
        bool is_hit = !fault->is_failed || host->tasks[0].type == CAIRN_ACTION_STORE;
        if (is_hit && fault->left == 0) {
            if (fault->is_failed) {
                host_answer(host, 0, CAIRN_DISK);
            }
            return true;
        }
        fault->left -= is_hit && fault->left != NEVER ? 1 : 0;
        host_answer(host, 0, CAIRN_OK);
    }
    return false;
}

static bool send_until(uint32_t link, struct cairn_message message, struct fault *fault)
{
    scene_frame(link, message);
    bool fell = settle_until(fault);
    assert_err(scene.host->dropped[link], CAIRN_OK);
    return fell;
}

static bool offer_until(uint32_t link, const struct author *peer, struct fault *fault)
{
    struct cairn_offer_journal journal = {
        .origin = cairn_bytes_of(peer->origin),
        .size = peer->journal.size,
        .checkpoint = {.data = peer->checkpoint, .size = peer->checkpoint_size},
    };
    struct cairn_offer_feed feeds[2] = {
        {.origin = journal.origin, .commit_count = peer->pairwise.commit_count},
        {.origin = journal.origin, .commit_count = feed.commit_count}};
    memcpy(feeds[0].feed, peer->pairwise.feed.id, 16);
    memcpy(feeds[1].feed, feed.feed.id, 16);
    return send_until(
        link,
        (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                               .as.offer = {.journals = &journal,
                                            .journal_count = peer->journal.size > 0 ? 1 : 0,
                                            .feeds = feeds,
                                            .feed_count = peer == &scene.srb ? 2 : 1}},
        fault);
}

/* All leaves of its journal that are not here, and all commits of one feed from `from` on. */
static bool give_until(uint32_t link, const struct author *peer, const struct author_feed *given,
                       uint32_t from, struct fault *fault)
{
    uint64_t held = scene_peer_of(peer).journal_size;
    bool fell = false;
    if (held < peer->journal.size) {
        fell = send_until(link, author_range(peer, held, peer->journal.size, true), fault);
    }
    for (uint32_t i = from; i < given->commit_count && !fell; i++) {
        fell = send_until(link, author_entries(given, i), fault);
    }
    return fell;
}

/* Is SRB asked for the record of this feed? Each time counts once. */
static bool is_asked(const uint8_t id[static 16])
{
    struct cairn_message want;
    bool is_found = false;
    for (uint32_t i = 0; host_sent(scene.host, SRB, CAIRN_MESSAGE_WANT, i, &want); i++) {
        is_found =
            is_found || (want.as.want.is_records_first && memcmp(want.as.want.log, id, 16) == 0);
    }
    host_forget_sent(scene.host);
    return is_found;
}

/* The feed's record, if it was asked for, and what is missing of the feed. */
static bool give_feed_until(struct fault *fault)
{
    uint32_t number;
    if (is_asked(feed.feed.id) && send_until(SRB, author_record(&scene.srb, &feed), fault)) {
        return true;
    }
    if (!cairn_core_feed_find(scene.host->core, feed.feed.id, &number)) {
        return false;
    }
    return give_until(SRB, &scene.srb, &feed, (uint32_t)scene_feed_of(feed.feed.id).commits, fault);
}

/* Both are linked, and give all that they have. */
static bool play_until(struct fault *fault)
{
    static const uint32_t links[] = {GEO, SRB};
    const struct author *const peers[] = {&scene.geo, &scene.srb};
    if (settle_until(fault)) {
        return true;
    }
    for (uint32_t i = 0; i < 2; i++) {
        host_link_up(scene.host, links[i], peers[i]);
        if (send_until(links[i], author_hello(peers[i]), fault) ||
            offer_until(links[i], peers[i], fault) ||
            give_until(links[i], peers[i], &peers[i]->pairwise, 0, fault)) {
            return true;
        }
    }
    return give_feed_until(fault);
}

static void play(void)
{
    struct fault none = {.left = NEVER};
    assert_false(play_until(&none));
}

static void fall(void)
{
    host_crash(scene.host);
    play();
}

/* ---- what is read ---- */

static uint64_t commits_held(void)
{
    uint32_t number;
    struct cairn_core_feed held = {.commits = 0};
    if (cairn_core_feed_find(scene.host->core, feed.feed.id, &number)) {
        cairn_core_feed(scene.host->core, number, &held);
    }
    return held.commits;
}

/* So many words can be opened, with the keys that the core gives a folder that begins anew. */
static uint64_t words_read(void)
{
    struct host *host = scene.host;
    uint64_t before = host->content_count;
    host->cursor_count = 0;
    host_crash(host);
    host_settle(host);
    return host->content_count - before;
}

static void assert_all_is_read(void)
{
    assert_int_equal(commits_held(), feed.commit_count);
    assert_int_equal(words_read(), EPOCHS);
    assert_int_equal(commits_held(), feed.commit_count);
}

TEST(all_epochs_are_read_with_what_one_partner_hands_over)
{
    write_all(&scene.geo);
    play();
    assert_all_is_read();
}

TEST(without_its_secrets_nothing_of_it_is_read)
{
    play();
    assert_int_equal(commits_held(), 0);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_FEED_REFUSED], CAIRN_LATER);
    assert_int_equal(words_read(), 0);
}

/* The feed was rekeyed behind what is handed over first: it waits there, as long as it takes. */
TEST(an_epoch_that_is_handed_over_later_goes_on_where_the_feed_waits)
{
    write_keys(&scene.geo, (const uint8_t *const[]){right}, 1);
    play();
    assert_int_equal(commits_held(), 2);
    write_keys(&scene.geo, (const uint8_t *const[]){right, right}, 2);
    host_run(scene.host, 300000);
    fall();
    assert_int_equal(commits_held(), 4);
    write_rekey();
    write_word();
    write_keys(&scene.srb, (const uint8_t *const[]){right, right, right, right}, EPOCHS + 1);
    struct fault none = {.left = NEVER};
    assert_false(offer_until(SRB, &scene.srb, &none));
    assert_false(give_until(SRB, &scene.srb, &scene.srb.pairwise, 0, &none));
    host_run(scene.host, 2000);
    assert_false(give_feed_until(&none));
    assert_int_equal(commits_held(), feed.commit_count);
    assert_int_equal(words_read(), EPOCHS + 1);
}

TEST(a_wrong_secret_of_a_later_epoch_is_made_good_by_another_partner)
{
    write_keys(&scene.geo, (const uint8_t *const[]){right, wrong, right}, EPOCHS);
    play();
    assert_int_equal(commits_held(), 2);
    write_all(&scene.srb);
    fall();
    assert_all_is_read();
}

TEST(a_wrong_secret_after_a_right_one_is_in_nobodys_way)
{
    write_all(&scene.geo);
    write_keys(&scene.srb, (const uint8_t *const[]){wrong, wrong, wrong}, EPOCHS);
    play();
    assert_all_is_read();
}

TEST(what_two_partners_know_makes_a_whole)
{
    write_keys(&scene.geo, (const uint8_t *const[]){right, wrong, right}, EPOCHS);
    write_keys(&scene.srb, (const uint8_t *const[]){wrong, right}, 2);
    play();
    assert_all_is_read();
}

TEST(what_is_said_twice_counts_once)
{
    for (uint32_t i = 0; i < 5; i++) {
        write_all(&scene.geo);
        write_all(&scene.srb);
    }
    uint64_t joined = scene.host->notices[CAIRN_NOTICE_FEED_JOINED];
    play();
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FEED_JOINED], joined + 1);
    fall();
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FEED_JOINED], joined + 1);
    assert_all_is_read();
}

/* A later word of one giver takes the place of its earlier one. */
TEST(a_giver_may_correct_itself)
{
    write_keys(&scene.geo, (const uint8_t *const[]){wrong, wrong, wrong}, EPOCHS);
    write_all(&scene.geo);
    play();
    assert_all_is_read();
}

TEST(the_secrets_of_a_feed_that_names_others_open_nothing)
{
    struct author_feed other = {.size = 0};
    struct author_member members[2];
    uint32_t number;
    scene_member("GEO", &members[0]);
    scene_member("SRB", &members[1]);
    author_feed_open(&scene.srb, &other, members, 2);
    author_commit(&scene.srb, &other, NULL);
    author_sign(&scene.srb);
    play();
    write_keys_of(&scene.geo, other.feed.id, (const uint8_t *const[]){other.feed.secrets[0]}, 1);
    author_commit(&scene.geo, &scene.geo.pairwise, NULL);
    author_sign(&scene.geo);
    struct fault none = {.left = NEVER};
    assert_false(offer_until(GEO, &scene.geo, &none));
    assert_false(give_until(GEO, &scene.geo, &scene.geo.pairwise, 0, &none));
    assert_true(is_asked(other.feed.id));
    scene_frame(SRB, author_record(&scene.srb, &other));
    host_settle(scene.host);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_FEED_REFUSED], CAIRN_DENIED_PARTNER);
    assert_false(cairn_core_feed_find(scene.host->core, other.feed.id, &number));
    author_feed_close(&other);
}

/* GEO makes up feeds until its share is full, then says what is true. */
static void write_made_up(struct author *giver, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t id[16] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)giver->country[0], 0xfe};
        write_keys_of(giver, id, (const uint8_t *const[]){wrong}, 1);
        if (i % 64 == 63 || i + 1 == count) {
            author_commit(giver, &giver->pairwise, NULL);
        }
    }
}

TEST(feeds_that_a_partner_makes_up_leave_room_for_others)
{
    write_made_up(&scene.geo, 300);
    write_all(&scene.geo);
    play();
    assert_int_equal(commits_held(), 0); /* there was no room for it */
    write_all(&scene.srb);
    fall();
    assert_all_is_read();
}

TEST(what_had_no_room_is_taken_when_what_nobody_knows_has_had_its_time)
{
    write_made_up(&scene.geo, 64);
    write_all(&scene.geo);
    play();
    assert_int_equal(commits_held(), 0);
    host_run(scene.host, 250000);
    struct fault none = {.left = NEVER};
    assert_false(give_feed_until(&none));
    assert_all_is_read();
}

/* ... and is not looked at all the time. */
TEST(what_never_gets_room_is_read_again_less_and_less_often)
{
    write_made_up(&scene.geo, 2048); /* 32 commits */
    author_sign(&scene.geo);
    play();
    uint64_t opened = scene.host->opened_count;
    uint64_t flushed = scene.host->notices[CAIRN_NOTICE_FLUSHED];
    host_run(scene.host, 6 * 3600000); /* 120 s, then 240, 480, ... */
    opened = scene.host->opened_count - opened;
    flushed = scene.host->notices[CAIRN_NOTICE_FLUSHED] - flushed;
    assert_int_equal(opened - flushed, 7 * 32); /* its own commits are opened, too */
}

/* The folder may have read it before the operator gave the document to this node. */
TEST(what_was_handed_over_before_the_own_document_came_is_not_forgotten)
{
    write_all(&scene.geo);
    play();
    assert_int_equal(commits_held(), 0);
    lose_key();
    host_run(scene.host, 2000);
    struct fault none = {.left = NEVER};
    assert_false(give_feed_until(&none));
    assert_all_is_read();
}

/* ---- whatever happens meanwhile ---- */

static void write_what_both_know(void)
{
    write_keys(&scene.geo, (const uint8_t *const[]){right, wrong, right}, EPOCHS);
    write_keys(&scene.srb, (const uint8_t *const[]){right, right}, 2);
}

/* One life for each moment: before each task, or with each store that fails. */
static void sweep(bool is_failed)
{
    void *none = NULL;
    uint32_t count = 0;
    for (bool fell = true; fell; count++) {
        struct fault fault = {.left = count, .is_failed = is_failed};
        write_what_both_know();
        fell = play_until(&fault);
        if (fell) {
            fall();
        }
        assert_all_is_read();
        (void)end(&none);
        (void)begin_lost(&none);
    }
    assert_true(count > 10);
}

TEST(a_fall_at_any_moment_loses_nothing_that_was_handed_over)
{
    sweep(false);
}

TEST(a_write_that_fails_loses_nothing_that_was_handed_over)
{
    sweep(true);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin_lost, end)
    const struct CMUnitTest tests[] = {
        CASE(all_epochs_are_read_with_what_one_partner_hands_over),
        CASE(without_its_secrets_nothing_of_it_is_read),
        CASE(an_epoch_that_is_handed_over_later_goes_on_where_the_feed_waits),
        CASE(a_wrong_secret_of_a_later_epoch_is_made_good_by_another_partner),
        CASE(a_wrong_secret_after_a_right_one_is_in_nobodys_way),
        CASE(what_two_partners_know_makes_a_whole),
        CASE(what_is_said_twice_counts_once),
        CASE(a_giver_may_correct_itself),
        CASE(the_secrets_of_a_feed_that_names_others_open_nothing),
        CASE(feeds_that_a_partner_makes_up_leave_room_for_others),
        CASE(what_had_no_room_is_taken_when_what_nobody_knows_has_had_its_time),
        CASE(what_never_gets_room_is_read_again_less_and_less_often),
        cmocka_unit_test_setup_teardown(
            what_was_handed_over_before_the_own_document_came_is_not_forgotten, begin, end),
        CASE(a_fall_at_any_moment_loses_nothing_that_was_handed_over),
        CASE(a_write_that_fails_loses_nothing_that_was_handed_over),
    };
    return cmocka_run_group_tests_name("core_hands", tests, NULL, NULL);
}
