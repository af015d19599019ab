#include "replication/log/keys.h"

#include "crypto/hash.h"
#include "schema/base/check.h"
#include "schema/base/limits.h"

#include <string.h>

/* One label: its text and the NUL behind it. */
#define LABEL(text) ((struct cairn_bytes){.data = (const uint8_t *)(text), .size = sizeof(text)})

#define INFO_MAX 256u

/* HKDF info and hash input are put together here; inputs are bounded, so it always fits. */
struct keys_text {
    size_t size;
    uint8_t data[INFO_MAX];
};

static void keys_put(struct keys_text *text, const void *data, size_t size)
{
    CAIRN_REQUIRE(size <= INFO_MAX - text->size);
    if (size > 0) {
        memcpy(text->data + text->size, data, size);
        text->size += size;
    }
}

static struct keys_text keys_begin(struct cairn_bytes label, struct cairn_bytes origin)
{
    struct keys_text text = {.size = 0};
    CAIRN_REQUIRE(origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
    keys_put(&text, label.data, label.size);
    keys_put(&text, origin.data, origin.size);
    return text;
}

static struct cairn_bytes keys_view(const struct keys_text *text)
{
    return (struct cairn_bytes){.data = text->data, .size = text->size};
}

static void keys_derive(const struct cairn_suite *suite, const uint8_t secret[static 32],
                        const struct keys_text *info, uint8_t *out, size_t out_size)
{
    struct cairn_suite_hkdf input = {
        .ikm = {.data = secret, .size = 32},
        .info = keys_view(info),
    };
    cairn_suite_hkdf(suite, &input, out, out_size);
}

void cairn_keys_journal_id(struct cairn_bytes origin, uint8_t out[static 16])
{
    struct keys_text text = keys_begin(LABEL("cairn journal v1"), origin);
    uint8_t digest[32];
    cairn_sha256_of(keys_view(&text), digest);
    memcpy(out, digest, 16);
}

void cairn_keys_control(struct cairn_bytes origin, uint8_t out_feed[static 16],
                        uint8_t out_secret[static 32])
{
    struct keys_text text = keys_begin(LABEL("cairn control v1"), origin);
    uint8_t digest[32];
    cairn_sha256_of(keys_view(&text), digest);
    memcpy(out_feed, digest, 16);
    text = keys_begin(LABEL("cairn control secret v1"), origin);
    cairn_sha256_of(keys_view(&text), out_secret);
}

cairn_err cairn_keys_pairwise(const struct cairn_suite *suite, const struct cairn_keys_pair *pair,
                              uint8_t out_feed[static 16], uint8_t out_secret[static 32])
{
    uint8_t shared[32];
    uint8_t derived[48];
    CAIRN_TRY(cairn_suite_dh(suite, pair->sealing_secret, pair->sealing_public, shared));
    struct keys_text info = keys_begin(LABEL("cairn pairwise v1"), pair->origin);
    keys_put(&info, "", 1);
    keys_put(&info, pair->partner, 3);
    keys_derive(suite, shared, &info, derived, sizeof derived);
    memcpy(out_feed, derived, 16);
    memcpy(out_secret, derived + 16, 32);
    return CAIRN_OK;
}

void cairn_keys_feed_id(struct cairn_bytes origin, struct cairn_bytes record,
                        uint8_t out[static 16])
{
    struct keys_text text = keys_begin(LABEL("cairn feed v1"), origin);
    keys_put(&text, "", 1);
    struct cairn_sha256 hash;
    uint8_t digest[32];
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, keys_view(&text));
    cairn_sha256_update(&hash, record);
    cairn_sha256_final(&hash, digest);
    memcpy(out, digest, 16);
}

void cairn_keys_of_epoch(const struct cairn_suite *suite, struct cairn_bytes origin,
                         const uint8_t secret[static 32], struct cairn_keys_epoch *out)
{
    struct keys_text info = keys_begin(LABEL("cairn tag v1"), origin);
    keys_derive(suite, secret, &info, out->tag, 32);
    info = keys_begin(LABEL("cairn salt v1"), origin);
    keys_derive(suite, secret, &info, out->salt, 32);
    info = keys_begin(LABEL("cairn slot v1"), origin);
    keys_derive(suite, secret, &info, out->slot, 32);
}

void cairn_keys_tag(const struct cairn_suite *suite, const uint8_t tag_key[static 32],
                    uint64_t number, uint8_t out[static 16])
{
    uint8_t block[16] = {0};
    cairn_bytes_put_u64(block + 8, number);
    cairn_suite_block(suite, tag_key, block, out);
}

void cairn_keys_salt(const struct cairn_suite *suite, const uint8_t salt_key[static 32],
                     uint64_t number, uint8_t out[static 32])
{
    uint8_t message[8];
    cairn_bytes_put_u64(message, number);
    cairn_suite_hmac(suite, (struct cairn_bytes){.data = salt_key, .size = 32},
                     (struct cairn_bytes){.data = message, .size = 8}, out);
}

void cairn_keys_commit_hash(const struct cairn_opening *opening, const uint8_t salt[static 32],
                            uint8_t out[static 32])
{
    struct keys_text text = {.size = 0};
    uint8_t number[8];
    keys_put(&text, "cairn commit v1", sizeof "cairn commit v1");
    keys_put(&text, salt, 32);
    keys_put(&text, opening->feed, 16);
    cairn_bytes_put_u64(number, opening->size);
    keys_put(&text, number, 8);
    keys_put(&text, opening->root, 32);
    cairn_bytes_put_u64(number, opening->previous_leaf_plus1);
    keys_put(&text, number, 8);
    keys_put(&text, opening->policy, 32);
    cairn_sha256_of(keys_view(&text), out);
}

void cairn_keys_entry_id(const uint8_t feed[static 16], const uint8_t stub[static 48],
                         uint8_t out[static 32])
{
    struct keys_text text = {.size = 0};
    keys_put(&text, "cairn entry v1", sizeof "cairn entry v1");
    keys_put(&text, feed, 16);
    keys_put(&text, stub, 48);
    cairn_sha256_of(keys_view(&text), out);
}

static struct keys_text keys_wrap_info(const struct cairn_keys_wrap *wrap)
{
    struct keys_text info = keys_begin(LABEL("cairn wrap v1"), wrap->origin);
    uint8_t epoch[4];
    keys_put(&info, "", 1);
    keys_put(&info, wrap->nonce, 32);
    cairn_bytes_put_u32(epoch, wrap->epoch);
    keys_put(&info, epoch, 4);
    keys_put(&info, wrap->country, 3);
    return info;
}

cairn_err cairn_keys_wrap_make(const struct cairn_suite *suite, const struct cairn_keys_wrap *wrap,
                               const uint8_t secret[static 32],
                               uint8_t out[static CAIRN_SUITE_WRAP_BYTES])
{
    struct keys_text seed_info = {.size = 0};
    uint8_t epoch[4];
    uint8_t ikm_e[32];
    keys_put(&seed_info, "cairn wrap seed v1", sizeof "cairn wrap seed v1");
    cairn_bytes_put_u32(epoch, wrap->epoch);
    keys_put(&seed_info, epoch, 4);
    keys_put(&seed_info, wrap->country, 3);
    keys_put(&seed_info, wrap->sealing_public, 32);
    keys_derive(suite, secret, &seed_info, ikm_e, 32);

    struct keys_text info = keys_wrap_info(wrap);
    struct cairn_suite_wrap_to to = {
        .ikm_e = ikm_e,
        .recipient = wrap->sealing_public,
        .info = keys_view(&info),
    };
    return cairn_suite_wrap(suite, &to, secret, out);
}

cairn_err cairn_keys_wrap_open(const struct cairn_suite *suite, const struct cairn_keys_wrap *wrap,
                               const uint8_t sealing_secret[static 32],
                               const uint8_t sealed[static CAIRN_SUITE_WRAP_BYTES],
                               uint8_t out_secret[static 32])
{
    struct keys_text info = keys_wrap_info(wrap);
    return cairn_suite_unwrap(suite, sealing_secret, keys_view(&info), sealed, out_secret);
}
