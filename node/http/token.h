/* Who may use the HTTP API from afar: bearer tokens and client certificates, in DIR/tokens.json.
 *
 *     cairn_<52 characters of base32>   32 random bytes, shown once, kept only as SHA-256
 *     client certificate                kept as SHA-256 of its SubjectPublicKeyInfo
 *
 *     {"tokens": [{"id": "16 hex", "kind": "bearer", "role": "bureau", "actor": "A-17",
 *                  "sha256": "64 hex", "created_ms": 1767225600000}]}
 *
 * id = first 8 bytes of the hash. The file is 0600 and replaced whole: written, synced, renamed. */
#ifndef CAIRN_NODE_HTTP_TOKEN_H
#define CAIRN_NODE_HTTP_TOKEN_H

#include "node/http/http_limits.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_TOKEN_RANDOM_BYTES 32u
#define CAIRN_TOKEN_TEXT_BYTES   58u   /* "cairn_" and 52 characters */
#define CAIRN_TOKENS_MAX         4096u /* of one node */

enum cairn_token_kind { CAIRN_TOKEN_BEARER, CAIRN_TOKEN_CERTIFICATE };

struct cairn_token {
    char id[17]; /* 16 lower-case hex digits */
    enum cairn_token_kind kind;
    char role[CAIRN_HTTP_ROLE_BYTES_MAX + 1];
    char actor[CAIRN_HTTP_ACTOR_BYTES_MAX + 1];
    uint8_t hash[32];
    uint64_t created_ms; /* Unix time */
};

struct cairn_token_book;

/* Read the file; a missing one is an empty book.
 *
 * owns    give back with cairn_token_close
 * errors  CAIRN_FILE  unreadable; CAIRN_KEY_MODE  others may read it; CAIRN_TOO_LONG; CAIRN_JSON
 *         malformed; CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_token_open(const char *path, struct cairn_token_book **out);
void cairn_token_close(struct cairn_token_book *book); /* NULL is harmless */

/* What is asked for with add. role, actor: 1..MAX bytes of visible ASCII */
struct cairn_token_grant {
    const char *role;
    const char *actor;
    uint64_t now_ms;
};

/* Make a bearer token and write the file.
 *
 * shape   random: fresh from the host's dice; out_text ends in NUL, show it once and wipe it
 * errors  CAIRN_USAGE  role or actor; CAIRN_FULL; CAIRN_FILE, CAIRN_MEMORY: book unchanged */
CAIRN_MUST cairn_err cairn_token_add(struct cairn_token_book *book,
                                     const struct cairn_token_grant *grant,
                                     const uint8_t random[static CAIRN_TOKEN_RANDOM_BYTES],
                                     char out_text[static CAIRN_TOKEN_TEXT_BYTES + 1]);

/* Admit a client certificate by the hash of its SubjectPublicKeyInfo and write the file.
 *
 * errors  as add; CAIRN_EXISTS  admitted already */
CAIRN_MUST cairn_err cairn_token_add_certificate(struct cairn_token_book *book,
                                                 const struct cairn_token_grant *grant,
                                                 const uint8_t spki_hash[static 32]);

/* errors  CAIRN_NOT_FOUND; CAIRN_FILE, CAIRN_MEMORY: book unchanged */
CAIRN_MUST cairn_err cairn_token_revoke(struct cairn_token_book *book, const char *id);

/* Find by the text that a client shows. Takes the same time for every text that is not found.
 *
 * gives   NULL: none; good until the book changes */
const struct cairn_token *cairn_token_find(const struct cairn_token_book *book,
                                           struct cairn_bytes text);
const struct cairn_token *cairn_token_find_certificate(const struct cairn_token_book *book,
                                                       const uint8_t spki_hash[static 32]);

/* For listing: index 0..count-1, in order of creation. */
size_t cairn_token_count(const struct cairn_token_book *book);
const struct cairn_token *cairn_token_at(const struct cairn_token_book *book, size_t index);

#endif
