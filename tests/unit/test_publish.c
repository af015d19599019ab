/* Method: real nodes on one loop; what a publisher answers, and what its partners hold then. */
#include "node/publish.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/renew.h"
#include "node/sealingkeys.h"
#include "node/views/dossier.h"
#include "schema/base/civil.h"
#include "schema/base/text.h"
#include "tests/lib/body.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/test.h"

#define DAY_MS   86400000ull
#define TEXT_MAX 2048u

static const char policy_text[] =
    "policy: 1\n"
    "audiences: {region: [GEO, MDA], all: partners}\n"
    "release:\n"
    "  - {kinds: [alert.*], categories: [WARN], to: region, never: [nationality]}\n"
    "  - {kinds: [case.*], to: parties}\n"
    "accept: {default: {kinds: ['*'], entries_per_s: 5}}\n"
    "roles: {booth: [screen]}\n";

static struct node_scene scene;
static struct cairn_policybook *policy;
static struct cairn_publish *publish;
static struct cairn_publish_answer said;
static bool is_said;

static void open_publish(void)
{
    const struct cairn_publish_options options = {.driver = scene.nodes[0].driver,
                                                  .policy = policy};
    assert_err(cairn_publish_open(&options, &publish), CAIRN_OK);
}

static void apply_policy(const char *text)
{
    char fault[CAIRN_POLICYBOOK_FAULT];
    struct cairn_policybook_page *page = NULL;
    assert_err(cairn_policybook_read(cairn_bytes_of(text), true, &page, fault), CAIRN_OK);
    cairn_policybook_turn(policy, page);
}

/* Nodes that do not know each other; a publisher at the first. */
static void open_strangers(uint32_t count)
{
    char fault[CAIRN_POLICYBOOK_FAULT];
    node_scene_open(&scene, count);
    assert_err(cairn_policybook_open(scene.nodes[0].dir, true, &policy, fault), CAIRN_OK);
    apply_policy(policy_text);
    open_publish();
}

static void meet(void)
{
    node_scene_meet_all(&scene);
    cairn_publish_grow(publish);
}

static void open_nodes(uint32_t count)
{
    open_strangers(count);
    meet();
}

static void wait_idle(void)
{
    uint64_t end_ms = cairn_clock_mono_ms() + 20000;
    while (cairn_publish_pending_count(publish) > 0) {
        assert_true(cairn_clock_mono_ms() < end_ms);
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
}

static void close_nodes(void)
{
    wait_idle();
    cairn_publish_close(publish);
    cairn_policybook_close(policy);
    node_scene_close(&scene);
}

static void on_said(void *host, const struct cairn_publish_answer *answer)
{
    (void)host;
    assert_false(is_said);
    is_said = true;
    said = *answer;
}

static void wait_said(void)
{
    uint64_t end_ms = cairn_clock_mono_ms() + 20000;
    while (!is_said) {
        assert_true(cairn_clock_mono_ms() < end_ms);
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
}

static cairn_err say(enum cairn_kind kind, const struct cairn_id *object, struct cairn_bytes body)
{
    struct cairn_publish_order order = {.to = CAIRN_PUBLISH_BY_POLICY,
                                        .kind = kind,
                                        .body = body,
                                        .purpose = "test",
                                        .role = "bureau",
                                        .actors = {"A-1", "A-2"},
                                        .is_folded_wanted = true};
    if (object != NULL) {
        order.object = *object;
    }
    is_said = false;
    assert_err(cairn_publish_send(publish, &order, on_said, NULL), CAIRN_OK);
    assert_false(is_said); /* later, never from within */
    wait_said();
    return said.err;
}

/* A warning about a person of this nationality. */
static struct cairn_bytes warning(const char *nationality)
{
    static char text[TEXT_MAX];
    uint64_t now_ms = cairn_clock_wall_ms();
    uint64_t from_ms = now_ms - now_ms % DAY_MS;
    struct cairn_civil_date review = cairn_civil_date_of((int32_t)(from_ms / DAY_MS) + 30);
    char date[11];
    cairn_civil_write_date(review, date);
    snprintf(text, sizeof text,
             "{1: 12, 2: 13, 4: 90, 6: 'AUT-bka', 7: %llu, 8: %llu, 9: '%s', "
             "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'x', 13: [{1: 1, 2: 'Doe', 6: 1}], "
             "14: ['1980-05-17'], 17: ['%s']}",
             (unsigned long long)from_ms, (unsigned long long)(from_ms + 90 * DAY_MS), date,
             nationality);
    return test_body(text);
}

static struct cairn_core_feed feed_now(const uint8_t feed[static 16])
{
    const struct cairn_core *core = cairn_driver_core(scene.nodes[0].driver);
    struct cairn_core_feed found;
    uint32_t number = 0;
    assert_true(cairn_core_feed_find(core, feed, &number));
    cairn_core_feed(core, number, &found);
    return found;
}

static bool is_member(const uint8_t feed[static 16], const char *country)
{
    struct cairn_core_feed found = feed_now(feed);
    for (uint32_t at = 0; at < found.member_count; at++) {
        if (memcmp(found.members[at], country, 3) == 0) {
            return true;
        }
    }
    return false;
}

static int status_at(uint32_t node, const struct cairn_id *object)
{
    struct cairn_dossier *dossier = NULL;
    struct cairn_store *views = cairn_driver_views(scene.nodes[node].driver);
    cairn_err err = cairn_dossier_open_alert(views, object, &dossier);
    if (err != CAIRN_OK) {
        return -1;
    }
    int status = (int)cairn_dossier_alert(dossier)->status;
    cairn_dossier_close(dossier);
    return status;
}

static void wait_status(uint32_t node, const struct cairn_id *object, int wanted)
{
    uint64_t end_ms = cairn_clock_mono_ms() + 20000;
    while (status_at(node, object) != wanted) {
        assert_true(cairn_clock_mono_ms() < end_ms);
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    }
}

TEST(an_alert_reaches_whom_the_policy_names_and_nobody_else)
{
    open_nodes(3);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("GEO")), CAIRN_OK);
    assert_false(said.is_private);
    assert_int_equal(said.rule_index, 0);
    assert_true(is_member(said.feed, "MDA"));
    assert_false(is_member(said.feed, "GEO"));
    struct cairn_id object = said.object;
    wait_status(2, &object, CAIRN_ALERT_STATUS_ACTIVE);
    node_scene_run_ms(&scene, 300);
    assert_int_equal(status_at(1, &object), -1);
    close_nodes();
}

TEST(what_is_withheld_chooses_the_feed_also_after_a_restart)
{
    uint8_t withheld[16];
    open_nodes(2);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("MDA")), CAIRN_OK);
    memcpy(withheld, said.feed, sizeof withheld);
    assert_true(is_member(withheld, "GEO"));
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_memory_not_equal(said.feed, withheld, sizeof withheld);
    wait_idle();
    cairn_publish_close(publish);
    open_publish();
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("MDA")), CAIRN_OK);
    assert_memory_equal(said.feed, withheld, sizeof withheld);
    close_nodes();
}

TEST(an_amendment_that_would_newly_be_withheld_is_refused)
{
    open_nodes(2);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    struct cairn_id object = said.object;
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {17: ['GEO']}}")),
               CAIRN_DENIED_NEVER);
    /* MDA is no partner yet, but could become one: the feed would be opened to it then. */
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {17: ['MDA']}}")),
               CAIRN_DENIED_NEVER);
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {11: 'y'}}")), CAIRN_OK);
    assert_err(say(CAIRN_KIND_ALERT_WITHDRAW, &object, test_body("{1: 2}")), CAIRN_OK);
    wait_status(1, &object, CAIRN_ALERT_STATUS_WITHDRAWN);
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {11: 'z'}}")),
               CAIRN_RULE_WITHDRAWN);
    close_nodes();
}

/* Entries in feeds for audiences, of which the first node knows. */
static uint64_t audience_entries(void)
{
    const struct cairn_core *core = cairn_driver_core(scene.nodes[0].driver);
    struct cairn_core_feed feed;
    uint64_t count = 0;
    for (uint32_t at = 0; at < cairn_core_feed_count(core); at++) {
        cairn_core_feed(core, at, &feed);
        count += feed.kind == CAIRN_FEED_AUDIENCE ? feed.size : 0;
    }
    return count;
}

TEST(what_breaks_a_rule_is_refused_with_its_place_before_anything_is_written)
{
    open_nodes(2);
    uint64_t before = audience_entries();
    struct cairn_bytes body = test_body_with(warning("FRA"), 17, "['QQQ']");
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, body), CAIRN_CODE_UNKNOWN);
    assert_err(said.fault.err, CAIRN_CODE_UNKNOWN);
    assert_string_equal(said.fault.path[0].name, "nationalities");
    struct cairn_id unknown;
    cairn_id_make(cairn_bytes_of("AUT"), (const uint8_t[10]){9}, &unknown);
    assert_err(say(CAIRN_KIND_ALERT_WITHDRAW, &unknown, test_body("{1: 2}")), CAIRN_NOT_FOUND);
    node_scene_run_ms(&scene, 100);
    assert_int_equal(audience_entries(), before);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_int_equal(audience_entries(), before + 2); /* the feed's opening and the alert */
    close_nodes();
}

TEST(without_a_rule_an_alert_stays_at_home_and_is_too_young_to_be_changed)
{
    open_nodes(2);
    struct cairn_bytes body =
        test_body_with(test_body_with(warning("FRA"), 1, "6"), 2, "7"); /* MISL, LOCATE */
    body = test_body_with(test_body_with(body, 4, "50"), 25, "{1: 1}");
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, body), CAIRN_OK);
    assert_true(said.is_private);
    assert_int_equal(said.rule_index, CAIRN_POLICY_NO_RULE);
    assert_false(is_member(said.feed, "GEO"));
    struct cairn_id object = said.object;
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {11: 'y'}}")), CAIRN_LATER);
    close_nodes();
}

TEST(a_name_that_is_taken_gives_the_same_answer_or_a_refusal)
{
    struct cairn_id named;
    open_nodes(2);
    cairn_id_make(cairn_bytes_of("AUT"), (const uint8_t[10]){7}, &named);
    struct cairn_bytes body = warning("FRA");
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, &named, body), CAIRN_OK);
    assert_false(said.is_repeated);
    struct cairn_publish_answer first = said;
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, &named, body), CAIRN_OK);
    assert_true(said.is_repeated);
    assert_memory_equal(said.entry_id, first.entry_id, sizeof said.entry_id);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, &named, warning("TUR")), CAIRN_EXISTS);
    close_nodes();
}

TEST(a_new_partner_is_admitted_to_the_feeds_that_are_its_own)
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_DOCUMENT};
    open_nodes(2);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    uint8_t feed[16];
    memcpy(feed, said.feed, sizeof feed);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("MDA")), CAIRN_OK);
    uint8_t without[16];
    memcpy(without, said.feed, sizeof without);
    /* The third node's document alone is enough for wraps. */
    struct node_scene other;
    node_scene_open(&other, 3);
    command.as.note = (struct cairn_bytes){other.nodes[2].note, other.nodes[2].note_size};
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_OK);
    cairn_publish_grow(publish);
    wait_idle();
    assert_true(is_member(feed, "MDA"));
    assert_false(is_member(without, "MDA"));
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_memory_equal(said.feed, feed, sizeof feed);
    assert_int_equal(feed_now(feed).epoch, 0); /* who comes is no reason for another epoch */
    node_scene_close(&other);
    close_nodes();
}

/* P-87 */
TEST(what_was_written_before_the_first_partner_reaches_it_and_what_is_withheld_does_not)
{
    struct cairn_id objects[3];
    uint8_t withheld[16];
    open_strangers(3);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_false(said.is_private);
    objects[0] = said.object;
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("GEO")), CAIRN_OK);
    assert_false(said.is_private);
    objects[1] = said.object;
    memcpy(withheld, said.feed, sizeof withheld);
    wait_idle();
    cairn_publish_close(publish);
    open_publish();
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("GEO")), CAIRN_OK);
    assert_memory_equal(said.feed, withheld, sizeof withheld);
    objects[2] = said.object;
    meet();
    for (uint32_t at = 0; at < 3; at++) {
        wait_status(2, &objects[at], CAIRN_ALERT_STATUS_ACTIVE);
    }
    wait_status(1, &objects[0], CAIRN_ALERT_STATUS_ACTIVE);
    node_scene_run_ms(&scene, 300);
    assert_int_equal(status_at(1, &objects[1]), -1);
    assert_int_equal(status_at(1, &objects[2]), -1);
    assert_false(is_member(withheld, "GEO"));
    close_nodes();
}

/* Else a crash would leave entries in a feed of which nobody knows any more who may come to it. */
TEST(what_a_feed_stands_for_is_on_the_disk_before_the_first_answer)
{
    char path[TEST_PATH_MAX];
    char table[4096] = "";
    char hex[33] = "";
    open_strangers(1);
    for (uint32_t at = 0; at < 3; at++) {
        assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL,
                       warning(at == 0   ? "GEO"
                               : at == 1 ? "MDA"
                                         : "FRA")),
                   CAIRN_OK);
        test_tempdir_path(scene.nodes[0].dir, "feeds.json", path);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        table[fread(table, 1, sizeof table - 1, file)] = '\0';
        assert_int_equal(fclose(file), 0);
        cairn_text_hex_encode((struct cairn_bytes){said.feed, 16}, hex);
        assert_non_null(strstr(table, hex));
    }
    close_nodes();
}

TEST(without_a_place_for_that_nothing_is_released)
{
    char path[TEST_PATH_MAX];
    open_strangers(1);
    test_tempdir_path(scene.nodes[0].dir, "feeds.json", path);
    assert_int_equal(mkdir(path, 0700), 0); /* nothing can be written over it */
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_FILE);
    assert_int_equal(rmdir(path), 0);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    close_nodes();
}

/* The policy has become narrower: what was released stays so, but nothing more is told to countries
 * that it would not give it to, be they partners or not yet. */
TEST(an_alert_is_not_amended_where_somebody_could_come_whom_policy_does_not_name)
{
    char narrow[sizeof policy_text];
    open_strangers(1);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    struct cairn_id object = said.object;
    memcpy(narrow, policy_text, sizeof narrow);
    memcpy(strstr(narrow, "GEO, MDA"), "GEO     ", 8);
    apply_policy(narrow);
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {11: 'y'}}")),
               CAIRN_DENIED_POLICY);
    apply_policy(policy_text);
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {11: 'y'}}")), CAIRN_OK);
    memcpy(narrow, policy_text, sizeof narrow);
    memcpy(strstr(narrow, "[WARN]"), "[MISP]", 6); /* no rule is left for it */
    apply_policy(narrow);
    assert_err(say(CAIRN_KIND_ALERT_AMEND, &object, test_body("{1: {11: 'z'}}")),
               CAIRN_DENIED_POLICY);
    assert_err(say(CAIRN_KIND_ALERT_WITHDRAW, &object, test_body("{1: 2}")), CAIRN_OK);
    close_nodes();
}

static void write_table(const char *national, const char *region)
{
    char path[TEST_PATH_MAX];
    char line[512];
    test_tempdir_path(scene.nodes[0].dir, "feeds.json", path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    snprintf(line, sizeof line,
             "{\"feeds\": [{\"for\": \"private national\", \"feed\": \"%s\", \"past\": []}, "
             "{\"for\": \"list GEO MDA\", \"feed\": \"%s\", \"past\": []}]}",
             national, region);
    assert_true(fputs(line, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* P-86: whatever the file says, the own country's things stay in feeds that admit nobody. */
TEST(a_feed_of_the_other_kind_is_not_written_to)
{
    char national[33] = "";
    char region[33] = "";
    struct cairn_bytes body =
        test_body_with(test_body_with(warning("FRA"), 1, "6"), 2, "7"); /* MISL: no rule */
    body = test_body_with(test_body_with(body, 4, "50"), 25, "{1: 1}");
    open_nodes(2);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, body), CAIRN_OK);
    assert_true(said.is_private);
    cairn_text_hex_encode((struct cairn_bytes){said.feed, 16}, national);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    cairn_text_hex_encode((struct cairn_bytes){said.feed, 16}, region);
    wait_idle();
    cairn_publish_close(publish);
    write_table(region, national);
    open_publish();
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, body), CAIRN_OK);
    assert_true(said.is_private);
    assert_false(is_member(said.feed, "GEO"));
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_false(said.is_private);
    assert_true(is_member(said.feed, "GEO"));
    close_nodes();
}

TEST(a_removed_partner_gets_nothing_more_and_alerts_live_on)
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FORGET, .as.country = "GEO"};
    open_nodes(3);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    struct cairn_id object = said.object;
    uint8_t before[16];
    memcpy(before, said.feed, sizeof before);
    wait_status(1, &object, CAIRN_ALERT_STATUS_ACTIVE);
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_OK);
    cairn_publish_grow(publish);
    assert_err(say(CAIRN_KIND_ALERT_WITHDRAW, &object, test_body("{1: 2}")), CAIRN_OK);
    assert_memory_not_equal(said.feed, before, sizeof before);
    assert_false(is_member(said.feed, "GEO"));
    assert_true(is_member(said.feed, "MDA"));
    wait_status(2, &object, CAIRN_ALERT_STATUS_WITHDRAWN);
    assert_int_equal(status_at(1, &object), CAIRN_ALERT_STATUS_ACTIVE);
    close_nodes();
}

/* ---- another sealing key ---- */

/* The node's country takes another sealing key, and the first node is told. */
static void rotate(uint32_t node)
{
    static struct cairn_ownnote old, made;
    char keys[TEST_PATH_MAX];
    struct cairn_suite suite;
    struct cairn_sealingkeys held;
    struct cairn_driver_command key = {.type = CAIRN_DRIVER_SEALING};
    struct cairn_driver_command document = {.type = CAIRN_DRIVER_DOCUMENT};
    test_tempdir_path(scene.nodes[node].dir, "keys", keys);
    const struct cairn_renew_options options = {.dir = scene.nodes[node].dir,
                                                .node = scene.nodes[node].config.node,
                                                .root_dir = keys,
                                                .now_ms = cairn_clock_wall_ms(),
                                                .days = 30,
                                                .is_sealing_rotated = true};
    assert_err(cairn_renew(&options, &old, &made), CAIRN_OK);
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    assert_err(cairn_sealingkeys_load(keys, &made.doc, &suite, &held), CAIRN_OK);
    cairn_suite_close(&suite);
    memcpy(key.as.sealing_secret, held.secrets[held.count - 1], 32);
    document.as.note = (struct cairn_bytes){.data = made.bytes, .size = made.size};
    assert_err(node_scene_ask(&scene, node, &key).err, CAIRN_OK);
    assert_err(node_scene_ask(&scene, node, &document).err, CAIRN_OK);
    if (node != 0) {
        assert_err(node_scene_ask(&scene, 0, &document).err, CAIRN_OK);
    }
}

static void expect_epoch(const uint8_t feed[static 16], uint32_t epoch)
{
    struct cairn_id object;
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_memory_equal(said.feed, feed, sizeof said.feed);
    assert_int_equal(feed_now(feed).epoch, epoch);
    object = said.object;
    wait_status(1, &object, CAIRN_ALERT_STATUS_ACTIVE);
}

TEST(p95_a_member_with_another_sealing_key_begins_another_epoch_with_the_next_entry)
{
    uint8_t feed[16];
    open_nodes(2);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    memcpy(feed, said.feed, sizeof feed);
    expect_epoch(feed, 0);
    rotate(1);
    cairn_publish_grow(publish);
    wait_idle();
    assert_int_equal(feed_now(feed).epoch, 0); /* nothing was written */
    expect_epoch(feed, 1);
    expect_epoch(feed, 1);
    wait_idle();
    cairn_publish_close(publish);
    open_publish();
    expect_epoch(feed, 1); /* a restart knows whom the epoch is for */
    rotate(0);             /* the author's own key counts like any other */
    expect_epoch(feed, 2);
    close_nodes();
}

TEST(p95_a_feed_that_has_all_its_epochs_is_continued_by_another_one)
{
    uint8_t feed[16];
    struct cairn_id object;
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FEED_REKEY};
    open_nodes(2);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    memcpy(feed, said.feed, sizeof feed);
    memcpy(command.as.feed.id, feed, sizeof feed);
    for (uint32_t epoch = 1; epoch < 16; epoch++) {
        assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_OK);
        assert_int_equal(feed_now(feed).epoch, epoch);
    }
    assert_err(node_scene_ask(&scene, 0, &command).err, CAIRN_FULL);
    rotate(1);
    assert_err(say(CAIRN_KIND_ALERT_ISSUE, NULL, warning("FRA")), CAIRN_OK);
    assert_memory_not_equal(said.feed, feed, sizeof feed);
    assert_true(feed_now(feed).is_closed);
    assert_int_equal(feed_now(said.feed).epoch, 0);
    object = said.object;
    wait_status(1, &object, CAIRN_ALERT_STATUS_ACTIVE);
    close_nodes();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_reaches_whom_the_policy_names_and_nobody_else),
        cmocka_unit_test(what_is_withheld_chooses_the_feed_also_after_a_restart),
        cmocka_unit_test(an_amendment_that_would_newly_be_withheld_is_refused),
        cmocka_unit_test(what_breaks_a_rule_is_refused_with_its_place_before_anything_is_written),
        cmocka_unit_test(without_a_rule_an_alert_stays_at_home_and_is_too_young_to_be_changed),
        cmocka_unit_test(a_name_that_is_taken_gives_the_same_answer_or_a_refusal),
        cmocka_unit_test(a_new_partner_is_admitted_to_the_feeds_that_are_its_own),
        cmocka_unit_test(
            what_was_written_before_the_first_partner_reaches_it_and_what_is_withheld_does_not),
        cmocka_unit_test(what_a_feed_stands_for_is_on_the_disk_before_the_first_answer),
        cmocka_unit_test(without_a_place_for_that_nothing_is_released),
        cmocka_unit_test(
            an_alert_is_not_amended_where_somebody_could_come_whom_policy_does_not_name),
        cmocka_unit_test(a_feed_of_the_other_kind_is_not_written_to),
        cmocka_unit_test(a_removed_partner_gets_nothing_more_and_alerts_live_on),
        cmocka_unit_test(
            p95_a_member_with_another_sealing_key_begins_another_epoch_with_the_next_entry),
        cmocka_unit_test(p95_a_feed_that_has_all_its_epochs_is_continued_by_another_one),
    };
    return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
