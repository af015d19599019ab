#include "replication/log/body.h"

#include "crypto/hash.h"
#include "schema/base/check.h"
#include "schema/base/limits.h"

#include <string.h>

#define KEY_BYTES 32u
#define AAD_MAX   (CAIRN_LIMIT_ORIGIN_BYTES + 16u + CAIRN_PREFIX_BYTES + 8u)

static const uint8_t body_nonce_zero[12];

struct body_aad {
    uint8_t data[AAD_MAX];
    size_t size;
};

static struct body_aad body_aad_make(const struct cairn_body_place *place)
{
    struct body_aad aad;
    CAIRN_REQUIRE(place->origin.size > 0);
    CAIRN_REQUIRE(place->origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
    size_t at = place->origin.size;
    memcpy(aad.data, place->origin.data, at);
    memcpy(aad.data + at, place->feed, 16);
    at += 16;
    struct cairn_prefix prefix = {
        .version = CAIRN_ENTRY_VERSION,
        .algorithms = CAIRN_ENTRY_SEALED,
        .epoch = place->epoch,
    };
    cairn_prefix_encode(&prefix, aad.data + at);
    at += CAIRN_PREFIX_BYTES;
    cairn_bytes_put_u64(aad.data + at, place->index);
    aad.size = at + 8;
    return aad;
}

static void body_slot_aad(const struct cairn_body_place *place, uint8_t out[static 24])
{
    memcpy(out, place->feed, 16);
    cairn_bytes_put_u64(out + 16, place->index);
}

static void body_commitment(const uint8_t key[static 32], uint8_t out[static 32])
{
    uint8_t text[sizeof "cairn key v1" + KEY_BYTES];
    memcpy(text, "cairn key v1", sizeof "cairn key v1");
    memcpy(text + sizeof "cairn key v1", key, KEY_BYTES);
    cairn_sha256_of((struct cairn_bytes){.data = text, .size = sizeof text}, out);
}

size_t cairn_body_sealed_bytes(size_t operation_bytes)
{
    return CAIRN_SEALED_HEAD_BYTES + cairn_padded_size(operation_bytes) + CAIRN_SEAL_TAG_BYTES;
}

void cairn_body_stub(const struct cairn_body_place *place, uint8_t algorithms,
                     struct cairn_bytes body, struct cairn_stub *out)
{
    *out = (struct cairn_stub){
        .version = CAIRN_ENTRY_VERSION,
        .algorithms = algorithms,
        .epoch = place->epoch,
        .index = place->index,
    };
    cairn_sha256_of(body, out->body_hash);
}

void cairn_body_seal(const struct cairn_body_place *place, const struct cairn_body_keys *keys,
                     struct cairn_bytes operation, uint8_t *out, struct cairn_stub *out_stub)
{
    size_t padded_bytes = cairn_padded_size(operation.size);
    struct body_aad aad = body_aad_make(place);
    uint8_t *plaintext = out + CAIRN_SEALED_HEAD_BYTES;
    struct cairn_bytes padded;
    cairn_err err = cairn_plaintext_encode(operation, plaintext, padded_bytes, &padded);
    CAIRN_REQUIRE(err == CAIRN_OK);

    uint8_t digest[32];
    uint8_t key[KEY_BYTES];
    struct cairn_sha256 hash;
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){.data = aad.data, .size = aad.size});
    cairn_sha256_update(&hash, padded);
    cairn_sha256_final(&hash, digest);
    cairn_suite_hmac(place->suite, (struct cairn_bytes){.data = keys->fresh, .size = 32},
                     (struct cairn_bytes){.data = digest, .size = 32}, key);

    uint8_t *commitment = out + CAIRN_SLOT_BYTES;
    uint8_t slot_aad[24];
    body_commitment(key, commitment);
    body_slot_aad(place, slot_aad);
    struct cairn_suite_box slot_box = {
        .key = keys->slot,
        .nonce = commitment,
        .aad = {.data = slot_aad, .size = sizeof slot_aad},
    };
    cairn_suite_seal(place->suite, &slot_box, (struct cairn_bytes){.data = key, .size = KEY_BYTES},
                     out);
    struct cairn_suite_box box = {
        .key = key,
        .nonce = body_nonce_zero,
        .aad = {.data = aad.data, .size = aad.size},
    };
    cairn_suite_seal(place->suite, &box, padded, plaintext);
    struct cairn_bytes body = {.data = out, .size = cairn_body_sealed_bytes(operation.size)};
    cairn_body_stub(place, CAIRN_ENTRY_SEALED, body, out_stub);
}

cairn_err cairn_body_content_key(const struct cairn_body_place *place,
                                 const uint8_t slot_key[static 32], struct cairn_bytes body,
                                 uint8_t out[static 32])
{
    if (body.size < CAIRN_SEALED_MIN_BYTES) {
        return CAIRN_SHORT;
    }
    uint8_t slot_aad[24];
    uint8_t key[KEY_BYTES];
    uint8_t commitment[32];
    body_slot_aad(place, slot_aad);
    struct cairn_suite_box box = {
        .key = slot_key,
        .nonce = body.data + CAIRN_SLOT_BYTES,
        .aad = {.data = slot_aad, .size = sizeof slot_aad},
    };
    CAIRN_TRY(cairn_suite_open(place->suite, &box,
                               (struct cairn_bytes){.data = body.data, .size = CAIRN_SLOT_BYTES},
                               key));
    body_commitment(key, commitment);
    if (!cairn_bytes_is_same32(commitment, body.data + CAIRN_SLOT_BYTES)) {
        return CAIRN_CRYPTO_COMMITMENT;
    }
    memcpy(out, key, KEY_BYTES);
    return CAIRN_OK;
}

cairn_err cairn_body_open(const struct cairn_body_place *place,
                          const uint8_t content_key[static 32], struct cairn_bytes body,
                          uint8_t *scratch, struct cairn_bytes *out_operation)
{
    if (body.size < CAIRN_SEALED_MIN_BYTES) {
        return CAIRN_SHORT;
    }
    uint8_t commitment[32];
    body_commitment(content_key, commitment);
    if (!cairn_bytes_is_same32(commitment, body.data + CAIRN_SLOT_BYTES)) {
        return CAIRN_CRYPTO_COMMITMENT;
    }
    struct body_aad aad = body_aad_make(place);
    struct cairn_suite_box box = {
        .key = content_key,
        .nonce = body_nonce_zero,
        .aad = {.data = aad.data, .size = aad.size},
    };
    struct cairn_bytes sealed = {.data = body.data + CAIRN_SEALED_HEAD_BYTES,
                                 .size = body.size - CAIRN_SEALED_HEAD_BYTES};
    CAIRN_TRY(cairn_suite_open(place->suite, &box, sealed, scratch));
    struct cairn_bytes plaintext = {.data = scratch, .size = sealed.size - CAIRN_SEAL_TAG_BYTES};
    return cairn_plaintext_decode(plaintext, out_operation);
}
