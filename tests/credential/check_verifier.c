/* SPDX-License-Identifier: BSD-2-Clause */
/* Verifiers as a directory has them: which password they are of. */
#include <check.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/stored_value.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* Values of the exchanges of RFC 5802 5 and RFC 7677 3: user "user", password "pencil". */
#define PENCIL_SHA_1                                                                               \
    "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE="
#define PENCIL_SHA_256                                                                             \
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"    \
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

/* The same password, computed with another implementation. */
#define PENCIL_SHA_512                                                                             \
    "SCRAM-SHA-512$4096:AAECAwQFBgcICQoLDA0ODw==$DBrOiJLJVkZeM/lYBjyn8Hk/LQ2RrM3V/Yg5Hd19QfaCFV/"  \
    "oaPeQAMJkwtvBdi4XgARejU3ucE9eDagBMHJ+Vw==:2vDce8mhwQs1RvSfuxS4bDFFONxrAOi/"                   \
    "yeePIaiwig2xiC16lQeN+wHOzONm/18VM49JFg9XoAyQ7oHFPavA3g=="
#define PENCIL_SSHA512                                                                             \
    "{SSHA512}WC35NV333UWwtop1SoCYUDxWaDjVYSEno7JhIhT+"                                            \
    "Qy0eM4iHsFTDgcQsx2qrOUWpmYv30kNjUH0Es682K0rQnjEyMzQ1Njc4"

/* -------------------------------------------------------------------------------- the vectors */

static const struct {
    const char *value;
    const char *authentication; /* AuthMessage of the RFC's exchange */
    const char *proof;
    const char *signature;
    const EVP_MD *(*digest)(void);
} exchanges[] = {
    {PENCIL_SHA_1,
     "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
     "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
     "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ=", EVP_sha1},
    {PENCIL_SHA_256,
     "n=user,r=rOprNGfwEbeRWgbNEkqO,"
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
     "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
     EVP_sha256},
};

/* That the values are those of the RFCs: what server and client compute with their keys. */
START_TEST(the_values_are_those_of_the_rfcs)
{
    const EVP_MD *digest = exchanges[_i].digest();
    size_t size = (size_t)EVP_MD_get_size(digest);
    const unsigned char *message = (const unsigned char *)exchanges[_i].authentication;
    const char *keys = strrchr(exchanges[_i].value, '$') + 1;
    const char *server = strchr(keys, ':') + 1;
    unsigned char key[72];
    unsigned char expected[72];
    unsigned char computed[EVP_MAX_MD_SIZE];
    unsigned char client[EVP_MAX_MD_SIZE];

    stored_value_read(server, strlen(server), key, size);
    stored_value_read(exchanges[_i].signature, strlen(exchanges[_i].signature), expected, size);
    ck_assert_ptr_nonnull(HMAC(digest, key, (int)size, message,
                               strlen(exchanges[_i].authentication), computed, NULL));
    ck_assert_mem_eq(computed, expected, size);

    stored_value_read(keys, (size_t)(server - 1 - keys), key, size);
    stored_value_read(exchanges[_i].proof, strlen(exchanges[_i].proof), client, size);
    ck_assert_ptr_nonnull(HMAC(digest, key, (int)size, message,
                               strlen(exchanges[_i].authentication), computed, NULL));
    for (size_t i = 0; i < size; i++)
        client[i] ^= computed[i];
    ck_assert_int_eq(EVP_Digest(client, size, computed, NULL, digest, NULL), 1);
    ck_assert_mem_eq(computed, key, size);
}
END_TEST

static const char *const of_pencil[] = {PENCIL_SHA_1, PENCIL_SHA_256, PENCIL_SHA_512,
                                        PENCIL_SSHA512};

START_TEST(a_value_matches_its_password_only)
{
    ck_assert_int_eq(stored_value_matches_text(of_pencil[_i], "pencil"), INV_MATCH_YES);
    ck_assert_int_eq(stored_value_matches_text(of_pencil[_i], "Pencil"), INV_MATCH_NO);
    ck_assert_int_eq(stored_value_matches_text(of_pencil[_i], "pencil "), INV_MATCH_NO);
    ck_assert_int_eq(stored_value_matches_text(of_pencil[_i], "penci"), INV_MATCH_NO);
    ck_assert_int_eq(stored_value_matches_text(of_pencil[_i], ""), INV_MATCH_NO);
    ck_assert_int_eq(stored_value_matches(of_pencil[_i], "pencil\0", 7), INV_MATCH_NO);
    ck_assert_int_eq(stored_value_matches_text(of_pencil[_i], "pencil\xff"), INV_MATCH_NO);
}
END_TEST

/* Every single bit of a value counts. A change can leave another valid value, never the same. */
START_TEST(a_changed_value_matches_no_more)
{
    char value[256];

    (void)snprintf(value, sizeof(value), "%s", of_pencil[_i]);
    for (size_t i = 0; i < strlen(of_pencil[_i]); i++) {
        for (int bit = 0; bit < 8; bit += 5) {
            value[i] = (char)(value[i] ^ 1 << bit);
            ck_assert_msg(stored_value_matches_text(value, "pencil") != INV_MATCH_YES ||
                              (i < 9 && value[0] == '{'), /* schemes count without case */
                          "%s", value);
            value[i] = of_pencil[_i][i];
        }
    }
}
END_TEST

START_TEST(spaces_round_the_separators_are_borne)
{
    char value[256];
    const char *first = strchr(PENCIL_SHA_256, '$');
    const char *second = strrchr(PENCIL_SHA_256, '$');

    (void)snprintf(value, sizeof(value), "SCRAM-SHA-256 $  %.*s $ %s ", (int)(second - first - 1),
                   first + 1, second + 1);
    ck_assert_int_eq(stored_value_matches_text(value, "pencil"), INV_MATCH_YES);
}
END_TEST

#define KEYS_256                                                                                   \
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const char *const not_understood[] = {
    "",
    "pencil",
    "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9gAAAAA",
    "{CLEARTEXT}pencil",
    "{ARGON2}$argon2id$v=19$m=65536,t=2,p=1$MTIzNDU2Nzg$AAAA",
    "{",
    "{SSHA512}",
    "{SSHA512}pencil",
    "{SSHA512}AAAA",
    "{SSHA512",
    /* 64 bytes and no salt */
    "{SSHA512}"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
    "{CRYPT}",
    "{CRYPT}*0",
    "{CRYPT}!",
    "{CRYPT}xx",
    "{CRYPT}$y$",
    "{CRYPT}$y$j9T$",
    "{CRYPT}$y$j9T",
    "{CRYPT}$y$jFT$0B7xSCbNebZX3kunssPF/$UmvtZWOr.eQnQlUBhiId5LevXPFpjRTmuFllCeptHF4",
    "{CRYPT}$y$j9TT$0B7xSCbNebZX3kunssPF/$UmvtZWOr.eQnQlUBhiId5LevXPFpjRTmuFllCeptHF4",
    "{CRYPT}$6$rounds=999999999$salt$",
    "{CRYPT}$1$salt$AAAAAAAAAAAAAAAAAAAAAA",
    "SCRAM-SHA-256",
    "SCRAM-SHA-256$",
    "SCRAM-SHA-256$$",
    "SCRAM-SHA-256$:$:",
    "SCRAM-SHA-256$4096:AAAA",
    "SCRAM-SHA-256$4096:AAAA$",
    "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA",
    "SCRAM-SHA-256$4096$AAAA" KEYS_256,
    "SCRAM-SHA-256$4096:" KEYS_256,
    "SCRAM-SHA-256$4096:A" KEYS_256,
    "SCRAM-SHA-256$4096:AA-_" KEYS_256,
    "SCRAM-SHA-256$0:AAAA" KEYS_256,
    "SCRAM-SHA-256$-1:AAAA" KEYS_256,
    "SCRAM-SHA-256$:AAAA" KEYS_256,
    "SCRAM-SHA-256$4096x:AAAA" KEYS_256,
    "SCRAM-SHA-256$10000001:AAAA" KEYS_256,
    "SCRAM-SHA-256$99999999999999999999:AAAA" KEYS_256,
    "SCRAM-SHA-256$4096:AAAA" KEYS_256 ":AAAA",
    "SCRAM-SHA-256$4096:AAAA" KEYS_256 "$AAAA",
    "SCRAM-SHA-512$4096:AAAA" KEYS_256,
    "SCRAM-SHA-1$4096:AAAA" KEYS_256,
    "SCRAM-SHA-384$4096:AAAA" KEYS_256,
    "scram-sha-256$4096:AAAA" KEYS_256,
    "SCRAM-SHA-256-PLUS$4096:AAAA" KEYS_256,
    "SCRAM-$4096:AAAA" KEYS_256,
};

START_TEST(other_values_are_not_understood)
{
    ck_assert_int_eq(stored_value_matches_text(not_understood[_i], "pencil"), INV_MATCH_UNKNOWN);
}
END_TEST

START_TEST(long_and_cut_values_are_borne)
{
    char *value = malloc(1 << 20);
    inv_secret *password = inv_secret_new("pencil", 6);
    inv_secret *longer;

    ck_assert_ptr_nonnull(value);
    ck_assert_ptr_nonnull(password);
    for (size_t i = 0; i < strlen(PENCIL_SHA_256); i++)
        ck_assert_int_eq(inv_verifier_match(PENCIL_SHA_256, i, password), INV_MATCH_UNKNOWN);
    for (size_t i = 0; i < strlen(PENCIL_SSHA512) - 4; i++)
        ck_assert_int_ne(inv_verifier_match(PENCIL_SSHA512, i, password), INV_MATCH_YES);
    memset(value, 'A', 1 << 20);
    memcpy(value, "{SSHA512}", 9);
    ck_assert_int_eq(inv_verifier_match(value, 1 << 20, password), INV_MATCH_UNKNOWN);
    memcpy(value, "{CRYPT}$y$j9T$", 14);
    ck_assert_int_eq(inv_verifier_match(value, 1 << 20, password), INV_MATCH_UNKNOWN);
    memcpy(value, "SCRAM-SHA-256$4096:", 19);
    ck_assert_int_eq(inv_verifier_match(value, 1 << 20, password), INV_MATCH_UNKNOWN);
    memcpy(value + (1 << 19), KEYS_256, sizeof(KEYS_256) - 1);
    ck_assert_int_eq(inv_verifier_match(value, (1 << 19) + sizeof(KEYS_256) - 1, password),
                     INV_MATCH_UNKNOWN);
    memset(value, 'a', 1025);
    longer = inv_secret_new(value, 1025);
    ck_assert_int_eq(inv_verifier_match(PENCIL_SHA_256, strlen(PENCIL_SHA_256), longer),
                     INV_MATCH_UNKNOWN);
    inv_secret_free(&longer);
    inv_secret_free(&password);
    free(value);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verifier");
    TCase *tests = tcase_create("matching");

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, the_values_are_those_of_the_rfcs, 0, COUNT(exchanges));
    tcase_add_loop_test(tests, a_value_matches_its_password_only, 0, COUNT(of_pencil));
    tcase_add_loop_test(tests, a_changed_value_matches_no_more, 0, COUNT(of_pencil));
    tcase_add_test(tests, spaces_round_the_separators_are_borne);
    tcase_add_loop_test(tests, other_values_are_not_understood, 0, COUNT(not_understood));
    tcase_add_test(tests, long_and_cut_values_are_borne);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
