/* Method: a real file in a temporary directory; dice and clock are constants. */
#define _POSIX_C_SOURCE 200809L

#include "node/http/token.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/hash.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

static char dir[TEST_PATH_MAX], path[TEST_PATH_MAX];
static const struct cairn_token_grant grant = {"bureau", "A-17", 1767225600000u};

static struct cairn_token_book *book_open(void)
{
    struct cairn_token_book *book = NULL;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "tokens.json", path);
    assert_err(cairn_token_open(path, &book), CAIRN_OK);
    return book;
}

static struct cairn_token_book *book_reopen(struct cairn_token_book *book)
{
    struct cairn_token_book *again = NULL;
    cairn_token_close(book);
    assert_err(cairn_token_open(path, &again), CAIRN_OK);
    return again;
}

static void book_close(struct cairn_token_book *book)
{
    cairn_token_close(book);
    test_tempdir_close(dir);
}

static void add(struct cairn_token_book *book, uint8_t seed, char *out_text)
{
    uint8_t random[32];
    memset(random, seed, sizeof random);
    assert_err(cairn_token_add(book, &grant, random, out_text), CAIRN_OK);
}

TEST(a_token_is_base32_of_its_random_bytes)
{
    struct cairn_token_book *book = book_open();
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    uint8_t random[32];
    for (uint8_t at = 0; at < 32; at++) {
        random[at] = at;
    }
    assert_err(cairn_token_add(book, &grant, random, text), CAIRN_OK);
    /* python3: base64.b32encode(bytes(range(32))).decode().lower().rstrip("=") */
    assert_string_equal(text, "cairn_aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq");
    book_close(book);
}

TEST(a_token_is_found_also_after_a_restart_and_only_its_hash_is_on_disk)
{
    struct cairn_token_book *book = book_open();
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    add(book, 7, text);
    book = book_reopen(book);
    const struct cairn_token *token = cairn_token_find(book, cairn_bytes_of(text));
    assert_non_null(token);
    assert_string_equal(token->role, "bureau");
    assert_string_equal(token->actor, "A-17");
    assert_int_equal(token->created_ms, grant.now_ms);
    assert_int_equal(token->kind, CAIRN_TOKEN_BEARER);
    uint8_t hash[32];
    cairn_sha256_of(cairn_bytes_of(text), hash);
    assert_memory_equal(token->hash, hash, 32);
    assert_int_equal(strlen(token->id), 16);
    assert_int_equal(test_tempdir_count_holding(dir, text + 6, 52), 0);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    book_close(book);
}

TEST(another_text_finds_nothing)
{
    struct cairn_token_book *book = book_open();
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    add(book, 7, text);
    assert_null(cairn_token_find(book, cairn_bytes_of("")));
    assert_null(cairn_token_find(book, (struct cairn_bytes){(uint8_t *)text, 57}));
    text[20] ^= 1;
    assert_null(cairn_token_find(book, cairn_bytes_of(text)));
    book_close(book);
}

TEST(a_revoked_token_is_gone_for_good_and_the_others_stay)
{
    struct cairn_token_book *book = book_open();
    char texts[3][CAIRN_TOKEN_TEXT_BYTES + 1];
    char id[17];
    for (uint8_t at = 0; at < 3; at++) {
        add(book, at, texts[at]);
    }
    strcpy(id, cairn_token_at(book, 1)->id);
    assert_err(cairn_token_revoke(book, id), CAIRN_OK);
    assert_err(cairn_token_revoke(book, id), CAIRN_NOT_FOUND);
    book = book_reopen(book);
    assert_int_equal(cairn_token_count(book), 2);
    assert_non_null(cairn_token_find(book, cairn_bytes_of(texts[0])));
    assert_null(cairn_token_find(book, cairn_bytes_of(texts[1])));
    assert_non_null(cairn_token_find(book, cairn_bytes_of(texts[2])));
    assert_null(cairn_token_at(book, 2));
    book_close(book);
}

TEST(a_certificate_is_no_bearer_token_and_may_be_admitted_once)
{
    struct cairn_token_book *book = book_open();
    uint8_t pin[32] = {9};
    assert_err(cairn_token_add_certificate(book, &grant, pin), CAIRN_OK);
    assert_err(cairn_token_add_certificate(book, &grant, pin), CAIRN_EXISTS);
    book = book_reopen(book);
    assert_int_equal(cairn_token_find_certificate(book, pin)->kind, CAIRN_TOKEN_CERTIFICATE);
    pin[0] = 8;
    assert_null(cairn_token_find_certificate(book, pin));
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    add(book, 5, text);
    const struct cairn_token *bearer = cairn_token_find(book, cairn_bytes_of(text));
    assert_non_null(bearer);
    assert_null(cairn_token_find_certificate(book, bearer->hash)); /* of another kind */
    book_close(book);
}

TEST(a_role_or_actor_that_no_log_could_show_is_refused)
{
    static const struct cairn_token_grant grants[] = {
        {"", "a", 1},      {"a", "", 1},
        {"a\n", "a", 1},   {"a", "\xc3\xa4", 1},
        {" a", "a", 1},    {"a", "a ", 1},
        {"a", "a\x7f", 1}, {"123456789012345678901234567890123", "a", 1}};
    struct cairn_token_book *book = book_open();
    char text[CAIRN_TOKEN_TEXT_BYTES + 1];
    uint8_t random[32] = {1};
    for (size_t at = 0; at < sizeof grants / sizeof *grants; at++) {
        assert_err(cairn_token_add(book, &grants[at], random, text), CAIRN_USAGE);
        assert_string_equal(text, "");
    }
    assert_int_equal(cairn_token_count(book), 0);
    struct cairn_token_grant longest = {"12345678901234567890123456789012", "A ~", 1};
    assert_err(cairn_token_add(book, &longest, random, text), CAIRN_OK);
    book_close(book);
}

TEST(a_book_that_cannot_be_written_is_unchanged)
{
    struct cairn_token_book *book = book_open();
    char text[CAIRN_TOKEN_TEXT_BYTES + 1], last[CAIRN_TOKEN_TEXT_BYTES + 1];
    char middle[CAIRN_TOKEN_TEXT_BYTES + 1];
    char id[17];
    add(book, 7, text);
    add(book, 9, middle);
    add(book, 8, last);
    strcpy(id, cairn_token_at(book, 0)->id);
    test_tempdir_close(dir);
    uint8_t random[32] = {1};
    char other[CAIRN_TOKEN_TEXT_BYTES + 1];
    assert_err(cairn_token_add(book, &grant, random, other), CAIRN_FILE);
    assert_err(cairn_token_revoke(book, id), CAIRN_FILE);
    assert_int_equal(cairn_token_count(book), 3);
    assert_string_equal(cairn_token_at(book, 0)->id, id);
    assert_non_null(cairn_token_find(book, cairn_bytes_of(middle)));
    assert_non_null(cairn_token_find(book, cairn_bytes_of(text)));
    assert_non_null(cairn_token_find(book, cairn_bytes_of(last)));
    cairn_token_close(book);
}

#define HASH "\"0000000000000000000000000000000000000000000000000000000000000000\""

TEST(a_row_without_one_of_its_fields_or_with_a_wrong_one_is_refused)
{
    static const char *const rows[] = {
        "\"role\": \"a\", \"actor\": \"b\", \"sha256\": " HASH ", \"created_ms\": 1",
        "\"kind\": \"bearer\", \"actor\": \"b\", \"sha256\": " HASH ", \"created_ms\": 1",
        "\"kind\": \"bearer\", \"role\": \"a\", \"sha256\": " HASH ", \"created_ms\": 1",
        "\"kind\": \"bearer\", \"role\": \"a\", \"actor\": \"b\", \"created_ms\": 1",
        "\"kind\": \"bearer\", \"role\": \"a\", \"actor\": \"b\", \"sha256\": " HASH,
        "\"kind\": \"bearer\", \"role\": \"a\", \"actor\": \"b\", \"sha256\": " HASH
        ", \"created_ms\": -1",
        "\"kind\": \"bearer\", \"role\": \"\", \"actor\": \"b\", \"sha256\": " HASH
        ", \"created_ms\": 1",
        "\"kind\": \"bearer\", \"role\": \"a\", \"actor\": \" b\", \"sha256\": " HASH
        ", \"created_ms\": 1",
    };
    char text[300];
    struct cairn_token_book *book = book_open();
    for (size_t at = 0; at < sizeof rows / sizeof *rows; at++) {
        (void)snprintf(text, sizeof text, "{\"tokens\": [{%s}]}", rows[at]);
        test_tempdir_write(path, text);
        assert_int_equal(chmod(path, 0600), 0);
        struct cairn_token_book *read = NULL;
        assert_err(cairn_token_open(path, &read), CAIRN_JSON);
    }
    test_tempdir_write(path, "{\"tokens\": [{\"kind\": \"bearer\", \"role\": \"a\", \"actor\": "
                             "\"b\", \"sha256\": " HASH ", \"created_ms\": 0}]}");
    book = book_reopen(book);
    assert_int_equal(cairn_token_count(book), 1);
    book_close(book);
}

static void write_rows(uint32_t count)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "{\"tokens\": [");
    for (uint32_t i = 0; i < count; i++) {
        (void)fprintf(file,
                      "%s{\"kind\": \"bearer\", \"role\": \"a\", \"actor\": \"b\", \"sha256\": "
                      "\"%064x\", \"created_ms\": 1}",
                      i == 0 ? "" : ",", i);
    }
    (void)fprintf(file, "]}");
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

TEST(a_book_has_its_limit)
{
    const uint8_t random[32] = {1};
    char text[CAIRN_TOKEN_TEXT_BYTES + 1], id[17];
    struct cairn_token_book *book = book_open();
    write_rows(CAIRN_TOKENS_MAX);
    book = book_reopen(book);
    assert_err(cairn_token_add(book, &grant, random, text), CAIRN_FULL);
    assert_int_equal(cairn_token_count(book), CAIRN_TOKENS_MAX);
    strcpy(id, cairn_token_at(book, 7)->id);
    assert_err(cairn_token_revoke(book, id), CAIRN_OK);
    assert_err(cairn_token_add(book, &grant, random, text), CAIRN_OK);
    cairn_token_close(book);
    write_rows(CAIRN_TOKENS_MAX + 1);
    assert_err(cairn_token_open(path, &book), CAIRN_JSON);
    test_tempdir_close(dir);
}

TEST(a_malformed_or_readable_file_is_refused)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"tokens\": 1}",
        "{\"tokens\": [1]}",
        "{\"tokens\": [{}]}",
        "{\"tokens\": [{\"kind\": \"bearer\", \"role\": \"a\", \"actor\": \"b\", \"sha256\": "
        "\"00\","
        " \"created_ms\": 1}]}",
        "{\"tokens\": [{\"kind\": \"x\", \"role\": \"a\", \"actor\": \"b\", \"sha256\": "
        "\"0000000000000000000000000000000000000000000000000000000000000000\","
        " \"created_ms\": 1}]}",
    };
    struct cairn_token_book *book = book_open();
    cairn_token_close(book);
    for (size_t at = 0; at < sizeof texts / sizeof *texts; at++) {
        test_tempdir_write(path, texts[at]);
        assert_err(cairn_token_open(path, &book), CAIRN_JSON);
    }
    test_tempdir_write(path, "{\"tokens\": []}");
    assert_int_equal(chmod(path, 0640), 0);
    assert_err(cairn_token_open(path, &book), CAIRN_KEY_MODE);
    test_tempdir_close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_base32_of_its_random_bytes),
        cmocka_unit_test(a_token_is_found_also_after_a_restart_and_only_its_hash_is_on_disk),
        cmocka_unit_test(another_text_finds_nothing),
        cmocka_unit_test(a_revoked_token_is_gone_for_good_and_the_others_stay),
        cmocka_unit_test(a_certificate_is_no_bearer_token_and_may_be_admitted_once),
        cmocka_unit_test(a_role_or_actor_that_no_log_could_show_is_refused),
        cmocka_unit_test(a_book_that_cannot_be_written_is_unchanged),
        cmocka_unit_test(a_row_without_one_of_its_fields_or_with_a_wrong_one_is_refused),
        cmocka_unit_test(a_book_has_its_limit),
        cmocka_unit_test(a_malformed_or_readable_file_is_refused),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
