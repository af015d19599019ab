/* The index rows of one object, and the difference between two of its states. Pure.
 * docs/merge.md, rule X1; layouts in index_key.h. */
#ifndef CAIRN_REPLICATION_MERGE_INDEX_ROWS_H
#define CAIRN_REPLICATION_MERGE_INDEX_ROWS_H

#include "replication/merge/fold_alert.h"
#include "replication/merge/fold_case.h"

struct cairn_index_row {
    struct cairn_bytes key;
    struct cairn_bytes value;
};

/* Ascending by key, no key twice. */
struct cairn_index_rows {
    uint32_t count;
    struct cairn_index_row *rows;
};

/* All rows that the state of an object gives rise to.
 *
 * owns    *out lies in arena
 * errors  CAIRN_NO_ROOM (arena)
 * cost    O(n log n) for n rows of a batch, O(n) when their numbers ascend */
CAIRN_MUST cairn_err cairn_index_rows_alert(const struct cairn_id *object,
                                            const struct cairn_alert_view *view,
                                            struct cairn_arena *arena,
                                            struct cairn_index_rows *out);
CAIRN_MUST cairn_err cairn_index_rows_case(const struct cairn_id *object,
                                           const struct cairn_case_view *view,
                                           struct cairn_arena *arena, struct cairn_index_rows *out);

/* What leads from the old rows to the new ones. owns: borrows the rows' bytes
 *
 * gives   *out_puts: new, or with another value; *out_deletes: rows whose key is gone
 * errors  CAIRN_NO_ROOM (arena) */
CAIRN_MUST cairn_err cairn_index_rows_differ(const struct cairn_index_rows rows[static 2],
                                             struct cairn_arena *arena,
                                             struct cairn_index_rows *out_puts,
                                             struct cairn_index_rows *out_deletes);

#endif
