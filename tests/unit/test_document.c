#include "schema/alert/document.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

#define DAY 20513 /* 2026-03-01 */
#define ZONE                                                                                       \
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define CARD                                                                                       \
    "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"

static cairn_err check(const char *body, struct cairn_shape_fault *fault)
{
    struct cairn_document document = cairn_document_read(test_body(body));
    return cairn_document_check(&document, DAY, fault);
}

TEST(dates_are_in_order_and_issued_is_past)
{
    struct cairn_shape_fault fault;
    assert_err(check("{1: 1, 2: 'GEO', 3: '1', 4: '2026-03-01', 5: '2026-03-01'}", &fault),
               CAIRN_OK);
    assert_err(check("{1: 1, 2: 'GEO', 3: '1', 5: '1999-01-01'}", &fault), CAIRN_OK);
    assert_err(check("{1: 1, 2: 'GEO', 3: '1', 4: '2026-03-01'}", &fault), CAIRN_OK);
    assert_err(check("{1: 1, 2: 'GEO', 3: '1', 4: '2026-03-02'}", &fault), CAIRN_RULE_DATE);
    assert_string_equal(fault.path[0].name, "issued");
    assert_err(check("{1: 1, 2: 'GEO', 3: '1', 4: '2020-01-02', 5: '2020-01-01'}", &fault),
               CAIRN_RULE_DATE);
    assert_string_equal(fault.path[0].name, "expires");
}

TEST(a_zone_agrees_with_what_was_typed)
{
    static const struct {
        const char *body;
        cairn_err err;
    } cases[] = {
        {"{1: 1, 2: 'UTO', 3: 'L898902C3', 5: '2012-04-15', 6: '" ZONE "'}", CAIRN_OK},
        {"{1: 4, 2: 'UTO', 3: 'D23145890', 6: '" CARD "'}", CAIRN_OK},
        {"{1: 1, 2: 'UTO', 3: 'AB12345', 6: 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
         "AB12345<<6UTO7408122F1204159ZE184226B<<<<<10'}",
         CAIRN_OK}, /* fillers behind the number, or in it, are not of it */
        {"{1: 1, 2: 'UTO', 3: 'AB123', 6: 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
         "AB<123<<<9UTO7408122F1204159ZE184226B<<<<<14'}",
         CAIRN_OK},
        {"{1: 1, 2: 'UTO', 3: 'AB12345', 6: 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
         "AB<123<<<9UTO7408122F1204159ZE184226B<<<<<14'}",
         CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'UNO', 3: 'L898902C3', 6: 'P<UNOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<10'}",
         CAIRN_OK}, /* of no state, and the same */
        {"{1: 1, 2: 'UNA', 3: 'L898902C3', 6: 'P<UNOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<10'}",
         CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'GEO', 3: 'L898902C3', 6: 'P<UNOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
         "L898902C36UTO7408122F1204159ZE184226B<<<<<10'}",
         CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'UNO', 3: 'L898902C3', 6: '" ZONE "'}", CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'UTO', 3: 'L898902C4', 6: '" ZONE "'}", CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'UTO', 3: 'L898902C', 6: '" ZONE "'}", CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'UTO', 3: 'L898902C33', 6: '" ZONE "'}", CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'GEO', 3: 'L898902C3', 6: '" ZONE "'}", CAIRN_RULE_MRZ},
        {"{1: 1, 2: 'UTO', 3: 'L898902C3', 5: '2012-04-16', 6: '" ZONE "'}", CAIRN_RULE_MRZ},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_shape_fault fault;
        assert_err(check(cases[i].body, &fault), cases[i].err);
    }
}

TEST(a_broken_zone_is_refused_with_its_own_error)
{
    struct cairn_shape_fault fault;
    assert_err(check("{1: 1, 2: 'UTO', 3: 'L898902C3', 6: 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<"
                     "<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<11'}",
                     &fault),
               CAIRN_MRZ_CHECK_DIGIT);
    assert_string_equal(fault.path[0].name, "mrz");
    assert_err(check("{1: 1, 2: 'UTO', 3: 'L898902C3', 6: 'P<UTOERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<"
                     "<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10'}",
                     &fault),
               CAIRN_MRZ_FIELD);
}

TEST(one_letter_and_three_letter_germany_are_one_state)
{
    struct cairn_document document = cairn_document_read(test_body("{1: 1, 2: 'D', 3: 'C1'}"));
    assert_true(cairn_document_is_issued_by(&document, cairn_bytes_of("DEU")));
    assert_false(cairn_document_is_issued_by(&document, cairn_bytes_of("D")));
    document = cairn_document_read(test_body("{1: 1, 2: 'GBN', 3: '1'}"));
    assert_true(cairn_document_is_issued_by(&document, cairn_bytes_of("GBR")));
    document = cairn_document_read(test_body("{1: 1, 2: 'XXA', 3: '1'}"));
    assert_false(cairn_document_is_issued_by(&document, cairn_bytes_of("XXA")));
}

TEST(ranges_have_one_prefix_and_a_limit)
{
    static const struct {
        const char *body;
        uint32_t count; /* 0: refused */
    } cases[] = {
        {"{1: 1, 2: 'AUT', 3: 'P001'}", 1},
        {"{1: 1, 2: 'AUT', 3: 'P001', 7: 'P001'}", 1},
        {"{1: 1, 2: 'AUT', 3: 'P001', 7: 'P010'}", 10},
        {"{1: 1, 2: 'AUT', 3: 'P000000', 7: 'P099999'}", 100000},
        {"{1: 1, 2: 'AUT', 3: 'P000000', 7: 'P100000'}", 0},
        {"{1: 1, 2: 'AUT', 3: 'P010', 7: 'P001'}", 0},
        {"{1: 1, 2: 'AUT', 3: 'P01', 7: 'P001'}", 0},
        {"{1: 1, 2: 'AUT', 3: 'P001', 7: 'Q001'}", 0},
        {"{1: 1, 2: 'AUT', 3: 'PA01', 7: 'PB01'}", 0},
        {"{1: 1, 2: 'AUT', 3: '1A', 7: '2A'}", 0},
        {"{1: 1, 2: 'AUT', 3: '1A', 7: '29'}", 0},
        {"{1: 1, 2: 'AUT', 3: '11', 7: '1A'}", 0},
        {"{1: 1, 2: 'AUT', 3: 'P-1', 7: 'P/1'}", 0},
        {"{1: 1, 2: 'AUT', 3: 'P00', 7: 'P010'}", 0},
        {"{1: 1, 2: 'AUT', 3: '00000000000000000000', 7: '18446744073709551617'}", 0},
        {"{1: 1, 2: 'AUT', 3: '8000000000', 7: '9000000000'}", 0},
        {"{1: 1, 2: 'AUT', 3: '00000000000000000000', 7: '99999999999999999999'}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cairn_shape_fault fault;
        struct cairn_document document = cairn_document_read(test_body(cases[i].body));
        assert_err(cairn_document_check(&document, DAY, &fault),
                   cases[i].count > 0 ? CAIRN_OK : CAIRN_RULE_RANGE);
        if (cases[i].count > 0) {
            assert_int_equal(cairn_document_count(&document), cases[i].count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_in_order_and_issued_is_past),
        cmocka_unit_test(a_zone_agrees_with_what_was_typed),
        cmocka_unit_test(a_broken_zone_is_refused_with_its_own_error),
        cmocka_unit_test(one_letter_and_three_letter_germany_are_one_state),
        cmocka_unit_test(ranges_have_one_prefix_and_a_limit),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
