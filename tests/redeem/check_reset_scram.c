/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"
#include "tests/support/gateway.h"
#include "tests/support/observer.h"

/*
 * Resets where nothing but SCRAM is kept: the first modify sets the password, the second tells
 * which password the verifiers are of. Whatever becomes of their answers, nobody is shut out, and
 * the use is recorded.
 */

#define NEW_PASSWORD "a new long password"
#define SCRAM_ONLY   "password_verifiers = scram-sha-256\nscram_iterations = 4096\n"

enum { WRITE_CLAIM = 1, WRITE_SET, WRITE_DATE, WRITE_FINISH };

static void start(void)
{
    calls_start_with(SCRAM_ONLY);
    site_show_verifiers(site);
}

/*
 * The account to reset: made elsewhere, with a userPassword, and that changed since, so that
 * nothing but the second modify makes new verifiers fresh; or registered here, without one.
 */
typedef enum account_kind { HAD_PASSWORD, CHANGED, ONLY_SCRAM, KINDS } account_kind;

static inv_token *account_and_reset(const char *local, account_kind kind)
{
    inv_token *token;

    if (kind != ONLY_SCRAM) {
        site_add_account(site, local);
    } else {
        token = site_invite(site, NULL, 1);
        ck_assert_int_eq(site_redeem(site, token, local, SITE_PASSWORD, &verdict), INV_OK);
        inv_token_free(&token);
    }
    if (kind == CHANGED) {
        site_next_second();
        site_modify(site,
                    "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                    "userPassword: " SITE_PASSWORD "\n",
                    local);
    }
    return site_reset_invite(site, local);
}

static void expect_reset(const inv_token *token, const char *local)
{
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert_int_eq(calls_login(local, NEW_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login(local, SITE_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_int_eq(site_redeem(site, token, local, NEW_PASSWORD, &verdict), INV_OK);
    ck_assert_int_eq(site_redeem(site, token, local, "a third password of somebody", &verdict),
                     INV_BAD_TOKEN);
}

/* Redeems while the gateway answers write number at. */
static struct gateway *redeem_through(const inv_token *token, const char *local, size_t at,
                                      int code, gateway_fate fate)
{
    struct gateway *gateway;
    inv_call own;

    site_begin(site, &own, &verdict);
    gateway = gateway_attach(own.directory, at, code, fate);
    (void)site_redeem_in(&own, token, local, NEW_PASSWORD);
    gateway_detach(own.directory, gateway);
    inv_call_end(&own);
    return gateway;
}

/* ------------------------------------------------------------------------------ lost answers */

/* The loop index: each write for each kind of account. */
START_TEST(lost_answers)
{
    const size_t write = (size_t)_i / KINDS + 1;
    const account_kind kind = (account_kind)(_i % KINDS);
    struct counter *counter;
    inv_token *token;
    char local[32];
    inv_call own;

    (void)snprintf(local, sizeof(local), "lost%d", _i);
    token = account_and_reset(local, kind);
    site_begin(site, &own, &verdict);
    counter = counter_attach(own.directory);
    counter->lose = write;
    (void)site_redeem_in(&own, token, local, NEW_PASSWORD);
    ck_assert_uint_eq(counter->lose, 0);
    counter_detach(own.directory, &counter);
    inv_call_end(&own);
    if (write == WRITE_DATE) {
        expect(INV_DIRECTORY_DOWN);
        site_expect(site, token, 0, 1, 0, 0, 0);
        (void)site_redeem(site, token, local, NEW_PASSWORD, &verdict);
    }
    expect(INV_OK);
    expect_reset(token, local);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------- codes of a gateway */

static const int codes[] = {3, 11, 51, 52, 80};
#define CODES (sizeof(codes) / sizeof(codes[0]))

/* The server set the password, and the gateway told the code: the same attempt ends well. */
START_TEST(the_first_modify_was_done)
{
    const account_kind kind = (account_kind)(_i % KINDS);
    struct gateway *gateway;
    inv_token *token;
    char local[32];

    (void)snprintf(local, sizeof(local), "done%d", _i);
    token = account_and_reset(local, kind);
    gateway = redeem_through(token, local, WRITE_SET, codes[_i / KINDS], GATEWAY_DONE);
    expect(INV_OK);
    expect_reset(token, local);
    gateway_free(&gateway);
    inv_token_free(&token);
}
END_TEST

/* Told so by code 16, as a relay is that sends its request a second time. */
START_TEST(the_first_modify_was_sent_twice)
{
    const account_kind kind = (account_kind)_i;
    struct gateway *gateway;
    inv_token *token;
    char local[32];

    (void)snprintf(local, sizeof(local), "twice%d", _i);
    token = account_and_reset(local, kind);
    gateway = redeem_through(token, local, WRITE_SET, INV_LDAP_NO_SUCH_ATTRIBUTE, GATEWAY_DONE);
    expect(INV_OK);
    expect_reset(token, local);
    gateway_free(&gateway);
    inv_token_free(&token);
}
END_TEST

/* It is still on its way when the person tries again: it comes too late to set anything. */
START_TEST(the_first_modify_is_late)
{
    const account_kind kind = (account_kind)_i;
    struct gateway *gateway;
    inv_token *token;
    char local[32];

    (void)snprintf(local, sizeof(local), "late%d", _i);
    token = account_and_reset(local, kind);
    gateway = redeem_through(token, local, WRITE_SET, 51, GATEWAY_LATE);
    expect(INV_DIRECTORY_DOWN);
    site_expect(site, token, 0, 1, 0, 0, 0);
    ck_assert_int_eq(calls_login(local, SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(site_redeem(site, token, local, NEW_PASSWORD, &verdict), INV_OK);
    ck_assert_int_ne(gateway_deliver(call.directory, &gateway), INV_LDAP_SUCCESS);
    expect_reset(token, local);
    inv_token_free(&token);
}
END_TEST

START_TEST(the_second_modify_was_done)
{
    struct gateway *gateway;
    inv_token *token;
    char local[32];

    (void)snprintf(local, sizeof(local), "dated%d", _i);
    token = account_and_reset(local, CHANGED);
    gateway = redeem_through(token, local, WRITE_DATE, codes[_i], GATEWAY_DONE);
    ck_assert_int_lt(verdict.result, INV_OK);
    site_expect(site, token, 0, 1, 0, 0, 0);
    ck_assert_int_eq(site_redeem(site, token, local, NEW_PASSWORD, &verdict), INV_OK);
    expect_reset(token, local);
    gateway_free(&gateway);
    inv_token_free(&token);
}
END_TEST

/* --------------------------------------------------------------------------------- repair */

/* A reset whose second modify never came, older than claim_grace. */
static inv_token *cut_off(const char *local, account_kind kind)
{
    inv_token *token = account_and_reset(local, kind);
    struct gateway *gateway = redeem_through(token, local, WRITE_DATE, 53, GATEWAY_NEVER);

    ck_assert_int_lt(verdict.result, INV_OK);
    gateway_free(&gateway);
    site_expect(site, token, 0, 1, 0, 0, 0);
    let_it_age(site);
    return token;
}

/* The link is all that the person has. */
START_TEST(repair_leaves_what_the_token_can_end)
{
    inv_token *token = cut_off("ann", CHANGED);

    observer_repair(site, true, NULL, NULL);
    expect_note("the reset of uid=ann," SITE_PEOPLE " was cut off");
    observer_repair(site, false, NULL, NULL);
    ck_assert_ptr_nonnull(strstr(seen.notes, "left inviteId="));
    expect_note("the reset of uid=ann," SITE_PEOPLE " was cut off");
    expect_note("make a new reset invite");
    site_expect(site, token, 0, 1, 0, 0, 0);
    ck_assert_int_eq(site_redeem(site, token, "ann", NEW_PASSWORD, &verdict), INV_OK);
    expect_reset(token, "ann");
    observer_repair(site, false, NULL, NULL);
    expect_no_note("uid=ann");
    inv_token_free(&token);
}
END_TEST

START_TEST(a_new_reset_invite_ends_it)
{
    inv_token *token = cut_off("bob", CHANGED);
    inv_token *other;

    other = site_reset_invite(site, "bob");
    ck_assert_int_eq(site_redeem(site, other, "bob", NEW_PASSWORD, &verdict), INV_OK);
    expect_reset(other, "bob");
    observer_repair(site, false, NULL, NULL);
    expect_note("the claim of bob@example.org, of which nothing came");
    site_expect(site, token, 1, 0, 0, 0, 0);
    ck_assert_int_eq(site_redeem(site, token, "bob", "a third password of somebody", &verdict),
                     INV_BAD_TOKEN);
    ck_assert_int_eq(calls_login("bob", NEW_PASSWORD), INV_OK);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

/* Its verifiers are of no userPassword, and it has none: they are fresh with one modify. */
START_TEST(repair_finishes_what_logs_in)
{
    inv_token *token = cut_off("cat", ONLY_SCRAM);

    ck_assert_int_eq(calls_login("cat", NEW_PASSWORD), INV_OK);
    observer_repair(site, false, NULL, NULL);
    expect_note("the redemption by cat@example.org");
    expect_reset(token, "cat");
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reset_scram");
    TCase *answers = tcase_create("answers");
    TCase *repairs = tcase_create("repairs");

    tcase_set_timeout(answers, 60);
    tcase_add_unchecked_fixture(answers, start, fixture_stop);
    tcase_add_checked_fixture(answers, calls_begin, calls_end);
    tcase_add_loop_test(answers, lost_answers, 0, WRITE_FINISH * KINDS);
    tcase_add_loop_test(answers, the_first_modify_was_done, 0, CODES * KINDS);
    tcase_add_loop_test(answers, the_first_modify_was_sent_twice, 0, KINDS);
    tcase_add_loop_test(answers, the_first_modify_is_late, 0, KINDS);
    tcase_add_loop_test(answers, the_second_modify_was_done, 0, CODES);
    suite_add_tcase(suite, answers);
    tcase_set_timeout(repairs, 60);
    tcase_add_unchecked_fixture(repairs, start, fixture_stop);
    tcase_add_checked_fixture(repairs, calls_begin, calls_end);
    tcase_add_test(repairs, repair_leaves_what_the_token_can_end);
    tcase_add_test(repairs, a_new_reset_invite_ends_it);
    tcase_add_test(repairs, repair_finishes_what_logs_in);
    suite_add_tcase(suite, repairs);
    return suite_run(suite);
}
