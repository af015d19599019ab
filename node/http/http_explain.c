#include "node/http/http_explain.h"

#include <stdlib.h>
#include <string.h>

#include "node/audience.h"
#include "node/http/http_task.h"
#include "node/policytrace.h"
#include "node/views/dossier.h"
#include "schema/base/check.h"

struct explain_call {
    struct cairn_service *service;
    struct cairn_http_exchange *exchange;
    struct cairn_id object;
    uint32_t partner_count;
    char partners[CAIRN_LIMIT_COUNTRIES][4];
    /* found on the reader thread */
    cairn_err err;
    json_t *body;
    uint8_t feed[16];
};

/* What is explained: the operation that founded the object. */
struct explain_subject {
    enum cairn_kind kind;
    uint8_t feed[16];
    uint64_t index;
    struct cairn_audience_subject about;
};

static bool explain_take_step(const struct cairn_causal_step *steps, uint32_t count,
                              struct explain_subject *out)
{
    for (uint32_t at = 0; at < count; at++) {
        const struct cairn_opset_item *item = steps[at].item;
        bool is_founding = !item->is_unknown && (item->kind == CAIRN_KIND_ALERT_ISSUE ||
                                                 item->kind == CAIRN_KIND_ALERT_BATCH ||
                                                 item->kind == CAIRN_KIND_CASE_REQUEST);
        if (is_founding && steps[at].err == CAIRN_OK) {
            out->kind = item->kind;
            out->index = item->index;
            memcpy(out->feed, item->feed, sizeof out->feed);
            return true;
        }
    }
    return false;
}

static cairn_err explain_find(struct cairn_store *views, const struct cairn_id *object,
                              struct explain_subject *out)
{
    struct cairn_dossier *dossier = NULL;
    memset(out, 0, sizeof *out);
    cairn_err err = cairn_dossier_open_alert(views, object, &dossier);
    if (err == CAIRN_NOT_FOUND) {
        CAIRN_TRY(cairn_dossier_open_case(views, object, &dossier));
        const struct cairn_case_view *view = cairn_dossier_case(dossier);
        err = explain_take_step(view->steps, view->step_count, out) ? CAIRN_OK : CAIRN_NOT_FOUND;
        memcpy(out->about.party, view->requested, sizeof out->about.party);
        cairn_dossier_close(dossier);
        return err;
    }
    CAIRN_TRY(err);
    const struct cairn_alert_view *view = cairn_dossier_alert(dossier);
    err = explain_take_step(view->steps, view->step_count, out) ? CAIRN_OK : CAIRN_NOT_FOUND;
    if (err == CAIRN_OK) {
        cairn_audience_subject_of(view->body, &out->about);
    }
    cairn_dossier_close(dossier);
    return err;
}

/* The text of the policy with this hash; the built-in one for zeros. */
static cairn_err explain_read(const struct explain_call *call, const uint8_t hash[static 32],
                              struct cairn_policybook_page **out)
{
    static const uint8_t none[32];
    char fault[CAIRN_POLICYBOOK_FAULT];
    struct cairn_bytes text;
    if (cairn_bytes_is_same32(hash, none)) {
        return cairn_policybook_read(cairn_policy_default(), call->service->is_test, out, fault);
    }
    cairn_err found = cairn_dossier_policy(cairn_driver_views(call->service->driver), hash, &text);
    if (found != CAIRN_OK) {
        /* It rests in a private feed, which is folded at the next heartbeat. */
        return found == CAIRN_NOT_FOUND ? CAIRN_LATER : found;
    }
    cairn_err err = cairn_policybook_read(text, call->service->is_test, out, fault);
    cairn_store_free(text);
    return err;
}

static json_t *explain_codes(const char (*codes)[4], uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t at = 0; at < count; at++) {
        (void)json_array_append_new(list, json_string(codes[at]));
    }
    return list;
}

static json_t *explain_rule(const struct cairn_policy *policy, uint32_t index)
{
    static const char *const names[] = {[CAIRN_POLICY_TO_NATIONAL] = "national",
                                        [CAIRN_POLICY_TO_ALL] = "all",
                                        [CAIRN_POLICY_TO_PARTIES] = "parties",
                                        [CAIRN_POLICY_TO_LIST] = "list"};
    if (index == CAIRN_POLICY_NO_RULE) {
        return json_pack("{s:s}", "to", "national, since no rule fits");
    }
    const struct cairn_policy_rule *rule = &policy->rules[index];
    struct cairn_bytes name = cairn_bytes_of(names[rule->to]);
    if (rule->to == CAIRN_POLICY_TO_LIST) {
        name = policy->audiences[rule->audience_index].name;
    }
    return json_pack("{s:i, s:i, s:o, s:b, s:b}", "number", (int)index + 1, "line", (int)rule->line,
                     "to", cairn_http_task_text(name), "never_nationality",
                     rule->is_never_nationality, "never_birth_country",
                     rule->is_never_birth_country);
}

static json_t *explain_say(const struct explain_call *call, const struct explain_subject *subject,
                           const struct cairn_policy *policy,
                           const struct cairn_policy_answer *answer)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", call->object.text, "kind",
                     cairn_kind_text(subject->kind), "feed",
                     cairn_http_task_hex(subject->feed, sizeof subject->feed), "rule",
                     explain_rule(policy, answer->rule_index), "audience",
                     explain_codes((const char(*)[4])answer->members, answer->member_count),
                     "withheld",
                     explain_codes((const char(*)[4])answer->excluded, answer->excluded_count));
}

static cairn_err explain_resolve(struct explain_call *call, const struct explain_subject *subject,
                                 const struct cairn_policybook_page *page)
{
    const struct cairn_audience_asker asker = {.own = call->service->config->country,
                                               .partners = (const char(*)[4])call->partners,
                                               .partner_count = call->partner_count};
    const struct cairn_policy *policy = cairn_policybook_policy(page);
    struct cairn_policy_answer *answer = malloc(sizeof *answer);
    if (answer == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_audience_resolve(policy, &asker, subject->kind, &subject->about, answer);
    if (err == CAIRN_OK) {
        call->body = explain_say(call, subject, policy, answer);
    }
    free(answer);
    return err;
}

static cairn_err explain_work(struct explain_call *call)
{
    struct explain_subject subject;
    struct cairn_policybook_page *page = NULL;
    uint8_t hash[32];
    struct cairn_driver *driver = call->service->driver;
    CAIRN_TRY(explain_find(cairn_driver_views(driver), &call->object, &subject));
    if (memcmp(call->object.text, call->service->config->country, 3) != 0) {
        return CAIRN_DENIED_AUTHOR; /* another country's policy is its own secret */
    }
    CAIRN_TRY(cairn_policytrace_find(cairn_driver_log(driver), subject.feed, subject.index, hash));
    CAIRN_TRY(explain_read(call, hash, &page));
    cairn_err err = explain_resolve(call, &subject, page);
    cairn_policybook_drop(page);
    if (err == CAIRN_OK) {
        memcpy(call->feed, subject.feed, sizeof call->feed);
        (void)json_object_set_new(call->body, "policy", cairn_http_task_hex(hash, sizeof hash));
    }
    return err;
}

static void explain_run(void *host, uint32_t thread_index)
{
    struct explain_call *call = host;
    (void)thread_index;
    call->err = explain_work(call);
}

/* Who is in the feed in fact: it may have grown, or lost a partner, since. */
static void explain_done(void *host)
{
    struct explain_call *call = host;
    struct cairn_service *service = call->service;
    if (call->err == CAIRN_OK) {
        (void)json_object_set_new(call->body, "members",
                                  cairn_http_task_members(service, call->feed));
        cairn_http_answer_json(call->exchange, 200, call->body);
    } else {
        cairn_http_answer_problem(call->exchange, call->err, NULL, NULL);
    }
    free(call);
    cairn_service_release(service);
}

void cairn_http_explain_show(struct cairn_http_exchange *exchange)
{
    struct cairn_id object;
    if (!cairn_http_task_object(exchange, &object)) {
        return;
    }
    struct explain_call *call = calloc(1, sizeof *call);
    cairn_err err = call == NULL ? CAIRN_MEMORY : CAIRN_OK;
    if (err == CAIRN_OK) {
        call->service = cairn_http_task_service(exchange);
        call->exchange = exchange;
        call->object = object;
        call->partner_count = cairn_publish_partners(call->service->publish, call->partners);
        struct cairn_worker_job job = {.run = explain_run, .done = explain_done, .host = call};
        err = cairn_worker_post(cairn_driver_readers(call->service->driver), &job);
    }
    if (err != CAIRN_OK) {
        free(call);
        cairn_http_answer_problem(exchange, err, NULL, NULL);
        return;
    }
    cairn_service_hold(call->service);
}
