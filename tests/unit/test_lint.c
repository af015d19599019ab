#include "schema/case/lint.h"

#include "tests/lib/test.h"

TEST(words_of_asylum_are_found_in_any_case_of_their_letters)
{
    static const struct {
        const char *text;
        const char *found;
    } cases[] = {
        {"his Asylum claim", "asylum"},
        {"ASYLWERBER", "asyl"},
        {"anerkannter FLÜCHTLING seit 2020", "flüchtling"},
        {"statut de RÉFUGIÉ", "réfugié"},
        {"просит УБЕЖИЩЕ", "убежищ"},
        {"Беженцы", "беженц"},
        {"İltica talebi", "iltica"},
        {"SIĞINMA evi", "sığınma"},
        {"Subsidiary Protection", "subsidiary protection"},
        {"letter of UNHCR.", "unhcr"},
        {"(asile)", "asile"},
        {"თავშესაფარი", "თავშესაფ"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = cairn_lint_find(cairn_bytes_of(cases[i].text));
        assert_non_null(found);
        assert_string_equal(found, cases[i].found);
    }
}

TEST(other_words_pass)
{
    static const char *const texts[] = {
        "",
        "basil",
        "Brasilia",
        "fasylum",
        "flight OS 123, escort of two",
        "documents follow",
        "ბათუმი",
        "протокол",
        "protection",
        "convention",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_null(cairn_lint_find(cairn_bytes_of(texts[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_asylum_are_found_in_any_case_of_their_letters),
        cmocka_unit_test(other_words_pass),
    };
    return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
