/* Ids and keys that follow from others: of journals, feeds, epochs, commits and entries.
 *
 *     secret of an epoch --HKDF--> tag key    (where the feed's leaves are)
 *                            |---> salt key   (hides what a commit says)
 *                            '---> slot key   (opens entries; never leaves the members)
 *
 * Pure functions. docs/protocol.md, P-20 to P-40, P-61. */
#ifndef CAIRN_REPLICATION_LOG_KEYS_H
#define CAIRN_REPLICATION_LOG_KEYS_H

#include "crypto/suite.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"
#include "schema/commit.h"

struct cairn_keys_epoch {
    uint8_t tag[32];
    uint8_t salt[32];
    uint8_t slot[32];
};

/* Name of a journal on the wire and on disk. source P-61 */
void cairn_keys_journal_id(struct cairn_bytes origin, uint8_t out[static 16]);

/* Control feed of an origin: known to everybody. source P-32 */
void cairn_keys_control(struct cairn_bytes origin, uint8_t out_feed[static 16],
                        uint8_t out_secret[static 32]);

/* Whose pairwise feed, and with whom. */
struct cairn_keys_pair {
    struct cairn_bytes origin;     /* the author's */
    const uint8_t *partner;        /* 3 bytes: the other country */
    const uint8_t *sealing_secret; /* 32 bytes, of one side */
    const uint8_t *sealing_public; /* 32 bytes, of the other side */
};

/* Pairwise feed; both sides compute the same. source P-33
 *
 * errors  CAIRN_CRYPTO_KEY  the public key is a low-order point */
CAIRN_MUST cairn_err cairn_keys_pairwise(const struct cairn_suite *suite,
                                         const struct cairn_keys_pair *pair,
                                         uint8_t out_feed[static 16],
                                         uint8_t out_secret[static 32]);

/* Id of an audience feed from the body of its entry 0. source P-34 */
void cairn_keys_feed_id(struct cairn_bytes origin, struct cairn_bytes record,
                        uint8_t out[static 16]);

/* Keys of one epoch. source P-31 */
void cairn_keys_of_epoch(const struct cairn_suite *suite, struct cairn_bytes origin,
                         const uint8_t secret[static 32], struct cairn_keys_epoch *out);

/* Tag of commit `number`. source P-40 */
void cairn_keys_tag(const struct cairn_suite *suite, const uint8_t tag_key[static 32],
                    uint64_t number, uint8_t out[static 16]);

/* Salt of commit `number`. source P-40 */
void cairn_keys_salt(const struct cairn_suite *suite, const uint8_t salt_key[static 32],
                     uint64_t number, uint8_t out[static 32]);

/* Commit hash of an opening. source P-40 */
void cairn_keys_commit_hash(const struct cairn_opening *opening, const uint8_t salt[static 32],
                            uint8_t out[static 32]);

/* source P-20 */
void cairn_keys_entry_id(const uint8_t feed[static 16], const uint8_t stub[static 48],
                         uint8_t out[static 32]);

/* Which wrap: everything that goes into its info and ephemeral key. */
struct cairn_keys_wrap {
    struct cairn_bytes origin;
    const uint8_t *nonce; /* 32 bytes, of the record */
    uint32_t epoch;
    const uint8_t *country;        /* 3 bytes */
    const uint8_t *sealing_public; /* 32 bytes */
};

/* Make the wrap of a secret, as author or to check an author's. source P-35
 *
 * errors  CAIRN_CRYPTO_KEY */
CAIRN_MUST cairn_err cairn_keys_wrap_make(const struct cairn_suite *suite,
                                          const struct cairn_keys_wrap *wrap,
                                          const uint8_t secret[static 32],
                                          uint8_t out[static CAIRN_SUITE_WRAP_BYTES]);

/* Open a wrap with the sealing secret. wrap->sealing_public is not used.
 *
 * errors  CAIRN_CRYPTO_OPEN */
CAIRN_MUST cairn_err cairn_keys_wrap_open(const struct cairn_suite *suite,
                                          const struct cairn_keys_wrap *wrap,
                                          const uint8_t sealing_secret[static 32],
                                          const uint8_t sealed[static CAIRN_SUITE_WRAP_BYTES],
                                          uint8_t out_secret[static 32]);

#endif
