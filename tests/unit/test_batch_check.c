#include "schema/alert/batch_check.h"

#include "tests/lib/body.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX CAIRN_LIMIT_BATCH_ROWS

static const struct cairn_alert_context context = {
    .author = {(const uint8_t *)"AUT", 3}, .hlc_ms = 1772366400000, .is_test_network = false};

static struct cairn_bytes rows_of(const uint32_t *numbers, uint32_t count)
{
    size_t room = (size_t)count * 48 + 3, size = 1;
    char *text = malloc(room);
    text[0] = '[';
    for (uint32_t i = 0; i < count; i++) {
        size += (size_t)snprintf(text + size, room - size, "{1: 1, 2: 'AUT', 3: 'P%05u', 8: 1},",
                                 (unsigned)numbers[i]);
    }
    memcpy(text + size, "]", 2);
    struct cairn_bytes rows = test_body(text);
    free(text);
    return rows;
}

static void shuffle(uint32_t *numbers, uint32_t count, struct test_rng *rng)
{
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = i;
    }
    for (uint32_t i = count - 1; i > 0; i--) {
        uint32_t other = test_rng_below(rng, i + 1), held = numbers[i];
        numbers[i] = numbers[other];
        numbers[other] = held;
    }
}

TEST(a_full_batch_passes_in_any_order)
{
    static uint32_t numbers[ROWS_MAX];
    struct test_rng rng = test_rng_open();
    struct cairn_shape_fault fault;
    for (uint32_t i = 0; i < ROWS_MAX; i++) {
        numbers[i] = i;
    }
    assert_err(cairn_batch_check(rows_of(numbers, ROWS_MAX), &context, &fault), CAIRN_OK);
    shuffle(numbers, ROWS_MAX, &rng);
    assert_err(cairn_batch_check(rows_of(numbers, ROWS_MAX), &context, &fault), CAIRN_OK);
}

TEST(one_number_that_stands_twice_is_found_wherever_it_stands)
{
    uint32_t numbers[200];
    struct test_rng rng = test_rng_open();
    for (uint32_t round = 0; round < 50; round++) {
        shuffle(numbers, 200, &rng);
        uint32_t left = test_rng_below(&rng, 200), right = test_rng_below(&rng, 200);
        numbers[left] = numbers[right];
        struct cairn_shape_fault fault = {.err = CAIRN_OK};
        cairn_err err = cairn_batch_check(rows_of(numbers, 200), &context, &fault);
        assert_err(err, left == right ? CAIRN_OK : CAIRN_RULE_DUPLICATE);
        if (left != right) {
            assert_int_equal(fault.path[0].index, left > right ? left : right);
        }
    }
}

TEST(a_fault_names_its_row)
{
    struct cairn_shape_fault fault;
    char path[CAIRN_SHAPE_PATH_BYTES];
    struct cairn_bytes rows = test_body("[{1: 1, 2: 'AUT', 3: '1', 8: 1}, {1: 1, 2: 'AUT', "
                                        "3: '2', 4: '2026-01-01', 5: '2025-01-01', 8: 1}]");
    assert_err(cairn_batch_check(rows, &context, &fault), CAIRN_RULE_DATE);
    cairn_shape_write_path(&fault, path);
    assert_string_equal(path, "rows[1].expires");
    rows = test_body("[{1: 1, 2: 'GEO', 3: '1', 8: 1}]");
    assert_err(cairn_batch_check(rows, &context, &fault), CAIRN_RULE_ISSUER);
    cairn_shape_write_path(&fault, path);
    assert_string_equal(path, "rows[0]");
}

TEST(issuer_kind_and_number_make_a_row)
{
    struct cairn_shape_fault fault;
    struct cairn_alert_context germany = context;
    germany.author = cairn_bytes_of("DEU");
    struct cairn_bytes rows = test_body("[{1: 1, 2: 'DEU', 3: '1', 8: 1}, {1: 2, 2: 'D', 3: '1', "
                                        "8: 1}, {1: 1, 2: 'D', 3: '1', 8: 1}, "
                                        "{1: 1, 2: 'D', 3: '11', 8: 1}]");
    assert_err(cairn_batch_check(rows, &germany, &fault), CAIRN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_batch_passes_in_any_order),
        cmocka_unit_test(one_number_that_stands_twice_is_found_wherever_it_stands),
        cmocka_unit_test(a_fault_names_its_row),
        cmocka_unit_test(issuer_kind_and_number_make_a_row),
    };
    return cmocka_run_group_tests_name("batch_check", tests, NULL, NULL);
}
