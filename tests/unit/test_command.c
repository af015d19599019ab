/* Method: command lines in; which line of the table they mean, and how many words are its own. */
#include "node/command.h"

#include "tests/lib/test.h"

#include <string.h>

static const char *find(const char *line, int *out_words)
{
    static char copy[128];
    char *argv[8];
    int argc = 0;
    memcpy(copy, line, strlen(line) + 1);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    const struct cairn_command *found = cairn_command_find(argc, argv, out_words);
    return found == NULL ? "none" : found->words;
}

TEST(a_command_is_found_by_its_words)
{
    static const struct {
        const char *line;
        const char *words;
        int count;
    } cases[] = {
        {"init --dir x", "init", 1},
        {"run", "run", 1},
        {"partner add FILE", "partner add", 2},
        {"partner list", "partner list", 2},
        {"alert issue --dir x FILE", "alert issue", 2},
        {"partner", "none", 0},
        {"partner ad", "none", 0},
        {"partner adds", "none", 0},
        {"add partner", "none", 0},
        {"initial", "none", 0},
        {"--dir x init", "none", 0},
        {"", "none", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int count = -1;
        assert_string_equal(find(cases[i].line, &count), cases[i].words);
        assert_int_equal(count, cases[i].count);
    }
}

TEST(no_line_of_the_table_hides_another)
{
    size_t count;
    const struct cairn_command *table = cairn_command_table(&count);
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        int words = 0;
        assert_string_equal(find(table[i].words, &words), table[i].words);
        assert_non_null(table[i].run);
        assert_true(strlen(table[i].summary) > 0 && strlen(table[i].summary) < 70);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_found_by_its_words),
        cmocka_unit_test(no_line_of_the_table_hides_another),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
