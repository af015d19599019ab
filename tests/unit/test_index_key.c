#include "replication/merge/index_key.h"

#include <string.h>

#include "tests/lib/ops.h"

static struct cairn_bytes view_key(const struct cairn_index_key *key)
{
    return (struct cairn_bytes){key->data, key->size};
}

static struct cairn_bytes view_value(const struct cairn_index_value *value)
{
    return (struct cairn_bytes){value->data, value->size};
}

static struct cairn_index_hit make_hit(void)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {9};
    struct cairn_index_hit hit = {.row = 17,
                                  .category = CAIRN_ALERT_DBL,
                                  .action = CAIRN_ALERT_ACTION_SEIZE_DOC,
                                  .document_kind = 1,
                                  .document_status = 5,
                                  .from_ms = 1000,
                                  .expires_ms = 2000};
    cairn_id_make(cairn_bytes_of("DEU"), random, &hit.object);
    return hit;
}

static void assert_same_hit(const struct cairn_index_hit *got, const struct cairn_index_hit *wanted)
{
    assert_string_equal(got->object.text, wanted->object.text);
    assert_int_equal(got->row, wanted->row);
    assert_int_equal(got->category, wanted->category);
    assert_int_equal(got->action, wanted->action);
    assert_int_equal(got->document_kind, wanted->document_kind);
    assert_int_equal(got->document_status, wanted->document_status);
    assert_true(got->from_ms == wanted->from_ms);
    assert_true(got->expires_ms == wanted->expires_ms);
    assert_true(cairn_bytes_is_equal(got->number_first, wanted->number_first));
    assert_true(cairn_bytes_is_equal(got->number_last, wanted->number_last));
    assert_true(cairn_bytes_is_equal(got->birth, wanted->birth));
}

/* Every cut of key or value is refused or means something else, and none crashes. */
static void sweep(const struct cairn_index_key *key, const struct cairn_index_value *value)
{
    struct cairn_index_hit hit;
    for (size_t size = 0; size < key->size; size++) {
        uint8_t *tight = ops_take(size);
        memcpy(tight, key->data, size);
        assert_err(
            cairn_index_key_read_hit((struct cairn_bytes){tight, size}, view_value(value), &hit),
            CAIRN_DISK_CORRUPT);
    }
    for (size_t size = 0; size < value->size; size++) {
        assert_err(
            cairn_index_key_read_hit(view_key(key), (struct cairn_bytes){value->data, size}, &hit),
            CAIRN_DISK_CORRUPT);
    }
}

TEST(a_document_is_found_whatever_its_issuer_is_called)
{
    struct cairn_index_key by_zone =
        cairn_index_key_document(cairn_bytes_of("D"), cairn_bytes_of("C01X00T47"));
    struct cairn_index_key by_state =
        cairn_index_key_document(cairn_bytes_of("DEU"), cairn_bytes_of("C01X00T47"));
    assert_true(cairn_bytes_is_equal(view_key(&by_zone), view_key(&by_state)));
    struct cairn_index_hit hit = make_hit(), got;
    struct cairn_index_value value;
    cairn_index_key_write_hit(&hit, &by_zone, &value);
    assert_memory_equal(by_zone.data, by_state.data, by_state.size);
    assert_err(cairn_index_key_read_hit(view_key(&by_zone), view_value(&value), &got), CAIRN_OK);
    assert_same_hit(&got, &hit);
    sweep(&by_zone, &value);
}

TEST(a_number_that_begins_another_does_not_find_it)
{
    struct cairn_index_key longer =
        cairn_index_key_document(cairn_bytes_of("AUT"), cairn_bytes_of("P12"));
    struct cairn_index_key shorter =
        cairn_index_key_document(cairn_bytes_of("AUT"), cairn_bytes_of("P1"));
    assert_true(memcmp(longer.data, shorter.data, shorter.size) != 0);
}

TEST(what_can_be_no_key_finds_nothing)
{
    static const char *const numbers[] = {"", "p1", "P 1", "P12345678901234567890"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(
            cairn_index_key_document(cairn_bytes_of("AUT"), cairn_bytes_of(numbers[i])).size, 0);
        assert_int_equal(
            cairn_index_key_range(cairn_bytes_of("AUT"), cairn_bytes_of(numbers[i])).size, 0);
    }
    assert_int_equal(cairn_index_key_document(cairn_bytes_of(""), cairn_bytes_of("P1")).size, 0);
    assert_int_equal(cairn_index_key_document(cairn_bytes_of("ABCD"), cairn_bytes_of("P1")).size,
                     0);
    struct cairn_namekey name = {.size = 0};
    assert_int_equal(cairn_index_key_name(&name).size, 0);
    assert_int_equal(cairn_index_key_alerts(cairn_bytes_of("AU")).size, 0);
}

TEST(a_range_holds_the_numbers_between_its_ends)
{
    static const struct {
        const char *number;
        bool is_inside;
    } cases[] = {
        {"P0001990", true},  {"P0002000", true},   {"P0002010", true},  {"P0001989", false},
        {"P0002011", false}, {"P000200A", false},  {"Q0002000", false}, {"P002000", false},
        {"", false},         {"P00020000", false},
    };
    struct cairn_index_hit hit = make_hit(), got;
    struct cairn_index_value value;
    hit.number_first = cairn_bytes_of("P0001990");
    hit.number_last = cairn_bytes_of("P0002010");
    struct cairn_index_key key =
        cairn_index_key_range(cairn_bytes_of("D"), cairn_bytes_of("P0001990"));
    struct cairn_index_key same =
        cairn_index_key_range(cairn_bytes_of("D"), cairn_bytes_of("P0001001"));
    assert_true(cairn_bytes_is_equal(view_key(&key), view_key(&same)));
    cairn_index_key_write_hit(&hit, &key, &value);
    assert_err(cairn_index_key_read_hit(view_key(&key), view_value(&value), &got), CAIRN_OK);
    assert_same_hit(&got, &hit);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cairn_index_key_holds(&got, cairn_bytes_of(cases[i].number)),
                         cases[i].is_inside);
    }
    sweep(&key, &value);
}

TEST(a_name_is_found_with_each_birth_date)
{
    struct cairn_namekey name;
    struct cairn_index_hit hit = make_hit(), got;
    struct cairn_index_value value;
    assert_err(
        cairn_namekey_make(cairn_bytes_of("M\xc3\xbcller"), cairn_bytes_of("J\xc3\xbcrgen"), &name),
        CAIRN_OK);
    struct cairn_index_key prefix = cairn_index_key_name(&name), key = prefix;
    hit.row = CAIRN_INDEX_KEY_NO_ROW;
    hit.document_kind = 0;
    hit.birth = cairn_bytes_of("1974-08-XX");
    cairn_index_key_write_hit(&hit, &key, &value);
    assert_memory_equal(key.data, prefix.data, prefix.size);
    assert_err(cairn_index_key_read_hit(view_key(&key), view_value(&value), &got), CAIRN_OK);
    assert_same_hit(&got, &hit);
    sweep(&key, &value);
    key = prefix;
    hit.birth = (struct cairn_bytes){NULL, 0};
    cairn_index_key_write_hit(&hit, &key, &value);
    assert_err(cairn_index_key_read_hit(view_key(&key), view_value(&value), &got), CAIRN_OK);
    assert_same_hit(&got, &hit);
}

TEST(lists_read_back_from_both_sides)
{
    struct cairn_index_entry entry = {.object = make_hit().object,
                                      .space = CAIRN_OPSET_CASE,
                                      .country = "DEU",
                                      .requested = "GEO",
                                      .status = CAIRN_CASE_STATUS_REFUSED,
                                      .first_hlc = 5,
                                      .changed_hlc = 6};
    for (uint32_t side = 0; side < 3; side++) {
        struct cairn_index_entry got;
        struct cairn_index_key key, prefix = cairn_index_key_requests_by(cairn_bytes_of("DEU"));
        struct cairn_index_value value;
        if (side == 1) {
            prefix = cairn_index_key_requests_to(cairn_bytes_of("GEO"));
        }
        if (side == 2) {
            prefix = cairn_index_key_alerts(cairn_bytes_of("DEU"));
            entry.space = CAIRN_OPSET_ALERT;
            entry.requested[0] = '\0';
            entry.category = CAIRN_ALERT_WARN;
            entry.action = CAIRN_ALERT_ACTION_INFORM_ONLY;
            entry.from_ms = 3;
            entry.expires_ms = 4;
        }
        cairn_index_key_write_entry(&entry, side == 1, &key, &value);
        assert_memory_equal(key.data, prefix.data, prefix.size);
        assert_err(cairn_index_key_read_entry(view_key(&key), view_value(&value), &got), CAIRN_OK);
        assert_string_equal(got.object.text, entry.object.text);
        assert_int_equal(got.space, entry.space);
        assert_string_equal(got.country, entry.country);
        assert_int_equal(got.requested[0], entry.requested[0]);
        assert_int_equal(got.status, entry.status);
        assert_int_equal(got.category, entry.category);
        assert_int_equal(got.action, entry.action);
        assert_true(got.from_ms == entry.from_ms && got.expires_ms == entry.expires_ms);
        assert_true(got.first_hlc == 5 && got.changed_hlc == 6);
        for (size_t size = 0; size < key.size; size++) {
            struct cairn_bytes cut = {key.data, size};
            assert_err(cairn_index_key_read_entry(cut, view_value(&value), &got),
                       CAIRN_DISK_CORRUPT);
        }
        assert_err(cairn_index_key_read_hit(view_key(&key), view_value(&value),
                                            &(struct cairn_index_hit){0}),
                   CAIRN_DISK_CORRUPT);
    }
    assert_int_equal(cairn_index_key_alerts((struct cairn_bytes){NULL, 0}).size, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_found_whatever_its_issuer_is_called),
        cmocka_unit_test(a_number_that_begins_another_does_not_find_it),
        cmocka_unit_test(what_can_be_no_key_finds_nothing),
        cmocka_unit_test(a_range_holds_the_numbers_between_its_ends),
        cmocka_unit_test(a_name_is_found_with_each_birth_date),
        cmocka_unit_test(lists_read_back_from_both_sides),
    };
    return cmocka_run_group_tests_name("index_key", tests, NULL, NULL);
}
