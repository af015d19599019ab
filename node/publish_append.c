#include "node/publish_state.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"

/* On the loop: which feed, then APPEND. */

#define APPEND_OVERHEAD_BYTES 2048u

static cairn_err append_encode(void *host, uint64_t hlc, uint8_t *buffer, size_t *out_size)
{
    const struct publish_task *task = host;
    return cairn_publish_encode(task, task->answer.feed, hlc, buffer, out_size);
}

static void append_on_answer(void *host, const struct cairn_driver_answer *answer)
{
    struct publish_task *task = host;
    /* The feed was closed meanwhile: a partner was removed. Find its successor. */
    if (answer->err == CAIRN_STATE && ++task->try_count < PUBLISH_TRIES_MAX) {
        cairn_publish_route(task);
        return;
    }
    memcpy(task->answer.entry_id, answer->entry_id, sizeof task->answer.entry_id);
    task->answer.commit_number = answer->commit_number;
    task->answer.hlc = answer->hlc;
    cairn_publish_finish(task, answer->err);
}

static bool append_find(const struct cairn_publish *publish, const uint8_t feed[static 16],
                        struct cairn_core_feed *out)
{
    const struct cairn_core *core = cairn_driver_core(publish->options.driver);
    uint32_t number;
    if (!cairn_core_feed_find(core, feed, &number)) {
        return false;
    }
    cairn_core_feed(core, number, out);
    return out->is_own;
}

void cairn_publish_append(struct publish_task *task, const uint8_t feed[static 16])
{
    struct cairn_core_feed found;
    size_t wanted = task->body.size + APPEND_OVERHEAD_BYTES;
    size_t limit = cairn_kind_limit(task->kind);
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_APPEND};
    task->answer.is_private =
        append_find(task->publish, feed, &found) && found.kind == CAIRN_FEED_PRIVATE;
    memcpy(task->answer.feed, feed, 16);
    memcpy(command.as.append.feed, feed, 16);
    command.as.append.operation_max_bytes = wanted < limit ? wanted : limit;
    command.as.append.is_folded_wanted = task->is_folded_wanted && !task->answer.is_private;
    command.as.append.encode = append_encode;
    for (uint32_t at = 0; at < task->head_count; at++) {
        uint64_t hlc = task->heads[at].hlc;
        command.as.append.after_hlc =
            hlc > command.as.append.after_hlc ? hlc : command.as.append.after_hlc;
    }
    cairn_err err =
        cairn_driver_command(task->publish->options.driver, &command, append_on_answer, task);
    if (err != CAIRN_OK) {
        cairn_publish_finish(task, err);
    }
}

static cairn_err append_resolve(struct publish_task *task)
{
    struct cairn_publish *publish = task->publish;
    const struct cairn_audience_asker asker = {.own = publish->config->country,
                                               .partners = (const char(*)[4])publish->partners,
                                               .partner_count = publish->partner_count};
    if (task->resolved == NULL) {
        task->resolved = malloc(sizeof *task->resolved);
    }
    if (task->resolved == NULL) {
        return CAIRN_MEMORY;
    }
    CAIRN_TRY(cairn_audience_resolve(cairn_policybook_now(publish->options.policy), &asker,
                                     task->kind, &task->subject, task->resolved));
    task->answer.rule_index = task->resolved->rule_index;
    return CAIRN_OK;
}

/* ---- cases: the feed that the two states share ---- */

static bool append_is_member(const struct cairn_policy_answer *answer, const char *country)
{
    for (uint32_t at = 0; at < answer->member_count; at++) {
        if (strcmp(answer->members[at], country) == 0) {
            return true;
        }
    }
    return false;
}

static cairn_err append_route_case(struct publish_task *task, uint8_t out_feed[static 16])
{
    const struct cairn_core *core = cairn_driver_core(task->publish->options.driver);
    uint8_t country[3];
    memcpy(country, task->subject.party, sizeof country);
    if (!cairn_core_is_partner(core, country)) {
        return CAIRN_DENIED_PARTNER;
    }
    /* What only withdraws is always allowed: it takes away. */
    if (task->kind != CAIRN_KIND_CASE_WITHDRAW &&
        !append_is_member(task->resolved, task->subject.party)) {
        return CAIRN_DENIED_POLICY;
    }
    return cairn_core_pairwise(core, country, out_feed) ? CAIRN_OK : CAIRN_DENIED_PARTNER;
}

/* ---- later operations of an alert: the feed it lives in ---- */

/* Does the policy of today give it to everybody who could be admitted to such a feed one day? */
static bool append_is_for_all(const struct publish_task *task,
                              const struct cairn_audience *audience)
{
    const struct cairn_publish *publish = task->publish;
    struct cairn_audience wanted;
    cairn_audience_of(cairn_policybook_now(publish->options.policy), task->resolved,
                      publish->config->country, &wanted);
    return cairn_audience_is_within(audience, &wanted);
}

/* May what the alert says now still stand where the alert is? The audience of a feed never shrinks,
 * so policy must give it every member, and withhold from nobody who could join. */
static cairn_err append_check_audience(const struct publish_task *task,
                                       const struct cairn_core_feed *feed,
                                       const struct publish_row *row)
{
    const char *own = task->publish->config->country;
    const struct cairn_policy_answer *answer = task->resolved;
    if (feed->kind == CAIRN_FEED_PRIVATE || task->kind == CAIRN_KIND_ALERT_WITHDRAW) {
        return CAIRN_OK;
    }
    if (row != NULL && !cairn_audience_withholds(row->audience, answer)) {
        return CAIRN_DENIED_NEVER;
    }
    if (row != NULL && !append_is_for_all(task, row->audience)) {
        return CAIRN_DENIED_POLICY;
    }
    for (uint32_t at = 0; at < feed->member_count; at++) {
        char country[4] = {0};
        memcpy(country, feed->members[at], 3);
        bool is_excluded = false;
        for (uint32_t other = 0; other < answer->excluded_count; other++) {
            is_excluded = is_excluded || strcmp(answer->excluded[other], country) == 0;
        }
        if (is_excluded) {
            return CAIRN_DENIED_NEVER;
        }
        if (!feed->is_closed && strcmp(country, own) != 0 && !append_is_member(answer, country)) {
            return CAIRN_DENIED_POLICY;
        }
    }
    return CAIRN_OK;
}

static void append_route_place(struct publish_task *task)
{
    struct cairn_core_feed feed;
    for (uint32_t at = 0; at < task->place_count; at++) {
        if (!append_find(task->publish, task->places[at], &feed)) {
            continue;
        }
        struct publish_row *row = cairn_publish_row_find(task->publish, feed.id);
        cairn_err err = append_check_audience(task, &feed, row);
        if (err != CAIRN_OK) {
            cairn_publish_finish(task, err);
        } else if (!feed.is_closed) {
            cairn_publish_append(task, feed.id);
        } else if (row != NULL) {
            cairn_publish_row_take(row, task);
        } else {
            continue;
        }
        return;
    }
    cairn_publish_finish(task, CAIRN_STATE); /* not in a feed that this node writes */
}

/* ---- all ---- */

static void append_route_audience(struct publish_task *task, const struct cairn_audience *audience)
{
    struct publish_row *row = cairn_publish_row_of(task->publish, audience);
    if (row == NULL) {
        cairn_publish_finish(task, CAIRN_MEMORY);
    } else {
        cairn_publish_row_take(row, task);
    }
}

static void append_route_policy(struct publish_task *task)
{
    struct cairn_publish *publish = task->publish;
    uint8_t feed[16];
    cairn_err err = append_resolve(task);
    if (err != CAIRN_OK) {
        cairn_publish_finish(task, err);
        return;
    }
    if (cairn_kind_is_case(task->kind)) {
        err = append_route_case(task, feed);
        if (err == CAIRN_OK) {
            cairn_publish_append(task, feed);
        } else {
            cairn_publish_finish(task, err);
        }
        return;
    }
    if (!task->is_founding) {
        append_route_place(task);
        return;
    }
    struct cairn_audience *audience = malloc(sizeof *audience);
    if (audience == NULL) {
        cairn_publish_finish(task, CAIRN_MEMORY);
        return;
    }
    cairn_audience_of(cairn_policybook_now(publish->options.policy), task->resolved,
                      publish->config->country, audience);
    append_route_audience(task, audience);
    free(audience);
}

void cairn_publish_route(struct publish_task *task)
{
    static const struct cairn_audience access = {.kind = CAIRN_AUDIENCE_ACCESS};
    static const struct cairn_audience national = {.kind = CAIRN_AUDIENCE_NATIONAL};
    uint8_t feed[16];
    switch (task->to) {
    case CAIRN_PUBLISH_BY_POLICY:
        append_route_policy(task);
        return;
    case CAIRN_PUBLISH_ACCESS:
        append_route_audience(task, &access);
        return;
    case CAIRN_PUBLISH_RECORDS:
        append_route_audience(task, &national);
        return;
    case CAIRN_PUBLISH_CONTROL:
        cairn_core_control(cairn_driver_core(task->publish->options.driver), feed);
        cairn_publish_append(task, feed);
        return;
    }
}
