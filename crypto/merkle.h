/* RFC 6962 Merkle trees over leaf hashes: roots, inclusion and consistency proofs.
 *
 *     level 2        n             n = H(0x01 | left | right)
 *     level 1     n     n
 *     level 0    l  l  l  l  l     l = H(0x00 | data)
 *     index      0  1  2  3  4
 *
 * A want (level, index) names a complete subtree: the leaves index << level to
 * ((index + 1) << level) - 1.
 * Many hashes in a row are always flat: count * 32 bytes. Pure. docs/protocol.md, section 5. */
#ifndef CAIRN_CRYPTO_MERKLE_H
#define CAIRN_CRYPTO_MERKLE_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_MERKLE_PROOF_MAX 65u  /* hashes in a proof */
#define CAIRN_MERKLE_WANTS_MAX 128u /* complete subtrees behind a proof */
#define CAIRN_MERKLE_RANGE_MAX (8u + 64u * 32u)

/* A proof that we built. Its wire form is cairn_merkle_proof_bytes. */
struct cairn_merkle_proof {
    uint32_t count; /* 0..CAIRN_MERKLE_PROOF_MAX */
    uint8_t hashes[CAIRN_MERKLE_PROOF_MAX][32];
};

/* The right edge of a tree that starts at leaf 0: all that is needed to append and to give roots.
 */
struct cairn_merkle_range {
    uint64_t size;         /* leaves */
    uint8_t nodes[64][32]; /* [level] is used when that bit of size is set, else zero */
};

struct cairn_merkle_want {
    uint8_t level;  /* 0..63 */
    uint64_t index; /* among the complete subtrees of this level */
};

/* Which stored subtree hashes a proof is made of, in the order the fold expects them. */
struct cairn_merkle_wants {
    uint32_t count;      /* 0..CAIRN_MERKLE_WANTS_MAX */
    uint32_t fold_begin; /* wants fold_begin..fold_end-1 become one hash of the proof */
    uint32_t fold_end;   /* fold_begin: nothing is folded */
    struct cairn_merkle_want want[CAIRN_MERKLE_WANTS_MAX];
};

/* Hash of a leaf: H(0x00 | data). source RFC 6962 2.1 */
void cairn_merkle_leaf(struct cairn_bytes data, uint8_t out[static 32]);

/* Hash of an inner node: H(0x01 | left | right). out may be left or right. */
void cairn_merkle_node(const uint8_t left[static 32], const uint8_t right[static 32],
                       uint8_t out[static 32]);

/* Root of `count` leaf hashes; count 0 gives SHA-256 of nothing. cost: count hashes */
void cairn_merkle_root_of(const uint8_t *leaves, uint64_t count, uint8_t out[static 32]);

/* Root of a complete subtree (a tile). shape: count is a power of two, >= 1 */
void cairn_merkle_subtree(const uint8_t *leaves, uint64_t count, uint8_t out[static 32]);

/* --- right edge --- */

void cairn_merkle_range_init(struct cairn_merkle_range *range);

/* Append one leaf hash. cost: one hash on average, 64 at most */
void cairn_merkle_range_append(struct cairn_merkle_range *range, const uint8_t leaf[static 32]);

/* Append a complete subtree of 1 << level leaves. shape: range->size is a multiple of that */
void cairn_merkle_range_join(struct cairn_merkle_range *range, unsigned level,
                             const uint8_t subtree[static 32]);

/* Root of the tree as it stands; of an empty one SHA-256 of nothing. */
void cairn_merkle_range_root(const struct cairn_merkle_range *range, uint8_t out[static 32]);

/* Panic unless nodes are zero exactly where size has no bit. */
void cairn_merkle_range_check(const struct cairn_merkle_range *range);

/* Write u64 size | one hash for each set bit of size, highest level first.
 *
 * gives   bytes written, at most CAIRN_MERKLE_RANGE_MAX */
size_t cairn_merkle_range_encode(const struct cairn_merkle_range *range,
                                 uint8_t out[static CAIRN_MERKLE_RANGE_MAX]);

/* errors  CAIRN_SHORT, CAIRN_TRAILING; CAIRN_NUMBER an all-zero hash; *out unchanged */
CAIRN_MUST cairn_err cairn_merkle_range_decode(struct cairn_bytes bytes,
                                               struct cairn_merkle_range *out);

/* --- verifying what others say --- */

/* Does leaf hash `leaf` stand at `index` of the tree (size, root)?
 *
 * shape   proof: RFC 6962 audit path, lowest first
 * errors  CAIRN_CRYPTO_PROOF  it does not, or the proof is of another length
 * source  RFC 6962 2.1.1, RFC 9162 2.1.3.2 */
CAIRN_MUST cairn_err cairn_merkle_verify_inclusion(const uint8_t leaf[static 32], uint64_t index,
                                                   uint64_t size, struct cairn_bytes proof,
                                                   const uint8_t root[static 32]);

/* Is the tree (size1, root1) the beginning of (size2, root2)?
 *
 * shape   proof: RFC 6962 consistency proof; empty when size1 is 0 or size2
 * errors  CAIRN_CRYPTO_PROOF  it is not; also when size1 is 0 and root1 not the empty root
 * source  RFC 6962 2.1.2, RFC 9162 2.1.4.2 */
CAIRN_MUST cairn_err cairn_merkle_verify_consistency(uint64_t size1, const uint8_t root1[static 32],
                                                     uint64_t size2, const uint8_t root2[static 32],
                                                     struct cairn_bytes proof);

/* --- proofs from leaf hashes in memory --- */

/* View of a built proof, as the verify functions take it. */
struct cairn_bytes cairn_merkle_proof_bytes(const struct cairn_merkle_proof *proof);

/* Prove leaf `index` of the `count` leaves. shape: index < count. cost: count hashes */
void cairn_merkle_inclusion(const uint8_t *leaves, uint64_t count, uint64_t index,
                            struct cairn_merkle_proof *out);

/* Prove that the first size1 leaves begin the `count` leaves. shape: size1 <= count */
void cairn_merkle_consistency(const uint8_t *leaves, uint64_t count, uint64_t size1,
                              struct cairn_merkle_proof *out);

/* --- proofs from stored subtree hashes: name them, load them, fold them --- */

/* Name the subtrees for the inclusion of `index` in a tree of `size`. shape: index < size */
void cairn_merkle_inclusion_wants(uint64_t index, uint64_t size, struct cairn_merkle_wants *out);

/* Name the subtrees for consistency of size1 with size2. shape: size1 <= size2 */
void cairn_merkle_consistency_wants(uint64_t size1, uint64_t size2, struct cairn_merkle_wants *out);

/* Turn the hashes of the wants into the proof that the verify functions take.
 *
 * shape   hashes: wants->count * 32 bytes, in the order of the wants */
void cairn_merkle_proof_fold(const struct cairn_merkle_wants *wants, const uint8_t *hashes,
                             struct cairn_merkle_proof *out);

/* --- the beginning of a tree, shown with the rest of it: merkle_split.c ---
 *
 * A consistency proof says that one tree begins another. A split says what root a tree had at a
 * smaller size, whoever likes it or not: hashes of the complete subtrees of 0..begin-1, largest
 * first, and of those that fill begin..size-1, left to right. */

/* Makes a split while the leaves behind the beginning pass by. */
struct cairn_merkle_split {
    struct cairn_merkle_wants wants;
    uint32_t count;                 /* hashes so far; wants.count: whole */
    struct cairn_merkle_range part; /* leaves of the next one */
    uint8_t hashes[CAIRN_MERKLE_WANTS_MAX][32];
};

/* Name the subtrees. shape: begin <= size */
void cairn_merkle_split_wants(uint64_t begin, uint64_t size, struct cairn_merkle_wants *out);

/* Start behind the leaves of `begin`. shape: begin->size <= size; leaves up to size follow */
void cairn_merkle_split_init(struct cairn_merkle_split *split,
                             const struct cairn_merkle_range *begin, uint64_t size);
void cairn_merkle_split_append(struct cairn_merkle_split *split, const uint8_t leaf[static 32]);

/* What the hashes say of the tree (size, root): its root when it had `begin` leaves.
 *
 * shape   hashes: k * 32; begin <= size
 * errors  CAIRN_CRYPTO_PROOF  they do not lead to root, or there is another number of them;
 *         out_root unchanged */
CAIRN_MUST cairn_err cairn_merkle_split_root(uint64_t begin, uint64_t size,
                                             struct cairn_bytes hashes,
                                             const uint8_t root[static 32],
                                             uint8_t out_root[static 32]);

#endif
