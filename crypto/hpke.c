#include "crypto/hpke.h"

#include <string.h>

#include <openssl/crypto.h>

#include "crypto/aead.h"
#include "crypto/hmac.h"
#include "crypto/x25519.h"
#include "schema/base/check.h"

/* suite_id of the KEM and of the whole; "HPKE-v1" stands before both everywhere. */
static const uint8_t hpke_kem_id[] = {'H', 'P', 'K', 'E', '-', 'v', '1', 'K', 'E', 'M', 0x00, 0x20};
static const uint8_t hpke_full_id[] = {'H', 'P', 'K',  'E',  '-',  'v',  '1',  'H', 'P',
                                       'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03};

#define HPKE_VIEW(array) ((struct cairn_bytes){(array), sizeof(array)})

/* What a labeled call is made of. */
struct hpke_label {
    struct cairn_bytes id;
    const char *label;
    struct cairn_bytes tail; /* ikm of an extract, info of an expand */
};

static void hpke_extract(struct cairn_bytes salt, const struct hpke_label *with,
                         uint8_t out[static 32])
{
    struct cairn_hmac hmac;
    cairn_hmac_init(&hmac, salt);
    cairn_hmac_update(&hmac, with->id);
    cairn_hmac_update(&hmac, cairn_bytes_of(with->label));
    cairn_hmac_update(&hmac, with->tail);
    cairn_hmac_final(&hmac, out);
}

/* One block is enough: nothing in this suite is longer than a digest. */
static void hpke_expand(const uint8_t prk[static 32], const struct hpke_label *with, uint8_t *out,
                        uint8_t out_size)
{
    CAIRN_REQUIRE(out_size <= 32);
    const uint8_t length[2] = {0, out_size};
    const uint8_t counter = 1;
    uint8_t block[32];
    struct cairn_hmac hmac;
    cairn_hmac_init(&hmac, (struct cairn_bytes){prk, 32});
    cairn_hmac_update(&hmac, HPKE_VIEW(length));
    cairn_hmac_update(&hmac, with->id);
    cairn_hmac_update(&hmac, cairn_bytes_of(with->label));
    cairn_hmac_update(&hmac, with->tail);
    cairn_hmac_update(&hmac, (struct cairn_bytes){&counter, 1});
    cairn_hmac_final(&hmac, block);
    memcpy(out, block, out_size);
    OPENSSL_cleanse(block, sizeof block);
}

void cairn_hpke_derive_secret(const uint8_t ikm[static 32], uint8_t out[static 32])
{
    uint8_t prk[32];
    hpke_extract((struct cairn_bytes){0},
                 &(struct hpke_label){HPKE_VIEW(hpke_kem_id), "dkp_prk", {ikm, 32}}, prk);
    hpke_expand(prk, &(struct hpke_label){HPKE_VIEW(hpke_kem_id), "sk", {NULL, 0}}, out, 32);
    OPENSSL_cleanse(prk, sizeof prk);
}

/* ExtractAndExpand of the KEM. shape: kem_context = enc | recipient */
static void hpke_shared_secret(const uint8_t dh[static 32], const uint8_t kem_context[static 64],
                               uint8_t out[static 32])
{
    uint8_t prk[32];
    hpke_extract((struct cairn_bytes){0},
                 &(struct hpke_label){HPKE_VIEW(hpke_kem_id), "eae_prk", {dh, 32}}, prk);
    hpke_expand(prk,
                &(struct hpke_label){HPKE_VIEW(hpke_kem_id), "shared_secret", {kem_context, 64}},
                out, 32);
    OPENSSL_cleanse(prk, sizeof prk);
}

/* KeySchedule in base mode: psk and psk_id are empty. */
static void hpke_schedule(const uint8_t shared[static 32], struct cairn_bytes info,
                          struct cairn_hpke *out)
{
    const struct cairn_bytes id = HPKE_VIEW(hpke_full_id), none = {NULL, 0};
    uint8_t schedule[1 + 32 + 32] = {0x00};
    hpke_extract(none, &(struct hpke_label){id, "psk_id_hash", none}, schedule + 1);
    hpke_extract(none, &(struct hpke_label){id, "info_hash", info}, schedule + 33);
    uint8_t secret[32];
    hpke_extract((struct cairn_bytes){shared, 32}, &(struct hpke_label){id, "secret", none},
                 secret);
    const struct cairn_bytes tail = HPKE_VIEW(schedule);
    hpke_expand(secret, &(struct hpke_label){id, "key", tail}, out->key, sizeof out->key);
    hpke_expand(secret, &(struct hpke_label){id, "base_nonce", tail}, out->base_nonce,
                sizeof out->base_nonce);
    hpke_expand(secret, &(struct hpke_label){id, "exp", tail}, out->exporter_secret,
                sizeof out->exporter_secret);
    OPENSSL_cleanse(secret, sizeof secret);
}

cairn_err cairn_hpke_setup_sender(const struct cairn_suite_wrap_to *to, uint8_t out_enc[static 32],
                                  struct cairn_hpke *out)
{
    uint8_t ephemeral[32], dh[32], shared[32], kem_context[64];
    cairn_hpke_derive_secret(to->ikm_e, ephemeral);
    cairn_err err = cairn_x25519_derive(ephemeral, to->recipient, dh);
    if (err == CAIRN_OK) {
        cairn_x25519_public(ephemeral, kem_context);
        memcpy(kem_context + 32, to->recipient, 32);
        hpke_shared_secret(dh, kem_context, shared);
        hpke_schedule(shared, to->info, out);
        memcpy(out_enc, kem_context, 32);
        OPENSSL_cleanse(shared, sizeof shared);
        OPENSSL_cleanse(dh, sizeof dh);
    }
    OPENSSL_cleanse(ephemeral, sizeof ephemeral);
    return err;
}

cairn_err cairn_hpke_setup_receiver(const uint8_t secret[static 32], const uint8_t enc[static 32],
                                    struct cairn_bytes info, struct cairn_hpke *out)
{
    uint8_t dh[32], shared[32], kem_context[64];
    CAIRN_TRY(cairn_x25519_derive(secret, enc, dh));
    memcpy(kem_context, enc, 32);
    cairn_x25519_public(secret, kem_context + 32);
    hpke_shared_secret(dh, kem_context, shared);
    hpke_schedule(shared, info, out);
    OPENSSL_cleanse(shared, sizeof shared);
    OPENSSL_cleanse(dh, sizeof dh);
    return CAIRN_OK;
}

static void hpke_nonce(const struct cairn_hpke *context, uint64_t seq, uint8_t out[static 12])
{
    uint8_t number[8];
    cairn_bytes_put_u64(number, seq);
    memcpy(out, context->base_nonce, 12);
    for (size_t i = 0; i < sizeof number; i++) {
        out[4 + i] ^= number[i];
    }
}

void cairn_hpke_seal(const struct cairn_hpke *context, const struct cairn_hpke_message *message,
                     struct cairn_bytes plaintext, uint8_t *out)
{
    uint8_t nonce[12];
    hpke_nonce(context, message->seq, nonce);
    cairn_aead_seal_once(CAIRN_AEAD_CHACHA20_POLY1305,
                         &(struct cairn_suite_box){context->key, nonce, message->aad}, plaintext,
                         out);
}

cairn_err cairn_hpke_open(const struct cairn_hpke *context,
                          const struct cairn_hpke_message *message, struct cairn_bytes sealed,
                          uint8_t *out)
{
    uint8_t nonce[12];
    hpke_nonce(context, message->seq, nonce);
    return cairn_aead_open_once(CAIRN_AEAD_CHACHA20_POLY1305,
                                &(struct cairn_suite_box){context->key, nonce, message->aad},
                                sealed, out);
}

void cairn_hpke_clear(struct cairn_hpke *context)
{
    OPENSSL_cleanse(context, sizeof *context);
}
