#include "node/sealingkeys.h"

#include "crypto/secret.h"
#include "node/keyfile.h"

static const struct cairn_bytes sealingkeys_plain = {.size = 0}; /* no passphrase */

static cairn_err sealingkeys_load_one(const char *dir, const struct cairn_sealing_key *line,
                                      const struct cairn_suite *suite, uint8_t out[static 32])
{
    uint8_t found[32];
    struct cairn_keyfile_place place = {
        .dir = dir, .kind = CAIRN_KEYFILE_SEALING, .number = line->number};
    CAIRN_TRY(cairn_keyfile_load_seed(&place, sealingkeys_plain, out));
    cairn_suite_dh_public(suite, out, found);
    return cairn_bytes_is_same32(found, line->key) ? CAIRN_OK : CAIRN_DOCUMENT;
}

cairn_err cairn_sealingkeys_load(const char *dir, const struct cairn_country_doc *doc,
                                 const struct cairn_suite *suite, struct cairn_sealingkeys *out)
{
    cairn_err err = CAIRN_OK;
    *out = (struct cairn_sealingkeys){.count = 0};
    for (uint32_t i = 0; i < doc->sealing_count && err == CAIRN_OK; i++) {
        err = sealingkeys_load_one(dir, &doc->sealing[i], suite, out->secrets[out->count]);
        if (err == CAIRN_NOT_FOUND && i + 1 < doc->sealing_count) {
            out->missing_count += doc->sealing[i].is_lost ? 0 : 1;
            err = CAIRN_OK;
        } else {
            out->count++;
        }
    }
    if (err != CAIRN_OK) {
        cairn_secret_wipe(out, sizeof *out);
    }
    return err;
}

cairn_err cairn_sealingkeys_draw(const char *dir, const struct cairn_suite *suite,
                                 struct cairn_country_doc *doc)
{
    uint8_t secret[32];
    uint32_t count = doc->sealing_count;
    uint32_t last = count == 0 ? 0 : doc->sealing[count - 1].number;
    if (count == CAIRN_COUNTRY_SEALING_MAX || last == UINT32_MAX) {
        return CAIRN_FULL;
    }
    struct cairn_keyfile_place place = {
        .dir = dir, .kind = CAIRN_KEYFILE_SEALING, .number = last + 1};
    CAIRN_TRY(cairn_keyfile_draw_seed(&place, sealingkeys_plain, secret));
    doc->sealing[count] = (struct cairn_sealing_key){.number = place.number};
    cairn_suite_dh_public(suite, secret, doc->sealing[count].key);
    doc->sealing_count++;
    cairn_secret_wipe(secret, sizeof secret);
    return CAIRN_OK;
}

cairn_err cairn_sealingkeys_lose(const char *dir, const struct cairn_suite *suite,
                                 struct cairn_country_doc *doc)
{
    for (uint32_t i = 0; i < doc->sealing_count; i++) {
        struct cairn_sealing_key *line = &doc->sealing[i];
        struct cairn_keyfile_place place = {
            .dir = dir, .kind = CAIRN_KEYFILE_SEALING, .number = line->number};
        line->is_lost = line->is_lost || !cairn_keyfile_is_there(&place);
    }
    return doc->sealing[doc->sealing_count - 1].is_lost ? cairn_sealingkeys_draw(dir, suite, doc)
                                                        : CAIRN_OK;
}
