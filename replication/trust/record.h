/* Records by which an author gives a feed's secret to its members: feed.open, feed.admit,
 * feed.rekey. Made here, and checked here by every member: wraps can be recomputed, so nobody can
 * be given another key in secret. Pure. docs/protocol.md, P-34 to P-36. */
#ifndef CAIRN_REPLICATION_TRUST_RECORD_H
#define CAIRN_REPLICATION_TRUST_RECORD_H

#include "crypto/suite.h"
#include "replication/log/feed.h"
#include "schema/feedop.h"

/* A member's key, as the author knows it from the country document. */
struct cairn_record_member {
    uint8_t country[3];
    uint8_t sealing_public[32];
};

/* A sealing key of the reader's country. */
struct cairn_record_key {
    uint8_t secret[32];
    uint8_t sealing_public[32];
};

/* Whose records, and with what to read them. */
struct cairn_record_reader {
    const struct cairn_suite *suite;
    struct cairn_bytes origin;           /* of the author */
    const uint8_t *country;              /* 3 bytes: who reads */
    const struct cairn_record_key *keys; /* all that are held */
    uint32_t key_count;
};

/* Make one member's wrap of a secret. what: nonce and epoch, the rest is filled in.
 *
 * errors  CAIRN_CRYPTO_KEY  the member's key is a low-order point */
CAIRN_MUST cairn_err cairn_record_wrap(const struct cairn_record_reader *author,
                                       const struct cairn_keys_wrap *what,
                                       const uint8_t secret[static 32],
                                       const struct cairn_record_member *member,
                                       struct cairn_wrap *out);

/* Open a feed.open: find the reader's wrap, or take the secret from `admit` (may be NULL), and
 * check every wrap of the record against it.
 *
 * gives   secrets of epochs 0..*out_count-1 (1 from a feed.open alone)
 * errors  CAIRN_PEER_WRAP     a wrap, hash or key is not what its author claims
 *         CAIRN_DENIED_PARTNER the reader is no member
 *         CAIRN_LATER         the reader's wrap is for a key that it does not hold */
CAIRN_MUST cairn_err cairn_record_open(const struct cairn_record_reader *reader,
                                       const struct cairn_feed_open *open,
                                       const struct cairn_feed_admit *admit,
                                       uint8_t out_secrets[static CAIRN_FEED_EPOCHS_MAX][32],
                                       uint32_t *out_count);

/* Is this the secret of a feed.open, and every wrap of the record one of it?
 *
 * errors  CAIRN_PEER_WRAP */
CAIRN_MUST cairn_err cairn_record_check_open(const struct cairn_record_reader *reader,
                                             const struct cairn_feed_open *open,
                                             const uint8_t secret[static 32]);

/* Check a feed.admit as a member that holds the secrets. errors  CAIRN_PEER_WRAP */
CAIRN_MUST cairn_err cairn_record_check_admit(const struct cairn_record_reader *reader,
                                              const struct cairn_feed *feed,
                                              const struct cairn_feed_admit *admit);

/* Open a feed.rekey: the secret of its epoch. known: that secret if the reader was given it when it
 * was admitted later, else NULL. errors as cairn_record_open */
CAIRN_MUST cairn_err cairn_record_open_rekey(const struct cairn_record_reader *reader,
                                             const struct cairn_feed_rekey *rekey,
                                             const uint8_t *known, uint8_t out_secret[static 32]);

#endif
