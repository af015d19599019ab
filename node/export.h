/* Writes a bundle (docs/protocol.md, section 8) from the log store, for auditors and courts.
 *
 *     loop thread                        reader thread
 *     cairn_export_open: what the core   cairn_export_run: plan --> head, documents, sections or
 *     knows now, copied                  entries, end --> write(bytes) ...
 *
 * What is shown is a state that was durable when the export was opened; the node goes on meanwhile.
 * Memory: the keys of the feeds in scope (about 500 bytes each) and 12 MiB, however long the logs.
 *
 *     scope all      every journal held, with all feeds of it that this node holds
 *     scope feed     the author's journal, that feed, and its control feed, whose marks say when
 *     scope object   the named entries, each with its proofs, and the open records of their feeds
 *     scope withheld what this country said is missing, leaves of an origin or of all of them
 *     scope fork     the proof that an origin signed two histories, and its country's documents
 *
 * Each journal closes with the newest cosigned checkpoint that covers what is shown, else with the
 * newest one. A feed of which a tagged commit has not come, or (private) a commit is too large for
 * a record, is shown without feed record: what there is, without the claim to be complete. */
#ifndef CAIRN_NODE_EXPORT_H
#define CAIRN_NODE_EXPORT_H

#include "node/store.h"
#include "replication/core.h"
#include "schema/bundle.h"

#define CAIRN_EXPORT_ENTRIES_MAX 4096u

struct cairn_export;

struct cairn_export_entry {
    uint8_t feed[CAIRN_FEED_BYTES];
    uint64_t index; /* in the feed */
};

struct cairn_export_options {
    struct cairn_scope scope;
    uint64_t time_ms;                         /* for the head */
    bool has_content_keys;                    /* of all that this node may read; false: the receiver
                                                 may not read what is sealed */
    const struct cairn_export_entry *entries; /* scope object: its history; copied */
    size_t entry_count;                       /* 0..CAIRN_EXPORT_ENTRIES_MAX */
};

struct cairn_export_stats {
    uint64_t records;
    uint64_t bytes;
    uint64_t commits;
    uint64_t entries; /* records of type entry */
    uint64_t bare;    /* feeds that are shown without feed record */
};

/* Bytes of the file, in order; borrowed for the call. Any error ends the export. */
typedef cairn_err cairn_export_write(void *host, struct cairn_bytes bytes);

/* Copy what the export needs from the core. On the loop's thread.
 *
 * owns    give back with cairn_export_close; log: borrowed until then
 * errors  CAIRN_NOT_FOUND  scope feed: this node does not hold it; scope object: no entries, or of
 * a feed that it does not hold; scope fork: no such origin; CAIRN_TOO_LONG  too many entries;
 *         CAIRN_MEMORY
 * cost    20 us for each feed in scope and epoch */
CAIRN_MUST cairn_err cairn_export_open(const struct cairn_core *core, struct cairn_store *log,
                                       const struct cairn_export_options *options,
                                       struct cairn_export **out);

/* Write the bundle. Once; on a reader thread.
 *
 * errors  those of write; CAIRN_LATER  scope feed: a commit of it has not come yet;
 *         scope object: an entry is not committed yet; CAIRN_NOT_FOUND  scope fork: nothing is
 *         proved of that origin; scope withheld: nothing was missed; CAIRN_DOCUMENT  no document
 *         that is held gives the key of a journal's checkpoint; CAIRN_DISK, CAIRN_DISK_CORRUPT,
 *         CAIRN_BUSY, CAIRN_MEMORY
 * cost    reads and hashes the journals in scope from their beginning; scope object also the feeds
 *         of its entries, scope withheld the own feeds to the authors: 1 s for each GB or 4 million
 *         leaves. At most 4,096 leaves are shown as missing; those that came late stand behind */
CAIRN_MUST cairn_err cairn_export_run(struct cairn_export *bundle, const struct cairn_suite *suite,
                                      cairn_export_write *write, void *host);

void cairn_export_stats(const struct cairn_export *bundle, struct cairn_export_stats *out);

void cairn_export_close(struct cairn_export *bundle); /* wipes keys; NULL is harmless */

#endif
