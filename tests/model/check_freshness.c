/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/freshness.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/freshness.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"
#include "tests/support/verified_account.h"

/* SCRAM verifiers of a password that is not the account's any more are good for nothing. */

#define NEW_PASSWORD   "a new long password"
#define OTHER_PASSWORD "set by somebody else"
#define SCRAM_ONLY     "password_verifiers = scram-sha-256\nscram_iterations = 4096\n"
#define BOTH           "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n"

/* As an admin who is not the rootdn: neither directory dates that. */
static void delete_elsewhere(const char *local)
{
    const char *dn = account_dn(local);
    inv_operation *deletion = inv_operation_new_modify(dn);

    inv_operation_text(deletion, INV_CHANGE_REPLACE, "userPassword", NULL);
    ck_assert_int_eq(inv_directory_run(call.directory, &deletion, 1, &call.deadline, &verdict),
                     INV_OK);
    ck_assert_int_eq(deletion->code, INV_LDAP_SUCCESS);
    inv_operation_free(&deletion);
}

/* 389 DS notes the moment of a reset behind its answer. */
static bool becomes_fresh(const char *local)
{
    for (int tries = 0; tries < 200; tries++) {
        if (verifiers_are_fresh(local))
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
    }
    return false;
}

static void expect_value(const char *local, const char *attribute, const char *wanted)
{
    const char *dn = account_dn(local);
    char *value = site_value(site, dn, attribute);

    ck_assert_pstr_eq(value, wanted);
    free(value);
}

static void redeem_now(const inv_token *token, const char *local, const char *password)
{
    (void)site_redeem(site, token, local, password, &verdict);
    expect(INV_OK);
}

/* What an attempt's second write, the reset itself, is followed by. */
enum { WRITE_CLAIM = 1, WRITE_SET, WRITE_DATE };

struct plan {
    inv_call *call;
    const char *local;
    enum { CUT_OFF, CHANGED, RESET_AGAIN } event;
    bool done;
};

static void at_date(void *context, counter_moment moment, size_t number, size_t write)
{
    struct plan *plan = context;
    const char *dn;

    (void)number;
    if (plan->done || moment != COUNTER_AFTER_ANSWER || write != WRITE_SET)
        return;
    plan->done = true;
    switch (plan->event) {
    case CUT_OFF:
        plan->call->deadline = inv_deadline_in(0);
        break;
    case CHANGED:
        change_elsewhere(plan->local, OTHER_PASSWORD);
        break;
    case RESET_AGAIN:
        dn = account_dn(plan->local);
        site_modify(site, "dn: %s\nchangetype: modify\nreplace: inviteNonce\ninviteNonce: other\n",
                    dn);
        break;
    }
}

/* A reset in which event happens behind the answer to its first modify. lose: see counter.h. */
static inv_result reset_with(const inv_token *token, struct plan *plan, size_t lose,
                             const char *password)
{
    inv_call own;
    struct counter *counter;
    inv_result result;

    site_begin(site, &own, &verdict);
    counter = counter_attach(own.directory);
    counter->lose = lose;
    if (plan != NULL) {
        plan->call = &own;
        counter->at = at_date;
        counter->context = plan;
    }
    result = site_redeem_in(&own, token, plan != NULL ? plan->local : "lost", password);
    counter_detach(own.directory, &counter);
    inv_call_end(&own);
    return result;
}

/* ------------------------------------------------------------------ nothing but SCRAM is kept */

static void start_scram_only(void)
{
    calls_start_with(SCRAM_ONLY);
    site_show_verifiers(site);
}

START_TEST(an_account_without_password_says_so)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem_now(token, "ada", SITE_PASSWORD);
    expect_value("ada", "xmppVerifiersOf", INV_VERIFIERS_OF_NO_PASSWORD);
    expect_value("ada", date_attribute(), NULL);
    expect_value("ada", "userPassword", NULL);
    ck_assert(verifiers_are_fresh("ada"));
    ck_assert_int_eq(calls_login("ada", SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login("ada", "wrong"), INV_WRONG_PASSWORD);
    inv_token_free(&token);
}
END_TEST

/* The new one is proved by a bind, the old one by nothing. */
START_TEST(a_password_set_elsewhere_ends_the_old_one)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem_now(token, "bob", SITE_PASSWORD);
    change_elsewhere("bob", OTHER_PASSWORD);
    ck_assert(!verifiers_are_fresh("bob"));
    ck_assert_int_eq(calls_login("bob", SITE_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_ptr_nonnull(strstr(verdict.why, "stale"));
    ck_assert_int_eq(calls_login("bob", OTHER_PASSWORD), INV_OK);
    (void)site_redeem(site, token, "bob", SITE_PASSWORD, &verdict); /* nor is it resumed with */
    expect(INV_BAD_TOKEN);
    change_elsewhere("bob", NULL);
    ck_assert_int_eq(calls_login("bob", OTHER_PASSWORD), INV_WRONG_PASSWORD);
    inv_token_free(&token);
}
END_TEST

/* No bind takes place that the directory itself could refuse: for good, and by failed logins. */
START_TEST(a_locked_account_is_refused)
{
    inv_token *token = site_invite(site, NULL, 1);
    const bool by_failures = _i == 1;
    const char *local = by_failures ? "cyril" : "cyd";

    redeem_now(token, local, SITE_PASSWORD);
    if (by_failures)
        site_lock_by_failures(site, local);
    else
        site_lock_account(site, local);
    ck_assert_int_eq(calls_login(local, SITE_PASSWORD), INV_ACCOUNT_EXPIRED);
    ck_assert_int_eq(calls_login(local, "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(site_redeem(site, token, local, SITE_PASSWORD, &verdict), INV_ACCOUNT_EXPIRED);
    ck_assert_int_eq(site_redeem(site, token, local, "some other password", &verdict),
                     INV_BAD_TOKEN);
    if (by_failures)
        site_unlock_after_failures(site, local);
    else
        site_unlock_account(site, local);
    ck_assert_int_eq(calls_login(local, SITE_PASSWORD), INV_OK);
    redeem_now(token, local, SITE_PASSWORD);
    inv_token_free(&token);
}
END_TEST

START_TEST(without_the_record_nothing_is_proved)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem_now(token, "dan", SITE_PASSWORD);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\ndelete: invitePasswordDates\n");
    ck_assert_int_eq(calls_login("dan", SITE_PASSWORD), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "invitectl init"));
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nadd: invitePasswordDates\n"
                      "invitePasswordDates: never\n");
    ck_assert_int_eq(calls_login("dan", SITE_PASSWORD), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "invitectl doctor"));
    site_record_dates(site);
    ck_assert_int_eq(calls_login("dan", SITE_PASSWORD), INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_reset_takes_the_old_password_away)
{
    inv_token *token;

    site_add_account(site, "eva"); /* with a userPassword */
    token = site_reset_invite(site, "eva");
    site_next_second(); /* 389 DS: the second of the modify is that of its date */
    redeem_now(token, "eva", NEW_PASSWORD);
    expect_value("eva", "userPassword", NULL);
    ck_assert(becomes_fresh("eva"));
    ck_assert_int_eq(calls_login("eva", NEW_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login("eva", SITE_PASSWORD), INV_WRONG_PASSWORD);
    redeem_now(token, "eva", NEW_PASSWORD);
    change_elsewhere("eva", OTHER_PASSWORD);
    ck_assert_int_eq(calls_login("eva", NEW_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("eva", OTHER_PASSWORD), INV_OK);
    /* deleting it shuts the person out */
    change_elsewhere("eva", NULL);
    ck_assert_int_eq(calls_login("eva", OTHER_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("eva", NEW_PASSWORD), INV_WRONG_PASSWORD);
    inv_token_free(&token);
}
END_TEST

/*
 * Between the two modifies, of an account whose verifiers were stale before: they prove nothing,
 * and the same token sets them anew.
 */
START_TEST(a_reset_that_was_cut_off)
{
    struct plan plan = {.local = "fay", .event = CUT_OFF};
    inv_token *token;

    site_add_account(site, "fay");
    change_elsewhere("fay", OTHER_PASSWORD);
    token = site_reset_invite(site, "fay");
    ck_assert_int_lt(reset_with(token, &plan, 0, NEW_PASSWORD), INV_OK);
    ck_assert(plan.done);
    site_expect(site, token, 0, 1, 0, 0, 0); /* the claim stands */
    expect_value("fay", "xmppVerifiersOf", NULL);
    expect_value("fay", "userPassword", NULL);
    ck_assert_int_eq(calls_login("fay", NEW_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("fay", OTHER_PASSWORD), INV_WRONG_PASSWORD);
    redeem_now(token, "fay", NEW_PASSWORD);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(verifiers_are_fresh("fay"));
    ck_assert_int_eq(calls_login("fay", NEW_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login("fay", OTHER_PASSWORD), INV_WRONG_PASSWORD);
    inv_token_free(&token);
}
END_TEST

START_TEST(lost_answers)
{
    inv_token *token;

    site_add_account(site, "lost");
    change_elsewhere("lost", OTHER_PASSWORD);
    token = site_reset_invite(site, "lost");
    site_next_second();
    (void)reset_with(token, NULL, (size_t)_i, NEW_PASSWORD);
    redeem_now(token, "lost", NEW_PASSWORD);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(becomes_fresh("lost"));
    ck_assert_int_eq(calls_login("lost", NEW_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login("lost", OTHER_PASSWORD), INV_WRONG_PASSWORD);
    site_delete(site, "uid=lost," SITE_PEOPLE);
    inv_token_free(&token);
}
END_TEST

/* ---------------------------------------------------------------------- beside a userPassword */

static void start_both(void)
{
    calls_start_with(BOTH);
}

START_TEST(verifiers_of_the_password)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_token *reset;

    redeem_now(token, "gus", SITE_PASSWORD);
    expect_value("gus", "xmppVerifiersOf", NULL); /* an add writes nothing more */
    ck_assert(verifiers_are_fresh("gus"));
    change_elsewhere("gus", OTHER_PASSWORD);
    ck_assert(!verifiers_are_fresh("gus"));
    reset = site_reset_invite(site, "gus");
    site_next_second();
    redeem_now(reset, "gus", NEW_PASSWORD);
    ck_assert(becomes_fresh("gus"));
    ck_assert_int_eq(calls_login("gus", NEW_PASSWORD), INV_OK);
    change_elsewhere("gus", OTHER_PASSWORD);
    ck_assert(!verifiers_are_fresh("gus"));
    change_elsewhere("gus", NULL);
    ck_assert(!verifiers_are_fresh("gus"));
    inv_token_free(&token);
    inv_token_free(&reset);
}
END_TEST

START_TEST(a_new_account_whose_password_is_deleted)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem_now(token, "hal", SITE_PASSWORD);
    ck_assert(verifiers_are_fresh("hal"));
    delete_elsewhere("hal");
    ck_assert(!verifiers_are_fresh("hal"));
    change_elsewhere("hal", OTHER_PASSWORD);
    change_elsewhere("hal", NULL);
    ck_assert(!verifiers_are_fresh("hal"));
    inv_token_free(&token);
}
END_TEST

/* The moment is that of the reset's own modify, so a change right behind it is seen. */
START_TEST(changed_between_the_two_modifies)
{
    struct plan plan = {.local = "ida", .event = CHANGED};
    inv_token *token;

    site_add_account(site, "ida");
    token = site_reset_invite(site, "ida");
    ck_assert_int_eq(reset_with(token, &plan, 0, NEW_PASSWORD), INV_OK);
    ck_assert(plan.done);
    ck_assert(!verifiers_are_fresh("ida"));
    ck_assert_int_eq(calls_login("ida", OTHER_PASSWORD), INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(another_reset_between_the_two_modifies)
{
    struct plan plan = {.local = "jan", .event = RESET_AGAIN};
    inv_token *token;

    site_add_account(site, "jan");
    token = site_reset_invite(site, "jan");
    ck_assert_int_eq(reset_with(token, &plan, 0, NEW_PASSWORD), INV_OK);
    ck_assert(plan.done);
    expect_value("jan", "xmppVerifiersOf", NULL); /* that one dates its own */
    expect_value("jan", "inviteNonce", "other");
    inv_token_free(&token);
}
END_TEST

/* Who comes again with token and password has proved it: the verifiers are made anew. */
START_TEST(cut_off_and_resumed)
{
    struct plan plan = {.local = "kim", .event = CUT_OFF};
    inv_token *token;

    site_add_account(site, "kim");
    token = site_reset_invite(site, "kim");
    ck_assert_int_eq(reset_with(token, &plan, 0, NEW_PASSWORD), INV_OK);
    ck_assert(plan.done);
    site_expect(site, token, 0, 1, 0, 0, 0);
    expect_value("kim", "xmppVerifiersOf", NULL);
    ck_assert_int_eq(site_redeem(site, token, "kim", "some other password", &verdict),
                     INV_BAD_TOKEN);
    expect_value("kim", "xmppVerifiersOf", NULL);
    redeem_now(token, "kim", NEW_PASSWORD);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(becomes_fresh("kim"));
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("freshness");
    TCase *only = tcase_create("only_scram");
    TCase *both = tcase_create("both");

    tcase_set_timeout(only, 120);
    tcase_add_unchecked_fixture(only, start_scram_only, fixture_stop);
    tcase_add_checked_fixture(only, calls_begin, calls_end);
    tcase_add_test(only, an_account_without_password_says_so);
    tcase_add_test(only, a_password_set_elsewhere_ends_the_old_one);
    tcase_add_loop_test(only, a_locked_account_is_refused, 0, 2);
    tcase_add_test(only, without_the_record_nothing_is_proved);
    tcase_add_test(only, a_reset_takes_the_old_password_away);
    tcase_add_test(only, a_reset_that_was_cut_off);
    tcase_add_loop_test(only, lost_answers, WRITE_CLAIM, WRITE_DATE + 2);
    suite_add_tcase(suite, only);
    tcase_set_timeout(both, 120);
    tcase_add_unchecked_fixture(both, start_both, fixture_stop);
    tcase_add_checked_fixture(both, calls_begin, calls_end);
    tcase_add_test(both, verifiers_of_the_password);
    tcase_add_test(both, a_new_account_whose_password_is_deleted);
    tcase_add_test(both, changed_between_the_two_modifies);
    tcase_add_test(both, another_reset_between_the_two_modifies);
    tcase_add_test(both, cut_off_and_resumed);
    suite_add_tcase(suite, both);
    return suite_run(suite);
}
