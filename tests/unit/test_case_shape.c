#include "schema/case/case_shape.h"

#include "tests/lib/shapes.h"
#include "tests/lib/test.h"

TEST(every_kind_of_case_has_a_sound_shape_of_its_name)
{
    static const enum cairn_kind kinds[] = {CAIRN_KIND_CASE_REQUEST, CAIRN_KIND_CASE_ACK,
                                            CAIRN_KIND_CASE_ACCEPT, CAIRN_KIND_CASE_REFUSE,
                                            CAIRN_KIND_CASE_WITHDRAW};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct cairn_shape *shape = cairn_case_shape_find(kinds[i]);
        test_shape_is_sound(shape);
        assert_string_equal(shape->name, cairn_kind_text(kinds[i]));
    }
    assert_null(cairn_case_shape_find(CAIRN_KIND_ALERT_ISSUE));
}

TEST(a_request_has_no_field_for_asylum_or_detention)
{
    const struct cairn_shape *request = cairn_case_shape_find(CAIRN_KIND_CASE_REQUEST);
    static const char *const words[] = {"asylum", "liberty", "detention", "diagnosis", "offence"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_null(cairn_shape_find_name(request, cairn_bytes_of(words[i])));
    }
}

TEST(a_request_is_for_one_to_twelve_persons)
{
    const struct cairn_shape *request = cairn_case_shape_find(CAIRN_KIND_CASE_REQUEST);
    const struct cairn_field *persons = cairn_shape_find(request, CAIRN_CASE_KEY_PERSONS);
    assert_int_equal(persons->list_max, CAIRN_CASE_PERSONS_MAX);
    assert_true(persons->is_required);
    assert_non_null(cairn_shape_find(persons->shape, CAIRN_CASE_PERSON_ADDRESS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_case_has_a_sound_shape_of_its_name),
        cmocka_unit_test(a_request_has_no_field_for_asylum_or_detention),
        cmocka_unit_test(a_request_is_for_one_to_twelve_persons),
    };
    return cmocka_run_group_tests_name("case_shape", tests, NULL, NULL);
}
