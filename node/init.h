/* `cairn init`: a directory becomes a node.
 *
 *     DIR/keys/         root-1, root-2 (under the passphrase), log, witness, tls, sealing, seen
 *     DIR/documents/    own.note: the country document, serial 1, signed by the root key
 *     DIR/log, views    empty stores
 *     DIR/cairn.yaml    last: its being there means that the rest is whole
 *
 * docs/operate.md */
#ifndef CAIRN_NODE_INIT_H
#define CAIRN_NODE_INIT_H

#include "node/config.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

struct cairn_init_options {
    const char *dir; /* made when it is not there; its parent is */
    const struct cairn_config *config;
    const char *endpoint;          /* HOST:PORT for partners; NULL or "": this node only dials */
    struct cairn_bytes passphrase; /* of the root keys; empty: none */
    uint64_t now_ms;
};

/* Draw keys, write everything.
 *
 * errors  CAIRN_EXISTS  there is a node, or part of one; CAIRN_DISK_FLOOR; CAIRN_FILE;
 *         CAIRN_DISK; CAIRN_DOCUMENT  endpoint malformed; those of cairn_config_save */
CAIRN_MUST cairn_err cairn_init(const struct cairn_init_options *options);

/* Are network, node and country such that a node can be made?
 *
 * errors  CAIRN_ORIGIN, CAIRN_CODE_UNKNOWN */
CAIRN_MUST cairn_err cairn_init_check(const struct cairn_config *config);

#endif
