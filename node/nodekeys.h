/* The three keys of one incarnation of a node: DIR/keys/log-N.key, witness-N.key, tls-N.key. Those
 * of an incarnation that ended stay where they are; nothing reads them any more. */
#ifndef CAIRN_NODE_NODEKEYS_H
#define CAIRN_NODE_NODEKEYS_H

#include "crypto/suite.h"
#include "schema/country.h"

/* Seeds; the caller wipes them. */
struct cairn_nodekeys {
    uint8_t log[32];
    uint8_t witness[32];
    uint8_t tls[32];
};

/* Read them. dir: DIR/keys. errors  CAIRN_NUMBER, and those of cairn_keyfile_load_seed */
CAIRN_MUST cairn_err cairn_nodekeys_load(const char *dir, uint64_t incarnation,
                                         struct cairn_nodekeys *out);

/* Draw them; files that are there already, from a command that was cut off, are taken.
 *
 * errors  those of cairn_keyfile_draw_seed */
CAIRN_MUST cairn_err cairn_nodekeys_draw(const char *dir, uint64_t incarnation,
                                         struct cairn_nodekeys *out);

/* Put their public halves into a node's line of a country document.
 *
 * errors  CAIRN_LIBRARY */
CAIRN_MUST cairn_err cairn_nodekeys_publish(const struct cairn_nodekeys *keys,
                                            const struct cairn_suite *suite,
                                            struct cairn_country_node *out);

#endif
