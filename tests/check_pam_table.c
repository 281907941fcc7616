/* SPDX-License-Identifier: BSD-2-Clause */
/* What of pam_invite.so needs no PAM: its options, and the table from results to codes. */
#include <check.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/pam/options.h"
#include "plugins/pam/outcome.h"

/* Section 6 of the design, a row a line. */
static const struct {
    inv_result result;
    int authenticate, account, prelim, update;
} table[] = {
    {INV_OK, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS},
    {INV_BAD_TOKEN, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTHTOK_RECOVERY_ERR, PAM_AUTHTOK_RECOVERY_ERR},
    {INV_NAME_TAKEN, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {INV_NAME_INVALID, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {INV_NAME_RESERVED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {INV_NOT_ALLOWED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {INV_PASSWORD_REFUSED, PAM_AUTHTOK_ERR, PAM_AUTHTOK_ERR, PAM_AUTHTOK_ERR, PAM_AUTHTOK_ERR},
    {INV_THROTTLED, PAM_MAXTRIES, PAM_MAXTRIES, PAM_MAXTRIES, PAM_MAXTRIES},
    {INV_DIRECTORY_DOWN, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_TRY_AGAIN,
     PAM_AUTHINFO_UNAVAIL},
    {INV_TIMEOUT, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_TRY_AGAIN, PAM_AUTHINFO_UNAVAIL},
    {INV_NO_MEMORY, PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR},
    {INV_CONFIG, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR},
    {INV_NOT_OURS, PAM_IGNORE, PAM_IGNORE, PAM_AUTHTOK_RECOVERY_ERR, PAM_AUTHTOK_RECOVERY_ERR},
    {INV_WRONG_PASSWORD, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {INV_NO_ACCOUNT, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN},
    {INV_ACCOUNT_EXPIRED, PAM_ACCT_EXPIRED, PAM_ACCT_EXPIRED, PAM_ACCT_EXPIRED, PAM_ACCT_EXPIRED},
};
#define ROWS (sizeof(table) / sizeof(table[0]))

START_TEST(every_result_has_the_code_of_the_design)
{
    for (size_t i = 0; i < ROWS; i++) {
        ck_assert_int_eq(inv_pam_code(table[i].result, INV_PAM_AUTHENTICATE),
                         table[i].authenticate);
        ck_assert_int_eq(inv_pam_code(table[i].result, INV_PAM_ACCOUNT), table[i].account);
        ck_assert_int_eq(inv_pam_code(table[i].result, INV_PAM_PRELIM), table[i].prelim);
        ck_assert_int_eq(inv_pam_code(table[i].result, INV_PAM_UPDATE), table[i].update);
    }
    ck_assert_uint_eq(ROWS, INV_ACCOUNT_EXPIRED - INV_NO_MEMORY + 1);
}
END_TEST

START_TEST(what_is_no_result_fails_closed)
{
    ck_assert_int_eq(inv_pam_code((inv_result)99, INV_PAM_AUTHENTICATE), PAM_SERVICE_ERR);
    ck_assert_int_eq(inv_pam_code((inv_result)-99, INV_PAM_UPDATE), PAM_SERVICE_ERR);
}
END_TEST

START_TEST(every_option_is_taken)
{
    const char *words[] = {
        "conf=/etc/x", "domain=example.org", "register",       "login",      "debug",
        "no_warn",     "use_first_pass",     "try_first_pass", "use_authtok"};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_pam_options options;
    size_t count = 0;

    ck_assert_int_eq(inv_pam_options_parse(9, words, &options, &verdict), INV_OK);
    ck_assert_str_eq(options.conf, "/etc/x");
    ck_assert_str_eq(options.domain, "example.org");
    ck_assert(options.registers && options.login && options.debug && options.no_warn);
    ck_assert(options.use_first_pass && options.try_first_pass && options.use_authtok);
    while (inv_pam_options_names()[count] != NULL)
        count++;
    ck_assert_uint_eq(count, 9);

    ck_assert_int_eq(inv_pam_options_parse(0, words, &options, &verdict), INV_OK);
    ck_assert(options.conf == NULL && options.domain == NULL && !options.registers &&
              !options.login);
}
END_TEST

START_TEST(other_words_are_refused_by_name)
{
    static const char *const bad[] = {
        "nullok",  "registers",    "Register", "register=yes", "conf", "conf=", "conf=x",
        "domain=", "use_authtok ", "",         "login\n"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *words[] = {"login", bad[i]};
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_pam_options options;

        ck_assert_int_eq(inv_pam_options_parse(2, words, &options, &verdict), INV_CONFIG);
        if (strchr(bad[i], '\n') == NULL)
            ck_assert_ptr_nonnull(strstr(verdict.why, bad[i]));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pam_table");
    TCase *tests = tcase_create("options and outcomes");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, every_result_has_the_code_of_the_design);
    tcase_add_test(tests, what_is_no_result_fails_closed);
    tcase_add_test(tests, every_option_is_taken);
    tcase_add_test(tests, other_words_are_refused_by_name);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
