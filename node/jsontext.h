/* JSON from outside, read strictly: one object, no repeated keys, clean UTF-8 without NUL, numbers
 * within 64 bits, bounded depth, nothing behind it. A fault says where. */
#ifndef CAIRN_NODE_JSONTEXT_H
#define CAIRN_NODE_JSONTEXT_H

#include <jansson.h>

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_JSON_DEPTH_MAX 32u

/* Where and why; all zero when nothing is wrong. */
struct cairn_json_fault {
    char pointer[192]; /* RFC 6901, "/names/0/s"; "" is the whole document, or not known */
    char detail[160];  /* a sentence */
    uint32_t line;     /* 1..; 0: not a fault of the text */
    uint32_t column;
};

/* owns    the caller owns *out
 * errors  CAIRN_JSON  malformed, or not an object; fault says where; *out unchanged */
CAIRN_MUST cairn_err cairn_jsontext_parse(struct cairn_bytes text, json_t **out,
                                          struct cairn_json_fault *fault);

/* Put down a fault. pointer: cut when too long. gives: err */
CAIRN_MUST cairn_err cairn_jsontext_refuse(struct cairn_json_fault *fault, cairn_err err,
                                           const char *pointer, const char *detail);

/* Members of an object by hand, for bodies that are no operation (settings, look-ups).
 *
 * gives   absent members leave *out unchanged, unless is_required
 * errors  CAIRN_JSON_FIELD  missing, or of another type or size; fault names "/key" */
CAIRN_MUST cairn_err cairn_jsontext_get_text(const json_t *object, const char *key,
                                             bool is_required, const char **out,
                                             struct cairn_json_fault *fault);
CAIRN_MUST cairn_err cairn_jsontext_get_uint(const json_t *object, const char *key,
                                             bool is_required, uint64_t *out,
                                             struct cairn_json_fault *fault);

/* A number for JSON: a string beyond 2^53, where a browser would round it. NULL: out of memory */
json_t *cairn_jsontext_make_uint(uint64_t number);

/* Refuse members that are not in names (NULL at the end).
 *
 * errors  CAIRN_JSON_FIELD */
CAIRN_MUST cairn_err cairn_jsontext_allow(const json_t *object, const char *const *names,
                                          struct cairn_json_fault *fault);

#endif
