/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/counter.h"
#include "tests/support/leftover.h"

/*
 * Whose use is it? The names here have used their invite before, and have lost their account since:
 * that use says nothing about the attempt that is under way.
 */

static struct site *site;
static inv_verdict verdict;

static void start(void)
{
    site = site_start(NULL);
    site_add_account(site, "alice");
    site_next_second();
}

static void stop(void)
{
    site_stop(&site);
}

#define redeem(token, local, password) (void)site_redeem(site, token, local, password, &verdict)
#define expect(wanted)                 site_expect_result(verdict, wanted)

#define NEW_PASSWORD "staple battery horse"

/* The writes of a registration, in the order they are sent (an invite with one contact). */
enum { WRITE_CLAIM = 1, WRITE_ADD, WRITE_PAIR, WRITE_FINISH };

/* An attempt that is overtaken before one of its writes. */
struct overtaken {
    inv_token *token;
    const char *local;
    size_t before;
    void (*act)(const struct overtaken *overtaken);
};

static void at_write(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct overtaken *overtaken = context;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == overtaken->before)
        overtaken->act(overtaken);
}

static void attempt(struct overtaken *overtaken)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at_write;
    counter->context = overtaken;
    (void)site_redeem_in(&call, overtaken->token, overtaken->local, SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}

/* The second registration of the name with its token. */
static void redeem_overtaken(struct overtaken *overtaken)
{
    char dn[64];

    overtaken->token = site_invite(site, "alice@example.org", 2);
    redeem(overtaken->token, overtaken->local, SITE_PASSWORD);
    expect(INV_OK);
    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, overtaken->local);
    site_delete(site, dn);
    attempt(overtaken);
}

static void repoint(const struct overtaken *overtaken)
{
    leftover_terms(site, overtaken->token, "inviteClaim", "other@example.org " LEFTOVER_NONCE);
}

START_TEST(an_earlier_use_of_the_name_hides_no_lost_claim)
{
    struct overtaken overtaken = {.local = "f1", .before = WRITE_ADD, .act = repoint};

    redeem_overtaken(&overtaken);
    expect(INV_BAD_TOKEN);
    site_expect(site, overtaken.token, 0, 1, 1, 0, 0);
    redeem(overtaken.token, "other", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, overtaken.token, 0, 0, 2, 1, 1);
    inv_token_free(&overtaken.token);
}
END_TEST

/* Its use was given back as well: what hung is not there any more, and the use is open. */
static void free_claim(const struct overtaken *overtaken)
{
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteClaim\n-\n"
                "replace: inviteUsesLeft\ninviteUsesLeft: 1\n",
                inv_token_id(overtaken->token));
}

START_TEST(nor_one_that_repair_has_freed)
{
    struct overtaken overtaken = {.local = "f2", .before = WRITE_ADD, .act = free_claim};

    redeem_overtaken(&overtaken);
    expect(INV_BAD_TOKEN);
    site_expect(site, overtaken.token, 1, 0, 1, 0, 0);
    inv_token_free(&overtaken.token);
}
END_TEST

/* The name is kept for the invite that is open again. */
START_TEST(its_name_stays_reserved)
{
    struct overtaken overtaken = {.local = "f6", .before = WRITE_ADD, .act = free_claim};
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    site_request_user(site, &request, "f6");
    overtaken.token = site_create(site, &request);
    attempt(&overtaken);
    expect(INV_BAD_TOKEN);
    site_expect(site, overtaken.token, 1, 0, 0, 0, 0);
    ck_assert_uint_eq(site_count(site, SITE_INVITES,
                                 "(&(objectClass=xmppNameReservation)(inviteUser=f6)(inviteId=%s))",
                                 inv_token_id(overtaken.token)),
                      1);
    inv_token_free(&overtaken.token);
}
END_TEST

/* The person tries again meanwhile, and that attempt brings the account to its end. */
static void try_again(const struct overtaken *overtaken)
{
    inv_verdict other = INV_VERDICT_INIT;

    ck_assert_int_eq(site_redeem(site, overtaken->token, overtaken->local, SITE_PASSWORD, &other),
                     INV_OK);
}

START_TEST(another_attempt_finishes_the_account)
{
    struct overtaken overtaken = {.local = "f3", .before = WRITE_FINISH, .act = try_again};

    redeem_overtaken(&overtaken);
    expect(INV_OK);
    site_expect(site, overtaken.token, 0, 0, 2, 1, 1);
    ck_assert(site_login(site, "f3", SITE_PASSWORD));
    inv_token_free(&overtaken.token);
}
END_TEST

/* The same with a claim of its own: it was taken over before the account was there. */
static void take_over_and_try_again(const struct overtaken *overtaken)
{
    leftover_terms(site, overtaken->token, "inviteClaim", "f4@example.org " LEFTOVER_NONCE);
    try_again(overtaken);
}

START_TEST(another_attempt_takes_over_and_finishes_the_account)
{
    struct overtaken overtaken = {
        .local = "f4", .before = WRITE_FINISH, .act = take_over_and_try_again};

    redeem_overtaken(&overtaken);
    expect(INV_OK);
    site_expect(site, overtaken.token, 0, 0, 2, 1, 1);
    inv_token_free(&overtaken.token);
}
END_TEST

/* A reset writes its own nonce in front of the one that made the account. */
static void reset_and_try_again(const struct overtaken *overtaken)
{
    struct site_request request;
    inv_verdict other = INV_VERDICT_INIT;
    inv_token *reset = NULL;

    site_request(site, &request, INV_INVITE_RESET, NULL);
    site_request_user(site, &request, overtaken->local);
    reset = site_create(site, &request);
    ck_assert_int_eq(site_redeem(site, reset, overtaken->local, NEW_PASSWORD, &other), INV_OK);
    ck_assert_int_eq(site_redeem(site, overtaken->token, overtaken->local, NEW_PASSWORD, &other),
                     INV_OK);
    inv_token_free(&reset);
}

START_TEST(another_attempt_finishes_the_account_after_a_reset)
{
    struct overtaken overtaken = {
        .local = "f5", .before = WRITE_FINISH, .act = reset_and_try_again};

    redeem_overtaken(&overtaken);
    expect(INV_OK);
    site_expect(site, overtaken.token, 0, 0, 2, 1, 1);
    ck_assert(site_login(site, "f5", NEW_PASSWORD));
    inv_token_free(&overtaken.token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_finish");
    TCase *finish = tcase_create("finish");
    SRunner *runner;
    int failed;

    tcase_set_timeout(finish, 60);
    tcase_add_unchecked_fixture(finish, start, stop);
    tcase_add_test(finish, an_earlier_use_of_the_name_hides_no_lost_claim);
    tcase_add_test(finish, nor_one_that_repair_has_freed);
    tcase_add_test(finish, its_name_stays_reserved);
    tcase_add_test(finish, another_attempt_finishes_the_account);
    tcase_add_test(finish, another_attempt_takes_over_and_finishes_the_account);
    tcase_add_test(finish, another_attempt_finishes_the_account_after_a_reset);
    suite_add_tcase(suite, finish);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
