#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "replication/trust/record.h"

#define MEMBERS 3u

static struct cairn_suite suite;
static const char *const codes[MEMBERS + 1] = {"AUT", "GEO", "SRB", "KEN"};
static struct cairn_record_key keys[MEMBERS + 1];
static struct cairn_record_member members[MEMBERS + 1];
static const uint8_t nonces[2][32] = {{1}, {2}};
static const uint8_t secrets[2][32] = {{3}, {4}};

/* One feed: opened for three, rekeyed once, KEN admitted with both secrets. */
static struct cairn_wrap open_wraps[MEMBERS], rekey_wraps[MEMBERS];
static uint8_t admit_wraps[2][CAIRN_WRAP_BYTES];
static struct cairn_feed_open open;
static struct cairn_feed_rekey rekey;
static struct cairn_feed_admit admit;
static struct cairn_feed feed;

static struct cairn_record_reader reader_of(size_t country)
{
    return (struct cairn_record_reader){
        .suite = &suite,
        .origin = cairn_bytes_of("test-demo/AUT/vienna-1/1"),
        .country = (const uint8_t *)codes[country],
        .keys = &keys[country],
        .key_count = 1,
    };
}

static void make_wrap(uint32_t epoch, const uint8_t *nonce, size_t country, struct cairn_wrap *out)
{
    struct cairn_record_reader author = reader_of(0);
    struct cairn_keys_wrap what = {.nonce = nonce, .epoch = epoch};
    assert_err(cairn_record_wrap(&author, &what, secrets[epoch], &members[country], out), CAIRN_OK);
}

static void make_open_and_rekey(void)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        make_wrap(0, nonces[0], i, &open_wraps[i]);
        make_wrap(1, nonces[1], i, &rekey_wraps[i]);
    }
    open = (struct cairn_feed_open){.wrap_count = MEMBERS, .wraps = open_wraps};
    rekey = (struct cairn_feed_rekey){.epoch = 1, .wrap_count = MEMBERS, .wraps = rekey_wraps};
    memcpy(open.nonce, nonces[0], 32);
    memcpy(rekey.nonce, nonces[1], 32);
    cairn_sha256_of((struct cairn_bytes){secrets[0], 32}, open.secret_hash);
    cairn_sha256_of((struct cairn_bytes){secrets[1], 32}, rekey.secret_hash);
}

static void make_admit(void)
{
    admit = (struct cairn_feed_admit){.country = "KEN", .wrap_count = 2};
    memcpy(admit.sealing, members[MEMBERS].sealing_public, 32);
    for (uint32_t epoch = 0; epoch < 2; epoch++) {
        struct cairn_wrap wrap;
        make_wrap(epoch, nonces[0], MEMBERS, &wrap); /* of the open, for every epoch */
        memcpy(admit_wraps[epoch], wrap.wrap, CAIRN_WRAP_BYTES);
    }
    void *wraps = admit_wraps; /* no cast: gcc takes rows of const for another type */
    admit.wraps = wraps;
}

static int begin(void **state)
{
    (void)state;
    for (uint8_t i = 0; i <= MEMBERS; i++) {
        memset(keys[i].secret, i + 1, 32);
        memcpy(members[i].country, codes[i], 3);
        cairn_suite_dh_public(&suite, keys[i].secret, keys[i].sealing_public);
        memcpy(members[i].sealing_public, keys[i].sealing_public, 32);
    }
    make_open_and_rekey();
    make_admit();
    const uint8_t id[16] = {7};
    cairn_feed_init(&feed, id, CAIRN_FEED_TYPE_AUDIENCE, 0);
    memcpy(feed.nonce, nonces[0], 32);
    for (size_t i = 0; i < 2; i++) {
        struct cairn_record_reader author = reader_of(0);
        assert_err(cairn_feed_add_epoch(&feed, &suite, author.origin, secrets[i]), CAIRN_OK);
    }
    return 0;
}

static int open_suite(void **state)
{
    (void)state;
    return cairn_suite_open_real(&suite) == CAIRN_OK ? 0 : -1;
}

static int close_suite(void **state)
{
    (void)state;
    cairn_suite_close(&suite);
    return 0;
}

static cairn_err open_as(size_t country, const struct cairn_feed_admit *by,
                         uint8_t out[static CAIRN_FEED_EPOCHS_MAX][32], uint32_t *out_count)
{
    struct cairn_record_reader reader = reader_of(country);
    return cairn_record_open(&reader, &open, by, out, out_count);
}

TEST(every_member_finds_the_secret_and_checks_all_wraps)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        uint8_t found[CAIRN_FEED_EPOCHS_MAX][32], next[32];
        uint32_t count = 0;
        struct cairn_record_reader reader = reader_of(i);
        assert_err(open_as(i, NULL, found, &count), CAIRN_OK);
        assert_int_equal(count, 1);
        assert_memory_equal(found[0], secrets[0], 32);
        assert_err(cairn_record_open_rekey(&reader, &rekey, NULL, next), CAIRN_OK);
        assert_memory_equal(next, secrets[1], 32);
        assert_err(cairn_record_check_admit(&reader, &feed, &admit), CAIRN_OK);
    }
}

TEST(who_was_admitted_later_gets_all_secrets_from_the_admission)
{
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32], next[32];
    uint32_t count = 0;
    struct cairn_record_reader ken = reader_of(MEMBERS);
    assert_err(open_as(MEMBERS, NULL, found, &count), CAIRN_DENIED_PARTNER);
    assert_err(open_as(MEMBERS, &admit, found, &count), CAIRN_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(found[0], secrets[0], 32);
    assert_memory_equal(found[1], secrets[1], 32);
    assert_err(cairn_record_open_rekey(&ken, &rekey, NULL, next), CAIRN_DENIED_PARTNER);
    assert_err(cairn_record_open_rekey(&ken, &rekey, found[1], next), CAIRN_OK);
    assert_memory_equal(next, secrets[1], 32);
    assert_err(cairn_record_open_rekey(&ken, &rekey, found[0], next), CAIRN_PEER_WRAP);
}

TEST(a_wrap_for_another_shows_to_every_member)
{
    for (size_t changed = 0; changed < MEMBERS; changed++) {
        open_wraps[changed].wrap[40] ^= 1;
        for (size_t i = 0; i < MEMBERS; i++) {
            uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
            uint32_t count = 99;
            assert_err(open_as(i, NULL, found, &count), CAIRN_PEER_WRAP);
            assert_int_equal(count, 99);
        }
        open_wraps[changed].wrap[40] ^= 1;
    }
}

TEST(another_secret_in_the_own_wrap_shows)
{
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count;
    struct cairn_record_reader author = reader_of(0);
    struct cairn_keys_wrap what = {.nonce = nonces[0], .epoch = 0};
    assert_err(cairn_record_wrap(&author, &what, secrets[1], &members[1], &open_wraps[1]),
               CAIRN_OK);
    assert_err(open_as(1, NULL, found, &count), CAIRN_PEER_WRAP); /* not what its hash says */
    assert_err(open_as(2, NULL, found, &count), CAIRN_PEER_WRAP); /* cannot be recomputed */
}

TEST(a_low_order_sealing_key_of_a_member_shows)
{
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count;
    memset(open_wraps[2].sealing, 0, 32);
    assert_err(open_as(0, NULL, found, &count), CAIRN_PEER_WRAP);
    struct cairn_record_reader author = reader_of(0);
    struct cairn_keys_wrap what = {.nonce = nonces[0], .epoch = 0};
    struct cairn_record_member low = {.country = {'S', 'R', 'B'}};
    struct cairn_wrap wrap;
    assert_err(cairn_record_wrap(&author, &what, secrets[0], &low, &wrap), CAIRN_CRYPTO_KEY);
}

TEST(an_admission_has_one_right_wrap_for_each_epoch)
{
    struct cairn_record_reader reader = reader_of(1);
    admit.wrap_count = 1;
    assert_err(cairn_record_check_admit(&reader, &feed, &admit), CAIRN_PEER_WRAP);
    admit.wrap_count = 2;
    admit_wraps[1][79] ^= 1;
    assert_err(cairn_record_check_admit(&reader, &feed, &admit), CAIRN_PEER_WRAP);
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count;
    assert_err(open_as(MEMBERS, &admit, found, &count), CAIRN_PEER_WRAP);
    admit.wrap_count = CAIRN_FEED_EPOCHS_MAX + 1;
    assert_err(open_as(MEMBERS, &admit, found, &count), CAIRN_PEER_WRAP);
}

TEST(an_admission_of_somebody_else_opens_nothing)
{
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count;
    memcpy(admit.country, "UNO", 4);
    assert_err(open_as(MEMBERS, &admit, found, &count), CAIRN_DENIED_PARTNER);
}

TEST(the_secret_gives_every_byte_of_the_hash)
{
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count = 0;
    for (size_t at = 0; at < 32; at++) {
        open.secret_hash[at] ^= 1;
        assert_err(open_as(1, NULL, found, &count), CAIRN_PEER_WRAP);
        open.secret_hash[at] ^= 1;
    }
    assert_err(open_as(1, NULL, found, &count), CAIRN_OK);
}

TEST(countries_and_keys_that_begin_alike_are_told_apart)
{
    uint8_t found[CAIRN_FEED_EPOCHS_MAX][32];
    uint32_t count = 0;
    struct cairn_record_key held[2] = {keys[1], keys[1]};
    struct cairn_record_reader reader = reader_of(1);
    reader.keys = held;
    reader.key_count = 2;
    held[0].sealing_public[31] ^= 1;
    held[0].secret[31] ^= 1;
    assert_err(cairn_record_open(&reader, &open, NULL, found, &count), CAIRN_OK);
    reader.country = (const uint8_t *)"GER"; /* GEO is a member */
    assert_err(cairn_record_open(&reader, &open, NULL, found, &count), CAIRN_DENIED_PARTNER);
    reader = reader_of(MEMBERS);
    reader.country = (const uint8_t *)"KEY"; /* KEN is admitted */
    assert_err(cairn_record_open(&reader, &open, &admit, found, &count), CAIRN_DENIED_PARTNER);
    reader = reader_of(1);
    reader.country = (const uint8_t *)"GUY";
    assert_err(cairn_record_open(&reader, &open, NULL, found, &count), CAIRN_DENIED_PARTNER);
    reader = reader_of(MEMBERS);
    reader.country = (const uint8_t *)"KGZ";
    assert_err(cairn_record_open(&reader, &open, &admit, found, &count), CAIRN_DENIED_PARTNER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_member_finds_the_secret_and_checks_all_wraps, begin),
        cmocka_unit_test_setup(who_was_admitted_later_gets_all_secrets_from_the_admission, begin),
        cmocka_unit_test_setup(a_wrap_for_another_shows_to_every_member, begin),
        cmocka_unit_test_setup(another_secret_in_the_own_wrap_shows, begin),
        cmocka_unit_test_setup(a_low_order_sealing_key_of_a_member_shows, begin),
        cmocka_unit_test_setup(an_admission_has_one_right_wrap_for_each_epoch, begin),
        cmocka_unit_test_setup(an_admission_of_somebody_else_opens_nothing, begin),
        cmocka_unit_test_setup(the_secret_gives_every_byte_of_the_hash, begin),
        cmocka_unit_test_setup(countries_and_keys_that_begin_alike_are_told_apart, begin),
    };
    return cmocka_run_group_tests_name("record", tests, open_suite, close_suite);
}
