#include "node/screenrow.h"

#include "schema/feedop.h"
#include "tests/lib/test.h"

#include <string.h>

#define NOW_MS UINT64_C(1772366400000)

static struct cairn_screenrow_book *book;
static struct cairn_screening_question question;
static struct cairn_lookup_hits hits;
static uint8_t memory[4u << 20];
static struct cairn_feedop said;

static int open_book(void **state)
{
    (void)state;
    memset(&hits, 0, sizeof hits);
    memset(&question, 0, sizeof question);
    question.type = CAIRN_LOOKUP_DOCUMENT;
    strcpy(question.purpose, "border.check");
    strcpy(question.role, "booth");
    strcpy(question.actor, "B-17");
    strcpy(question.issuer, "AUT");
    strcpy(question.number, "KE4192750");
    return cairn_screenrow_open(&book) == CAIRN_OK ? 0 : -1;
}

static int close_book(void **state)
{
    (void)state;
    cairn_screenrow_close(book);
    return 0;
}

/* What the operation says, read back as any reader of the private feed would. */
static const struct cairn_access_lookup *read_back(void)
{
    struct cairn_arena arena;
    struct cairn_operation operation = {.kind = CAIRN_KIND_ACCESS_LOOKUP};
    size_t fault_at = 0;
    assert_err(cairn_screenrow_encode(book, &operation.body), CAIRN_OK);
    assert_err(cairn_pack_check(operation.body, &fault_at), CAIRN_OK);
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_feedop_decode(&operation, &arena, &said, &fault_at), CAIRN_OK);
    return &said.as.lookup;
}

static void expect_key(uint32_t at, const char *wanted)
{
    const struct cairn_access_lookup *lookup = read_back();
    assert_true(at < lookup->rows[0].key_count);
    assert_true(cairn_bytes_is_equal(lookup->rows[0].keys[at], cairn_bytes_of(wanted)));
}

TEST(a_row_says_who_what_why_and_what_it_hit)
{
    hits.count = hits.found = 2;
    strcpy(hits.hits[0].object.text, "AUT-0123456789ABCDEF-K");
    cairn_id_make(cairn_bytes_of("AUT"), (const uint8_t[10]){1}, &hits.hits[0].object);
    hits.hits[0].row = CAIRN_LOOKUP_NO_ROW;
    hits.hits[1] = hits.hits[0];
    hits.hits[1].row = 17;
    assert_true(cairn_screenrow_add(book, &question, NOW_MS, &hits));
    const struct cairn_access_lookup *lookup = read_back();
    assert_int_equal(lookup->row_count, 1);
    assert_int_equal(lookup->rows[0].time_ms, NOW_MS);
    assert_true(cairn_bytes_is_equal(lookup->rows[0].actor, cairn_bytes_of("B-17")));
    assert_int_equal(lookup->rows[0].hit_count, 2);
    assert_int_equal(lookup->rows[0].object_count, 2);
    assert_int_equal(lookup->rows[0].objects[0].size, CAIRN_ID_OBJECT_BYTES);
    assert_int_equal(lookup->rows[0].objects[1].size, CAIRN_ID_OBJECT_BYTES + 3);
    expect_key(0, "AUT");
    expect_key(1, "KE4192750");
}

TEST(a_zone_is_written_down_line_by_line)
{
    static const char zone[] = "P<UTOERIKSSON\r\nL898902C3\n";
    question.type = CAIRN_LOOKUP_MRZ;
    memcpy(question.zone, zone, sizeof zone - 1);
    question.zone_size = sizeof zone - 1;
    assert_true(cairn_screenrow_add(book, &question, NOW_MS, &hits));
    expect_key(0, "P<UTOERIKSSON");
    expect_key(1, "L898902C3");
    assert_int_equal(read_back()->rows[0].key_count, 2);
}

TEST(what_no_text_may_hold_becomes_a_question_mark)
{
    question.type = CAIRN_LOOKUP_MRZ;
    memcpy(question.zone, "A\tB\xff", 4);
    question.zone_size = 4;
    assert_true(cairn_screenrow_add(book, &question, NOW_MS, &hits));
    expect_key(0, "A?B?");
}

TEST(an_empty_zone_leaves_a_trace_too)
{
    question.type = CAIRN_LOOKUP_MRZ;
    assert_true(cairn_screenrow_add(book, &question, NOW_MS, &hits));
    expect_key(0, "-");
}

TEST(an_entry_is_full_before_it_is_too_large)
{
    uint32_t count = 0;
    while (cairn_screenrow_add(book, &question, NOW_MS, &hits)) {
        count++;
    }
    assert_true(count > 200);
    assert_true(count < CAIRN_LOOKUP_ROWS_MAX);
    struct cairn_bytes body;
    assert_err(cairn_screenrow_encode(book, &body), CAIRN_OK);
    assert_true(body.size <= CAIRN_SCREENING_ENTRY_BYTES);
    assert_true(body.size > CAIRN_SCREENING_ENTRY_BYTES / 2);
    cairn_screenrow_reset(book);
    assert_true(cairn_screenrow_add(book, &question, NOW_MS, &hits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_says_who_what_why_and_what_it_hit, open_book,
                                        close_book),
        cmocka_unit_test_setup_teardown(a_zone_is_written_down_line_by_line, open_book, close_book),
        cmocka_unit_test_setup_teardown(what_no_text_may_hold_becomes_a_question_mark, open_book,
                                        close_book),
        cmocka_unit_test_setup_teardown(an_empty_zone_leaves_a_trace_too, open_book, close_book),
        cmocka_unit_test_setup_teardown(an_entry_is_full_before_it_is_too_large, open_book,
                                        close_book),
    };
    return cmocka_run_group_tests_name("screenrow", tests, NULL, NULL);
}
