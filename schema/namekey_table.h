/* The letters behind schema/namekey.c: data only, generated, sorted. Nobody else includes this. */
#ifndef CAIRN_SCHEMA_NAMEKEY_TABLE_H
#define CAIRN_SCHEMA_NAMEKEY_TABLE_H

#include "schema/namekey.h"

enum cairn_namekey_place {
    CAIRN_NAMEKEY_ANYWHERE,
    CAIRN_NAMEKEY_START, /* first letter of its component */
    CAIRN_NAMEKEY_END,   /* last letter of its component */
};

struct cairn_namekey_letter {
    uint32_t code_point; /* ascending */
    char spelling[5];    /* "" vanishes; "2" repeats the spelling before it */
};

struct cairn_namekey_exception {
    uint32_t code_point; /* ascending, then language, then place */
    enum cairn_namekey_language language;
    enum cairn_namekey_place place;
    char spelling[5];
};

/* A letter and a combining mark that together are a letter of the table. */
struct cairn_namekey_pair {
    uint32_t base; /* ascending, then mark */
    uint32_t mark;
    uint32_t code_point;
};

extern const struct cairn_namekey_letter cairn_namekey_table_letters[];
extern const struct cairn_namekey_exception cairn_namekey_table_exceptions[];
extern const struct cairn_namekey_pair cairn_namekey_table_pairs[];
extern const size_t cairn_namekey_table_letter_count;
extern const size_t cairn_namekey_table_exception_count;
extern const size_t cairn_namekey_table_pair_count;

#endif
