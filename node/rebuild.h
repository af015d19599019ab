/* A directory for a node whose own one is gone: what a partner keeps of the country, and what can
 * be drawn anew. The root keys are elsewhere, and all other secrets are lost.
 *
 *     documents/own.note    as the partner gave it
 *     keys/seen.key         another one
 *     cairn.yaml            last: its being there means that the rest is
 *
 * Then `cairn recover` goes on as for any node. docs/operate.md, section 8 */
#ifndef CAIRN_NODE_REBUILD_H
#define CAIRN_NODE_REBUILD_H

#include "node/config.h"

/* Make what is not there. Cut off anywhere, it is called again.
 *
 * shape   config: of the country and network of the note; what a cairn.yaml that is there says is
 *         left as it is
 * errors  those of cairn_notecard_read: no signed document; CAIRN_DOCUMENT  of another country or
 *         network; CAIRN_EXISTS  there is an own document, and not this one or a later one;
 *         those of cairn_keyfile_draw_seed and cairn_config_save */
CAIRN_MUST cairn_err cairn_rebuild(const char *dir, const struct cairn_config *config,
                                   struct cairn_bytes note);

#endif
