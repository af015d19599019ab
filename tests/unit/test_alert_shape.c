#include "schema/alert/alert_shape.h"

#include "schema/alert/document.h"
#include "tests/lib/shapes.h"
#include "tests/lib/test.h"

static const enum cairn_kind kinds[] = {CAIRN_KIND_ALERT_ISSUE, CAIRN_KIND_ALERT_AMEND,
                                        CAIRN_KIND_ALERT_WITHDRAW, CAIRN_KIND_ALERT_LEAVE,
                                        CAIRN_KIND_ALERT_BATCH};

TEST(every_kind_of_alert_has_a_sound_shape_of_its_name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct cairn_shape *shape = cairn_alert_shape_find(kinds[i]);
        test_shape_is_sound(shape);
        assert_string_equal(shape->name, cairn_kind_text(kinds[i]));
    }
    assert_null(cairn_alert_shape_find(CAIRN_KIND_CASE_REQUEST));
}

static void assert_part(const struct cairn_shape *part, const struct cairn_shape *whole)
{
    for (size_t i = 0; i < part->count; i++) {
        const struct cairn_field *field = &part->fields[i];
        const struct cairn_field *same = cairn_shape_find(whole, field->key);
        if (same == NULL) {
            assert_int_equal(field->key, CAIRN_ALERT_KEY_ROWS);
            continue;
        }
        assert_string_equal(field->name, same->name);
        assert_int_equal(field->type, same->type);
        assert_int_equal(field->max, same->max);
        assert_int_equal(field->list_max, same->list_max);
        assert_ptr_equal(field->codes, same->codes);
        assert_ptr_equal(field->shape, same->shape);
    }
}

TEST(one_key_means_one_thing_in_all_bodies)
{
    const struct cairn_shape *issue = cairn_alert_shape_find(CAIRN_KIND_ALERT_ISSUE);
    const struct cairn_shape *amend = cairn_alert_shape_find(CAIRN_KIND_ALERT_AMEND);
    for (size_t i = 0; i < amend->count; i++) {
        assert_part(amend->fields[i].shape, issue);
    }
    assert_part(cairn_alert_shape_find(CAIRN_KIND_ALERT_BATCH), issue);
}

TEST(an_amendment_can_reach_all_but_category_and_beginning)
{
    const struct cairn_shape *issue = cairn_alert_shape_find(CAIRN_KIND_ALERT_ISSUE);
    const struct cairn_shape *amend = cairn_alert_shape_find(CAIRN_KIND_ALERT_AMEND);
    for (size_t i = 0; i < issue->count; i++) {
        uint8_t key = issue->fields[i].key;
        bool is_fixed = key == CAIRN_ALERT_KEY_CATEGORY || key == CAIRN_ALERT_KEY_FROM;
        uint32_t found = 0;
        found += cairn_shape_find(amend->fields[0].shape, key) != NULL;
        found += cairn_shape_find(amend->fields[1].shape, key) != NULL;
        assert_int_equal(found, is_fixed ? 0 : 1);
    }
}

TEST(a_batch_has_at_most_4096_rows)
{
    const struct cairn_shape *batch = cairn_alert_shape_find(CAIRN_KIND_ALERT_BATCH);
    const struct cairn_field *rows = cairn_shape_find(batch, CAIRN_ALERT_KEY_ROWS);
    assert_int_equal(rows->list_max, CAIRN_LIMIT_BATCH_ROWS);
    assert_null(cairn_shape_find(rows->shape, CAIRN_DOCUMENT_KEY_MRZ));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_alert_has_a_sound_shape_of_its_name),
        cmocka_unit_test(one_key_means_one_thing_in_all_bodies),
        cmocka_unit_test(an_amendment_can_reach_all_but_category_and_beginning),
        cmocka_unit_test(a_batch_has_at_most_4096_rows),
    };
    return cmocka_run_group_tests_name("alert_shape", tests, NULL, NULL);
}
