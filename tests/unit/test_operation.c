/* Method: one operation of each family against bytes written by hand; every field taken away,
 * replaced and added; every byte changed. docs/protocol.md, section 4; P-23, P-24, P-36, P-49 */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/operation.h"
#include "schema/pack.h"

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    struct cairn_operation operation, before;
    memset(&operation, 0xa5, sizeof operation);
    memcpy(&before, &operation, sizeof operation);
    cairn_err err = cairn_operation_decode(bytes, &operation, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&operation, &before, sizeof operation);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_bytes again;
    assert_err(cairn_operation_encode(&operation, buffer, bytes.size, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, bytes));
    free(buffer);
    return CAIRN_OK;
}

static struct cairn_id object_id(void)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {0x00, 0x44, 0x32, 0x14, 0xc7,
                                                          0x42, 0x54, 0xb6, 0x35, 0xcf};
    struct cairn_id id;
    cairn_id_make(cairn_bytes_of("AUT"), random, &id);
    return id;
}

/* Everything that an operation can have. */
static struct cairn_operation full_operation(void)
{
    static const uint8_t body[] = {0x81, 0x01, 0x02};
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_ISSUE,
        .has_object = true,
        .object = object_id(),
        .parent_count = 2,
        .after_count = 1,
        .hlc = 5,
        .purpose = cairn_bytes_of("border"),
        .actor_count = 2,
        .actors = {cairn_bytes_of("anna"), cairn_bytes_of("ben")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = body, .size = sizeof body},
    };
    memset(operation.parents[0], 0x11, CAIRN_ID_ENTRY_BYTES);
    memset(operation.parents[1], 0x22, CAIRN_ID_ENTRY_BYTES);
    memset(operation.after[0], 0x33, CAIRN_ID_ENTRY_BYTES);
    return operation;
}

static struct cairn_bytes encoded(const struct cairn_operation *operation)
{
    static uint8_t buffer[4096];
    struct cairn_bytes bytes;
    assert_err(cairn_operation_encode(operation, buffer, sizeof buffer, &bytes), CAIRN_OK);
    return bytes;
}

static struct cairn_operation small_operation(enum cairn_kind kind)
{
    struct cairn_operation operation = full_operation();
    operation.kind = kind;
    operation.has_object = (unsigned)kind >= 32;
    operation.parent_count = 0;
    operation.after_count = 0;
    if ((unsigned)kind < 16) {
        operation.actor_count = 0;
        operation.purpose.size = 0;
        operation.role.size = 0;
    }
    return operation;
}

TEST(the_smallest_operation_has_kind_time_and_body)
{
    struct cairn_bytes wanted = test_hex("83" /* feed.close, hlc 5, {1: 2} */
                                         "0004"
                                         "0305"
                                         "07810102");
    struct cairn_operation operation = small_operation(CAIRN_KIND_FEED_CLOSE);
    assert_true(cairn_bytes_is_equal(encoded(&operation), wanted));
    struct cairn_operation back;
    size_t fault_at;
    assert_err(cairn_operation_decode(wanted, &back, &fault_at), CAIRN_OK);
    assert_int_equal(back.kind, CAIRN_KIND_FEED_CLOSE);
    assert_false(back.has_object);
    assert_int_equal(back.hlc, 5);
    assert_int_equal(back.purpose.size + back.role.size + back.actor_count, 0);
    assert_int_equal(back.parent_count + back.after_count, 0);
    assert_ptr_equal(back.body.data, wanted.data + 6);
    assert_int_equal(back.body.size, 3);
}

TEST(the_largest_operation_has_nine_fields_in_order)
{
    struct cairn_operation operation = full_operation(), back;
    struct cairn_bytes bytes = encoded(&operation);
    size_t fault_at;
    assert_int_equal(bytes.data[0], 0x89);
    assert_err(cairn_operation_decode(bytes, &back, &fault_at), CAIRN_OK);
    assert_int_equal(back.kind, CAIRN_KIND_ALERT_ISSUE);
    assert_true(cairn_id_is_equal(&back.object, &operation.object));
    assert_int_equal(back.parent_count, 2);
    assert_memory_equal(back.parents, operation.parents, 64);
    assert_int_equal(back.after_count, 1);
    assert_memory_equal(back.after, operation.after, 32);
    assert_true(cairn_bytes_is_equal(back.purpose, cairn_bytes_of("border")));
    assert_int_equal(back.actor_count, 2);
    assert_true(cairn_bytes_is_equal(back.actors[1], cairn_bytes_of("ben")));
    assert_true(cairn_bytes_is_equal(back.role, cairn_bytes_of("bureau")));
    assert_true(cairn_bytes_is_equal(back.body, operation.body));
}

TEST(every_kind_has_the_fields_of_its_family)
{
#define KIND(name, number, text) CAIRN_KIND_##name,
    static const enum cairn_kind kinds[] = {CAIRN_KIND_LIST(KIND)};
#undef KIND
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct cairn_operation operation = small_operation(kinds[i]);
        size_t fault_at;
        struct cairn_bytes bytes = encoded(&operation);
        assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_OK);
        struct mutate_place place = {.bytes = bytes};
        bool has_person = (unsigned)kinds[i] >= 16, has_object = (unsigned)kinds[i] >= 32;
        struct cairn_id id = object_id();
        char object[2 * (CAIRN_ID_OBJECT_BYTES + 1) + 1] = "b6";
        for (size_t at = 0; at < CAIRN_ID_OBJECT_BYTES; at++) {
            static const char digits[] = "0123456789abcdef";
            object[2 + 2 * at] = digits[(uint8_t)id.text[at] >> 4];
            object[3 + 2 * at] = digits[id.text[at] & 15];
        }
        const struct mutate_case cases[] = {
            {1, has_object ? NULL : object,
             has_object ? CAIRN_PACK_FIELD : CAIRN_PACK_UNKNOWN_FIELD, 0},
            {4, has_person ? NULL : "T6", has_person ? CAIRN_PACK_FIELD : CAIRN_PACK_UNKNOWN_FIELD,
             0},
            {5, has_person ? NULL : "91a161",
             has_person ? CAIRN_PACK_FIELD : CAIRN_PACK_UNKNOWN_FIELD, 0},
            {6, has_person ? NULL : "T6", has_person ? CAIRN_PACK_FIELD : CAIRN_PACK_UNKNOWN_FIELD,
             0},
        };
        MUTATE_FIELDS(&place, cases, decode);
    }
}

#define ID_1 "c4201111111111111111111111111111111111111111111111111111111111111111"
#define ID_1B                                                                                      \
    "c420"                                                                                         \
    "1111111111111111111111111111111111111111111111111111111111111112"
#define ID_2 "c4202222222222222222222222222222222222222222222222222222222222222222"

TEST(every_wrong_field_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {0, NULL, CAIRN_PACK_FIELD, 0},
        {0, "00", CAIRN_KIND_UNKNOWN, 0},
        {0, "0d", CAIRN_KIND_UNKNOWN, 0},
        {0, "cd0100", CAIRN_KIND_UNKNOWN, 0},
        {0, "cf0000000100000020", CAIRN_KIND_UNKNOWN, 0},
        {0, "a132", CAIRN_PACK_TYPE, 0},
        {0, "cc20", CAIRN_PACK_MINIMAL, 0},
        {1, "T22", CAIRN_ID, 0},
        {1, "T23", CAIRN_TOO_LONG, 0},
        {1, "a0", CAIRN_ID, 0},
        {1, "B22", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_OK, 0},
        {2, "90", CAIRN_PACK_FIELD, 0},
        {2, "A17", CAIRN_TOO_LONG, 0},
        {2,
         "81"
         "00"
         "00",
         CAIRN_PACK_TYPE, 0},
        {2, "91" ID_1, CAIRN_OK, 0},
        {2, "92" ID_1 ID_1, CAIRN_OPERATION, 35},
        {2, "92" ID_2 ID_1, CAIRN_OPERATION, 35},
        {2,
         "91"
         "c400",
         CAIRN_TOO_LONG, 1},
        {2, "92" ID_1 ID_1B, CAIRN_OK, 0},
        {2, "92" ID_1B ID_1, CAIRN_OPERATION, 35},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "ff", CAIRN_PACK_TYPE, 0},
        {3, "cfffffffffffffffff", CAIRN_OK, 0},
        {4, "a0", CAIRN_PACK_FIELD, 0},
        {4, "T32", CAIRN_OK, 0},
        {4, "T33", CAIRN_TOO_LONG, 0},
        {4, "a161", CAIRN_OK, 0},
        {4, "a10a", CAIRN_TEXT_FORBIDDEN, 0},
        {4, "a2c080", CAIRN_TEXT_UTF8, 1},
        {4, "c0", CAIRN_PACK_TYPE, 0},
        {5, "90", CAIRN_PACK_FIELD, 0},
        {5, "93a161a162a163", CAIRN_TOO_LONG, 0},
        {5, "91a0", CAIRN_PACK_FIELD, 1},
        {5, "9100", CAIRN_PACK_TYPE, 1},
        {5, "92a161a3e2808e", CAIRN_TEXT_FORBIDDEN, 3},
        {5, "T3", CAIRN_PACK_TYPE, 0},
        {6, "a0", CAIRN_PACK_FIELD, 0},
        {6, "T16", CAIRN_OK, 0},
        {6, "T17", CAIRN_TOO_LONG, 0},
        {6, "B3", CAIRN_PACK_TYPE, 0},
        {7, NULL, CAIRN_PACK_FIELD, 0},
        {7, "80", CAIRN_OK, 0},
        {7, "90", CAIRN_PACK_TYPE, 0},
        {7, "c0", CAIRN_PACK_TYPE, 0},
        {7, "82020001", CAIRN_PACK_KEY, 3},
        {7, "8101ca00000000", CAIRN_PACK_FORBIDDEN, 2},
        {8, NULL, CAIRN_OK, 0},
        {8, "90", CAIRN_PACK_FIELD, 0},
        {8, "A17", CAIRN_TOO_LONG, 0},
        {8, "92" ID_2 ID_1, CAIRN_OPERATION, 35},
        {9, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
        {255, "c0", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_operation operation = full_operation();
    struct mutate_place place = {.bytes = encoded(&operation)};
    MUTATE_FIELDS(&place, cases, decode);
}

TEST(every_cut_fails_and_every_changed_byte_is_kept_or_found)
{
    struct cairn_operation operation = full_operation();
    mutate_sweep(encoded(&operation), decode);
    operation = small_operation(CAIRN_KIND_RECEIPT);
    mutate_sweep(encoded(&operation), decode);
}

TEST(sixteen_parents_are_taken_and_read_back)
{
    struct cairn_operation operation = full_operation();
    operation.parent_count = CAIRN_LIMIT_PARENTS;
    operation.after_count = CAIRN_LIMIT_PARENTS;
    for (uint8_t i = 0; i < CAIRN_LIMIT_PARENTS; i++) {
        memset(operation.parents[i], i, CAIRN_ID_ENTRY_BYTES);
        memset(operation.after[i], 0xf0 + i, CAIRN_ID_ENTRY_BYTES);
    }
    size_t fault_at;
    assert_err(mutate_run(encoded(&operation), decode, &fault_at), CAIRN_OK);
    uint8_t buffer[8];
    struct cairn_bytes out;
    operation.parent_count++;
    expect_assert_failure((void)!cairn_operation_encode(&operation, buffer, sizeof buffer, &out));
}

/* A body {1: bin} that makes the whole operation this large. */
static struct cairn_bytes operation_of_size(enum cairn_kind kind, size_t size)
{
    static uint8_t buffer[CAIRN_LIMIT_BATCH_BYTES + 64];
    static uint8_t body[CAIRN_LIMIT_BATCH_BYTES + 64];
    struct cairn_operation operation = small_operation(kind);
    size_t head = encoded(&operation).size - operation.body.size;
    size_t bin = size - head - 5; /* the map, the key, a length in two bytes */
    bin -= bin > UINT16_MAX ? 2 : 0;
    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    cairn_pack_writer_init(&writer, body, sizeof body);
    cairn_pack_put_map(&writer, 1);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){.data = buffer, .size = bin});
    assert_err(cairn_pack_end(&writer, &bytes), CAIRN_OK);
    struct cairn_bytes start = encoded(&operation);
    memcpy(buffer, start.data, head);
    memcpy(buffer + head, bytes.data, bytes.size);
    return (struct cairn_bytes){.data = buffer, .size = head + bytes.size};
}

TEST(only_a_batch_may_be_larger_than_64_kib)
{
    static const struct {
        enum cairn_kind kind;
        size_t size;
        cairn_err err;
    } cases[] = {
        {CAIRN_KIND_ALERT_ISSUE, CAIRN_LIMIT_OPERATION_BYTES + 1, CAIRN_TOO_LONG},
        {CAIRN_KIND_ALERT_ISSUE, CAIRN_LIMIT_BATCH_BYTES, CAIRN_TOO_LONG},
        {CAIRN_KIND_ALERT_BATCH, CAIRN_LIMIT_OPERATION_BYTES + 1, CAIRN_OK},
        {CAIRN_KIND_ALERT_BATCH, CAIRN_LIMIT_BATCH_BYTES, CAIRN_OK},
        {CAIRN_KIND_ALERT_BATCH, CAIRN_LIMIT_BATCH_BYTES + 1, CAIRN_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t fault_at;
        struct cairn_bytes bytes = operation_of_size(cases[i].kind, cases[i].size);
        assert_int_equal(bytes.size, cases[i].size);
        assert_err(mutate_run(bytes, decode, &fault_at), cases[i].err);
        assert_int_equal(fault_at, cases[i].err == CAIRN_OK ? SIZE_MAX : 0);
    }
    /* nor is a larger one scanned, or read as one of a kind of another version */
    struct cairn_operation_head head = {.kind = 77};
    static uint8_t larger[CAIRN_LIMIT_BATCH_BYTES + 1];
    struct cairn_bytes bytes = {.data = larger, .size = sizeof larger};
    memset(larger, 0xc1, sizeof larger);
    size_t fault_at = 77;
    struct cairn_operation operation;
    assert_err(cairn_operation_decode(bytes, &operation, &fault_at), CAIRN_TOO_LONG);
    assert_int_equal(fault_at, 0);
    assert_err(cairn_operation_peek(bytes, &head), CAIRN_TOO_LONG);
    assert_int_equal(head.kind, 77);
    assert_int_equal(cairn_kind_limit(CAIRN_KIND_ALERT_BATCH), CAIRN_LIMIT_BATCH_BYTES);
    assert_int_equal(cairn_kind_limit(CAIRN_KIND_CASE_REQUEST), CAIRN_LIMIT_OPERATION_BYTES);
}

TEST(nothing_is_encoded_that_would_not_be_decoded)
{
    uint8_t buffer[4096];
    struct cairn_bytes out = {.size = 77};
    struct cairn_operation operation = full_operation();
    operation.actors[1] = cairn_bytes_of("b\nen");
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &out),
               CAIRN_TEXT_FORBIDDEN);
    operation = full_operation();
    operation.purpose = cairn_bytes_of("");
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &out), CAIRN_PACK_FIELD);
    operation = full_operation();
    operation.has_object = false;
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &out), CAIRN_PACK_FIELD);
    operation = full_operation();
    memcpy(operation.parents[0], operation.parents[1], CAIRN_ID_ENTRY_BYTES);
    assert_err(cairn_operation_encode(&operation, buffer, sizeof buffer, &out), CAIRN_OPERATION);
    operation = full_operation();
    size_t size = encoded(&operation).size;
    assert_err(cairn_operation_encode(&operation, buffer, size - 1, &out), CAIRN_NO_ROOM);
    assert_int_equal(out.size, 77);
    assert_err(cairn_operation_encode(&operation, buffer, size, &out), CAIRN_OK);
}

TEST(what_versions_have_in_common_is_read_of_unknown_kinds)
{
    struct cairn_id id = object_id();
    struct cairn_operation operation = full_operation();
    struct cairn_bytes bytes = encoded(&operation);
    uint8_t copy[4096];
    memcpy(copy, bytes.data, bytes.size);
    copy[2] = 0x2a; /* kind 42 */
    bytes.data = copy;
    struct cairn_operation_head head = {.kind = 77};
    size_t fault_at;
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_KIND_UNKNOWN);
    assert_err(cairn_operation_peek(bytes, &head), CAIRN_OK);
    assert_int_equal(head.kind, 42);
    assert_true(head.has_object);
    assert_true(cairn_id_is_equal(&head.object, &id));
    assert_int_equal(head.hlc, 5);

    /* kind 300, hlc 7, and fields that this version does not know */
    assert_err(cairn_operation_peek(test_hex("8400cd012c030707c00c01"), &head), CAIRN_OK);
    assert_int_equal(head.kind, 300);
    assert_false(head.has_object);
    assert_int_equal(head.hlc, 7);
    struct cairn_operation_head before = head;
    assert_err(cairn_operation_peek(test_hex("8100cd012c"), &head), CAIRN_PACK_FIELD);
    assert_err(cairn_operation_peek(test_hex("810307"), &head), CAIRN_PACK_FIELD);
    assert_err(cairn_operation_peek(test_hex("830001"
                                             "01a161"
                                             "0307"),
                                    &head),
               CAIRN_ID);
    assert_err(cairn_operation_peek(test_hex("c0"), &head), CAIRN_PACK_TYPE);
    assert_err(cairn_operation_peek(test_hex("ca00000000"), &head), CAIRN_PACK_FORBIDDEN);
    assert_memory_equal(&head, &before, sizeof head);
}

TEST(kinds_have_their_published_numbers_and_names)
{
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {
        {1, "feed.open"},        {2, "feed.admit"},      {3, "feed.rekey"},
        {4, "feed.close"},       {5, "feed.invite"},     {6, "control.mark"},
        {7, "control.document"}, {8, "control.policy"},  {9, "receipt"},
        {10, "missing"},         {11, "feed.lost"},      {12, "feed.keys"},
        {16, "access.lookup"},   {17, "policy.apply"},   {32, "alert.issue"},
        {33, "alert.amend"},     {34, "alert.withdraw"}, {35, "alert.leave"},
        {36, "alert.batch"},     {64, "case.request"},   {65, "case.ack"},
        {66, "case.accept"},     {67, "case.refuse"},    {68, "case.withdraw"},
    };
    size_t found_count = 0;
    for (uint64_t number = 0; number < 300; number++) {
        enum cairn_kind kind;
        found_count += cairn_kind_of_number(number, &kind) ? 1 : 0;
    }
    assert_int_equal(found_count, sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum cairn_kind kind, same;
        assert_true(cairn_kind_of_number(cases[i].number, &kind));
        assert_int_equal(kind, cases[i].number);
        assert_string_equal(cairn_kind_text(kind), cases[i].text);
        assert_true(cairn_kind_of_text(cairn_bytes_of(cases[i].text), &same));
        assert_int_equal(kind, same);
    }
    enum cairn_kind kind = CAIRN_KIND_MISSING;
    assert_false(cairn_kind_of_text(cairn_bytes_of("alert.issu"), &kind));
    assert_false(cairn_kind_of_text(cairn_bytes_of(""), &kind));
    assert_int_equal(kind, CAIRN_KIND_MISSING);
}

TEST(kinds_fall_into_the_families_that_rules_speak_of)
{
#define KIND(name, number, text) CAIRN_KIND_##name,
    static const enum cairn_kind kinds[] = {CAIRN_KIND_LIST(KIND)};
#undef KIND
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint32_t number = (uint32_t)kinds[i];
        assert_int_equal(cairn_kind_is_clear(kinds[i]), number <= 4);
        assert_int_equal(cairn_kind_is_last(kinds[i]), number == 3 || number == 4);
        assert_int_equal(cairn_kind_is_plumbing(kinds[i]), number < 16);
        assert_int_equal(cairn_kind_is_alert(kinds[i]), number >= 32 && number < 64);
        assert_int_equal(cairn_kind_is_case(kinds[i]), number >= 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_operation_has_kind_time_and_body),
        cmocka_unit_test(the_largest_operation_has_nine_fields_in_order),
        cmocka_unit_test(every_kind_has_the_fields_of_its_family),
        cmocka_unit_test(every_wrong_field_is_named_and_placed),
        cmocka_unit_test(every_cut_fails_and_every_changed_byte_is_kept_or_found),
        cmocka_unit_test(sixteen_parents_are_taken_and_read_back),
        cmocka_unit_test(only_a_batch_may_be_larger_than_64_kib),
        cmocka_unit_test(nothing_is_encoded_that_would_not_be_decoded),
        cmocka_unit_test(what_versions_have_in_common_is_read_of_unknown_kinds),
        cmocka_unit_test(kinds_have_their_published_numbers_and_names),
        cmocka_unit_test(kinds_fall_into_the_families_that_rules_speak_of),
    };
    return cmocka_run_group_tests_name("operation", tests, NULL, NULL);
}
