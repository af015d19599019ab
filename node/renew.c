#include "node/renew.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "node/rootkeys.h"

#define RENEW_DAY_MS 86400000u

void cairn_renew_set_validity(struct cairn_country_doc *doc, uint64_t now_ms, uint64_t days)
{
    uint64_t today_ms = now_ms - now_ms % RENEW_DAY_MS;
    doc->valid_from_ms = today_ms - RENEW_DAY_MS;
    doc->valid_until_ms = today_ms + days * RENEW_DAY_MS;
}

/* The key that signs; with a rotation it is the one announced, and another one is announced. */
static cairn_err renew_find_root(const struct cairn_renew_options *options,
                                 const struct cairn_suite *suite, struct cairn_country_doc *doc,
                                 uint8_t out_seed[static 32])
{
    struct cairn_rootkeys keys = {
        .dir = options->root_dir, .passphrase = options->passphrase, .suite = suite};
    uint8_t hash[32];
    uint8_t next[32];
    uint32_t number = 0;
    cairn_sha256_of((struct cairn_bytes){.data = doc->root, .size = 32}, hash);
    CAIRN_TRY(cairn_rootkeys_find(&keys, options->is_root_rotated ? doc->next_root : hash, out_seed,
                                  &number));
    if (!options->is_root_rotated) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_rootkeys_draw(&keys, number + 1, next));
    cairn_rootkeys_hash(suite, next, doc->next_root);
    cairn_secret_wipe(next, sizeof next);
    return CAIRN_OK;
}

static void renew_set_serial(const struct cairn_renew_options *options,
                             const struct cairn_ownnote *old, struct cairn_country_doc *doc)
{
    doc->serial = old->doc.serial + 1;
    doc->has_previous = doc->serial >= options->serial_min;
    if (doc->has_previous) {
        cairn_sha256_of((struct cairn_bytes){.data = old->bytes, .size = old->size}, doc->previous);
    } else { /* the one before it is not here */
        doc->serial = options->serial_min;
    }
}

static cairn_err renew_change_node(const struct cairn_renew_options *options,
                                   struct cairn_country_doc *doc)
{
    const struct cairn_country_node *node = cairn_ownnote_node(doc, options->node);
    if (node == NULL) {
        return CAIRN_DOCUMENT;
    }
    if (options->endpoint != NULL) {
        bool is_none = strcmp(options->endpoint, "-") == 0;
        doc->nodes[node - doc->nodes].endpoint = cairn_bytes_of(is_none ? "" : options->endpoint);
    }
    return CAIRN_OK;
}

static cairn_err renew_make(const struct cairn_renew_options *options,
                            const struct cairn_suite *suite, const struct cairn_ownnote *old,
                            struct cairn_ownnote *out)
{
    struct cairn_country_doc doc = old->doc;
    uint8_t seed[32];
    CAIRN_TRY(renew_change_node(options, &doc));
    renew_set_serial(options, old, &doc);
    cairn_renew_set_validity(&doc, options->now_ms, options->days);
    cairn_err err = renew_find_root(options, suite, &doc, seed);
    if (err == CAIRN_OK) {
        err = cairn_ownnote_sign(&doc, seed, suite, out);
    }
    cairn_secret_wipe(seed, sizeof seed);
    return err == CAIRN_OK ? cairn_ownnote_write(options->dir, out, true) : err;
}

cairn_err cairn_renew(const struct cairn_renew_options *options, struct cairn_ownnote *out_old,
                      struct cairn_ownnote *out)
{
    struct cairn_suite suite;
    CAIRN_TRY(cairn_ownnote_read(options->dir, out_old));
    CAIRN_TRY(cairn_suite_open_real(&suite));
    cairn_err err = renew_make(options, &suite, out_old, out);
    cairn_suite_close(&suite);
    return err;
}
