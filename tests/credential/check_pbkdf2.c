/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <fcntl.h>
#include <nettle/nettle-meta.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/base/encoding.h"
#include "common/credential/pbkdf2.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define DIGEST_MAX   64

static void derive(const struct nettle_hash *hash, const char *password, size_t length,
                   const inv_pbkdf2_cost *cost, unsigned char derived[DIGEST_MAX])
{
    inv_secret *secret = inv_secret_new(password, length);

    ck_assert_ptr_nonnull(secret);
    inv_pbkdf2(hash, secret, cost, derived);
    inv_secret_free(&secret);
}

/* RFC 6070 2 (SHA-1) and RFC 7914 11 (SHA-256, the first of its two blocks). */
static const struct {
    const struct nettle_hash *hash;
    const char *password;
    size_t length;
    const char *salt;
    size_t salt_length;
    unsigned iterations;
    size_t size; /* of the derived key */
    const char *derived;
} vectors[] = {
    {&nettle_sha1, "password", 8, "salt", 4, 1, 20, "0c60c80f961f0e71f3a9b524af6012062fe037a6"},
    {&nettle_sha1, "password", 8, "salt", 4, 2, 20, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
    {&nettle_sha1, "password", 8, "salt", 4, 4096, 20, "4b007901b765489abead49d926f721d065a429c1"},
    {&nettle_sha1, "pass\0word", 9, "sa\0lt", 5, 4096, 16, "56fa6aa75548099dcc37d7f03425e0c3"},
    {&nettle_sha256, "passwd", 6, "salt", 4, 1, 32,
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"},
    {&nettle_sha256, "Password", 8, "NaCl", 4, 80000, 32,
     "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"},
};

START_TEST(the_values_are_those_of_the_rfcs)
{
    const inv_pbkdf2_cost cost = {(const unsigned char *)vectors[_i].salt, vectors[_i].salt_length,
                                  vectors[_i].iterations};
    unsigned char derived[DIGEST_MAX];
    char hex[2 * DIGEST_MAX + 1];

    derive(vectors[_i].hash, vectors[_i].password, vectors[_i].length, &cost, derived);
    inv_hex_write(derived, vectors[_i].size, hex);
    ck_assert_str_eq(hex, vectors[_i].derived);
}
END_TEST

/*
 * Round the block of each hash (64 and 128 bytes), behind which a key is hashed first and where a
 * message gets one block more.
 */
static const size_t lengths[] = {1, 8, 31, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 200, 1024};

static void expect_that_of_libcrypto(const struct nettle_hash *hash, const EVP_MD *digest,
                                     size_t length, const inv_pbkdf2_cost *cost)
{
    unsigned char expected[DIGEST_MAX];
    unsigned char derived[DIGEST_MAX];
    char password[1024];

    for (size_t i = 0; i < length; i++)
        password[i] = (char)(i * 7 + length);
    ck_assert_int_eq(PKCS5_PBKDF2_HMAC(password, (int)length, cost->salt, (int)cost->salt_length,
                                       (int)cost->iterations, digest, (int)hash->digest_size,
                                       expected),
                     1);
    derive(hash, password, length, cost, derived);
    ck_assert_msg(memcmp(derived, expected, hash->digest_size) == 0,
                  "%s, password of %zu, salt of %zu, %u iterations", hash->name, length,
                  cost->salt_length, cost->iterations);
}

START_TEST(libcrypto_computes_the_same)
{
    const struct nettle_hash *const hashes[] = {&nettle_sha1, &nettle_sha256, &nettle_sha512};
    const EVP_MD *const digests[] = {EVP_sha1(), EVP_sha256(), EVP_sha512()};
    static const unsigned iterations[] = {1, 2, 3, 100};
    unsigned char salt[1024];

    for (size_t i = 0; i < sizeof(salt); i++)
        salt[i] = (unsigned char)(i * 13);
    for (int i = 0; i < COUNT(lengths); i++) {
        for (int j = 0; j < COUNT(lengths); j++) {
            for (int k = 0; k < COUNT(iterations); k++) {
                const inv_pbkdf2_cost cost = {salt, lengths[j], iterations[k]};

                expect_that_of_libcrypto(hashes[_i], digests[_i], lengths[i], &cost);
            }
        }
    }
}
END_TEST

/* ------------------------------------------------------------------------------ what is left */

#define STACK_SIZE (256 * 1024)
#define PIECE      8

static _Alignas(64) unsigned char stack[STACK_SIZE];
static unsigned char seen[STACK_SIZE]; /* what stack holds */

static struct task {
    const struct nettle_hash *hash;
    const inv_secret *password;
    unsigned char derived[DIGEST_MAX];
} task;

static void *derive_once(void *unused)
{
    static const inv_pbkdf2_cost cost = {(const unsigned char *)"a salt of its own", 17, 1};

    inv_pbkdf2(task.hash, task.password, &cost, task.derived);
    return unused;
}

/* By way of the kernel: to valgrind the stack of a thread that has ended is no memory any more. */
static void look_at_stack(void)
{
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(memory, 0);
    ck_assert_int_eq(pread(memory, seen, sizeof(seen), (off_t)(uintptr_t)stack), STACK_SIZE);
    (void)close(memory);
}

/* Pieces of length bytes, each xored with pad, as they are or as words. */
static void expect_none(const char *what, const unsigned char *bytes, size_t length,
                        unsigned char pad)
{
    for (size_t i = 0; i + PIECE <= length; i += 4) {
        unsigned char piece[PIECE];
        unsigned char words[PIECE];

        for (size_t j = 0; j < PIECE; j++) {
            piece[j] = bytes[i + j] ^ pad;
            words[j / 4 * 4 + 3 - j % 4] = piece[j];
        }
        ck_assert_msg(memmem(seen, sizeof(seen), piece, PIECE) == NULL &&
                          memmem(seen, sizeof(seen), words, PIECE) == NULL,
                      "%s of %s, xored with %02x, from byte %zu on", what, task.hash->name, pad, i);
    }
}

/* The password, as it is and as HMAC pads it, and what was derived of it. */
START_TEST(nothing_is_left_on_the_stack)
{
    static const char text[] = "Q7v!Zk2#pL9$xW4&nR8*";
    const struct nettle_hash *const hashes[] = {&nettle_sha1, &nettle_sha256, &nettle_sha512};
    inv_secret *password = inv_secret_new(text, strlen(text));
    pthread_attr_t attributes;
    pthread_t thread;

    task = (struct task){.hash = hashes[_i], .password = password};
    ck_assert_int_eq(pthread_attr_init(&attributes), 0);
    ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, sizeof(stack)), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, derive_once, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(pthread_attr_destroy(&attributes), 0);
    look_at_stack();
    expect_none("password", (const unsigned char *)text, strlen(text), 0);
    expect_none("password", (const unsigned char *)text, strlen(text), 0x36);
    expect_none("password", (const unsigned char *)text, strlen(text), 0x5c);
    expect_none("derived key", task.derived, task.hash->digest_size, 0);
    inv_secret_free(&password);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pbkdf2");
    TCase *tests = tcase_create("pbkdf2");

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, the_values_are_those_of_the_rfcs, 0, COUNT(vectors));
    tcase_add_loop_test(tests, libcrypto_computes_the_same, 0, 3);
    tcase_add_loop_test(tests, nothing_is_left_on_the_stack, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
