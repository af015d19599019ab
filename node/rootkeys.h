/* Root keys at rest: root-1.key, root-2.key, ... in one directory, each under the passphrase.
 *
 * Which of them is in force, and which is the next, is not a matter of names: the country document
 * says it by their public halves. So no file is ever renamed or written over, and a command that
 * was cut off is just given again. docs/operate.md, section 2 */
#ifndef CAIRN_NODE_ROOTKEYS_H
#define CAIRN_NODE_ROOTKEYS_H

#include "crypto/suite.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_ROOTKEYS_NUMBER_MAX 1000u

struct cairn_rootkeys {
    const char *dir;
    struct cairn_bytes passphrase; /* empty: none */
    const struct cairn_suite *suite;
};

/* Find the key whose public half has this SHA-256; a document names its next root so.
 *
 * gives   *out_number: of its file
 * errors  CAIRN_NOT_FOUND  no file holds it; CAIRN_CRYPTO_PASSPHRASE and others of
 *         cairn_keyfile_load  ... and this one of them could not be opened
 * cost    0.4 s for each file under a passphrase, the newest first */
CAIRN_MUST cairn_err cairn_rootkeys_find(const struct cairn_rootkeys *keys,
                                         const uint8_t public_hash[static 32],
                                         uint8_t out_seed[static 32], uint32_t *out_number);

/* Draw a key into a new file. One that is there, from a command that was cut off, is taken.
 *
 * errors  those of cairn_keyfile_create and cairn_keyfile_load; CAIRN_FULL  number too high */
CAIRN_MUST cairn_err cairn_rootkeys_draw(const struct cairn_rootkeys *keys, uint32_t number,
                                         uint8_t out_seed[static 32]);

/* SHA-256 of the public half of a seed. */
void cairn_rootkeys_hash(const struct cairn_suite *suite, const uint8_t seed[static 32],
                         uint8_t out[static 32]);

#endif
