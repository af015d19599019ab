#include "node/http/http_reply.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

struct cairn_http_reply {
    llhttp_t machine;
    struct cairn_http_reply_sink sink;
    char name[16]; /* of the header that is being read, cut: long enough for the one we want */
    size_t name_size;
    char media[CAIRN_HTTP_REPLY_MEDIA_MAX + 1];
    size_t media_size;
    bool is_interim;
    bool is_whole;
    bool is_stopped;
};

static int reply_on_begin(llhttp_t *machine)
{
    struct cairn_http_reply *reply = machine->data;
    reply->media_size = 0;
    reply->name_size = 0;
    return 0;
}

static int reply_on_name(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_reply *reply = machine->data;
    for (size_t i = 0; i < size && reply->name_size < sizeof reply->name - 1; i++) {
        char byte = at[i];
        if (byte >= 'A' && byte <= 'Z') {
            byte = (char)(byte | 0x20); /* lower case */
        }
        reply->name[reply->name_size++] = byte;
    }
    return 0;
}

static int reply_on_value(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_reply *reply = machine->data;
    reply->name[reply->name_size] = '\0';
    if (strcmp(reply->name, "content-type") != 0) {
        return 0;
    }
    for (size_t i = 0; i < size && reply->media_size < CAIRN_HTTP_REPLY_MEDIA_MAX; i++) {
        reply->media[reply->media_size++] = at[i];
    }
    return 0;
}

static int reply_on_value_end(llhttp_t *machine)
{
    struct cairn_http_reply *reply = machine->data;
    reply->name_size = 0;
    return 0;
}

static int reply_on_head(llhttp_t *machine)
{
    struct cairn_http_reply *reply = machine->data;
    reply->is_interim = machine->status_code < 200;
    reply->media[reply->media_size] = '\0';
    if (!reply->is_interim) {
        reply->sink.on_head(reply->sink.host, machine->status_code, reply->media);
    }
    return 0;
}

static int reply_on_body(llhttp_t *machine, const char *at, size_t size)
{
    struct cairn_http_reply *reply = machine->data;
    struct cairn_bytes piece = {(const uint8_t *)at, size};
    if (!reply->sink.on_body(reply->sink.host, piece)) {
        reply->is_stopped = true;
        return -1;
    }
    return 0;
}

static int reply_on_end(llhttp_t *machine)
{
    struct cairn_http_reply *reply = machine->data;
    if (reply->is_interim) {
        return 0;
    }
    reply->is_whole = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t reply_settings = {
    .on_message_begin = reply_on_begin,
    .on_header_field = reply_on_name,
    .on_header_value = reply_on_value,
    .on_header_value_complete = reply_on_value_end,
    .on_headers_complete = reply_on_head,
    .on_body = reply_on_body,
    .on_message_complete = reply_on_end,
};

cairn_err cairn_http_reply_open(const struct cairn_http_reply_sink *sink,
                                struct cairn_http_reply **out)
{
    struct cairn_http_reply *reply = calloc(1, sizeof *reply);
    if (reply == NULL) {
        return CAIRN_MEMORY;
    }
    llhttp_init(&reply->machine, HTTP_RESPONSE, &reply_settings);
    reply->machine.data = reply;
    reply->sink = *sink;
    *out = reply;
    return CAIRN_OK;
}

void cairn_http_reply_close(struct cairn_http_reply *reply)
{
    free(reply);
}

static cairn_err reply_result(const struct cairn_http_reply *reply, llhttp_errno_t got)
{
    if (reply->is_stopped) {
        return CAIRN_NO_ROOM;
    }
    bool is_well = got == HPE_OK || (got == HPE_PAUSED && reply->is_whole);
    return is_well ? CAIRN_OK : CAIRN_HTTP;
}

cairn_err cairn_http_reply_feed(struct cairn_http_reply *reply, struct cairn_bytes bytes,
                                bool *out_is_done)
{
    *out_is_done = reply->is_whole;
    if (reply->is_whole || bytes.size == 0) {
        return CAIRN_OK;
    }
    llhttp_errno_t got = llhttp_execute(&reply->machine, (const char *)bytes.data, bytes.size);
    *out_is_done = reply->is_whole;
    return reply_result(reply, got);
}

cairn_err cairn_http_reply_finish(struct cairn_http_reply *reply)
{
    if (reply->is_whole) {
        return CAIRN_OK;
    }
    llhttp_errno_t got = llhttp_finish(&reply->machine);
    bool is_well = (got == HPE_OK || got == HPE_PAUSED) && reply->is_whole;
    return is_well ? CAIRN_OK : CAIRN_SHORT;
}
