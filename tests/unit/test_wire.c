/* Method: each message is built, read back and compared; then each of its fields is taken away,
 * replaced and added, and every byte changed. P-60 to P-64 */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/pack.h"
#include "schema/wire.h"

#define ARENA_BYTES ((size_t)1 << 20)
#define ORIGIN      "test/AUT/a/1"
#define ORIGIN_HEX  "ac746573742f4155542f612f31"

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_message message, before;
    cairn_arena_init(&arena, memory, sizeof memory);
    memset(&message, 0xa5, sizeof message);
    memcpy(&before, &message, sizeof message);
    cairn_err err = cairn_message_decode(bytes, &arena, &message, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&message, &before, sizeof message);
        assert_int_equal(arena.used_bytes, 0);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_bytes again;
    assert_err(cairn_message_encode(&message, buffer, bytes.size, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, bytes));
    free(buffer);
    return CAIRN_OK;
}

static struct cairn_bytes encoded(const struct cairn_message *message)
{
    static uint8_t buffer[CAIRN_LIMIT_FRAME_BYTES + 64];
    struct cairn_bytes bytes;
    assert_err(cairn_message_encode(message, buffer, sizeof buffer, &bytes), CAIRN_OK);
    return bytes;
}

/* Read back what was written; good until the next call. */
static struct cairn_message read_back(const struct cairn_message *message)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_message back;
    size_t fault_at = SIZE_MAX;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_message_decode(encoded(message), &arena, &back, &fault_at), CAIRN_OK);
    assert_int_equal(fault_at, SIZE_MAX);
    assert_int_equal(back.type, message->type);
    return back;
}

static void check_message(const struct cairn_message *message, const struct mutate_case *cases,
                          size_t count)
{
    struct mutate_place place = {.bytes = encoded(message)};
    mutate_fields(&place, cases, count, decode);
    mutate_sweep(place.bytes, decode);
}

#define CHECK_MESSAGE(message, cases)                                                              \
    check_message((message), (cases), sizeof(cases) / sizeof(cases)[0])

TEST(a_frame_has_one_byte_to_one_mebibyte)
{
    static const struct {
        uint8_t head[CAIRN_FRAME_HEAD_BYTES];
        cairn_err err;
        uint32_t size;
    } cases[] = {
        {{0, 0, 0, 0}, CAIRN_PEER_FRAME, 77},  {{0, 0, 0, 1}, CAIRN_OK, 1},
        {{0, 0, 1, 2}, CAIRN_OK, 258},         {{0, 16, 0, 0}, CAIRN_OK, 1 << 20},
        {{0, 16, 0, 1}, CAIRN_PEER_FRAME, 77}, {{255, 255, 255, 255}, CAIRN_PEER_FRAME, 77},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t size = 77;
        assert_err(cairn_frame_size(cases[i].head, &size), cases[i].err);
        assert_int_equal(size, cases[i].size);
    }
}

TEST(a_frame_is_the_message_behind_its_length)
{
    struct cairn_message bye = {.type = CAIRN_MESSAGE_BYE, .as.bye = {.error = 203}};
    uint8_t buffer[64];
    struct cairn_bytes frame = {.size = 77};
    assert_err(cairn_message_frame(&bye, buffer, sizeof buffer, &frame), CAIRN_OK);
    struct cairn_bytes wanted = test_hex("00000006" /* {0: 8, 1: 203} */
                                         "8200"
                                         "0801cccb");
    assert_true(cairn_bytes_is_equal(frame, wanted));
    frame.size = 77;
    for (size_t capacity = 0; capacity < wanted.size; capacity++) {
        assert_err(cairn_message_frame(&bye, buffer, capacity, &frame), CAIRN_NO_ROOM);
    }
    assert_int_equal(frame.size, 77);
}

TEST(a_message_of_unknown_type_or_size_is_refused)
{
    static const struct {
        const char *hex;
        cairn_err err;
        size_t fault_at;
    } cases[] = {
        {"", CAIRN_SHORT, 0},
        {"80", CAIRN_PACK_FIELD, 1},
        {"8100", CAIRN_PACK_COUNT, 0},
        {"810000", CAIRN_PEER_FRAME, 2},
        {"81000a", CAIRN_PEER_FRAME, 2},
        {"8100cf0000000100000001", CAIRN_PEER_FRAME, 2},
        {"8100a131", CAIRN_PACK_TYPE, 2},
        {"81010008", CAIRN_TRAILING, 3},
        {"810108", CAIRN_PACK_FIELD, 1},
        {"9100", CAIRN_PACK_TYPE, 0},
        {"c0", CAIRN_PACK_TYPE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t fault_at;
        cairn_err err = mutate_run(test_hex(cases[i].hex), decode, &fault_at);
        if (err != cases[i].err || fault_at != cases[i].fault_at) {
            fail_msg("%s: %s at %zu", cases[i].hex, cairn_err_name(err), fault_at);
        }
    }
    size_t fault_at;
    uint8_t *large = calloc(1, CAIRN_LIMIT_FRAME_BYTES + 1);
    assert_non_null(large);
    struct cairn_bytes bytes = {.data = large, .size = CAIRN_LIMIT_FRAME_BYTES + 1};
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_PEER_FRAME);
    assert_int_equal(fault_at, 0);
    bytes.size--; /* the largest is read, if not to its end */
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_TRAILING);
    free(large);
}

TEST(a_greeting_says_who_and_how_far)
{
    struct cairn_message hello = {.type = CAIRN_MESSAGE_HELLO};
    hello.as.hello = (struct cairn_hello){
        .network = cairn_bytes_of("test"),
        .origin = cairn_bytes_of(ORIGIN),
        .clock_ms = 1772366400000u,
        .checkpoint = cairn_bytes_of("seen"),
    };
    struct cairn_message back = read_back(&hello);
    assert_true(cairn_bytes_is_equal(back.as.hello.network, cairn_bytes_of("test")));
    assert_true(cairn_bytes_is_equal(back.as.hello.origin, cairn_bytes_of(ORIGIN)));
    assert_true(back.as.hello.clock_ms == 1772366400000u);
    assert_true(cairn_bytes_is_equal(back.as.hello.checkpoint, cairn_bytes_of("seen")));

    static const struct mutate_case cases[] = {
        {0, NULL, CAIRN_PACK_FIELD, 0},   {0, "00", CAIRN_PEER_FRAME, 0},
        {1, NULL, CAIRN_PACK_FIELD, 0},   {1, "00", CAIRN_PEER_NETWORK, 0},
        {1, "02", CAIRN_PEER_NETWORK, 0}, {1, "a131", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},   {2, "a154", CAIRN_ORIGIN, 0},
        {2, "a0", CAIRN_ORIGIN, 0},       {2, "T32", CAIRN_OK, 0},
        {2, "T33", CAIRN_TOO_LONG, 0},    {2, "B4", CAIRN_PACK_TYPE, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},   {3, "T12", CAIRN_ORIGIN, 0},
        {3, "T97", CAIRN_TOO_LONG, 0},    {4, NULL, CAIRN_PACK_FIELD, 0},
        {4, "ff", CAIRN_PACK_TYPE, 0},    {5, NULL, CAIRN_OK, 0},
        {5, "c0", CAIRN_PACK_TYPE, 0},    {6, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_MESSAGE(&hello, cases);
    hello.as.hello.checkpoint.size = 0;
    assert_int_equal(read_back(&hello).as.hello.checkpoint.size, 0);
}

static const struct cairn_bytes notes[] = {{(const uint8_t *)"note", 4}, {(const uint8_t *)"x", 1}};
static struct cairn_offer_journal journals[2];
static struct cairn_offer_feed feeds[2];

static struct cairn_message offer_message(void)
{
    for (size_t i = 0; i < 2; i++) {
        journals[i] = (struct cairn_offer_journal){
            .origin = cairn_bytes_of(ORIGIN), .size = 200 + i, .checkpoint = notes[0]};
        feeds[i] = (struct cairn_offer_feed){
            .feed = {1}, .origin = cairn_bytes_of(ORIGIN), .commit_count = 70000 + i};
    }
    struct cairn_message offer = {.type = CAIRN_MESSAGE_OFFER};
    offer.as.offer = (struct cairn_offer){
        .note_count = 2,
        .journal_count = 2,
        .feed_count = 2,
        .notes = notes,
        .journals = journals,
        .feeds = feeds,
    };
    return offer;
}

TEST(an_offer_lists_notes_journals_and_feeds)
{
    struct cairn_message offer = offer_message();
    struct cairn_message back = read_back(&offer);
    assert_int_equal(back.as.offer.note_count, 2);
    assert_true(cairn_bytes_is_equal(back.as.offer.notes[0], notes[0]));
    assert_true(cairn_bytes_is_equal(back.as.offer.notes[1], notes[1]));
    assert_int_equal(back.as.offer.journal_count, 2);
    assert_true(cairn_bytes_is_equal(back.as.offer.journals[1].origin, cairn_bytes_of(ORIGIN)));
    assert_int_equal(back.as.offer.journals[1].size, 201);
    assert_true(cairn_bytes_is_equal(back.as.offer.journals[1].checkpoint, notes[0]));
    assert_int_equal(back.as.offer.feed_count, 2);
    assert_memory_equal(back.as.offer.feeds[1].feed, feeds[1].feed, CAIRN_FEED_BYTES);
    assert_true(cairn_bytes_is_equal(back.as.offer.feeds[1].origin, cairn_bytes_of(ORIGIN)));
    assert_int_equal(back.as.offer.feeds[1].commit_count, 70001);

    offer.as.offer = (struct cairn_offer){.note_count = 0};
    back = read_back(&offer);
    assert_int_equal(
        back.as.offer.note_count + back.as.offer.journal_count + back.as.offer.feed_count, 0);
}

#define FEED_HEX "c41001000000000000000000000000000000"

TEST(every_wrong_field_of_an_offer_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "90", CAIRN_OK, 0},
        {1, "A201", CAIRN_TOO_LONG, 0},
        {1, "91c400", CAIRN_PACK_FIELD, 1},
        {1, "91a161", CAIRN_PACK_TYPE, 1},
        {1, "80", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "90", CAIRN_OK, 0},
        {2, "A4097", CAIRN_TOO_LONG, 0},
        {2, "9100", CAIRN_PACK_TYPE, 1},
        {2, "9190", CAIRN_PEER_FRAME, 1},
        {2, "9192" ORIGIN_HEX "00", CAIRN_PEER_FRAME, 1},
        {2, "9194" ORIGIN_HEX "00c4010000", CAIRN_PEER_FRAME, 1},
        {2, "9193a16100c40100", CAIRN_ORIGIN, 2},
        {2, "9193" ORIGIN_HEX "c0c40100", CAIRN_PACK_TYPE, 15},
        {2, "9193" ORIGIN_HEX "00c400", CAIRN_PACK_FIELD, 16},
        {2, "9193" ORIGIN_HEX "00c40100", CAIRN_OK, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "90", CAIRN_OK, 0},
        {3, "A10001", CAIRN_TOO_LONG, 0},
        {3, "9192" FEED_HEX ORIGIN_HEX, CAIRN_PEER_FRAME, 1},
        {3, "9193c40100" ORIGIN_HEX "00", CAIRN_TOO_LONG, 2},
        {3, "9193" FEED_HEX "a16100", CAIRN_ORIGIN, 20},
        {3, "9193" FEED_HEX ORIGIN_HEX "c0", CAIRN_PACK_TYPE, 33},
        {3, "9193" FEED_HEX ORIGIN_HEX "00", CAIRN_OK, 0},
        {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_message offer = offer_message();
    CHECK_MESSAGE(&offer, cases);
    offer.as.offer.note_count = CAIRN_LIMIT_COUNTRIES + 1;
    expect_assert_failure((void)encoded(&offer));
}

TEST(a_note_in_an_offer_has_a_limit)
{
    uint8_t *large = calloc(1, CAIRN_LIMIT_NOTE_BYTES + 1);
    assert_non_null(large);
    struct cairn_bytes note = {.data = large, .size = CAIRN_LIMIT_NOTE_BYTES};
    struct cairn_message offer = offer_message();
    size_t fault_at;
    offer.as.offer.note_count = 1;
    offer.as.offer.notes = &note;
    assert_err(mutate_run(encoded(&offer), decode, &fault_at), CAIRN_OK);
    note.size++;
    assert_err(mutate_run(encoded(&offer), decode, &fault_at), CAIRN_TOO_LONG);
    free(large);
}

/* The largest lists need less than 1 MiB of arena. */
TEST(an_arena_that_is_too_small_is_left_as_it_was)
{
    static uint8_t memory[4096];
    struct cairn_message offer = offer_message(), back;
    struct cairn_bytes bytes = encoded(&offer);
    size_t refused_count = 0;
    for (size_t size = 0; size < sizeof memory; size += 16) {
        struct cairn_arena arena;
        size_t fault_at;
        cairn_arena_init(&arena, memory, size);
        cairn_err err = cairn_message_decode(bytes, &arena, &back, &fault_at);
        if (err != CAIRN_OK) {
            assert_err(err, CAIRN_NO_ROOM);
            assert_int_equal(arena.used_bytes, 0);
            refused_count++;
        }
    }
    assert_true(refused_count > 4);
    assert_true(refused_count < sizeof memory / 16);
}

TEST(a_want_opens_a_stream_or_adds_credit)
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT};
    want.as.want = (struct cairn_want){.log = {7},
                                       .has_from = true,
                                       .from = 12,
                                       .credit_bytes = CAIRN_CREDIT_MAX_BYTES,
                                       .is_records_first = true};
    struct cairn_message back = read_back(&want);
    assert_int_equal(back.as.want.log[0], 7);
    assert_true(back.as.want.has_from);
    assert_int_equal(back.as.want.from, 12);
    assert_int_equal(back.as.want.credit_bytes, CAIRN_CREDIT_MAX_BYTES);
    assert_true(back.as.want.is_records_first);

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0}, {1, "B15", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_OK, 0},         {2, "ff", CAIRN_PACK_TYPE, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0}, {3, "ce00400001", CAIRN_NUMBER, 0},
        {3, "00", CAIRN_OK, 0},         {4, NULL, CAIRN_OK, 0},
        {4, "c2", CAIRN_PEER_FRAME, 0}, /* false is said by leaving it out */
        {4, "01", CAIRN_PACK_TYPE, 0},  {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_MESSAGE(&want, cases);
    want.as.want = (struct cairn_want){.credit_bytes = 1};
    back = read_back(&want);
    assert_false(back.as.want.has_from);
    assert_false(back.as.want.is_records_first);
    want.as.want.credit_bytes = CAIRN_CREDIT_MAX_BYTES + 1;
    expect_assert_failure((void)encoded(&want));
}

TEST(a_range_of_leaves_may_end_with_a_checkpoint)
{
    struct cairn_message range = {.type = CAIRN_MESSAGE_JOURNAL};
    range.as.journal = (struct cairn_journal_range){.log = {7},
                                                    .from = 1000,
                                                    .leaves = test_frame(96),
                                                    .has_checkpoint = true,
                                                    .checkpoint = notes[0]};
    struct cairn_message back = read_back(&range);
    assert_int_equal(back.as.journal.from, 1000);
    assert_int_equal(back.as.journal.leaves.size, 96);
    assert_true(back.as.journal.has_checkpoint);
    assert_true(cairn_bytes_is_equal(back.as.journal.checkpoint, notes[0]));

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "B17", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},         {2, "c0", CAIRN_PACK_TYPE, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},         {3, "c400", CAIRN_OK, 0},
        {3, "B47", CAIRN_PEER_FRAME, 0},        {3, "B49", CAIRN_PEER_FRAME, 0},
        {3, "T48", CAIRN_PACK_TYPE, 0},         {4, NULL, CAIRN_OK, 0},
        {4, "c400", CAIRN_PACK_FIELD, 0},       {4, "B65537", CAIRN_TOO_LONG, 0},
        {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_MESSAGE(&range, cases);
    range.as.journal.leaves = test_frame(95);
    expect_assert_failure((void)encoded(&range));
}

TEST(the_largest_commit_fits_a_frame)
{
    static uint8_t commit[CAIRN_COMMIT_MAX_BYTES + 1];
    struct cairn_message entries = {.type = CAIRN_MESSAGE_ENTRIES};
    size_t fault_at;
    entries.as.entries.commit = (struct cairn_bytes){.data = commit, .size = sizeof commit - 1};
    assert_err(mutate_run(encoded(&entries), decode, &fault_at), CAIRN_OK);
    assert_int_equal(read_back(&entries).as.entries.commit.size, CAIRN_COMMIT_MAX_BYTES);
    entries.as.entries.commit.size++;
    assert_err(mutate_run(encoded(&entries), decode, &fault_at), CAIRN_TOO_LONG);

    entries.as.entries.commit.size = 124;
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "c400", CAIRN_PACK_FIELD, 0},
        {1, "T9", CAIRN_PACK_TYPE, 0},
        {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_MESSAGE(&entries, cases);
}

TEST(a_message_that_is_no_frame_is_not_sent)
{
    static uint8_t memory[CAIRN_LIMIT_FRAME_BYTES + 64];
    static uint8_t buffer[CAIRN_LIMIT_FRAME_BYTES + 1024];
    struct cairn_bytes out = {.size = 77};
    struct cairn_message range = {.type = CAIRN_MESSAGE_JOURNAL};
    size_t leaf_count = CAIRN_LIMIT_FRAME_BYTES / CAIRN_LEAF_BYTES;
    range.as.journal.leaves =
        (struct cairn_bytes){.data = memory, .size = leaf_count * CAIRN_LEAF_BYTES};
    assert_err(cairn_message_encode(&range, buffer, sizeof buffer, &out), CAIRN_TOO_LONG);
    assert_err(cairn_message_frame(&range, buffer, sizeof buffer, &out), CAIRN_TOO_LONG);
    assert_int_equal(out.size, 77);
    range.as.journal.leaves.size -= CAIRN_LEAF_BYTES;
    assert_err(cairn_message_encode(&range, buffer, sizeof buffer, &out), CAIRN_OK);
}

TEST(a_feed_is_introduced_by_its_records)
{
    struct cairn_message feed = {.type = CAIRN_MESSAGE_FEED};
    feed.as.feed = (struct cairn_feed_message){.feed = {7},
                                               .origin = cairn_bytes_of(ORIGIN),
                                               .open = notes[0],
                                               .has_admit = true,
                                               .admit_number = 9,
                                               .admit = notes[1]};
    struct cairn_message back = read_back(&feed);
    assert_true(cairn_bytes_is_equal(back.as.feed.open, notes[0]));
    assert_true(back.as.feed.has_admit);
    assert_int_equal(back.as.feed.admit_number, 9);
    assert_true(cairn_bytes_is_equal(back.as.feed.admit, notes[1]));

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "B17", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "a161", CAIRN_ORIGIN, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "c400", CAIRN_PACK_FIELD, 0},
        {3, "B65537", CAIRN_TOO_LONG, 0},
        {4, NULL, CAIRN_PACK_UNKNOWN_FIELD, 0}, /* 5 stands alone then */
        {4, "ff", CAIRN_PACK_TYPE, 0},
        {5, NULL, CAIRN_PACK_FIELD, 0},
        {5, "c400", CAIRN_PACK_FIELD, 0},
        {5, "B65537", CAIRN_TOO_LONG, 0},
        {6, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_MESSAGE(&feed, cases);
    feed.as.feed.has_admit = false;
    assert_false(read_back(&feed).as.feed.has_admit);
}

TEST(a_cosignature_is_one_line)
{
    struct cairn_message cosign = {.type = CAIRN_MESSAGE_COSIGN};
    cosign.as.cosign =
        (struct cairn_cosign){.log = {7}, .size = 12, .line = cairn_bytes_of("- a b=\n")};
    struct cairn_message back = read_back(&cosign);
    assert_int_equal(back.as.cosign.size, 12);
    assert_true(cairn_bytes_is_equal(back.as.cosign.line, cairn_bytes_of("- a b=\n")));

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "B17", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "c0", CAIRN_PACK_TYPE, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "a0", CAIRN_PEER_FRAME, 0},
        {3, "a10a", CAIRN_PEER_FRAME, 0},
        {3, "a161", CAIRN_PEER_FRAME, 0},
        {3, "a2610a", CAIRN_OK, 0},
        {3, "a3610a0a", CAIRN_PEER_FRAME, 0},
        {3, "a4610a620a", CAIRN_PEER_FRAME, 0},
        {3, "T257", CAIRN_TOO_LONG, 0},
        {3, "c402610a", CAIRN_PACK_TYPE, 0},
        {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_MESSAGE(&cosign, cases);
}

TEST(a_farewell_names_an_error)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},      {1, "00", CAIRN_OK, 0},
        {1, "cd03e7", CAIRN_OK, 0},          {1, "cd03e8", CAIRN_NUMBER, 0},
        {1, "a3323033", CAIRN_PACK_TYPE, 0}, {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_message bye = {.type = CAIRN_MESSAGE_BYE, .as.bye = {.error = CAIRN_PEER_ORDER}};
    assert_int_equal(read_back(&bye).as.bye.error, 203);
    CHECK_MESSAGE(&bye, cases);
    bye.as.bye.error = CAIRN_BYE_ERROR_MAX + 1;
    expect_assert_failure((void)encoded(&bye));
}

/* Its fields one by one: test_fork.c */
TEST(a_proof_carries_two_statements_and_nodes)
{
    static const uint8_t nodes[64] = {1};
    static const struct mutate_case cases[] = {{3, NULL, CAIRN_PACK_FIELD, 0},
                                               {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0}};
    struct cairn_message proof = {.type = CAIRN_MESSAGE_PROOF};
    proof.as.proof = (struct cairn_fork){.origin = cairn_bytes_of("test/AUT/a/1"),
                                         .note_a = cairn_bytes_of("one"),
                                         .note_b = cairn_bytes_of("two"),
                                         .nodes = {nodes, sizeof nodes}};
    assert_true(cairn_bytes_is_equal(read_back(&proof).as.proof.nodes, proof.as.proof.nodes));
    CHECK_MESSAGE(&proof, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_has_one_byte_to_one_mebibyte),
        cmocka_unit_test(a_frame_is_the_message_behind_its_length),
        cmocka_unit_test(a_message_of_unknown_type_or_size_is_refused),
        cmocka_unit_test(a_greeting_says_who_and_how_far),
        cmocka_unit_test(an_offer_lists_notes_journals_and_feeds),
        cmocka_unit_test(every_wrong_field_of_an_offer_is_named_and_placed),
        cmocka_unit_test(a_note_in_an_offer_has_a_limit),
        cmocka_unit_test(an_arena_that_is_too_small_is_left_as_it_was),
        cmocka_unit_test(a_want_opens_a_stream_or_adds_credit),
        cmocka_unit_test(a_range_of_leaves_may_end_with_a_checkpoint),
        cmocka_unit_test(the_largest_commit_fits_a_frame),
        cmocka_unit_test(a_message_that_is_no_frame_is_not_sent),
        cmocka_unit_test(a_feed_is_introduced_by_its_records),
        cmocka_unit_test(a_cosignature_is_one_line),
        cmocka_unit_test(a_farewell_names_an_error),
        cmocka_unit_test(a_proof_carries_two_statements_and_nodes),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
