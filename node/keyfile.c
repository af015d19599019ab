#include "node/keyfile.h"

#include "crypto/hash.h"
#include "crypto/scrypt.h"
#include "node/entropy.h"
#include "node/file.h"
#include "schema/base/base64.h"
#include "schema/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEYFILE_HEAD_BYTES   96u /* the four lines under the check, and a NUL */
#define KEYFILE_CHECK_BYTES  6u  /* of the hash */
#define KEYFILE_SEALED_BYTES (CAIRN_SECRET_MAX + CAIRN_SCRYPT_OVERHEAD)
#define KEYFILE_NAME_BYTES   40u

_Static_assert(CAIRN_KEYFILE_PATH_MAX == CAIRN_FILE_PATH_MAX, "one limit for paths");
_Static_assert(KEYFILE_HEAD_BYTES + CAIRN_BASE64_SIZE(KEYFILE_SEALED_BYTES) + 32u <
                   CAIRN_KEYFILE_BYTES_MAX,
               "the longest file fits");

static const char *keyfile_kind_name(enum cairn_keyfile_kind kind)
{
    switch (kind) {
    case CAIRN_KEYFILE_ROOT:
        return "root";
    case CAIRN_KEYFILE_LOG:
        return "log";
    case CAIRN_KEYFILE_WITNESS:
        return "witness";
    case CAIRN_KEYFILE_TLS:
        return "tls";
    case CAIRN_KEYFILE_SEALING:
        return "sealing";
    case CAIRN_KEYFILE_SEEN:
        return "seen";
    }
    CAIRN_REQUIRE(false);
}

cairn_err cairn_keyfile_path(const struct cairn_keyfile_place *place,
                             char out[static CAIRN_KEYFILE_PATH_MAX])
{
    char name[KEYFILE_NAME_BYTES];
    const char *kind = keyfile_kind_name(place->kind);
    if (place->number == 0) {
        (void)snprintf(name, sizeof name, "%s.key", kind);
    } else {
        (void)snprintf(name, sizeof name, "%s-%" PRIu32 ".key", kind, place->number);
    }
    return cairn_file_path(place->dir, name, out);
}

bool cairn_keyfile_is_there(const struct cairn_keyfile_place *place)
{
    char path[CAIRN_KEYFILE_PATH_MAX];
    return cairn_keyfile_path(place, path) == CAIRN_OK && cairn_file_is_there(path);
}

/* The first four lines. A file is read by comparing with what would have been written. */
static struct cairn_bytes keyfile_head(const struct cairn_keyfile_place *place, bool is_sealed,
                                       char out[static KEYFILE_HEAD_BYTES])
{
    int size =
        snprintf(out, KEYFILE_HEAD_BYTES, "cairn key 1\nkind %s\nnumber %" PRIu32 "\nseal %s\n",
                 keyfile_kind_name(place->kind), place->number, is_sealed ? "scrypt" : "none");
    CAIRN_REQUIRE(size > 0);
    CAIRN_REQUIRE((unsigned)size < KEYFILE_HEAD_BYTES);
    return (struct cairn_bytes){.data = (const uint8_t *)out, .size = (size_t)size};
}

static void keyfile_check_of(struct cairn_bytes head, struct cairn_bytes key,
                             uint8_t out[static KEYFILE_CHECK_BYTES])
{
    struct cairn_sha256 hash;
    uint8_t digest[CAIRN_HASH_BYTES];
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, head);
    cairn_sha256_update(&hash, key);
    cairn_sha256_final(&hash, digest);
    memcpy(out, digest, KEYFILE_CHECK_BYTES);
    cairn_secret_wipe(&hash, sizeof hash);
    cairn_secret_wipe(digest, sizeof digest);
}

/* Text of the file, grows from front to back; its size is known to fit. */
struct keyfile_text {
    size_t size;
    uint8_t data[CAIRN_KEYFILE_BYTES_MAX];
};

static void keyfile_put(struct keyfile_text *text, struct cairn_bytes bytes)
{
    CAIRN_REQUIRE(bytes.size <= sizeof text->data - text->size);
    memcpy(text->data + text->size, bytes.data, bytes.size);
    text->size += bytes.size;
}

static void keyfile_put_base64(struct keyfile_text *text, struct cairn_bytes bytes)
{
    size_t size = 0;
    cairn_err err =
        cairn_base64_encode(bytes, text->data + text->size, sizeof text->data - text->size, &size);
    CAIRN_REQUIRE(err == CAIRN_OK);
    text->size += size;
    keyfile_put(text, cairn_bytes_of("\n"));
}

static cairn_err keyfile_seal(struct cairn_bytes key, struct cairn_bytes passphrase,
                              uint8_t out[static KEYFILE_SEALED_BYTES])
{
    uint8_t salt[16];
    cairn_entropy_fill(salt, sizeof salt);
    struct cairn_scrypt with = {
        .passphrase = passphrase, .salt = salt, .log_n = CAIRN_SCRYPT_LOG_N};
    return cairn_scrypt_seal(&with, key, out);
}

static cairn_err keyfile_encode(const struct cairn_keyfile_place *place, struct cairn_bytes key,
                                struct cairn_bytes passphrase, struct keyfile_text *out)
{
    bool is_sealed = passphrase.size > 0;
    char head_text[KEYFILE_HEAD_BYTES];
    struct cairn_bytes head = keyfile_head(place, is_sealed, head_text);
    uint8_t check[KEYFILE_CHECK_BYTES];
    keyfile_check_of(head, key, check);

    out->size = 0;
    keyfile_put(out, head);
    keyfile_put(out, cairn_bytes_of("check "));
    keyfile_put_base64(out, (struct cairn_bytes){.data = check, .size = sizeof check});
    if (!is_sealed) {
        keyfile_put_base64(out, key);
        return CAIRN_OK;
    }
    uint8_t sealed[KEYFILE_SEALED_BYTES];
    CAIRN_TRY(keyfile_seal(key, passphrase, sealed));
    keyfile_put_base64(
        out, (struct cairn_bytes){.data = sealed, .size = key.size + CAIRN_SCRYPT_OVERHEAD});
    return CAIRN_OK;
}

static cairn_err keyfile_write(const struct cairn_keyfile_place *place,
                               const struct cairn_secret *key, struct cairn_bytes passphrase,
                               bool is_replace)
{
    CAIRN_REQUIRE(key->size > 0);
    char path[CAIRN_KEYFILE_PATH_MAX];
    CAIRN_TRY(cairn_keyfile_path(place, path));
    CAIRN_TRY(cairn_file_make_dir(place->dir));
    if (!is_replace && cairn_file_is_there(path)) {
        return CAIRN_EXISTS; /* before scrypt makes them wait */
    }
    struct keyfile_text text;
    cairn_err err = keyfile_encode(place, cairn_secret_view(key), passphrase, &text);
    if (err == CAIRN_OK) {
        struct cairn_file_how how = {.mode = 0600, .is_replace = is_replace};
        err = cairn_file_write(path, (struct cairn_bytes){.data = text.data, .size = text.size},
                               &how);
    }
    cairn_secret_wipe(&text, sizeof text);
    return err;
}

cairn_err cairn_keyfile_create(const struct cairn_keyfile_place *place,
                               const struct cairn_secret *key, struct cairn_bytes passphrase)
{
    return keyfile_write(place, key, passphrase, false);
}

cairn_err cairn_keyfile_replace(const struct cairn_keyfile_place *place,
                                const struct cairn_secret *key, struct cairn_bytes passphrase)
{
    return keyfile_write(place, key, passphrase, true);
}

/* Cut `start` off the front of *rest. gives  false when it does not stand there */
static bool keyfile_skip(struct cairn_bytes *rest, struct cairn_bytes start)
{
    if (rest->size < start.size || memcmp(rest->data, start.data, start.size) != 0) {
        return false;
    }
    rest->data += start.size;
    rest->size -= start.size;
    return true;
}

/* Cut the next line off, as base64. */
static cairn_err keyfile_take_base64(struct cairn_bytes *rest, uint8_t *out, size_t capacity,
                                     size_t *out_size)
{
    const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL) {
        return CAIRN_KEYFILE;
    }
    struct cairn_bytes line = {.data = rest->data, .size = (size_t)(end - rest->data)};
    if (cairn_base64_decode(line, out, capacity, out_size) != CAIRN_OK) {
        return CAIRN_KEYFILE;
    }
    rest->data += line.size + 1;
    rest->size -= line.size + 1;
    return CAIRN_OK;
}

/* What stands in a file, before the passphrase is tried. */
struct keyfile_parts {
    bool is_sealed;
    char head_text[KEYFILE_HEAD_BYTES];
    struct cairn_bytes head; /* into head_text */
    uint8_t check[KEYFILE_CHECK_BYTES];
    size_t body_size;
    uint8_t body[KEYFILE_SEALED_BYTES];
};

static cairn_err keyfile_decode(const struct cairn_keyfile_place *place, struct cairn_bytes text,
                                struct keyfile_parts *out)
{
    out->is_sealed = false;
    out->head = keyfile_head(place, false, out->head_text);
    if (!keyfile_skip(&text, out->head)) {
        out->is_sealed = true;
        out->head = keyfile_head(place, true, out->head_text);
        if (!keyfile_skip(&text, out->head)) {
            return CAIRN_KEYFILE;
        }
    }
    size_t check_size = 0;
    if (!keyfile_skip(&text, cairn_bytes_of("check "))) {
        return CAIRN_KEYFILE;
    }
    CAIRN_TRY(keyfile_take_base64(&text, out->check, sizeof out->check, &check_size));
    CAIRN_TRY(keyfile_take_base64(&text, out->body, sizeof out->body, &out->body_size));
    size_t overhead = out->is_sealed ? CAIRN_SCRYPT_OVERHEAD : 0;
    bool is_whole = check_size == sizeof out->check && text.size == 0;
    bool is_key = out->body_size > overhead && out->body_size - overhead <= CAIRN_SECRET_MAX;
    return is_whole && is_key ? CAIRN_OK : CAIRN_KEYFILE;
}

/* Give the key in body, after the passphrase and the check have agreed to it. */
static cairn_err keyfile_open(const struct keyfile_parts *parts, struct cairn_bytes passphrase,
                              struct cairn_secret *out)
{
    uint8_t key_bytes[CAIRN_SECRET_MAX];
    struct cairn_bytes body = {.data = parts->body, .size = parts->body_size};
    struct cairn_bytes key = {.data = key_bytes, .size = body.size};
    cairn_err err = CAIRN_OK;
    if (!parts->is_sealed) {
        memcpy(key_bytes, body.data, body.size);
    } else if (passphrase.size == 0) {
        err = CAIRN_CRYPTO_PASSPHRASE;
    } else {
        key.size = body.size - CAIRN_SCRYPT_OVERHEAD;
        err = cairn_scrypt_open(passphrase, body, key_bytes);
        err = err == CAIRN_NUMBER ? CAIRN_KEYFILE : err;
    }
    if (err == CAIRN_OK) {
        uint8_t check[KEYFILE_CHECK_BYTES];
        keyfile_check_of(parts->head, key, check);
        err = memcmp(check, parts->check, sizeof check) == 0 ? cairn_secret_set(out, key)
                                                             : CAIRN_KEYFILE;
    }
    cairn_secret_wipe(key_bytes, sizeof key_bytes);
    return err;
}

cairn_err cairn_keyfile_load(const struct cairn_keyfile_place *place, struct cairn_bytes passphrase,
                             struct cairn_secret *out)
{
    char path[CAIRN_KEYFILE_PATH_MAX];
    CAIRN_TRY(cairn_keyfile_path(place, path));
    struct keyfile_text text;
    cairn_err err = cairn_file_read_secret(path, text.data, sizeof text.data, &text.size);
    if (err != CAIRN_OK) {
        cairn_secret_wipe(&text, sizeof text);
        return err == CAIRN_TOO_LONG ? CAIRN_KEYFILE : err;
    }
    struct keyfile_parts parts;
    struct cairn_bytes whole = {.data = text.data, .size = text.size};
    err = keyfile_decode(place, whole, &parts);
    if (err == CAIRN_OK) {
        err = keyfile_open(&parts, passphrase, out);
    }
    cairn_secret_wipe(&text, sizeof text);
    cairn_secret_wipe(&parts, sizeof parts);
    return err;
}

cairn_err cairn_keyfile_load_seed(const struct cairn_keyfile_place *place,
                                  struct cairn_bytes passphrase, uint8_t out[static 32])
{
    struct cairn_secret secret;
    cairn_secret_init(&secret);
    cairn_err err = cairn_keyfile_load(place, passphrase, &secret);
    if (err == CAIRN_OK && secret.size != 32) {
        err = CAIRN_KEYFILE;
    }
    if (err == CAIRN_OK) {
        memcpy(out, secret.data, 32);
    }
    cairn_secret_clear(&secret);
    return err;
}

cairn_err cairn_keyfile_draw_seed(const struct cairn_keyfile_place *place,
                                  struct cairn_bytes passphrase, uint8_t out[static 32])
{
    uint8_t seed[32];
    struct cairn_secret secret;
    if (cairn_keyfile_is_there(place)) {
        return cairn_keyfile_load_seed(place, passphrase, out);
    }
    cairn_secret_init(&secret);
    cairn_entropy_fill(seed, sizeof seed);
    cairn_err err = cairn_secret_set(&secret, (struct cairn_bytes){.data = seed, .size = 32});
    if (err == CAIRN_OK) {
        err = cairn_keyfile_create(place, &secret, passphrase);
    }
    if (err == CAIRN_OK) {
        memcpy(out, seed, 32);
    }
    cairn_secret_clear(&secret);
    cairn_secret_wipe(seed, sizeof seed);
    return err;
}
