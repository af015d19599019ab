#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

#include <stdio.h>
#include <string.h>

static const struct cairn_cli_option status_options[] = {CAIRN_CLI_COMMON};
static const struct cairn_cli_plan status_plan = {
    .command = "status",
    .syntax = {status_options, sizeof status_options / sizeof status_options[0], 0, 0, ""},
    .is_dir_needed = true,
};

/* Whose fork is proved, and how to get the proof. */
static void status_print_forks(const struct cairn_cli_session *session, const json_t *answer)
{
    const json_t *partners = json_object_get(answer, "partners");
    if (json_is_true(json_object_get(json_object_get(answer, "journal"), "forked"))) {
        cairn_cli_output_line(&session->output, "forked      %s: see cairn audit export --fork",
                              cairn_cli_session_text(answer, "origin"));
    }
    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        if (strcmp(cairn_cli_session_text(partner, "link"), "forked") == 0) {
            cairn_cli_output_line(&session->output, "forked      %s: see cairn audit export --fork",
                                  cairn_cli_session_text(partner, "origin"));
        }
    }
}

/* What is taken of each country, and kept of it. */
static void status_print_accept(const struct cairn_cli_session *session, const json_t *partners)
{
    const char *last = "";
    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        const json_t *accept = json_object_get(partner, "accept");
        const char *country = cairn_cli_session_text(partner, "country");
        long long limit = cairn_cli_session_number(accept, "limit_bytes");
        long long rate = cairn_cli_session_number(accept, "entries_per_s");
        bool is_full = json_object_get(accept, "error") != NULL;
        char pace[48] = "";
        if (strcmp(country, last) == 0) {
            continue; /* another node of the same country */
        }
        if (rate > 0) {
            (void)snprintf(pace, sizeof pace, ", %lld entries/s", rate);
        }
        cairn_cli_output_line(&session->output, "taken       %s %s%s: %lld of %lld KiB%s", country,
                              cairn_cli_session_text(accept, "state"), is_full ? " (319)" : "",
                              cairn_cli_session_number(accept, "held_bytes") / 1024, limit / 1024,
                              pace);
        last = country;
    }
}

/* What is held of each country and kept from officers. */
static void status_print_unaccepted(const struct cairn_cli_session *session, const json_t *partners)
{
    const char *last = "";
    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        const json_t *held = json_object_get(json_object_get(partner, "accept"), "not_accepted");
        const char *country = cairn_cli_session_text(partner, "country");
        if (held == NULL || strcmp(country, last) == 0) {
            continue;
        }
        cairn_cli_output_line(&session->output,
                              "kept back   %s: %lld alerts and %lld cases%s are not accepted "
                              "(%lld): see cairn audit alerts, cairn audit cases",
                              country, cairn_cli_session_number(held, "alerts"),
                              cairn_cli_session_number(held, "cases"),
                              json_is_true(json_object_get(held, "more")) ? " and more" : "",
                              cairn_cli_session_number(held, "error"));
        last = country;
    }
}

/* Who told this country of content that has not come. */
static void status_print_withheld(const struct cairn_cli_session *session, const json_t *partners)
{
    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        long long count = cairn_cli_session_number(partner, "withheld");
        if (count > 0) {
            cairn_cli_output_line(
                &session->output,
                "withheld    %s: %lld openings have not come, see cairn audit export --withheld",
                cairn_cli_session_text(partner, "origin"), count);
        }
    }
}

/* What this country wrote before its origin ended, and cannot read. */
static void status_print_unopened(const struct cairn_cli_session *session, const json_t *partners)
{
    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        long long count = cairn_cli_session_number(partner, "unopened");
        if (count > 0) {
            cairn_cli_output_line(
                &session->output,
                "unopened    %s: %lld of %lld leaves belong to no feed known here",
                cairn_cli_session_text(partner, "origin"), count,
                cairn_cli_session_number(partner, "ended_size"));
        }
    }
}

/* What authors said that they have lost, and what of it is here. */
static void status_print_losses(const struct cairn_cli_session *session, const json_t *losses)
{
    for (size_t i = 0; i < json_array_size(losses); i++) {
        const json_t *loss = json_array_get(losses, i);
        long long entries = cairn_cli_session_number(loss, "entries");
        long long held = cairn_cli_session_number(loss, "held_entries");
        char more[64] = "";
        if (held > entries) {
            (void)snprintf(more, sizeof more, "; %lld of what is behind them are here",
                           held - entries);
        }
        cairn_cli_output_line(
            &session->output,
            "lost        %s: of feed %s all behind the first %lld entries, leaves "
            "%lld to %lld%s",
            cairn_cli_session_text(loss, "origin"), cairn_cli_session_text(loss, "feed"), entries,
            cairn_cli_session_number(loss, "from_leaf"),
            cairn_cli_session_number(loss, "to_leaf") - 1, more);
    }
}

/* When the log was read again last, and what is damaged in it. */
static void status_print_scrub(const struct cairn_cli_session *session, const json_t *scrub)
{
    const json_t *last = json_object_get(scrub, "last");
    if (last != NULL) {
        cairn_cli_output_line(
            &session->output, "log read    %s: %lld rows, %lld damaged, %lld healed",
            cairn_cli_session_text(last, "ended"), cairn_cli_session_number(last, "rows"),
            cairn_cli_session_number(last, "found"), cairn_cli_session_number(last, "healed"));
    }
    if (cairn_cli_session_number(scrub, "faults") > 0) {
        cairn_cli_output_line(
            &session->output, "damage      %lld, of these lost %lld (503): see cairn scrub",
            cairn_cli_session_number(scrub, "faults"), cairn_cli_session_number(scrub, "lost"));
    }
    if (json_is_true(json_object_get(scrub, "repair_wanted"))) {
        cairn_cli_output_line(&session->output,
                              "files       of the log are damaged (503): stop the "
                              "daemon, then cairn scrub --repair");
    }
}

static void status_print(const struct cairn_cli_session *session, const json_t *answer,
                         const json_t *losses)
{
    static const struct cairn_cli_column columns[] = {{"partner", "country"},
                                                      {"node", "origin"},
                                                      {"link", "link"},
                                                      {"held", "journal_size"},
                                                      {"cosigned", "cosigned_size"},
                                                      {"has of ours", "witnessed_size"},
                                                      {"data as of", "as_of"},
                                                      {"freshness", "level"}};
    const json_t *journal = json_object_get(answer, "journal");
    const json_t *state = json_object_get(answer, "state");
    const json_t *restore = json_object_get(state, "restore");
    cairn_cli_output_line(&session->output, "node        %s",
                          cairn_cli_session_text(answer, "origin"));
    cairn_cli_output_line(&session->output, "fingerprint %s",
                          cairn_cli_session_text(answer, "fingerprint"));
    cairn_cli_output_line(&session->output, "journal     %lld leaves, root %s",
                          cairn_cli_session_number(journal, "size"),
                          cairn_cli_session_text(journal, "root"));
    cairn_cli_output_line(&session->output, "state       %s",
                          cairn_cli_session_text(state, "summary"));
    status_print_forks(session, answer);
    status_print_withheld(session, json_object_get(answer, "partners"));
    status_print_unopened(session, json_object_get(answer, "partners"));
    status_print_losses(session, losses);
    if (restore != NULL) {
        cairn_cli_output_line(
            &session->output, "restore     %lld of %lld leaves; %lld of %lld partners answered%s",
            cairn_cli_session_number(restore, "size"),
            cairn_cli_session_number(restore, "wanted_size"),
            cairn_cli_session_number(restore, "answered"),
            cairn_cli_session_number(restore, "partners"),
            json_is_true(json_object_get(restore, "all_must_answer")) ? ", all must" : "");
    }
    const json_t *pending = json_object_get(state, "pending");
    if (pending != NULL) {
        cairn_cli_output_line(&session->output,
                              "pending     %lld orders wait, %lld were refused: see cairn pending",
                              cairn_cli_session_number(pending, "waiting"),
                              cairn_cli_session_number(pending, "refused"));
    }
    status_print_accept(session, json_object_get(answer, "partners"));
    status_print_unaccepted(session, json_object_get(answer, "partners"));
    status_print_scrub(session, json_object_get(state, "scrub"));
    cairn_cli_output_table(&session->output, columns, sizeof columns / sizeof columns[0],
                           json_object_get(answer, "partners"));
}

int cairn_cli_status_show(int argc, char **argv)
{
    struct cairn_cli_session session;
    json_t *answer = NULL;
    json_t *losses = NULL;
    int code = cairn_cli_session_open(&session, &status_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_get(&session, "/v1/status", &answer);
    }
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_get(&session, "/v1/losses", &losses);
    }
    if (code == CAIRN_EXIT_DONE && session.output.is_json) {
        (void)json_object_set(answer, "losses", json_object_get(losses, "losses"));
        cairn_cli_output_object(&session.output, answer);
    } else if (code == CAIRN_EXIT_DONE) {
        status_print(&session, answer, json_object_get(losses, "losses"));
    }
    json_decref(losses);
    json_decref(answer);
    return code;
}
