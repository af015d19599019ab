/* Method: stderr goes into a pipe while one line is written; the line is compared whole, but for
 * its time. */
#define _POSIX_C_SOURCE 200809L

#include "node/logger.h"

#include "tests/lib/test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int saved_stderr;
static int pipe_ends[2];

static void catch_begin(void)
{
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_int_equal(dup2(pipe_ends[1], STDERR_FILENO), STDERR_FILENO);
}

/* gives  what was written since, behind the time; "" when nothing was */
static const char *catch_end(void)
{
    static char text[4096];
    assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
    ssize_t size = read(pipe_ends[0], text, sizeof text - 1);
    assert_int_equal(close(saved_stderr) + close(pipe_ends[0]) + close(pipe_ends[1]), 0);
    text[size > 0 ? size : 0] = '\0';
    if (size <= 0) {
        return text;
    }
    assert_true(size > 25);
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
    for (size_t at = 0; shape[at] != '\0'; at++) {
        bool is_digit = text[at] >= '0' && text[at] <= '9';
        assert_true(shape[at] == 'd' ? is_digit : text[at] == shape[at]);
    }
    return text + 25;
}

TEST(a_line_has_time_level_name_and_typed_fields)
{
    catch_begin();
    CAIRN_LOG(CAIRN_LOGGER_WARN, "fork.found", CAIRN_LOG_ID("author", cairn_bytes_of("GEO")),
              CAIRN_LOG_U64("size", 4711), CAIRN_LOG_ERR(CAIRN_PEER_ORDER));
    assert_string_equal(catch_end(), "warn fork.found author=GEO size=4711 err=203\n");
}

TEST(a_line_may_have_no_fields)
{
    catch_begin();
    cairn_logger_write(CAIRN_LOGGER_ERROR, "node.stopped", NULL, 0);
    assert_string_equal(catch_end(), "error node.stopped\n");
}

TEST(bytes_outside_the_alphabet_become_question_marks)
{
    static const struct {
        const char *id, *wanted;
    } cases[] = {
        {"test-net/AUT/vienna_1:2.0", "info x id=test-net/AUT/vienna_1:2.0\n"},
        {"M\xC3\xBCller, A", "info x id=M??ller??A\n"},
        {"a\nerror forged", "info x id=a?error?forged\n"},
        {"a=b\x1B[31m\"", "info x id=a?b??31m?\n"},
        {"", "info x id=\n"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        catch_begin();
        CAIRN_LOG(CAIRN_LOGGER_INFO, "x", CAIRN_LOG_ID("id", cairn_bytes_of(cases[at].id)));
        assert_string_equal(catch_end(), cases[at].wanted);
    }
    catch_begin();
    CAIRN_LOG(CAIRN_LOGGER_INFO, "x",
              CAIRN_LOG_ID("id", ((struct cairn_bytes){(const uint8_t *)"a\0b", 3})));
    assert_string_equal(catch_end(), "info x id=a?b\n");
}

TEST(ids_and_lines_have_an_end)
{
    static char longest[200];
    memset(longest, 'A', sizeof longest - 1);
    struct cairn_logger_field field = CAIRN_LOG_ID("id", cairn_bytes_of(longest));
    catch_begin();
    cairn_logger_write(CAIRN_LOGGER_INFO, "x", &field, 1);
    assert_int_equal(strlen(catch_end()), strlen("info x id=\n") + CAIRN_LOGGER_ID_MAX);

    struct cairn_logger_field many[20];
    for (size_t at = 0; at < 20; at++) {
        many[at] = field;
    }
    catch_begin();
    cairn_logger_write(CAIRN_LOGGER_INFO, "x", many, 20);
    const char *text = catch_end();
    size_t field_size = strlen(" id=") + CAIRN_LOGGER_ID_MAX;
    assert_int_equal((strlen(text) - strlen("info x\n")) % field_size, 0); /* whole fields only */
    assert_true(strlen(text) + 25 <= CAIRN_LOGGER_LINE_MAX);
    assert_true(strlen(text) + 25 + field_size > CAIRN_LOGGER_LINE_MAX);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

TEST(lines_above_the_level_are_dropped)
{
    for (unsigned level = CAIRN_LOGGER_ERROR; level <= CAIRN_LOGGER_DEBUG; level++) {
        cairn_logger_set_level((enum cairn_logger_level)level);
        for (unsigned of = CAIRN_LOGGER_ERROR; of <= CAIRN_LOGGER_DEBUG; of++) {
            catch_begin();
            cairn_logger_write((enum cairn_logger_level)of, "x", NULL, 0);
            assert_int_equal(strlen(catch_end()) > 0, of <= level);
            assert_int_equal(cairn_logger_is_on((enum cairn_logger_level)of), of <= level);
        }
    }
    cairn_logger_set_level(CAIRN_LOGGER_INFO);
}

TEST(level_names_are_read_back)
{
    enum cairn_logger_level level;
    for (unsigned of = CAIRN_LOGGER_ERROR; of <= CAIRN_LOGGER_DEBUG; of++) {
        const char *name = cairn_logger_level_name((enum cairn_logger_level)of);
        assert_err(cairn_logger_parse_level(cairn_bytes_of(name), &level), CAIRN_OK);
        assert_int_equal(level, of);
    }
    assert_err(cairn_logger_parse_level(cairn_bytes_of("INFO"), &level), CAIRN_NOT_FOUND);
}

TEST(the_level_of_an_error_follows_its_family)
{
    assert_int_equal(cairn_logger_level_of(CAIRN_DISK), CAIRN_LOGGER_ERROR);
    assert_int_equal(cairn_logger_level_of(CAIRN_PEER_FORK), CAIRN_LOGGER_WARN);
    assert_int_equal(cairn_logger_level_of(CAIRN_RULE_LIFE), CAIRN_LOGGER_WARN);
    assert_int_equal(cairn_logger_level_of(CAIRN_DENIED_ROLE), CAIRN_LOGGER_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_name_and_typed_fields),
        cmocka_unit_test(a_line_may_have_no_fields),
        cmocka_unit_test(bytes_outside_the_alphabet_become_question_marks),
        cmocka_unit_test(ids_and_lines_have_an_end),
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(level_names_are_read_back),
        cmocka_unit_test(the_level_of_an_error_follows_its_family),
    };
    return cmocka_run_group_tests_name("logger", tests, NULL, NULL);
}
