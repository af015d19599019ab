/* Law: whatever is done to the bytes of a body, the checks give a verdict and do not panic, and a
 * body that they pass can be read from end to end. */
#include "tests/lib/test.h"

#include <string.h>

#include "schema/alert/alert.h"
#include "schema/alert/alert_check.h"
#include "schema/case/case_check.h"
#include "schema/pack.h"
#include "tests/lib/body.h"

#define ROUNDS    200000u
#define BYTES_MAX 1024u

static const struct {
    enum cairn_kind kind;
    const char *body;
} seeds[] = {
    {CAIRN_KIND_ALERT_ISSUE,
     "{1: 12, 2: 13, 4: 90, 5: 'text', 6: 'AUT-bka', 7: 1772366400000, 8: 1788000000000, "
     "9: '2026-07-01', 10: {1: 2, 2: 1, 3: 2, 4: 1}, 11: 'x', 12: 'de', 13: [{1: 1, 2: 'Doe', 6: "
     "1, "
     "7: 'DOE<<J'}], 14: ['1980-05-17', '1970/1975'], 15: 1, 16: {1: 'GEO', 2: 'x'}, "
     "17: ['GEO', 'D'], 18: [{1: 1, 2: 'GEO', 3: 'P1', 4: '2020-01-01', 5: '2030-01-01'}], "
     "19: ['scar'], 20: [1, 2], 21: {1: 'x', 2: '2026-02-01', 3: 'y'}, 23: false, "
     "25: {1: 1, 2: 'x'}}"},
    {CAIRN_KIND_ALERT_ISSUE,
     "{1: 14, 2: 14, 4: 102, 6: 'AUT-bka', 7: 1772366400000, 8: 1788000000000, 10: {1: 2, 2: 1, "
     "3: 2, 4: 1}, 11: 'x', 18: [{1: 1, 2: 'AUT', 3: 'P0001', 7: 'P0999'}], 27: 5}"},
    {CAIRN_KIND_ALERT_AMEND, "{1: {2: 13, 6: 'AUT-x', 21: {1: 'x', 2: '2026-02-01', 3: 'y'}}, "
                             "2: {13: [{1: 4, 3: 'J', 6: 2}], 14: ['1980-XX-XX']}}"},
    {CAIRN_KIND_ALERT_WITHDRAW, "{1: 4, 3: 'AUT-0123456789ABCDEF-0', 4: [1, 2, 300]}"},
    {CAIRN_KIND_ALERT_BATCH,
     "{1: 13, 2: 14, 4: 101, 6: 'AUT-b', 7: 1772366400000, 8: 1788000000000, 10: {1: 1, 2: 1, 3: "
     "1, "
     "4: 3}, 11: 'x', 28: [{1: 2, 2: 'AUT', 3: 'P2', 8: 1}, {1: 1, 2: 'AUT', 3: 'P2', 4: "
     "'2020-01-01', 5: '2030-01-01', 8: 2}]}"},
    {CAIRN_KIND_CASE_REQUEST,
     "{1: 'A/1', 2: 'AUT', 3: 'GEO', 4: "
     "x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f', 5: 3, 6: 2, 7: 3, "
     "8: {1: true, 2: '2026-02-20'}, 9: '2026-02-01', 10: '2026-02-27', 11: [{1: 1, 2: 'Doe', "
     "6: '1980-05-17', 9: ['GEO']}, {1: 3, 3: 'J', 6: '2010-XX-XX', 9: ['AZE'], 14: ['x']}], "
     "12: [{1: 1, 2: 'GEO', 3: '12', 9: 1}], 15: 1, 16: [{1: 2, 2: 0, 3: 1}], 17: true, "
     "18: {1: 1, 2: 'x', 3: true}, 19: 'x', 20: ['TUR']}"},
    {CAIRN_KIND_CASE_ACCEPT, "{1: false, 2: [0, 1, 2], 3: 'A', 4: 'x'}"},
    {CAIRN_KIND_CASE_REFUSE, "{1: [1, 2, 15], 2: 'x'}"},
};

static size_t change(struct test_rng *rng, uint8_t *bytes, size_t size)
{
    uint32_t count = 1 + test_rng_below(rng, 3);
    for (uint32_t i = 0; i < count; i++) {
        size_t at = test_rng_below(rng, (uint32_t)size);
        switch (test_rng_below(rng, 4)) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << test_rng_below(rng, 8));
            break;
        case 1:
            bytes[at] = (uint8_t)test_rng_below(rng, 256);
            break;
        case 2:
            bytes[at] = bytes[test_rng_below(rng, (uint32_t)size)];
            break;
        default:
            bytes[at] = (uint8_t)(bytes[at] + 1);
            break;
        }
    }
    return size;
}

static uint32_t read_whole(struct cairn_bytes body)
{
    struct cairn_alert alert;
    struct cairn_shape_list list;
    struct cairn_alert_name name;
    struct cairn_civil_birth birth;
    struct cairn_bytes code;
    struct cairn_document document;
    uint32_t count = 0;
    cairn_alert_read(body, &alert);
    cairn_shape_list_init(&list, alert.names);
    while (cairn_alert_next_name(&list, &name)) {
        count++;
    }
    cairn_shape_list_init(&list, alert.births);
    while (cairn_alert_next_birth(&list, &birth)) {
        count++;
    }
    cairn_shape_list_init(&list, alert.nationalities);
    while (cairn_alert_next_code(&list, &code)) {
        count++;
    }
    cairn_shape_list_init(&list, alert.documents);
    while (cairn_alert_next_document(&list, &document)) {
        count += cairn_document_count(&document) > 0;
    }
    cairn_shape_list_init(&list, alert.rows);
    while (cairn_alert_next_row(&list, &document)) {
        count++;
    }
    return count;
}

static cairn_err check(const struct cairn_operation *operation, struct cairn_shape_fault *fault)
{
    struct cairn_bytes author = cairn_bytes_of("AUT");
    return cairn_kind_is_alert(operation->kind) ? cairn_alert_check(operation, author, true, fault)
                                                : cairn_case_check(operation, author, true, fault);
}

TEST(a_changed_body_is_refused_or_can_be_read)
{
    struct test_rng rng = test_rng_open();
    uint32_t passed = 0, refused = 0;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct cairn_bytes seed = test_body(seeds[i].body);
        assert_true(seed.size <= BYTES_MAX);
        bool is_answer =
            seeds[i].kind == CAIRN_KIND_CASE_ACCEPT || seeds[i].kind == CAIRN_KIND_CASE_REFUSE;
        struct cairn_operation operation =
            test_operation(seeds[i].kind, is_answer ? "GEO" : "AUT", seed);
        struct cairn_shape_fault fault = {.err = CAIRN_OK};
        assert_err(check(&operation, &fault), CAIRN_OK);
        for (uint32_t round = 0; round < ROUNDS / 8; round++) {
            uint8_t bytes[BYTES_MAX];
            size_t fault_at = 0;
            memcpy(bytes, seed.data, seed.size);
            operation.body = (struct cairn_bytes){bytes, change(&rng, bytes, seed.size)};
            if (cairn_pack_check(operation.body, &fault_at) != CAIRN_OK) {
                continue;
            }
            fault.err = CAIRN_OK;
            cairn_err err = check(&operation, &fault);
            assert_err(fault.err, err);
            refused += err != CAIRN_OK;
            if (err == CAIRN_OK && (operation.kind == CAIRN_KIND_ALERT_ISSUE ||
                                    operation.kind == CAIRN_KIND_ALERT_BATCH)) {
                assert_true(read_whole(operation.body) > 0);
                passed++;
            }
        }
    }
    assert_true(passed > 100);
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_changed_body_is_refused_or_can_be_read)};
    return cmocka_run_group_tests_name("checked_bodies_read", tests, NULL, NULL);
}
