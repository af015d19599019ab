#include "tests/lib/ends.h"

#include "crypto/tls_identity.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 30000u /* generous: the machine may be busy */

uv_loop_t ends_loop;
struct end ends[3];

/* The clock of the machine: a test may have another one in the place of node/clock.h. */
static uint64_t real_ms(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void ends_take(struct end *end)
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
    ends_take(host);
}

static void on_closed(void *host)
{
    struct end *end = host;
    end->is_closed = true;
    end->links = NULL;
}

void ends_open_one(struct end *end, uint8_t number)
{
    struct cairn_config_endpoint listen = {.host = "127.0.0.1"};
    struct cairn_tls_identity *identity = NULL;
    *end = (struct end){.is_taking = true};
    memset(end->seed, number, 32);
    struct cairn_link_options options = {.loop = &ends_loop,
                                         .tls_seed = end->seed,
                                         .listen = &listen,
                                         .on_news = on_news,
                                         .host = end};
    assert_err(cairn_link_open(&options, &end->links), CAIRN_OK);
    assert_err(cairn_tls_identity_make(end->seed, "cairn", &identity), CAIRN_OK);
    cairn_tls_identity_spki(identity, end->self.spki_hash);
    cairn_tls_identity_close(identity);
    (void)snprintf(end->self.endpoint, sizeof end->self.endpoint, "127.0.0.1:%u",
                   cairn_link_port(end->links));
}

void ends_open(void)
{
    assert_int_equal(uv_loop_init(&ends_loop), 0);
    for (uint8_t i = 0; i < 3; i++) {
        ends_open_one(&ends[i], (uint8_t)(i + 1));
    }
}

void ends_close(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (ends[i].links != NULL) {
            cairn_link_close(ends[i].links, on_closed, &ends[i]);
        }
    }
    assert_int_equal(uv_run(&ends_loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&ends_loop), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(ends[i].is_closed);
    }
}

/* `caller` may call `called`, and is let in. */
void ends_introduce(struct end *caller, const struct end *called, bool is_ours_to_dial)
{
    struct cairn_link_peer peer = called->self;
    peer.is_ours_to_dial = is_ours_to_dial;
    cairn_link_set_roster(caller->links, &peer, 1);
}

void ends_run_until(bool (*is_true)(void))
{
    uint64_t end_ms = real_ms() + WAIT_MS;
    while (!is_true()) {
        if (real_ms() > end_ms) {
            fail_msg("%s", "waited too long");
        }
        (void)uv_run(&ends_loop, UV_RUN_ONCE);
    }
}

void ends_run_ms(uint64_t ms)
{
    uint64_t end_ms = real_ms() + ms;
    while (real_ms() < end_ms) {
        (void)uv_run(&ends_loop, UV_RUN_ONCE);
    }
}

bool ends_is_up(const struct end *end)
{
    return end->up_count == end->down_count + 1;
}

bool ends_are_up(void)
{
    return ends_is_up(&ends[0]) && ends_is_up(&ends[1]);
}

/* A caller may think for a moment that it is let in, and then hear that it is not. */
bool ends_have_been_down(void)
{
    return ends[0].down_count > 0 && ends[1].down_count > 0;
}

void ends_link_two(void)
{
    ends_introduce(&ends[1], &ends[0], false);
    ends_introduce(&ends[0], &ends[1], true);
    ends_run_until(ends_are_up);
    for (uint32_t i = 0; i < 2; i++) { /* an attempt that took too long does not count */
        ends[i].up_count = 1;
        ends[i].down_count = 0;
    }
}

void ends_send(struct end *from, size_t size, char fill)
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
