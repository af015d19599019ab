#include "node/jsontext.h"

#include <stdio.h>
#include <string.h>

#include "schema/base/text.h"

/* A text that was cut must not end inside a character. */
static void jsontext_end_cleanly(char *text)
{
    size_t size = strlen(text);
    while (size > 0 && !cairn_text_is_utf8((struct cairn_bytes){(const uint8_t *)text, size})) {
        text[--size] = '\0';
    }
}

cairn_err cairn_jsontext_refuse(struct cairn_json_fault *fault, cairn_err err, const char *pointer,
                                const char *detail)
{
    *fault = (struct cairn_json_fault){0};
    snprintf(fault->pointer, sizeof fault->pointer, "%s", pointer);
    snprintf(fault->detail, sizeof fault->detail, "%s", detail);
    jsontext_end_cleanly(fault->pointer);
    jsontext_end_cleanly(fault->detail);
    return err;
}

static cairn_err jsontext_refuse_at(struct cairn_json_fault *fault, const json_error_t *error)
{
    *fault = (struct cairn_json_fault){0};
    fault->line = error->line < 1 ? 1 : (uint32_t)error->line;
    fault->column = error->column < 1 ? 1 : (uint32_t)error->column;
    snprintf(fault->detail, sizeof fault->detail, "line %u, column %u: %.120s", fault->line,
             fault->column, error->text);
    for (char *at = fault->detail; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e) {
            *at = '?'; /* the library quotes the input, perhaps cut inside a character */
        }
    }
    return CAIRN_JSON;
}

/* Depth of the brackets, so that the parser's recursion is bounded by us and not by its build. */
static bool jsontext_is_shallow(struct cairn_bytes text)
{
    uint32_t depth = 0;
    bool is_in_string = false;
    for (size_t at = 0; at < text.size; at++) {
        uint8_t byte = text.data[at];
        if (is_in_string) {
            at += byte == '\\';
            is_in_string = byte != '"';
        } else if (byte == '"') {
            is_in_string = true;
        } else if (byte == '{' || byte == '[') {
            depth++;
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
        if (depth > CAIRN_JSON_DEPTH_MAX) {
            return false;
        }
    }
    return true;
}

cairn_err cairn_jsontext_parse(struct cairn_bytes text, json_t **out,
                               struct cairn_json_fault *fault)
{
    json_error_t error;
    *fault = (struct cairn_json_fault){0};
    if (!cairn_text_is_utf8(text)) {
        return cairn_jsontext_refuse(fault, CAIRN_JSON, "", "not valid UTF-8");
    }
    if (!jsontext_is_shallow(text)) {
        return cairn_jsontext_refuse(fault, CAIRN_JSON, "", "nested deeper than 32");
    }
    const char *data = text.size == 0 ? "" : (const char *)text.data;
    json_t *root = json_loadb(data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return jsontext_refuse_at(fault, &error);
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return cairn_jsontext_refuse(fault, CAIRN_JSON, "", "not an object");
    }
    *out = root;
    return CAIRN_OK;
}

/* "/key", with ~ and / of the key escaped (RFC 6901, section 3). */
static cairn_err jsontext_refuse_member(struct cairn_json_fault *fault, const char *key,
                                        const char *detail)
{
    char pointer[sizeof fault->pointer];
    size_t size = 0;
    pointer[size++] = '/';
    for (; *key != '\0' && size < sizeof pointer - 2; key++) {
        if (*key == '~' || *key == '/') {
            pointer[size++] = '~';
            pointer[size++] = *key == '~' ? '0' : '1';
        } else {
            pointer[size++] = *key;
        }
    }
    pointer[size] = '\0';
    return cairn_jsontext_refuse(fault, CAIRN_JSON_FIELD, pointer, detail);
}

cairn_err cairn_jsontext_get_text(const json_t *object, const char *key, bool is_required,
                                  const char **out, struct cairn_json_fault *fault)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return is_required ? jsontext_refuse_member(fault, key, "is missing") : CAIRN_OK;
    }
    if (!json_is_string(value)) {
        return jsontext_refuse_member(fault, key, "is not a string");
    }
    *out = json_string_value(value);
    return CAIRN_OK;
}

cairn_err cairn_jsontext_get_uint(const json_t *object, const char *key, bool is_required,
                                  uint64_t *out, struct cairn_json_fault *fault)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return is_required ? jsontext_refuse_member(fault, key, "is missing") : CAIRN_OK;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return jsontext_refuse_member(fault, key, "is not a non-negative integer");
    }
    *out = (uint64_t)json_integer_value(value);
    return CAIRN_OK;
}

json_t *cairn_jsontext_make_uint(uint64_t number)
{
    char digits[24];
    if (number <= 1ull << 53) {
        return json_integer((json_int_t)number);
    }
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    return json_string(digits);
}

cairn_err cairn_jsontext_allow(const json_t *object, const char *const *names,
                               struct cairn_json_fault *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        size_t at = 0;
        while (names[at] != NULL && strcmp(names[at], key) != 0) {
            at++;
        }
        if (names[at] == NULL) {
            return jsontext_refuse_member(fault, key, "is not known here");
        }
    }
    return CAIRN_OK;
}
