/* A closed list of codes: numbers on the wire, texts in JSON. Neither is ever reused. Pure.
 * docs/format.md, section 1. */
#ifndef CAIRN_SCHEMA_CODELIST_H
#define CAIRN_SCHEMA_CODELIST_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

struct cairn_codelist_entry {
    uint16_t number; /* from 1, ascending in the table */
    const char *text;
};

struct cairn_codelist {
    const char *name;
    const struct cairn_codelist_entry *entries;
    size_t count;
    cairn_err err; /* of a code that is not in it: CAIRN_RULE_CODE or CAIRN_RULE_REASON */
};

/* The text of a number; static; NULL when it is not in the list. */
const char *cairn_codelist_text(const struct cairn_codelist *list, uint64_t number);

/* The number of a text; 0 when it is not in the list (0 is no code). */
uint16_t cairn_codelist_number(const struct cairn_codelist *list, struct cairn_bytes text);

#endif
