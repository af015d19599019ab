#include "node/http/http_problem.h"

#include <stdlib.h>

#include "tests/lib/test.h"

TEST(each_family_has_its_status)
{
    static const struct {
        cairn_err err;
        int status;
    } cases[] = {
        {CAIRN_JSON, 400},         {CAIRN_HTTP, 400},
        {CAIRN_TEXT_UTF8, 400},    {CAIRN_JSON_FIELD, 422},
        {CAIRN_DATE, 422},         {CAIRN_CODE_UNKNOWN, 422},
        {CAIRN_ID, 422},           {CAIRN_PEER_FORK, 422},
        {CAIRN_DENIED_ROLE, 403},  {CAIRN_DENIED_POLICY, 403},
        {CAIRN_DENIED_TOKEN, 401}, {CAIRN_DENIED_HOST, 400},
        {CAIRN_NOT_FOUND, 404},    {CAIRN_METHOD, 405},
        {CAIRN_EXISTS, 409},       {CAIRN_CONFLICT, 409},
        {CAIRN_STATE, 409},        {CAIRN_MEDIA, 415},
        {CAIRN_LATER, 503},        {CAIRN_BUSY, 429},
        {CAIRN_STARTING, 503},     {CAIRN_MEMORY, 500},
        {CAIRN_DISK, 500},         {CAIRN_DISK_FLOOR, 507},
        {CAIRN_RULE_THIN, 422},    {CAIRN_RULE_STEP, 422},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        assert_int_equal(cairn_http_problem_status(cases[at].err), cases[at].status);
    }
}

#define STATUS_IS_ERROR(name, number, text)                                                        \
    if (CAIRN_##name != CAIRN_OK) {                                                                \
        int status = cairn_http_problem_status(CAIRN_##name);                                      \
        assert_in_range(status, 400, 599);                                                         \
        assert_string_not_equal(cairn_http_problem_reason(status), "Status");                      \
    }

TEST(every_error_has_a_status_with_a_name){CAIRN_ERR_LIST(STATUS_IS_ERROR)}

TEST(a_problem_says_what_where_and_which_number)
{
    json_t *problem = cairn_http_problem_make(CAIRN_RULE_THIN, 0, "no name", "/names/0/s");
    char *text = json_dumps(problem, JSON_COMPACT);
    assert_string_equal(text, "{\"type\":\"urn:cairn:error:RULE_THIN\",\"title\":\"person alert "
                              "lacks name with birth date, or a document: B17\",\"status\":422,"
                              "\"code\":617,\"detail\":\"no name\",\"pointer\":\"/names/0/s\"}");
    free(text);
    json_decref(problem);
}

TEST(what_is_not_known_is_left_out)
{
    json_t *problem = cairn_http_problem_make(CAIRN_HTTP, 431, NULL, NULL);
    assert_null(json_object_get(problem, "detail"));
    assert_null(json_object_get(problem, "pointer"));
    assert_int_equal(json_integer_value(json_object_get(problem, "status")), 431);
    json_decref(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_family_has_its_status),
        cmocka_unit_test(every_error_has_a_status_with_a_name),
        cmocka_unit_test(a_problem_says_what_where_and_which_number),
        cmocka_unit_test(what_is_not_known_is_left_out),
    };
    return cmocka_run_group_tests_name("http_problem", tests, NULL, NULL);
}
