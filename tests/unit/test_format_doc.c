/* docs/format.md says what the tables say: every field with its key, every code with its number. */
#include "schema/alert/alert_shape.h"
#include "schema/alert/category.h"
#include "schema/case/case_shape.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char page[1u << 17];

static int read_page(void **unused)
{
    (void)unused;
    char path[4096];
    const char *root = getenv("CAIRN_SOURCE");
    (void)snprintf(path, sizeof path, "%s/docs/format.md", root == NULL ? "." : root);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(page, 1, sizeof page - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_true(size > 0);
    assert_true(size < sizeof page - 1);
    return 0;
}

static void expect_text(const char *text)
{
    if (strstr(page, text) == NULL) {
        fail_msg("docs/format.md lacks: %s", text);
    }
}

static void expect_codes(const struct cairn_codelist *list)
{
    for (size_t i = 0; i < list->count; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, " %u %s", (unsigned)list->entries[i].number,
                       list->entries[i].text);
        if (list != &cairn_alert_codes_categories) {
            expect_text(text);
        }
    }
}

static void expect_shape(const struct cairn_shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct cairn_field *field = &shape->fields[i];
        char text[128];
        (void)snprintf(text, sizeof text, "| %u | `%s` |", (unsigned)field->key, field->name);
        expect_text(text);
        if (field->codes != NULL) {
            expect_codes(field->codes);
        }
        if (field->shape != NULL && strcmp(field->name, "set") != 0) {
            expect_shape(field->shape);
        }
    }
}

TEST(every_field_of_every_body_is_described)
{
    for (uint64_t number = 0; number < 100; number++) {
        enum cairn_kind kind;
        if (!cairn_kind_of_number(number, &kind)) {
            continue;
        }
        const struct cairn_shape *shape =
            cairn_kind_is_alert(kind) ? cairn_alert_shape_find(kind) : cairn_case_shape_find(kind);
        if (shape != NULL) {
            char heading[64];
            (void)snprintf(heading, sizeof heading, "### %s (%u)\n", shape->name, (unsigned)number);
            expect_text(heading);
            expect_shape(shape);
        }
    }
}

TEST(every_category_is_described)
{
    for (size_t i = 0; i < cairn_alert_codes_categories.count; i++) {
        const struct cairn_codelist_entry *entry = &cairn_alert_codes_categories.entries[i];
        const struct cairn_category *category = cairn_category_find(entry->number);
        char text[128];
        (void)snprintf(text, sizeof text, "| %u | %s | %s %u", (unsigned)entry->number, entry->text,
                       cairn_codelist_text(&cairn_alert_codes_actions, category->actions[0].action),
                       (unsigned)category->actions[0].coercion);
        expect_text(text);
        (void)snprintf(text, sizeof text, "| %u, %u |", (unsigned)category->life_months,
                       (unsigned)category->life_months_max);
        expect_text(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_body_is_described),
        cmocka_unit_test(every_category_is_described),
    };
    return cmocka_run_group_tests_name("format_doc", tests, read_page, NULL);
}
