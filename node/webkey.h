/* The certificate that browsers and systems see: DIR/keys/web.pem, self-signed ECDSA P-256, made
 * once; a country may put its own there (certificate, chain, key in one file, mode 0600). */
#ifndef CAIRN_NODE_WEBKEY_H
#define CAIRN_NODE_WEBKEY_H

#include "crypto/tls_identity.h"
#include "node/config.h"

#define CAIRN_WEBKEY_BYTES_MAX (64u << 10)

/* Read it, or make it for the hosts of the config.
 *
 * owns    give back with cairn_tls_identity_close
 * errors  CAIRN_FILE, CAIRN_KEY_MODE, CAIRN_CRYPTO_KEY (the file), CAIRN_LIBRARY, CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_webkey_open(const char *dir, const struct cairn_config *config,
                                       struct cairn_tls_identity **out);

#endif
