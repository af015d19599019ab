#include "node/http/http_queue.h"

#include <string.h>

#include "tests/lib/test.h"

TEST(an_empty_queue_holds_no_memory)
{
    struct cairn_http_queue queue = {0};
    assert_int_equal(cairn_http_queue_view(&queue).size, 0);
    assert_err(cairn_http_queue_put(&queue, cairn_bytes_of("abc")), CAIRN_OK);
    cairn_http_queue_drop(&queue, 3);
    assert_null(queue.memory);
}

TEST(more_cannot_be_dropped_than_is_there)
{
    struct cairn_http_queue queue = {0};
    assert_err(cairn_http_queue_put(&queue, cairn_bytes_of("abc")), CAIRN_OK);
    expect_assert_failure(cairn_http_queue_drop(&queue, 4));
    cairn_http_queue_clear(&queue);
}

/* Property: what comes out is what went in, however it is cut. */
TEST(bytes_come_out_in_order)
{
    struct test_rng rng = test_rng_open();
    struct cairn_http_queue queue = {0};
    uint32_t put = 0, got = 0;
    for (uint32_t round = 0; round < 20000; round++) {
        uint8_t bytes[300];
        size_t size = test_rng_below(&rng, sizeof bytes);
        for (size_t at = 0; at < size; at++) {
            bytes[at] = (uint8_t)(put++ % 251);
        }
        assert_err(cairn_http_queue_put(&queue, (struct cairn_bytes){bytes, size}), CAIRN_OK);
        struct cairn_bytes view = cairn_http_queue_view(&queue);
        size_t taken = view.size < 5000 ? test_rng_below(&rng, (uint32_t)view.size + 1) : view.size;
        for (size_t at = 0; at < taken; at++) {
            assert_int_equal(view.data[at], got++ % 251);
        }
        cairn_http_queue_drop(&queue, taken);
        assert_true(queue.capacity <= 20000);
    }
    cairn_http_queue_clear(&queue);
    assert_true(got > 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_queue_holds_no_memory),
        cmocka_unit_test(more_cannot_be_dropped_than_is_there),
        cmocka_unit_test(bytes_come_out_in_order),
    };
    return cmocka_run_group_tests_name("http_queue", tests, NULL, NULL);
}
