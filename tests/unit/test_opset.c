#include "replication/merge/opset.h"

#include <string.h>

#include "tests/lib/ops.h"

#define BIG (CAIRN_LIMIT_BATCH_BYTES - 100)

static struct cairn_arena arena;

/* One block for all, from its start each time. */
static void open_arena(void)
{
    size_t size = 64u << 20;
    if (arena.memory == NULL) {
        cairn_arena_init(&arena, ops_take(size), size);
    }
    cairn_arena_reset(&arena);
}

/* An operation of which only the set's fields matter. */
static struct cairn_opset_item item(uint64_t hlc, uint8_t id, enum cairn_opset_rank rank,
                                    size_t size)
{
    uint8_t *bytes = ops_take(32 + 16 + size);
    bytes[0] = id;
    return (struct cairn_opset_item){
        .hlc = hlc,
        .index = 7,
        .entry_id = bytes,
        .feed = bytes + 32,
        .country = "AUT",
        .rank = rank,
        .kind = CAIRN_KIND_ALERT_AMEND,
        .operation = {bytes + 48, size},
        .body = {bytes + 48 + size / 2, size - size / 2},
    };
}

static struct cairn_opset empty(void)
{
    struct cairn_opset set;
    open_arena();
    assert_err(cairn_opset_open((struct cairn_bytes){NULL, 0}, CAIRN_OPSET_ALERT, &arena, &set),
               CAIRN_OK);
    return set;
}

static bool insert(struct cairn_opset *set, struct cairn_opset_item one)
{
    bool is_changed;
    struct cairn_opset_item *kept = ops_take(sizeof *kept);
    *kept = one;
    assert_err(cairn_opset_insert(set, kept, &arena, set, &is_changed), CAIRN_OK);
    return is_changed;
}

static struct cairn_bytes encode(const struct cairn_opset *set)
{
    struct cairn_bytes state;
    assert_err(cairn_opset_encode(set, &arena, &state), CAIRN_OK);
    assert_int_equal(state.size, cairn_opset_size(set));
    return state;
}

TEST(a_set_is_kept_in_order_and_reads_back)
{
    struct cairn_opset set = empty(), again;
    assert_true(insert(&set, item(30, 1, CAIRN_OPSET_RANK_OWNER, 20)));
    assert_true(insert(&set, item(10, 9, CAIRN_OPSET_RANK_TAKING, 0)));
    assert_true(insert(&set, item(10, 2, CAIRN_OPSET_RANK_OTHER, 5)));
    assert_false(insert(&set, item(10, 9, CAIRN_OPSET_RANK_TAKING, 0)));
    assert_int_equal(set.count, 3);
    struct cairn_bytes state = encode(&set);
    assert_err(cairn_opset_open(state, CAIRN_OPSET_ALERT, &arena, &again), CAIRN_OK);
    assert_int_equal(again.count, 3);
    assert_int_equal(again.items[0].entry_id[0], 2);
    assert_int_equal(again.items[1].entry_id[0], 9);
    assert_true(cairn_opset_is_taking(&again.items[1]));
    assert_int_equal(again.items[2].operation.size, 20);
    assert_ptr_equal(again.items[2].body.data, again.items[2].operation.data + 10);
    assert_string_equal(again.items[2].country, "AUT");
    assert_true(cairn_bytes_is_equal(encode(&again), state));
}

TEST(s2_too_many_are_cut_off_and_what_takes_away_is_kept)
{
    struct cairn_opset set = empty();
    for (uint32_t i = 0; i < CAIRN_OPSET_COUNT_MAX; i++) {
        struct cairn_opset_item one = item(1000 + i, 1, CAIRN_OPSET_RANK_OWNER, 1);
        uint8_t *id = ops_take(32);
        cairn_bytes_put_u32(id, i);
        one.entry_id = id;
        assert_true(insert(&set, one));
    }
    assert_false(set.is_cut);
    assert_false(cairn_opset_has_room(&set, 1));
    assert_true(insert(&set, item(5000, 200, CAIRN_OPSET_RANK_OWNER, 1))); /* cut at once */
    assert_true(set.is_cut);
    assert_int_equal(set.count, CAIRN_OPSET_COUNT_MAX);
    assert_true(set.items[511].hlc == 1511);
    assert_false(insert(&set, item(5000, 200, CAIRN_OPSET_RANK_OWNER, 1)));
    assert_false(insert(&set, item(5001, 201, CAIRN_OPSET_RANK_OWNER, 1)));
    assert_true(insert(&set, item(9000, 202, CAIRN_OPSET_RANK_TAKING, 1)));
    assert_true(set.items[511].hlc == 9000);
    assert_true(set.items[510].hlc == 1510);
    assert_true(set.cut_hlc == 1511);
    assert_true(insert(&set, item(1, 203, CAIRN_OPSET_RANK_OTHER, 1)) == false); /* behind it */
}

/* Random sizes and dates: whatever the order, the same bytes. */
TEST(s3_what_is_kept_does_not_depend_on_the_order_of_arrival)
{
    struct test_rng rng = test_rng_open();
    struct cairn_opset_item items[12];
    static uint8_t first[CAIRN_LIMIT_STATE_BYTES];
    for (uint32_t round = 0; round < 30; round++) {
        struct cairn_bytes wanted = {NULL, 0};
        uint32_t count = 2 + test_rng_below(&rng, 11);
        for (uint32_t i = 0; i < count; i++) {
            size_t size = test_rng_below(&rng, 3) == 0 ? BIG : 1 + test_rng_below(&rng, 60000);
            items[i] = item(test_rng_below(&rng, 6), (uint8_t)(1 + i),
                            (enum cairn_opset_rank)test_rng_below(&rng, 3), size);
        }
        for (uint32_t order = 0; order < 10; order++) {
            struct cairn_opset set = empty();
            for (uint32_t step = 0; step < 3 * count; step++) {
                (void)insert(&set, items[test_rng_below(&rng, count)]);
            }
            for (uint32_t i = 0; i < count; i++) {
                (void)insert(&set, items[i]);
            }
            struct cairn_bytes state = encode(&set);
            assert_true(state.size <= CAIRN_LIMIT_STATE_BYTES);
            if (order == 0) {
                memcpy(first, state.data, state.size);
                wanted = (struct cairn_bytes){first, state.size};
            }
            assert_true(cairn_bytes_is_equal(state, wanted));
        }
    }
}

/* The store is not trusted with the layout: every byte changed, every end cut off. */
TEST(damaged_states_are_refused_or_read_and_never_crash)
{
    struct cairn_opset set = empty(), out;
    (void)insert(&set, item(30, 1, CAIRN_OPSET_RANK_OWNER, 20));
    (void)insert(&set, item(10, 9, CAIRN_OPSET_RANK_TAKING, 3));
    struct cairn_bytes state = encode(&set);
    for (size_t size = 1; size < state.size; size++) {
        struct cairn_bytes cut = {state.data, size};
        assert_err(cairn_opset_open(cut, CAIRN_OPSET_ALERT, &arena, &out), CAIRN_DISK_CORRUPT);
    }
    assert_err(cairn_opset_open(state, CAIRN_OPSET_CASE, &arena, &out), CAIRN_DISK_CORRUPT);
    uint8_t *changed = ops_take(state.size);
    for (size_t at = 0; at < state.size; at++) {
        for (uint32_t bit = 0; bit < 8; bit++) {
            memcpy(changed, state.data, state.size);
            changed[at] ^= (uint8_t)(1u << bit);
            struct cairn_bytes bytes = {changed, state.size};
            if (cairn_opset_open(bytes, CAIRN_OPSET_ALERT, &arena, &out) == CAIRN_OK) {
                assert_true(cairn_bytes_is_equal(encode(&out), bytes));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_kept_in_order_and_reads_back),
        cmocka_unit_test(s2_too_many_are_cut_off_and_what_takes_away_is_kept),
        cmocka_unit_test(s3_what_is_kept_does_not_depend_on_the_order_of_arrival),
        cmocka_unit_test(damaged_states_are_refused_or_read_and_never_crash),
    };
    return cmocka_run_group_tests_name("opset", tests, NULL, NULL);
}
