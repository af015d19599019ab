#include "node/http/http_reply.h"

#include <string.h>

#include "tests/lib/test.h"

struct got {
    int status;
    char media[128];
    char body[256];
    size_t body_size;
    size_t room;
};

static struct got got;
static struct cairn_http_reply *reply;

static void on_head(void *host, int status, const char *content_type)
{
    struct got *kept = host;
    kept->status = status;
    strcpy(kept->media, content_type);
}

static bool on_body(void *host, struct cairn_bytes piece)
{
    struct got *kept = host;
    if (piece.size > kept->room - kept->body_size) {
        return false;
    }
    memcpy(kept->body + kept->body_size, piece.data, piece.size);
    kept->body_size += piece.size;
    return true;
}

static void reply_open(size_t room)
{
    struct cairn_http_reply_sink sink = {on_head, on_body, &got};
    got = (struct got){.room = room};
    assert_err(cairn_http_reply_open(&sink, &reply), CAIRN_OK);
}

TEST(a_response_is_read_byte_by_byte_and_interim_ones_are_skipped)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\nContent-Type: wrong/one\r\n\r\n"
                               "HTTP/1.1 201 Created\r\nX-Content-Type: no\r\n"
                               "content-TYPE: application/json\r\nTransfer-Encoding: chunked\r\n"
                               "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    bool is_done = false;
    reply_open(100);
    for (size_t at = 0; at < sizeof text - 1; at++) {
        assert_false(is_done);
        struct cairn_bytes byte = {(const uint8_t *)text + at, 1};
        assert_err(cairn_http_reply_feed(reply, byte, &is_done), CAIRN_OK);
    }
    assert_true(is_done);
    assert_int_equal(got.status, 201);
    assert_string_equal(got.media, "application/json");
    assert_string_equal(got.body, "abcde");
    assert_err(cairn_http_reply_finish(reply), CAIRN_OK);
    cairn_http_reply_close(reply);
}

TEST(a_response_that_breaks_off_is_not_taken_for_a_whole_one)
{
    bool is_done;
    reply_open(100);
    const char *text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc";
    assert_err(cairn_http_reply_feed(reply, cairn_bytes_of(text), &is_done), CAIRN_OK);
    assert_false(is_done);
    assert_err(cairn_http_reply_finish(reply), CAIRN_SHORT);
    cairn_http_reply_close(reply);
    reply_open(100);
    assert_err(cairn_http_reply_finish(reply), CAIRN_SHORT);
    cairn_http_reply_close(reply);
}

TEST(what_is_no_http_is_refused)
{
    bool is_done;
    reply_open(100);
    assert_err(cairn_http_reply_feed(reply, cairn_bytes_of("SSH-2.0-x\r\n"), &is_done), CAIRN_HTTP);
    cairn_http_reply_close(reply);
}

TEST(a_sink_that_is_full_stops_the_reading)
{
    bool is_done;
    reply_open(4);
    const char *text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde";
    assert_err(cairn_http_reply_feed(reply, cairn_bytes_of(text), &is_done), CAIRN_NO_ROOM);
    cairn_http_reply_close(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_is_read_byte_by_byte_and_interim_ones_are_skipped),
        cmocka_unit_test(a_response_that_breaks_off_is_not_taken_for_a_whole_one),
        cmocka_unit_test(what_is_no_http_is_refused),
        cmocka_unit_test(a_sink_that_is_full_stops_the_reading),
    };
    return cmocka_run_group_tests_name("http_reply", tests, NULL, NULL);
}
