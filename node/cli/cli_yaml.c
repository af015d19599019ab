#include "node/cli/cli_yaml.h"

#include <stdio.h>
#include <stdlib.h>

#define YAML_TEXT_MAX    (64u << 10)
#define YAML_ARENA_BYTES ((size_t)8 << 20)

static json_t *yaml_scalar(const struct cairn_yaml_node *node)
{
    struct cairn_yaml_fault unused;
    uint64_t number = 0;
    bool truth = false;
    if (cairn_yaml_uint(node, INT64_MAX, &number, &unused) == CAIRN_OK) {
        return json_integer((json_int_t)number);
    }
    if (cairn_yaml_bool(node, &truth, &unused) == CAIRN_OK) {
        return json_boolean(truth);
    }
    return json_stringn((const char *)node->text.data, node->text.size);
}

static json_t *yaml_value(const struct cairn_yaml_node *node);

static json_t *yaml_list(const struct cairn_yaml_node *node)
{
    json_t *list = json_array();
    for (const struct cairn_yaml_node *at = node->first; at != NULL; at = at->next) {
        (void)json_array_append_new(list, yaml_value(at));
    }
    return list;
}

static json_t *yaml_map(const struct cairn_yaml_node *node)
{
    json_t *map = json_object();
    for (const struct cairn_yaml_node *at = node->first; at != NULL; at = at->next) {
        char key[128];
        snprintf(key, sizeof key, "%.*s", (int)(at->key.size < 127 ? at->key.size : 127),
                 (const char *)at->key.data);
        (void)json_object_set_new(map, key, yaml_value(at));
    }
    return map;
}

static json_t *yaml_value(const struct cairn_yaml_node *node)
{
    switch (node->kind) {
    case CAIRN_YAML_TEXT:
        return yaml_scalar(node);
    case CAIRN_YAML_LIST:
        return yaml_list(node);
    case CAIRN_YAML_MAP:
        return yaml_map(node);
    }
    return NULL;
}

cairn_err cairn_cli_yaml_read(struct cairn_bytes text, json_t **out, char out_fault[static 256])
{
    struct cairn_arena arena;
    struct cairn_yaml_fault fault = {.what = ""};
    const struct cairn_yaml_node *root = NULL;
    out_fault[0] = '\0';
    uint8_t *memory = text.size > YAML_TEXT_MAX ? NULL : malloc(YAML_ARENA_BYTES);
    if (memory == NULL) {
        return text.size > YAML_TEXT_MAX ? CAIRN_TOO_LONG : CAIRN_MEMORY;
    }
    cairn_arena_init(&arena, memory, YAML_ARENA_BYTES);
    cairn_err err = cairn_yaml_parse(text, &arena, &root, &fault);
    if (err == CAIRN_OK) {
        err = cairn_yaml_expect(root, CAIRN_YAML_MAP, &fault);
    }
    if (err == CAIRN_OK) {
        *out = yaml_map(root);
    } else {
        snprintf(out_fault, 256, "%u:%u: %s", fault.line, fault.column, fault.what);
    }
    free(memory);
    return err;
}
