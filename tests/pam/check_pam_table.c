/* SPDX-License-Identifier: BSD-2-Clause */
/* What of pam_invite.so needs no PAM: its options, and the table from results to codes. */
#include <check.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/pam_options.h"
#include "plugins/pam/handle.h"
#include "plugins/pam/outcome.h"
#include "tests/support/suite.h"

/* What each result is in PAM, a row a line. */
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
    const char *words[] = {"conf=/etc/x",
                           "domain=example.org",
                           "register",
                           "login",
                           "debug",
                           "no_warn",
                           "use_first_pass",
                           "try_first_pass",
                           "use_authtok",
                           "keep_connection",
                           "local_users=files",
                           "minimum_uid=1000",
                           "nullok",
                           "audit"};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_pam_options options;
    size_t count = 0;

    ck_assert_int_eq(inv_pam_options_parse(14, words, &options, &verdict), INV_OK);
    ck_assert_str_eq(options.conf, "/etc/x");
    ck_assert_str_eq(options.domain, "example.org");
    ck_assert(options.registers && options.login && options.debug && options.no_warn);
    ck_assert(options.use_first_pass && options.try_first_pass && options.use_authtok);
    ck_assert(options.keep_connection);
    ck_assert_int_eq(options.local_users, INV_PAM_LOCAL_USERS_FILES);
    ck_assert_uint_eq(options.minimum_uid, 1000);
    ck_assert_uint_eq(options.idle, INV_PAM_IDLE_NULLOK | INV_PAM_IDLE_AUDIT);
    while (inv_pam_options_names()[count] != NULL)
        count++;
    ck_assert_uint_eq(count, 14);

    ck_assert_int_eq(inv_pam_options_parse(0, words, &options, &verdict), INV_OK);
    ck_assert(options.conf == NULL && options.domain == NULL && !options.registers &&
              !options.login && !options.keep_connection && options.idle == 0);
    ck_assert_int_eq(options.local_users, INV_PAM_LOCAL_USERS_NSS);
    ck_assert_uint_eq(options.minimum_uid, 0);
}
END_TEST

START_TEST(other_words_are_refused_by_name)
{
    static const char *const bad[] = {"Nullok",
                                      "nullok=yes",
                                      "keep_connection=yes",
                                      "local_users",
                                      "local_users=",
                                      "local_users=yes",
                                      "minimum_uid=",
                                      "minimum_uid=-1",
                                      "minimum_uid=1x",
                                      "minimum_uid=4294967295",
                                      "minimum_uid=99999999999999999999",
                                      "ignore_unknown_user",
                                      "ignore_authinfo_unavail",
                                      "registers",
                                      "Register",
                                      "register=yes",
                                      "conf",
                                      "conf=",
                                      "conf=x",
                                      "domain=",
                                      "use_authtok ",
                                      "",
                                      "login\n"};

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

/* pam_ldap's and pam_sss's words: whoever copied them learns where to say it. */
START_TEST(what_to_ignore_stands_in_brackets)
{
    static const char *const cases[][2] = {
        {"ignore_unknown_user", "[success=done user_unknown=ignore default=die]"},
        {"ignore_authinfo_unavail", "[success=done authinfo_unavail=ignore default=die]"},
    };

    for (size_t i = 0; i < 2; i++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_pam_options options;

        ck_assert_int_eq(
            inv_pam_options_parse(1, (const char *[]){cases[i][0]}, &options, &verdict),
            INV_CONFIG);
        ck_assert_msg(strstr(verdict.why, cases[i][1]) != NULL, "%s", verdict.why);
    }
}
END_TEST

static inv_token *make_token(const inv_keys *keys)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    ck_assert_int_eq(inv_token_mint(keys, "example.org", &token, &verdict), INV_OK);
    return token;
}

START_TEST(an_acceptance_is_of_one_user_and_one_token)
{
    static const char *const others[] = {"bob", "alic", "alice2", "Alice", "alice@example.org", ""};
    inv_verdict verdict = INV_VERDICT_INIT;
    char path[] = "/tmp/invitegate-keys-XXXXXX";
    inv_pam_handle handle = {.left_ms = 0};
    inv_keys *keys = NULL;
    inv_token *token;
    inv_token *other;

    ck_assert_ptr_nonnull(mkdtemp(path));
    {
        char file[64];

        (void)snprintf(file, sizeof(file), "%s/token.keys", path);
        ck_assert_int_eq(inv_keys_create(file, &verdict), INV_OK);
        ck_assert_int_eq(inv_keys_read(file, &keys, &verdict), INV_OK);
        ck_assert_int_eq(unlink(file), 0);
        ck_assert_int_eq(rmdir(path), 0);
    }
    token = make_token(keys);
    other = make_token(keys);
    ck_assert_int_eq(inv_pam_handle_accepted(&handle, "alice", token), 0);
    inv_pam_handle_accept(&handle, "alice", token, 1234);
    ck_assert_int_eq(inv_pam_handle_accepted(&handle, "alice", token), 1234);
    ck_assert_int_eq(inv_pam_handle_accepted(&handle, "alice", other), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert_int_eq(inv_pam_handle_accepted(&handle, others[i], token), 0);
    inv_pam_handle_accept(&handle, "bob", token, 1235);
    ck_assert_int_eq(inv_pam_handle_accepted(&handle, "alice", token), 0);
    ck_assert_int_eq(inv_pam_handle_accepted(&handle, "bob", token), 1235);
    free(handle.accepted_user);
    inv_token_free(&token);
    inv_token_free(&other);
    inv_keys_free(&keys);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pam_table");
    TCase *tests = tcase_create("options and outcomes");

    tcase_add_test(tests, every_result_has_the_code_of_the_design);
    tcase_add_test(tests, what_is_no_result_fails_closed);
    tcase_add_test(tests, every_option_is_taken);
    tcase_add_test(tests, other_words_are_refused_by_name);
    tcase_add_test(tests, what_to_ignore_stands_in_brackets);
    tcase_add_test(tests, an_acceptance_is_of_one_user_and_one_token);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
