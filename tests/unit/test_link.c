/* Method: two ends on one loop, and a bare socket where the other side misbehaves. */
#define _POSIX_C_SOURCE 200809L

#include "node/link.h"

#include "tests/lib/ends.h"
#include "tests/lib/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct end *waited;

static bool both_are_up_again(void)
{
    return ends_have_been_down() && ends_are_up();
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

static void wait_frames(const struct end *end, uint32_t count)
{
    waited = end;
    frames_wanted = count;
    ends_run_until(frames_have_come);
}

static bool three_frames_are_gone(void)
{
    return ends[0].sent_bytes == 5 + CAIRN_LIMIT_FRAME_BYTES + 1 + 3 * 4;
}

TEST(frames_go_both_ways_whole_and_in_order)
{
    ends_open();
    ends_link_two();
    ends_send(&ends[0], 5, 'a');
    ends_send(&ends[0], CAIRN_LIMIT_FRAME_BYTES, 'b');
    ends_send(&ends[0], 1, 'c');
    ends_send(&ends[1], 3, 'd');
    wait_frames(&ends[1], 3);
    wait_frames(&ends[0], 1);
    assert_int_equal(ends[1].frame_bytes, 5 + CAIRN_LIMIT_FRAME_BYTES + 1);
    assert_int_equal(ends[1].last_size, 1);
    assert_int_equal(ends[1].last[0], 'c');
    assert_memory_equal(ends[0].last, "ddd", 3);
    ends_run_until(three_frames_are_gone); /* the sender may hear of it later than the receiver */
    assert_int_equal(cairn_link_count(ends[0].links), 1);
    ends_close();
}

TEST(a_key_that_is_not_in_the_roster_does_not_get_in)
{
    ends_open();
    ends_introduce(&ends[0], &ends[1], true); /* 1 does not know 0 */
    ends_run_ms(600);
    assert_int_equal(ends[1].up_count, 0);
    ends_run_until(the_caller_is_down);
    assert_int_equal(ends[1].up_count, 0);
    ends_close();
}

TEST(a_roster_of_others_lets_nobody_else_in)
{
    ends_open();
    ends_introduce(&ends[1], &ends[2], false); /* 1 knows 2, not 0 */
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_ms(600);
    assert_int_equal(ends[1].up_count, 0);
    ends_close();
}

static bool all_three_are_up(void)
{
    return cairn_link_count(ends[0].links) == 2 && ends_is_up(&ends[1]) && ends_is_up(&ends[2]);
}

TEST(every_peer_of_a_roster_is_called_under_its_own_key)
{
    ends_open();
    struct cairn_link_peer peers[2] = {ends[1].self, ends[2].self};
    peers[0].is_ours_to_dial = true;
    peers[1].is_ours_to_dial = true;
    ends_introduce(&ends[1], &ends[0], false);
    ends_introduce(&ends[2], &ends[0], false);
    cairn_link_set_roster(ends[0].links, peers, 2);
    ends_run_until(all_three_are_up);
    ends_run_ms(600); /* and not called again */
    assert_int_equal(ends[0].up_count, 2);
    assert_int_equal(ends[1].up_count, 1);
    assert_int_equal(ends[2].up_count, 1);
    ends_close();
}

TEST(a_key_that_leaves_the_roster_is_cut_off)
{
    ends_open();
    ends_link_two();
    cairn_link_set_roster(ends[1].links, NULL, 0);
    ends_run_until(ends_have_been_down);
    ends_run_ms(600);
    assert_int_equal(ends[1].up_count, 1);
    assert_int_equal(cairn_link_count(ends[1].links), 0);
    ends_close();
}

TEST(a_link_that_breaks_is_dialled_again)
{
    ends_open();
    ends_link_two();
    cairn_link_drop(ends[1].links, ends[1].link);
    ends_run_until(ends_have_been_down);
    ends_run_until(both_are_up_again);
    ends_close();
}

TEST(what_was_sent_before_a_drop_still_arrives)
{
    ends_open();
    ends_link_two();
    ends_send(&ends[0], 300000, 'z');
    ends_send(&ends[0], 4, 'y');
    cairn_link_drop(ends[0].links, ends[0].link);
    wait_frames(&ends[1], 2);
    assert_memory_equal(ends[1].last, "yyyy", 4);
    ends_run_until(ends_have_been_down);
    ends_close();
}

/* One link, and no attempt at another one is under way: for a while nothing has come or gone. */
static bool one_link_has_settled(void)
{
    uint32_t before = ends[0].up_count + ends[1].up_count;
    ends_run_ms(500);
    return ends_are_up() && before == ends[0].up_count + ends[1].up_count;
}

TEST(a_second_link_of_one_peer_is_turned_away)
{
    ends_open();
    ends_introduce(&ends[0], &ends[1], true);
    ends_introduce(&ends[1], &ends[0], true);
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_until(one_link_has_settled);
    assert_int_equal(cairn_link_count(ends[0].links), 1);
    assert_int_equal(cairn_link_count(ends[1].links), 1);
    ends_close();
}

static uint64_t bytes_that_left;

static bool nothing_leaves_any_more(void)
{
    uint64_t before = ends[0].sent_bytes;
    ends_run_ms(300);
    bytes_that_left = ends[0].sent_bytes;
    return bytes_that_left > 0 && before == bytes_that_left;
}

static bool has_all(void)
{
    return ends[1].frame_count == 64;
}

TEST(a_side_that_takes_nothing_is_not_sent_more_than_its_buffers_hold)
{
    ends_open();
    ends_link_two();
    ends[1].is_taking = false;
    for (uint32_t i = 0; i < 64; i++) {
        ends_send(&ends[0], CAIRN_LIMIT_FRAME_BYTES, 'f');
    }
    ends_run_until(nothing_leaves_any_more);
    assert_true(bytes_that_left < 64ull * CAIRN_LIMIT_FRAME_BYTES); /* sockets hold a few MiB */
    ends[1].is_taking = true;
    ends_take(&ends[1]);
    ends_run_until(has_all);
    assert_int_equal(ends[1].frame_bytes, 64ull * CAIRN_LIMIT_FRAME_BYTES);
    ends_close();
}

TEST(a_frame_of_a_wrong_length_ends_the_link)
{
    static const uint8_t wrong[][4] = {{0, 0, 0, 0}, {0, 0x10, 0, 1}, {0xff, 0xff, 0xff, 0xff}};
    for (size_t i = 0; i < 3; i++) {
        ends_open();
        ends_link_two();
        cairn_link_send(ends[0].links, ends[0].link, (struct cairn_bytes){wrong[i], 4},
                        (struct cairn_bytes){.size = 0});
        ends_run_until(ends_have_been_down);
        assert_int_equal(ends[1].frame_count, 0);
        ends_close();
    }
}

static bool the_caller_has_heard_of_the_end(void)
{
    return ends[0].down_count == 1; /* so the other side has closed the old link */
}

static bool the_next_link_is_there(void)
{
    return ends_is_up(&ends[0]) && cairn_link_count(ends[1].links) == 1;
}

TEST(the_number_of_a_link_is_not_used_again_before_its_end_was_taken)
{
    ends_open();
    ends_link_two();
    uint32_t first = ends[1].link;
    ends[1].is_taking = false;
    cairn_link_drop(ends[0].links, ends[0].link);
    ends_run_until(the_caller_has_heard_of_the_end);
    ends_run_until(the_next_link_is_there);
    ends[1].is_taking = true;
    ends_take(&ends[1]);
    ends_run_until(both_are_up_again);
    assert_int_equal(ends[1].down_count, 1);
    assert_int_not_equal(ends[1].link, first);
    ends_close();
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
    ends_open();
    ends_link_two();
    cairn_bytes_put_u16(port, cairn_link_port(ends[1].links));
    memcpy(&address.sin_port, port, 2);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    loud = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(silent, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(connect(loud, (struct sockaddr *)&address, sizeof address), 0);
    assert_true(write(loud, "GET / HTTP/1.1\r\n\r\n", 18) == 18);
    ends_run_until(loud_has_heard_the_end);
    assert_int_equal(loud_got, 0);
    close(loud);
    close(silent);
    assert_int_equal(ends[1].up_count, 1);
    ends_send(&ends[0], 2, 'k');
    wait_frames(&ends[1], 1);
    ends_close();
}

static void no_news(void *host)
{
    (void)host;
}

TEST(an_address_that_is_taken_or_no_address_is_refused)
{
    struct cairn_links *links = NULL;
    struct cairn_config_endpoint listen = {.host = "127.0.0.1"};
    ends_open();
    listen.port = cairn_link_port(ends[0].links);
    struct cairn_link_options options = {.loop = &ends_loop,
                                         .tls_seed = ends[0].seed,
                                         .listen = &listen,
                                         .on_news = no_news,
                                         .host = &ends[0]};
    assert_err(cairn_link_open(&options, &links), CAIRN_NET);
    memcpy(listen.host, "no.such.address", 16);
    assert_err(cairn_link_open(&options, &links), CAIRN_NET);
    ends_close();
}

TEST(a_host_name_is_resolved)
{
    ends_open();
    (void)snprintf(ends[1].self.endpoint, sizeof ends[1].self.endpoint, "localhost:%u",
                   cairn_link_port(ends[1].links));
    ends_link_two();
    ends_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_both_ways_whole_and_in_order),
        cmocka_unit_test(a_key_that_is_not_in_the_roster_does_not_get_in),
        cmocka_unit_test(a_roster_of_others_lets_nobody_else_in),
        cmocka_unit_test(every_peer_of_a_roster_is_called_under_its_own_key),
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
