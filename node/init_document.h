/* The first country document of a node that is being made; for init.c alone. */
#ifndef CAIRN_NODE_INIT_DOCUMENT_H
#define CAIRN_NODE_INIT_DOCUMENT_H

#include "node/file.h"
#include "node/init.h"
#include "node/nodekeys.h"
#include "node/ownnote.h"

/* What was drawn; wiped at the end. */
struct init_keys {
    char dir[CAIRN_FILE_PATH_MAX];
    uint8_t root[32];
    uint8_t next_root[32];
    struct cairn_nodekeys node;
    uint8_t sealing[32];
    uint8_t seen[32];
};

/* Write serial 1, signed by the root key.
 *
 * errors  those of cairn_country_encode: a name or the endpoint is malformed */
CAIRN_MUST cairn_err cairn_init_document_make(const struct cairn_init_options *options,
                                              const struct init_keys *keys,
                                              const struct cairn_suite *suite,
                                              struct cairn_ownnote *out);

#endif
