/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <string.h>

#include "invitegate/password.h"
#include "tests/support/suite.h"
#include "tests/support/test_keys.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define FROM_SECOND  "QABAgMEBQYHCAkKCwwNDoRIsf3ge-xd"
#define TOKEN        "A" FROM_SECOND

#define FULL_WIDTH_A     "\xef\xbc\xa1" /* U+FF21 */
#define FULL_WIDTH_BRACE "\xef\xbd\x9b" /* U+FF5B */

static inv_result check(unsigned verifiers, const char *password, size_t length,
                        inv_verdict *verdict)
{
    char name[] = "example.org";
    inv_domain domain = {.name = name, .verifiers = verifiers};
    inv_keys *keys = test_keys(TEST_KEY_LINE);
    inv_secret *secret = inv_secret_new(password, length);
    inv_result result = inv_password_check(&domain, keys, secret, verdict);

    inv_secret_free(&secret);
    inv_keys_free(&keys);
    return result;
}

static const struct {
    unsigned verifiers;
    const char *password;
    size_t length;
    const char *text; /* NULL: accepted */
} shapes[] = {
    {INV_VERIFIER_SERVER, "x", 1, NULL},
    {INV_VERIFIER_SERVER, "", 0, "Please use a longer password."},
    {INV_VERIFIER_SERVER, "pass\0word", 9, "NUL"},
    {INV_VERIFIER_SERVER, "caf\xe9", 4, "UTF-8"},
    {INV_VERIFIER_SERVER, "\xf0\x9f\x98\x80", 4, "emoji"},
    {INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_1, "\xf0\x9f\x98\x80", 4, "emoji"},
    {INV_VERIFIER_SERVER, "a\tb", 3, "control characters"},
    {INV_VERIFIER_CRYPT, "a\tb", 3, "control characters"},
    {INV_VERIFIER_SSHA512, "a\tb", 3, "control characters"},
    {INV_VERIFIER_SERVER, "\xc2\xad", 2, "cannot be used"}, /* maps to nothing */
    {INV_VERIFIER_SERVER, "a\xc2\xa0z", 4, NULL},
    {INV_VERIFIER_SERVER, "\xef\xac\x81", 3, NULL}, /* U+FB01 */
    {INV_VERIFIER_SERVER, FULL_WIDTH_BRACE "SSHA}abc", 11, "braces"},
    {INV_VERIFIER_SERVER, "\xc2\xad{SSHA}abc", 11, "braces"},
    {INV_VERIFIER_SSHA512, FULL_WIDTH_BRACE "SSHA}abc", 11, NULL},
    {INV_VERIFIER_SERVER, "\xc2\xad" TOKEN, 34, "token"},         /* U+00AD in front */
    {INV_VERIFIER_SERVER, FULL_WIDTH_A FROM_SECOND, 34, "token"}, /* a full-width A */
    {INV_VERIFIER_SCRAM_SHA_1, FULL_WIDTH_A FROM_SECOND, 34, "token"},
    {INV_VERIFIER_SCRAM_SHA_256, "a\tb", 3, "control characters"},
    {INV_VERIFIER_SCRAM_SHA_256, "\xc2\xad", 2, "cannot be used"},
    {INV_VERIFIER_SCRAM_SHA_256, "a b~", 4, NULL},
    {INV_VERIFIER_SERVER, "{SSHA}abc", 9, "braces"},
    {INV_VERIFIER_SERVER, "{}", 2, "braces"},
    {INV_VERIFIER_SERVER, "{abc", 4, NULL},
    {INV_VERIFIER_SERVER, "a{b}", 4, NULL},
    {INV_VERIFIER_SSHA512, "{SSHA}abc", 9, NULL},
    {INV_VERIFIER_SERVER, TOKEN, 32, "token"},
    {INV_VERIFIER_SERVER, TOKEN "more", 36, "token"},
    {INV_VERIFIER_SERVER, TOKEN ":secret", 39, "token"},
    {INV_VERIFIER_SERVER, "AQABAgMEBQYHCAkKCwwNDoRIsf3ge-xe", 32, NULL},
    {INV_VERIFIER_SERVER, "x" TOKEN, 33, NULL},
};

START_TEST(the_shape_of_a_password_is_judged)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result =
        check(shapes[_i].verifiers, shapes[_i].password, shapes[_i].length, &verdict);

    if (shapes[_i].text == NULL) {
        ck_assert_msg(result == INV_OK, "%s", verdict.text);
        ck_assert_str_eq(verdict.text, "");
        return;
    }
    ck_assert_int_eq(result, INV_PASSWORD_REFUSED);
    ck_assert_int_eq(verdict.result, INV_PASSWORD_REFUSED);
    ck_assert_msg(strstr(verdict.text, shapes[_i].text) != NULL, "%s", verdict.text);
    ck_assert_str_ne(verdict.why, "");
}
END_TEST

START_TEST(the_length_of_a_password_is_judged)
{
    char text[1025];
    static char wide[3 * 1025];
    inv_verdict verdict = INV_VERDICT_INIT;

    /* that of the prepared one: full-width letters shrink to a third */
    for (size_t i = 0; i < 1025; i++)
        memcpy(wide + 3 * i, FULL_WIDTH_A, 3);
    ck_assert_int_eq(check(INV_VERIFIER_SERVER, wide, 3072, &verdict), INV_OK);
    ck_assert_int_eq(check(INV_VERIFIER_SERVER, wide, 3075, &verdict), INV_PASSWORD_REFUSED);
    ck_assert_ptr_nonnull(strstr(verdict.text, "at most 1024"));
    ck_assert_int_eq(check(INV_VERIFIER_CRYPT, wide, 3 * 511, &verdict), INV_OK);
    ck_assert_int_eq(check(INV_VERIFIER_CRYPT, wide, 3 * 512, &verdict), INV_PASSWORD_REFUSED);
    memset(wide, 'x', sizeof(wide));
    for (size_t i = 0; i < 100; i++)
        memcpy(wide + 3 * i, "\xef\xb7\xba", 3); /* U+FDFA: 3 bytes become 33 */
    ck_assert_int_eq(check(INV_VERIFIER_SERVER, wide, 300, &verdict), INV_PASSWORD_REFUSED);
    ck_assert_ptr_nonnull(strstr(verdict.text, "at most 1024"));

    memset(text, 'x', sizeof(text));
    ck_assert_int_eq(check(INV_VERIFIER_SERVER, text, 1024, &verdict), INV_OK);
    ck_assert_int_eq(check(INV_VERIFIER_SERVER, text, 1025, &verdict), INV_PASSWORD_REFUSED);
    ck_assert_ptr_nonnull(strstr(verdict.text, "at most 1024"));
    ck_assert_int_eq(check(INV_VERIFIER_CRYPT, text, 511, &verdict), INV_OK);
    ck_assert_int_eq(check(INV_VERIFIER_CRYPT, text, 512, &verdict), INV_PASSWORD_REFUSED);
    ck_assert_ptr_nonnull(strstr(verdict.text, "at most 511"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("password_shape");
    TCase *tests = tcase_create("shape");

    tcase_add_loop_test(tests, the_shape_of_a_password_is_judged, 0, COUNT(shapes));
    tcase_add_test(tests, the_length_of_a_password_is_judged);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
