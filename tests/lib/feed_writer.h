/* Writes feeds into a log store as a flush would: sealed entries, commits, rows of private feeds.
 * For tests and benches of what reads them; keys are made up. Trouble is a panic. */
#ifndef CAIRN_TESTS_LIB_FEED_WRITER_H
#define CAIRN_TESTS_LIB_FEED_WRITER_H

#include "crypto/merkle.h"
#include "crypto/suite.h"
#include "node/store.h"
#include "node/views/folder.h"
#include "schema/commit.h"
#include "schema/operation.h"

enum feed_writer_kind {
    FEED_WRITER_SEALED, /* pairwise or audience */
    FEED_WRITER_CONTROL,
    FEED_WRITER_PRIVATE,
};

struct feed_writer {
    struct cairn_store *log;
    struct cairn_store_batch *batch;
    const struct cairn_suite *suite;
    enum feed_writer_kind kind;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t id[16];
    uint8_t slot_key[32];
    uint8_t *buffer;
    struct cairn_commit_writer writer;
    struct cairn_merkle_range range;
    uint64_t commits;
    uint64_t committed_size;
    uint64_t previous_leaf_plus1;
    uint64_t fresh;
    uint8_t entry_id[32]; /* of the last entry appended */
};

/* number: tells several feeds of one author apart; a control feed has its true id */
void feed_writer_open(struct feed_writer *feed, struct cairn_store *log,
                      const struct cairn_suite *suite, enum feed_writer_kind kind,
                      const char *origin);
void feed_writer_number(struct feed_writer *feed, uint8_t number);
void feed_writer_close(struct feed_writer *feed);

/* Append one operation to the commit that is being made. */
void feed_writer_append(struct feed_writer *feed, const struct cairn_operation *operation);
void feed_writer_append_raw(struct feed_writer *feed, struct cairn_bytes operation);

/* Is there room for one more operation of this size in the commit? */
bool feed_writer_has_room(const struct feed_writer *feed, size_t operation_bytes);

/* Write the commit; gives its number. */
uint64_t feed_writer_commit(struct feed_writer *feed, uint64_t leaf_index);

/* The job that the driver would make of it. */
void feed_writer_job(const struct feed_writer *feed, uint64_t number, uint64_t now_ms,
                     struct cairn_folder_job *out);

#endif
