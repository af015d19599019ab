#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "replication/log/body.h"
#include "replication/log/keys.h"
#include "replication/merge/open.h"

static struct cairn_suite suite;
static const uint8_t slot_keys[2][32] = {{1}, {2}};
static uint8_t body[1024];
static uint8_t scratch[1024];

static int begin(void **state)
{
    (void)state;
    cairn_suite_init_fake(&suite);
    return 0;
}

static struct cairn_open_reader reader_of(uint32_t epoch_count)
{
    return (struct cairn_open_reader){
        .suite = &suite,
        .origin = cairn_bytes_of("test-demo/AUT/vienna-1/1"),
        .feed = {5},
        .slot_keys = slot_keys,
        .epoch_count = epoch_count,
    };
}

/* An entry of index 3 of this epoch; its prefix as in a commit. */
static struct cairn_commit_entry entry_of(uint8_t algorithms, uint32_t epoch,
                                          struct cairn_bytes bytes)
{
    static uint8_t prefix_bytes[CAIRN_PREFIX_BYTES];
    struct cairn_commit_entry entry = {
        .prefix = {.version = 1, .algorithms = algorithms, .epoch = epoch},
        .prefix_bytes = {prefix_bytes, sizeof prefix_bytes},
        .body = bytes,
        .index = 3,
    };
    cairn_prefix_encode(&entry.prefix, prefix_bytes);
    return entry;
}

static struct cairn_commit_entry sealed_entry(uint32_t epoch, const char *operation)
{
    struct cairn_open_reader reader = reader_of(2);
    const uint8_t fresh[32] = {9};
    struct cairn_body_place place = {reader.origin, reader.feed, epoch, 3, &suite};
    struct cairn_body_keys keys = {slot_keys[epoch], fresh};
    struct cairn_bytes text = cairn_bytes_of(operation);
    struct cairn_stub stub;
    cairn_body_seal(&place, &keys, text, body, &stub);
    return entry_of(CAIRN_ENTRY_SEALED, epoch,
                    (struct cairn_bytes){body, cairn_body_sealed_bytes(text.size)});
}

TEST(a_clear_entry_is_its_body_and_has_no_key)
{
    struct cairn_open_reader reader = reader_of(0);
    struct cairn_commit_entry entry = entry_of(CAIRN_ENTRY_CLEAR, 9, cairn_bytes_of("clear"));
    struct cairn_bytes operation;
    uint8_t key[32] = {1}, zero[32] = {0};
    assert_err(cairn_open_entry(&reader, &entry, scratch, &operation, key), CAIRN_OK);
    assert_ptr_equal(operation.data, entry.body.data);
    assert_int_equal(operation.size, 5);
    assert_memory_equal(key, zero, 32);
}

TEST(a_sealed_entry_opens_with_the_slot_key_of_its_epoch)
{
    for (uint32_t epoch = 0; epoch < 2; epoch++) {
        struct cairn_open_reader reader = reader_of(2);
        struct cairn_commit_entry entry = sealed_entry(epoch, "an operation");
        struct cairn_bytes operation, again;
        uint8_t key[32];
        assert_err(cairn_open_entry(&reader, &entry, scratch, &operation, key), CAIRN_OK);
        assert_int_equal(operation.size, 12);
        assert_memory_equal(operation.data, "an operation", 12);
        struct cairn_body_place place = {reader.origin, reader.feed, epoch, 3, &suite};
        assert_err(cairn_body_open(&place, key, entry.body, scratch, &again), CAIRN_OK);
    }
}

TEST(an_epoch_whose_key_is_not_held_or_not_the_right_one_does_not_open)
{
    struct cairn_open_reader reader = reader_of(1);
    struct cairn_commit_entry entry = sealed_entry(1, "an operation");
    struct cairn_bytes operation;
    uint8_t key[32];
    assert_err(cairn_open_entry(&reader, &entry, scratch, &operation, key), CAIRN_CRYPTO_OPEN);
    reader.epoch_count = 2;
    entry.prefix.epoch = 0;
    assert_err(cairn_open_entry(&reader, &entry, scratch, &operation, key), CAIRN_CRYPTO_OPEN);
    entry.prefix.epoch = 1;
    entry.index = 4;
    assert_err(cairn_open_entry(&reader, &entry, scratch, &operation, key), CAIRN_CRYPTO_OPEN);
}

TEST(an_id_is_that_of_the_stub_whether_the_entry_opens_or_not)
{
    struct cairn_open_reader reader = reader_of(0);
    struct cairn_commit_entry entry = sealed_entry(1, "an operation");
    uint8_t stub[CAIRN_STUB_BYTES], digest[32], wanted[32], id[32];
    cairn_sha256_of(entry.body, digest);
    cairn_stub_join(entry.prefix_bytes.data, 3, digest, stub);
    cairn_keys_entry_id(reader.feed, stub, wanted);
    cairn_open_entry_id(&reader, &entry, id);
    assert_memory_equal(id, wanted, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_clear_entry_is_its_body_and_has_no_key, begin),
        cmocka_unit_test_setup(a_sealed_entry_opens_with_the_slot_key_of_its_epoch, begin),
        cmocka_unit_test_setup(an_epoch_whose_key_is_not_held_or_not_the_right_one_does_not_open,
                               begin),
        cmocka_unit_test_setup(an_id_is_that_of_the_stub_whether_the_entry_opens_or_not, begin),
    };
    return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
