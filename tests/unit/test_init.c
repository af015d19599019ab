/* Method: make a node in an empty directory and look at every file it left. */
#define _POSIX_C_SOURCE 200809L

#include "node/init.h"

#include "crypto/note.h"
#include "crypto/tls_identity.h"
#include "node/file.h"
#include "node/keyfile.h"
#include "schema/country.h"
#include "tests/lib/tempdir.h"
#include "tests/lib/test.h"

#include <string.h>
#include <sys/stat.h>

#define NOW_MS 1800000123456u

struct scene {
    char root[TEST_PATH_MAX];
    char dir[TEST_PATH_MAX];
    struct cairn_config config;
    struct cairn_init_options options;
};

static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    test_tempdir_open(scene->root);
    test_tempdir_path(scene->root, "node", scene->dir);
    cairn_config_init(&scene->config);
    memcpy(scene->config.network, "test-init", 10);
    memcpy(scene->config.country, "GEO", 4);
    memcpy(scene->config.node, "tbilisi-1", 10);
    scene->options = (struct cairn_init_options){.dir = scene->dir,
                                                 .config = &scene->config,
                                                 .endpoint = "geo.example:7400",
                                                 .now_ms = NOW_MS};
}

static void load_key(const struct scene *scene, enum cairn_keyfile_kind kind, uint32_t number,
                     uint8_t out[static 32])
{
    char keys[TEST_PATH_MAX];
    struct cairn_secret secret;
    test_tempdir_path(scene->dir, "keys", keys);
    struct cairn_keyfile_place place = {.dir = keys, .kind = kind, .number = number};
    cairn_secret_init(&secret);
    assert_err(cairn_keyfile_load(&place, scene->options.passphrase, &secret), CAIRN_OK);
    assert_int_equal(secret.size, 32);
    memcpy(out, secret.data, 32);
    cairn_secret_clear(&secret);
}

static void read_document(const struct scene *scene, struct cairn_suite *suite,
                          struct cairn_country_doc *out)
{
    static uint8_t bytes[4096];
    static uint8_t memory[8192];
    char path[TEST_PATH_MAX];
    size_t size = 0;
    size_t fault_at = 0;
    uint64_t time_s = 0;
    struct cairn_arena arena;
    struct cairn_note note;
    test_tempdir_path(scene->dir, "documents/own.note", path);
    assert_err(cairn_file_read(path, bytes, sizeof bytes, &size), CAIRN_OK);
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_note_split((struct cairn_bytes){bytes, size}, &arena, &note), CAIRN_OK);
    assert_err(cairn_country_decode(note.text, out, &fault_at), CAIRN_OK);
    struct cairn_note_key key = {.name = cairn_bytes_of("test-init/GEO"),
                                 .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, out->root, 32);
    assert_err(cairn_note_verify(suite, &note, &key, &arena, &time_s), CAIRN_OK);
}

TEST(the_document_names_the_keys_that_were_drawn)
{
    struct scene scene;
    struct cairn_suite suite;
    struct cairn_country_doc doc;
    struct cairn_tls_identity *identity = NULL;
    uint8_t seed[32];
    uint8_t public_key[32];
    scene_open(&scene);
    assert_err(cairn_init(&scene.options), CAIRN_OK);
    assert_err(cairn_suite_open_real(&suite), CAIRN_OK);
    read_document(&scene, &suite, &doc);
    assert_int_equal(doc.serial, 1);
    assert_int_equal(doc.node_count, 1);
    assert_false(doc.has_previous);
    assert_true(doc.valid_from_ms <= NOW_MS && doc.valid_until_ms > NOW_MS + 86400000ull * 730);
    assert_true(cairn_bytes_is_equal(doc.nodes[0].endpoint, cairn_bytes_of("geo.example:7400")));
    load_key(&scene, CAIRN_KEYFILE_LOG, 1, seed);
    cairn_suite_sign_public(&suite, seed, public_key);
    assert_memory_equal(public_key, doc.nodes[0].log, 32);
    load_key(&scene, CAIRN_KEYFILE_WITNESS, 1, seed);
    cairn_suite_sign_public(&suite, seed, public_key);
    assert_memory_equal(public_key, doc.nodes[0].witness, 32);
    load_key(&scene, CAIRN_KEYFILE_SEALING, 1, seed);
    cairn_suite_dh_public(&suite, seed, public_key);
    assert_memory_equal(public_key, doc.sealing[0].key, 32);
    load_key(&scene, CAIRN_KEYFILE_TLS, 1, seed);
    assert_err(cairn_tls_identity_make(seed, "other name", &identity), CAIRN_OK);
    cairn_tls_identity_spki(identity, public_key);
    cairn_tls_identity_close(identity);
    assert_memory_equal(public_key, doc.nodes[0].tls_spki, 32);
    cairn_suite_close(&suite);
    test_tempdir_close(scene.root);
}

TEST(the_config_reads_back_and_secrets_are_for_nobody_else)
{
    struct scene scene;
    struct cairn_config config;
    struct cairn_config_fault fault;
    struct stat status;
    char path[TEST_PATH_MAX];
    scene_open(&scene);
    assert_err(cairn_init(&scene.options), CAIRN_OK);
    assert_err(cairn_config_load(scene.dir, &config, &fault), CAIRN_OK);
    assert_string_equal(config.node, "tbilisi-1");
    assert_int_equal(stat(scene.dir, &status), 0);
    assert_int_equal(status.st_mode & 077, 0);
    test_tempdir_path(scene.dir, "guard/high-water", path);
    assert_true(cairn_file_is_there(path));
    test_tempdir_path(scene.dir, "keys/seen.key", path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 077, 0);
    test_tempdir_close(scene.root);
}

TEST(a_node_is_never_made_over_another)
{
    struct scene scene;
    uint8_t before[32];
    uint8_t after[32];
    scene_open(&scene);
    assert_err(cairn_init(&scene.options), CAIRN_OK);
    load_key(&scene, CAIRN_KEYFILE_LOG, 1, before);
    assert_err(cairn_init(&scene.options), CAIRN_EXISTS);
    load_key(&scene, CAIRN_KEYFILE_LOG, 1, after);
    assert_memory_equal(before, after, 32);
    test_tempdir_close(scene.root);
}

TEST(a_passphrase_seals_the_root_keys_and_no_others)
{
    struct scene scene;
    struct cairn_secret secret;
    uint8_t key[32];
    char keys[TEST_PATH_MAX];
    scene_open(&scene);
    scene.options.passphrase = cairn_bytes_of("a long one");
    assert_err(cairn_init(&scene.options), CAIRN_OK);
    load_key(&scene, CAIRN_KEYFILE_ROOT, 1, key);
    load_key(&scene, CAIRN_KEYFILE_ROOT, 2, key);
    test_tempdir_path(scene.dir, "keys", keys);
    struct cairn_keyfile_place root = {.dir = keys, .kind = CAIRN_KEYFILE_ROOT, .number = 1};
    struct cairn_keyfile_place log = {.dir = keys, .kind = CAIRN_KEYFILE_LOG, .number = 1};
    cairn_secret_init(&secret);
    assert_err(cairn_keyfile_load(&root, (struct cairn_bytes){.size = 0}, &secret),
               CAIRN_CRYPTO_PASSPHRASE);
    assert_err(cairn_keyfile_load(&log, (struct cairn_bytes){.size = 0}, &secret), CAIRN_OK);
    cairn_secret_clear(&secret);
    test_tempdir_close(scene.root);
}

TEST(malformed_names_leave_no_keys)
{
    struct scene scene;
    char path[TEST_PATH_MAX];
    scene_open(&scene);
    scene.options.endpoint = "not an endpoint";
    assert_int_not_equal(cairn_init(&scene.options), CAIRN_OK);
    test_tempdir_path(scene.dir, "keys", path);
    assert_false(cairn_file_is_there(path));
    scene.options.endpoint = NULL;
    assert_err(cairn_init(&scene.options), CAIRN_OK);
    test_tempdir_close(scene.root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_names_the_keys_that_were_drawn),
        cmocka_unit_test(the_config_reads_back_and_secrets_are_for_nobody_else),
        cmocka_unit_test(a_node_is_never_made_over_another),
        cmocka_unit_test(a_passphrase_seals_the_root_keys_and_no_others),
        cmocka_unit_test(malformed_names_leave_no_keys),
    };
    return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
