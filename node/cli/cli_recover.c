#include "node/cli/cli_commands.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/cli/cli_renewal.h"
#include "node/memory.h"
#include "node/notecard.h"
#include "node/rebuild.h"
#include "node/recover.h"

/* `cairn recover`: the node's present incarnation ends where it is known to end, the next one
 * begins. */

static const struct cairn_cli_option recover_options[] = {
    CAIRN_CLI_COMMON,
    CAIRN_CLI_RENEWAL,
    {"checkpoint", CAIRN_CLI_REPEAT, false, "FILE"},
    {"accept-loss", CAIRN_CLI_FLAG, false, NULL},
    {"lost-sealing", CAIRN_CLI_FLAG, false, NULL},
    {"document", CAIRN_CLI_VALUE, false, "FILE"},
    {"node", CAIRN_CLI_VALUE, false, "NAME"},
    {"listen", CAIRN_CLI_VALUE, false, "HOST:PORT"},
    {"http", CAIRN_CLI_VALUE, false, "HOST:PORT"},
};
static const struct cairn_cli_plan recover_plan = {
    .command = "recover",
    .syntax = {.options = recover_options,
               .option_count = sizeof recover_options / sizeof recover_options[0]},
    .is_dir_needed = true,
};

struct recover_call {
    struct cairn_cli_session session;
    struct cairn_cli_renewal renewal;
    struct cairn_recover_note notes[CAIRN_RECOVER_NOTES_MAX];
    struct cairn_recover_result result;
    struct cairn_ownnote old;
    struct cairn_ownnote note;
};

static cairn_err recover_read_notes(struct recover_call *call, size_t *out_count)
{
    const char *path;
    size_t count = 0;
    while ((path = cairn_cli_args_repeat(&call->session.args, "checkpoint", count)) != NULL) {
        if (count == CAIRN_RECOVER_NOTES_MAX) {
            return cairn_cli_args_refuse(&call->session.args, "checkpoint", "too many");
        }
        struct cairn_recover_note *note = &call->notes[count++];
        CAIRN_TRY(cairn_file_read(path, note->bytes, sizeof note->bytes, &note->size));
    }
    *out_count = count;
    return CAIRN_OK;
}

static cairn_err recover_make(struct recover_call *call)
{
    struct cairn_recover_options options = {
        .config = &call->session.config,
        .notes = call->notes,
        .is_loss_accepted = cairn_cli_args_has(&call->session.args, "accept-loss"),
    };
    cairn_err err = cairn_cli_renewal_read(&call->session, &call->renewal);
    if (err == CAIRN_OK) {
        err = recover_read_notes(call, &options.note_count);
    }
    if (err == CAIRN_OK) {
        options.renew = call->renewal.options;
        options.renew.is_sealing_lost = cairn_cli_args_has(&call->session.args, "lost-sealing");
        err = cairn_recover(&options, &call->old, &call->note, &call->result);
    }
    cairn_secret_wipe(call->renewal.passphrase, sizeof call->renewal.passphrase);
    return err;
}

/* What lost sealing keys had opened, and how much of it partners cannot give back. */
static void recover_put_lost(const struct cairn_country_doc *doc, json_t *out)
{
    static const char *const gone[] = {
        "private feeds: look-ups, alerts that no rule released, the record of policies",
        "feeds that no partner is in, or whose partners are gone too",
        "what no partner had received, and what lies behind ended_size",
    };
    json_t *numbers = json_array();
    json_t *lines = json_array();
    for (uint32_t i = 0; i < doc->sealing_count; i++) {
        if (doc->sealing[i].is_lost) {
            (void)json_array_append_new(numbers, json_integer(doc->sealing[i].number));
        }
    }
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        (void)json_array_append_new(lines, json_string(gone[i]));
    }
    (void)json_object_set_new(out, "lost_sealing", numbers);
    (void)json_object_set_new(out, "cannot_come_back", lines);
}

static json_t *recover_result(const struct recover_call *call)
{
    const struct cairn_recover_result *result = &call->result;
    json_t *out = json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I}", "ended", result->ended_origin, "ended_size",
        (json_int_t)result->ended_size, "held_size", (json_int_t)result->held_size, "guard_size",
        (json_int_t)result->guard_size, "given_up_entries", (json_int_t)result->waiting_count,
        "incarnation", (json_int_t)result->incarnation);
    if (out != NULL && cairn_cli_args_has(&call->session.args, "lost-sealing")) {
        recover_put_lost(&call->note.doc, out);
    }
    return out;
}

/* ---- the directory is gone ---- */

static cairn_err recover_endpoint(struct cairn_cli_session *session, const char *name,
                                  struct cairn_config_endpoint *out)
{
    const char *value = cairn_cli_args_value(&session->args, name);
    if (value == NULL ||
        cairn_config_parse_endpoint(cairn_bytes_of(value), false, out) == CAIRN_OK) {
        return CAIRN_OK;
    }
    return cairn_cli_args_refuse(&session->args, name, "not HOST:PORT");
}

/* What cairn.yaml is to say: the document names the country, the command line the node. */
static cairn_err recover_config(struct cairn_cli_session *session, struct cairn_bytes note,
                                struct cairn_config *out)
{
    struct cairn_notecard card;
    const char *node = cairn_cli_args_value(&session->args, "node");
    CAIRN_TRY(cairn_notecard_read(note, &card));
    if (node == NULL || strlen(node) >= sizeof out->node) {
        return cairn_cli_args_refuse(&session->args, "node", "which node of the document?");
    }
    cairn_config_init(out);
    memcpy(out->network, card.network, sizeof out->network);
    memcpy(out->country, card.country, sizeof out->country);
    memcpy(out->node, node, strlen(node) + 1);
    CAIRN_TRY(recover_endpoint(session, "listen", &out->listen));
    return recover_endpoint(session, "http", &out->http);
}

static int recover_rebuild(struct cairn_cli_session *session)
{
    const char *path = cairn_cli_args_value(&session->args, "document");
    struct cairn_config config;
    struct cairn_bytes note;
    int code = cairn_cli_session_read(session, path, CAIRN_LIMIT_NOTE_BYTES, &note);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = recover_config(session, note, &config);
    if (err == CAIRN_OK) {
        err = cairn_rebuild(session->dir, &config, note);
    }
    free((void *)(uintptr_t)note.data);
    if (err != CAIRN_OK) {
        const char *detail = session->args.fault[0] != '\0' ? session->args.fault : path;
        return cairn_cli_output_error(&session->output, err, detail);
    }
    return CAIRN_EXIT_DONE;
}

static int recover_run(struct recover_call *call)
{
    struct cairn_config_fault fault;
    if (cairn_cli_args_value(&call->session.args, "document") != NULL) {
        int code = recover_rebuild(&call->session);
        if (code != CAIRN_EXIT_DONE) {
            return code;
        }
    }
    cairn_err err = cairn_config_load(call->session.dir, &call->session.config, &fault);
    if (err != CAIRN_OK) {
        return cairn_cli_output_error(&call->session.output, err, fault.text);
    }
    err = recover_make(call);
    if (err != CAIRN_OK) {
        const char *detail = call->session.dir;
        if (call->session.args.fault[0] != '\0') {
            detail = call->session.args.fault;
        } else if (err == CAIRN_RESTORING) {
            detail = "more may have been said than is known here: start the node and let partners "
                     "give it back, or say --checkpoint FILE, or --accept-loss";
        } else if (err == CAIRN_BUSY) {
            detail = "entries of private feeds wait for the heartbeat: let the node run for a "
                     "minute without look-ups, or say --accept-loss";
        } else if (err == CAIRN_LOCKED) {
            detail = "stop the daemon first";
        }
        return cairn_cli_output_error(&call->session.output, err, detail);
    }
    return cairn_cli_renewal_show(&call->session, &call->note, recover_result(call));
}

int cairn_cli_recover_run(int argc, char **argv)
{
    struct recover_call *call = cairn_memory_need(calloc(1, sizeof *call));
    int code = cairn_cli_session_open(&call->session, &recover_plan, argc, argv);
    if (code == CAIRN_EXIT_DONE) {
        code = recover_run(call);
    }
    free(call);
    return code;
}
