#include "node/http/http_problem.h"

#include <stdbool.h>
#include <stdio.h>

/* Well-formed, but not possible: 422 rather than 400. */
static bool problem_is_value(cairn_err err)
{
    int number = (int)err;
    bool is_value = number >= CAIRN_MRZ_LINES && number <= CAIRN_HLC;
    return is_value || err == CAIRN_JSON_FIELD || err == CAIRN_PACK_FIELD ||
           err == CAIRN_PACK_UNKNOWN_FIELD;
}

static int problem_refused(cairn_err err)
{
    switch ((int)err) {
    case CAIRN_DENIED_TOKEN:
        return 401;
    case CAIRN_DENIED_HOST:
        return 400;
    case CAIRN_NOT_FOUND:
        return 404;
    case CAIRN_METHOD:
        return 405;
    case CAIRN_EXISTS:
    case CAIRN_CONFLICT:
    case CAIRN_STATE:
        return 409;
    case CAIRN_MEDIA:
        return 415;
    default:
        return 403;
    }
}

int cairn_http_problem_status(cairn_err err)
{
    switch ((int)err / 100) {
    case 1:
        return problem_is_value(err) ? 422 : 400;
    case 2:
    case 6:
        return 422;
    case 3:
        return problem_refused(err);
    case 4:
        return err == CAIRN_BUSY ? 429 : 503;
    default:
        return err == CAIRN_DISK_FLOOR ? 507 : 500;
    }
}

json_t *cairn_http_problem_make(cairn_err err, int status, const char *detail, const char *pointer)
{
    char type[64];
    snprintf(type, sizeof type, "urn:cairn:error:%s", cairn_err_name(err));
    int said = status == 0 ? cairn_http_problem_status(err) : status;
    json_t *problem = json_pack("{s:s, s:s, s:i, s:i}", "type", type, "title", cairn_err_text(err),
                                "status", said, "code", (int)err);
    if (problem == NULL) {
        return NULL;
    }
    bool is_whole = true;
    if (detail != NULL) {
        is_whole = json_object_set_new(problem, "detail", json_string(detail)) == 0;
    }
    if (pointer != NULL) {
        is_whole = json_object_set_new(problem, "pointer", json_string(pointer)) == 0 && is_whole;
    }
    if (!is_whole) {
        json_decref(problem);
        return NULL;
    }
    return problem;
}

const char *cairn_http_problem_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t at = 0; at < sizeof reasons / sizeof *reasons; at++) {
        if (reasons[at].status == status) {
            return reasons[at].reason;
        }
    }
    return "Status";
}
