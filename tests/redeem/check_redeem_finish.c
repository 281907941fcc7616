/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/claim.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/*
 * Whose use is it? The names here have used their invite before, and have lost their account since:
 * that use says nothing about the attempt that is under way.
 */

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
    inv_verdict other = INV_VERDICT_INIT;
    inv_token *reset = NULL;

    reset = site_reset_invite(site, overtaken->local);
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

/* --------------------------------------------------------------------------- claims of others */

/* Sixteen hexadecimal digits tell an attempt from all others. None of them stands still. */
START_TEST(a_nonce_is_random)
{
    enum { CLAIMS = 64, DIGITS = INV_NONCE_SIZE - 1 };
    inv_claim claims[CLAIMS];

    for (int i = 0; i < CLAIMS; i++) {
        ck_assert_int_eq(inv_claim_start("f7@example.org", &claims[i], &verdict), INV_OK);
        ck_assert_uint_eq(strlen(claims[i].nonce), DIGITS);
        ck_assert_uint_eq(strspn(claims[i].nonce, "0123456789abcdef"), DIGITS);
        ck_assert_int_eq(strncmp(claims[i].text, "f7@example.org ", 15), 0);
        ck_assert_str_eq(claims[i].text + 15, claims[i].nonce);
    }
    for (int at = 0; at < DIGITS; at++) {
        int changes = 0;

        for (int i = 1; i < CLAIMS; i++)
            changes += claims[i].nonce[at] != claims[0].nonce[at];
        ck_assert_msg(changes > CLAIMS / 2, "digit %d of a nonce changes %d times", at, changes);
        for (int other = 0; other < at; other++) {
            int equal = 0;

            for (int i = 0; i < CLAIMS; i++)
                equal += claims[i].nonce[at] == claims[i].nonce[other];
            ck_assert_msg(equal < CLAIMS / 2, "digits %d and %d of a nonce are one", other, at);
        }
    }
    for (int i = 0; i < CLAIMS; i++)
        inv_claim_clear(&claims[i]);
}
END_TEST

/* Two people are at it, and one of them tries again: the other has to find the claim in place. */
START_TEST(a_claim_of_somebody_else_stays)
{
    inv_token *token = site_invite(site, "alice@example.org", 3);

    leftover_claim(site, token, "f8@example.org", LEFTOVER_NONCE, 3);
    leftover_claim(site, token, "f8other@example.org", LEFTOVER_NONCE, 2);
    redeem(token, "f8", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 1, 1, 1, 1, 1);
    redeem(token, "f8third", "short");
    expect(INV_PASSWORD_REFUSED);
    site_expect(site, token, 1, 1, 1, 1, 1);
    redeem(token, "f8other", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 1, 0, 2, 2, 2);
    inv_token_free(&token);
}
END_TEST

/* Of a claim that names no JID it cannot be told what came of it. Only the other one is dead. */
START_TEST(a_claim_that_names_no_jid_is_not_taken_over)
{
    inv_token *token = site_invite(site, "alice@example.org", 2);

    site_domain(site)->claim_grace = -1; /* all claims are older than that */
    leftover_claim(site, token, "@", LEFTOVER_NONCE, 2);
    leftover_claim(site, token, "f9dead@example.org", LEFTOVER_NONCE, 1);
    redeem(token, "f9", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 1, 1, 1, 1);
    redeem(token, "f9other", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert_ptr_nonnull(strstr(verdict.why, "another attempt"));
    site_expect(site, token, 0, 1, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------ accounts of others */

/* Another attempt with the token makes the account in front of this one's add. */
struct quicker {
    const inv_token *token;
    const char *local;
    const char *password;
    size_t before;
};

static void be_quicker(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct quicker *quicker = context;
    inv_verdict other = INV_VERDICT_INIT;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == quicker->before)
        ck_assert_int_eq(
            site_redeem(site, quicker->token, quicker->local, quicker->password, &other), INV_OK);
}

/*
 * Whether the directory says so (68) or the answer is lost, the account is the other attempt's: who
 * knows its password has an account, and who does not has none.
 */
START_TEST(an_account_that_another_attempt_made)
{
    const bool limited = (_i & 1) != 0;
    const bool same = (_i & 2) != 0;
    const bool lost = (_i & 4) != 0;
    struct quicker quicker = {.password = same ? SITE_PASSWORD : NEW_PASSWORD,
                              .before = limited ? WRITE_ADD : 1};
    inv_token *token = site_invite(site, "alice@example.org", limited ? 1 : 0);
    struct counter *counter;
    char local[32];
    inv_call call;

    (void)snprintf(local, sizeof(local), "quick%d", _i);
    quicker.token = token;
    quicker.local = local;
    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = be_quicker;
    counter->context = &quicker;
    counter->lose = lost ? quicker.before : 0;
    (void)site_redeem_in(&call, token, local, SITE_PASSWORD);
    ck_assert_uint_eq(counter->lose, 0);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    expect(same ? INV_OK : INV_BAD_TOKEN);
    site_expect(site, token, limited ? 0 : 1, 0, limited ? 1 : 0, 1, 1);
    ck_assert(site_login(site, local, quicker.password));
    inv_token_free(&token);
}
END_TEST

/* Answers from the one to the add on: that one, and the one to the look for who has the name. */
struct heir {
    struct quicker quicker;
    size_t answers;
};

static void be_quicker_and_go(void *context, counter_moment moment, size_t number, size_t write)
{
    struct heir *heir = context;

    be_quicker(&heir->quicker, moment, number, write);
    if (moment != COUNTER_AFTER_ANSWER || write != heir->quicker.before)
        return;
    heir->answers++;
    if (heir->answers == 2) {
        site_delete(site, "uid=f10," SITE_PEOPLE);
        site_add_account(site, "f10");
    }
}

/* And then the name went to somebody who happens to have the same password. */
START_TEST(an_account_that_somebody_else_has_by_now)
{
    inv_token *token = site_invite(site, NULL, 1);
    struct heir heir = {{token, "f10", SITE_PASSWORD, WRITE_ADD}, 0};
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = be_quicker_and_go;
    counter->context = &heir;
    (void)site_redeem_in(&call, token, "f10", SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    ck_assert_uint_ge(heir.answers, 2);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 0, 1, 0, 0);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_finish");
    TCase *finish = tcase_create("finish");

    tcase_set_timeout(finish, 60);
    tcase_add_unchecked_fixture(finish, fixture_start_aged, fixture_stop);
    tcase_add_test(finish, an_earlier_use_of_the_name_hides_no_lost_claim);
    tcase_add_test(finish, nor_one_that_repair_has_freed);
    tcase_add_test(finish, its_name_stays_reserved);
    tcase_add_test(finish, another_attempt_finishes_the_account);
    tcase_add_test(finish, another_attempt_takes_over_and_finishes_the_account);
    tcase_add_test(finish, another_attempt_finishes_the_account_after_a_reset);
    tcase_add_test(finish, a_nonce_is_random);
    tcase_add_test(finish, a_claim_of_somebody_else_stays);
    tcase_add_test(finish, a_claim_that_names_no_jid_is_not_taken_over);
    tcase_add_loop_test(finish, an_account_that_another_attempt_made, 0, 8);
    tcase_add_test(finish, an_account_that_somebody_else_has_by_now);
    suite_add_tcase(suite, finish);
    return suite_run(suite);
}
