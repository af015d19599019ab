#include "node/http/http_parse.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/check.h"

struct cairn_http_parse {
    llhttp_t machine;
    enum cairn_http_stage stage;
    struct cairn_http_fault fault;
    uint8_t *head; /* CAIRN_HTTP_HEAD_BYTES_MAX from the first byte on, else NULL */
    size_t head_size;
    size_t line_at; /* offset in head of the line that is being read */
    bool is_in_name;
    bool has_skipped; /* one empty line before the request is let pass: RFC 9112, section 2.2 */
    struct cairn_bytes target;
    struct cairn_http_request request;
    bool has_body;
    bool is_message_whole;
    uint8_t *body;
    size_t body_size;
    size_t body_capacity;
    uint32_t body_bytes_max;
};

/* One text for all that can be wrong in a body: which fault llhttp sees first depends on how the
 * bytes were cut. */
static const char parse_bad_body[] =
    "chunked body is malformed, or has extensions or trailers, which are not accepted";

static cairn_err parse_fail(struct cairn_http_parse *parse, int status, const char *detail)
{
    parse->stage = CAIRN_HTTP_FAILED;
    if (parse->fault.status == 0) {
        parse->fault = (struct cairn_http_fault){.status = status, .detail = detail};
    }
    return CAIRN_HTTP;
}

/* For callbacks of llhttp. gives: -1, its "stop" */
static int parse_stop(llhttp_t *machine, int status, const char *detail)
{
    struct cairn_http_parse *parse = machine->data;
    parse->fault = (struct cairn_http_fault){.status = status, .detail = detail};
    return -1;
}

/* A span may come in pieces; within one buffer they are neighbours. */
static bool parse_extend(struct cairn_bytes *span, const char *at, size_t size)
{
    const uint8_t *data = (const uint8_t *)at;
    if (span->data == NULL) {
        *span = (struct cairn_bytes){data, size};
        return true;
    }
    bool is_next = span->data + span->size == data;
    span->size += size;
    return is_next;
}

static int parse_on_url(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_parse *parse = machine->data;
    return parse_extend(&parse->target, at, size) ? 0 : parse_stop(machine, 400, "bad target");
}

static int parse_on_name(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_parse *parse = machine->data;
    struct cairn_http_request *request = &parse->request;
    if (parse->stage != CAIRN_HTTP_HEAD) {
        return parse_stop(machine, 400, parse_bad_body);
    }
    if (request->header_count == CAIRN_HTTP_HEADERS_MAX) {
        return parse_stop(machine, 431, "more than 64 headers");
    }
    struct cairn_http_pair *pair = &request->headers[request->header_count];
    return parse_extend(&pair->name, at, size) ? 0 : parse_stop(machine, 400, "bad header");
}

static int parse_on_value(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_parse *parse = machine->data;
    struct cairn_http_request *request = &parse->request;
    struct cairn_http_pair *pair = &request->headers[request->header_count];
    return parse_extend(&pair->value, at, size) ? 0 : parse_stop(machine, 400, "folded header");
}

static int parse_on_value_end(llhttp_t *machine)
{
    struct cairn_http_parse *parse = machine->data;
    struct cairn_bytes *value = &parse->request.headers[parse->request.header_count].value;
    while (value->size > 0 &&
           (value->data[value->size - 1] == ' ' || value->data[value->size - 1] == '\t')) {
        value->size--;
    }
    parse->request.header_count++;
    return 0;
}

static int parse_on_extension(llhttp_t *machine, const char *at, size_t size)
{
    (void)at;
    (void)size;
    return parse_stop(machine, 400, parse_bad_body);
}

static int parse_on_head(llhttp_t *machine)
{
    struct cairn_http_parse *parse = machine->data;
    if (machine->http_major != 1 || machine->http_minor != 1) {
        return parse_stop(machine, 505, "only HTTP/1.1 is spoken here");
    }
    machine->upgrade = 0; /* an offer that we do not take */
    parse->request.keeps_alive = (machine->flags & F_CONNECTION_CLOSE) == 0;
    parse->has_body = (machine->flags & F_CHUNKED) != 0 || machine->content_length > 0;
    return 0;
}

static cairn_err parse_grow(struct cairn_http_parse *parse, size_t wanted)
{
    if (wanted <= parse->body_capacity) {
        return CAIRN_OK;
    }
    size_t capacity = parse->body_capacity == 0 ? 4096 : parse->body_capacity * 2;
    capacity = capacity < wanted ? wanted : capacity;
    uint8_t *larger = realloc(parse->body, capacity);
    if (larger == NULL) {
        return CAIRN_MEMORY;
    }
    parse->body = larger;
    parse->body_capacity = capacity;
    return CAIRN_OK;
}

static int parse_on_body(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_parse *parse = machine->data;
    if (size > parse->body_bytes_max - parse->body_size) {
        return parse_stop(machine, 413, "body is larger than allowed here");
    }
    if (parse_grow(parse, parse->body_size + size) != CAIRN_OK) {
        return parse_stop(machine, 503, "out of memory");
    }
    memcpy(parse->body + parse->body_size, at, size);
    parse->body_size += size;
    return 0;
}

static int parse_on_end(llhttp_t *machine)
{
    struct cairn_http_parse *parse = machine->data;
    parse->is_message_whole = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t parse_settings = {
    .on_url = parse_on_url,
    .on_header_field = parse_on_name,
    .on_header_value = parse_on_value,
    .on_header_value_complete = parse_on_value_end,
    .on_headers_complete = parse_on_head,
    .on_chunk_extension_name = parse_on_extension,
    .on_chunk_extension_value = parse_on_extension,
    .on_body = parse_on_body,
    .on_message_complete = parse_on_end,
};

static void parse_begin(struct cairn_http_parse *parse)
{
    free(parse->head);
    free(parse->body);
    *parse = (struct cairn_http_parse){.stage = CAIRN_HTTP_HEAD};
    llhttp_init(&parse->machine, HTTP_REQUEST, &parse_settings);
    parse->machine.data = parse;
}

cairn_err cairn_http_parse_open(struct cairn_http_parse **out)
{
    struct cairn_http_parse *parse = calloc(1, sizeof *parse);
    if (parse == NULL) {
        return CAIRN_MEMORY;
    }
    parse_begin(parse);
    *out = parse;
    return CAIRN_OK;
}

void cairn_http_parse_close(struct cairn_http_parse *parse)
{
    if (parse != NULL) {
        free(parse->head);
        free(parse->body);
        free(parse);
    }
}

enum cairn_http_stage cairn_http_parse_stage(const struct cairn_http_parse *parse)
{
    return parse->stage;
}

bool cairn_http_parse_has_begun(const struct cairn_http_parse *parse)
{
    return parse->stage != CAIRN_HTTP_HEAD || parse->head_size > 0;
}

bool cairn_http_parse_has_body(const struct cairn_http_parse *parse)
{
    return parse->has_body;
}

struct cairn_http_request *cairn_http_parse_request(struct cairn_http_parse *parse)
{
    return &parse->request;
}

struct cairn_http_fault cairn_http_parse_fault(const struct cairn_http_parse *parse)
{
    CAIRN_REQUIRE(parse->stage == CAIRN_HTTP_FAILED);
    return parse->fault;
}

void cairn_http_parse_next(struct cairn_http_parse *parse)
{
    CAIRN_REQUIRE(parse->stage == CAIRN_HTTP_DONE);
    parse_begin(parse);
}

static enum cairn_http_method parse_method(uint8_t method)
{
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD:
        return CAIRN_HTTP_GET;
    case HTTP_POST:
        return CAIRN_HTTP_POST;
    case HTTP_PUT:
        return CAIRN_HTTP_PUT;
    case HTTP_PATCH:
        return CAIRN_HTTP_PATCH;
    case HTTP_DELETE:
        return CAIRN_HTTP_DELETE;
    default:
        return CAIRN_HTTP_OTHER;
    }
}

/* What llhttp thinks is wrong, unless one of our callbacks knew better. */
static cairn_err parse_fail_machine(struct cairn_http_parse *parse)
{
    const char *reason = llhttp_get_error_reason(&parse->machine);
    if (parse->stage == CAIRN_HTTP_BODY) {
        reason = parse_bad_body;
    }
    return parse_fail(parse, 400, reason == NULL ? "malformed request" : reason);
}

/* The only coding is chunked, said once; with a length beside it llhttp has refused already. */
static bool parse_is_coding_plain(const struct cairn_http_request *request)
{
    struct cairn_bytes coding;
    return !cairn_http_request_find(request, "Transfer-Encoding", &coding) ||
           (cairn_http_request_is_same(coding, "chunked") &&
            cairn_http_request_count(request, "Transfer-Encoding") == 1);
}

static cairn_err parse_end_head(struct cairn_http_parse *parse)
{
    struct cairn_http_request *request = &parse->request;
    llhttp_errno_t got =
        llhttp_execute(&parse->machine, (const char *)parse->head, parse->head_size);
    if (got != HPE_OK && !(got == HPE_PAUSED && parse->is_message_whole)) {
        return parse_fail_machine(parse);
    }
    if (!parse_is_coding_plain(request)) {
        return parse_fail(parse, 400, "transfer coding is not chunked");
    }
    if (cairn_http_request_count(request, "Host") != 1) {
        return parse_fail(parse, 400, "not exactly one Host");
    }
    request->method = parse_method(parse->machine.method);
    request->is_head = parse->machine.method == HTTP_HEAD;
    uint8_t *target = parse->head + (parse->target.data - parse->head);
    if (cairn_http_request_split(target, parse->target.size, request) != CAIRN_OK) {
        return parse_fail(parse, 400, "target is malformed");
    }
    parse->stage = CAIRN_HTTP_JUDGE;
    return CAIRN_OK;
}

/* One byte of the head. What llhttp does not refuse itself is refused here, at once. */
static cairn_err parse_head_byte(struct cairn_http_parse *parse, uint8_t byte, bool *out_is_end)
{
    size_t at = parse->head_size;
    bool is_line_begin = at == parse->line_at;
    bool is_blank = byte == ' ' || byte == '\t';
    bool is_after_cr = at > 0 && parse->head[at - 1] == '\r';
    if (at == CAIRN_HTTP_HEAD_BYTES_MAX) {
        return parse_fail(parse, 431, "headers are larger than 16 KiB");
    }
    if (is_after_cr != (byte == '\n')) {
        return parse_fail(parse, 400, "line does not end in CR LF");
    }
    if (is_line_begin) {
        parse->is_in_name = parse->line_at > 0;
    }
    if (is_line_begin && is_blank) {
        return parse_fail(parse, 400, "line begins with a space");
    }
    if (is_line_begin && parse->is_in_name && byte == ':') {
        return parse_fail(parse, 400, "header without a name");
    }
    if (parse->is_in_name && is_blank) {
        return parse_fail(parse, 400, "space in or behind the name of a header");
    }
    if (byte == ':' || byte == '\r') {
        parse->is_in_name = false;
    }
    parse->head[parse->head_size++] = byte;
    if (byte == '\n') {
        *out_is_end = parse->head_size - parse->line_at == 2;
        parse->line_at = parse->head_size;
    }
    return CAIRN_OK;
}

static cairn_err parse_feed_head(struct cairn_http_parse *parse, struct cairn_bytes bytes,
                                 size_t *out_taken)
{
    if (parse->head == NULL) {
        parse->head = malloc(CAIRN_HTTP_HEAD_BYTES_MAX);
        if (parse->head == NULL) {
            (void)parse_fail(parse, 503, "out of memory");
            return CAIRN_MEMORY;
        }
    }
    for (size_t at = 0; at < bytes.size; at++) {
        bool is_end = false;
        CAIRN_TRY(parse_head_byte(parse, bytes.data[at], &is_end));
        if (!is_end) {
            continue;
        }
        if (parse->head_size > 2) {
            *out_taken = at + 1;
            return parse_end_head(parse);
        }
        if (parse->has_skipped) {
            return parse_fail(parse, 400, "empty lines before the request");
        }
        parse->has_skipped = true;
        parse->head_size = 0;
        parse->line_at = 0;
    }
    *out_taken = bytes.size;
    return CAIRN_OK;
}

static void parse_finish(struct cairn_http_parse *parse)
{
    parse->request.body = (struct cairn_bytes){parse->body, parse->body_size};
    parse->stage = CAIRN_HTTP_DONE;
}

cairn_err cairn_http_parse_feed(struct cairn_http_parse *parse, struct cairn_bytes bytes,
                                size_t *out_taken)
{
    *out_taken = 0;
    if (bytes.size == 0) {
        return CAIRN_OK;
    }
    if (parse->stage == CAIRN_HTTP_HEAD) {
        return parse_feed_head(parse, bytes, out_taken);
    }
    CAIRN_REQUIRE(parse->stage == CAIRN_HTTP_BODY);
    const char *data = (const char *)bytes.data;
    llhttp_errno_t got = llhttp_execute(&parse->machine, data, bytes.size);
    if (got == HPE_PAUSED && parse->is_message_whole) {
        *out_taken = (size_t)(llhttp_get_error_pos(&parse->machine) - data);
        parse_finish(parse);
        return CAIRN_OK;
    }
    if (got != HPE_OK) {
        return parse_fail_machine(parse);
    }
    *out_taken = bytes.size;
    return CAIRN_OK;
}

cairn_err cairn_http_parse_admit(struct cairn_http_parse *parse, uint32_t body_bytes_max)
{
    CAIRN_REQUIRE(parse->stage == CAIRN_HTTP_JUDGE);
    bool is_chunked = (parse->machine.flags & F_CHUNKED) != 0;
    if (!is_chunked && parse->machine.content_length > body_bytes_max) {
        return parse_fail(parse, 413, "body is larger than allowed here");
    }
    parse->body_bytes_max = body_bytes_max;
    parse->stage = CAIRN_HTTP_BODY;
    if (parse->is_message_whole) {
        parse_finish(parse);
    }
    return CAIRN_OK;
}
