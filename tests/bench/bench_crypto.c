/* Cost of the calls that stand on hot paths, in CPU time of one core. Prints `name value unit`. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/suite.h"
#include "schema/base/check.h"
#include "tests/bench/bench.h"

static struct cairn_suite suite;
static const uint8_t key[32] = {0x10}, nonce[12] = {2};
static uint8_t data[600], sealed[616], out[616], public_key[32], signature[64], wrap[80];
static struct cairn_suite_box box = {.key = key, .nonce = nonce};

static struct cairn_bytes view(size_t size)
{
    return (struct cairn_bytes){data, size};
}

static void sha256_32(void)
{
    cairn_sha256_of(view(32), out);
}

static void sha256_500(void)
{
    cairn_sha256_of(view(500), out);
}

static void merkle_node(void)
{
    cairn_merkle_node(data, data + 32, out);
}

static void seal_500(void)
{
    cairn_suite_seal(&suite, &box, view(500), sealed);
}

/* A key that was not used before, as every entry's content key. */
static void seal_500_fresh(void)
{
    static uint8_t fresh[32];
    for (size_t i = 0; i < sizeof fresh && ++fresh[i] == 0; i++) {
    }
    struct cairn_suite_box fresh_box = {.key = fresh, .nonce = nonce};
    cairn_suite_seal(&suite, &fresh_box, view(500), out);
}

static void open_500(void)
{
    CAIRN_REQUIRE(cairn_suite_open(&suite, &box, (struct cairn_bytes){sealed, 516}, out) ==
                  CAIRN_OK);
}

static void seal_32(void)
{
    cairn_suite_seal(&suite, &box, view(32), out);
}

static void block(void)
{
    cairn_suite_block(&suite, key, data, out);
}

static void hmac_64(void)
{
    cairn_suite_hmac(&suite, (struct cairn_bytes){key, 32}, view(64), out);
}

static void hkdf_32(void)
{
    struct cairn_suite_hkdf input = {{key, 32}, {nonce, 12}, view(40)};
    cairn_suite_hkdf(&suite, &input, out, 32);
}

static void sign_200(void)
{
    cairn_suite_sign(&suite, key, view(200), signature);
}

static void verify_200(void)
{
    CAIRN_REQUIRE(cairn_suite_verify(&suite, public_key, view(200), signature) == CAIRN_OK);
}

static void wrap_secret(void)
{
    struct cairn_suite_wrap_to to = {key, public_key, view(100)};
    CAIRN_REQUIRE(cairn_suite_wrap(&suite, &to, key, wrap) == CAIRN_OK);
}

static void unwrap_secret(void)
{
    CAIRN_REQUIRE(cairn_suite_unwrap(&suite, key, view(100), wrap, out) == CAIRN_OK);
}

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Best of five runs of at least 40 ms each. */
static void measure(const char *table, const char *name, void (*run)(void))
{
    double best_us = 1e9;
    for (int round = 0; round < 5; round++) {
        double begin_us = cpu_us(), now_us = begin_us;
        long count = 0;
        for (; now_us - begin_us < 40e3; now_us = cpu_us()) {
            for (int i = 0; i < 100; i++, count++) {
                run();
            }
        }
        double each_us = (now_us - begin_us) / (double)count;
        best_us = each_us < best_us ? each_us : best_us;
    }
    printf("crypto_%s_%s %.3f us\n", table, name, best_us);
}

static void measure_suite(const char *table)
{
    measure(table, "seal_500", seal_500);
    measure(table, "open_500", open_500);
    measure(table, "seal_500_fresh_key", seal_500_fresh);
    measure(table, "seal_32", seal_32);
    measure(table, "block", block);
    measure(table, "hmac_64", hmac_64);
    measure(table, "hkdf_32", hkdf_32);
    cairn_suite_sign_public(&suite, key, public_key);
    measure(table, "sign_200", sign_200);
    measure(table, "verify_200", verify_200);
    cairn_suite_dh_public(&suite, key, public_key);
    measure(table, "wrap", wrap_secret);
    measure(table, "unwrap", unwrap_secret);
    cairn_suite_close(&suite);
}

int main(void)
{
    measure("hash", "sha256_32", sha256_32);
    measure("hash", "sha256_500", sha256_500);
    measure("hash", "merkle_node", merkle_node);
    if (cairn_suite_open_real(&suite) != CAIRN_OK) {
        return 1;
    }
    measure_suite("real");
    cairn_suite_init_fake(&suite);
    measure_suite("fake");
    return 0;
}
