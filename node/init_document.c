#include "node/init_document.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/tls_identity.h"
#include "schema/country.h"

#define DOCUMENT_FROM_MS 86400000u /* valid since a day ago: clocks differ */
#define DOCUMENT_DAY_MS  86400000u

static cairn_err document_spki(const uint8_t seed[static 32], uint8_t out[static 32])
{
    struct cairn_tls_identity *identity = NULL;
    CAIRN_TRY(cairn_tls_identity_make(seed, "cairn", &identity));
    cairn_tls_identity_spki(identity, out);
    cairn_tls_identity_close(identity);
    return CAIRN_OK;
}

static cairn_err document_fill(const struct cairn_init_options *options,
                               const struct init_keys *keys, const struct cairn_suite *suite,
                               struct cairn_country_doc *out)
{
    uint8_t next[32];
    uint64_t today_ms = options->now_ms - options->now_ms % DOCUMENT_DAY_MS;
    struct cairn_country_node *node = &out->nodes[0];
    *out = (struct cairn_country_doc){
        .network = cairn_bytes_of(options->config->network),
        .country = cairn_bytes_of(options->config->country),
        .serial = 1,
        .sealing_count = 1,
        .node_count = 1,
        .kinds = 1,
        .valid_from_ms = today_ms - DOCUMENT_FROM_MS,
        .valid_until_ms = today_ms + (uint64_t)CAIRN_INIT_DAYS * DOCUMENT_DAY_MS,
    };
    cairn_suite_sign_public(suite, keys->root, out->root);
    cairn_suite_sign_public(suite, keys->next_root, next);
    cairn_sha256_of((struct cairn_bytes){.data = next, .size = 32}, out->next_root);
    out->sealing[0].number = 1;
    cairn_suite_dh_public(suite, keys->sealing, out->sealing[0].key);
    node->name = cairn_bytes_of(options->config->node);
    node->incarnation = options->config->incarnation;
    cairn_suite_sign_public(suite, keys->log, node->log);
    cairn_suite_sign_public(suite, keys->witness, node->witness);
    node->endpoint = cairn_bytes_of(options->endpoint == NULL ? "" : options->endpoint);
    return document_spki(keys->tls, node->tls_spki);
}

cairn_err cairn_init_document_make(const struct cairn_init_options *options,
                                   const struct init_keys *keys, const struct cairn_suite *suite,
                                   struct cairn_note_writer *out)
{
    struct cairn_country_doc doc;
    struct cairn_bytes text;
    uint8_t buffer[CAIRN_INIT_NOTE_MAX / 2];
    uint8_t signature[64];
    char name[CAIRN_LIMIT_NETWORK_BYTES + 5];
    CAIRN_TRY(document_fill(options, keys, suite, &doc));
    CAIRN_TRY(cairn_country_encode(&doc, buffer, sizeof buffer, &text));
    (void)snprintf(name, sizeof name, "%s/%s", options->config->network, options->config->country);
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, doc.root, 32);
    cairn_suite_sign(suite, keys->root, text, signature);
    CAIRN_TRY(cairn_note_put_text(out, text));
    return cairn_note_append_signature(out, &key, 0, signature);
}
