/* Leaves whose content did not come: what the author's own journal shows, and who says the rest.
 *
 *     withheld record     the leaf, its feed and tag key        --> one finding
 *     entry records       who was admitted, who misses it       --> one finding each
 *
 * Part of verify.c, private to it. docs/protocol.md, P-96 and P-97. */
#ifndef CAIRN_REPLICATION_VERIFY_WITHHELD_H
#define CAIRN_REPLICATION_VERIFY_WITHHELD_H

#include "replication/verify_state.h"

/* Check the record and await the entry that says who misses the leaf. */
CAIRN_MUST cairn_err cairn_verify_withheld(struct cairn_verify *verify,
                                           const struct cairn_withheld *record,
                                           struct cairn_verify_finding *out);

/* An entry behind a withheld record: an admission to the feed, or the statement itself. */
CAIRN_MUST cairn_err cairn_verify_withheld_entry(struct cairn_verify *verify,
                                                 const struct cairn_bundle_entry *record,
                                                 const struct verify_opened *opened,
                                                 struct cairn_verify_finding *out);

#endif
