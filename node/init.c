#include "node/init.h"

#include <string.h>

#include "node/entropy.h"
#include "node/guard.h"
#include "node/init_document.h"
#include "node/keyfile.h"
#include "node/start.h"
#include "schema/code.h"
#include "schema/country.h"

static cairn_err init_write_key(const struct init_keys *keys, enum cairn_keyfile_kind kind,
                                uint64_t number, const uint8_t bytes[static 32],
                                struct cairn_bytes passphrase)
{
    struct cairn_keyfile_place place = {.dir = keys->dir, .kind = kind, .number = (uint32_t)number};
    struct cairn_secret secret;
    cairn_secret_init(&secret);
    cairn_err err = cairn_secret_set(&secret, (struct cairn_bytes){.data = bytes, .size = 32});
    if (err == CAIRN_OK) {
        err = cairn_keyfile_create(&place, &secret, passphrase);
    }
    cairn_secret_clear(&secret);
    return err;
}

static cairn_err init_keys_write(const struct cairn_init_options *options,
                                 const struct init_keys *keys)
{
    const struct cairn_bytes none = {.size = 0};
    CAIRN_TRY(init_write_key(keys, CAIRN_KEYFILE_ROOT, 1, keys->root, options->passphrase));
    CAIRN_TRY(init_write_key(keys, CAIRN_KEYFILE_ROOT, 2, keys->next_root, options->passphrase));
    CAIRN_TRY(init_write_key(keys, CAIRN_KEYFILE_LOG, 1, keys->node.log, none));
    CAIRN_TRY(init_write_key(keys, CAIRN_KEYFILE_WITNESS, 1, keys->node.witness, none));
    CAIRN_TRY(init_write_key(keys, CAIRN_KEYFILE_TLS, 1, keys->node.tls, none));
    CAIRN_TRY(init_write_key(keys, CAIRN_KEYFILE_SEALING, 1, keys->sealing, none));
    return init_write_key(keys, CAIRN_KEYFILE_SEEN, 0, keys->seen, none);
}

static cairn_err init_guard(const struct cairn_init_options *options)
{
    const struct cairn_config *config = options->config;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    char dir[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_origin_make(cairn_bytes_of(config->network), cairn_bytes_of(config->country),
                                cairn_bytes_of(config->node), 1, origin));
    CAIRN_TRY(cairn_config_guard(config, options->dir, dir));
    return cairn_guard_make(dir, origin, false);
}

static cairn_err init_all(const struct cairn_init_options *options, const struct init_keys *keys,
                          const struct cairn_suite *suite)
{
    struct cairn_ownnote note;
    CAIRN_TRY(cairn_init_document_make(options, keys, suite, &note)); /* finds what is malformed */
    CAIRN_TRY(init_keys_write(options, keys));
    CAIRN_TRY(cairn_start_make(options->dir, options->config));
    CAIRN_TRY(init_guard(options));
    CAIRN_TRY(cairn_ownnote_write(options->dir, &note, false));
    return cairn_config_save(options->dir, options->config, false);
}

cairn_err cairn_init(const struct cairn_init_options *options)
{
    char path[CAIRN_FILE_PATH_MAX];
    struct init_keys keys;
    struct cairn_suite suite;
    CAIRN_TRY(cairn_file_make_dir(options->dir));
    CAIRN_TRY(cairn_file_path(options->dir, "cairn.yaml", path));
    CAIRN_TRY(cairn_file_path(options->dir, "keys", keys.dir));
    if (cairn_file_is_there(path) || cairn_file_is_there(keys.dir)) {
        return CAIRN_EXISTS;
    }
    CAIRN_TRY(cairn_suite_open_real(&suite));
    cairn_entropy_fill(keys.root, sizeof keys - offsetof(struct init_keys, root));
    cairn_err err = init_all(options, &keys, &suite);
    cairn_secret_wipe(&keys, sizeof keys);
    cairn_suite_close(&suite);
    return err;
}

cairn_err cairn_init_check(const struct cairn_config *config)
{
    if (!cairn_country_is_name(cairn_bytes_of(config->network)) ||
        !cairn_country_is_name(cairn_bytes_of(config->node))) {
        return CAIRN_ORIGIN;
    }
    return cairn_code_is_known(cairn_bytes_of(config->country), cairn_config_is_test(config))
               ? CAIRN_OK
               : CAIRN_CODE_UNKNOWN;
}
