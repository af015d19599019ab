#include "node/cli/cli_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/http/http_reply.h"
#include "node/jsontext.h"

#define CLIENT_HEAD_BYTES_MAX 8192u
#define CLIENT_BODY_BYTES_MAX (64u << 20)
#define CLIENT_READ_BYTES     (64u << 10)

struct client_call {
    int fd;
    uint32_t timeout_ms;
    struct cairn_cli_response *response;
    size_t capacity;                                    /* of response->body */
    bool (*sink)(void *host, struct cairn_bytes piece); /* NULL: keep everything */
    void *host;
    cairn_err err; /* why a piece was not taken */
};

static cairn_err client_connect(const char *directory, int *out_fd)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int size = snprintf(name.sun_path, sizeof name.sun_path, "%s/cairn.sock", directory);
    if (size < 0 || (size_t)size >= sizeof name.sun_path) {
        return CAIRN_USAGE;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        return CAIRN_NET;
    }
    if (connect(fd, (const struct sockaddr *)&name, sizeof name) != 0) {
        bool is_forbidden = errno == EACCES || errno == EPERM;
        close(fd);
        return is_forbidden ? CAIRN_FILE : CAIRN_NO_DAEMON;
    }
    *out_fd = fd;
    return CAIRN_OK;
}

/* MSG_NOSIGNAL: a daemon that leaves must not end us by SIGPIPE. */
static cairn_err client_send(int fd, struct cairn_bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return CAIRN_NET;
        }
        bytes = (struct cairn_bytes){bytes.data + sent, bytes.size - (size_t)sent};
    }
    return CAIRN_OK;
}

/* Add "name: value" when there is a value. size: SIZE_MAX once something was not possible */
static size_t client_add_header(char *head, size_t size, const char *name, const char *value)
{
    if (value == NULL || size == SIZE_MAX) {
        return size;
    }
    for (const char *at = value; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            return SIZE_MAX;
        }
    }
    size_t room = CLIENT_HEAD_BYTES_MAX - size;
    int added = snprintf(head + size, room, "%s: %s\r\n", name, value);
    return added < 0 || (size_t)added >= room ? SIZE_MAX : size + (size_t)added;
}

static bool client_is_target(const char *target)
{
    for (const char *at = target; *at != '\0'; at++) {
        if (*at <= 0x20 || *at == 0x7f) {
            return false;
        }
    }
    return target[0] == '/';
}

static cairn_err client_write_head(const struct cairn_cli_request *request, char *head,
                                   size_t *out_size)
{
    char length[24];
    bool has_body = request->body.size > 0;
    int begun = snprintf(head, CLIENT_HEAD_BYTES_MAX,
                         "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
                         request->method, request->target);
    if (!client_is_target(request->target) || begun < 0 || (size_t)begun >= CLIENT_HEAD_BYTES_MAX) {
        return CAIRN_USAGE;
    }
    const char *media = request->content_type == NULL ? "application/json" : request->content_type;
    snprintf(length, sizeof length, "%zu", request->body.size);
    size_t size = (size_t)begun;
    size = client_add_header(head, size, "Cairn-Role", request->role);
    size = client_add_header(head, size, "Cairn-Actor", request->actor);
    size = client_add_header(head, size, "Idempotency-Key", request->idempotency_key);
    size = client_add_header(head, size, "Content-Type", has_body ? media : NULL);
    bool is_get = strcmp(request->method, "GET") == 0;
    size = client_add_header(head, size, "Content-Length", is_get && !has_body ? NULL : length);
    if (size == SIZE_MAX || size + 2 > CLIENT_HEAD_BYTES_MAX) {
        return CAIRN_USAGE;
    }
    head[size++] = '\r';
    head[size++] = '\n';
    *out_size = size;
    return CAIRN_OK;
}

static void client_on_head(void *host, int status, const char *content_type)
{
    struct client_call *call = host;
    call->response->status = status;
    snprintf(call->response->content_type, sizeof call->response->content_type, "%s", content_type);
}

static cairn_err client_keep(struct client_call *call, struct cairn_bytes piece)
{
    struct cairn_cli_response *response = call->response;
    if (piece.size > CLIENT_BODY_BYTES_MAX - response->body_size) {
        return CAIRN_TOO_LONG;
    }
    size_t wanted = response->body_size + piece.size + 1;
    if (wanted > call->capacity) {
        size_t capacity = wanted + wanted / 2;
        uint8_t *body = realloc(response->body, capacity);
        if (body == NULL) {
            return CAIRN_MEMORY;
        }
        response->body = body;
        call->capacity = capacity;
    }
    memcpy(response->body + response->body_size, piece.data, piece.size);
    response->body_size += piece.size;
    response->body[response->body_size] = '\0';
    return CAIRN_OK;
}

static bool client_on_body(void *host, struct cairn_bytes piece)
{
    struct client_call *call = host;
    bool is_done = call->response->status >= 200 && call->response->status <= 299;
    if (call->sink != NULL && is_done) {
        call->err = call->sink(call->host, piece) ? CAIRN_OK : CAIRN_NO_ROOM;
    } else {
        call->err = client_keep(call, piece);
    }
    return call->err == CAIRN_OK;
}

/* gives   *out_size 0: the daemon has closed */
static cairn_err client_read(const struct client_call *call, uint8_t *out, size_t *out_size)
{
    int timeout_ms =
        call->timeout_ms == 0 || call->timeout_ms > INT32_MAX ? -1 : (int)call->timeout_ms;
    for (;;) {
        struct pollfd poll_fd = {.fd = call->fd, .events = POLLIN};
        int ready = poll(&poll_fd, 1, timeout_ms);
        if (ready == 0) {
            return CAIRN_TIMEOUT;
        }
        ssize_t size = ready < 0 ? -1 : read(call->fd, out, CLIENT_READ_BYTES);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return CAIRN_NET;
        }
        *out_size = (size_t)size;
        return CAIRN_OK;
    }
}

static cairn_err client_receive(struct client_call *call, struct cairn_http_reply *reply,
                                uint8_t *memory)
{
    bool is_done = false;
    while (!is_done) {
        size_t size = 0;
        CAIRN_TRY(client_read(call, memory, &size));
        if (size == 0) {
            return cairn_http_reply_finish(reply) == CAIRN_OK ? CAIRN_OK : CAIRN_NET;
        }
        cairn_err err = cairn_http_reply_feed(reply, (struct cairn_bytes){memory, size}, &is_done);
        if (err != CAIRN_OK) {
            return err == CAIRN_NO_ROOM ? call->err : err;
        }
    }
    return CAIRN_OK;
}

static cairn_err client_converse(struct client_call *call, const struct cairn_cli_request *request)
{
    char head[CLIENT_HEAD_BYTES_MAX];
    size_t head_size = 0;
    struct cairn_http_reply *reply = NULL;
    struct cairn_http_reply_sink sink = {
        .on_head = client_on_head, .on_body = client_on_body, .host = call};
    uint8_t *memory = malloc(CLIENT_READ_BYTES);
    cairn_err err = memory == NULL ? CAIRN_MEMORY : cairn_http_reply_open(&sink, &reply);
    if (err == CAIRN_OK) {
        err = client_write_head(request, head, &head_size);
    }
    if (err == CAIRN_OK) {
        err = client_send(call->fd, (struct cairn_bytes){(const uint8_t *)head, head_size});
    }
    if (err == CAIRN_OK) {
        /* A daemon that refuses a body reads none of it: its answer counts, not our failed send. */
        cairn_err sent = client_send(call->fd, request->body);
        err = client_receive(call, reply, memory);
        err = err == CAIRN_NET && sent != CAIRN_OK ? sent : err;
    }
    cairn_http_reply_close(reply);
    free(memory);
    return err;
}

cairn_err cairn_cli_client_stream(const char *directory, const struct cairn_cli_request *request,
                                  bool (*sink)(void *host, struct cairn_bytes piece), void *host,
                                  struct cairn_cli_response *response)
{
    struct client_call call = {
        .timeout_ms = request->timeout_ms, .response = response, .sink = sink, .host = host};
    *response = (struct cairn_cli_response){0};
    CAIRN_TRY(client_connect(directory, &call.fd));
    cairn_err err = client_converse(&call, request);
    close(call.fd);
    return err;
}

cairn_err cairn_cli_client_call(const char *directory, const struct cairn_cli_request *request,
                                struct cairn_cli_response *response)
{
    return cairn_cli_client_stream(directory, request, NULL, NULL, response);
}

void cairn_cli_client_clear(struct cairn_cli_response *response)
{
    free(response->body);
    *response = (struct cairn_cli_response){0};
}

cairn_err cairn_cli_client_json(const struct cairn_cli_response *response, json_t **out)
{
    struct cairn_json_fault fault;
    struct cairn_bytes text = {response->body, response->body_size};
    return cairn_jsontext_parse(text, out, &fault);
}

cairn_err cairn_cli_client_escape(const char *text, char *out, size_t capacity)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t size = 0;
    for (; *text != '\0'; text++) {
        bool is_plain = strchr(plain, *text) != NULL;
        if (capacity - size < (is_plain ? 2u : 4u)) {
            return CAIRN_NO_ROOM;
        }
        if (is_plain) {
            out[size++] = *text;
        } else {
            size += (size_t)snprintf(out + size, 4, "%%%02X", (unsigned)(unsigned char)*text);
        }
    }
    if (size >= capacity) {
        return CAIRN_NO_ROOM;
    }
    out[size] = '\0';
    return CAIRN_OK;
}

int cairn_cli_client_exit(cairn_err err)
{
    if (err == CAIRN_OK) {
        return CAIRN_EXIT_DONE;
    }
    if (err == CAIRN_USAGE) {
        return CAIRN_EXIT_USAGE;
    }
    bool is_machine = (int)err / 100 == 5 || err == CAIRN_TIMEOUT;
    return is_machine ? CAIRN_EXIT_MACHINE : CAIRN_EXIT_REFUSED;
}
