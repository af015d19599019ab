#include "node/http/http_exchange.h"

#include <string.h>

#include "tests/lib/test.h"

static struct cairn_http_request request;
static const struct cairn_http_exchange exchange = {.request = &request};

static void set_limit(const char *value)
{
    memset(&request, 0, sizeof request);
    request.query_count = 1;
    request.queries[0] = (struct cairn_http_pair){cairn_bytes_of("limit"), cairn_bytes_of(value)};
}

TEST(numbers_in_queries_are_read_strictly)
{
    static const struct {
        const char *text;
        uint64_t max, number;
        cairn_err err;
    } cases[] = {
        {"0", 10, 0, CAIRN_OK},
        {"10", 10, 10, CAIRN_OK},
        {"11", 10, 99, CAIRN_NUMBER},
        {"5", 3, 99, CAIRN_NUMBER},
        {"100", 10, 99, CAIRN_NUMBER},
        {"18446744073709551615", UINT64_MAX, UINT64_MAX, CAIRN_OK},
        {"18446744073709551616", UINT64_MAX, 99, CAIRN_NUMBER},
        {"99999999999999999999", UINT64_MAX, 99, CAIRN_NUMBER},
        {"", 10, 99, CAIRN_NUMBER},
        {"01", 10, 99, CAIRN_NUMBER},
        {"+1", 10, 99, CAIRN_NUMBER},
        {"-1", 10, 99, CAIRN_NUMBER},
        {"1 ", 10, 99, CAIRN_NUMBER},
        {"0x1", 10, 99, CAIRN_NUMBER},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        uint64_t number = 99;
        set_limit(cases[at].text);
        assert_err(cairn_http_exchange_query_uint(&exchange, "limit", cases[at].max, &number),
                   cases[at].err);
        assert_true(number == cases[at].number);
    }
}

TEST(what_is_absent_leaves_the_callers_value)
{
    uint64_t number = 7;
    struct cairn_bytes text = cairn_bytes_of("before");
    set_limit("1");
    assert_err(cairn_http_exchange_query_uint(&exchange, "from", 10, &number), CAIRN_OK);
    assert_int_equal(number, 7);
    assert_false(cairn_http_exchange_query(&exchange, "from", &text));
    assert_false(cairn_http_exchange_header(&exchange, "Idempotency-Key", &text));
    assert_int_equal(text.size, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_queries_are_read_strictly),
        cmocka_unit_test(what_is_absent_leaves_the_callers_value),
    };
    return cmocka_run_group_tests_name("http_exchange", tests, NULL, NULL);
}
