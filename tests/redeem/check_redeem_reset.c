/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/* Resets: one password, once, of an account that is there and may be reset. */

#define NEW_PASSWORD "a new long password"

/* The writes of a reset, in the order they are sent. */
enum { WRITE_CLAIM = 1, WRITE_SET, WRITE_FINISH };

static void start(void)
{
    site = site_start(NULL);
}

START_TEST(a_reset_works_once)
{
    inv_token *token = site_account_and_reset(site, "bea");
    size_t accounts = site_count(site, SITE_PEOPLE, "(objectClass=xmppAccount)");

    (void)site_check(site, token, "bea", &verdict);
    expect(INV_OK);
    redeem(token, "bea", NEW_PASSWORD);
    expect(INV_OK);
    ck_assert_str_eq(verdict.account, "");
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(site_login(site, "bea", NEW_PASSWORD));
    ck_assert(!site_login(site, "bea", SITE_PASSWORD));
    redeem(token, "bea", NEW_PASSWORD);
    expect(INV_OK);
    redeem(token, "bea", "yet another password");
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, "bea", NEW_PASSWORD));
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(objectClass=xmppAccount)"), accounts);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_second_reset_ends_the_first)
{
    inv_token *first = site_account_and_reset(site, "ben");
    inv_token *second;

    redeem(first, "ben", NEW_PASSWORD);
    expect(INV_OK);
    second = site_reset_invite(site, "ben");
    redeem(second, "ben", "yet another password");
    expect(INV_OK);
    redeem(first, "ben", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, "ben", "yet another password"));
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

/* By what the account is, not by a clock: in the same second, and in any order. */
START_TEST(a_reset_ends_those_that_were_made_before)
{
    inv_token *older = site_account_and_reset(site, "bess");
    inv_token *newer = site_reset_invite(site, "bess");
    inv_token *newest = site_reset_invite(site, "bess");

    redeem(older, "bess", NEW_PASSWORD);
    expect(INV_OK);
    (void)site_check(site, newer, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    ck_assert_ptr_nonnull(strstr(verdict.why, "another reset invite"));
    (void)site_check(site, newer, "bess", &verdict);
    expect(INV_BAD_TOKEN);
    redeem(newer, "bess", "yet another password");
    expect(INV_BAD_TOKEN);
    redeem(newest, "bess", "yet another password");
    expect(INV_BAD_TOKEN);
    site_expect(site, newer, 1, 0, 0, 0, 0);
    ck_assert(site_login(site, "bess", NEW_PASSWORD));
    /* its own mark is no difference: the same again ends well */
    redeem(older, "bess", NEW_PASSWORD);
    expect(INV_OK);
    inv_token_free(&older);
    inv_token_free(&newer);
    inv_token_free(&newest);
}
END_TEST

START_TEST(a_change_elsewhere_ends_a_reset)
{
    inv_token *token = site_account_and_reset(site, "bill");

    site_next_second(); /* two changes within one second are told apart by nobody */
    site_modify(site, "dn: uid=bill," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                      "userPassword: chosen by themselves\n");
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "bill", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, "bill", "chosen by themselves"));
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* Of an older release: nothing says what its account was like. */
START_TEST(a_reset_without_a_state_is_over)
{
    inv_token *token = site_account_and_reset(site, "bert");
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));

    site_modify(site,
                "dn: %s\nchangetype: modify\ndelete: inviteAccountState\n-\n"
                "delete: inviteTerms\ninviteTerms: inviteAccountState\n",
                dn);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "bert", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    free(dn);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_reset_creates_nothing)
{
    inv_token *token = site_account_and_reset(site, "cat");

    site_delete(site, "uid=cat," SITE_PEOPLE);
    redeem(token, "cat", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=cat)"), 0);
    site_next_second();
    site_add_account(site, "cat"); /* somebody new has the name */
    redeem(token, "cat", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, "cat", &verdict);
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, "cat", SITE_PASSWORD));
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

static void add_undated(const char *local)
{
    site_modify(site,
                "dn: uid=%s," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\nuid: %s\ncn: %s\nsn: %s\nxmppJid: %s@example.org\n",
                local, local, local, local, local);
}

/* Neither a date nor a nonce tells the two accounts apart, only which came first. */
START_TEST(a_reset_is_not_for_an_account_that_came_later)
{
    inv_token *token;

    add_undated("cleo");
    token = site_reset_invite(site, "cleo");
    site_delete(site, "uid=cleo," SITE_PEOPLE);
    site_next_second();
    add_undated("cleo");
    redeem(token, "cleo", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert(!site_login(site, "cleo", NEW_PASSWORD));
    inv_token_free(&token);
}
END_TEST

START_TEST(accounts_outside_reset_filter)
{
    inv_token *token = site_account_and_reset(site, "boss");
    inv_domain *domain = site_domain(site);
    char *filter = domain->reset_filter;
    char narrow[] = "(&(objectClass=xmppAccount)(!(uid=boss)))";

    domain->reset_filter = narrow;
    redeem(token, "boss", NEW_PASSWORD);
    expect(INV_NOT_ALLOWED);
    (void)site_check(site, token, "boss", &verdict);
    expect(INV_NOT_ALLOWED);
    domain->reset_filter = filter;
    ck_assert(site_login(site, "boss", SITE_PASSWORD));
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* A password policy lifts an admin's lock together with a new password. */
START_TEST(a_disabled_account_stays_so)
{
    inv_token *token = site_account_and_reset(site, "gus");

    site_lock_account(site, "gus");
    (void)site_check(site, token, "gus", &verdict);
    expect(INV_NOT_ALLOWED);
    redeem(token, "gus", NEW_PASSWORD);
    expect(INV_NOT_ALLOWED);
    ck_assert(site_is_locked(site, "gus"));
    site_expect(site, token, 1, 0, 0, 0, 0);
    site_unlock_account(site, "gus");
    redeem(token, "gus", NEW_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(no_other_name)
{
    inv_token *token = site_account_and_reset(site, "dan");

    site_add_account(site, "eve");
    redeem(token, "eve", NEW_PASSWORD);
    expect(INV_NAME_RESERVED);
    ck_assert(site_login(site, "eve", SITE_PASSWORD));
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revoked_reset)
{
    inv_token *token = site_account_and_reset(site, "fay");

    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    redeem(token, "fay", NEW_PASSWORD);
    expect(INV_BAD_TOKEN);
    redeem(token, "alice", NEW_PASSWORD);
    expect(INV_BAD_TOKEN); /* not even that it was for another name */
    ck_assert(site_login(site, "fay", SITE_PASSWORD));
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------ with a driver between */

struct plan {
    const inv_token *token;
    const char *password;
    const char *local;
    const char *claim; /* for the claim of token, put there by hand */
    size_t before;
    inv_result result;
};

static void carry_out(void *context, counter_moment moment, size_t number, size_t write)
{
    struct plan *plan = context;
    inv_verdict other = INV_VERDICT_INIT;

    (void)number;
    if (moment != COUNTER_BEFORE_SEND || write != plan->before)
        return;
    if (plan->claim != NULL)
        site_modify(site,
                    "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\n"
                    "replace: inviteClaim\ninviteClaim: %s\n",
                    inv_token_id(plan->token), plan->claim);
    else
        plan->result = site_redeem(site, plan->token, plan->local, plan->password, &other);
}

static void redeem_between(const inv_token *token, const char *local, const char *password,
                           struct plan *plan, size_t lose, bool no_policy_control)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    if (plan != NULL) {
        counter->at = carry_out;
        counter->context = plan;
    }
    counter->lose = lose;
    counter->no_policy_control = no_policy_control;
    (void)site_redeem_in(&call, token, local, password);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}

START_TEST(a_weak_password_keeps_the_token)
{
    const bool no_policy_control = _i == 1;
    inv_token *token;
    char local[16];

    (void)snprintf(local, sizeof(local), "gil%d", _i);
    token = site_account_and_reset(site, local);
    redeem_between(token, local, "short", NULL, 0, no_policy_control);
    /* without the control only 389 DS is known by its words */
    if (no_policy_control && slapd_kind() == SLAPD_OPENLDAP) {
        expect(INV_CONFIG);
        ck_assert_str_eq(verdict.text, "");
    } else {
        expect(INV_PASSWORD_REFUSED);
        ck_assert_str_ne(verdict.text, "");
    }
    site_expect(site, token, 1, 0, 0, 0, 0);
    ck_assert(site_login(site, local, SITE_PASSWORD));
    redeem(token, local, NEW_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(lost_answers_are_read_back)
{
    inv_token *token;
    char local[16];

    (void)snprintf(local, sizeof(local), "hal%d", _i);
    token = site_account_and_reset(site, local);
    redeem_between(token, local, NEW_PASSWORD, NULL, (size_t)_i, false);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(site_login(site, local, NEW_PASSWORD));
    redeem(token, local, NEW_PASSWORD);
    expect(INV_OK);
    redeem(token, local, "yet another password");
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_claim_alone)
{
    inv_token *token = site_account_and_reset(site, "ida");

    site_modify(
        site,
        "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nreplace: inviteUsesLeft\n"
        "inviteUsesLeft: 0\n-\nadd: inviteClaim\ninviteClaim: ida@example.org 0011223344556677\n",
        inv_token_id(token));
    redeem(token, "ida", NEW_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* An account without a nonce, with that of an invite, and with that of an earlier reset. */
enum { OF_AN_ADMIN, OF_AN_INVITE, RESET_BEFORE, ORIGINS };

static inv_token *account_of(int origin, const char *local)
{
    inv_token *token = origin == OF_AN_INVITE ? site_invite(site, NULL, 1) : NULL;

    if (origin == OF_AN_ADMIN)
        return site_account_and_reset(site, local);
    if (origin == RESET_BEFORE)
        token = site_account_and_reset(site, local);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
    return site_reset_invite(site, local);
}

/* The same token was quicker with another password. */
START_TEST(overtaken_by_the_same_token)
{
    char local[32];
    struct plan plan = {.password = "the quicker password", .local = local, .before = WRITE_SET};
    inv_token *token;

    (void)snprintf(local, sizeof(local), "jan%d", _i);
    token = account_of(_i, local);
    plan.token = token;
    redeem_between(token, local, NEW_PASSWORD, &plan, 0, false);
    ck_assert_int_eq(plan.result, INV_OK);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(site_login(site, local, "the quicker password"));
    inv_token_free(&token);
}
END_TEST

/* The claim was taken over by a second attempt when the first sets its password; a third comes. */
START_TEST(three_attempts_and_one_password)
{
    inv_token *token = site_account_and_reset(site, "kim");
    struct plan taken_over = {
        .token = token, .claim = "kim@example.org 0011223344556677", .before = WRITE_SET};

    /* the first attempt sets its password, and dies before it can finish */
    redeem_between(token, "kim", NEW_PASSWORD, &taken_over, 0, false);
    expect(INV_OK);
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteUsedBy\n-\n"
                "add: inviteClaim\ninviteClaim: kim@example.org 0011223344556677\n",
                inv_token_id(token));
    redeem(token, "kim", "the third password");
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, "kim", NEW_PASSWORD));
    site_expect(site, token, 0, 1, 0, 0, 0); /* nothing is finished for a wrong password */
    redeem(token, "kim", NEW_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* Two resets of one account at once: the first to set its password ends the other. */
START_TEST(overtaken_by_another_token)
{
    char local[32];
    struct plan plan = {.password = "the quicker password", .local = local, .before = WRITE_SET};
    inv_token *token;
    inv_token *other;

    (void)snprintf(local, sizeof(local), "lea%d", _i);
    token = account_of(_i, local);
    other = site_reset_invite(site, local);
    plan.token = other;
    redeem_between(token, local, NEW_PASSWORD, &plan, 0, false);
    ck_assert_int_eq(plan.result, INV_OK);
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, local, "the quicker password"));
    site_expect(site, token, 1, 0, 0, 0, 0);
    site_expect(site, other, 0, 0, 1, 0, 0);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

/* An account that an invite made keeps that invite's mark. */
START_TEST(a_reset_of_an_invited_account)
{
    inv_token *invite = site_invite(site, NULL, 1);
    inv_token *token;

    redeem(invite, "mia", SITE_PASSWORD);
    expect(INV_OK);
    token = site_reset_invite(site, "mia");
    redeem(token, "mia", NEW_PASSWORD);
    expect(INV_OK);
    site_expect(site, invite, 0, 0, 1, 1, 0);
    redeem(invite, "mia", NEW_PASSWORD);
    expect(INV_OK);
    redeem(invite, "mia", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    inv_token_free(&invite);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_reset");
    TCase *reset = tcase_create("reset");

    tcase_set_timeout(reset, 60);
    tcase_add_unchecked_fixture(reset, start, fixture_stop);
    tcase_add_test(reset, a_reset_works_once);
    tcase_add_test(reset, a_second_reset_ends_the_first);
    tcase_add_test(reset, a_reset_ends_those_that_were_made_before);
    tcase_add_test(reset, a_change_elsewhere_ends_a_reset);
    tcase_add_test(reset, a_reset_without_a_state_is_over);
    tcase_add_test(reset, a_reset_creates_nothing);
    tcase_add_test(reset, a_reset_is_not_for_an_account_that_came_later);
    tcase_add_test(reset, accounts_outside_reset_filter);
    tcase_add_test(reset, a_disabled_account_stays_so);
    tcase_add_test(reset, no_other_name);
    tcase_add_test(reset, a_revoked_reset);
    tcase_add_loop_test(reset, a_weak_password_keeps_the_token, 0, 2);
    tcase_add_loop_test(reset, lost_answers_are_read_back, WRITE_CLAIM, WRITE_FINISH + 1);
    tcase_add_test(reset, a_claim_alone);
    tcase_add_loop_test(reset, overtaken_by_the_same_token, 0, ORIGINS);
    tcase_add_test(reset, three_attempts_and_one_password);
    tcase_add_loop_test(reset, overtaken_by_another_token, 0, ORIGINS);
    tcase_add_test(reset, a_reset_of_an_invited_account);
    suite_add_tcase(suite, reset);
    return suite_run(suite);
}
