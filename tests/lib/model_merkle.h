/* The naive twin of crypto/merkle.h: RFC 6962 section 2.1 word for word, by recursion over the leaf
 * hashes. Slow, and short enough to check by eye. */
#ifndef CAIRN_TESTS_LIB_MODEL_MERKLE_H
#define CAIRN_TESTS_LIB_MODEL_MERKLE_H

#include "crypto/merkle.h"

/* MTH(D[0:count]) */
void model_merkle_root(const uint8_t *leaves, uint64_t count, uint8_t out[static 32]);

/* PATH(index, D[0:count]) */
void model_merkle_path(const uint8_t *leaves, uint64_t count, uint64_t index,
                       struct cairn_merkle_proof *out);

/* PROOF(size1, D[0:count]); empty when size1 is 0 or count */
void model_merkle_proof(const uint8_t *leaves, uint64_t count, uint64_t size1,
                        struct cairn_merkle_proof *out);

/* MTH of the largest complete subtrees that lie in D[0:begin], then of those in D[begin:count] */
void model_merkle_split(const uint8_t *leaves, uint64_t count, uint64_t begin,
                        struct cairn_merkle_proof *out);

#endif
