/* Method: the ends of tests/lib/ends.h, and bare sockets that say nothing. The clock of node/ is
 * the test's: it stands still until a test sets it on. */
#define _DEFAULT_SOURCE

#include "node/link.h"

#include "node/clock.h"
#include "tests/lib/ends.h"
#include "tests/lib/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENT_MAX 66
#define TICKS_MS   120u /* a tick of the links' timer, and some */

static uint64_t now_ms = 1000000;

uint64_t cairn_clock_wall_ms(void)
{
    return now_ms;
}

uint64_t cairn_clock_mono_ms(void)
{
    return now_ms;
}

uint64_t cairn_clock_mono_us(void)
{
    return now_ms * 1000u;
}

static int sockets[SILENT_MAX]; /* callers, or [0] a listener and [1] whom it let in */
static uint32_t wanted;

static struct sockaddr_in address_of(uint16_t number)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void call_silently(const struct end *end, uint32_t count)
{
    struct sockaddr_in address = address_of(cairn_link_port(end->links));
    for (uint32_t i = 0; i < count; i++) {
        sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(sockets[i], (struct sockaddr *)&address, sizeof address), 0);
        ends_run_ms(i % 16 == 15 ? 20 : 0);
    }
}

/* What came so far is thrown away. */
static bool has_ended(int fd)
{
    char bytes[4096];
    ssize_t size = 0;
    do {
        size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    } while (size > 0);
    return size == 0 || errno != EAGAIN;
}

static bool the_first_has_ended(void)
{
    return has_ended(sockets[0]);
}

static bool the_called_has_ended(void)
{
    return has_ended(sockets[1]);
}

TEST(a_caller_who_says_nothing_is_cut_after_the_time_of_a_handshake)
{
    ends_open();
    call_silently(&ends[0], 1);
    ends_run_ms(TICKS_MS);
    now_ms += CAIRN_LINK_HANDSHAKE_MS - 1;
    ends_run_ms(TICKS_MS);
    assert_false(the_first_has_ended());
    now_ms += 1;
    ends_run_until(the_first_has_ended);
    close(sockets[0]);
    ends_close();
}

TEST(of_too_many_silent_callers_the_oldest_makes_room)
{
    ends_open();
    call_silently(&ends[0], CAIRN_LINK_PENDING_MAX);
    ends_run_ms(TICKS_MS);
    assert_false(the_first_has_ended());
    struct sockaddr_in address = address_of(cairn_link_port(ends[0].links));
    sockets[CAIRN_LINK_PENDING_MAX] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(
        connect(sockets[CAIRN_LINK_PENDING_MAX], (struct sockaddr *)&address, sizeof address), 0);
    ends_run_until(the_first_has_ended);
    ends_run_ms(TICKS_MS);
    for (uint32_t i = 1; i <= CAIRN_LINK_PENDING_MAX; i++) {
        assert_false(has_ended(sockets[i]));
    }
    for (uint32_t i = 0; i <= CAIRN_LINK_PENDING_MAX; i++) {
        close(sockets[i]);
    }
    ends_close();
}

/* A machine that takes calls and says nothing; end 0 is to call it. */
static void listen_silently(void)
{
    struct sockaddr_in address = address_of(0);
    socklen_t size = sizeof address;
    sockets[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(sockets[0], (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(sockets[0], 8), 0);
    assert_int_equal(getsockname(sockets[0], (struct sockaddr *)&address, &size), 0);
    (void)snprintf(ends[1].self.endpoint, sizeof ends[1].self.endpoint, "127.0.0.1:%u",
                   ntohs(address.sin_port));
}

static bool a_call_has_come(void)
{
    sockets[1] = accept(sockets[0], NULL, NULL);
    return sockets[1] >= 0;
}

static void expect_no_call(void)
{
    ends_run_ms(TICKS_MS);
    assert_false(a_call_has_come());
}

TEST(who_is_called_and_says_nothing_is_cut_and_called_again)
{
    ends_open();
    listen_silently();
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_until(a_call_has_come);
    now_ms += CAIRN_LINK_HANDSHAKE_MS - 1;
    ends_run_ms(TICKS_MS);
    assert_false(the_called_has_ended());
    now_ms += 1;
    ends_run_until(the_called_has_ended);
    close(sockets[1]);
    now_ms += CAIRN_LINK_BACKOFF_MS;
    ends_run_until(a_call_has_come);
    close(sockets[1]);
    close(sockets[0]);
    ends_close();
}

TEST(the_pause_between_two_calls_doubles_up_to_its_limit)
{
    ends_open();
    listen_silently();
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_until(a_call_has_come);
    for (uint64_t pause_ms = CAIRN_LINK_BACKOFF_MS;; pause_ms *= 2) {
        bool is_last = pause_ms > CAIRN_LINK_BACKOFF_MAX;
        pause_ms = is_last ? CAIRN_LINK_BACKOFF_MAX : pause_ms;
        close(sockets[1]);
        ends_run_ms(TICKS_MS);
        now_ms += pause_ms / 2 - 1;
        if (pause_ms == CAIRN_LINK_BACKOFF_MS || pause_ms == 2 * CAIRN_LINK_BACKOFF_MS || is_last) {
            expect_no_call();
        }
        now_ms += pause_ms / 2 + 1;
        ends_run_until(a_call_has_come);
        if (is_last) {
            break;
        }
    }
    close(sockets[1]);
    close(sockets[0]);
    ends_close();
}

TEST(who_should_be_called_by_the_other_side_waits_before_it_calls)
{
    ends_open();
    listen_silently();
    ends_introduce(&ends[0], &ends[1], false);
    now_ms += CAIRN_LINK_WAIT_MS - 1;
    expect_no_call();
    now_ms += CAIRN_LINK_WAIT_MS + 1;
    ends_run_until(a_call_has_come);
    close(sockets[1]);
    ends_run_ms(TICKS_MS);
    now_ms += CAIRN_LINK_WAIT_MS + CAIRN_LINK_BACKOFF_MS / 2 - 1;
    expect_no_call();
    now_ms += CAIRN_LINK_BACKOFF_MS / 2 + 1;
    ends_run_until(a_call_has_come);
    close(sockets[1]);
    close(sockets[0]);
    ends_close();
}

TEST(a_roster_that_says_the_same_calls_nobody_earlier)
{
    ends_open();
    listen_silently();
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_until(a_call_has_come);
    close(sockets[1]);
    ends_run_ms(TICKS_MS);
    ends_introduce(&ends[0], &ends[1], true);
    expect_no_call();
    int other = sockets[0];
    listen_silently(); /* an address that is new is called at once */
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_until(a_call_has_come);
    close(sockets[1]);
    close(sockets[0]);
    close(other);
    ends_close();
}

static bool frames_have_come(void)
{
    return ends[0].frame_count >= wanted;
}

TEST(a_link_over_which_nothing_comes_is_cut_at_the_limit_of_silence)
{
    ends_open();
    ends_link_two();
    now_ms += CAIRN_LINK_SILENT_MS - 1;
    ends_run_ms(TICKS_MS);
    assert_true(ends_are_up());
    wanted = 1;
    ends_send(&ends[1], 5, 'h'); /* end 0 hears something, end 1 does not */
    ends_run_until(frames_have_come);
    now_ms += 1;
    ends_run_until(ends_have_been_down);
    ends_close();
}

/* End 0 has called in vain for long; then it is let in, hears something, and is cut off. */
static void be_of_use_for(uint64_t lived_ms)
{
    ends_introduce(&ends[0], &ends[1], true);
    for (uint32_t i = 0; i < 6; i++) {
        ends_run_ms(TICKS_MS);
        now_ms += CAIRN_LINK_BACKOFF_MAX;
    }
    ends_introduce(&ends[1], &ends[0], false);
    ends_run_until(ends_are_up);
    wanted = ends[0].frame_count + 1;
    ends_send(&ends[1], 5, 'h');
    ends_run_until(frames_have_come);
    now_ms += lived_ms;
    cairn_link_drop(ends[1].links, ends[1].link);
    ends_run_until(ends_have_been_down);
    ends_run_ms(TICKS_MS);
    now_ms += CAIRN_LINK_BACKOFF_MS;
}

TEST(only_a_link_that_lived_for_a_while_is_called_again_soon)
{
    ends_open();
    be_of_use_for(4999);
    uint32_t before = ends[0].up_count;
    ends_run_ms(2 * TICKS_MS);
    assert_int_equal(ends[0].up_count, before);
    ends_close();
    ends_open();
    be_of_use_for(5000);
    ends_run_until(ends_are_up);
    ends_close();
}

static uint64_t left_before;

static bool nothing_leaves_any_more(void)
{
    left_before = ends[0].sent_bytes;
    ends_run_ms(TICKS_MS);
    return ends[0].sent_bytes > 0 && left_before == ends[0].sent_bytes;
}

/* End 0 sends more than end 1, which takes nothing, has room for. */
static void fill(void)
{
    ends[1].is_taking = false;
    for (uint32_t i = 0; i < 32; i++) {
        ends_send(&ends[0], CAIRN_LIMIT_FRAME_BYTES, 'f');
    }
    ends_run_until(nothing_leaves_any_more);
}

TEST(a_side_that_does_not_read_does_not_call_the_other_one_silent)
{
    ends_open();
    ends_link_two();
    fill();
    for (wanted = 1; wanted < 4; wanted++) {
        now_ms += CAIRN_LINK_SILENT_MS - 1;
        ends_send(&ends[1], 5, 'h');
        ends_run_until(frames_have_come);
        ends_run_ms(TICKS_MS);
    }
    assert_int_equal(cairn_link_count(ends[1].links), 1);
    assert_int_equal(cairn_link_count(ends[0].links), 1);
    ends_close();
}

static bool the_sender_is_down(void)
{
    return ends[0].down_count == 1;
}

TEST(a_dropped_link_whose_peer_takes_nothing_is_cut_after_the_time_to_linger)
{
    ends_open();
    ends_link_two();
    fill();
    cairn_link_drop(ends[0].links, ends[0].link);
    now_ms += CAIRN_LINK_LINGER_MS - 1;
    ends_run_ms(TICKS_MS);
    assert_false(the_sender_is_down());
    now_ms += 1;
    ends_run_until(the_sender_is_down);
    ends_close();
}

/* Calls that come too early are made again. */
static bool the_third_is_up(void)
{
    now_ms += 10;
    return ends_is_up(&ends[2]) && ends[0].up_count == 2 && ends[0].down_count == 1;
}

/* End 2 gets the key of end 1. */
static void take_the_key_of_end_1(void)
{
    cairn_link_close(ends[2].links, NULL, NULL);
    ends_open_one(&ends[2], 2);
    assert_memory_equal(ends[2].self.spki_hash, ends[1].self.spki_hash, 32);
}

TEST(a_peer_that_calls_anew_takes_the_place_of_a_link_that_is_silent)
{
    ends_open();
    take_the_key_of_end_1();
    ends_link_two();
    now_ms += CAIRN_LINK_DOUBT_MS - 1;
    ends_introduce(&ends[2], &ends[0], true);
    ends_run_ms(TICKS_MS);
    assert_int_equal(ends[0].up_count, 1);
    assert_int_equal(ends[0].down_count, 0);
    now_ms += 1;
    ends_introduce(&ends[1], &ends[0], false);
    ends_run_until(the_third_is_up);
    ends_close();
}

/* The sockets of this process that lead to another one: how they are set. */
static uint32_t count_watched(void)
{
    uint32_t count = 0;
    for (int fd = 3; fd < 256; fd++) {
        struct sockaddr_in peer;
        socklen_t peer_size = sizeof peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &peer_size) != 0 ||
            peer.sin_family != AF_INET) {
            continue;
        }
        const struct {
            int level, name, value;
        } wants[] = {
            {IPPROTO_TCP, TCP_NODELAY, 1},   {SOL_SOCKET, SO_KEEPALIVE, 1},
            {IPPROTO_TCP, TCP_KEEPIDLE, 10}, {IPPROTO_TCP, TCP_KEEPINTVL, 5},
            {IPPROTO_TCP, TCP_KEEPCNT, 3},   {IPPROTO_TCP, TCP_USER_TIMEOUT, CAIRN_LINK_STALL_MS},
        };
        for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
            int value = 0;
            socklen_t size = sizeof value;
            assert_int_equal(getsockopt(fd, wants[i].level, wants[i].name, &value, &size), 0);
            assert_int_equal(value, wants[i].value);
        }
        count++;
    }
    return count;
}

TEST(the_kernel_watches_both_ends_of_a_link_for_a_machine_that_has_gone)
{
    ends_open();
    ends_link_two();
    assert_int_equal(count_watched(), 2);
    ends_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_who_says_nothing_is_cut_after_the_time_of_a_handshake),
        cmocka_unit_test(of_too_many_silent_callers_the_oldest_makes_room),
        cmocka_unit_test(who_is_called_and_says_nothing_is_cut_and_called_again),
        cmocka_unit_test(the_pause_between_two_calls_doubles_up_to_its_limit),
        cmocka_unit_test(who_should_be_called_by_the_other_side_waits_before_it_calls),
        cmocka_unit_test(a_roster_that_says_the_same_calls_nobody_earlier),
        cmocka_unit_test(a_link_over_which_nothing_comes_is_cut_at_the_limit_of_silence),
        cmocka_unit_test(only_a_link_that_lived_for_a_while_is_called_again_soon),
        cmocka_unit_test(a_side_that_does_not_read_does_not_call_the_other_one_silent),
        cmocka_unit_test(a_dropped_link_whose_peer_takes_nothing_is_cut_after_the_time_to_linger),
        cmocka_unit_test(a_peer_that_calls_anew_takes_the_place_of_a_link_that_is_silent),
        cmocka_unit_test(the_kernel_watches_both_ends_of_a_link_for_a_machine_that_has_gone),
    };
    return cmocka_run_group_tests_name("link_conn", tests, NULL, NULL);
}
