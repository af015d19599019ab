/* Method: a child process asks for more than there is; the parent sees how it ended and what it
 * said. */
#include "node/memory.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "tests/lib/test.h"

#define TOO_MUCH   (SIZE_MAX / 4)
#define SAID_BYTES 8192u /* a sanitizer adds its own words */

/* AddressSanitizer must give no memory as the C library does, not stop the test. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void memory_ask_openssl(void)
{
    (void)OPENSSL_malloc(TOO_MUCH);
}

static void memory_ask_openssl_more(void)
{
    (void)OPENSSL_realloc(OPENSSL_malloc(10), TOO_MUCH);
}

static void memory_ask_jansson(void)
{
    json_malloc_t get;
    json_free_t give_back;
    json_get_alloc_funcs(&get, &give_back);
    (void)get(TOO_MUCH);
}

static void memory_ask_uv(void)
{
    uv_cpu_info_t *unused;
    int count;
    (void)uv_cpu_info(&unused, &count); /* asks for little, and gets it */
    uv_free_cpu_info(unused, count);
}

static void memory_ask_nothing(void)
{
    free(cairn_memory_need(malloc(1)));
    assert_null(OPENSSL_malloc(0));
}

static void memory_need_nothing(void)
{
    (void)cairn_memory_need(NULL);
}

/* gives: exit code of a child that does this; what it said goes to out */
static int memory_end_of(void (*ask)(void), int exit_code, char out[static SAID_BYTES])
{
    int ends[2];
    int status;
    size_t size = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        cairn_memory_init(exit_code);
        cairn_memory_init_libraries();
        ask();
        _exit(0);
    }
    (void)close(ends[1]);
    for (ssize_t got = 1; got > 0 && size < SAID_BYTES - 1; size += (size_t)got) {
        got = read(ends[0], out + size, SAID_BYTES - 1 - size);
        assert_true(got >= 0);
    }
    out[size] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST(whoever_asks_in_vain_ends_the_process_with_the_number_and_the_code_that_was_set)
{
    static void (*const asks[])(void) = {memory_ask_openssl, memory_ask_openssl_more,
                                         memory_ask_jansson, memory_need_nothing};
    char said[SAID_BYTES];
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        assert_int_equal(memory_end_of(asks[i], 75, said), 75);
        assert_non_null(strstr(said, "cairn: out of memory (501 MEMORY): ended\n"));
    }
    assert_int_equal(memory_end_of(memory_ask_jansson, 2, said), 2);
}

TEST(whoever_gets_memory_goes_on)
{
    char said[SAID_BYTES];
    assert_int_equal(memory_end_of(memory_ask_nothing, 75, said), 0);
    assert_int_equal(memory_end_of(memory_ask_uv, 75, said), 0);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            whoever_asks_in_vain_ends_the_process_with_the_number_and_the_code_that_was_set),
        cmocka_unit_test(whoever_gets_memory_goes_on),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
