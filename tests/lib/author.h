/* A node that only writes, for tests of what reads: one journal with feeds, a signed document and
 * checkpoints. It does what it is told, also what no honest node would. Trouble fails the test.
 *
 *     author_open -> author_feed_* -> author_append ... author_commit -> author_checkpoint
 *
 * All memory lives until the program ends. */
#ifndef CAIRN_TESTS_LIB_AUTHOR_H
#define CAIRN_TESTS_LIB_AUTHOR_H

#include "crypto/merkle.h"
#include "replication/log/keys.h"
#include "schema/bundle.h"
#include "schema/feedop.h"

#define AUTHOR_LEAVES_MAX  16384u
#define AUTHOR_COMMITS_MAX 16384u
#define AUTHOR_EPOCHS_MAX  4u
#define AUTHOR_ENTRIES_MAX 64u /* of one commit */

struct author_feed {
    uint8_t id[16];
    bool is_control;
    uint32_t epoch;       /* in which entries are written */
    uint32_t epoch_count; /* in force */
    struct cairn_keys_epoch keys[AUTHOR_EPOCHS_MAX];
    char members[4][4];
    uint32_t member_count;
    uint64_t number, last_leaf_plus1, committed_size;
    struct cairn_merkle_range range;
    struct cairn_commit_writer writer;
    struct cairn_content_key keys_given[AUTHOR_ENTRIES_MAX];
    uint32_t waiting; /* entries of the commit that is being made */
};

struct author_commit {
    struct cairn_bytes bytes;
    uint8_t feed[16];
    uint64_t number, leaf_index;
    uint8_t salt[32];
    uint32_t key_count;
    const struct cairn_content_key *keys;
};

struct author {
    const struct cairn_suite *suite;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    char country[4];
    uint8_t root_seed[32], log_seed[32], witness_seed[32];
    struct cairn_bytes document; /* the note */
    bool is_ended;               /* by the document: the next two */
    uint64_t ended_size;
    uint8_t ended_root[32];
    uint8_t (*leaves)[CAIRN_LEAF_BYTES];
    uint64_t leaf_count;
    struct author_commit *commits; /* in the order of their leaves */
    uint32_t commit_count;
};

/* country: "AUT": the origin is test-demo/AUT/one/1; keys follow from it. */
void author_open(struct author *author, const struct cairn_suite *suite, const char *country);

/* From now on the document ends the origin: its first `size` leaves count. root: NULL: theirs */
void author_end(struct author *author, uint64_t size, const uint8_t *root);

/* A feed with nothing in it yet; number tells the pairwise ones apart. */
void author_feed_control(const struct author *author, struct author_feed *out);
void author_feed_pairwise(const struct author *author, uint8_t number, struct author_feed *out);

/* An audience feed; its open record waits for the first commit. members: "AUT GEO", ascending */
void author_feed_audience(const struct author *author, const char *members,
                          struct author_feed *out);

/* Append bytes as they are, sealed or clear. */
void author_append(const struct author *author, struct author_feed *feed,
                   struct cairn_bytes operation, bool is_sealed);

/* Append an operation of a kind below 32, clear where it must be. */
void author_append_op(const struct author *author, struct author_feed *feed,
                      const struct cairn_feedop *op);

/* Append a made-up alert.issue of this size, at least 256 bytes, about this object. */
void author_append_alert(const struct author *author, struct author_feed *feed,
                         const struct cairn_id *object, size_t size);

/* An operation with this body, as author_append takes it. */
struct cairn_bytes author_operation(enum cairn_kind kind, struct cairn_bytes body);
struct cairn_bytes author_feedop(const struct cairn_feedop *op);

/* Begin the next epoch: its keys. The entry that says so is the caller's. gives wraps for members
 */
struct cairn_feed_rekey author_rekey(const struct author *author, struct author_feed *feed);

/* Make the commit: one more leaf. Entries of the next commit are of the last epoch. */
void author_commit(struct author *author, struct author_feed *feed);

/* A leaf that is nobody's. */
void author_noise(struct author *author);

/* Signed checkpoint of the first `size` leaves; with a cosignature when witness is not NULL. */
struct cairn_bytes author_checkpoint(const struct author *author, uint64_t size,
                                     const struct author *witness, uint64_t time_s);

/* The whole journal as a bundle: documents of both, feed records for these feeds. */
struct author_bundle {
    const struct author *other; /* its document too; may be NULL */
    const struct author_feed *const *feeds;
    uint32_t feed_count;
    struct cairn_bytes checkpoint;
    bool has_keys; /* content keys */
};
struct cairn_bytes author_bundle(const struct author *author, const struct author_bundle *what);

#endif
