#include "node/nodekeys.h"

#include "crypto/tls_identity.h"
#include "node/keyfile.h"

typedef cairn_err nodekeys_get(const struct cairn_keyfile_place *place,
                               struct cairn_bytes passphrase, uint8_t out[static 32]);

static cairn_err nodekeys_each(const char *dir, uint64_t incarnation, nodekeys_get *get,
                               struct cairn_nodekeys *out)
{
    const struct cairn_bytes none = {.size = 0};
    struct cairn_keyfile_place place = {
        .dir = dir, .kind = CAIRN_KEYFILE_LOG, .number = (uint32_t)incarnation};
    if (incarnation == 0 || incarnation > UINT32_MAX) {
        return CAIRN_NUMBER;
    }
    CAIRN_TRY(get(&place, none, out->log));
    place.kind = CAIRN_KEYFILE_WITNESS;
    CAIRN_TRY(get(&place, none, out->witness));
    place.kind = CAIRN_KEYFILE_TLS;
    return get(&place, none, out->tls);
}

cairn_err cairn_nodekeys_load(const char *dir, uint64_t incarnation, struct cairn_nodekeys *out)
{
    return nodekeys_each(dir, incarnation, cairn_keyfile_load_seed, out);
}

cairn_err cairn_nodekeys_draw(const char *dir, uint64_t incarnation, struct cairn_nodekeys *out)
{
    return nodekeys_each(dir, incarnation, cairn_keyfile_draw_seed, out);
}

cairn_err cairn_nodekeys_publish(const struct cairn_nodekeys *keys, const struct cairn_suite *suite,
                                 struct cairn_country_node *out)
{
    struct cairn_tls_identity *identity = NULL;
    CAIRN_TRY(cairn_tls_identity_make(keys->tls, "cairn", &identity));
    cairn_tls_identity_spki(identity, out->tls_spki);
    cairn_tls_identity_close(identity);
    cairn_suite_sign_public(suite, keys->log, out->log);
    cairn_suite_sign_public(suite, keys->witness, out->witness);
    return CAIRN_OK;
}
