#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"
#include "node/notecard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cairn_cli_option partner_add_options[] = {
    CAIRN_CLI_COMMON, {"fingerprint", CAIRN_CLI_VALUE, false, "WORDS"}};
static const struct cairn_cli_option partner_options[] = {CAIRN_CLI_COMMON};

static const struct cairn_cli_plan partner_add_plan = {
    .command = "partner add",
    .syntax = {.options = partner_add_options,
               .option_count = sizeof partner_add_options / sizeof partner_add_options[0],
               .operand_min = 1,
               .operand_max = 1,
               .operand_names = "FILE"},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan partner_list_plan = {
    .command = "partner list",
    .syntax = {.options = partner_options,
               .option_count = sizeof partner_options / sizeof partner_options[0]},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan partner_checkpoint_plan = {
    .command = "partner checkpoint",
    .syntax = {.options = partner_options,
               .option_count = sizeof partner_options / sizeof partner_options[0],
               .operand_min = 1,
               .operand_max = 1,
               .operand_names = "ORIGIN"},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan partner_document_plan = {
    .command = "partner document",
    .syntax = {.options = partner_options,
               .option_count = sizeof partner_options / sizeof partner_options[0],
               .operand_min = 1,
               .operand_max = 1,
               .operand_names = "CCC"},
    .is_dir_needed = true,
};
static const struct cairn_cli_plan partner_remove_plan = {
    .command = "partner remove",
    .syntax = {.options = partner_options,
               .option_count = sizeof partner_options / sizeof partner_options[0],
               .operand_min = 1,
               .operand_max = 1,
               .operand_names = "CCC"},
    .is_dir_needed = true,
};

/* Ask a person to compare the words. gives: true for yes */
static bool partner_ask(const struct cairn_notecard *card)
{
    char answer[16] = {0};
    fprintf(stderr,
            "Country %s in network %s\nFingerprint: %s\n"
            "Compare these words with the ones %s tells you in person or by a line you trust.\n"
            "Are they the same? Type yes: ",
            card->country, card->network, card->fingerprint, card->country);
    if (fgets(answer, sizeof answer, stdin) == NULL) {
        return false;
    }
    answer[strcspn(answer, "\r\n")] = '\0';
    return strcmp(answer, "yes") == 0;
}

/* Nothing is trusted on first use: the words come from the operator, or no partner is added. */
static int partner_compare(const struct cairn_cli_session *session,
                           const struct cairn_notecard *card)
{
    const char *words = cairn_cli_args_value(&session->args, "fingerprint");
    if (words != NULL) {
        bool is_same = cairn_notecard_is_same(card, cairn_bytes_of(words));
        return is_same ? CAIRN_EXIT_DONE
                       : cairn_cli_output_error(&session->output, CAIRN_DENIED_FINGERPRINT,
                                                card->fingerprint);
    }
    if (isatty(STDIN_FILENO) == 0) {
        cairn_cli_output_line(&session->output, "fingerprint of %s: %s", card->country,
                              card->fingerprint);
        return cairn_cli_output_error(&session->output, CAIRN_DENIED_FINGERPRINT,
                                      "nobody can be asked: say --fingerprint WORDS");
    }
    return partner_ask(card) ? CAIRN_EXIT_DONE
                             : cairn_cli_output_error(&session->output, CAIRN_DENIED_FINGERPRINT,
                                                      "not confirmed, nothing was changed");
}

static int partner_send(const struct cairn_cli_session *session, struct cairn_bytes note)
{
    struct cairn_notecard card;
    json_t *answer = NULL;
    cairn_err err = cairn_notecard_read(note, &card);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session->output, err, session->args.operands[0]);
    }
    int code = partner_compare(session, &card);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    json_t *body =
        json_pack("{s:s, s:s}", "note", (const char *)note.data, "fingerprint", card.fingerprint);
    code = cairn_cli_session_post(session, "/v1/partners", body, &answer);
    if (code == CAIRN_EXIT_DONE && session->output.is_json) {
        cairn_cli_output_object(&session->output, answer);
    } else if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_line(&session->output, "%s is a partner now (document serial %lld)",
                              card.country, (long long)card.serial);
    }
    json_decref(answer);
    return code;
}

int cairn_cli_partner_add(int argc, char **argv)
{
    struct cairn_cli_session session;
    struct cairn_bytes note;
    int code = cairn_cli_session_open(&session, &partner_add_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    code =
        cairn_cli_session_read(&session, session.args.operands[0], CAIRN_LIMIT_NOTE_BYTES, &note);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    code = partner_send(&session, note);
    free((void *)(uintptr_t)note.data);
    return code;
}

int cairn_cli_partner_list(int argc, char **argv)
{
    static const struct cairn_cli_column columns[] = {{"country", "country"},
                                                      {"serial", "serial"},
                                                      {"link", "link"},
                                                      {"fingerprint", "fingerprint"},
                                                      {"data as of", "as_of"}};
    struct cairn_cli_session session;
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &partner_list_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_get(&session, "/v1/partners", &answer);
    }
    if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_table(&session.output, columns, sizeof columns / sizeof columns[0],
                               json_object_get(answer, "partners"));
    }
    json_decref(answer);
    return code;
}

/* The checkpoint of one origin, as its node signed it. NULL: none is held */
static const char *partner_checkpoint(const json_t *status, const char *origin)
{
    size_t at;
    const json_t *row;
    json_array_foreach(json_object_get(status, "partners"), at, row)
    {
        if (strcmp(cairn_cli_session_text(row, "origin"), origin) == 0) {
            return json_string_value(json_object_get(row, "checkpoint"));
        }
    }
    return NULL;
}

int cairn_cli_partner_checkpoint(int argc, char **argv)
{
    struct cairn_cli_session session;
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &partner_checkpoint_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = cairn_cli_session_get(&session, "/v1/status", &answer);
    }
    if (code == CAIRN_EXIT_DONE) {
        const char *origin = session.args.operands[0];
        const char *note = partner_checkpoint(answer, origin);
        if (note == NULL) {
            code = cairn_cli_output_error(&session.output, CAIRN_NOT_FOUND, origin);
        } else if (session.output.is_json) {
            json_t *body = json_pack("{s:s, s:s}", "origin", origin, "checkpoint", note);
            cairn_cli_output_object(&session.output, body);
            json_decref(body);
        } else {
            (void)fputs(note, session.output.out);
        }
    }
    json_decref(answer);
    return code;
}

int cairn_cli_partner_document(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[128];
    json_t *answer = NULL;
    int code = cairn_cli_session_open(&session, &partner_document_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *country = session.args.operands[0];
    if (!cairn_cli_session_path(target, sizeof target, "/v1/partners", country, NULL)) {
        return cairn_cli_output_error(&session.output, CAIRN_CODE_UNKNOWN, country);
    }
    code = cairn_cli_session_get(&session, target, &answer);
    if (code == CAIRN_EXIT_DONE && session.output.is_json) {
        cairn_cli_output_object(&session.output, answer);
    } else if (code == CAIRN_EXIT_DONE) {
        (void)fputs(cairn_cli_session_text(answer, "note"), session.output.out);
    }
    json_decref(answer);
    return code;
}

int cairn_cli_partner_remove(int argc, char **argv)
{
    struct cairn_cli_session session;
    char target[128];
    int code = cairn_cli_session_open(&session, &partner_remove_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    const char *country = session.args.operands[0];
    if (!cairn_cli_session_path(target, sizeof target, "/v1/partners", country, NULL)) {
        return cairn_cli_output_error(&session.output, CAIRN_CODE_UNKNOWN, country);
    }
    json_t *answer = NULL;
    struct cairn_cli_request request = {.method = "DELETE", .target = target};
    code = cairn_cli_session_call(&session, &request, &answer);
    if (code == CAIRN_EXIT_DONE && session.output.is_json) {
        cairn_cli_output_object(&session.output, answer);
    } else if (code == CAIRN_EXIT_DONE) {
        cairn_cli_output_line(&session.output,
                              "%s is no partner any more: nothing written from now on reaches it",
                              country);
    }
    json_decref(answer);
    return code;
}
