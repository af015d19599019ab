/* What a decoder does with bytes that are nearly right: one field of a canonical map taken away,
 * replaced or added; every byte changed; the end cut off.
 *
 * The decoder under test is wrapped: the wrapper checks what must always hold (nothing is written
 * on an error; what was decoded encodes to the same bytes) and gives the decoder's error. */
#ifndef CAIRN_TESTS_LIB_MUTATE_H
#define CAIRN_TESTS_LIB_MUTATE_H

#include "tests/lib/test.h"

typedef cairn_err mutate_decode(struct cairn_bytes bytes, size_t *out_fault_at);

/* One change and what must follow.
 *
 * value   hexadecimal of the new value; or T<n>: text of n letters, B<n>: n bytes of binary,
 *         A<n>: array of n zeros; NULL: the field is taken away
 * inside  where in the new value the fault is. The fault of a missing field is where the next one
 *         begins, the fault of a field that may not be there is its key */
struct mutate_case {
    uint64_t key;
    const char *value;
    cairn_err err;
    size_t inside;
};

/* Run the decoder on a copy in a block of exactly this size. */
cairn_err mutate_run(struct cairn_bytes bytes, mutate_decode *decode, size_t *out_fault_at);

/* Make each change in turn to the map that stands at offset `at` in the bytes. */
struct mutate_place {
    struct cairn_bytes bytes;
    size_t at;
};
void mutate_fields(const struct mutate_place *place, const struct mutate_case *cases, size_t count,
                   mutate_decode *decode);
#define MUTATE_FIELDS(place, cases, decode)                                                        \
    mutate_fields((place), (cases), sizeof(cases) / sizeof(cases)[0], (decode))

/* Offset of the value that a path of steps leads to: a step is a key in a map, an index in an
 * array. */
size_t mutate_find(struct cairn_bytes bytes, const uint64_t *path, size_t path_count);

/* Every cut and one byte too many must fail; every changed byte must leave the wrapper content. */
void mutate_sweep(struct cairn_bytes bytes, mutate_decode *decode);

#endif
