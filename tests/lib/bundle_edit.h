/* A bundle as a list of records that a test may change, and write again with a right end record: so
 * that what is refused is the change, not the digest. */
#ifndef CAIRN_TESTS_LIB_BUNDLE_EDIT_H
#define CAIRN_TESTS_LIB_BUNDLE_EDIT_H

#include "schema/bundle.h"

#define BUNDLE_EDIT_MAX 128u

struct bundle_edit {
    uint32_t count; /* without the end record */
    struct cairn_bundle_record records[BUNDLE_EDIT_MAX];
};

/* Take a bundle of tests/data/vectors apart. Its bytes live until the program ends. */
struct bundle_edit bundle_edit_open(const char *name);

/* Number of the which-th record of a type, from 0; fails the test when there is none. */
uint32_t bundle_edit_find(const struct bundle_edit *edit, enum cairn_bundle_type type,
                          uint32_t which);

void bundle_edit_remove(struct bundle_edit *edit, uint32_t at);
void bundle_edit_insert(struct bundle_edit *edit, uint32_t at, struct cairn_bundle_record record);
void bundle_edit_swap(struct bundle_edit *edit, uint32_t left, uint32_t right);

/* The whole file again, end record included; good until the next call. */
struct cairn_bytes bundle_edit_bytes(const struct bundle_edit *edit);

/* A copy of bytes that may be changed; lives until the program ends. */
uint8_t *bundle_edit_copy(struct cairn_bytes bytes);

#endif
