/* The core's own rows (tables STATE and FEED): canonical msgpack maps, key 0 the type. Written by
 * core_rows.c, read at the start by core_recall.c. Only these include this.
 *
 *     table  index  row
 *     STATE  0      journal  1 origin, 2 country, 3 range, 4 checkpoint note, 5 cosigned size,
 *                            6 witnessed size, 7 is forked (1) + is repudiated (2), 8 seen ms,
 *                            9 ms of its newest mark, 10 bytes of checkpoints kept
 *     STATE  3      country  1 code, 2 is recognised
 *     STATE  4      clock    1 ms of the last own mark, 2 policy hash
 *     STATE  5      restored 1 the log was an old copy once; 2: and is coming back
 *     STATE  6      scrub    1 log, empty: none, 2 next row, 3 range before it, 4 last leaf + 1,
 *                            5 a round is under way, 6 to 12 it, 13 to 19 the last one
 *     STATE  7      cut      1 range of a journal's leaves before its branches part: what is behind
 *                            is being given up, and the views are made anew
 *     STATE  fault  fault    1 table, 2 first row, 3 behind the last, 4 found ms, 5 is lost; index:
 *                            2^63 + first row, and 2^62 for a private entry
 *     FEED   0      feed     1 journal id, 2 type, 3 members, 4 sealed secrets, 5 nonce, 6 range,
 *                            7 committed size, 8 commits, 9 last leaf + 1, 10 first leaf,
 *                            11 is closed, 12 is broken, 13 commits with receipt, 14 scanned up to,
 *                            15 epochs, 16 bytes kept: all as of its last commit
 *     FEED   1      waiting  1 range of a private feed with the entries of no commit yet, 2 their
 *                            bytes on the wire
 *     FEED   2      receipt  1 commits with receipt, when it was written after the last commit
 *     FEED   3      lost     1 first leaf that cannot be opened: an own feed was given up; 2 a
 *                            feed.lost of a private one is written
 *     FEED   told   told     1 code of a country that needs no keys of this feed, 2 how many of its
 *                            sealing keys were lost by then; index: 2^32 + the code
 *     FEED   4      frozen   1 always 1: own feed that takes nothing until its end has come back
 *
 * A feed's secrets are sealed under a key that follows from this node's local secret: the log store
 * holds no key. */
#ifndef CAIRN_REPLICATION_CORE_ROWS_H
#define CAIRN_REPLICATION_CORE_ROWS_H

#include "replication/core_parts.h"

#define CORE_ROW_REPUDIATED  2u /* it is not the tree that its document names */
#define CORE_ROW_NONCE_BYTES 12u
#define CORE_ROW_SECRETS_MAX                                                                       \
    (CORE_ROW_NONCE_BYTES + CAIRN_FEED_EPOCHS_MAX * 32u + CAIRN_SUITE_TAG_BYTES)

enum core_row_type {
    CORE_ROW_JOURNAL = 1,
    CORE_ROW_FEED = 2,
    CORE_ROW_COUNTRY = 3,
    CORE_ROW_CLOCK = 4,
    CORE_ROW_WAITING = 5,
    CORE_ROW_RECEIPT = 6,
    CORE_ROW_LOST = 7,
    CORE_ROW_FROZEN = 8,
    CORE_ROW_RESTORED = 9,
    CORE_ROW_SCRUB = 10,
    CORE_ROW_FAULT = 11,
    CORE_ROW_TOLD = 12,
    CORE_ROW_CUT = 13,
};

void cairn_core_puts_add_frozen(struct cairn_core *core, struct core_puts *puts, uint32_t number);
void cairn_core_puts_add_lost(struct cairn_core *core, struct core_puts *puts, uint32_t number);

void cairn_core_puts_add_restored(struct cairn_core *core, struct core_puts *puts,
                                  bool is_unfinished);

/* common: NULL: it is done, and the row goes */
void cairn_core_puts_add_cut(struct cairn_core *core, struct core_puts *puts, uint32_t journal,
                             const struct cairn_merkle_range *common);

void cairn_core_puts_add_scrub(struct cairn_core *core, struct core_puts *puts);
void cairn_core_puts_add_fault(struct cairn_core *core, struct core_puts *puts,
                               const struct core_fault *fault, bool is_gone);

/* Key of a feed's secrets at rest. */
void cairn_core_row_key(const struct cairn_core *core, const uint8_t feed[static 16],
                        uint8_t out[static 32]);

#endif
