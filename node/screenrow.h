/* Rows of one access.lookup: who asked what and why, and what it hit. Collects look-ups until the
 * entry is full. What people typed is written as it is, but for characters that no text may hold:
 * these become `?`. docs/format.md, section 5. */
#ifndef CAIRN_NODE_SCREENROW_H
#define CAIRN_NODE_SCREENROW_H

#include "node/screening_question.h"
#include "node/views/lookup.h"

struct cairn_screenrow_book;

/* owns: give back with cairn_screenrow_close. errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_screenrow_open(struct cairn_screenrow_book **out);
void cairn_screenrow_close(struct cairn_screenrow_book *book); /* NULL is harmless */
void cairn_screenrow_reset(struct cairn_screenrow_book *book);

/* Add a row. question: borrowed until reset. gives: false when it is full; never when empty */
bool cairn_screenrow_add(struct cairn_screenrow_book *book,
                         const struct cairn_screening_question *question, uint64_t now_ms,
                         const struct cairn_lookup_hits *hits);

/* The body of the operation. owns: *out is good until the next call
 *
 * errors  those of cairn_feedop_encode */
CAIRN_MUST cairn_err cairn_screenrow_encode(struct cairn_screenrow_book *book,
                                            struct cairn_bytes *out);

#endif
