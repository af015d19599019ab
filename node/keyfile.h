/* Secret keys at rest: one file each in DIR/keys, mode 0600, written whole or not at all.
 *
 *     cairn key 1                       version of this format
 *     kind log                          root, log, witness, tls, sealing or seen
 *     number 1                          node keys: incarnation; root, sealing: its number; else 0
 *     seal none                         or scrypt: under a passphrase (crypto/scrypt.h)
 *     check 3q2+7wAB                    SHA-256(the four lines above | key)[:6], base64
 *     <base64 of the key, or of the sealed key>
 *
 * Six lines, each ends in a newline, nothing else. check finds damage and mixed-up files before a
 * wrong key signs anything; six bytes of a hash over a random key tell nothing about it.
 * File name: KIND.key, with a number above 0 KIND-NUMBER.key. */
#ifndef CAIRN_NODE_KEYFILE_H
#define CAIRN_NODE_KEYFILE_H

#include "crypto/secret.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_KEYFILE_PATH_MAX  4096u
#define CAIRN_KEYFILE_BYTES_MAX 512u

enum cairn_keyfile_kind {
    CAIRN_KEYFILE_ROOT,    /* Ed25519 seed, offline: signs country documents (rootkeys.h) */
    CAIRN_KEYFILE_LOG,     /* Ed25519 seed */
    CAIRN_KEYFILE_WITNESS, /* Ed25519 seed */
    CAIRN_KEYFILE_TLS,     /* Ed25519 seed */
    CAIRN_KEYFILE_SEALING, /* X25519 secret, the country's; retired ones stay */
    CAIRN_KEYFILE_SEEN,    /* secret of the salts under marks */
};

struct cairn_keyfile_place {
    const char *dir; /* DIR/keys */
    enum cairn_keyfile_kind kind;
    uint32_t number; /* 0: none in the name */
};

/* The file's path. errors  CAIRN_TOO_LONG */
CAIRN_MUST cairn_err cairn_keyfile_path(const struct cairn_keyfile_place *place,
                                        char out[static CAIRN_KEYFILE_PATH_MAX]);

bool cairn_keyfile_is_there(const struct cairn_keyfile_place *place);

/* Write a new key file. Makes dir (0700) if it is not there; its parent is.
 *
 * shape   key: 1..CAIRN_SECRET_MAX bytes; passphrase: empty for none
 * errors  CAIRN_EXISTS  never replaces; CAIRN_FILE; CAIRN_TOO_LONG (path); CAIRN_MEMORY (scrypt)
 * cost    0.4 s under a passphrase */
CAIRN_MUST cairn_err cairn_keyfile_create(const struct cairn_keyfile_place *place,
                                          const struct cairn_secret *key,
                                          struct cairn_bytes passphrase);

/* The same over a file that is there or not: root rotation, change of passphrase. The old one is
 * gone only when the new one is durable. */
CAIRN_MUST cairn_err cairn_keyfile_replace(const struct cairn_keyfile_place *place,
                                           const struct cairn_secret *key,
                                           struct cairn_bytes passphrase);

/* Read a key.
 *
 * shape   passphrase: not looked at when the file has none
 * errors  CAIRN_NOT_FOUND; CAIRN_FILE  cannot be read, or is no regular file of this user or root;
 *         CAIRN_KEY_MODE  group or others have any right on it; CAIRN_KEYFILE  malformed, damaged,
 *         or of another kind or number; CAIRN_CRYPTO_PASSPHRASE wrong or missing; CAIRN_MEMORY;
 *         out is unchanged */
CAIRN_MUST cairn_err cairn_keyfile_load(const struct cairn_keyfile_place *place,
                                        struct cairn_bytes passphrase, struct cairn_secret *out);

/* The same for a key of 32 bytes, as all of ours are. The caller wipes it.
 *
 * errors  also CAIRN_KEYFILE  it has another size; out is unchanged */
CAIRN_MUST cairn_err cairn_keyfile_load_seed(const struct cairn_keyfile_place *place,
                                             struct cairn_bytes passphrase, uint8_t out[static 32]);

/* Draw a key of 32 bytes into a new file. One that is there, from a command that was cut off before
 * its end, is taken: so the command may be given again. The caller wipes it.
 *
 * errors  those of cairn_keyfile_create but CAIRN_EXISTS, and of cairn_keyfile_load_seed */
CAIRN_MUST cairn_err cairn_keyfile_draw_seed(const struct cairn_keyfile_place *place,
                                             struct cairn_bytes passphrase, uint8_t out[static 32]);

#endif
