#include "node/renew.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "node/file.h"
#include "node/nodekeys.h"
#include "node/rootkeys.h"
#include "node/sealingkeys.h"

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

/* ---- the node's line ---- */

/* One above all that this name ever had. */
static uint64_t renew_next_incarnation(const struct cairn_country_doc *doc, const char *name)
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < doc->node_count; i++) {
        if (cairn_bytes_is_equal(doc->nodes[i].name, cairn_bytes_of(name)) &&
            doc->nodes[i].incarnation > highest) {
            highest = doc->nodes[i].incarnation;
        }
    }
    for (uint32_t i = 0; i < doc->ended_count; i++) {
        if (cairn_bytes_is_equal(doc->ended[i].name, cairn_bytes_of(name)) &&
            doc->ended[i].incarnation > highest) {
            highest = doc->ended[i].incarnation;
        }
    }
    return highest + 1;
}

/* Draw the keys of an incarnation, or take those that are there, into a node's line. */
static cairn_err renew_draw_node(const struct cairn_renew_options *options,
                                 const struct cairn_suite *suite, uint64_t incarnation,
                                 struct cairn_country_node *out)
{
    char dir[CAIRN_FILE_PATH_MAX];
    struct cairn_nodekeys keys;
    CAIRN_TRY(cairn_file_path(options->dir, "keys", dir));
    cairn_err err = cairn_nodekeys_draw(dir, incarnation, &keys);
    if (err == CAIRN_OK) {
        err = cairn_nodekeys_publish(&keys, suite, out);
    }
    cairn_secret_wipe(&keys, sizeof keys);
    out->incarnation = incarnation;
    return err;
}

uint64_t cairn_renew_next(const struct cairn_country_doc *doc, const char *name)
{
    const struct cairn_country_node *announced = cairn_ownnote_announced(doc, name);
    return announced == NULL ? renew_next_incarnation(doc, name) : announced->incarnation;
}

static cairn_err renew_announce(const struct cairn_renew_options *options,
                                const struct cairn_suite *suite, struct cairn_country_doc *doc)
{
    struct cairn_country_node *node = &doc->nodes[doc->node_count];
    if (cairn_ownnote_announced(doc, options->node) != NULL) {
        return CAIRN_EXISTS;
    }
    if (doc->node_count == CAIRN_COUNTRY_NODES_MAX) {
        return CAIRN_FULL;
    }
    *node = (struct cairn_country_node){.name = cairn_ownnote_node(doc, options->node)->name};
    CAIRN_TRY(renew_draw_node(options, suite, renew_next_incarnation(doc, options->node), node));
    doc->node_count++;
    return CAIRN_OK;
}

/* The announced line, or a new one, stands in the place of the one in force from now on. */
static cairn_err renew_end(const struct cairn_renew_options *options,
                           const struct cairn_suite *suite, uint32_t at,
                           struct cairn_country_doc *doc)
{
    struct cairn_country_node *node = &doc->nodes[at];
    const struct cairn_country_node *announced = cairn_ownnote_announced(doc, options->node);
    if (doc->ended_count == CAIRN_COUNTRY_ENDED_MAX) {
        return CAIRN_FULL;
    }
    struct cairn_country_ended *ended = &doc->ended[doc->ended_count++];
    *ended = *options->ended;
    ended->name = node->name;
    ended->incarnation = node->incarnation;
    memcpy(ended->log, node->log, 32);
    memcpy(ended->witness, node->witness, 32);
    if (announced == NULL) {
        return renew_draw_node(options, suite, renew_next_incarnation(doc, options->node), node);
    }
    uint32_t next = (uint32_t)(announced - doc->nodes);
    CAIRN_TRY(renew_draw_node(options, suite, announced->incarnation, node));
    memmove(&doc->nodes[next], &doc->nodes[next + 1],
            (doc->node_count - next - 1) * sizeof *doc->nodes);
    doc->node_count--;
    return CAIRN_OK;
}

static cairn_err renew_change_node(const struct cairn_renew_options *options,
                                   const struct cairn_suite *suite, struct cairn_country_doc *doc)
{
    const struct cairn_country_node *node = cairn_ownnote_node(doc, options->node);
    if (node == NULL) {
        return CAIRN_DOCUMENT;
    }
    uint32_t at = (uint32_t)(node - doc->nodes);
    if (options->endpoint != NULL) {
        bool is_none = strcmp(options->endpoint, "-") == 0;
        doc->nodes[at].endpoint = cairn_bytes_of(is_none ? "" : options->endpoint);
    }
    if (options->ended != NULL) {
        return renew_end(options, suite, at, doc);
    }
    return options->is_node_announced ? renew_announce(options, suite, doc) : CAIRN_OK;
}

/* ---- all ---- */

static cairn_err renew_change_sealing(const struct cairn_renew_options *options,
                                      const struct cairn_suite *suite,
                                      struct cairn_country_doc *doc)
{
    char dir[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_file_path(options->dir, "keys", dir));
    if (options->is_sealing_lost) {
        CAIRN_TRY(cairn_sealingkeys_lose(dir, suite, doc));
    }
    return options->is_sealing_rotated ? cairn_sealingkeys_draw(dir, suite, doc) : CAIRN_OK;
}

static cairn_err renew_make(const struct cairn_renew_options *options,
                            const struct cairn_suite *suite, const struct cairn_ownnote *old,
                            struct cairn_ownnote *out)
{
    struct cairn_country_doc doc = old->doc;
    uint8_t seed[32];
    CAIRN_TRY(renew_change_node(options, suite, &doc));
    CAIRN_TRY(renew_change_sealing(options, suite, &doc));
    renew_set_serial(options, old, &doc);
    cairn_renew_set_validity(&doc, options->now_ms, options->days);
    cairn_err err = renew_find_root(options, suite, &doc, seed);
    if (err == CAIRN_OK) {
        err = cairn_ownnote_sign(&doc, seed, suite, out);
    }
    cairn_secret_wipe(seed, sizeof seed);
    if (err == CAIRN_OK) {
        err = cairn_ownnote_keep(options->dir, old, options->is_root_rotated);
    }
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
