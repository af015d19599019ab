/* Where rows rest: the keys of the log store. 25 bytes: table, 16-byte id, big-endian index; so the
 * rows of one log are sequential. Pure shapes, no code but the encoding. */
#ifndef CAIRN_REPLICATION_TABLE_H
#define CAIRN_REPLICATION_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum cairn_table {
    CAIRN_TABLE_CHECKPOINT = 'K', /* journal id, size: signed note, then cosignature lines */
    CAIRN_TABLE_COMMIT = 'C',     /* feed id, commit number: commit as of docs/protocol.md P-40 */
    CAIRN_TABLE_ENTRY = 'E', /* private feed id, index: prefix | body, until and after its commit */
    CAIRN_TABLE_LEAF = 'L',  /* journal id, leaf index: 48 bytes */
    CAIRN_TABLE_NOTE = 'N',  /* SHA-256(country)[:16], serial: country document; under [16:] those
                                that led to the oldest of them. P-123 */
    CAIRN_TABLE_RECORD = 'R', /* feed id, 0: feed.open body; 1.. : feed.admit bodies */
    CAIRN_TABLE_FEED = 'F',   /* feed id, 0: what the core knows of the feed */
    CAIRN_TABLE_FORK = 'X',   /* journal id, 0: proof of a fork, a bundle's record */
    CAIRN_TABLE_STATE = 'S',  /* the core's own: journals, recognition, clock */
};

struct cairn_key {
    uint8_t table; /* enum cairn_table */
    uint8_t id[16];
    uint64_t index;
};

#define CAIRN_KEY_BYTES 25
#define CAIRN_STATE_CUT 7u /* index of a row of table STATE */

void cairn_key_encode(const struct cairn_key *key, uint8_t out[static CAIRN_KEY_BYTES]);
struct cairn_key cairn_key_decode(const uint8_t in[static CAIRN_KEY_BYTES]);

/* Does this row say that a journal's branch is left? A host that finds one at the start makes the
 * views anew before it tells where the folder stands: they show what is being taken out of the log.
 * source P-127 */
bool cairn_key_is_cut(const struct cairn_key *key);

#endif
