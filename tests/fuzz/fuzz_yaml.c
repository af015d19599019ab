/* Any bytes as a YAML file: a bounded tree whose counts and places are right, or a fault that says
 * where. */
#include <stdalign.h>
#include <stddef.h>

#include "schema/base/check.h"
#include "schema/base/limits.h"
#include "schema/yaml.h"

#define ARENA_BYTES (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_scalar(const struct cairn_yaml_node *node, struct cairn_yaml_fault *fault)
{
    uint64_t number;
    bool flag;
    struct cairn_bytes text;
    cairn_err errs[] = {
        cairn_yaml_uint(node, UINT32_MAX, &number, fault),
        cairn_yaml_bool(node, &flag, fault),
        cairn_yaml_text(node, 64, &text, fault),
    };
    CAIRN_REQUIRE(errs[0] != CAIRN_OK || number <= UINT32_MAX);
    CAIRN_REQUIRE(errs[0] != CAIRN_OK || errs[1] != CAIRN_OK); /* never a number and a bool */
    CAIRN_REQUIRE(errs[2] != CAIRN_OK || text.size <= 64);
}

/* Depth is bounded by the parser, so recursion is. */
static void check_node(const struct cairn_yaml_node *node, uint32_t depth)
{
    static const char *const nothing[] = {NULL};
    struct cairn_yaml_fault fault;
    uint32_t count = 0;
    CAIRN_REQUIRE(depth <= CAIRN_LIMIT_YAML_DEPTH);
    CAIRN_REQUIRE(node->line > 0);
    CAIRN_REQUIRE(node->column > 0);
    check_scalar(node, &fault);
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        CAIRN_REQUIRE((child->key_line > 0) == (node->kind == CAIRN_YAML_MAP));
        check_node(child, depth + 1);
        count++;
    }
    CAIRN_REQUIRE(count == node->count);
    CAIRN_REQUIRE(node->kind != CAIRN_YAML_TEXT || count == 0);
    bool is_empty_map = node->kind == CAIRN_YAML_MAP && count == 0;
    CAIRN_REQUIRE((cairn_yaml_allow(node, nothing, &fault) == CAIRN_OK) == is_empty_map);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static alignas(max_align_t) uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_yaml_fault fault = {.line = 0};
    const struct cairn_yaml_node *root = NULL;
    cairn_arena_init(&arena, memory, sizeof memory);
    cairn_err err =
        cairn_yaml_parse((struct cairn_bytes){.data = data, .size = size}, &arena, &root, &fault);
    if (err == CAIRN_OK) {
        check_node(root, 0);
        return 0;
    }
    CAIRN_REQUIRE(root == NULL);
    CAIRN_REQUIRE(fault.err == err);
    CAIRN_REQUIRE(fault.what != NULL);
    CAIRN_REQUIRE(fault.line > 0);
    return 0;
}
