#include "tests/lib/shapes.h"

#include "tests/lib/test.h"

static void shapes_check_field(const struct cairn_field *field)
{
    assert_true(field->key > 0);
    assert_true(field->key < CAIRN_SHAPE_KEYS);
    assert_non_null(field->name);
    assert_int_equal(field->codes != NULL, field->type == CAIRN_SHAPE_CODE);
    assert_int_equal(field->shape != NULL, field->type == CAIRN_SHAPE_MAP);
    bool has_max = field->type == CAIRN_SHAPE_UINT || field->type == CAIRN_SHAPE_TEXT ||
                   field->type == CAIRN_SHAPE_BIN;
    assert_int_equal(field->max > 0, has_max);
    assert_true(field->min <= field->max);
    if (field->codes != NULL) {
        test_codelist_is_sound(field->codes);
    }
}

static void shapes_check(const struct cairn_shape *shape, uint32_t depth)
{
    assert_true(depth < CAIRN_SHAPE_DEPTH);
    assert_non_null(shape->name);
    for (size_t i = 0; i < shape->count; i++) {
        const struct cairn_field *field = &shape->fields[i];
        shapes_check_field(field);
        assert_true(i == 0 || shape->fields[i - 1].key < field->key);
        assert_ptr_equal(cairn_shape_find_name(shape, cairn_bytes_of(field->name)), field);
        if (field->shape != NULL) {
            assert_true(field->shape->count > 0);
            shapes_check(field->shape, depth + 1);
        }
    }
}

void test_shape_is_sound(const struct cairn_shape *shape)
{
    assert_non_null(shape);
    shapes_check(shape, 0);
}

void test_codelist_is_sound(const struct cairn_codelist *list)
{
    assert_non_null(list->name);
    assert_true(list->count > 0);
    assert_true(list->err == CAIRN_RULE_CODE || list->err == CAIRN_RULE_REASON);
    for (size_t i = 0; i < list->count; i++) {
        assert_true(list->entries[i].number > (i == 0 ? 0 : list->entries[i - 1].number));
        assert_int_equal(cairn_codelist_number(list, cairn_bytes_of(list->entries[i].text)),
                         list->entries[i].number);
    }
}
