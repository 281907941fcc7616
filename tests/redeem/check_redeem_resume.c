/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/secret.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* What crashes leave, made by hand, and what the next attempt makes of it. */

/* --------------------------------------------------------------------------- each partial state */

START_TEST(a_claim_alone)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r1@example.org", LEFTOVER_NONCE, 1);
    (void)site_check(site, token, NULL, &verdict);
    site_expect_result(verdict, INV_OK); /* the name comes later: it may be the same */
    redeem(token, "r1", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    ck_assert(site_login(site, "r1", SITE_PASSWORD));
    inv_token_free(&token);
}
END_TEST

START_TEST(a_claim_and_an_account)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r2@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "r2");
    redeem(token, "r2", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* The token's holder with another password changes nothing: it waits for whoever knows it. */
START_TEST(a_claim_and_an_account_with_another_password)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r3@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "r3");
    redeem(token, "r3", "some other password");
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 1, 0, 1, 0);
    ck_assert(site_login(site, "r3", SITE_PASSWORD));
    redeem(token, "r3", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_claim_an_account_and_a_pair)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r4@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "r4");
    leftover_pair(site, token, "r4@example.org", "alice@example.org");
    redeem(token, "r4", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* And only for the right password: before it was proved nothing is written. */
START_TEST(a_login_finishes_too)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r5@example.org", LEFTOVER_NONCE, 1);
    ck_assert_int_eq(redeem_login(token, "r5", SITE_PASSWORD), INV_NO_ACCOUNT);
    leftover_account(site, token, "r5");
    ck_assert_int_eq(redeem_login(token, "r5", "some other password"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(redeem_login(token, "r5", ""), INV_WRONG_PASSWORD);
    site_expect(site, token, 0, 1, 0, 1, 0);
    ck_assert_int_eq(redeem_login(token, "r5", SITE_PASSWORD), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    ck_assert_int_eq(redeem_login(token, "r5", SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(redeem_login(token, "alice", SITE_PASSWORD), INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

START_TEST(one_claim_of_several_uses)
{
    inv_token *token = site_invite(site, "alice@example.org", 3);

    leftover_claim(site, token, "r6@example.org", LEFTOVER_NONCE, 3);
    redeem(token, "r6other", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 1, 1, 1, 1, 1);
    redeem(token, "r6", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 1, 0, 2, 2, 2);
    inv_token_free(&token);
}
END_TEST

/* A claim that another attempt may still be using is not given back by one that took it over. */
START_TEST(a_weak_password_on_a_claim_taken_over)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r7@example.org", LEFTOVER_NONCE, 1);
    redeem(token, "r7", "short");
    expect(INV_PASSWORD_REFUSED);
    site_expect(site, token, 0, 1, 0, 0, 0);
    redeem(token, "r7", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* --------------------------------------------------------------------------- expiry, revocation */

START_TEST(a_claim_is_finished_after_expiry)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r8@example.org", LEFTOVER_NONCE, 1);
    leftover_terms(site, token, "inviteExpires", "20200101000000Z");
    (void)site_check(site, token, "r8", &verdict);
    expect(INV_OK);
    redeem(token, "r8", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_claim_is_not_finished_after_revocation)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "r9@example.org", LEFTOVER_NONCE, 1);
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_BAD_TOKEN);
    (void)site_check(site, token, "r9", &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "r9", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, -1, 1, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* ---------------------------------------------------------------------------------- claim_grace */

/* Until a redemption with a grace of two seconds ends otherwise than before. */
static void redeem_until(const inv_token *token, const char *local, inv_result wanted)
{
    time_t end = time(NULL) + 20;

    do {
        redeem(token, local, SITE_PASSWORD);
        if (verdict.result == wanted)
            return;
        site_next_second();
    } while (time(NULL) < end);
    expect(wanted);
}

START_TEST(another_name_after_the_grace)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    site_domain(site)->claim_grace = 2;
    leftover_claim(site, token, "g1@example.org", LEFTOVER_NONCE, 1);
    redeem(token, "g1other", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert_ptr_nonnull(strstr(verdict.why, "another attempt"));
    redeem_until(token, "g1other", INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    redeem(token, "g1", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

/* Whoever has the claim may finish it after the invite's end; no other name begins then. */
START_TEST(no_other_name_after_expiry)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    time_t end;

    site_domain(site)->claim_grace = 2;
    leftover_claim(site, token, "late@example.org", LEFTOVER_NONCE, 1);
    leftover_terms(site, token, "inviteExpires", "20200101000000Z");
    for (end = time(NULL) + 5; time(NULL) < end; site_next_second()) {
        redeem(token, "lateother", SITE_PASSWORD);
        expect(INV_BAD_TOKEN);
        ck_assert_ptr_nonnull(strstr(verdict.why, "expired"));
    }
    site_expect(site, token, 0, 1, 0, 0, 0);
    leftover_terms(site, token, "inviteExpires", "20990101000000Z");
    redeem_until(token, "lateother", INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* Seconds after the claim, and long before the end of its grace: somebody is at it. */
START_TEST(no_other_name_within_the_grace)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    time_t end;

    site_domain(site)->claim_grace = 20 * 60;
    leftover_claim(site, token, "waiting@example.org", LEFTOVER_NONCE, 1);
    for (end = time(NULL) + 3; time(NULL) < end; site_next_second()) {
        redeem(token, "waitingother", SITE_PASSWORD);
        expect(INV_BAD_TOKEN);
        ck_assert_ptr_nonnull(strstr(verdict.why, "another attempt"));
    }
    site_expect(site, token, 0, 1, 0, 0, 0);
    redeem(token, "waiting", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* The account is there: its claim waits to be finished, however old. */
START_TEST(no_other_name_once_the_account_is_there)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    time_t end;

    site_domain(site)->claim_grace = 1;
    leftover_claim(site, token, "g2@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "g2");
    for (end = time(NULL) + 4; time(NULL) < end; site_next_second()) {
        redeem(token, "g2other", SITE_PASSWORD);
        expect(INV_BAD_TOKEN);
    }
    site_expect(site, token, 0, 1, 0, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* The writes of a registration, in the order they are sent (an invite with one contact). */
enum { WRITE_CLAIM = 1, WRITE_ADD, WRITE_PAIR, WRITE_FINISH };

struct overtaker {
    const inv_token *token;
    size_t before;
    const char *attribute;
    const char *value;
};

static void overtake(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct overtaker *overtaker = context;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == overtaker->before)
        leftover_terms(site, overtaker->token, overtaker->attribute, overtaker->value);
}

static inv_result redeem_overtaken(struct overtaker *overtaker, const char *local)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = overtake;
    counter->context = overtaker;
    (void)site_redeem_in(&call, overtaker->token, local, SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    return verdict.result;
}

/* The slow attempt comes back: its claim is another name's, so its account has to go again. */
START_TEST(a_repointed_claim_takes_the_account_back)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct overtaker overtaker = {token, WRITE_ADD, "inviteClaim",
                                  "g3other@example.org " LEFTOVER_NONCE};

    ck_assert_int_eq(redeem_overtaken(&overtaker, "g3"), INV_BAD_TOKEN);
    site_expect(site, token, 0, 1, 0, 0, 0);
    redeem(token, "g3other", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* Another attempt of the same name took the claim over: whoever comes first finishes it. */
START_TEST(a_claim_taken_over_is_finished_all_the_same)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct overtaker overtaker = {token, WRITE_ADD, "inviteClaim",
                                  "g4@example.org " LEFTOVER_NONCE};

    ck_assert_int_eq(redeem_overtaken(&overtaker, "g4"), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revocation_before_the_claim)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct overtaker overtaker = {token, WRITE_CLAIM, "inviteUsesLeft", "-2"};

    ck_assert_int_eq(redeem_overtaken(&overtaker, "g5"), INV_BAD_TOKEN);
    site_expect(site, token, -2, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revocation_behind_the_claim)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct overtaker overtaker = {token, WRITE_ADD, "inviteUsesLeft", "-1"};

    ck_assert_int_eq(redeem_overtaken(&overtaker, "g6"), INV_OK);
    site_expect(site, token, -1, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

static void come_first(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct overtaker *overtaker = context;
    inv_verdict other = INV_VERDICT_INIT;

    (void)number;
    if (moment != COUNTER_BEFORE_SEND || write != WRITE_CLAIM)
        return;
    ck_assert_int_eq(site_redeem(site, overtaker->token, overtaker->value, SITE_PASSWORD, &other),
                     INV_OK);
    /* somebody else gave a use back: the count is the one that was seen before */
    leftover_terms(site, overtaker->token, "inviteUses", "4");
    leftover_terms(site, overtaker->token, "inviteUsesLeft", "3");
}

/* One person costs an invite one use, also when two attempts both got a claim. */
START_TEST(a_surplus_use_is_given_back)
{
    inv_token *token = site_invite(site, "alice@example.org", 3);
    struct overtaker overtaker = {.token = token, .value = "g8"};
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = come_first;
    counter->context = &overtaker;
    (void)site_redeem_in(&call, token, "g8", SITE_PASSWORD);
    expect(INV_OK);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    site_expect(site, token, 3, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

static void come_without_a_claim(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct overtaker *overtaker = context;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == WRITE_ADD)
        leftover_account(site, overtaker->token, overtaker->value);
}

/* The claim of the attempt that made it is gone: the use of this one is the account's only one. */
START_TEST(the_only_use_of_an_account_is_kept)
{
    inv_token *token = site_invite(site, "alice@example.org", 2);
    struct overtaker overtaker = {.token = token, .value = "g10"};
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = come_without_a_claim;
    counter->context = &overtaker;
    (void)site_redeem_in(&call, token, "g10", SITE_PASSWORD);
    expect(INV_OK);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    site_expect(site, token, 1, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

static void take_the_name_twice(void *context, counter_moment moment, size_t number, size_t write)
{
    (void)context;
    (void)number;
    if (moment != COUNTER_BEFORE_SEND || write != WRITE_ADD)
        return;
    site_add_account(site, "g9");
    site_modify(site, "dn: cn=g9," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: g9\nsn: g9\nuid: g9\n");
}

/* Two others have the name all at once: that costs the token nothing, whoever they are. */
START_TEST(a_name_taken_twice_costs_no_use)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = take_the_name_twice;
    (void)site_redeem_in(&call, token, "g9", SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    expect(INV_NAME_TAKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* A use given back to a revoked invite: the remembered count grows. */
START_TEST(a_use_given_back_to_a_revoked_invite)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct overtaker overtaker = {token, WRITE_ADD, "inviteUsesLeft", "-1"};
    inv_domain *domain = site_domain(site);
    char *filter = domain->name_filter;
    char by_jid[] = "(xmppJid=%j)";

    site_modify(site, "dn: uid=g7," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: g7\nsn: g7\n");
    domain->name_filter = by_jid;
    ck_assert_int_eq(redeem_overtaken(&overtaker, "g7"), INV_NAME_TAKEN);
    domain->name_filter = filter;
    site_expect(site, token, -2, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* --------------------------------------------------------------------------------- lost answers */

static void redeem_losing(const inv_token *token, const char *local, size_t lose)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->lose = lose;
    (void)site_redeem_in(&call, token, local, SITE_PASSWORD);
    ck_assert_uint_eq(counter->lose, 0);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}

/* A lost reply is never taken for a refusal: it is read back by the nonce. */
START_TEST(a_lost_answer_is_read_back)
{
    const size_t lose[] = {WRITE_CLAIM, WRITE_ADD, WRITE_PAIR};
    char local[16];
    inv_token *token;

    (void)snprintf(local, sizeof(local), "lost%d", _i);
    token = site_invite(site, "alice@example.org", 1);
    redeem_losing(token, local, lose[_i]);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    ck_assert(site_login(site, local, SITE_PASSWORD));
    inv_token_free(&token);
}
END_TEST

/* The account is there: the answer is OK, whatever became of the finish. */
START_TEST(a_lost_answer_to_the_finish)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    redeem_losing(token, "lostfinish", WRITE_FINISH);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    redeem(token, "lostfinish", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_resume");
    TCase *resume = tcase_create("resume");

    tcase_set_timeout(resume, 60);
    tcase_add_unchecked_fixture(resume, fixture_start_aged, fixture_stop);
    tcase_add_test(resume, a_claim_alone);
    tcase_add_test(resume, a_claim_and_an_account);
    tcase_add_test(resume, a_claim_and_an_account_with_another_password);
    tcase_add_test(resume, a_claim_an_account_and_a_pair);
    tcase_add_test(resume, a_login_finishes_too);
    tcase_add_test(resume, one_claim_of_several_uses);
    tcase_add_test(resume, a_weak_password_on_a_claim_taken_over);
    tcase_add_test(resume, a_claim_is_finished_after_expiry);
    tcase_add_test(resume, a_claim_is_not_finished_after_revocation);
    tcase_add_test(resume, another_name_after_the_grace);
    tcase_add_test(resume, no_other_name_after_expiry);
    tcase_add_test(resume, no_other_name_within_the_grace);
    tcase_add_test(resume, no_other_name_once_the_account_is_there);
    tcase_add_test(resume, a_repointed_claim_takes_the_account_back);
    tcase_add_test(resume, a_claim_taken_over_is_finished_all_the_same);
    tcase_add_test(resume, a_revocation_before_the_claim);
    tcase_add_test(resume, a_revocation_behind_the_claim);
    tcase_add_test(resume, a_surplus_use_is_given_back);
    tcase_add_test(resume, the_only_use_of_an_account_is_kept);
    tcase_add_test(resume, a_name_taken_twice_costs_no_use);
    tcase_add_test(resume, a_use_given_back_to_a_revoked_invite);
    tcase_add_loop_test(resume, a_lost_answer_is_read_back, 0, 3);
    tcase_add_test(resume, a_lost_answer_to_the_finish);
    suite_add_tcase(suite, resume);
    return suite_run(suite);
}
