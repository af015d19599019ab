#include "node/cli/cli_commands.h"

#include "node/cli/cli_session.h"
#include "node/file.h"
#include "node/notecard.h"

#include <stdlib.h>

static const struct cairn_cli_option document_options[] = {CAIRN_CLI_COMMON};
static const struct cairn_cli_plan document_plan = {
    .command = "document",
    .syntax = {.options = document_options,
               .option_count = sizeof document_options / sizeof document_options[0]},
    .is_dir_needed = true,
};

static int document_show(const struct cairn_cli_session *session, struct cairn_bytes note)
{
    struct cairn_notecard card;
    cairn_err err = cairn_notecard_read(note, &card);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session->output, err, "documents/own.note");
    }
    if (!session->output.is_json) {
        (void)fwrite(note.data, 1, note.size, session->output.out);
        fprintf(session->output.err, "fingerprint of %s: %s\n", card.country, card.fingerprint);
        return CAIRN_EXIT_DONE;
    }
    json_t *body = cairn_notecard_json(&card, note);
    cairn_cli_output_object(&session->output, body);
    json_decref(body);
    return CAIRN_EXIT_DONE;
}

int cairn_cli_document_print(int argc, char **argv)
{
    struct cairn_cli_session session;
    char path[CAIRN_FILE_PATH_MAX];
    int code = cairn_cli_session_open(&session, &document_plan, argc, argv);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = cairn_file_path(session.dir, "documents/own.note", path);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&session.output, err, session.dir);
    }
    struct cairn_bytes note;
    code = cairn_cli_session_read(&session, path, CAIRN_LIMIT_NOTE_BYTES, &note);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    code = document_show(&session, note);
    free((void *)(uintptr_t)note.data);
    return code;
}
