#include "crypto/suite.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "schema/base/check.h"

#define FAKE_VIEW(pointer, bytes) ((struct cairn_bytes){(pointer), (bytes)})

/* H(label | first | second | third), each but the label with its length before it. */
static void suite_fake_hash(const char *label, const struct cairn_bytes parts[static 3],
                            uint8_t *out)
{
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, cairn_bytes_of(label));
    for (size_t i = 0; i < 3; i++) {
        uint8_t size[8];
        cairn_bytes_put_u64(size, parts[i].size);
        cairn_sha256_update(&hash, FAKE_VIEW(size, sizeof size));
        cairn_sha256_update(&hash, parts[i]);
    }
    cairn_sha256_final(&hash, out);
}

static void suite_fake_sign_public(void *state, const uint8_t *seed, uint8_t *out)
{
    (void)state;
    suite_fake_hash("fake sign public", (struct cairn_bytes[3]){FAKE_VIEW(seed, 32)}, out);
}

static void suite_fake_signature(const uint8_t *public_key, struct cairn_bytes message,
                                 uint8_t *out)
{
    suite_fake_hash("fake sign", (struct cairn_bytes[3]){FAKE_VIEW(public_key, 32), message}, out);
    memcpy(out + 32, out, 32);
}

static void suite_fake_sign(void *state, const uint8_t *seed, struct cairn_bytes message,
                            uint8_t *out)
{
    uint8_t public_key[32];
    suite_fake_sign_public(state, seed, public_key);
    suite_fake_signature(public_key, message, out);
}

static cairn_err suite_fake_verify(void *state, const uint8_t *public_key,
                                   struct cairn_bytes message, const uint8_t *signature)
{
    (void)state;
    uint8_t wanted[64];
    suite_fake_signature(public_key, message, wanted);
    return memcmp(wanted, signature, sizeof wanted) == 0 ? CAIRN_OK : CAIRN_CRYPTO_SIGNATURE;
}

static void suite_fake_dh_public(void *state, const uint8_t *secret, uint8_t *out)
{
    (void)state;
    suite_fake_hash("fake dh public", (struct cairn_bytes[3]){FAKE_VIEW(secret, 32)}, out);
}

/* The pair of public keys in order is the same from both sides. */
static cairn_err suite_fake_dh(void *state, const uint8_t *secret, const uint8_t *public_key,
                               uint8_t *out)
{
    const uint8_t zero[32] = {0};
    if (cairn_bytes_is_same32(public_key, zero)) {
        return CAIRN_CRYPTO_KEY;
    }
    uint8_t own[32];
    suite_fake_dh_public(state, secret, own);
    bool is_own_first = memcmp(own, public_key, sizeof own) < 0;
    const uint8_t *first = is_own_first ? own : public_key;
    const uint8_t *second = is_own_first ? public_key : own;
    suite_fake_hash("fake dh", (struct cairn_bytes[3]){FAKE_VIEW(first, 32), FAKE_VIEW(second, 32)},
                    out);
    return CAIRN_OK;
}

static void suite_fake_tag(const struct cairn_suite_box *box, struct cairn_bytes plaintext,
                           uint8_t *out)
{
    uint8_t lock[44];
    memcpy(lock, box->key, 32);
    memcpy(lock + 32, box->nonce, 12);
    uint8_t digest[32];
    suite_fake_hash("fake tag", (struct cairn_bytes[3]){FAKE_VIEW(lock, 44), box->aad, plaintext},
                    digest);
    memcpy(out, digest, CAIRN_SUITE_TAG_BYTES);
}

/* The same 32 bytes over and over: enough to make sealed bytes differ from plain ones. */
static void suite_fake_mask(const struct cairn_suite_box *box, struct cairn_bytes in, uint8_t *out)
{
    uint8_t pad[32];
    suite_fake_hash("fake pad",
                    (struct cairn_bytes[3]){FAKE_VIEW(box->key, 32), FAKE_VIEW(box->nonce, 12)},
                    pad);
    for (size_t at = 0; at < in.size; at += sizeof pad) {
        size_t end = in.size - at < sizeof pad ? in.size : at + sizeof pad;
        for (size_t i = at; i < end; i++) {
            out[i] = in.data[i] ^ pad[i - at];
        }
    }
}

static void suite_fake_seal(void *state, const struct cairn_suite_box *box,
                            struct cairn_bytes plaintext, uint8_t *out)
{
    (void)state;
    uint8_t tag[CAIRN_SUITE_TAG_BYTES];
    suite_fake_tag(box, plaintext, tag);
    suite_fake_mask(box, plaintext, out);
    memcpy(out + plaintext.size, tag, sizeof tag);
}

static cairn_err suite_fake_open(void *state, const struct cairn_suite_box *box,
                                 struct cairn_bytes sealed, uint8_t *out)
{
    (void)state;
    if (sealed.size < CAIRN_SUITE_TAG_BYTES) {
        return CAIRN_CRYPTO_OPEN;
    }
    size_t size = sealed.size - CAIRN_SUITE_TAG_BYTES;
    uint8_t tag[CAIRN_SUITE_TAG_BYTES], wanted[CAIRN_SUITE_TAG_BYTES];
    memcpy(tag, sealed.data + size, sizeof tag);
    suite_fake_mask(box, FAKE_VIEW(sealed.data, size), out);
    suite_fake_tag(box, FAKE_VIEW(out, size), wanted);
    if (memcmp(tag, wanted, sizeof tag) == 0) {
        return CAIRN_OK;
    }
    if (size > 0) {
        memset(out, 0, size);
    }
    return CAIRN_CRYPTO_OPEN;
}

/* As HPKE does it: a key from an ephemeral dh and the info seals the secret. */
static cairn_err suite_fake_wrap_key(const uint8_t *secret, const uint8_t *peer,
                                     struct cairn_bytes info, uint8_t *out)
{
    uint8_t shared[32];
    CAIRN_TRY(suite_fake_dh(NULL, secret, peer, shared));
    suite_fake_hash("fake wrap", (struct cairn_bytes[3]){FAKE_VIEW(shared, 32), info}, out);
    return CAIRN_OK;
}

static cairn_err suite_fake_wrap(void *state, const struct cairn_suite_wrap_to *to,
                                 const uint8_t *plaintext, uint8_t *out)
{
    uint8_t ephemeral[32], key[32];
    const uint8_t nonce[12] = {0};
    suite_fake_hash("fake ephemeral", (struct cairn_bytes[3]){FAKE_VIEW(to->ikm_e, 32)}, ephemeral);
    CAIRN_TRY(suite_fake_wrap_key(ephemeral, to->recipient, to->info, key));
    suite_fake_dh_public(state, ephemeral, out);
    suite_fake_seal(state, &(struct cairn_suite_box){.key = key, .nonce = nonce},
                    FAKE_VIEW(plaintext, 32), out + 32);
    return CAIRN_OK;
}

static cairn_err suite_fake_unwrap(void *state, const uint8_t *secret, struct cairn_bytes info,
                                   const uint8_t *wrap, uint8_t *out)
{
    uint8_t key[32], plaintext[32];
    const uint8_t nonce[12] = {0};
    if (suite_fake_wrap_key(secret, wrap, info, key) != CAIRN_OK) {
        return CAIRN_CRYPTO_OPEN;
    }
    CAIRN_TRY(suite_fake_open(state, &(struct cairn_suite_box){.key = key, .nonce = nonce},
                              FAKE_VIEW(wrap + 32, 48), plaintext));
    memcpy(out, plaintext, sizeof plaintext);
    return CAIRN_OK;
}

static void suite_fake_block(void *state, const uint8_t *key, const uint8_t *in, uint8_t *out)
{
    (void)state;
    uint8_t digest[32];
    suite_fake_hash("fake block", (struct cairn_bytes[3]){FAKE_VIEW(key, 32), FAKE_VIEW(in, 16)},
                    digest);
    memcpy(out, digest, 16);
}

static void suite_fake_close(void *state)
{
    CAIRN_REQUIRE(state == NULL);
}

static const struct cairn_suite_table suite_fake_table = {
    .sign_public = suite_fake_sign_public,
    .sign = suite_fake_sign,
    .verify = suite_fake_verify,
    .dh_public = suite_fake_dh_public,
    .dh = suite_fake_dh,
    .wrap = suite_fake_wrap,
    .unwrap = suite_fake_unwrap,
    .seal = suite_fake_seal,
    .open = suite_fake_open,
    .block = suite_fake_block,
    .close = suite_fake_close,
};

void cairn_suite_init_fake(struct cairn_suite *out)
{
    *out = (struct cairn_suite){.table = &suite_fake_table, .state = NULL};
}
