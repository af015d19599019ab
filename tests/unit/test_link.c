/* Method: two ends on one loop, and a bare socket where the other side misbehaves. Each end notes
 * the news that it takes; taking can be switched off. */
#define _POSIX_C_SOURCE 200809L

#include "node/link.h"

#include "crypto/tls_identity.h"
#include "node/clock.h"
#include "tests/lib/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 30000u /* generous: the machine may be busy */

struct end {
    struct cairn_links *links;
    uint8_t seed[32];
    struct cairn_link_peer self; /* as others know it */
    bool is_taking;
    bool is_closed;
    uint32_t up_count, down_count, frame_count;
    uint32_t link; /* of the last UP */
    uint64_t frame_bytes, sent_bytes;
    uint8_t last[64]; /* the begin of the last frame */
    size_t last_size;
};

static uv_loop_t loop;
static struct end ends[3];
static const struct end *waited;

static void take_all(struct end *end)
{
    struct cairn_link_news news;
    while (end->is_taking && cairn_link_next(end->links, &news)) {
        switch (news.type) {
        case CAIRN_LINK_UP:
            end->up_count++;
            end->link = news.link;
            break;
        case CAIRN_LINK_FRAME:
            end->frame_count++;
            end->frame_bytes += news.frame.size;
            end->last_size = news.frame.size < 64 ? news.frame.size : 64;
            memcpy(end->last, news.frame.data, end->last_size);
            break;
        case CAIRN_LINK_SENT:
            end->sent_bytes += news.sent_bytes;
            break;
        case CAIRN_LINK_DOWN:
            end->down_count++;
            break;
        }
    }
}

static void on_news(void *host)
{
    take_all(host);
}

static void on_closed(void *host)
{
    struct end *end = host;
    end->is_closed = true;
    end->links = NULL;
}

static void open_end(struct end *end, uint8_t number)
{
    struct cairn_config_endpoint listen = {.host = "127.0.0.1"};
    struct cairn_tls_identity *identity = NULL;
    *end = (struct end){.is_taking = true};
    memset(end->seed, number, 32);
    struct cairn_link_options options = {
        .loop = &loop, .tls_seed = end->seed, .listen = &listen, .on_news = on_news, .host = end};
    assert_err(cairn_link_open(&options, &end->links), CAIRN_OK);
    assert_err(cairn_tls_identity_make(end->seed, "cairn", &identity), CAIRN_OK);
    cairn_tls_identity_spki(identity, end->self.spki_hash);
    cairn_tls_identity_close(identity);
    (void)snprintf(end->self.endpoint, sizeof end->self.endpoint, "127.0.0.1:%u",
                   cairn_link_port(end->links));
}

static void open_ends(void)
{
    assert_int_equal(uv_loop_init(&loop), 0);
    for (uint8_t i = 0; i < 3; i++) {
        open_end(&ends[i], (uint8_t)(i + 1));
    }
}

static void close_ends(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (ends[i].links != NULL) {
            cairn_link_close(ends[i].links, on_closed, &ends[i]);
        }
    }
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(ends[i].is_closed);
    }
}

/* `caller` may call `called`, and is let in. */
static void introduce(struct end *caller, const struct end *called, bool is_ours_to_dial)
{
    struct cairn_link_peer peer = called->self;
    peer.is_ours_to_dial = is_ours_to_dial;
    cairn_link_set_roster(caller->links, &peer, 1);
}

static void run_until(bool (*is_true)(void))
{
    uint64_t end_ms = cairn_clock_mono_ms() + WAIT_MS;
    while (!is_true()) {
        if (cairn_clock_mono_ms() > end_ms) {
            fail_msg("%s", "waited too long");
        }
        (void)uv_run(&loop, UV_RUN_ONCE);
    }
}

static void run_ms(uint64_t ms)
{
    uint64_t end_ms = cairn_clock_mono_ms() + ms;
    while (cairn_clock_mono_ms() < end_ms) {
        (void)uv_run(&loop, UV_RUN_ONCE);
    }
}

static bool is_up(const struct end *end)
{
    return end->up_count == end->down_count + 1;
}

static bool both_are_up(void)
{
    return is_up(&ends[0]) && is_up(&ends[1]);
}

/* A caller may think for a moment that it is let in, and then hear that it is not. */
static bool both_have_been_down(void)
{
    return ends[0].down_count > 0 && ends[1].down_count > 0;
}

static bool both_are_up_again(void)
{
    return both_have_been_down() && both_are_up();
}

static bool the_caller_is_down(void)
{
    return ends[0].up_count == ends[0].down_count;
}

static uint32_t frames_wanted;

static bool frames_have_come(void)
{
    return waited->frame_count >= frames_wanted;
}

static void link_two(void)
{
    introduce(&ends[1], &ends[0], false);
    introduce(&ends[0], &ends[1], true);
    run_until(both_are_up);
    for (uint32_t i = 0; i < 2; i++) { /* an attempt that took too long does not count */
        ends[i].up_count = 1;
        ends[i].down_count = 0;
    }
}

static void send_frame(struct end *from, size_t size, char fill)
{
    uint8_t head[4];
    uint8_t *body = malloc(size);
    assert_non_null(body);
    memset(body, fill, size);
    cairn_bytes_put_u32(head, (uint32_t)size);
    cairn_link_send(from->links, from->link, (struct cairn_bytes){head, 4},
                    (struct cairn_bytes){body, size});
    free(body);
}

static void wait_frames(const struct end *end, uint32_t count)
{
    waited = end;
    frames_wanted = count;
    run_until(frames_have_come);
}

static bool three_frames_are_gone(void)
{
    return ends[0].sent_bytes == 5 + CAIRN_LIMIT_FRAME_BYTES + 1 + 3 * 4;
}

TEST(frames_go_both_ways_whole_and_in_order)
{
    open_ends();
    link_two();
    send_frame(&ends[0], 5, 'a');
    send_frame(&ends[0], CAIRN_LIMIT_FRAME_BYTES, 'b');
    send_frame(&ends[0], 1, 'c');
    send_frame(&ends[1], 3, 'd');
    wait_frames(&ends[1], 3);
    wait_frames(&ends[0], 1);
    assert_int_equal(ends[1].frame_bytes, 5 + CAIRN_LIMIT_FRAME_BYTES + 1);
    assert_int_equal(ends[1].last_size, 1);
    assert_int_equal(ends[1].last[0], 'c');
    assert_memory_equal(ends[0].last, "ddd", 3);
    run_until(three_frames_are_gone); /* the sender may hear of it later than the receiver */
    assert_int_equal(cairn_link_count(ends[0].links), 1);
    close_ends();
}

TEST(a_key_that_is_not_in_the_roster_does_not_get_in)
{
    open_ends();
    introduce(&ends[0], &ends[1], true); /* 1 does not know 0 */
    run_ms(600);
    assert_int_equal(ends[1].up_count, 0);
    run_until(the_caller_is_down);
    assert_int_equal(ends[1].up_count, 0);
    close_ends();
}

TEST(a_key_that_leaves_the_roster_is_cut_off)
{
    open_ends();
    link_two();
    cairn_link_set_roster(ends[1].links, NULL, 0);
    run_until(both_have_been_down);
    run_ms(600);
    assert_int_equal(ends[1].up_count, 1);
    assert_int_equal(cairn_link_count(ends[1].links), 0);
    close_ends();
}

TEST(a_link_that_breaks_is_dialled_again)
{
    open_ends();
    link_two();
    cairn_link_drop(ends[1].links, ends[1].link);
    run_until(both_have_been_down);
    run_until(both_are_up_again);
    close_ends();
}

TEST(what_was_sent_before_a_drop_still_arrives)
{
    open_ends();
    link_two();
    send_frame(&ends[0], 300000, 'z');
    send_frame(&ends[0], 4, 'y');
    cairn_link_drop(ends[0].links, ends[0].link);
    wait_frames(&ends[1], 2);
    assert_memory_equal(ends[1].last, "yyyy", 4);
    run_until(both_have_been_down);
    close_ends();
}

/* One link, and no attempt at another one is under way: for a while nothing has come or gone. */
static bool one_link_has_settled(void)
{
    uint32_t before = ends[0].up_count + ends[1].up_count;
    run_ms(500);
    return both_are_up() && before == ends[0].up_count + ends[1].up_count;
}

TEST(a_second_link_of_one_peer_is_turned_away)
{
    open_ends();
    introduce(&ends[0], &ends[1], true);
    introduce(&ends[1], &ends[0], true);
    introduce(&ends[0], &ends[1], true);
    run_until(one_link_has_settled);
    assert_int_equal(cairn_link_count(ends[0].links), 1);
    assert_int_equal(cairn_link_count(ends[1].links), 1);
    close_ends();
}

static uint64_t bytes_that_left;

static bool nothing_leaves_any_more(void)
{
    uint64_t before = ends[0].sent_bytes;
    run_ms(300);
    bytes_that_left = ends[0].sent_bytes;
    return bytes_that_left > 0 && before == bytes_that_left;
}

static bool has_all(void)
{
    return ends[1].frame_count == 64;
}

TEST(a_side_that_takes_nothing_is_not_sent_more_than_its_buffers_hold)
{
    open_ends();
    link_two();
    ends[1].is_taking = false;
    for (uint32_t i = 0; i < 64; i++) {
        send_frame(&ends[0], CAIRN_LIMIT_FRAME_BYTES, 'f');
    }
    run_until(nothing_leaves_any_more);
    assert_true(bytes_that_left < 64ull * CAIRN_LIMIT_FRAME_BYTES); /* sockets hold a few MiB */
    ends[1].is_taking = true;
    take_all(&ends[1]);
    run_until(has_all);
    assert_int_equal(ends[1].frame_bytes, 64ull * CAIRN_LIMIT_FRAME_BYTES);
    close_ends();
}

TEST(a_frame_of_a_wrong_length_ends_the_link)
{
    static const uint8_t wrong[][4] = {{0, 0, 0, 0}, {0, 0x10, 0, 1}, {0xff, 0xff, 0xff, 0xff}};
    for (size_t i = 0; i < 3; i++) {
        open_ends();
        link_two();
        cairn_link_send(ends[0].links, ends[0].link, (struct cairn_bytes){wrong[i], 4},
                        (struct cairn_bytes){.size = 0});
        run_until(both_have_been_down);
        assert_int_equal(ends[1].frame_count, 0);
        close_ends();
    }
}

static bool the_caller_has_heard_of_the_end(void)
{
    return ends[0].down_count == 1; /* so the other side has closed the old link */
}

static bool the_next_link_is_there(void)
{
    return is_up(&ends[0]) && cairn_link_count(ends[1].links) == 1;
}

TEST(the_number_of_a_link_is_not_used_again_before_its_end_was_taken)
{
    open_ends();
    link_two();
    uint32_t first = ends[1].link;
    ends[1].is_taking = false;
    cairn_link_drop(ends[0].links, ends[0].link);
    run_until(the_caller_has_heard_of_the_end);
    run_until(the_next_link_is_there);
    ends[1].is_taking = true;
    take_all(&ends[1]);
    run_until(both_are_up_again);
    assert_int_equal(ends[1].down_count, 1);
    assert_int_not_equal(ends[1].link, first);
    close_ends();
}

static int loud;
static ssize_t loud_got;

/* Perhaps an alert, then the end. */
static bool loud_has_heard_the_end(void)
{
    char answer[256];
    do {
        loud_got = recv(loud, answer, sizeof answer, MSG_DONTWAIT);
    } while (loud_got > 0);
    return loud_got == 0 || errno != EAGAIN;
}

TEST(a_caller_who_says_nothing_or_rubbish_is_no_link)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    uint8_t port[2];
    open_ends();
    link_two();
    cairn_bytes_put_u16(port, cairn_link_port(ends[1].links));
    memcpy(&address.sin_port, port, 2);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    loud = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(silent, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(connect(loud, (struct sockaddr *)&address, sizeof address), 0);
    assert_true(write(loud, "GET / HTTP/1.1\r\n\r\n", 18) == 18);
    run_until(loud_has_heard_the_end);
    assert_int_equal(loud_got, 0);
    close(loud);
    close(silent);
    assert_int_equal(ends[1].up_count, 1);
    send_frame(&ends[0], 2, 'k');
    wait_frames(&ends[1], 1);
    close_ends();
}

TEST(an_address_that_is_taken_or_no_address_is_refused)
{
    struct cairn_links *links = NULL;
    struct cairn_config_endpoint listen = {.host = "127.0.0.1"};
    open_ends();
    listen.port = cairn_link_port(ends[0].links);
    struct cairn_link_options options = {.loop = &loop,
                                         .tls_seed = ends[0].seed,
                                         .listen = &listen,
                                         .on_news = on_news,
                                         .host = &ends[0]};
    assert_err(cairn_link_open(&options, &links), CAIRN_NET);
    memcpy(listen.host, "no.such.address", 16);
    assert_err(cairn_link_open(&options, &links), CAIRN_NET);
    close_ends();
}

TEST(a_host_name_is_resolved)
{
    open_ends();
    (void)snprintf(ends[1].self.endpoint, sizeof ends[1].self.endpoint, "localhost:%u",
                   cairn_link_port(ends[1].links));
    link_two();
    close_ends();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_both_ways_whole_and_in_order),
        cmocka_unit_test(a_key_that_is_not_in_the_roster_does_not_get_in),
        cmocka_unit_test(a_key_that_leaves_the_roster_is_cut_off),
        cmocka_unit_test(a_link_that_breaks_is_dialled_again),
        cmocka_unit_test(what_was_sent_before_a_drop_still_arrives),
        cmocka_unit_test(a_second_link_of_one_peer_is_turned_away),
        cmocka_unit_test(a_side_that_takes_nothing_is_not_sent_more_than_its_buffers_hold),
        cmocka_unit_test(a_frame_of_a_wrong_length_ends_the_link),
        cmocka_unit_test(the_number_of_a_link_is_not_used_again_before_its_end_was_taken),
        cmocka_unit_test(a_caller_who_says_nothing_or_rubbish_is_no_link),
        cmocka_unit_test(an_address_that_is_taken_or_no_address_is_refused),
        cmocka_unit_test(a_host_name_is_resolved),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
