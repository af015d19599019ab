/* Memory for keys: fixed size, cleared when done, never printed.
 *
 * Give it a life of its own: init, set, clear. Do not assign one to another (the copy would not be
 * cleared); cairn_secret_take moves. Pure. */
#ifndef CAIRN_CRYPTO_SECRET_H
#define CAIRN_CRYPTO_SECRET_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_SECRET_MAX 64u

struct cairn_secret {
    uint32_t size; /* 0..CAIRN_SECRET_MAX; 0: empty */
    uint8_t data[CAIRN_SECRET_MAX];
};

void cairn_secret_init(struct cairn_secret *secret);

/* Copy a key in; what was there before is cleared.
 *
 * errors  CAIRN_TOO_LONG  more than CAIRN_SECRET_MAX bytes; secret unchanged */
CAIRN_MUST cairn_err cairn_secret_set(struct cairn_secret *secret, struct cairn_bytes bytes);

/* Move: *out holds what source held, source is empty and cleared. */
void cairn_secret_take(struct cairn_secret *source, struct cairn_secret *out);

/* View for a crypto call; good until the secret is changed or cleared. */
struct cairn_bytes cairn_secret_view(const struct cairn_secret *secret);

/* Compare in a time that does not depend on the content. */
bool cairn_secret_is_equal(const struct cairn_secret *left, const struct cairn_secret *right);

void cairn_secret_clear(struct cairn_secret *secret);

/* Clear any memory that held a key or plaintext, in a way the compiler may not drop. */
void cairn_secret_wipe(void *memory, size_t size_bytes);

/* Compare public-length bytes (tokens, tags) in constant time. */
bool cairn_secret_is_same(struct cairn_bytes left, struct cairn_bytes right);

#endif
