#include "node/retrybook.h"

#include "tests/lib/test.h"

#include <string.h>

static struct cairn_retrybook *book;
static struct cairn_retry_answer answer;

static int open_book(void **state)
{
    (void)state;
    return cairn_retrybook_open(&book) == CAIRN_OK ? 0 : -1;
}

static int close_book(void **state)
{
    (void)state;
    cairn_retrybook_close(book);
    return 0;
}

static enum cairn_retry begin(uint32_t key_number, uint8_t request_seed)
{
    uint8_t key[32] = {0};
    uint8_t request[32];
    cairn_bytes_put_u32(key, key_number);
    memset(request, request_seed, sizeof request);
    return cairn_retrybook_begin(book, key, request, &answer);
}

static void end(uint32_t key_number, int status, const char *body)
{
    uint8_t key[32] = {0};
    cairn_bytes_put_u32(key, key_number);
    cairn_retrybook_end(book, key, status, cairn_bytes_of(body));
}

TEST(the_same_request_gets_the_same_answer)
{
    assert_int_equal(begin(1, 7), CAIRN_RETRY_NEW);
    assert_int_equal(begin(1, 7), CAIRN_RETRY_PENDING);
    end(1, 201, "{\"id\":1}");
    assert_int_equal(begin(1, 7), CAIRN_RETRY_REPEATED);
    assert_int_equal(answer.status, 201);
    assert_true(cairn_bytes_is_equal(answer.body, cairn_bytes_of("{\"id\":1}")));
}

TEST(another_request_under_the_key_is_told_so_pending_or_not)
{
    assert_int_equal(begin(1, 7), CAIRN_RETRY_NEW);
    assert_int_equal(begin(1, 8), CAIRN_RETRY_OTHER);
    end(1, 200, "{}");
    assert_int_equal(begin(1, 8), CAIRN_RETRY_OTHER);
}

TEST(what_was_refused_may_be_tried_again_with_another_body)
{
    assert_int_equal(begin(1, 7), CAIRN_RETRY_NEW);
    end(1, 0, "");
    assert_int_equal(begin(1, 8), CAIRN_RETRY_NEW);
}

TEST(the_oldest_keys_are_pushed_out_and_their_end_is_harmless)
{
    for (uint32_t key = 0; key <= CAIRN_RETRYBOOK_MAX; key++) {
        assert_int_equal(begin(key << 16 | key, 7), CAIRN_RETRY_NEW);
    }
    end(0, 200, "{}");
    assert_int_equal(begin(0, 8), CAIRN_RETRY_NEW);
    assert_int_equal(begin(5u << 16 | 5u, 7), CAIRN_RETRY_PENDING);
}

TEST(an_answer_that_is_too_long_is_not_kept)
{
    static char long_text[CAIRN_RETRYBOOK_BODY_MAX + 2];
    memset(long_text, 'x', CAIRN_RETRYBOOK_BODY_MAX + 1);
    assert_int_equal(begin(1, 7), CAIRN_RETRY_NEW);
    end(1, 200, long_text);
    assert_int_equal(begin(1, 7), CAIRN_RETRY_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_request_gets_the_same_answer, open_book,
                                        close_book),
        cmocka_unit_test_setup_teardown(another_request_under_the_key_is_told_so_pending_or_not,
                                        open_book, close_book),
        cmocka_unit_test_setup_teardown(what_was_refused_may_be_tried_again_with_another_body,
                                        open_book, close_book),
        cmocka_unit_test_setup_teardown(the_oldest_keys_are_pushed_out_and_their_end_is_harmless,
                                        open_book, close_book),
        cmocka_unit_test_setup_teardown(an_answer_that_is_too_long_is_not_kept, open_book,
                                        close_book),
    };
    return cmocka_run_group_tests_name("retrybook", tests, NULL, NULL);
}
