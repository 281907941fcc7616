/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/secret.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/*
 * What a bad token tells those outside: one answer, whatever it is bad for. Who has a name is not
 * asked, and a free name and a taken one cost the directory the same operations.
 */

#define ALLOWED (INV_ALLOW_REGISTRATION | INV_ALLOW_RESET)

enum kind { UNKNOWN, USED, EXPIRED, REVOKED, WRONG_TYPE, KINDS };

static inv_token *bad[KINDS];
static const char *const names[] = {"free", "taken", "kept", "postmaster"};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* --------------------------------------------------------------------------------- the tokens */

static inv_token *make_expired(void)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    request.request.expires = time(NULL) - 10;
    return site_create(site, &request);
}

static inv_token *make_contact(void)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    return site_create(site, &request);
}

static inv_token *make_unknown(void)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));

    site_delete(site, dn);
    free(dn);
    return token;
}

static inv_token *make_used(void)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    ck_assert_int_eq(site_redeem(site, token, "user", SITE_PASSWORD, &verdict), INV_OK);
    return token;
}

static void start(void)
{
    fixture_start();
    site_add_account(site, "taken");
    site_next_second();
    site_modify(site, "dn: inviteUser=kept," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppNameReservation\ninviteUser: kept\n"
                      "inviteId: 00000000000000000000000000000000000000ff\n");
    bad[UNKNOWN] = make_unknown();
    bad[USED] = make_used();
    bad[EXPIRED] = make_expired();
    bad[REVOKED] = site_invite(site, "alice@example.org", 1);
    ck_assert_int_eq(site_revoke(site, bad[REVOKED]), INV_OK);
    bad[WRONG_TYPE] = make_contact();
}

static void stop(void)
{
    for (int i = 0; i < KINDS; i++)
        inv_token_free(&bad[i]);
    site_stop(&site);
}

/* --------------------------------------------------------------------------------- what is asked
 */

/* Each operation, with the number of its flight; what is looked for in it is left out. */
struct transcript {
    struct counter *counter;
    FILE *stream;
    char *text;
    const char *local;
    bool asks_for_name;
};

/* Whether it has the name in it, the search for an account that the token made apart. */
static bool is_about_name(const inv_operation *operation, const char *local)
{
    return strstr(operation->dn, local) != NULL ||
           (strstr(operation->filter, local) != NULL &&
            strstr(operation->filter, "(inviteId=") == NULL);
}

static void note(void *context, counter_moment moment, size_t number, size_t write)
{
    struct transcript *transcript = context;
    const inv_operation *operation = transcript->counter->sending;

    (void)number;
    if (moment != COUNTER_BEFORE_SEND)
        return;
    ck_assert_uint_eq(write, 0);
    (void)fprintf(transcript->stream, "flight %zu: scope %d, %.*s, %zu attributes\n",
                  transcript->counter->flights, (int)operation->scope,
                  (int)strcspn(operation->filter, "="), operation->filter,
                  operation->attribute_count);
    transcript->asks_for_name =
        transcript->asks_for_name || is_about_name(operation, transcript->local);
}

typedef inv_result (*way)(inv_call *call, const inv_token *token, const inv_jid *name,
                          const inv_secret *password);

static inv_result check_only(inv_call *call, const inv_token *token, const inv_jid *name,
                             const inv_secret *password)
{
    inv_acceptance acceptance = {.accepted_at = 0};

    (void)name;
    (void)password;
    return inv_redeem_check(call, token, NULL, ALLOWED, &acceptance);
}

static inv_result check_name(inv_call *call, const inv_token *token, const inv_jid *name,
                             const inv_secret *password)
{
    inv_acceptance acceptance = {.accepted_at = 0};

    (void)password;
    return inv_redeem_check(call, token, name, ALLOWED, &acceptance);
}

static inv_result redeem_at_once(inv_call *call, const inv_token *token, const inv_jid *name,
                                 const inv_secret *password)
{
    return inv_redeem(call, &(inv_redeem_request){token, name, password, ALLOWED, 0});
}

/* What a check accepted may have ended since. */
static inv_result redeem_after_check(inv_call *call, const inv_token *token, const inv_jid *name,
                                     const inv_secret *password)
{
    return inv_redeem(call, &(inv_redeem_request){token, name, password, ALLOWED, time(NULL)});
}

/* As a login does it. */
static inv_result log_in_or_redeem(inv_call *call, const inv_token *token, const inv_jid *name,
                                   const inv_secret *password)
{
    time_t accepted_at = time(NULL);
    inv_result result = inv_redeem_login(call, token, name, password);

    return result != INV_NO_ACCOUNT
               ? result
               : inv_redeem(call, &(inv_redeem_request){token, name, password,
                                                        INV_ALLOW_REGISTRATION, accepted_at});
}

static void ask(way by, const inv_token *token, const char *local, const char *password,
                struct transcript *transcript)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_jid *name = site_name(site, local);
    size_t size = 0;
    inv_call call;

    verdict = (inv_verdict)INV_VERDICT_INIT;
    free(transcript->text);
    *transcript = (struct transcript){.local = local};
    transcript->stream = open_memstream(&transcript->text, &size);
    ck_assert_ptr_nonnull(transcript->stream);
    site_begin(site, &call, &verdict);
    transcript->counter = counter_attach(call.directory);
    transcript->counter->at = note;
    transcript->counter->context = transcript;
    (void)by(&call, token, name, secret);
    counter_detach(call.directory, &transcript->counter);
    inv_call_end(&call);
    (void)fclose(transcript->stream);
    site_expect_result(verdict, INV_BAD_TOKEN);
    ck_assert(!inv_verdict_has_text(&verdict));
    inv_jid_free(&name);
    inv_secret_free(&secret);
}

/* The same with each name. */
static void expect_alike(way by, const inv_token *token, const char *password, bool asks_for_name)
{
    struct transcript first = {.text = NULL};
    struct transcript other = {.text = NULL};

    ask(by, token, names[0], password, &first);
    ck_assert_str_ne(first.text, "");
    for (size_t i = 0; i < NAMES; i++) {
        ask(by, token, names[i], password, &other);
        ck_assert_msg(strcmp(first.text, other.text) == 0, "name %s:\n%sbeside %s:\n%s", names[i],
                      other.text, names[0], first.text);
        ck_assert_int_eq(other.asks_for_name, asks_for_name);
    }
    free(first.text);
    free(other.text);
}

START_TEST(by_a_check)
{
    expect_alike(check_only, bad[_i], SITE_PASSWORD, false);
}
END_TEST

START_TEST(by_a_check_with_a_name)
{
    expect_alike(check_name, bad[_i], SITE_PASSWORD, false);
}
END_TEST

START_TEST(by_a_redemption)
{
    expect_alike(redeem_at_once, bad[_i], SITE_PASSWORD, false);
}
END_TEST

/* The token was good a moment ago, so the name is asked for in the same flight. */
START_TEST(by_a_redemption_after_a_check)
{
    expect_alike(redeem_after_check, bad[_i], SITE_PASSWORD, true);
}
END_TEST

START_TEST(by_a_login)
{
    expect_alike(log_in_or_redeem, bad[_i], SITE_PASSWORD, false);
}
END_TEST

START_TEST(by_a_login_with_an_impossible_password)
{
    expect_alike(log_in_or_redeem, bad[_i], "\xff", false);
}
END_TEST

/* A reset is no way to log in: neither while it is open, nor with the password that it has set. */
START_TEST(by_a_login_with_a_reset)
{
    static const char new_password[] = "staple battery horse";
    struct transcript transcript = {.text = NULL};
    struct site_request request;
    inv_token *token;

    site_add_account(site, "forgetful");
    site_request(site, &request, INV_INVITE_RESET, NULL);
    site_request_user(site, &request, "forgetful");
    token = site_create(site, &request);
    expect_alike(log_in_or_redeem, token, SITE_PASSWORD, false);
    ask(log_in_or_redeem, token, "forgetful", SITE_PASSWORD, &transcript);
    ck_assert_int_eq(site_redeem(site, token, "forgetful", new_password, &verdict), INV_OK);
    expect_alike(log_in_or_redeem, token, new_password, false);
    ask(log_in_or_redeem, token, "forgetful", new_password, &transcript);
    free(transcript.text);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------ a gone inviter
 */

static inv_token *make_orphan(void)
{
    inv_token *token = NULL;

    site_add_account(site, "leaver");
    site_next_second();
    token = site_invite(site, "leaver@example.org", 1);
    site_delete(site, "uid=leaver," SITE_PEOPLE);
    return token;
}

/* Whether the inviter is there has to be asked; who has the name has not. */
START_TEST(by_a_check_when_the_inviter_is_gone)
{
    inv_token *token = make_orphan();

    expect_alike(check_name, token, SITE_PASSWORD, false);
    inv_token_free(&token);
}
END_TEST

/* A redemption asks for the name, and does not answer that it is taken or kept. */
START_TEST(by_a_redemption_when_the_inviter_is_gone)
{
    inv_token *token = make_orphan();

    for (size_t i = 0; i < NAMES; i++) {
        (void)site_redeem(site, token, names[i], SITE_PASSWORD, &verdict);
        site_expect_result(verdict, INV_BAD_TOKEN);
        ck_assert(!inv_verdict_has_text(&verdict));
        site_expect(site, token, 1, 0, 0, 0, 0);
    }
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------- contact invites
 */

static inv_result redeem_contact(inv_call *call, const inv_token *token, const inv_jid *name,
                                 const inv_secret *password)
{
    (void)password;
    return inv_redeem_contact(call, token, name, 0);
}

/* Which are used and expired contact invites instead; the others are of another type here. */
START_TEST(by_a_contact)
{
    struct site_request request;
    site_add_account(site, "friend");
    site_next_second();
    inv_token_free(&bad[USED]);
    bad[USED] = make_contact();
    ck_assert_int_eq(site_redeem_contact(site, bad[USED], "friend@example.org", &verdict), INV_OK);
    inv_token_free(&bad[EXPIRED]);
    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    request.request.expires = time(NULL) - 10;
    request.request.uses = 0;
    bad[EXPIRED] = site_create(site, &request);
    inv_token_free(&bad[REVOKED]);
    bad[REVOKED] = make_contact();
    ck_assert_int_eq(site_revoke(site, bad[REVOKED]), INV_OK);
    inv_token_free(&bad[WRONG_TYPE]);
    bad[WRONG_TYPE] = site_invite(site, "alice@example.org", 1);
    for (int kind = 0; kind < KINDS; kind++)
        expect_alike(redeem_contact, bad[kind], SITE_PASSWORD, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_alike");
    TCase *tests = tcase_create("alike");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, by_a_check, 0, KINDS);
    tcase_add_loop_test(tests, by_a_check_with_a_name, 0, KINDS);
    tcase_add_loop_test(tests, by_a_redemption, 0, KINDS);
    tcase_add_loop_test(tests, by_a_redemption_after_a_check, 0, KINDS);
    tcase_add_loop_test(tests, by_a_login, 0, KINDS);
    tcase_add_loop_test(tests, by_a_login_with_an_impossible_password, 0, KINDS);
    tcase_add_test(tests, by_a_login_with_a_reset);
    tcase_add_test(tests, by_a_check_when_the_inviter_is_gone);
    tcase_add_test(tests, by_a_redemption_when_the_inviter_is_gone);
    tcase_add_test(tests, by_a_contact);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
