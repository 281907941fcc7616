/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifiers of a new password, of every form. */
#include <check.h>
#include <crypt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/stored_value.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

#define FULL_WIDTH_A "\xef\xbc\xa1" /* U+FF21 */

static char domain_name[] = "example.org";

static inv_domain domain_with(unsigned verifiers)
{
    return (inv_domain){.name = domain_name, .verifiers = verifiers, .scram_iterations = 4096};
}

#define EVERY_VERIFIER                                                                             \
    (INV_VERIFIER_SERVER | INV_VERIFIER_CRYPT | INV_VERIFIER_SSHA512 | INV_VERIFIERS_SCRAM)

static const char *const passwords[] = {
    "pencil",
    "correct horse battery staple",
    "pass:word$with:signs{}",
    "p\xc3\xa4ssw\xc3\xb6rd",
    "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
};

static void value_has_form(const char *value, const char *start, size_t length)
{
    ck_assert_msg(strncmp(value, start, strlen(start)) == 0, "%s", value);
    if (length > 0)
        ck_assert_uint_eq(strlen(value), length);
}

START_TEST(every_verifier_is_made)
{
    inv_domain domain = domain_with(EVERY_VERIFIER);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_secret *password = inv_secret_new(passwords[_i], strlen(passwords[_i]));
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;

    ck_assert_msg(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict) == INV_OK,
                  "%s", verdict.why);
    ck_assert_uint_eq(inv_verifiers_count(verifiers), 6);
    for (size_t i = 0; i < 6; i++) {
        const char *value = inv_secret_bytes(inv_verifiers_value(verifiers, i));

        ck_assert_str_eq(inv_verifiers_attribute(verifiers, i),
                         i < 3 ? "userPassword" : "authPassword");
        ck_assert_int_eq(stored_value_matches_text(value, passwords[_i]),
                         i == 0 ? INV_MATCH_UNKNOWN : INV_MATCH_YES);
        ck_assert_int_ne(stored_value_matches_text(value, "wrong"), INV_MATCH_YES);
    }
    ck_assert(inv_secret_equal(inv_verifiers_value(verifiers, 0), password));
    value_has_form(inv_secret_bytes(inv_verifiers_value(verifiers, 1)), "{CRYPT}$y$j9T$", 0);
    value_has_form(inv_secret_bytes(inv_verifiers_value(verifiers, 2)), "{SSHA512}", 9 + 108);
    value_has_form(inv_secret_bytes(inv_verifiers_value(verifiers, 3)),
                   "SCRAM-SHA-1$4096:", 17 + 24 + 1 + 28 + 1 + 28);
    value_has_form(inv_secret_bytes(inv_verifiers_value(verifiers, 4)),
                   "SCRAM-SHA-256$4096:", 19 + 24 + 1 + 44 + 1 + 44);
    value_has_form(inv_secret_bytes(inv_verifiers_value(verifiers, 5)),
                   "SCRAM-SHA-512$4096:", 19 + 24 + 1 + 88 + 1 + 88);
    inv_verifiers_free(&verifiers);
    ck_assert_ptr_null(verifiers);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
}
END_TEST

START_TEST(what_crypt_makes_others_verify)
{
    inv_domain domain = domain_with(INV_VERIFIER_CRYPT);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_secret *password = inv_secret_new("pencil", 6);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;
    struct crypt_data *data = calloc(1, sizeof(*data));
    const char *hash;

    ck_assert_ptr_nonnull(data);
    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict), INV_OK);
    hash = inv_secret_bytes(inv_verifiers_value(verifiers, 0)) + 7;
    ck_assert_str_eq(crypt_r("pencil", hash, data), hash);
    ck_assert_str_ne(crypt_r("Pencil", hash, data), hash);
    free(data);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
}
END_TEST

START_TEST(salts_are_fresh)
{
    inv_domain domain = domain_with(EVERY_VERIFIER & ~(unsigned)INV_VERIFIER_SERVER);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_secret *password = inv_secret_new("pencil", 6);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *first = NULL;
    inv_verifiers *second = NULL;

    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &first, &verdict), INV_OK);
    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &second, &verdict), INV_OK);
    ck_assert_uint_eq(inv_verifiers_count(first), 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert(!inv_secret_equal(inv_verifiers_value(first, i), inv_verifiers_value(second, i)));
    inv_verifiers_free(&first);
    inv_verifiers_free(&second);
    inv_secret_free(&password);
}
END_TEST

#define SALT_SIZE 16

/* Of a value of {SSHA512} or of SCRAM. */
static void read_salt(const char *value, unsigned char salt[SALT_SIZE])
{
    static const char scheme[] = "{SSHA512}";
    unsigned char bytes[64 + SALT_SIZE];
    const char *colon = strchr(value, ':');

    if (strncmp(value, scheme, sizeof(scheme) - 1) == 0) {
        value += sizeof(scheme) - 1;
        stored_value_read(value, strlen(value), bytes, sizeof(bytes));
        memcpy(salt, bytes + 64, SALT_SIZE);
    } else {
        ck_assert_ptr_nonnull(colon);
        stored_value_read(colon + 1, strcspn(colon + 1, "$"), salt, SALT_SIZE);
    }
}

/* That one stays the same in 16 salts happens once in 10^34 times. */
START_TEST(every_byte_of_a_salt_is_random)
{
    inv_domain domain =
        domain_with(EVERY_VERIFIER & ~(unsigned)(INV_VERIFIER_SERVER | INV_VERIFIER_CRYPT));
    inv_secret *password = inv_secret_new("pencil", 6);
    unsigned char first[4][SALT_SIZE];
    bool changes[4][SALT_SIZE] = {{false}};

    for (int round = 0; round < 16; round++) {
        inv_deadline deadline = inv_deadline_in(60000);
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_verifiers *made = NULL;

        ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &made, &verdict), INV_OK);
        ck_assert_uint_eq(inv_verifiers_count(made), 4);
        for (size_t i = 0; i < 4; i++) {
            unsigned char salt[SALT_SIZE];

            read_salt(inv_secret_bytes(inv_verifiers_value(made, i)), salt);
            if (round == 0)
                memcpy(first[i], salt, SALT_SIZE);
            for (size_t j = 0; j < SALT_SIZE; j++)
                changes[i][j] = changes[i][j] || salt[j] != first[i][j];
        }
        inv_verifiers_free(&made);
    }
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < SALT_SIZE; j++)
            ck_assert_msg(changes[i][j], "value %zu, byte %zu", i, j);
    }
    inv_secret_free(&password);
}
END_TEST

/* RFC 4013 3, and what normalization makes equal. */
START_TEST(scram_takes_the_prepared_password)
{
    static const struct {
        const char *set;
        const char *typed;
        inv_match match;
    } cases[] = {
        {"I\xc2\xadX", "IX", INV_MATCH_YES},
        {"user", "user", INV_MATCH_YES},
        {"USER", "user", INV_MATCH_NO},
        {"\xc2\xaa", "a", INV_MATCH_YES},
        {"\xe2\x85\xa8", "IX", INV_MATCH_YES},
        {"e\xcc\x81", "\xc3\xa9", INV_MATCH_YES},
        {"a\xc2\xa0"
         "b",
         "a b", INV_MATCH_YES},
        {"user", "us\xf0\x9f\x98\x80", INV_MATCH_NO},
        {"user", "user\a", INV_MATCH_NO},
    };
    inv_domain domain = domain_with(INV_VERIFIER_SCRAM_SHA_256);
    inv_deadline deadline = inv_deadline_in(60000);

    for (int i = 0; i < COUNT(cases); i++) {
        inv_secret *password = inv_secret_new(cases[i].set, strlen(cases[i].set));
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_verifiers *verifiers = NULL;

        ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict),
                         INV_OK);
        ck_assert_int_eq(stored_value_matches_text(
                             inv_secret_bytes(inv_verifiers_value(verifiers, 0)), cases[i].typed),
                         cases[i].match);
        inv_verifiers_free(&verifiers);
        inv_secret_free(&password);
    }
}
END_TEST

START_TEST(the_longest_password_is_hashed_whole)
{
    static char text[1024];
    inv_domain domain = domain_with(INV_VERIFIER_SSHA512 | INV_VERIFIER_SCRAM_SHA_1);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;
    inv_secret *password;

    for (size_t i = 0; i + 2 < sizeof(text); i += 3)
        memcpy(text + i, "\xef\xb7\xba", 3); /* U+FDFA, 11 times as long when prepared */
    text[sizeof(text) - 1] = 'x';
    password = inv_secret_new(text, sizeof(text));
    ck_assert_msg(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict) ==
                      INV_PASSWORD_REFUSED,
                  "right to left and left to right are mixed");
    inv_secret_free(&password);
    memset(text, 'x', sizeof(text));
    password = inv_secret_new(text, sizeof(text));
    ck_assert_msg(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict) == INV_OK,
                  "%s", verdict.why);
    for (size_t i = 0; i < 2; i++) {
        const char *value = inv_secret_bytes(inv_verifiers_value(verifiers, i));

        ck_assert_int_eq(stored_value_matches(value, text, sizeof(text)), INV_MATCH_YES);
        ck_assert_int_eq(stored_value_matches(value, text, sizeof(text) - 1), INV_MATCH_NO);
    }
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
}
END_TEST

/* What every form of this room keeps is the prepared password, not the typed one. */
START_TEST(every_form_is_of_the_prepared_password)
{
    static const unsigned forms[] = {INV_VERIFIER_SERVER,        INV_VERIFIER_CRYPT,
                                     INV_VERIFIER_SSHA512,       INV_VERIFIER_SCRAM_SHA_1,
                                     INV_VERIFIER_SCRAM_SHA_256, INV_VERIFIER_SCRAM_SHA_512};
    static const struct {
        const char *typed;
        const char *prepared;
    } cases[] = {
        {"nbsp\xc2\xa0inside", "nbsp inside"},
        {"\xef\xac\x81sh", "fish"},
        {FULL_WIDTH_A FULL_WIDTH_A "1", "AA1"},
        {"so\xc2\xad"
         "ft",
         "soft"},
    };
    inv_domain domain = domain_with(forms[_i]);
    inv_deadline deadline = inv_deadline_in(60000);

    for (int i = 0; i < COUNT(cases); i++) {
        inv_secret *password = inv_secret_new(cases[i].typed, strlen(cases[i].typed));
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_verifiers *verifiers = NULL;
        const char *value;

        ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict),
                         INV_OK);
        value = inv_secret_bytes(inv_verifiers_value(verifiers, 0));
        if (forms[_i] == INV_VERIFIER_SERVER) {
            ck_assert_str_eq(value, cases[i].prepared);
        } else {
            ck_assert_int_eq(stored_value_matches_text(value, cases[i].prepared), INV_MATCH_YES);
            ck_assert_int_eq(stored_value_matches_text(value, cases[i].typed), INV_MATCH_YES);
        }
        inv_verifiers_free(&verifiers);
        inv_secret_free(&password);
    }
}
END_TEST

START_TEST(a_passed_deadline_stops_the_hashing)
{
    inv_domain domain = domain_with(EVERY_VERIFIER);
    inv_deadline deadline = inv_deadline_in(0);
    inv_secret *password = inv_secret_new("pencil", 6);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;

    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict),
                     INV_TIMEOUT);
    ck_assert_int_eq(verdict.result, INV_TIMEOUT);
    ck_assert_ptr_null(verifiers);
    inv_secret_free(&password);
}
END_TEST

START_TEST(iterations_out_of_bounds_are_a_fault)
{
    inv_domain domain = domain_with(INV_VERIFIER_SCRAM_SHA_256);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_secret *password = inv_secret_new("pencil", 6);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;

    domain.scram_iterations = 0;
    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict),
                     INV_CONFIG);
    domain.scram_iterations = 10000001;
    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict),
                     INV_CONFIG);
    ck_assert_ptr_null(verifiers);
    inv_secret_free(&password);
}
END_TEST

static void *make_and_match(void *failed)
{
    inv_domain domain = domain_with(INV_VERIFIER_CRYPT | INV_VERIFIER_SCRAM_SHA_256);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_secret *password = inv_secret_new("p\xc3\xa4ssword", 9);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;

    if (inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict) != INV_OK ||
        stored_value_matches(inv_secret_bytes(inv_verifiers_value(verifiers, 0)), "p\xc3\xa4ssword",
                             9) != INV_MATCH_YES ||
        stored_value_matches(inv_secret_bytes(inv_verifiers_value(verifiers, 1)), "p\xc3\xa4ssword",
                             9) != INV_MATCH_YES)
        *(int *)failed = 1;
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
    pthread_t threads[4];
    int failed[4] = {0};

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_and_match, &failed[i]), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(failed[i], 0);
    }
}
END_TEST

/* What the check says and what the making says agree at crypt(3)'s limit. */
START_TEST(crypt_takes_what_the_check_lets_through)
{
    inv_domain domain = domain_with(INV_VERIFIER_CRYPT);
    inv_deadline deadline = inv_deadline_in(60000);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;
    inv_secret *password;
    char text[512];

    memset(text, 'x', sizeof(text));
    password = inv_secret_new(text, 511);
    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict), INV_OK);
    ck_assert_int_eq(
        stored_value_matches(inv_secret_bytes(inv_verifiers_value(verifiers, 0)), text, 511),
        INV_MATCH_YES);
    ck_assert_int_eq(
        stored_value_matches(inv_secret_bytes(inv_verifiers_value(verifiers, 0)), text, 512),
        INV_MATCH_NO);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    password = inv_secret_new(text, 512);
    ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &verdict),
                     INV_PASSWORD_REFUSED);
    ck_assert_ptr_null(verifiers);
    inv_secret_free(&password);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("new_verifiers");
    TCase *tests = tcase_create("making");

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, every_verifier_is_made, 0, COUNT(passwords));
    tcase_add_test(tests, what_crypt_makes_others_verify);
    tcase_add_test(tests, salts_are_fresh);
    tcase_add_test(tests, every_byte_of_a_salt_is_random);
    tcase_add_test(tests, scram_takes_the_prepared_password);
    tcase_add_loop_test(tests, every_form_is_of_the_prepared_password, 0, 6);
    tcase_add_test(tests, the_longest_password_is_hashed_whole);
    tcase_add_test(tests, a_passed_deadline_stops_the_hashing);
    tcase_add_test(tests, iterations_out_of_bounds_are_a_fault);
    tcase_add_test(tests, threads_do_not_disturb_each_other);
    tcase_add_test(tests, crypt_takes_what_the_check_lets_through);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
