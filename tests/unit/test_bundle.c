/* Method: each record is built, read back and compared; then each of its fields is taken away,
 * replaced and added, and every byte changed. P-80 */
#include "tests/lib/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/bundle.h"
#include "schema/pack.h"

#define ARENA_BYTES ((size_t)8 << 20)
#define ORIGIN      "test/AUT/a/1"
#define ZEROS16     "00000000000000000000000000000000"
#define ZEROS96     ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16
#define KEY32       "c4200000000000000000000000000000000000000000000000000000000000000000"

static cairn_err decode(struct cairn_bytes bytes, size_t *out_fault_at)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_bundle_record record, before;
    cairn_arena_init(&arena, memory, sizeof memory);
    memset(&record, 0xa5, sizeof record);
    memcpy(&before, &record, sizeof record);
    cairn_err err = cairn_bundle_decode(bytes, &arena, &record, out_fault_at);
    if (err != CAIRN_OK) {
        assert_memory_equal(&record, &before, sizeof record);
        assert_int_equal(arena.used_bytes, 0);
        return err;
    }
    uint8_t *buffer = malloc(bytes.size);
    assert_non_null(buffer);
    struct cairn_bytes again;
    assert_err(cairn_bundle_encode(&record, buffer, bytes.size, &again), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(again, bytes));
    free(buffer);
    return CAIRN_OK;
}

static struct cairn_bytes encoded(const struct cairn_bundle_record *record)
{
    static uint8_t buffer[CAIRN_BUNDLE_RECORD_BYTES + 64];
    struct cairn_bytes bytes;
    assert_err(cairn_bundle_encode(record, buffer, sizeof buffer, &bytes), CAIRN_OK);
    return bytes;
}

/* Read back what was written; good until the next call. */
static struct cairn_bundle_record read_back(const struct cairn_bundle_record *record)
{
    static uint8_t memory[ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_bundle_record back;
    size_t fault_at = SIZE_MAX;
    cairn_arena_init(&arena, memory, sizeof memory);
    assert_err(cairn_bundle_decode(encoded(record), &arena, &back, &fault_at), CAIRN_OK);
    assert_int_equal(fault_at, SIZE_MAX);
    assert_int_equal(back.type, record->type);
    return back;
}

static void check_record(const struct cairn_bundle_record *record, const struct mutate_case *cases,
                         size_t count)
{
    struct mutate_place place = {.bytes = encoded(record)};
    mutate_fields(&place, cases, count, decode);
    mutate_sweep(place.bytes, decode);
}

#define CHECK_RECORD(record, cases)                                                                \
    check_record((record), (cases), sizeof(cases) / sizeof(cases)[0])

TEST(a_record_has_one_byte_to_two_mebibytes)
{
    static const struct {
        uint8_t head[CAIRN_BUNDLE_LENGTH_BYTES];
        cairn_err err;
        uint32_t size;
    } cases[] = {
        {{0, 0, 0, 0}, CAIRN_BUNDLE, 77},   {{0, 0, 0, 1}, CAIRN_OK, 1},
        {{0, 32, 0, 0}, CAIRN_OK, 2 << 20}, {{0, 32, 0, 1}, CAIRN_BUNDLE, 77},
        {{255, 0, 0, 0}, CAIRN_BUNDLE, 77},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t size = 77;
        assert_err(cairn_bundle_record_size(cases[i].head, &size), cases[i].err);
        assert_int_equal(size, cases[i].size);
    }
    assert_memory_equal(CAIRN_BUNDLE_MAGIC, "cairn-bundle-1\n", CAIRN_BUNDLE_MAGIC_BYTES);
}

TEST(a_record_stands_behind_its_length)
{
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_DOCUMENT,
                                         .as.document = {.note = cairn_bytes_of("note")}};
    uint8_t buffer[64];
    struct cairn_bytes frame = {.size = 77};
    struct cairn_bytes wanted = test_hex("0000000a" /* {0: 2, 1: note} */
                                         "82000201c4046e6f7465");
    for (size_t capacity = 0; capacity < wanted.size; capacity++) {
        assert_err(cairn_bundle_frame(&record, buffer, capacity, &frame), CAIRN_NO_ROOM);
    }
    assert_int_equal(frame.size, 77);
    assert_err(cairn_bundle_frame(&record, buffer, sizeof buffer, &frame), CAIRN_OK);
    assert_true(cairn_bytes_is_equal(frame, wanted));
}

TEST(a_record_of_unknown_type_or_size_is_refused)
{
    static const struct {
        const char *hex;
        cairn_err err;
        size_t fault_at;
    } cases[] = {
        {"", CAIRN_SHORT, 0},
        {"80", CAIRN_PACK_FIELD, 1},
        {"810000", CAIRN_BUNDLE, 2},
        {"81000c", CAIRN_BUNDLE, 2},
        {"8100a0", CAIRN_PACK_TYPE, 2},
        {"c0", CAIRN_PACK_TYPE, 0},
        {"810109", CAIRN_PACK_FIELD, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t fault_at;
        assert_err(mutate_run(test_hex(cases[i].hex), decode, &fault_at), cases[i].err);
        assert_int_equal(fault_at, cases[i].fault_at);
    }
    size_t fault_at;
    uint8_t *large = calloc(1, CAIRN_BUNDLE_RECORD_BYTES + 1);
    assert_non_null(large);
    struct cairn_bytes bytes = {.data = large, .size = CAIRN_BUNDLE_RECORD_BYTES + 1};
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_BUNDLE);
    assert_int_equal(fault_at, 0);
    bytes.size--; /* the largest is read, if not to its end */
    assert_err(mutate_run(bytes, decode, &fault_at), CAIRN_TRAILING);
    free(large);
}

static struct cairn_bundle_record head_record(void)
{
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_HEAD};
    record.as.head = (struct cairn_bundle_head){
        .network = cairn_bytes_of("test"),
        .origin = cairn_bytes_of(ORIGIN),
        .time_ms = 1772366400000u,
        .scope = {.type = CAIRN_SCOPE_ALL},
    };
    return record;
}

TEST(a_head_names_its_scope)
{
    static const uint8_t random[CAIRN_ID_RANDOM_BYTES] = {1};
    struct cairn_bundle_record record = head_record(), back = read_back(&record);
    assert_true(cairn_bytes_is_equal(back.as.head.network, cairn_bytes_of("test")));
    assert_true(cairn_bytes_is_equal(back.as.head.origin, cairn_bytes_of(ORIGIN)));
    assert_true(back.as.head.time_ms == 1772366400000u);
    assert_int_equal(back.as.head.scope.type, CAIRN_SCOPE_ALL);

    record.as.head.scope.type = CAIRN_SCOPE_FEED;
    memset(record.as.head.scope.feed, 0xab, CAIRN_FEED_BYTES);
    back = read_back(&record);
    assert_int_equal(back.as.head.scope.type, CAIRN_SCOPE_FEED);
    assert_memory_equal(back.as.head.scope.feed, record.as.head.scope.feed, CAIRN_FEED_BYTES);

    record.as.head.scope.type = CAIRN_SCOPE_OBJECT;
    cairn_id_make(cairn_bytes_of("AUT"), random, &record.as.head.scope.object);
    back = read_back(&record);
    assert_int_equal(back.as.head.scope.type, CAIRN_SCOPE_OBJECT);
    assert_true(cairn_id_is_equal(&back.as.head.scope.object, &record.as.head.scope.object));

    record.as.head.scope.type = CAIRN_SCOPE_FORK;
    record.as.head.scope.origin = cairn_bytes_of(ORIGIN);
    back = read_back(&record);
    assert_int_equal(back.as.head.scope.type, CAIRN_SCOPE_FORK);
    assert_true(cairn_bytes_is_equal(back.as.head.scope.origin, cairn_bytes_of(ORIGIN)));

    record.as.head.scope.type = CAIRN_SCOPE_WITHHELD;
    back = read_back(&record);
    assert_int_equal(back.as.head.scope.type, CAIRN_SCOPE_WITHHELD);
    assert_true(cairn_bytes_is_equal(back.as.head.scope.origin, cairn_bytes_of(ORIGIN)));
    record.as.head.scope.origin.size = 0; /* of everybody */
    back = read_back(&record);
    assert_int_equal(back.as.head.scope.type, CAIRN_SCOPE_WITHHELD);
    assert_int_equal(back.as.head.scope.origin.size, 0);
}

TEST(every_wrong_field_of_a_head_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {0, NULL, CAIRN_PACK_FIELD, 0},
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "a154", CAIRN_ORIGIN, 0},
        {1, "T33", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "a154", CAIRN_ORIGIN, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "c0", CAIRN_PACK_TYPE, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},
        {4, "a0", CAIRN_BUNDLE, 0},
        {4, "a3416c6c", CAIRN_BUNDLE, 0},         /* All */
        {4, "a7666f726b206161", CAIRN_ORIGIN, 0}, /* fork aa */
        {4, "a4616c6c20", CAIRN_BUNDLE, 0},       /* all and a space */
        {4, "a466656564", CAIRN_BUNDLE, 0},       /* feed */
        {4, "a56665656420", CAIRN_HEX, 0},        /* feed and a space */
        {4, "a766656564204142", CAIRN_HEX, 0},
        {4, "a76f626a65637420", CAIRN_ID, 0}, /* object and a space */
        {4, "a86f626a6563742041", CAIRN_ID, 0},
        {4, "a97769746868656c6420", CAIRN_ORIGIN, 0}, /* withheld and a space */
        {4, "a97769746868656c6478", CAIRN_BUNDLE, 0},
        {4, "T106", CAIRN_TOO_LONG, 0},
        {4, "B3", CAIRN_PACK_TYPE, 0},
        {5, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_bundle_record record = head_record();
    CHECK_RECORD(&record, cases);
    record.as.head.scope.type = CAIRN_SCOPE_FEED;
    mutate_sweep(encoded(&record), decode);
}

TEST(every_wrong_field_of_a_document_or_checkpoint_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},   {1, "c400", CAIRN_PACK_FIELD, 0},
        {1, "T4", CAIRN_PACK_TYPE, 0},    {1, "B65536", CAIRN_OK, 0},
        {1, "B65537", CAIRN_TOO_LONG, 0}, {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_bundle_record document = {.type = CAIRN_BUNDLE_DOCUMENT,
                                           .as.document = {.note = cairn_bytes_of("note")}};
    struct cairn_bundle_record checkpoint = {.type = CAIRN_BUNDLE_CHECKPOINT,
                                             .as.checkpoint = {.note = cairn_bytes_of("note")}};
    CHECK_RECORD(&document, cases);
    CHECK_RECORD(&checkpoint, cases);
    assert_true(
        cairn_bytes_is_equal(read_back(&checkpoint).as.checkpoint.note, cairn_bytes_of("note")));
    document.as.document.note.size = 0;
    expect_assert_failure((void)encoded(&document));
}

TEST(every_wrong_field_of_a_journal_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "a161", CAIRN_ORIGIN, 0},
        {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_JOURNAL,
                                         .as.journal = {.origin = cairn_bytes_of(ORIGIN)}};
    assert_true(cairn_bytes_is_equal(read_back(&record).as.journal.origin, cairn_bytes_of(ORIGIN)));
    CHECK_RECORD(&record, cases);
}

TEST(a_feed_record_has_two_keys_for_each_epoch)
{
    static const struct cairn_epoch_keys epochs[] = {{{1}, {2}}, {{3}, {4}}};
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_FEED};
    record.as.feed = (struct cairn_bundle_feed){
        .feed = {7}, .origin = cairn_bytes_of(ORIGIN), .epoch_count = 2, .epochs = epochs};
    struct cairn_bundle_record back = read_back(&record);
    assert_int_equal(back.as.feed.feed[0], 7);
    assert_int_equal(back.as.feed.epoch_count, 2);
    assert_memory_equal(back.as.feed.epochs, epochs, sizeof epochs);

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "B17", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "a161", CAIRN_ORIGIN, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "90", CAIRN_PACK_FIELD, 0},
        {3, "9100", CAIRN_PACK_TYPE, 1},
        {3, "9191" KEY32, CAIRN_BUNDLE, 1},
        {3, "9192" KEY32 KEY32, CAIRN_OK, 0},
        {3, "9193" KEY32 KEY32 KEY32, CAIRN_BUNDLE, 1},
        {3, "9192c40100" KEY32, CAIRN_TOO_LONG, 2},
        {3, "9192" KEY32 "c0", CAIRN_PACK_TYPE, 36},
        {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_RECORD(&record, cases);
    record.as.feed.epoch_count = 0;
    expect_assert_failure((void)encoded(&record));
}

TEST(leaves_are_whole_and_not_too_many)
{
    static uint8_t leaves[(CAIRN_BUNDLE_LEAVES_MAX + 1) * CAIRN_LEAF_BYTES];
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_LEAVES};
    size_t fault_at;
    record.as.leaves.leaves =
        (struct cairn_bytes){.data = leaves, .size = sizeof leaves - CAIRN_LEAF_BYTES};
    assert_err(mutate_run(encoded(&record), decode, &fault_at), CAIRN_OK);
    record.as.leaves.leaves.size += CAIRN_LEAF_BYTES;
    expect_assert_failure((void)encoded(&record));
    record.as.leaves.leaves.size = 0;
    expect_assert_failure((void)encoded(&record));
    record.as.leaves.leaves.size = 47;
    expect_assert_failure((void)encoded(&record));

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "c400", CAIRN_PACK_FIELD, 0},
        {1, "B47", CAIRN_BUNDLE, 0},
        {1, "B96", CAIRN_OK, 0},
        {1, "B196656", CAIRN_TOO_LONG, 0},
        {1, "T48", CAIRN_PACK_TYPE, 0},
        {2, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    record.as.leaves.leaves.size = 48;
    CHECK_RECORD(&record, cases);
}

TEST(a_commit_record_gives_some_keys_and_withholds_others)
{
    static const struct cairn_content_key keys[] = {{true, {1}}, {false, {0}}, {true, {2}}};
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_COMMIT};
    record.as.commit = (struct cairn_bundle_commit){
        .commit = cairn_bytes_of("commit"), .salt = {9}, .key_count = 3, .keys = keys};
    struct cairn_bundle_record back = read_back(&record);
    assert_true(cairn_bytes_is_equal(back.as.commit.commit, cairn_bytes_of("commit")));
    assert_int_equal(back.as.commit.salt[0], 9);
    assert_int_equal(back.as.commit.key_count, 3);
    assert_memory_equal(back.as.commit.keys, keys, sizeof keys);

    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "c400", CAIRN_PACK_FIELD, 0},
        {1, "B983164", CAIRN_OK, 0},
        {1, "B983165", CAIRN_TOO_LONG, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "B31", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "90", CAIRN_OK, 0},
        {3, "91c0", CAIRN_OK, 0},
        {3, "91c2", CAIRN_PACK_TYPE, 1},
        {3, "92c0c40100", CAIRN_TOO_LONG, 2},
        {3, "c0", CAIRN_PACK_TYPE, 0},
        {4, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    CHECK_RECORD(&record, cases);
}

static struct cairn_bundle_record entry_record(void)
{
    static const uint8_t proof[2 * 32] = {1, [32] = 2};
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_ENTRY};
    record.as.entry = (struct cairn_bundle_entry){
        .origin = cairn_bytes_of(ORIGIN),
        .checkpoint = cairn_bytes_of("note"),
        .leaf = {3},
        .leaf_proof = {.data = proof, .size = sizeof proof},
        .opening = {.feed = {4},
                    .number = 1,
                    .leaf_index = 9,
                    .previous_leaf_plus1 = 2,
                    .previous_size = 6,
                    .size = 8},
        .salt = {5},
        .index = 7,
        .prefix_bytes = {1, CAIRN_ENTRY_SEALED, 0, 0, 0, 0, 0, 2},
        .body = cairn_bytes_of("body"),
        .entry_proof = {.data = proof, .size = 32},
        .key = {true, {6}},
    };
    return record;
}

TEST(an_entry_record_carries_two_proofs)
{
    struct cairn_bundle_record record = entry_record(), back = read_back(&record);
    const struct cairn_bundle_entry *entry = &back.as.entry;
    assert_true(cairn_bytes_is_equal(entry->origin, cairn_bytes_of(ORIGIN)));
    assert_true(cairn_bytes_is_equal(entry->checkpoint, cairn_bytes_of("note")));
    assert_int_equal(entry->leaf[0], 3);
    assert_true(cairn_bytes_is_equal(entry->leaf_proof, record.as.entry.leaf_proof));
    assert_true(cairn_bytes_is_equal(entry->entry_proof, record.as.entry.entry_proof));
    assert_memory_equal(&entry->opening, &record.as.entry.opening, sizeof entry->opening);
    assert_int_equal(entry->salt[0], 5);
    assert_int_equal(entry->index, 7);
    assert_int_equal(entry->prefix.algorithms, CAIRN_ENTRY_SEALED);
    assert_int_equal(entry->prefix.epoch, 2);
    assert_true(cairn_bytes_is_equal(entry->body, cairn_bytes_of("body")));
    assert_true(entry->key.is_given);
    assert_int_equal(entry->key.key[0], 6);
}

TEST(every_wrong_field_of_an_entry_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},
        {1, "a161", CAIRN_ORIGIN, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},
        {2, "c400", CAIRN_PACK_FIELD, 0},
        {2, "B65537", CAIRN_TOO_LONG, 0},
        {3, NULL, CAIRN_PACK_FIELD, 0},
        {3, "B49", CAIRN_TOO_LONG, 0},
        {4, NULL, CAIRN_PACK_FIELD, 0},
        {4, "90", CAIRN_OK, 0},
        {4, "9100", CAIRN_PACK_TYPE, 1},
        {4, "91c40100", CAIRN_TOO_LONG, 1},
        {5, NULL, CAIRN_PACK_FIELD, 0},
        {5, "B119", CAIRN_TOO_LONG, 0},
        {5, "c478" ZEROS16 "0000000000000001" ZEROS96, CAIRN_NUMBER, 0}, /* second, but no first */
        {5, "B120", CAIRN_OK, 0},
        {6, NULL, CAIRN_PACK_FIELD, 0},
        {6, "B31", CAIRN_TOO_LONG, 0},
        {7, NULL, CAIRN_PACK_FIELD, 0},
        {7, "08", CAIRN_NUMBER, 0},
        {7, "c0", CAIRN_PACK_TYPE, 0},
        {8, NULL, CAIRN_PACK_FIELD, 0},
        {8, "B7", CAIRN_TOO_LONG, 0},
        {8, "B8", CAIRN_STUB, 0},
        {9, NULL, CAIRN_PACK_FIELD, 0},
        {9, "c400", CAIRN_PACK_FIELD, 0},
        {9, "B263168", CAIRN_OK, 0},
        {9, "B263169", CAIRN_TOO_LONG, 0},
        {10, NULL, CAIRN_PACK_FIELD, 0},
        {10, "91c0", CAIRN_PACK_TYPE, 1},
        {11, NULL, CAIRN_PACK_FIELD, 0},
        {11, "c0", CAIRN_OK, 0},
        {11, "B33", CAIRN_TOO_LONG, 0},
        {12, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_bundle_record record = entry_record();
    CHECK_RECORD(&record, cases);
    record.as.entry.index = 8;
    expect_assert_failure((void)encoded(&record));
}

TEST(a_proof_has_at_most_64_hashes)
{
    static const uint8_t proof[(CAIRN_BUNDLE_PROOF_MAX + 1) * 32];
    struct cairn_bundle_record record = entry_record();
    size_t fault_at;
    record.as.entry.entry_proof = (struct cairn_bytes){.data = proof, .size = sizeof proof - 32};
    assert_err(mutate_run(encoded(&record), decode, &fault_at), CAIRN_OK);
    record.as.entry.entry_proof.size = sizeof proof;
    expect_assert_failure((void)encoded(&record));
    record.as.entry.entry_proof.size = 33;
    expect_assert_failure((void)encoded(&record));

    char hex[2 + 65 * 68 + 5] = "dc0041"; /* an array of 65 */
    for (size_t i = 0; i < 65; i++) {
        memcpy(hex + 6 + i * 68, KEY32, 69);
    }
    struct mutate_case too_many = {4, hex, CAIRN_TOO_LONG, 0};
    record = entry_record();
    struct mutate_place place = {.bytes = encoded(&record)};
    mutate_fields(&place, &too_many, 1, decode);
}

TEST(an_arena_that_is_too_small_is_left_as_it_was)
{
    static uint8_t memory[4096];
    static const struct cairn_epoch_keys epochs[] = {{{1}, {2}}, {{3}, {4}}};
    static const struct cairn_content_key keys[] = {{true, {1}}, {false, {0}}};
    struct cairn_bundle_record records[] = {
        entry_record(), {.type = CAIRN_BUNDLE_FEED}, {.type = CAIRN_BUNDLE_COMMIT}};
    records[1].as.feed = (struct cairn_bundle_feed){
        .origin = cairn_bytes_of(ORIGIN), .epoch_count = 2, .epochs = epochs};
    records[2].as.commit =
        (struct cairn_bundle_commit){.commit = cairn_bytes_of("x"), .key_count = 2, .keys = keys};
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        struct cairn_bytes bytes = encoded(&records[i]);
        for (size_t size = 0; size < 32; size += 8) {
            struct cairn_bundle_record back;
            struct cairn_arena arena;
            size_t fault_at;
            cairn_arena_init(&arena, memory, size);
            assert_err(cairn_bundle_decode(bytes, &arena, &back, &fault_at), CAIRN_NO_ROOM);
            assert_int_equal(arena.used_bytes, 0);
        }
    }
}

/* Its fields one by one: test_fork.c */
TEST(a_fork_record_carries_two_statements_and_nodes)
{
    static const uint8_t nodes[64] = {1};
    static const struct mutate_case cases[] = {{2, NULL, CAIRN_PACK_FIELD, 0},
                                               {4, "c0", CAIRN_PACK_TYPE, 0}};
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_FORK};
    record.as.fork = (struct cairn_fork){.origin = cairn_bytes_of(ORIGIN),
                                         .note_a = cairn_bytes_of("one"),
                                         .note_b = cairn_bytes_of("two"),
                                         .nodes = {nodes, sizeof nodes}};
    struct cairn_fork back = read_back(&record).as.fork;
    assert_true(cairn_bytes_is_equal(back.note_a, record.as.fork.note_a));
    assert_true(cairn_bytes_is_equal(back.nodes, record.as.fork.nodes));
    CHECK_RECORD(&record, cases);
}

/* Its fields one by one: test_withheld.c */
TEST(a_withheld_record_has_as_many_fields_as_it_shows)
{
    static const struct mutate_case cases[] = {{8, NULL, CAIRN_PACK_FIELD, 0},
                                               {2, "c0", CAIRN_PACK_TYPE, 0},
                                               {16, "00", CAIRN_PACK_UNKNOWN_FIELD, 0}};
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_WITHHELD};
    record.as.withheld = (struct cairn_withheld){
        .origin = cairn_bytes_of(ORIGIN), .checkpoint = cairn_bytes_of("note"), .leaf_index = 7};
    assert_int_equal(read_back(&record).as.withheld.leaf_index, 7);
    CHECK_RECORD(&record, cases);
}

TEST(every_wrong_field_of_an_end_is_named_and_placed)
{
    static const struct mutate_case cases[] = {
        {1, NULL, CAIRN_PACK_FIELD, 0},         {1, "c0", CAIRN_PACK_TYPE, 0},
        {2, NULL, CAIRN_PACK_FIELD, 0},         {2, "B31", CAIRN_TOO_LONG, 0},
        {3, "00", CAIRN_PACK_UNKNOWN_FIELD, 0},
    };
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_END, .as.end = {300, {1}}};
    assert_int_equal(read_back(&record).as.end.record_count, 300);
    CHECK_RECORD(&record, cases);
}

TEST(a_record_over_two_mebibytes_is_not_written)
{
    static uint8_t buffer[CAIRN_BUNDLE_RECORD_BYTES + 4096];
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_COMMIT};
    struct cairn_content_key *keys = calloc(62000, sizeof *keys);
    assert_non_null(keys);
    for (size_t i = 0; i < 62000; i++) {
        keys[i].is_given = true;
    }
    struct cairn_bytes out = {.size = 77};
    record.as.commit = (struct cairn_bundle_commit){
        .commit = cairn_bytes_of("x"), .key_count = 62000, .keys = keys};
    assert_err(cairn_bundle_encode(&record, buffer, sizeof buffer, &out), CAIRN_NO_ROOM);
    record.as.commit.key_count = 61700;
    assert_err(cairn_bundle_encode(&record, buffer, sizeof buffer, &out), CAIRN_TOO_LONG);
    assert_int_equal(out.size, 77);
    record.as.commit.key_count = 61600;
    assert_err(cairn_bundle_encode(&record, buffer, sizeof buffer, &out), CAIRN_OK);
    free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_one_byte_to_two_mebibytes),
        cmocka_unit_test(a_record_stands_behind_its_length),
        cmocka_unit_test(a_record_of_unknown_type_or_size_is_refused),
        cmocka_unit_test(a_head_names_its_scope),
        cmocka_unit_test(every_wrong_field_of_a_head_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_document_or_checkpoint_is_named_and_placed),
        cmocka_unit_test(every_wrong_field_of_a_journal_is_named_and_placed),
        cmocka_unit_test(a_feed_record_has_two_keys_for_each_epoch),
        cmocka_unit_test(leaves_are_whole_and_not_too_many),
        cmocka_unit_test(a_commit_record_gives_some_keys_and_withholds_others),
        cmocka_unit_test(an_entry_record_carries_two_proofs),
        cmocka_unit_test(every_wrong_field_of_an_entry_is_named_and_placed),
        cmocka_unit_test(a_proof_has_at_most_64_hashes),
        cmocka_unit_test(an_arena_that_is_too_small_is_left_as_it_was),
        cmocka_unit_test(a_fork_record_carries_two_statements_and_nodes),
        cmocka_unit_test(a_withheld_record_has_as_many_fields_as_it_shows),
        cmocka_unit_test(every_wrong_field_of_an_end_is_named_and_placed),
        cmocka_unit_test(a_record_over_two_mebibytes_is_not_written),
    };
    return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
