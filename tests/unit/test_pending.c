/* Method: a real node with a policy that gives warnings to a country that is no partner yet. Deaths
 * are made by writing the file that a dead node would have left, and opening it anew. */
#define _POSIX_C_SOURCE 200809L

#include "node/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/file.h"
#include "node/keyfile.h"
#include "node/views/dossier.h"
#include "schema/base/civil.h"
#include "tests/lib/body.h"
#include "tests/lib/node_scene.h"
#include "tests/lib/test.h"

#define DAY_MS UINT64_C(86400000)

static const char policy_text[] = "policy: 1\n"
                                  "release: [{kinds: [alert.*], to: all}]\n"
                                  "accept: {}\n"
                                  "roles: {bureau: [alert.*]}\n";

static struct node_scene scene;
static struct cairn_policybook *policy;
static struct cairn_publish *publish;
static struct cairn_pending *pending;
static bool is_permitted_now;

static struct {
    uint32_t count;
    cairn_err err;
    uint64_t number;
} taken;

static bool is_permitted(void *host, const char *role, const char *permission)
{
    assert_ptr_equal(host, &scene);
    assert_string_equal(role, "bureau");
    assert_memory_equal(permission, "alert.", 6);
    return is_permitted_now;
}

static void open_pending(void)
{
    const struct cairn_pending_options options = {.driver = scene.nodes[0].driver,
                                                  .publish = publish,
                                                  .is_permitted = is_permitted,
                                                  .host = &scene};
    assert_err(cairn_pending_open(&options, &pending), CAIRN_OK);
}

static void open_node(void)
{
    char fault[CAIRN_POLICYBOOK_FAULT];
    struct cairn_policybook_page *page = NULL;
    node_scene_open(&scene, 1);
    assert_err(cairn_policybook_open(scene.nodes[0].dir, true, &policy, fault), CAIRN_OK);
    assert_err(cairn_policybook_read(cairn_bytes_of(policy_text), true, &page, fault), CAIRN_OK);
    cairn_policybook_turn(policy, page);
    const struct cairn_publish_options options = {.driver = scene.nodes[0].driver,
                                                  .policy = policy};
    assert_err(cairn_publish_open(&options, &publish), CAIRN_OK);
    is_permitted_now = true;
    open_pending();
}

static bool is_idle(struct node_scene *of)
{
    (void)of;
    return cairn_publish_pending_count(publish) == 0 && !cairn_pending_is_busy(pending);
}

static void close_node(void)
{
    cairn_pending_stop(pending);
    node_scene_until(&scene, is_idle);
    cairn_pending_close(pending);
    cairn_publish_close(publish);
    cairn_policybook_close(policy);
    node_scene_close(&scene);
}

/* As if the process had died and come back. */
static void reopen(void)
{
    node_scene_until(&scene, is_idle);
    cairn_pending_close(pending);
    open_pending();
}

static struct cairn_bytes warning(void)
{
    static char text[512];
    uint64_t now_ms = cairn_clock_wall_ms();
    uint64_t from_ms = now_ms - now_ms % DAY_MS;
    char date[11];
    cairn_civil_write_date(cairn_civil_date_of((int32_t)(from_ms / DAY_MS) + 30), date);
    (void)snprintf(text, sizeof text,
                   "{1: 12, 2: 13, 4: 90, 6: 'AUT-bka', 7: %llu, 8: %llu, 9: '%s', "
                   "10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'x', 13: [{1: 1, 2: 'Doe', 6: 1}], "
                   "14: ['1980-05-17']}",
                   (unsigned long long)from_ms, (unsigned long long)(from_ms + 90 * DAY_MS), date);
    return test_body(text);
}

static struct cairn_id object_of(uint8_t number)
{
    const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {number};
    struct cairn_id id;
    cairn_id_make(cairn_bytes_of("AUT"), random, &id);
    return id;
}

static struct cairn_pending_order order_of(enum cairn_kind kind, uint8_t number,
                                           struct cairn_bytes body)
{
    struct cairn_pending_order order = {.kind = kind,
                                        .object = object_of(number),
                                        .purpose = "test",
                                        .role = "bureau",
                                        .actors = {"A-1", ""},
                                        .body = body};
    return order;
}

static void on_taken(void *host, cairn_err err, const struct cairn_pending_order *order)
{
    (void)host;
    taken.count++;
    taken.err = err;
    taken.number = order->number;
}

static bool is_taken(struct node_scene *of)
{
    (void)of;
    return taken.count > 0;
}

static cairn_err take(const struct cairn_pending_order *order)
{
    taken.count = 0;
    CAIRN_TRY(cairn_pending_take(pending, order, on_taken, NULL));
    node_scene_until(&scene, is_taken);
    assert_int_equal(taken.count, 1);
    return taken.err;
}

static void take_kind(enum cairn_kind kind, uint8_t number, struct cairn_bytes body)
{
    struct cairn_pending_order order = order_of(kind, number, body);
    assert_err(take(&order), CAIRN_OK);
}

/* Nothing waits any more. */
static bool is_settled(struct node_scene *of)
{
    cairn_pending_tick(pending);
    for (const struct cairn_pending_order *order = cairn_pending_first(pending); order != NULL;
         order = order->next) {
        if (order->state != CAIRN_PENDING_REFUSED) {
            return false;
        }
    }
    return is_idle(of);
}

/* Operations in the history of an object. */
static uint32_t step_count(uint8_t number)
{
    struct cairn_dossier *dossier = NULL;
    struct cairn_id object = object_of(number);
    struct cairn_store *views = cairn_driver_views(scene.nodes[0].driver);
    if (cairn_dossier_open_alert(views, &object, &dossier) != CAIRN_OK) {
        return 0;
    }
    uint32_t count = cairn_dossier_alert(dossier)->step_count;
    cairn_dossier_close(dossier);
    return count;
}

TEST(what_is_taken_is_published_in_order_and_gone)
{
    open_node();
    take_kind(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    take_kind(CAIRN_KIND_ALERT_AMEND, 1, test_body("{1: {11: 'y'}}"));
    take_kind(CAIRN_KIND_ALERT_AMEND, 1, test_body("{1: {11: 'z'}}"));
    take_kind(CAIRN_KIND_ALERT_AMEND, 1, test_body("{1: {11: 'y'}}")); /* the same once more */
    take_kind(CAIRN_KIND_ALERT_WITHDRAW, 1, test_body("{1: 2}"));
    assert_int_equal(step_count(1), 0);
    node_scene_until(&scene, is_settled);
    assert_null(cairn_pending_first(pending));
    assert_int_equal(step_count(1), 5);
    reopen();
    assert_null(cairn_pending_first(pending));
    close_node();
}

TEST(what_waits_is_there_after_a_death)
{
    open_node();
    take_kind(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    reopen();
    assert_int_equal(cairn_pending_first(pending)->state, CAIRN_PENDING_WAITING);
    node_scene_until(&scene, is_settled);
    assert_int_equal(step_count(1), 1);
    close_node();
}

static bool is_published;

static void on_published(void *host, const struct cairn_publish_answer *answer)
{
    (void)host;
    assert_err(answer->err, CAIRN_OK);
    is_published = true;
}

static bool is_published_now(struct node_scene *of)
{
    (void)of;
    return is_published;
}

static void publish_now(const struct cairn_pending_order *order)
{
    const struct cairn_publish_order what = {.to = CAIRN_PUBLISH_BY_POLICY,
                                             .kind = order->kind,
                                             .object = order->object,
                                             .body = order->body,
                                             .purpose = order->purpose,
                                             .role = order->role,
                                             .actors = {order->actors[0], NULL},
                                             .is_folded_wanted = true};
    is_published = false;
    assert_err(cairn_publish_send(publish, &what, on_published, NULL), CAIRN_OK);
    node_scene_until(&scene, is_published_now);
}

/* The file of an order that was being published at since_hlc when the node died. */
static void leave_sent(struct cairn_pending_order order, uint64_t since_hlc)
{
    const struct cairn_bytes none = {NULL, 0};
    const struct cairn_file_how how = {.mode = 0600, .is_replace = true};
    struct cairn_pendingbook *book = NULL;
    struct cairn_pending_order *made = NULL;
    struct cairn_bytes sealed;
    char keys[CAIRN_FILE_PATH_MAX], path[CAIRN_PENDINGBOOK_PATH_MAX];
    uint8_t secret[32];
    assert_err(cairn_file_path(scene.nodes[0].dir, "pending", path), CAIRN_OK);
    assert_err(cairn_file_make_dir(path), CAIRN_OK);
    assert_err(cairn_file_path(scene.nodes[0].dir, "keys", keys), CAIRN_OK);
    const struct cairn_keyfile_place place = {.dir = keys, .kind = CAIRN_KEYFILE_SEEN};
    assert_err(cairn_keyfile_load_seed(&place, none, secret), CAIRN_OK);
    assert_err(cairn_pendingbook_open(scene.nodes[0].dir, secret, &book, path), CAIRN_OK);
    order.state = CAIRN_PENDING_SENT;
    order.since_hlc = since_hlc;
    assert_err(cairn_pendingbook_make(book, &order, &made), CAIRN_OK);
    assert_err(cairn_pendingbook_seal(book, made, &sealed), CAIRN_OK);
    cairn_pendingbook_path(book, made, path);
    assert_err(cairn_file_write(path, sealed, &how), CAIRN_OK);
    free((void *)(uintptr_t)sealed.data);
    cairn_pendingbook_free(made);
    cairn_pendingbook_close(book);
}

TEST(what_was_published_before_the_death_is_not_published_again)
{
    open_node();
    uint64_t before = cairn_civil_hlc(cairn_clock_wall_ms(), 0);
    struct cairn_pending_order issue = order_of(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    publish_now(&issue);
    leave_sent(issue, before);
    struct cairn_pending_order amend =
        order_of(CAIRN_KIND_ALERT_AMEND, 1, test_body("{1: {11: 'y'}}"));
    publish_now(&amend);
    leave_sent(amend, before);
    reopen();
    node_scene_until(&scene, is_settled);
    assert_null(cairn_pending_first(pending));
    assert_int_equal(step_count(1), 2);
    close_node();
}

TEST(what_was_not_published_before_the_death_is_published_after_it)
{
    open_node();
    struct cairn_pending_order issue = order_of(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    struct cairn_pending_order amend =
        order_of(CAIRN_KIND_ALERT_AMEND, 1, test_body("{1: {11: 'y'}}"));
    publish_now(&issue);
    publish_now(&amend); /* by somebody else, before */
    leave_sent(amend, cairn_civil_hlc(cairn_clock_wall_ms() + 1000, 0));
    leave_sent(order_of(CAIRN_KIND_ALERT_ISSUE, 2, warning()), 1);
    reopen();
    node_scene_until(&scene, is_settled);
    assert_null(cairn_pending_first(pending));
    assert_int_equal(step_count(1), 3);
    assert_int_equal(step_count(2), 1);
    close_node();
}

TEST(what_is_refused_stays_with_its_error_until_it_is_dismissed)
{
    open_node();
    take_kind(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    take_kind(CAIRN_KIND_ALERT_WITHDRAW, 1, test_body("{1: 2}"));
    take_kind(CAIRN_KIND_ALERT_AMEND, 1, test_body("{1: {11: 'y'}}"));
    take_kind(CAIRN_KIND_ALERT_ISSUE, 2, warning());
    assert_err(cairn_pending_dismiss(pending, 3), CAIRN_STATE);
    node_scene_until(&scene, is_settled);
    assert_int_equal(step_count(1), 2);
    assert_int_equal(step_count(2), 1); /* it holds nobody up */
    for (int turn = 0; turn < 2; turn++) {
        const struct cairn_pending_order *order = cairn_pending_first(pending);
        assert_int_equal(order->number, 3);
        assert_int_equal(order->state, CAIRN_PENDING_REFUSED);
        assert_err(order->err, CAIRN_RULE_WITHDRAWN);
        assert_null(order->next);
        reopen();
    }
    assert_err(cairn_pending_dismiss(pending, 4), CAIRN_NOT_FOUND);
    assert_err(cairn_pending_dismiss(pending, 3), CAIRN_OK);
    reopen();
    assert_null(cairn_pending_first(pending));
    close_node();
}

TEST(a_role_that_may_not_any_more_is_refused)
{
    open_node();
    take_kind(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    is_permitted_now = false;
    node_scene_until(&scene, is_settled);
    assert_err(cairn_pending_first(pending)->err, CAIRN_DENIED_ROLE);
    assert_int_equal(step_count(1), 0);
    close_node();
}

TEST(one_idempotency_key_stands_for_one_order)
{
    static const uint8_t key[32] = {5};
    open_node();
    struct cairn_pending_order order = order_of(CAIRN_KIND_ALERT_ISSUE, 1, warning());
    order.has_key = true;
    memcpy(order.key, key, sizeof key);
    assert_err(take(&order), CAIRN_OK);
    reopen();
    assert_err(take(&order), CAIRN_OK);
    assert_int_equal(taken.number, 1);
    assert_null(cairn_pending_first(pending)->next);
    assert_ptr_equal(cairn_pending_find_key(pending, key), cairn_pending_first(pending));
    order.kind = CAIRN_KIND_ALERT_BATCH;
    assert_err(take(&order), CAIRN_CONFLICT);
    order.key[0]++;
    assert_null(cairn_pending_find_key(pending, order.key));
    close_node();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_published_in_order_and_gone),
        cmocka_unit_test(what_waits_is_there_after_a_death),
        cmocka_unit_test(what_was_published_before_the_death_is_not_published_again),
        cmocka_unit_test(what_was_not_published_before_the_death_is_published_after_it),
        cmocka_unit_test(what_is_refused_stays_with_its_error_until_it_is_dismissed),
        cmocka_unit_test(a_role_that_may_not_any_more_is_refused),
        cmocka_unit_test(one_idempotency_key_stands_for_one_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
