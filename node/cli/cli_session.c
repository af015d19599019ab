#include "node/cli/cli_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/entropy.h"
#include "node/file.h"
#include "node/jsontext.h"
#include "schema/base/text.h"

#define SESSION_USAGE_BYTES 1024u
#define SESSION_CHUNK_BYTES (64u << 10)
#define SESSION_JSON_BYTES  (1u << 20)

static const char *session_or(const char *said, const char *otherwise)
{
    if (said != NULL) {
        return said;
    }
    return otherwise[0] == '\0' ? NULL : otherwise;
}

/* Who acts: said on the command line, else in cairn.yaml. A config that cannot be read is the
 * daemon's business, unless something of it is needed. */
static void session_find_actor(struct cairn_cli_session *session, bool is_screening)
{
    struct cairn_config_fault fault;
    cairn_config_init(&session->config);
    if (session->dir != NULL &&
        cairn_config_load(session->dir, &session->config, &fault) != CAIRN_OK) {
        cairn_config_init(&session->config);
    }
    const struct cairn_cli_args *args = &session->args;
    const char *none = "";
    session->role =
        session_or(cairn_cli_args_value(args, "role"), is_screening ? session->config.role : none);
    session->actor = session_or(cairn_cli_args_value(args, "actor"), session->config.actor);
    session->purpose = session_or(cairn_cli_args_value(args, "purpose"),
                                  is_screening ? session->config.purpose : none);
}

static bool session_has_word(int argc, char **argv, const char *word)
{
    for (int at = 0; at < argc; at++) {
        if (strcmp(argv[at], word) == 0) {
            return true;
        }
    }
    return false;
}

int cairn_cli_session_open(struct cairn_cli_session *session, const struct cairn_cli_plan *plan,
                           int argc, char **argv)
{
    char usage[SESSION_USAGE_BYTES];
    memset(session, 0, sizeof *session);
    session->output = (struct cairn_cli_output){
        .out = stdout, .err = stderr, .is_json = session_has_word(argc, argv, "--json")};
    cairn_cli_args_usage(&plan->syntax, plan->command, usage, sizeof usage);
    if (session_has_word(argc, argv, "--help")) {
        fprintf(stdout, "%s\n", usage);
        exit(CAIRN_EXIT_DONE); /* whoever asks for help wants nothing else */
    }
    if (cairn_cli_args_parse(&session->args, &plan->syntax, argc, argv) != CAIRN_OK) {
        return cairn_cli_output_usage(&session->output, usage, session->args.fault);
    }
    session->output.is_json = cairn_cli_args_has(&session->args, "json");
    session->dir = cairn_cli_args_value(&session->args, "dir");
    if (session->dir == NULL) {
        session->dir = getenv("CAIRN_DIR");
    }
    if (session->dir != NULL && session->dir[0] == '\0') {
        session->dir = NULL;
    }
    if (session->dir == NULL && plan->is_dir_needed) {
        return cairn_cli_output_usage(&session->output, usage,
                                      "which node? say --dir DIR or set CAIRN_DIR");
    }
    if (plan->is_acting) {
        session_find_actor(session, plan->is_screening);
    }
    return CAIRN_EXIT_DONE;
}

int cairn_cli_session_call(const struct cairn_cli_session *session,
                           struct cairn_cli_request *request, json_t **out_body)
{
    struct cairn_cli_response response;
    json_t *body = NULL;
    request->role = session->role;
    request->actor = session->actor;
    if (out_body != NULL) {
        *out_body = NULL;
    }
    cairn_err err = cairn_cli_client_call(session->dir, request, &response);
    int code = CAIRN_EXIT_DONE;
    if (err != CAIRN_OK) {
        code = cairn_cli_output_error(&session->output, err, session->dir);
    } else {
        code = cairn_cli_output_refusal(&session->output, &response);
    }
    if (code == CAIRN_EXIT_DONE && response.body_size > 0) {
        err = cairn_cli_client_json(&response, &body);
        if (err != CAIRN_OK) {
            code = cairn_cli_output_error(&session->output, err, "the daemon's answer");
        }
    }
    cairn_cli_client_clear(&response);
    if (out_body != NULL) {
        *out_body = body;
    } else {
        json_decref(body);
    }
    return code;
}

int cairn_cli_session_get(const struct cairn_cli_session *session, const char *target,
                          json_t **out_body)
{
    struct cairn_cli_request request = {.method = "GET", .target = target};
    return cairn_cli_session_call(session, &request, out_body);
}

int cairn_cli_session_post(const struct cairn_cli_session *session, const char *target,
                           json_t *body, json_t **out_body)
{
    uint8_t random[16];
    char key[33] = {0};
    cairn_entropy_fill(random, sizeof random);
    cairn_text_hex_encode((struct cairn_bytes){random, sizeof random}, key);
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    if (body != NULL && text == NULL) {
        json_decref(body);
        return cairn_cli_output_error(&session->output, CAIRN_MEMORY, NULL);
    }
    struct cairn_cli_request request = {.method = "POST",
                                        .target = target,
                                        .idempotency_key = key,
                                        .body = cairn_bytes_of(text == NULL ? "" : text)};
    int code = cairn_cli_session_call(session, &request, out_body);
    free(text);
    json_decref(body);
    return code;
}

int cairn_cli_session_show(const struct cairn_cli_session *session, int code, json_t *answer)
{
    if (code == CAIRN_EXIT_DONE && answer != NULL) {
        cairn_cli_output_object(&session->output, answer);
    }
    json_decref(answer);
    return code;
}

static cairn_err session_read_stream(FILE *file, size_t bytes_max, struct cairn_bytes *out)
{
    uint8_t *data = NULL;
    size_t size = 0;
    for (;;) {
        uint8_t *grown = realloc(data, size + SESSION_CHUNK_BYTES + 1);
        if (grown == NULL) {
            free(data);
            return CAIRN_MEMORY;
        }
        data = grown;
        size_t got = fread(data + size, 1, SESSION_CHUNK_BYTES, file);
        size += got;
        if (size > bytes_max || ferror(file) != 0) {
            free(data);
            return size > bytes_max ? CAIRN_TOO_LONG : CAIRN_FILE;
        }
        if (got == 0) {
            data[size] = '\0';
            *out = (struct cairn_bytes){data, size};
            return CAIRN_OK;
        }
    }
}

int cairn_cli_session_read(const struct cairn_cli_session *session, const char *path,
                           size_t bytes_max, struct cairn_bytes *out)
{
    bool is_standard = strcmp(path, "-") == 0;
    FILE *file = is_standard ? stdin : fopen(path, "rb");
    if (file == NULL) {
        return cairn_cli_output_error(&session->output, CAIRN_FILE, path);
    }
    cairn_err err = session_read_stream(file, bytes_max, out);
    if (!is_standard) {
        (void)fclose(file);
    }
    return err == CAIRN_OK ? CAIRN_EXIT_DONE : cairn_cli_output_error(&session->output, err, path);
}

int cairn_cli_session_read_json(const struct cairn_cli_session *session, const char *path,
                                json_t **out)
{
    struct cairn_bytes text;
    struct cairn_json_fault fault = {0};
    char detail[256];
    int code = cairn_cli_session_read(session, path, SESSION_JSON_BYTES, &text);
    if (code != CAIRN_EXIT_DONE) {
        return code;
    }
    cairn_err err = cairn_jsontext_parse(text, out, &fault);
    free((void *)(uintptr_t)text.data);
    if (err == CAIRN_OK) {
        return CAIRN_EXIT_DONE;
    }
    snprintf(detail, sizeof detail, "%.80s:%u:%u: %s", path, fault.line, fault.column,
             fault.detail);
    return cairn_cli_output_error(&session->output, err, detail);
}

bool cairn_cli_session_query(char *target, size_t capacity, const char *name, const char *value)
{
    char escaped[1024];
    size_t size = strlen(target);
    if (value == NULL) {
        return true;
    }
    if (cairn_cli_client_escape(value, escaped, sizeof escaped) != CAIRN_OK) {
        return false;
    }
    const char *mark = strchr(target, '?') == NULL ? "?" : "&";
    int added = snprintf(target + size, capacity - size, "%s%s=%s", mark, name, escaped);
    return added > 0 && (size_t)added < capacity - size;
}

bool cairn_cli_session_path(char *target, size_t capacity, const char *prefix, const char *id,
                            const char *suffix)
{
    char escaped[512];
    if (id[0] == '\0' || cairn_cli_client_escape(id, escaped, sizeof escaped) != CAIRN_OK) {
        return false;
    }
    int size = snprintf(target, capacity, "%s/%s%s%s", prefix, escaped, suffix == NULL ? "" : "/",
                        suffix == NULL ? "" : suffix);
    return size > 0 && (size_t)size < capacity;
}

const char *cairn_cli_session_text(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text == NULL ? "" : text;
}

long long cairn_cli_session_number(const json_t *body, const char *key)
{
    const json_t *value = json_object_get(body, key);
    if (json_is_string(value)) {
        return strtoll(json_string_value(value), NULL, 10);
    }
    return (long long)json_integer_value(value);
}

cairn_err cairn_cli_session_passphrase(struct cairn_cli_session *session,
                                       uint8_t buffer[static CAIRN_CLI_PASSPHRASE_MAX],
                                       struct cairn_bytes *out)
{
    const char *path = cairn_cli_args_value(&session->args, "passphrase-file");
    size_t size = 0;
    *out = (struct cairn_bytes){.size = 0};
    if (path == NULL) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_file_read_secret(path, buffer, CAIRN_CLI_PASSPHRASE_MAX, &size));
    if (size > 0 && buffer[size - 1] == '\n') {
        size--;
    }
    if (size == 0) {
        return cairn_cli_args_refuse(&session->args, "passphrase-file", "is empty");
    }
    *out = (struct cairn_bytes){.data = buffer, .size = size};
    return CAIRN_OK;
}
