/* Method: every row of the three files in tests/data/codes is found with its kind and its country;
 * then the rules by code. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/code.h"

static struct cairn_bytes next_column(const char **at)
{
    size_t size = strcspn(*at, "\t\n");
    struct cairn_bytes column = {.data = (const uint8_t *)*at, .size = size};
    *at += size + 1;
    return column;
}

static const char *rows_of(const char *name)
{
    return strchr((const char *)test_data(name).data, '\n') + 1;
}

TEST(the_table_ascends_and_every_code_is_found)
{
    size_t count;
    const struct cairn_code *rows = cairn_code_table(&count);
    assert_true(count >= 249 + 30);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(cairn_code_find(cairn_bytes_of(rows[i].code)), &rows[i]);
        assert_true(i == 0 || strcmp(rows[i - 1].code, rows[i].code) < 0);
        assert_true(rows[i].name[0] != '\0');
    }
}

TEST(every_code_of_iso_3166_is_a_country)
{
    uint32_t count = 0;
    for (const char *at = rows_of("codes/iso3166-1.tsv"); *at != '\0'; count++) {
        char country[4];
        struct cairn_bytes alpha3 = next_column(&at);
        struct cairn_bytes alpha2 = next_column(&at);
        (void)next_column(&at);
        struct cairn_bytes name = next_column(&at);
        const struct cairn_code *row = cairn_code_find(alpha3);
        assert_non_null(row);
        assert_int_equal(row->kind, CAIRN_CODE_STATE);
        assert_true(cairn_bytes_is_equal(cairn_bytes_of(row->alpha2), alpha2));
        assert_true(cairn_bytes_is_equal(cairn_bytes_of(row->name), name));
        assert_true(cairn_code_is_country(alpha3, false));
        assert_err(cairn_code_map(alpha3, country), CAIRN_OK);
        assert_true(cairn_bytes_is_equal(cairn_bytes_of(country), alpha3));
    }
    assert_int_equal(count, 249);
}

TEST(every_code_that_icao_adds_is_known)
{
    uint32_t count = 0;
    for (const char *at = rows_of("codes/icao-special.tsv"); *at != '\0'; count++) {
        struct cairn_bytes code = next_column(&at);
        (void)next_column(&at);
        bool is_specimen = cairn_bytes_is_equal(next_column(&at), cairn_bytes_of("specimen"));
        (void)next_column(&at);
        assert_true(cairn_code_is_known(code, true));
        assert_int_equal(cairn_code_is_known(code, false), !is_specimen);
    }
    assert_int_equal(count, 30);
}

TEST(a_withdrawn_code_is_known_but_names_no_country)
{
    uint32_t count = 0;
    for (const char *at = rows_of("codes/iso3166-withdrawn.tsv"); *at != '\0'; count++) {
        char country[4] = "???";
        struct cairn_bytes code = next_column(&at);
        at = strchr(at, '\n') + 1;
        assert_true(cairn_code_is_known(code, false));
        if (cairn_bytes_is_equal(code, cairn_bytes_of("ATF"))) {
            continue; /* given anew: it stands in both files */
        }
        assert_false(cairn_code_is_country(code, true));
        assert_err(cairn_code_map(code, country), CAIRN_CODE_UNKNOWN);
        assert_string_equal(country, "???");
    }
    assert_int_equal(count, 31);
}

/* B21 */
TEST(codes_of_documents_lead_to_the_country_that_answers_for_them)
{
    static const struct {
        const char *code;
        const char *country; /* NULL: none */
    } cases[] = {
        {"D", "DEU"},   {"DEU", "DEU"}, {"GBD", "GBR"}, {"GBN", "GBR"}, {"GBO", "GBR"},
        {"GBP", "GBR"}, {"GBS", "GBR"}, {"RKS", "RKS"}, {"UNO", "UNO"}, {"EUE", "EUE"},
        {"UTO", "UTO"}, {"XXA", NULL},  {"XXB", NULL},  {"XXC", NULL},  {"XXX", NULL},
        {"SUN", NULL},  {"QQQ", NULL},  {"", NULL},     {"AUTO", NULL}, {"aut", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char country[4] = "???";
        bool has_country = cases[i].country != NULL;
        assert_err(cairn_code_map(cairn_bytes_of(cases[i].code), country),
                   has_country ? CAIRN_OK : CAIRN_CODE_UNKNOWN);
        assert_string_equal(country, has_country ? cases[i].country : "???");
    }
}

/* B20, B42 */
TEST(specimen_codes_live_only_in_test_networks)
{
    struct cairn_bytes utopia = cairn_bytes_of("UTO");
    assert_false(cairn_code_is_known(utopia, false));
    assert_true(cairn_code_is_known(utopia, true));
    assert_false(cairn_code_is_country(utopia, false));
    assert_true(cairn_code_is_country(utopia, true));
    assert_false(cairn_code_is_known(cairn_bytes_of("ZZZ"), true));
}

TEST(a_node_is_of_a_state_or_an_organisation)
{
    assert_true(cairn_code_is_country(cairn_bytes_of("UNO"), false));
    assert_true(cairn_code_is_country(cairn_bytes_of("RKS"), false));
    assert_false(cairn_code_is_country(cairn_bytes_of("D"), false));
    assert_false(cairn_code_is_country(cairn_bytes_of("GBN"), false));
    assert_false(cairn_code_is_country(cairn_bytes_of("XXA"), false));
}

TEST(stateless_persons_and_refugees_are_told_apart)
{
    assert_true(cairn_code_is_without_nationality(cairn_bytes_of("XXA")));
    assert_true(cairn_code_is_without_nationality(cairn_bytes_of("XXX")));
    assert_false(cairn_code_is_without_nationality(cairn_bytes_of("XOM")));
    assert_false(cairn_code_is_refugee(cairn_bytes_of("XXA")));
    assert_true(cairn_code_is_refugee(cairn_bytes_of("XXB")));
    assert_true(cairn_code_is_refugee(cairn_bytes_of("XXC")));
    assert_false(cairn_code_is_refugee(cairn_bytes_of("AUT")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_ascends_and_every_code_is_found),
        cmocka_unit_test(every_code_of_iso_3166_is_a_country),
        cmocka_unit_test(every_code_that_icao_adds_is_known),
        cmocka_unit_test(a_withdrawn_code_is_known_but_names_no_country),
        cmocka_unit_test(codes_of_documents_lead_to_the_country_that_answers_for_them),
        cmocka_unit_test(specimen_codes_live_only_in_test_networks),
        cmocka_unit_test(a_node_is_of_a_state_or_an_organisation),
        cmocka_unit_test(stateless_persons_and_refugees_are_told_apart),
    };
    return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
