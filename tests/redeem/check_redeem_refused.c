/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/secret.h"
#include "tests/redeem/refused_names.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* Why others are refused, and what it costs them: nothing, where it was a mistake. */

/* --------------------------------------------------------------------------------------- expiry */

static inv_result redeem_at(const inv_token *token, const char *local, time_t accepted_at)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_jid *name = site_name(site, local);
    inv_result result;
    inv_call call;

    site_begin(site, &call, &verdict);
    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = inv_redeem(
        &call, &(inv_redeem_request){token, name, password, INV_ALLOW_REGISTRATION, accepted_at});
    inv_call_end(&call);
    inv_jid_free(&name);
    inv_secret_free(&password);
    return result;
}

static inv_token *expired_since(time_t seconds, time_t *expires)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    *expires = time(NULL) - seconds;
    request.request.expires = *expires;
    return site_create(site, &request);
}

START_TEST(expiry_is_judged_at_acceptance)
{
    time_t expires = 0;
    inv_token *token = expired_since(10, &expires);

    ck_assert_int_eq(redeem_at(token, "late", 0), INV_BAD_TOKEN);
    ck_assert_int_eq(redeem_at(token, "late", expires + 1), INV_BAD_TOKEN);
    ck_assert_int_eq(redeem_at(token, "late", time(NULL) + 3600), INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    ck_assert_int_eq(redeem_at(token, "late", expires), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* Nor does it count against an invite that ends before. */
START_TEST(an_acceptance_ahead_is_none)
{
    time_t expires = 0;
    inv_token *token = expired_since(-300, &expires);

    ck_assert_int_eq(redeem_at(token, "early", expires + 60), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(acceptance_counts_for_an_hour)
{
    time_t expires = 0;
    inv_token *token = expired_since(4000, &expires);

    ck_assert_int_eq(redeem_at(token, "later", expires), INV_BAD_TOKEN);
    inv_token_free(&token);
    token = expired_since(3500, &expires);
    ck_assert_int_eq(redeem_at(token, "later", expires), INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_check_tells_the_same)
{
    time_t expires = 0;
    inv_token *token = expired_since(10, &expires);

    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
    token = site_invite(site, "alice@example.org", 1);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_OK);
    (void)site_check(site, token, "checked", &verdict);
    expect(INV_OK);
    (void)site_check(site, token, "alice", &verdict);
    expect(INV_NAME_TAKEN);
    (void)site_check(site, token, "admin", &verdict);
    expect(INV_NAME_RESERVED);
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "checked", SITE_PASSWORD);
    (void)site_check(site, token, "checked", &verdict);
    expect(INV_OK); /* done before: redeeming proves the password */
    (void)site_check(site, token, "checked2", &verdict);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

/* -------------------------------------------------------------------------- tokens that are bad */

START_TEST(a_revoked_token)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    redeem(token, "revoked", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, "revoked", &verdict);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, -2, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* Of a token that is over a standing claim is enough to pass a check; not of one that was revoked,
 * and not where the account would be over. */
static void claim_by_hand(const inv_token *token, const char *more)
{
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));

    site_modify(site,
                "dn: %s\nchangetype: modify\nreplace: inviteUsesLeft\ninviteUsesLeft: 0\n-\n"
                "add: inviteClaim\ninviteClaim: begun@example.org 00112233445566ff\n%s",
                dn, more);
    free(dn);
}

START_TEST(a_standing_claim_does_not_outlive_a_revocation)
{
    inv_token *token = site_invite(site, NULL, 1);

    claim_by_hand(token, "");
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_OK);
    (void)site_check(site, token, "begun", &verdict);
    expect(INV_OK);
    (void)site_revoke(site, token);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, "begun", &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "begun", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, -1, 1, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

#define ENDED_ACCOUNT                                                                              \
    "-\nadd: inviteAccountExpires\ninviteAccountExpires: 20200101000000Z\n-\n"                     \
    "replace: inviteTerms\ninviteTerms: inviteAccountExpires\n"

START_TEST(no_resume_makes_an_account_that_is_over)
{
    inv_token *token = site_invite(site, NULL, 1);

    claim_by_hand(token, ENDED_ACCOUNT);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, "begun", &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "begun", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=begun)"), 0);
    inv_token_free(&token);
}
END_TEST

/* Also one that was accepted while the account would still have lasted. */
START_TEST(an_account_that_would_be_over_is_not_made)
{
    inv_token *token = site_invite(site, NULL, 0);
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));
    inv_jid *name = site_name(site, "overlate");
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_call call;

    site_modify(site, "dn: %s\nchangetype: modify\n%s", dn, &ENDED_ACCOUNT[2]);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, "overlate", &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "overlate", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_begin(site, &call, &verdict);
    (void)inv_redeem(&call, &(inv_redeem_request){token, name, password, INV_ALLOW_REGISTRATION,
                                                  time(NULL) - 60});
    expect(INV_BAD_TOKEN);
    (void)inv_redeem_login(&call, token, name, password);
    expect(INV_BAD_TOKEN);
    inv_call_end(&call);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=overlate)"), 0);
    inv_secret_free(&password);
    inv_jid_free(&name);
    free(dn);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_unknown_token)
{
    inv_token *token = site_invite(site, NULL, 1);
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));

    site_delete(site, dn);
    redeem(token, "unknown", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    free(dn);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_token_of_the_wrong_type)
{
    struct site_request request;
    inv_token *token;

    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    token = site_create(site, &request);
    redeem(token, "wrongtype", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
    token = site_invite(site, NULL, 1);
    (void)site_redeem_contact(site, token, "alice@example.org", &verdict);
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------- mistakes do not cost the
 * token */

START_TEST(a_weak_password_with_the_policys_words)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    redeem(token, "weak", "short");
    expect(INV_PASSWORD_REFUSED);
    ck_assert_msg(strstr(verdict.text, "uality") != NULL || strstr(verdict.text, "short") != NULL ||
                      strstr(verdict.text, "at least 10") != NULL,
                  "%s", verdict.text);
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "strong", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------- a use that goes back, in a race */

/* The writes of a registration that is refused: claim, add, give back. */
enum { WRITE_CLAIM = 1, WRITE_ADD, WRITE_GIVE_BACK };

struct rival {
    const inv_token *token;
    size_t behind_add; /* answers that came since the add's */
    bool done;
};

static struct counter *refuse_password(inv_call *call, const inv_token *token, const char *local,
                                       struct rival *rival,
                                       void (*at)(void *, counter_moment, size_t, size_t))
{
    struct counter *counter;

    site_begin(site, call, &verdict);
    counter = counter_attach(call->directory);
    counter->at = at;
    counter->context = rival;
    (void)site_redeem_in(call, token, local, "short");
    return counter;
}

/* Behind the look that told the add's refusal, and before the use goes back. */
static void make_account(void *context, counter_moment moment, size_t number, size_t write)
{
    struct rival *rival = context;

    (void)number;
    if (moment != COUNTER_AFTER_ANSWER || write != WRITE_ADD || rival->done)
        return;
    rival->behind_add++;
    rival->done = rival->behind_add == 2; /* the add's answer, the look's */
    if (rival->done)
        leftover_account(site, rival->token, "rival");
}

/* Whoever made it holds the use: it must not go to a second account. */
START_TEST(a_use_stays_while_its_account_is_there)
{
    inv_token *token = site_invite(site, NULL, 1);
    struct rival rival = {.token = token};
    inv_call call;
    struct counter *counter = refuse_password(&call, token, "rival", &rival, make_account);

    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    ck_assert(rival.done);
    expect(INV_PASSWORD_REFUSED);
    site_expect(site, token, 0, 1, 0, 1, 0);
    redeem(token, "second", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

static void change_uses(void *context, counter_moment moment, size_t number, size_t write)
{
    struct rival *rival = context;

    (void)number;
    if (moment != COUNTER_BEFORE_SEND || write != WRITE_GIVE_BACK || rival->done)
        return;
    rival->done = true;
    leftover_terms(site, rival->token, "inviteUsesLeft", "1"); /* as if another claimed */
}

/* Somebody else's claim in between (16) is no reason to keep the use. */
START_TEST(a_use_goes_back_at_the_second_try)
{
    inv_token *token = site_invite(site, NULL, 3);
    struct rival rival = {.token = token};
    inv_call call;
    struct counter *counter = refuse_password(&call, token, "giver", &rival, change_uses);

    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    ck_assert(rival.done);
    expect(INV_PASSWORD_REFUSED);
    {
        struct site_state state;

        site_state(site, token, &state);
        ck_assert_int_eq(state.uses_left, 2);
        ck_assert_uint_eq(state.claims, 0);
    }
    inv_token_free(&token);
}
END_TEST

/* ----------------------------------------------------------------------------- unproved hashing */

START_TEST(no_clear_password_before_init_saw_it_hashed)
{
    inv_token *token = site_invite(site, NULL, 1);

    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\ndelete: invitePasswordForm\n");
    redeem(token, "unproved", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_expect(site, token, 1, 0, 0, 0, 0);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nadd: invitePasswordForm\n"
                      "invitePasswordForm: server\n");
    redeem(token, "unproved", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_refused");
    TCase *refused = tcase_create("refused");

    tcase_set_timeout(refused, 60);
    tcase_add_unchecked_fixture(refused, fixture_start_aged, fixture_stop);
    tcase_add_test(refused, expiry_is_judged_at_acceptance);
    tcase_add_test(refused, an_acceptance_ahead_is_none);
    tcase_add_test(refused, acceptance_counts_for_an_hour);
    tcase_add_test(refused, a_check_tells_the_same);
    tcase_add_test(refused, a_revoked_token);
    tcase_add_test(refused, a_standing_claim_does_not_outlive_a_revocation);
    tcase_add_test(refused, no_resume_makes_an_account_that_is_over);
    tcase_add_test(refused, an_account_that_would_be_over_is_not_made);
    tcase_add_test(refused, an_unknown_token);
    tcase_add_test(refused, a_token_of_the_wrong_type);
    tcase_add_test(refused, a_weak_password_with_the_policys_words);
    tcase_add_test(refused, a_use_stays_while_its_account_is_there);
    tcase_add_test(refused, a_use_goes_back_at_the_second_try);
    tcase_add_test(refused, no_clear_password_before_init_saw_it_hashed);
    refused_names_add(refused);
    suite_add_tcase(suite, refused);
    return suite_run(suite);
}
