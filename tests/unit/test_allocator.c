#include "crypto/allocator.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

static unsigned allocator_asked;

static void *allocator_get(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    allocator_asked++;
    return malloc(size);
}

static void *allocator_change(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    allocator_asked++;
    return realloc(memory, size);
}

static void allocator_give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

static const struct cairn_allocator allocator_ours = {
    .get = allocator_get, .change = allocator_change, .give_back = allocator_give_back};

/* In a process of its own: what was asked for once cannot be undone. */
TEST(openssl_that_has_memory_already_is_told_too_late)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        OPENSSL_free(OPENSSL_malloc(1));
        _exit(cairn_allocator_use(&allocator_ours) == CAIRN_STATE ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

TEST(openssl_asks_who_was_named)
{
    assert_err(cairn_allocator_use(&allocator_ours), CAIRN_OK);
    void *memory = OPENSSL_malloc(17);
    assert_non_null(memory);
    memory = OPENSSL_realloc(memory, 40);
    assert_non_null(memory);
    OPENSSL_free(memory);
    assert_int_equal(allocator_asked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_that_has_memory_already_is_told_too_late),
        cmocka_unit_test(openssl_asks_who_was_named),
    };
    return cmocka_run_group_tests_name("allocator", tests, NULL, NULL);
}
