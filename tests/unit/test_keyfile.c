#define _POSIX_C_SOURCE 200809L

#include "node/keyfile.h"

#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_PASSPHRASE ((struct cairn_bytes){NULL, 0})

struct scene {
    char dir[TEST_PATH_MAX];
    char keys[TEST_PATH_MAX];
    struct cairn_secret key;
};

static void scene_open(struct scene *scene, size_t key_size)
{
    uint8_t bytes[CAIRN_SECRET_MAX];
    for (size_t at = 0; at < sizeof bytes; at++) {
        bytes[at] = (uint8_t)(at * 7 + 1);
    }
    test_tempdir_open(scene->dir);
    test_tempdir_path(scene->dir, "keys", scene->keys);
    cairn_secret_init(&scene->key);
    assert_err(cairn_secret_set(&scene->key, (struct cairn_bytes){bytes, key_size}), CAIRN_OK);
}

static struct cairn_keyfile_place place_of(const struct scene *scene, enum cairn_keyfile_kind kind,
                                           uint32_t number)
{
    return (struct cairn_keyfile_place){.dir = scene->keys, .kind = kind, .number = number};
}

static cairn_err load(const struct cairn_keyfile_place *place, const char *passphrase,
                      struct cairn_secret *out)
{
    struct cairn_bytes bytes = passphrase == NULL ? NO_PASSPHRASE : cairn_bytes_of(passphrase);
    cairn_secret_init(out);
    return cairn_keyfile_load(place, bytes, out);
}

TEST(keys_of_every_kind_are_read_back)
{
    static const struct {
        enum cairn_keyfile_kind kind;
        uint32_t number;
        size_t size;
        const char *name;
    } cases[] = {
        {CAIRN_KEYFILE_ROOT, 1, 32, "root-1.key"},
        {CAIRN_KEYFILE_LOG, 1, 32, "log-1.key"},
        {CAIRN_KEYFILE_WITNESS, 1, 32, "witness-1.key"},
        {CAIRN_KEYFILE_TLS, 1, 1, "tls-1.key"},
        {CAIRN_KEYFILE_SEALING, UINT32_MAX, 32, "sealing-4294967295.key"},
        {CAIRN_KEYFILE_SEEN, 0, CAIRN_SECRET_MAX, "seen.key"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct scene scene;
        struct cairn_secret out;
        char wanted[TEST_PATH_MAX], path[CAIRN_KEYFILE_PATH_MAX];
        scene_open(&scene, cases[at].size);
        struct cairn_keyfile_place place = place_of(&scene, cases[at].kind, cases[at].number);
        assert_false(cairn_keyfile_is_there(&place));
        assert_err(load(&place, NULL, &out), CAIRN_NOT_FOUND);
        assert_err(cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
        assert_true(cairn_keyfile_is_there(&place));
        assert_err(load(&place, NULL, &out), CAIRN_OK);
        assert_true(cairn_secret_is_equal(&out, &scene.key));

        test_tempdir_path(scene.keys, cases[at].name, wanted);
        assert_err(cairn_keyfile_path(&place, path), CAIRN_OK);
        assert_string_equal(path, wanted);
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777u, 0600);
        test_tempdir_close(scene.dir);
    }
}

TEST(the_format_is_as_documented)
{
    struct scene scene;
    scene_open(&scene, 3);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_LOG, 7);
    char path[CAIRN_KEYFILE_PATH_MAX], text[512] = "";
    assert_err(cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    assert_err(cairn_keyfile_path(&place, path), CAIRN_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    assert_int_equal(fclose(file), 0);
    text[size] = '\0';
    /* printf 'cairn key 1\nkind log\nnumber 7\nseal none\n\001\010\017' | sha256sum */
    assert_string_equal(text, "cairn key 1\nkind log\nnumber 7\nseal none\ncheck 7wm8MqBq\nAQgP\n");
    struct cairn_secret out;
    assert_err(load(&place, NULL, &out), CAIRN_OK);
    cairn_secret_clear(&out);
    memcpy(text + size, "\n", 2); /* and nothing may follow */
    test_tempdir_write(path, text);
    assert_err(load(&place, NULL, &out), CAIRN_KEYFILE);
    test_tempdir_close(scene.dir);
}

TEST(a_passphrase_seals_the_key_and_only_it_opens_it)
{
    struct scene scene;
    struct cairn_secret out;
    scene_open(&scene, 32);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_ROOT, 0);
    assert_err(cairn_keyfile_create(&place, &scene.key, cairn_bytes_of("twelve stones")), CAIRN_OK);
    assert_int_equal(test_tempdir_count_holding(scene.keys, "seal scrypt\n", 12), 1);
    assert_err(load(&place, "twelve stones", &out), CAIRN_OK);
    assert_true(cairn_secret_is_equal(&out, &scene.key));
    assert_err(load(&place, "twelve bones", &out), CAIRN_CRYPTO_PASSPHRASE);
    assert_int_equal(out.size, 0);
    assert_err(load(&place, NULL, &out), CAIRN_CRYPTO_PASSPHRASE);
    test_tempdir_close(scene.dir);
}

TEST(a_key_file_is_never_overwritten_by_create)
{
    struct scene scene;
    struct cairn_secret other, out;
    scene_open(&scene, 32);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_ROOT, 0);
    cairn_secret_init(&other);
    assert_err(cairn_secret_set(&other, cairn_bytes_of("another key")), CAIRN_OK);
    assert_err(cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    assert_err(cairn_keyfile_create(&place, &other, NO_PASSPHRASE), CAIRN_EXISTS);
    assert_err(load(&place, NULL, &out), CAIRN_OK);
    assert_true(cairn_secret_is_equal(&out, &scene.key));
    assert_err(cairn_keyfile_replace(&place, &other, NO_PASSPHRASE), CAIRN_OK);
    assert_err(load(&place, NULL, &out), CAIRN_OK);
    assert_true(cairn_secret_is_equal(&out, &other));
    test_tempdir_close(scene.dir);
}

TEST(a_key_that_others_may_read_is_not_loaded)
{
    struct scene scene;
    struct cairn_secret out;
    char path[CAIRN_KEYFILE_PATH_MAX];
    scene_open(&scene, 32);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_LOG, 1);
    assert_err(cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    assert_err(cairn_keyfile_path(&place, path), CAIRN_OK);
    static const mode_t modes[] = {0640, 0604, 0660, 0610};
    for (size_t at = 0; at < sizeof modes / sizeof *modes; at++) {
        assert_int_equal(chmod(path, modes[at]), 0);
        assert_err(load(&place, NULL, &out), CAIRN_KEY_MODE);
        assert_int_equal(out.size, 0);
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_err(load(&place, NULL, &out), CAIRN_OK);
    test_tempdir_close(scene.dir);
}

TEST(a_key_file_under_another_name_is_refused)
{
    struct scene scene;
    struct cairn_secret out;
    char from[CAIRN_KEYFILE_PATH_MAX], to[CAIRN_KEYFILE_PATH_MAX];
    scene_open(&scene, 32);
    struct cairn_keyfile_place log = place_of(&scene, CAIRN_KEYFILE_LOG, 1);
    assert_err(cairn_keyfile_create(&log, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    const struct cairn_keyfile_place others[] = {place_of(&scene, CAIRN_KEYFILE_WITNESS, 1),
                                                 place_of(&scene, CAIRN_KEYFILE_LOG, 2)};
    for (size_t at = 0; at < 2; at++) {
        assert_err(cairn_keyfile_path(&log, from), CAIRN_OK);
        assert_err(cairn_keyfile_path(&others[at], to), CAIRN_OK);
        assert_int_equal(link(from, to), 0);
        assert_err(load(&others[at], NULL, &out), CAIRN_KEYFILE);
    }
    test_tempdir_close(scene.dir);
}

TEST(every_damaged_byte_is_found)
{
    struct scene scene;
    struct cairn_secret out;
    char path[CAIRN_KEYFILE_PATH_MAX];
    struct stat status;
    scene_open(&scene, 32);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_LOG, 1);
    assert_err(cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    assert_err(cairn_keyfile_path(&place, path), CAIRN_OK);
    assert_int_equal(stat(path, &status), 0);
    for (long at = 0; at < status.st_size; at++) {
        test_tempdir_flip(path, at);
        assert_err(load(&place, NULL, &out), CAIRN_KEYFILE);
        assert_int_equal(out.size, 0);
        test_tempdir_flip(path, at);
    }
    for (off_t size = 0; size < status.st_size; size++) {
        assert_err(load(&place, NULL, &out), CAIRN_OK);
        cairn_secret_clear(&out);
        assert_int_equal(truncate(path, status.st_size - size - 1), 0);
        assert_err(load(&place, NULL, &out), CAIRN_KEYFILE);
        assert_err(cairn_keyfile_replace(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    }
    test_tempdir_close(scene.dir);
}

TEST(files_that_are_no_key_files_are_refused)
{
    static const char *const texts[] = {
        "",
        "hello\n",
        "cairn key 1\nkind log\nnumber 1\nseal none\n",
        "cairn key 1\nkind log\nnumber 1\nseal none\ncheck AAAAAAAA\n\n",
        "cairn key 1\nkind log\nnumber 1\nseal scrypt\ncheck AAAAAAAA\nAAAA\n",
        "cairn key 2\nkind log\nnumber 1\nseal none\ncheck AAAAAAAA\nAAAA\n",
    };
    struct scene scene;
    struct cairn_secret out;
    char path[CAIRN_KEYFILE_PATH_MAX];
    scene_open(&scene, 32);
    assert_int_equal(mkdir(scene.keys, 0700), 0);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_LOG, 1);
    assert_err(cairn_keyfile_path(&place, path), CAIRN_OK);
    for (size_t at = 0; at < sizeof texts / sizeof *texts; at++) {
        test_tempdir_write(path, texts[at]);
        assert_err(load(&place, "x", &out), CAIRN_KEYFILE);
    }
    static char longest[CAIRN_KEYFILE_BYTES_MAX + 2];
    memset(longest, 'A', sizeof longest - 1);
    test_tempdir_write(path, longest);
    assert_err(load(&place, NULL, &out), CAIRN_KEYFILE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_err(load(&place, NULL, &out), CAIRN_FILE);
    test_tempdir_close(scene.dir);
}

/* The check is of these bytes, so that only the length of the key can be what is refused. */
TEST(a_file_without_a_key_is_refused_and_a_seed_has_32_bytes)
{
    struct scene scene;
    struct cairn_secret out;
    uint8_t seed[32];
    char path[CAIRN_KEYFILE_PATH_MAX];
    scene_open(&scene, 31);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_LOG, 1);
    assert_err(cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE), CAIRN_OK);
    assert_err(cairn_keyfile_load_seed(&place, NO_PASSPHRASE, seed), CAIRN_KEYFILE);
    assert_err(cairn_keyfile_draw_seed(&place, NO_PASSPHRASE, seed), CAIRN_KEYFILE);
    assert_err(cairn_keyfile_path(&place, path), CAIRN_OK);
    /* printf 'cairn key 1\nkind log\nnumber 1\nseal none\n' | sha256sum */
    test_tempdir_write(path, "cairn key 1\nkind log\nnumber 1\nseal none\ncheck T3j2PS5V\n\n");
    assert_err(load(&place, NULL, &out), CAIRN_KEYFILE);
    test_tempdir_close(scene.dir);
}

TEST(an_empty_key_is_our_own_mistake)
{
    struct scene scene;
    scene_open(&scene, 0);
    struct cairn_keyfile_place place = place_of(&scene, CAIRN_KEYFILE_LOG, 1);
    expect_assert_failure((void)!cairn_keyfile_create(&place, &scene.key, NO_PASSPHRASE));
    test_tempdir_close(scene.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_every_kind_are_read_back),
        cmocka_unit_test(the_format_is_as_documented),
        cmocka_unit_test(a_passphrase_seals_the_key_and_only_it_opens_it),
        cmocka_unit_test(a_key_file_is_never_overwritten_by_create),
        cmocka_unit_test(a_key_that_others_may_read_is_not_loaded),
        cmocka_unit_test(a_key_file_under_another_name_is_refused),
        cmocka_unit_test(every_damaged_byte_is_found),
        cmocka_unit_test(files_that_are_no_key_files_are_refused),
        cmocka_unit_test(a_file_without_a_key_is_refused_and_a_seed_has_32_bytes),
        cmocka_unit_test(an_empty_key_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
