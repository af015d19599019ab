/* Method: each body is built, read back and compared; then each of its fields is taken away,
 * replaced and added, and every byte changed. P-34, P-37, P-40, P-46, P-49, P-51 */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/feedop.h"
#include "schema/pack.h"

#define ARENA_BYTES (1u << 16)

static enum cairn_kind kind_now; /* of the body that decode gets */

/* Body bytes do not come scanned here, so scan them first, as cairn_operation_decode does. */
static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    static uint8_t memory[ARENA_BYTES];
    CAIRN_TRY(cairn_pack_check(bytes, out_fault_at));
    struct cairn_operation operation = {.kind = kind_now, .body = bytes};
    struct cairn_arena arena;
    struct cairn_feedop feedop, before;
    cairn_arena_init(&arena, memory, sizeof memory);
    memset(&feedop, 0xa5, sizeof feedop);
    memcpy(&before, &feedop, sizeof feedop);
    cairn_err err = cairn_feedop_decode(&operation, &arena, &feedop, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&feedop, &before, sizeof feedop);
        assert_int_equal(arena.used_bytes, 0);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_bytes again;
    assert_err(cairn_feedop_encode(&feedop, buffer, bytes.size, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, bytes));
    free(buffer);
    return CAIRN_OK;
}

static struct cairn_bytes encoded(const struct cairn_feedop *feedop)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    struct cairn_bytes bytes;
    kind_now = feedop->kind;
    assert_err(cairn_feedop_encode(feedop, buffer, sizeof buffer, &bytes), CAIRN_OK);
    return bytes;
}

static const struct cairn_wrap wraps[] = {
    {.country = "AUT", .sealing = {1}, .wrap = {2}},
    {.country = "GEO", .sealing = {3}, .wrap = {4}},
};

static struct cairn_feedop open_record(void)
{
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_FEED_OPEN};
    feedop.as.open = (struct cairn_feed_open){
        .nonce = {5},
        .secret_hash = {6},
        .wrap_count = 2,
        .wraps = wraps,
        .is_continuing = true,
        .continues = {7},
    };
    return feedop;
}

static void check_body(const struct cairn_feedop *feedop, const struct mutate_case *cases,
                       size_t count)
{
    struct mutate_place place = {.bytes = encoded(feedop)};
    mutate_fields(&place, cases, count, decode);
    mutate_sweep(place.bytes, decode);
}

#define CHECK_BODY(feedop, cases) check_body((feedop), (cases), sizeof(cases) / sizeof(cases)[0])

TEST(an_open_record_is_laid_out_as_the_protocol_says)
{
    static const struct cairn_wrap one = {.country = "AUT", .sealing = {1}, .wrap = {2}};
    struct cairn_feedop feedop = open_record();
    feedop.as.open.wrap_count = 1;
    feedop.as.open.wraps = &one;
    feedop.as.open.is_continuing = false;
    struct cairn_bytes bytes = encoded(&feedop);
    assert_int_equal(bytes.size, 1 + (1 + 34) * 2 + 1 + 1 + (1 + 4 + 34 + 82));
    assert_memory_equal(bytes.data, "\x83\x01\xc4\x20\x05", 5);
    assert_memory_equal(bytes.data + 36, "\x02\xc4\x20\x06", 4);
    assert_memory_equal(bytes.data + 71,
                        "\x03\x91\x93\xa3"
                        "AUT\xc4\x20\x01",
                        10);
    assert_memory_equal(bytes.data + 112, "\xc4\x50\x02", 3);
}

TEST(members_are_read_back_from_an_open_record)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_feedop feedop = open_record(), back;
    struct cairn_operation operation = {.kind = feedop.kind, .body = encoded(&feedop)};
    size_t fault_at;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_feedop_decode(&operation, &arena, &back, &fault_at), CAIRN_OK);
    assert_int_equal(back.as.open.wrap_count, 2);
    assert_memory_equal(back.as.open.wraps, wraps, sizeof wraps);
    assert_true(back.as.open.is_continuing);
    assert_int_equal(back.as.open.continues[0], 7);

    size_t needed = arena.used_bytes;
    for (size_t size = 0; size < needed; size++) {
        cairn_arena_init(&arena, memory, size);
        cairn_err err = cairn_feedop_decode(&operation, &arena, &back, &fault_at);
        if (err != CAIRN_OK) { /* the arena's own alignment may need less */
            assert_err(err, CAIRN_NO_ROOM);
            assert_int_equal(arena.used_bytes, 0);
        }
    }
}

#define KEY32 "c4200000000000000000000000000000000000000000000000000000000000000000"
#define WRAP80                                                                                     \
    "c450"                                                                                         \
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"     \
    "000000000000000000000000000000000000000000000000000000000000000000000000"
#define MEMBER(country) "93a3" country KEY32 WRAP80
#define AUT             "415554"
#define GEO             "47454f"

TEST(every_wrong_field_of_an_open_record_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {0, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "B31", CAIRN_TOO_LONG, 0},
        {1, "B33", CAIRN_TOO_LONG, 0},
        {1, "T32", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "B33", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "90", CAIRN_PACK_FIELD, 0},
        {3, "A201", CAIRN_TOO_LONG, 0},
        {3, "9100", CAIRN_PACK_TYPE, 1},
        {3, "91" MEMBER(AUT), CAIRN_OK, 0},
        {3, "92" MEMBER(AUT) MEMBER(GEO), CAIRN_OK, 0},
        {3, "92" MEMBER(GEO) MEMBER(AUT), CAIRN_FEED_RECORD, 122},
        {3, "92" MEMBER(AUT) MEMBER(AUT), CAIRN_FEED_RECORD, 122},
        {3, "91" MEMBER("617574"), CAIRN_FEED_RECORD, 2},
        {3, "9193a24155" KEY32 WRAP80, CAIRN_FEED_RECORD, 2},
        {3, "9193a441555454" KEY32 WRAP80, CAIRN_TOO_LONG, 2},
        {3, "9193c403415554" KEY32 WRAP80, CAIRN_PACK_TYPE, 2},
        {3, "9192a3415554" KEY32, CAIRN_FEED_RECORD, 1},
        {3, "9194a3415554" KEY32 WRAP80 "00", CAIRN_FEED_RECORD, 1},
        {3, "9193a3415554" WRAP80 KEY32, CAIRN_TOO_LONG, 6},
        {3, "9193a3415554" KEY32 KEY32, CAIRN_TOO_LONG, 40},
        {3, "9193a3415554" KEY32 "c0", CAIRN_PACK_TYPE, 40},
        {4, NULL, CAIRN_OK, 0},
        {4, "B15", CAIRN_TOO_LONG, 0},
        {4, "B17", CAIRN_TOO_LONG, 0},
        {4, "c0", CAIRN_PACK_TYPE, 0},
        {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop feedop = open_record();
    CHECK_BODY(&feedop, cases);
}

TEST(two_hundred_members_are_taken)
{
    struct cairn_wrap many[CAIRN_LIMIT_MEMBERS + 1];
    memset(many, 0, sizeof many);
    for (uint32_t i = 0; i <= CAIRN_LIMIT_MEMBERS; i++) {
        many[i].country[0] = 'A';
        many[i].country[1] = (char)('A' + i / 26);
        many[i].country[2] = (char)('A' + i % 26);
    }
    struct cairn_feedop feedop = open_record();
    size_t fault_at;
    feedop.as.open.wraps = many;
    feedop.as.open.wrap_count = CAIRN_LIMIT_MEMBERS;
    assert_err(mutate_run(encoded(&feedop), decode, &fault_at), CAIRN_OK);
    feedop.as.open.wrap_count = CAIRN_LIMIT_MEMBERS + 1;
    expect_assert_failure((void)encoded(&feedop));
    feedop.as.open.wrap_count = 0;
    expect_assert_failure((void)encoded(&feedop));
    feedop.as.open.wrap_count = 2;
    memcpy(many[1].country, many[0].country, 4);
    expect_assert_failure((void)encoded(&feedop));
    memcpy(many[1].country, "aut", 4);
    expect_assert_failure((void)encoded(&feedop));
}

TEST(every_wrong_field_of_an_admission_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "a3" GEO, CAIRN_OK, 0},
        {1, "a3676f65", CAIRN_FEED_RECORD, 0},
        {1, "T4", CAIRN_TOO_LONG, 0},
        {1, "00", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "B33", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "90", CAIRN_PACK_FIELD, 0},
        {3, "93" WRAP80 WRAP80 WRAP80, CAIRN_OK, 0},
        {3, "92" WRAP80 KEY32, CAIRN_TOO_LONG, 83},
        {3, "9100", CAIRN_PACK_TYPE, 1},
        {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    static const uint8_t epochs[2][CAIRN_WRAP_BYTES] = {{8}, {9}};
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_FEED_ADMIT};
    feedop.as.admit = (struct cairn_feed_admit){
        .country = "GEO", .sealing = {3}, .wrap_count = 2, .wraps = epochs};
    CHECK_BODY(&feedop, cases);

    static uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_operation operation = {.kind = feedop.kind, .body = encoded(&feedop)};
    size_t fault_at;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_feedop_decode(&operation, &arena, &feedop, &fault_at), CAIRN_OK);
    assert_string_equal(feedop.as.admit.country, "GEO");
    assert_int_equal(feedop.as.admit.wrap_count, 2);
    assert_memory_equal(feedop.as.admit.wraps, epochs, sizeof epochs);
    cairn_arena_init(&arena, memory, sizeof epochs - 1);
    assert_err(cairn_feedop_decode(&operation, &arena, &feedop, &fault_at), CAIRN_NO_ROOM);
}

TEST(every_wrong_field_of_a_rekey_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "00", CAIRN_NUMBER, 0},
        {1, "ceffffffff", CAIRN_OK, 0},
        {1, "cf0000000100000000", CAIRN_NUMBER, 0},
        {1, "c0", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "B31", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "B31", CAIRN_TOO_LONG, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},
        {4, "90", CAIRN_PACK_FIELD, 0},
        {4, "92" MEMBER(GEO) MEMBER(AUT), CAIRN_FEED_RECORD, 122},
        {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_FEED_REKEY};
    feedop.as.rekey = (struct cairn_feed_rekey){.epoch = 1, .wrap_count = 2, .wraps = wraps};
    CHECK_BODY(&feedop, cases);
    feedop.as.rekey.epoch = 0;
    expect_assert_failure((void)encoded(&feedop));
}

TEST(every_wrong_field_of_a_close_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "00", CAIRN_NUMBER, 0},
        {1, "a0", CAIRN_PACK_TYPE, 0},          {1, "cfffffffffffffffff", CAIRN_OK, 0},
        {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_FEED_CLOSE, .as.close = {.size = 300}};
    CHECK_BODY(&feedop, cases);
    feedop.as.close.size = 0;
    expect_assert_failure((void)encoded(&feedop));
}

TEST(every_wrong_field_of_an_invitation_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0}, {1, "B17", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0}, {2, "ff", CAIRN_PACK_TYPE, 0},
        {2, "00", CAIRN_OK, 0},         {3, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_FEED_INVITE, .as.invite = {{9}, 70000}};
    CHECK_BODY(&feedop, cases);
}

TEST(every_wrong_field_of_a_mark_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0}, {1, "c0", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0}, {2, "B16", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0}, {3, "cf0000000100000000", CAIRN_NUMBER, 0},
        {3, "ceffffffff", CAIRN_OK, 0}, {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_CONTROL_MARK,
                                  .as.mark = {1772366400000u, {1}, 3}};
    CHECK_BODY(&feedop, cases);
}

TEST(every_wrong_field_of_a_document_or_policy_is_named_and_placed)
{
    static const struct mutate_case document_cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0}, {1, "B31", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0}, {2, "00", CAIRN_NUMBER, 0},
        {2, "a0", CAIRN_PACK_TYPE, 0},  {3, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    static const struct mutate_case policy_cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "B33", CAIRN_TOO_LONG, 0},
        {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop document = {.kind = CAIRN_KIND_CONTROL_DOCUMENT, .as.document = {{1}, 2}};
    struct cairn_feedop policy = {.kind = CAIRN_KIND_CONTROL_POLICY, .as.policy = {{1}}};
    CHECK_BODY(&document, document_cases);
    CHECK_BODY(&policy, policy_cases);
    document.as.document.serial = 0;
    expect_assert_failure((void)encoded(&document));
}

TEST(every_wrong_field_of_a_receipt_or_missing_is_named_and_placed)
{
    static const struct mutate_case receipt_cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "B32", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},         {2, "c3", CAIRN_PACK_TYPE, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},         {3, "B16", CAIRN_TOO_LONG, 0},
        {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    static const struct mutate_case missing_cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "a161", CAIRN_ORIGIN, 0},
        {1, "T97", CAIRN_TOO_LONG, 0},          {1, "B9", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},         {2, "ff", CAIRN_PACK_TYPE, 0},
        {3, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop receipt = {.kind = CAIRN_KIND_RECEIPT, .as.receipt = {{1}, 500, {2}}};
    struct cairn_feedop missing = {.kind = CAIRN_KIND_MISSING,
                                   .as.missing = {cairn_bytes_of("test/AUT/a/1"), 500}};
    CHECK_BODY(&receipt, receipt_cases);
    CHECK_BODY(&missing, missing_cases);
}

TEST(every_wrong_field_of_a_loss_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "B15", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},         {2, "a161", CAIRN_ORIGIN, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},         {3, "c3", CAIRN_PACK_TYPE, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},         {5, NULL, CAIRN_PACK_FIELD, 0},
        {6, NULL, CAIRN_PACK_FIELD, 0},         {6, "28", CAIRN_NUMBER, 0},
        {7, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop lost = {.kind = CAIRN_KIND_FEED_LOST};
    lost.as.lost = (struct cairn_feed_lost){{1}, cairn_bytes_of("test/AUT/a/1"), 3, 17, 40, 57};
    CHECK_BODY(&lost, cases);
    lost.as.lost.to_leaf = 40;
    expect_assert_failure((void)encoded(&lost));
}

#define SECRET "c4201111111111111111111111111111111111111111111111111111111111111111"

TEST(every_wrong_field_of_handed_keys_is_named_and_placed)
{
    static const uint8_t secrets[CAIRN_FEED_KEYS_MAX + 1][32] = {{1}, {2}, {3}};
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "a161", CAIRN_ORIGIN, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},         {2, "B15", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},         {3, "90", CAIRN_PACK_FIELD, 0},
        {3, "91" SECRET, CAIRN_OK, 0},          {3, "A17", CAIRN_PACK_TYPE, 3},
        {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    static const struct mutate_case pairwise_cases[] = {
        {3, "90", CAIRN_PACK_FIELD, 0}, {3, "92" SECRET SECRET, CAIRN_PACK_FIELD, 0},
        {4, NULL, CAIRN_OK, 0},         {4, "c2", CAIRN_PACK_FIELD, 0},
        {4, "c0", CAIRN_PACK_TYPE, 0},  {4, "01", CAIRN_PACK_TYPE, 0},
    };
    struct cairn_feedop keys = {.kind = CAIRN_KIND_FEED_KEYS};
    keys.as.keys = (struct cairn_feed_keys){.origin = cairn_bytes_of("test/AUT/a/1"),
                                            .feed = {1},
                                            .secret_count = 3,
                                            .secrets = secrets};
    CHECK_BODY(&keys, cases);
    keys.as.keys.secret_count = CAIRN_FEED_KEYS_MAX;
    size_t fault_at;
    struct cairn_bytes whole = encoded(&keys);
    assert_err(mutate_run(whole, decode, &fault_at), CAIRN_OK);

    /* one more: by hand, since our own writer makes none such */
    uint8_t more[1024];
    const uint64_t path[] = {3};
    size_t at = mutate_find(whole, path, 1);
    assert_int_equal(whole.data[at], 0xdc); /* array of 16 bits */
    memcpy(more, whole.data, whole.size);
    more[at + 2]++;
    memcpy(more + whole.size, test_hex(SECRET).data, 34);
    assert_err(mutate_run((struct cairn_bytes){more, whole.size + 34}, decode, &fault_at),
               CAIRN_PACK_FIELD);
    assert_int_equal(fault_at, at);

    keys.as.keys.secret_count = 1;
    keys.as.keys.is_pairwise = true;
    CHECK_BODY(&keys, pairwise_cases);
}

TEST(a_policy_is_text_of_many_lines)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},   {1, "B31", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},   {2, "a0", CAIRN_PACK_FIELD, 0},
        {2, "c0", CAIRN_PACK_TYPE, 0},    {2, "a100", CAIRN_TEXT_FORBIDDEN, 1},
        {2, "T65537", CAIRN_TOO_LONG, 0}, {3, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_POLICY_APPLY,
                                  .as.apply = {{1}, cairn_bytes_of("policy: 1\nroles: {}\n")}};
    CHECK_BODY(&feedop, cases);

    uint8_t buffer[128];
    struct cairn_bytes out = {.size = 77};
    feedop.as.apply.text = cairn_bytes_of("\xff");
    assert_err(cairn_feedop_encode(&feedop, buffer, sizeof buffer, &out), CAIRN_TEXT_UTF8);
    feedop.as.apply.text = (struct cairn_bytes){.data = (const uint8_t *)"\0", .size = 1};
    assert_err(cairn_feedop_encode(&feedop, buffer, sizeof buffer, &out), CAIRN_TEXT_FORBIDDEN);
    feedop.as.apply.text = cairn_bytes_of("policy: 1\n");
    assert_err(cairn_feedop_encode(&feedop, buffer, 40, &out), CAIRN_NO_ROOM);
    assert_int_equal(out.size, 77);
}

TEST(a_kind_that_is_not_of_feeds_is_our_own_mistake)
{
    struct cairn_arena arena;
    struct cairn_feedop feedop = {.kind = CAIRN_KIND_ALERT_ISSUE};
    struct cairn_operation operation = {.kind = CAIRN_KIND_CASE_ACK, .body = test_hex("80")};
    size_t fault_at;
    uint8_t buffer[8];
    struct cairn_bytes out;
    cairn_arena_init(&arena, NULL, 0);
    expect_assert_failure((void)!cairn_feedop_decode(&operation, &arena, &feedop, &fault_at));
    expect_assert_failure((void)!cairn_feedop_encode(&feedop, buffer, sizeof buffer, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_record_is_laid_out_as_the_protocol_says),
        cmocka_unit_test(members_are_read_back_from_an_open_record),
        cmocka_unit_test(every_wrong_field_of_an_open_record_is_named_and_placed),
        cmocka_unit_test(two_hundred_members_are_taken),
        cmocka_unit_test(every_wrong_field_of_an_admission_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_rekey_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_close_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_an_invitation_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_mark_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_document_or_policy_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_receipt_or_missing_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_loss_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_handed_keys_is_named_and_placed),
        cmocka_unit_test(a_policy_is_text_of_many_lines),
        cmocka_unit_test(a_kind_that_is_not_of_feeds_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("feedop", tests, NULL, NULL);
}
