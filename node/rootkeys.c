#include "node/rootkeys.h"

#include <string.h>

#include "crypto/hash.h"
#include "node/entropy.h"
#include "node/keyfile.h"

void cairn_rootkeys_hash(const struct cairn_suite *suite, const uint8_t seed[static 32],
                         uint8_t out[static 32])
{
    uint8_t public_key[32];
    cairn_suite_sign_public(suite, seed, public_key);
    cairn_sha256_of((struct cairn_bytes){.data = public_key, .size = 32}, out);
}

cairn_err cairn_rootkeys_find(const struct cairn_rootkeys *keys,
                              const uint8_t public_hash[static 32], uint8_t out_seed[static 32],
                              uint32_t *out_number)
{
    cairn_err first = CAIRN_OK;
    struct cairn_keyfile_place place = {
        .dir = keys->dir, .kind = CAIRN_KEYFILE_ROOT, .number = CAIRN_ROOTKEYS_NUMBER_MAX};
    for (; place.number > 0; place.number--) {
        uint8_t seed[32];
        uint8_t hash[32] = {0};
        if (!cairn_keyfile_is_there(&place)) {
            continue;
        }
        cairn_err err = cairn_keyfile_load_seed(&place, keys->passphrase, seed);
        if (err == CAIRN_OK) {
            cairn_rootkeys_hash(keys->suite, seed, hash);
        }
        bool is_it = err == CAIRN_OK && cairn_bytes_is_same32(hash, public_hash);
        if (is_it) {
            memcpy(out_seed, seed, sizeof seed);
            *out_number = place.number;
        }
        cairn_secret_wipe(seed, sizeof seed);
        if (is_it) {
            return CAIRN_OK;
        }
        first = first == CAIRN_OK ? err : first;
    }
    return first == CAIRN_OK ? CAIRN_NOT_FOUND : first;
}

cairn_err cairn_rootkeys_draw(const struct cairn_rootkeys *keys, uint32_t number,
                              uint8_t out_seed[static 32])
{
    struct cairn_keyfile_place place = {
        .dir = keys->dir, .kind = CAIRN_KEYFILE_ROOT, .number = number};
    if (number > CAIRN_ROOTKEYS_NUMBER_MAX) {
        return CAIRN_FULL;
    }
    return cairn_keyfile_draw_seed(&place, keys->passphrase, out_seed);
}
