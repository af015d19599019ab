#include "schema/yaml.h"

#include "schema/base/check.h"
#include "schema/base/limits.h"
#include "schema/base/text.h"

#include <yaml.h>

struct yaml_build {
    yaml_parser_t parser;
    struct cairn_bytes source;
    struct cairn_arena *arena;
    struct cairn_yaml_fault *out_fault;
    struct cairn_yaml_node *root;
    struct cairn_yaml_node *open[CAIRN_LIMIT_YAML_DEPTH]; /* lists and maps not yet ended */
    struct cairn_yaml_node *last[CAIRN_LIMIT_YAML_DEPTH]; /* their newest child */
    uint32_t depth;
    bool has_key; /* the open map waits for the value of `key` */
    struct cairn_bytes key;
    uint32_t key_line;
    uint32_t key_column;
};

static cairn_err yaml_fail(struct yaml_build *build, cairn_err err, const char *what,
                           yaml_mark_t mark)
{
    *build->out_fault = (struct cairn_yaml_fault){
        .line = (uint32_t)mark.line + 1,
        .column = (uint32_t)mark.column + 1,
        .err = err,
        .what = what,
    };
    return err;
}

/* The reader of libyaml runs ahead of its marks; its offset tells the place. */
static yaml_mark_t yaml_find_mark(const struct yaml_build *build, size_t offset)
{
    yaml_mark_t mark = {.line = 0};
    for (size_t at = 0; at < offset && at < build->source.size; at++) {
        uint8_t byte = build->source.data[at];
        if (byte == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((byte & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* What libyaml says is static text too, but its words are for people who know its insides. */
static cairn_err yaml_fail_syntax(struct yaml_build *build)
{
    const yaml_parser_t *parser = &build->parser;
    switch (parser->error) {
    case YAML_SCANNER_ERROR:
    case YAML_PARSER_ERROR:
        return yaml_fail(build, CAIRN_YAML_SYNTAX, parser->problem, parser->problem_mark);
    case YAML_READER_ERROR:
        return yaml_fail(build, CAIRN_YAML_SYNTAX, "byte or character that YAML does not allow",
                         yaml_find_mark(build, parser->problem_offset));
    case YAML_MEMORY_ERROR:
        return yaml_fail(build, CAIRN_MEMORY, "out of memory", parser->mark);
    case YAML_NO_ERROR:
    case YAML_COMPOSER_ERROR:
    case YAML_WRITER_ERROR:
    case YAML_EMITTER_ERROR:
        break;
    }
    return yaml_fail(build, CAIRN_YAML_SYNTAX, "not YAML", parser->mark);
}

/* Copy a scalar's text; libyaml frees its own with the event. */
static cairn_err yaml_copy_text(struct yaml_build *build, const yaml_event_t *event,
                                struct cairn_bytes *out)
{
    struct cairn_bytes text = {.data = event->data.scalar.value, .size = event->data.scalar.length};
    if (!cairn_text_is_utf8(text)) {
        return yaml_fail(build, CAIRN_YAML_SYNTAX, "text is not UTF-8", event->start_mark);
    }
    cairn_err err = cairn_arena_copy(build->arena, text, out);
    if (err != CAIRN_OK) {
        return yaml_fail(build, err, "file needs more memory than it may have", event->start_mark);
    }
    return CAIRN_OK;
}

static cairn_err yaml_take_key(struct yaml_build *build, const yaml_event_t *event)
{
    struct cairn_yaml_node *map = build->open[build->depth - 1];
    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return yaml_fail(build, CAIRN_YAML_KEY, "key is not a plain word", event->start_mark);
    }
    if (map->count == CAIRN_YAML_KEYS_MAX) {
        return yaml_fail(build, CAIRN_YAML_LIMIT, "too many keys in one map", event->start_mark);
    }
    struct cairn_bytes key;
    CAIRN_TRY(yaml_copy_text(build, event, &key));
    for (const struct cairn_yaml_node *child = map->first; child != NULL; child = child->next) {
        if (cairn_bytes_is_equal(child->key, key)) {
            cairn_err err = yaml_fail(build, CAIRN_YAML_KEY, "key stands twice", event->start_mark);
            build->out_fault->subject = key;
            return err;
        }
    }
    build->key = key;
    build->key_line = (uint32_t)event->start_mark.line + 1;
    build->key_column = (uint32_t)event->start_mark.column + 1;
    build->has_key = true;
    return CAIRN_OK;
}

/* Make a node and hang it below the open list or map, or at the root. */
static cairn_err yaml_add_node(struct yaml_build *build, const yaml_event_t *event,
                               enum cairn_yaml_kind kind, struct cairn_yaml_node **out)
{
    struct cairn_yaml_node *node = cairn_arena_take(build->arena, sizeof *node);
    if (node == NULL) {
        return yaml_fail(build, CAIRN_NO_ROOM, "file needs more memory than it may have",
                         event->start_mark);
    }
    *node = (struct cairn_yaml_node){
        .kind = kind,
        .line = (uint32_t)event->start_mark.line + 1,
        .column = (uint32_t)event->start_mark.column + 1,
    };
    if (build->depth == 0) {
        build->root = node;
    } else {
        struct cairn_yaml_node *parent = build->open[build->depth - 1];
        struct cairn_yaml_node *last = build->last[build->depth - 1];
        *(last == NULL ? &parent->first : &last->next) = node;
        build->last[build->depth - 1] = node;
        parent->count++;
        if (parent->kind == CAIRN_YAML_MAP) {
            node->key = build->key;
            node->key_line = build->key_line;
            node->key_column = build->key_column;
            build->has_key = false;
        }
    }
    *out = node;
    return CAIRN_OK;
}

static cairn_err yaml_open_node(struct yaml_build *build, const yaml_event_t *event,
                                enum cairn_yaml_kind kind)
{
    struct cairn_yaml_node *node;
    if (build->depth == CAIRN_LIMIT_YAML_DEPTH) {
        return yaml_fail(build, CAIRN_YAML_LIMIT, "nested deeper than 16", event->start_mark);
    }
    CAIRN_TRY(yaml_add_node(build, event, kind, &node));
    build->open[build->depth] = node;
    build->last[build->depth] = NULL;
    build->depth++;
    return CAIRN_OK;
}

static cairn_err yaml_add_scalar(struct yaml_build *build, const yaml_event_t *event)
{
    struct cairn_bytes text;
    struct cairn_yaml_node *node;
    CAIRN_TRY(yaml_copy_text(build, event, &text));
    CAIRN_TRY(yaml_add_node(build, event, CAIRN_YAML_TEXT, &node));
    node->text = text;
    node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return CAIRN_OK;
}

/* Does the event carry an anchor or a tag, or is it an alias? */
static bool yaml_is_forbidden(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    case YAML_DOCUMENT_START_EVENT:
        return event->data.document_start.version_directive != NULL ||
               event->data.document_start.tag_directives.start !=
                   event->data.document_start.tag_directives.end;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        break;
    }
    return false;
}

static cairn_err yaml_take_event(struct yaml_build *build, const yaml_event_t *event)
{
    if (yaml_is_forbidden(event)) {
        return yaml_fail(build, CAIRN_YAML_FORBIDDEN, "alias, anchor, tag or directive",
                         event->start_mark);
    }
    bool is_value = event->type == YAML_SCALAR_EVENT || event->type == YAML_SEQUENCE_START_EVENT ||
                    event->type == YAML_MAPPING_START_EVENT;
    bool is_in_map = build->depth > 0 && build->open[build->depth - 1]->kind == CAIRN_YAML_MAP;
    if (is_value && is_in_map && !build->has_key) {
        return yaml_take_key(build, event);
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (build->root != NULL) {
            return yaml_fail(build, CAIRN_YAML_FORBIDDEN, "second document", event->start_mark);
        }
        return CAIRN_OK;
    case YAML_SCALAR_EVENT:
        return yaml_add_scalar(build, event);
    case YAML_SEQUENCE_START_EVENT:
        return yaml_open_node(build, event, CAIRN_YAML_LIST);
    case YAML_MAPPING_START_EVENT:
        return yaml_open_node(build, event, CAIRN_YAML_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        CAIRN_REQUIRE(build->depth > 0);
        build->depth--;
        return CAIRN_OK;
    case YAML_NO_EVENT:
    case YAML_ALIAS_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return CAIRN_OK;
}

static cairn_err yaml_run(struct yaml_build *build)
{
    for (;;) {
        yaml_event_t event;
        if (yaml_parser_parse(&build->parser, &event) == 0) {
            return yaml_fail_syntax(build);
        }
        bool is_end = event.type == YAML_STREAM_END_EVENT;
        cairn_err err = yaml_take_event(build, &event);
        yaml_event_delete(&event);
        if (err != CAIRN_OK) {
            return err;
        }
        if (is_end && build->root == NULL) {
            return yaml_fail(build, CAIRN_YAML_SYNTAX, "file is empty", (yaml_mark_t){.line = 0});
        }
        if (is_end) {
            return CAIRN_OK;
        }
    }
}

cairn_err cairn_yaml_parse(struct cairn_bytes source, struct cairn_arena *arena,
                           const struct cairn_yaml_node **out_root,
                           struct cairn_yaml_fault *out_fault)
{
    struct yaml_build build = {.source = source, .arena = arena, .out_fault = out_fault};
    if (source.size > CAIRN_LIMIT_YAML_BYTES) {
        return yaml_fail(&build, CAIRN_YAML_LIMIT, "file is larger than 1 MiB",
                         (yaml_mark_t){.line = 0});
    }
    if (yaml_parser_initialize(&build.parser) == 0) {
        return yaml_fail(&build, CAIRN_MEMORY, "out of memory", (yaml_mark_t){.line = 0});
    }
    /* Without this a byte order mark would switch to UTF-16. */
    yaml_parser_set_encoding(&build.parser, YAML_UTF8_ENCODING);
    static const uint8_t nothing[1];
    yaml_parser_set_input_string(&build.parser, source.size > 0 ? source.data : nothing,
                                 source.size);
    cairn_err err = yaml_run(&build);
    yaml_parser_delete(&build.parser);
    if (err == CAIRN_OK) {
        *out_root = build.root;
    }
    return err;
}

cairn_err cairn_yaml_refuse(const struct cairn_yaml_node *node, cairn_err err, const char *what,
                            struct cairn_yaml_fault *out_fault)
{
    *out_fault = (struct cairn_yaml_fault){
        .line = node->line,
        .column = node->column,
        .err = err,
        .what = what,
        .subject = node->kind == CAIRN_YAML_TEXT ? node->text : node->key,
    };
    return err;
}

const struct cairn_yaml_node *cairn_yaml_find(const struct cairn_yaml_node *node, const char *key)
{
    if (node->kind != CAIRN_YAML_MAP) {
        return NULL;
    }
    struct cairn_bytes wanted = cairn_bytes_of(key);
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        if (cairn_bytes_is_equal(child->key, wanted)) {
            return child;
        }
    }
    return NULL;
}

cairn_err cairn_yaml_expect(const struct cairn_yaml_node *node, enum cairn_yaml_kind kind,
                            struct cairn_yaml_fault *out_fault)
{
    static const char *const texts[] = {
        [CAIRN_YAML_TEXT] = "a single value is expected here",
        [CAIRN_YAML_LIST] = "a list is expected here",
        [CAIRN_YAML_MAP] = "a map of keys is expected here",
    };
    if (node->kind != kind) {
        return cairn_yaml_refuse(node, CAIRN_YAML_TYPE, texts[kind], out_fault);
    }
    return CAIRN_OK;
}

cairn_err cairn_yaml_need(const struct cairn_yaml_node *node, const char *key,
                          const struct cairn_yaml_node **out, struct cairn_yaml_fault *out_fault)
{
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_MAP, out_fault));
    const struct cairn_yaml_node *child = cairn_yaml_find(node, key);
    if (child == NULL) {
        cairn_err err =
            cairn_yaml_refuse(node, CAIRN_YAML_FIELD, "required key is missing here", out_fault);
        out_fault->subject = cairn_bytes_of(key);
        return err;
    }
    *out = child;
    return CAIRN_OK;
}

static bool yaml_is_allowed(struct cairn_bytes key, const char *const *allowed)
{
    for (; *allowed != NULL; allowed++) {
        if (cairn_bytes_is_equal(key, cairn_bytes_of(*allowed))) {
            return true;
        }
    }
    return false;
}

cairn_err cairn_yaml_allow(const struct cairn_yaml_node *node, const char *const *allowed,
                           struct cairn_yaml_fault *out_fault)
{
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_MAP, out_fault));
    for (const struct cairn_yaml_node *child = node->first; child != NULL; child = child->next) {
        if (!yaml_is_allowed(child->key, allowed)) {
            *out_fault = (struct cairn_yaml_fault){
                .line = child->key_line,
                .column = child->key_column,
                .err = CAIRN_YAML_UNKNOWN,
                .what = "unknown key",
                .subject = child->key,
            };
            return CAIRN_YAML_UNKNOWN;
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_yaml_text(const struct cairn_yaml_node *node, size_t size_max,
                          struct cairn_bytes *out, struct cairn_yaml_fault *out_fault)
{
    CAIRN_TRY(cairn_yaml_expect(node, CAIRN_YAML_TEXT, out_fault));
    if (node->text.size == 0) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "value is empty", out_fault);
    }
    if (node->text.size > size_max) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "value is too long", out_fault);
    }
    if (cairn_text_check(node->text, size_max) != CAIRN_OK) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "value holds a forbidden character",
                                 out_fault);
    }
    *out = node->text;
    return CAIRN_OK;
}

static bool yaml_is_number(const struct cairn_yaml_node *node)
{
    struct cairn_bytes text = node->text;
    if (node->kind != CAIRN_YAML_TEXT || node->is_quoted || text.size == 0) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.data[0] != '0' || text.size == 1;
}

cairn_err cairn_yaml_uint(const struct cairn_yaml_node *node, uint64_t max, uint64_t *out,
                          struct cairn_yaml_fault *out_fault)
{
    if (!yaml_is_number(node)) {
        return cairn_yaml_refuse(node, CAIRN_YAML_TYPE, "a whole number is expected here",
                                 out_fault);
    }
    uint64_t number = 0;
    for (size_t i = 0; i < node->text.size; i++) {
        uint64_t digit = node->text.data[i] - (uint64_t)'0';
        if (digit > max || number > (max - digit) / 10) {
            return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "number is too large", out_fault);
        }
        number = 10 * number + digit;
    }
    *out = number;
    return CAIRN_OK;
}

cairn_err cairn_yaml_bool(const struct cairn_yaml_node *node, bool *out,
                          struct cairn_yaml_fault *out_fault)
{
    bool is_true = cairn_bytes_is_equal(node->text, cairn_bytes_of("true"));
    bool is_false = cairn_bytes_is_equal(node->text, cairn_bytes_of("false"));
    if (node->kind != CAIRN_YAML_TEXT || node->is_quoted || (!is_true && !is_false)) {
        return cairn_yaml_refuse(node, CAIRN_YAML_TYPE, "true or false is expected here",
                                 out_fault);
    }
    *out = is_true;
    return CAIRN_OK;
}
