/* SPDX-License-Identifier: BSD-2-Clause */
/* What the heart tells of a good token beside that it is good. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "tests/support/fixture.h"

/* As the directory has it. */
static void expect_account_told(const char *local)
{
    inv_verdict found = INV_VERDICT_INIT;
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    inv_jid *name = site_name(site, local);
    inv_account *account = NULL;
    inv_call call;

    ck_assert_uint_eq(strlen(verdict.account), INV_ACCOUNT_IDENTITY_SIZE - 1);
    site_begin(site, &call, &found);
    ck_assert_int_eq(inv_account_find(&call, name, &account), INV_OK);
    ck_assert_ptr_nonnull(account);
    ck_assert(inv_account_identity(account, identity));
    ck_assert_str_eq(verdict.account, identity);
    inv_account_free(&account);
    inv_call_end(&call);
    inv_jid_free(&name);
}

START_TEST(which_account_it_is)
{
    inv_token *token = site_invite(site, NULL, 2);
    char first[INV_ACCOUNT_IDENTITY_SIZE];

    redeem(token, "certain", SITE_PASSWORD);
    expect(INV_OK);
    expect_account_told("certain");
    (void)snprintf(first, sizeof(first), "%s", verdict.account);
    redeem(token, "certain", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_str_eq(verdict.account, first);
    redeem(token, "certain", "some other password");
    expect(INV_BAD_TOKEN);
    ck_assert_str_eq(verdict.account, "");
    redeem(token, "certainty", SITE_PASSWORD);
    expect(INV_OK);
    expect_account_told("certainty");
    ck_assert_str_ne(verdict.account, first);
    inv_token_free(&token);
}
END_TEST

static inv_result check_for_terms(const inv_token *token, inv_invite **invite)
{
    inv_acceptance acceptance = {.invite = invite};
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = inv_redeem_check(&call, token, NULL, INV_ALLOW_REGISTRATION, &acceptance);
    inv_call_end(&call);
    return result;
}

START_TEST(a_check_hands_out_what_it_read)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    inv_invite nothing = {.id = NULL};
    inv_invite *invite = &nothing;

    ck_assert_int_eq(check_for_terms(token, &invite), INV_OK);
    ck_assert_ptr_ne(invite, &nothing);
    ck_assert_str_eq(invite->id, inv_token_id(token));
    ck_assert_str_eq(invite->inviter, "alice@example.org");
    inv_invite_free(&invite);
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    invite = &nothing;
    ck_assert_int_eq(check_for_terms(token, &invite), INV_BAD_TOKEN);
    ck_assert_ptr_null(invite);
    invite = &nothing;
    ck_assert_int_eq(check_for_terms(NULL, &invite), INV_NOT_ALLOWED);
    ck_assert_ptr_null(invite);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_told");
    TCase *tests = tcase_create("told");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start_aged, fixture_stop);
    tcase_add_test(tests, which_account_it_is);
    tcase_add_test(tests, a_check_hands_out_what_it_read);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
