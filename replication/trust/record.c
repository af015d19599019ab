#include "replication/trust/record.h"

#include "crypto/hash.h"

#include <string.h>

/* One set of wraps with what they are bound to. */
struct record_set {
    const uint8_t *nonce;
    const uint8_t *secret_hash;
    uint32_t epoch;
    const struct cairn_wrap *wraps;
    uint32_t count;
};

cairn_err cairn_record_wrap(const struct cairn_record_reader *author,
                            const struct cairn_keys_wrap *what, const uint8_t secret[static 32],
                            const struct cairn_record_member *member, struct cairn_wrap *out)
{
    struct cairn_keys_wrap wrap = *what;
    wrap.origin = author->origin;
    wrap.country = member->country;
    wrap.sealing_public = member->sealing_public;
    *out = (struct cairn_wrap){.country = ""};
    memcpy(out->country, member->country, 3);
    memcpy(out->sealing, member->sealing_public, 32);
    return cairn_keys_wrap_make(author->suite, &wrap, secret, out->wrap);
}

static cairn_err record_check_secret(const uint8_t secret[static 32], const uint8_t hash[static 32])
{
    uint8_t digest[32];
    cairn_sha256_of((struct cairn_bytes){.data = secret, .size = 32}, digest);
    return cairn_bytes_is_same32(digest, hash) ? CAIRN_OK : CAIRN_PEER_WRAP;
}

/* Recompute one wrap and compare. */
static cairn_err record_check_wrap(const struct cairn_record_reader *reader,
                                   const struct cairn_keys_wrap *wrap,
                                   const uint8_t secret[static 32],
                                   const uint8_t claimed[static CAIRN_WRAP_BYTES])
{
    uint8_t made[CAIRN_SUITE_WRAP_BYTES];
    if (cairn_keys_wrap_make(reader->suite, wrap, secret, made) != CAIRN_OK) {
        return CAIRN_PEER_WRAP;
    }
    return memcmp(made, claimed, sizeof made) == 0 ? CAIRN_OK : CAIRN_PEER_WRAP;
}

static struct cairn_keys_wrap record_wrap_of(const struct cairn_record_reader *reader,
                                             const struct record_set *set, uint32_t i)
{
    return (struct cairn_keys_wrap){
        .origin = reader->origin,
        .nonce = set->nonce,
        .epoch = set->epoch,
        .country = (const uint8_t *)set->wraps[i].country,
        .sealing_public = set->wraps[i].sealing,
    };
}

/* The reader's wrap names one of its keys: an older one may be needed, and a newer one may not have
 * come to this node yet. */
static const uint8_t *record_key(const struct cairn_record_reader *reader,
                                 const uint8_t sealing_public[static 32])
{
    for (uint32_t i = 0; i < reader->key_count; i++) {
        if (cairn_bytes_is_same32(reader->keys[i].sealing_public, sealing_public)) {
            return reader->keys[i].secret;
        }
    }
    return NULL;
}

static cairn_err record_find(const struct cairn_record_reader *reader, const struct record_set *set,
                             uint8_t out_secret[static 32])
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (memcmp(set->wraps[i].country, reader->country, 3) == 0) {
            struct cairn_keys_wrap wrap = record_wrap_of(reader, set, i);
            const uint8_t *secret = record_key(reader, set->wraps[i].sealing);
            if (secret == NULL) {
                return CAIRN_LATER;
            }
            cairn_err err =
                cairn_keys_wrap_open(reader->suite, &wrap, secret, set->wraps[i].wrap, out_secret);
            return err == CAIRN_OK ? CAIRN_OK : CAIRN_PEER_WRAP;
        }
    }
    return CAIRN_DENIED_PARTNER;
}

static cairn_err record_check_set(const struct cairn_record_reader *reader,
                                  const struct record_set *set, const uint8_t secret[static 32])
{
    CAIRN_TRY(record_check_secret(secret, set->secret_hash));
    for (uint32_t i = 0; i < set->count; i++) {
        struct cairn_keys_wrap wrap = record_wrap_of(reader, set, i);
        CAIRN_TRY(record_check_wrap(reader, &wrap, secret, set->wraps[i].wrap));
    }
    return CAIRN_OK;
}

static cairn_err record_open_admit(const struct cairn_record_reader *reader,
                                   const uint8_t nonce[static 32],
                                   const struct cairn_feed_admit *admit,
                                   uint8_t out[static CAIRN_FEED_EPOCHS_MAX][32])
{
    const uint8_t *secret = record_key(reader, admit->sealing);
    if (admit->wrap_count > CAIRN_FEED_EPOCHS_MAX) {
        return CAIRN_PEER_WRAP;
    }
    if (secret == NULL) {
        return CAIRN_LATER;
    }
    for (uint32_t epoch = 0; epoch < admit->wrap_count; epoch++) {
        struct cairn_keys_wrap wrap = {
            .origin = reader->origin,
            .nonce = nonce,
            .epoch = epoch,
            .country = reader->country,
        };
        if (cairn_keys_wrap_open(reader->suite, &wrap, secret, admit->wraps[epoch], out[epoch]) !=
            CAIRN_OK) {
            return CAIRN_PEER_WRAP;
        }
    }
    return CAIRN_OK;
}

static struct record_set record_set_of(const struct cairn_feed_open *open)
{
    return (struct record_set){
        .nonce = open->nonce,
        .secret_hash = open->secret_hash,
        .wraps = open->wraps,
        .count = open->wrap_count,
    };
}

cairn_err cairn_record_check_open(const struct cairn_record_reader *reader,
                                  const struct cairn_feed_open *open,
                                  const uint8_t secret[static 32])
{
    struct record_set set = record_set_of(open);
    return record_check_set(reader, &set, secret);
}

cairn_err cairn_record_open(const struct cairn_record_reader *reader,
                            const struct cairn_feed_open *open,
                            const struct cairn_feed_admit *admit,
                            uint8_t out_secrets[static CAIRN_FEED_EPOCHS_MAX][32],
                            uint32_t *out_count)
{
    struct record_set set = record_set_of(open);
    uint32_t count = 1;
    cairn_err err = record_find(reader, &set, out_secrets[0]);
    if (err == CAIRN_DENIED_PARTNER && admit != NULL &&
        memcmp(admit->country, reader->country, 3) == 0) {
        err = record_open_admit(reader, open->nonce, admit, out_secrets);
        count = admit->wrap_count;
    }
    CAIRN_TRY(err);
    CAIRN_TRY(record_check_set(reader, &set, out_secrets[0]));
    *out_count = count;
    return CAIRN_OK;
}

cairn_err cairn_record_check_admit(const struct cairn_record_reader *reader,
                                   const struct cairn_feed *feed,
                                   const struct cairn_feed_admit *admit)
{
    if (admit->wrap_count != feed->epoch_count) {
        return CAIRN_PEER_WRAP;
    }
    for (uint32_t epoch = 0; epoch < admit->wrap_count; epoch++) {
        struct cairn_keys_wrap wrap = {
            .origin = reader->origin,
            .nonce = feed->nonce,
            .epoch = epoch,
            .country = (const uint8_t *)admit->country,
            .sealing_public = admit->sealing,
        };
        CAIRN_TRY(record_check_wrap(reader, &wrap, feed->secrets[epoch], admit->wraps[epoch]));
    }
    return CAIRN_OK;
}

cairn_err cairn_record_open_rekey(const struct cairn_record_reader *reader,
                                  const struct cairn_feed_rekey *rekey, const uint8_t *known,
                                  uint8_t out_secret[static 32])
{
    struct record_set set = {
        .nonce = rekey->nonce,
        .secret_hash = rekey->secret_hash,
        .epoch = rekey->epoch,
        .wraps = rekey->wraps,
        .count = rekey->wrap_count,
    };
    if (known != NULL) {
        memcpy(out_secret, known, 32);
    } else {
        CAIRN_TRY(record_find(reader, &set, out_secret));
    }
    return record_check_set(reader, &set, out_secret);
}
