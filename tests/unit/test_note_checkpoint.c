#include "tests/lib/test.h"

#include <string.h>

#include "crypto/note.h"

#define ROOT "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=" /* bytes 100..131 */
#define TEXT "test-net/AUT/vienna-1/0\n4711\n" ROOT "\n"

static struct cairn_checkpoint example(void)
{
    struct cairn_checkpoint checkpoint = {cairn_bytes_of("test-net/AUT/vienna-1/0"), 4711, {0}};
    for (uint8_t i = 0; i < 32; i++) {
        checkpoint.root[i] = (uint8_t)(100 + i);
    }
    return checkpoint;
}

TEST(a_checkpoint_is_exactly_three_lines)
{
    struct cairn_checkpoint checkpoint = example();
    uint8_t out[CAIRN_CHECKPOINT_MAX];
    size_t size = cairn_note_encode_checkpoint(&checkpoint, out);
    assert_int_equal(size, sizeof TEXT - 1);
    assert_memory_equal(out, TEXT, size);
}

TEST(a_checkpoint_comes_back_from_its_text)
{
    struct cairn_checkpoint wanted = example(), got;
    assert_err(cairn_note_decode_checkpoint(cairn_bytes_of(TEXT), &got), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(got.origin, wanted.origin));
    assert_int_equal(got.size, wanted.size);
    assert_memory_equal(got.root, wanted.root, 32);
}

TEST(the_largest_checkpoint_fits_its_limit)
{
    uint8_t origin[CAIRN_LIMIT_ORIGIN_BYTES], out[CAIRN_CHECKPOINT_MAX];
    memset(origin, 'o', sizeof origin);
    struct cairn_checkpoint checkpoint = {{origin, sizeof origin}, UINT64_MAX, {0}}, back;
    size_t size = cairn_note_encode_checkpoint(&checkpoint, out);
    assert_int_equal(size, CAIRN_CHECKPOINT_MAX);
    assert_err(cairn_note_decode_checkpoint((struct cairn_bytes){out, size}, &back), CAIRN_OK);
    assert_true(back.size == UINT64_MAX);
}

TEST(any_other_text_is_refused_and_changes_nothing)
{
    const char *const bad[] = {
        "",
        "\n",
        "o\n1\n" ROOT, /* last newline missing */
        "o\n1\n",      /* no root */
        "o\n1",
        "o\n",
        "\n1\n" ROOT "\n",    /* empty origin */
        "o o\n1\n" ROOT "\n", /* blank in origin */
        "o\n\n" ROOT "\n",    /* no size */
        "o\n01\n" ROOT "\n",  /* leading zero */
        "o\n-1\n" ROOT "\n",
        "o\n18446744073709551616\n" ROOT "\n",
        "o\n1 \n" ROOT "\n",
        "o\n1\n" ROOT " \n",
        "o\n1\n" ROOT "\nextension\n",
        "o\n1\n" ROOT "\n\n",
        "o\r\n1\r\n" ROOT "\r\n",
        "o\n1\nZm9v\n",                                         /* root too short */
        "o\n1\n" ROOT ROOT "\n",                                /* root too long */
        "o\n1\nZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoN=\n", /* unused bits set */
        "o\n1\nZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM=\n", /* URL alphabet */
        "ooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo"
        "ooooooooooooo\n1\n" ROOT "\n", /* origin over its limit */
    };
    struct cairn_checkpoint got = example(), before = got;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_err(cairn_note_decode_checkpoint(cairn_bytes_of(bad[i]), &got), CAIRN_CHECKPOINT);
        assert_memory_equal(&got, &before, sizeof got);
    }
}

TEST(an_origin_that_cannot_be_read_back_is_our_own_mistake)
{
    uint8_t out[CAIRN_CHECKPOINT_MAX];
    struct cairn_checkpoint checkpoint = example();
    checkpoint.origin = cairn_bytes_of("two lines\n");
    expect_assert_failure(cairn_note_encode_checkpoint(&checkpoint, out));
    checkpoint.origin = test_frame(CAIRN_LIMIT_ORIGIN_BYTES + 1);
    expect_assert_failure(cairn_note_encode_checkpoint(&checkpoint, out));
}

/* What an earlier text left in memory must not stand in for a line that is missing. */
TEST(a_missing_line_is_missed_also_behind_a_whole_text)
{
    const char *const bad[] = {"test-net/AUT/vienna-1/0\n4711\n", "test-net/AUT/vienna-1/0\n", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cairn_checkpoint got, unused;
        assert_err(cairn_note_decode_checkpoint(cairn_bytes_of(TEXT), &got), CAIRN_OK);
        assert_err(cairn_note_decode_checkpoint(cairn_bytes_of(bad[i]), &unused), CAIRN_CHECKPOINT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_is_exactly_three_lines),
        cmocka_unit_test(a_checkpoint_comes_back_from_its_text),
        cmocka_unit_test(the_largest_checkpoint_fits_its_limit),
        cmocka_unit_test(any_other_text_is_refused_and_changes_nothing),
        cmocka_unit_test(an_origin_that_cannot_be_read_back_is_our_own_mistake),
        cmocka_unit_test(a_missing_line_is_missed_also_behind_a_whole_text),
    };
    return cmocka_run_group_tests_name("note_checkpoint", tests, NULL, NULL);
}
