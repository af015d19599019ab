/* YAML as a bounded tree: what policies, agreements, calendars and node configs are read from.
 *
 * The only door to libyaml. Its events become nodes in the caller's arena, each with line and
 * column; libyaml's own memory is freed before return. Refused: aliases, anchors, tags, a second
 * document, keys that are no plain scalars or stand twice, more than 1 MiB, more than 16 levels,
 * more than CAIRN_YAML_KEYS_MAX keys in one map. Every scalar is text; what looks like a number is
 * only one when a getter asks for it. */
#ifndef CAIRN_SCHEMA_YAML_H
#define CAIRN_SCHEMA_YAML_H

#include "schema/base/arena.h"
#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_YAML_KEYS_MAX 1024u

enum cairn_yaml_kind {
    CAIRN_YAML_TEXT,
    CAIRN_YAML_LIST,
    CAIRN_YAML_MAP,
};

/* Iterate a list or map: for (child = node->first; child != NULL; child = child->next) */
struct cairn_yaml_node {
    enum cairn_yaml_kind kind;
    bool is_quoted;    /* text in quotes: never a number or a bool */
    uint32_t line;     /* of the value, from 1 */
    uint32_t column;   /* from 1, in characters */
    uint32_t key_line; /* of the key; 0 outside a map */
    uint32_t key_column;
    uint32_t count;                /* of children; 0 for text */
    struct cairn_bytes key;        /* in a map; else empty */
    struct cairn_bytes text;       /* for text; has passed cairn_text_is_utf8, no more */
    struct cairn_yaml_node *first; /* child; NULL: none */
    struct cairn_yaml_node *next;  /* sibling; NULL: last */
};

/* Why and where. Print as file:line:column: what (subject). */
struct cairn_yaml_fault {
    uint32_t line;   /* from 1; 0: no place */
    uint32_t column; /* from 1 */
    cairn_err err;
    const char *what;           /* static text, never NULL */
    struct cairn_bytes subject; /* the key or value meant; may be empty; in the arena */
};

/* Parse a whole file.
 *
 * owns    nodes and text are in the arena; source may go afterwards
 * gives   *out_root: never NULL on CAIRN_OK; *out_fault is written only on an error
 * errors  CAIRN_YAML_SYNTAX (also an empty file), _FORBIDDEN, _KEY, _LIMIT, CAIRN_NO_ROOM (arena),
 *         CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_yaml_parse(struct cairn_bytes source, struct cairn_arena *arena,
                                      const struct cairn_yaml_node **out_root,
                                      struct cairn_yaml_fault *out_fault);

/* Write a fault that points at a node, and give err back: for rules of the caller. */
CAIRN_MUST cairn_err cairn_yaml_refuse(const struct cairn_yaml_node *node, cairn_err err,
                                       const char *what, struct cairn_yaml_fault *out_fault);

/* The child with this key. gives  NULL when node is no map or has no such key */
const struct cairn_yaml_node *cairn_yaml_find(const struct cairn_yaml_node *node, const char *key);

/* errors  CAIRN_YAML_TYPE  node is of another kind */
CAIRN_MUST cairn_err cairn_yaml_expect(const struct cairn_yaml_node *node,
                                       enum cairn_yaml_kind kind,
                                       struct cairn_yaml_fault *out_fault);

/* The child with this key, which must be there. node: a map, else CAIRN_YAML_TYPE.
 *
 * errors  CAIRN_YAML_FIELD  missing; the fault points at the map and names the key */
CAIRN_MUST cairn_err cairn_yaml_need(const struct cairn_yaml_node *node, const char *key,
                                     const struct cairn_yaml_node **out,
                                     struct cairn_yaml_fault *out_fault);

/* Refuse keys that are not in the list.
 *
 * shape   allowed: ends in NULL
 * errors  CAIRN_YAML_TYPE  no map · CAIRN_YAML_UNKNOWN  the fault points at the first such key */
CAIRN_MUST cairn_err cairn_yaml_allow(const struct cairn_yaml_node *node,
                                      const char *const *allowed,
                                      struct cairn_yaml_fault *out_fault);

/* Text without forbidden characters, at most size_max bytes, not empty.
 *
 * errors  CAIRN_YAML_TYPE, CAIRN_YAML_VALUE */
CAIRN_MUST cairn_err cairn_yaml_text(const struct cairn_yaml_node *node, size_t size_max,
                                     struct cairn_bytes *out, struct cairn_yaml_fault *out_fault);

/* Whole number 0..max: decimal digits, no sign, no leading zeros, no quotes.
 *
 * errors  CAIRN_YAML_TYPE  no such number · CAIRN_YAML_VALUE  above max */
CAIRN_MUST cairn_err cairn_yaml_uint(const struct cairn_yaml_node *node, uint64_t max,
                                     uint64_t *out, struct cairn_yaml_fault *out_fault);

/* `true` or `false`, no quotes, nothing else (not `yes`). errors  CAIRN_YAML_TYPE */
CAIRN_MUST cairn_err cairn_yaml_bool(const struct cairn_yaml_node *node, bool *out,
                                     struct cairn_yaml_fault *out_fault);

#endif
