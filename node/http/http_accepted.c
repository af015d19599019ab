#include "node/http/http_accepted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/views/dossier.h"

#define ACCEPTED_PAGE 1000u

static const char *accepted_text(enum cairn_policy_founding founding)
{
    enum cairn_kind kind = founding == CAIRN_POLICY_FOUNDS_CASE    ? CAIRN_KIND_CASE_REQUEST
                           : founding == CAIRN_POLICY_FOUNDS_BATCH ? CAIRN_KIND_ALERT_BATCH
                                                                   : CAIRN_KIND_ALERT_ISSUE;
    return cairn_kind_text(kind);
}

bool cairn_http_accepted_shows(struct cairn_http_task *task, enum cairn_policy_founding founding)
{
    if (task->is_audit || cairn_acceptance_has(&task->accepted, &task->object, founding)) {
        return true;
    }
    task->err = CAIRN_DENIED_KIND;
    snprintf(task->detail, sizeof task->detail, "%s of %.3s", accepted_text(founding),
             task->object.text);
    return false;
}

void cairn_http_accepted_mark(const struct cairn_http_task *task,
                              enum cairn_policy_founding founding, json_t *object)
{
    if (task->is_audit) {
        bool is_accepted = cairn_acceptance_has(&task->accepted, &task->object, founding);
        (void)json_object_set_new(object, "accepted", json_boolean(is_accepted));
    }
}

void cairn_http_accepted_mark_lines(const struct cairn_http_task *task, json_t *lines)
{
    for (size_t at = 0; task->is_audit && at < json_array_size(lines); at++) {
        (void)json_object_set_new(json_array_get(lines, at), "accepted",
                                  json_boolean(!task->is_unaccepted));
    }
}

bool cairn_http_accepted_read(struct cairn_http_exchange *exchange, struct cairn_http_task *task)
{
    char word[8];
    if (!cairn_http_task_word(exchange, "accepted", word, sizeof word)) {
        return false;
    }
    task->is_unaccepted = strcmp(word, "true") != 0;
    if (task->is_unaccepted && word[0] != '\0' && strcmp(word, "false") != 0) {
        cairn_http_answer_problem(exchange, CAIRN_HTTP, "accepted: true or false", NULL);
        return false;
    }
    return true;
}

void cairn_http_accepted_put(const struct cairn_acceptance *accepted, json_t *rows)
{
    static const enum cairn_policy_founding asked[] = {CAIRN_POLICY_FOUNDS_ALERT,
                                                       CAIRN_POLICY_FOUNDS_BATCH};
    for (size_t at = 0; at < json_array_size(rows); at++) {
        json_t *row = json_array_get(rows, at);
        json_t *kinds = json_array();
        const char *country = json_string_value(json_object_get(row, "country"));
        for (size_t i = 0; country != NULL && i < sizeof asked / sizeof asked[0]; i++) {
            if ((cairn_acceptance_of(accepted, country) & asked[i]) == 0) {
                (void)json_array_append_new(kinds, json_string(accepted_text(asked[i])));
            }
        }
        if (json_array_size(kinds) > 0) {
            (void)json_object_set(row, "not_accepted", kinds);
        }
        json_decref(kinds);
    }
}

/* ---- counting ---- */

struct accepted_count {
    struct cairn_store *views;
    const struct cairn_dossier_alerts *alerts; /* one of these two */
    const struct cairn_dossier_cases *cases;
    struct cairn_index_entry *entries; /* room for ACCEPTED_PAGE */
};

static cairn_err accepted_count(const struct accepted_count *what, uint32_t *out_count,
                                bool *out_is_cut)
{
    struct cairn_dossier_page page = {.limit = ACCEPTED_PAGE, .entries = what->entries};
    uint32_t count = 0;
    do {
        page.after = page.next;
        CAIRN_TRY(what->alerts != NULL ? cairn_dossier_list_alerts(what->views, what->alerts, &page)
                                       : cairn_dossier_list_cases(what->views, what->cases, &page));
        count += page.count;
    } while (page.next.size > 0 && count < CAIRN_HTTP_ACCEPTED_COUNT_MAX);
    *out_count = count;
    *out_is_cut = *out_is_cut || page.next.size > 0;
    return CAIRN_OK;
}

cairn_err cairn_http_accepted_count(struct cairn_store *views,
                                    const struct cairn_acceptance *accepted, const char *country,
                                    struct cairn_http_accepted_held *out)
{
    struct cairn_dossier_alerts alerts = {.accepted = accepted, .is_unaccepted = true};
    struct cairn_dossier_cases cases = {.accepted = accepted, .is_unaccepted = true};
    struct accepted_count what = {.views = views, .alerts = &alerts};
    *out = (struct cairn_http_accepted_held){.alert_count = 0};
    memcpy(alerts.country, country, 3);
    memcpy(cases.requesting, country, 3);
    what.entries = malloc(ACCEPTED_PAGE * sizeof *what.entries);
    if (what.entries == NULL) {
        return CAIRN_MEMORY;
    }
    uint32_t foundings = cairn_acceptance_of(accepted, country);
    cairn_err err = CAIRN_OK;
    if ((~foundings & (CAIRN_POLICY_FOUNDS_ALERT | CAIRN_POLICY_FOUNDS_BATCH)) != 0) {
        err = accepted_count(&what, &out->alert_count, &out->is_cut);
    }
    if (err == CAIRN_OK && (~foundings & CAIRN_POLICY_FOUNDS_CASE) != 0) {
        what.alerts = NULL;
        what.cases = &cases;
        err = accepted_count(&what, &out->case_count, &out->is_cut);
    }
    free(what.entries);
    return err;
}
