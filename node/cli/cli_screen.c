#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"

#include <stdlib.h>
#include <string.h>

#define SCREEN_MRZ_BYTES 4096u

static const struct cairn_cli_option screen_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_ACTING,
    {"mrz", CAIRN_CLI_VALUE, false, "FILE|-"},
    {"document", CAIRN_CLI_VALUE, false, "NO"},
    {"issuer", CAIRN_CLI_VALUE, false, "CCC"},
    {"name", CAIRN_CLI_VALUE, false, "SURNAME"},
    {"given", CAIRN_CLI_VALUE, false, "NAMES"},
    {"born", CAIRN_CLI_VALUE, false, "YYYY-MM-DD"}};
static const struct cairn_cli_plan screen_plan = {
    .command = "screen",
    .syntax = {screen_options, sizeof screen_options / sizeof screen_options[0], 0, 0, ""},
    .is_dir_needed = true,
    .is_acting = true,
    .is_screening = true,
};

static int screen_usage(const struct cairn_cli_session *session, const char *fault)
{
    return cairn_cli_output_usage(
        &session->output,
        "usage: cairn screen (--mrz FILE|- | --document NO --issuer CCC | --name N --born D)\n"
        "       [--purpose P] [--actor A] [--role R], which cairn.yaml may name under defaults",
        fault);
}

/* The zone as its lines; nothing is repaired. */
static int screen_add_mrz(const struct cairn_cli_session *session, json_t *body)
{
    struct cairn_bytes zone;
    const char *path = cairn_cli_args_value(&session->args, "mrz");
    int code = cairn_cli_session_read(session, path, SCREEN_MRZ_BYTES, &zone);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *text = json_stringn((const char *)zone.data, zone.size);
    free((void *)(uintptr_t)zone.data);
    if (text == NULL) {
        return cairn_cli_output_error(&session->output, CAIRN_MRZ_CHARACTER, path);
    }
    (void)json_object_set_new(body, "mrz", text);
    return CAIRN_EXIT_DONE;
}

static int screen_add_question(const struct cairn_cli_session *session, json_t *body)
{
    const struct cairn_cli_args *args = &session->args;
    const char *mrz = cairn_cli_args_value(args, "mrz");
    const char *document = cairn_cli_args_value(args, "document");
    const char *issuer = cairn_cli_args_value(args, "issuer");
    const char *name = cairn_cli_args_value(args, "name");
    const char *born = cairn_cli_args_value(args, "born");
    if ((mrz != NULL) + (document != NULL) + (name != NULL) != 1) {
        return screen_usage(session, "say one of --mrz, --document, --name");
    }
    if ((document != NULL) != (issuer != NULL)) {
        return screen_usage(session, "--document and --issuer go together");
    }
    if ((name != NULL) != (born != NULL)) {
        return screen_usage(session, "--name and --born go together");
    }
    if (mrz != NULL) {
        return screen_add_mrz(session, body);
    }
    json_t *question = document != NULL
                           ? json_pack("{s:s, s:s}", "issuer", issuer, "number", document)
                           : json_pack("{s:s, s:s*, s:s}", "surname", name, "given",
                                       cairn_cli_args_value(args, "given"), "born", born);
    (void)json_object_set_new(body, document != NULL ? "document" : "name", question);
    return question == NULL ? cairn_cli_output_error(&session->output, CAIRN_TEXT_UTF8, NULL)
                            : CAIRN_EXIT_DONE;
}

static void screen_print_match(const struct cairn_cli_session *session, const json_t *match)
{
    const struct cairn_cli_output *output = &session->output;
    cairn_cli_output_line(
        output, "HIT   %s  %s  %s  score %lld", cairn_cli_session_text(match, "id"),
        cairn_cli_session_text(match, "country"), cairn_cli_session_text(match, "category"),
        cairn_cli_session_number(match, "score"));
    cairn_cli_output_line(output, "      %s", cairn_cli_session_text(match, "action_text"));
    size_t at;
    json_t *why;
    json_array_foreach(json_object_get(match, "why"), at, why)
    {
        cairn_cli_output_line(output, "      because: %s", json_string_value(why));
    }
    const char *authority = cairn_cli_session_text(match, "authority");
    const char *contact = cairn_cli_session_text(match, "contact");
    if (authority[0] != '\0') {
        cairn_cli_output_line(output, "      ask: %s%s%s", authority,
                              contact[0] == '\0' ? "" : ", ", contact);
    }
}

static void screen_print(const struct cairn_cli_session *session, const json_t *answer)
{
    const struct cairn_cli_output *output = &session->output;
    const char *verdict = cairn_cli_session_text(answer, "verdict");
    size_t at;
    json_t *item;
    json_array_foreach(json_object_get(answer, "matches"), at, item)
    {
        screen_print_match(session, item);
    }
    if (strcmp(verdict, "no_hit") == 0) {
        cairn_cli_output_line(output, "NO HIT");
    }
    if (strcmp(verdict, "uncertain") == 0) {
        cairn_cli_output_line(output, "NO HIT, BUT NOT SURE");
    }
    if (strcmp(verdict, "unreadable") == 0) {
        cairn_cli_output_line(output, "UNREADABLE: the zone was not searched, this is no no-hit");
    }
    json_array_foreach(json_object_get(answer, "cautions"), at, item)
    {
        cairn_cli_output_line(output, "careful: %s", json_string_value(item));
    }
    json_array_foreach(json_object_get(answer, "freshness"), at, item)
    {
        cairn_cli_output_line(
            output, "data of %s as of %s (%s)", cairn_cli_session_text(item, "country"),
            cairn_cli_session_text(item, "as_of"), cairn_cli_session_text(item, "level"));
    }
}

int cairn_cli_screen_ask(int argc, char **argv)
{
    struct cairn_cli_session session;
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &screen_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    session.role = session.role == NULL ? "booth" : session.role;
    json_t *body = json_pack("{s:s*}", "purpose", session.purpose);
    code = screen_add_question(&session, body);
    if (code != CAIRN_EXIT_DONE) {
        json_decref(body);
        return code;
    }
    code = cairn_cli_session_post(&session, "/v1/screen", body, &answer);
    if (code == CAIRN_EXIT_DONE && session.output.is_json) {
        cairn_cli_output_object(&session.output, answer);
    } else if (code == CAIRN_EXIT_DONE) {
        screen_print(&session, answer);
    }
    json_decref(answer);
    return code;
}
