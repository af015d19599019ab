#include "tests/lib/vectors.h"

#include <string.h>

#include "tests/lib/test.h"

json_t *vectors_open(const char *name)
{
    json_error_t fault;
    json_t *root = json_load_file(test_data_path(name), JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL) {
        fail_msg("%s:%d: %s", test_data_path(name), fault.line, fault.text);
    }
    return root;
}

json_t *vectors_get(json_t *object, const char *field)
{
    json_t *value = json_object_get(object, field);
    if (value == NULL) {
        fail_msg("vector without %s", field);
    }
    return value;
}

struct cairn_bytes vectors_hex(json_t *object, const char *field)
{
    return test_hex(json_string_value(vectors_get(object, field)));
}

const uint8_t *vectors_fixed(json_t *object, const char *field, size_t size)
{
    struct cairn_bytes bytes = vectors_hex(object, field);
    assert_int_equal(bytes.size, size);
    return bytes.data;
}

uint64_t vectors_number(json_t *object, const char *field)
{
    json_t *value = vectors_get(object, field);
    assert_true(json_is_integer(value));
    return (uint64_t)json_integer_value(value);
}

bool vectors_is(json_t *object, const char *field, const char *text)
{
    return strcmp(json_string_value(vectors_get(object, field)), text) == 0;
}
