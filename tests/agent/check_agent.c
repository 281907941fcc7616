/* SPDX-License-Identifier: BSD-2-Clause */
/* invite-agent in front of a real directory: every operation, every result. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "invitegate/pair.h"
#include "invitegate/timestamp.h"
#include "tests/agent/agent_costs.h"
#include "tests/agent/agent_many.h"
#include "tests/support/agent_fixture.h"

/* ---------------------------------------------------------------------------------- operations */

START_TEST(ping_needs_nothing)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "ping", NULL);
    agent_expect(reply, "OK");
    ck_assert(strlen(agent_line(&reply, "version")) > 0);
    agent_send_frame(client, "x\0ping", 6);
    ck_assert(agent_receive(client, &reply));
    ck_assert_str_eq(reply.id, "x");
    agent_expect(reply, "OK");
}
END_TEST

START_TEST(check_tells_what_the_invite_is_for)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "check", agent_fixture_invite(), ADDRESS, NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "type"), "account");
    ck_assert_str_eq(agent_line(&reply, "user"), "");
    ck_assert_int_ge(atol(agent_line(&reply, "accepted_at")), time(NULL) - 30);
    ck_assert_uint_eq(reply.contacts, 0);
    agent_ask(client, &reply, "check",
              agent_invite(site, INV_INVITE_CONTACT_ACCOUNT, "alice@example.org", "preset", NULL),
              "", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "type"), "contact-account");
    ck_assert_str_eq(agent_line(&reply, "user"), "preset");
    ck_assert_uint_eq(reply.contacts, 1);
    ck_assert_str_eq(reply.first_contact, "alice@example.org||Invited");
    agent_ask(client, &reply, "check",
              agent_invite(site, INV_INVITE_CONTACT, "alice@example.org", NULL, NULL), ADDRESS,
              NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "type"), "contact");
}
END_TEST

START_TEST(check_takes_what_a_token_came_in)
{
    struct agent_reply reply;
    char uri[128];

    (void)snprintf(uri, sizeof(uri), "xmpp:example.org?register;preauth=%s",
                   agent_fixture_invite());
    agent_ask(client, &reply, "check", uri, ADDRESS, NULL);
    agent_expect(reply, "OK");
}
END_TEST

START_TEST(bad_tokens_are_one_answer)
{
    struct agent_reply reply;
    inv_token *token;
    char text[INV_TOKEN_LENGTH + 1];

    agent_ask(client, &reply, "check", "", ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "check", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN");
    ck_assert_str_eq(reply.text, "");
    (void)snprintf(text, sizeof(text), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, &token));
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    agent_ask(client, &reply, "check", text, ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN");
    ck_assert_str_eq(reply.text, "");
    agent_ask(client, &reply, "register", text, "nobody1", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    inv_token_free(&token);
    /* right kind, wrong operation */
    agent_ask(client, &reply, "reset", agent_fixture_invite(), "alice", SITE_PASSWORD, ADDRESS, "",
              NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "contact", agent_fixture_invite(), "alice@example.org", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register",
              agent_invite(site, INV_INVITE_CONTACT, "alice@example.org", NULL, NULL), "nobody1",
              SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
}
END_TEST

START_TEST(register_makes_the_account_and_tells_its_contacts)
{
    struct agent_reply reply;
    inv_token *token;
    char text[INV_TOKEN_LENGTH + 1];

    (void)snprintf(text, sizeof(text), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, "alice@example.org", NULL, &token));
    agent_ask(client, &reply, "register", text, "Bob", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(strlen(agent_line(&reply, "account")), INV_ACCOUNT_IDENTITY_SIZE - 1);
    ck_assert_uint_eq(reply.contacts, 1);
    ck_assert_str_eq(reply.first_contact, "alice@example.org||Invited");
    ck_assert(site_login(site, "bob", SITE_PASSWORD));
    site_expect(site, token, 0, 0, 1, 1, 1);
    /* the same again ends the same; other passwords and names do not */
    agent_ask(client, &reply, "register", text, "bob@example.org", SITE_PASSWORD, ADDRESS, "",
              NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 1);
    agent_ask(client, &reply, "register", text, "bob", "another password", ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register", text, "bobby", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "roster", "bob", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(reply.first_contact, "alice@example.org||Invited");
    inv_token_free(&token);
}
END_TEST

START_TEST(refusals_keep_the_token)
{
    struct agent_reply reply;
    const char *token = agent_fixture_invite();
    char copy[INV_TOKEN_LENGTH + 1];
    char preset[INV_TOKEN_LENGTH + 1];

    (void)snprintf(copy, sizeof(copy), "%s", token);
    (void)snprintf(preset, sizeof(preset), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, "mine", NULL));
    agent_ask(client, &reply, "register", copy, "alice", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_TAKEN");
    agent_ask(client, &reply, "register", copy, "two words", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "register", copy, "carol@example.net", SITE_PASSWORD, ADDRESS, "",
              NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "register", copy, "mine", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_ask(client, &reply, "register", preset, "other", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_ask(client, &reply, "register", copy, "carol", "short", ADDRESS, "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    /* the directory's words */
    ck_assert_msg(strstr(reply.text, slapd_kind() == SLAPD_389DS ? "at least 10 characters"
                                                                 : "quality") != NULL,
                  "%s", reply.text);
    agent_ask(client, &reply, "register", copy, "carol", "", ADDRESS, "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    agent_ask(client, &reply, "register", copy, "carol", "a\ttab, and kettles", ADDRESS, "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    ck_assert_msg(strstr(reply.text, "cannot be used") != NULL, "%s", reply.text);
    agent_ask(client, &reply, "register", copy, "carol", "\xef\xbd\x9bSSHA} and kettles", ADDRESS,
              "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    ck_assert_msg(strstr(reply.text, "braces") != NULL, "%s", reply.text);
    agent_ask(client, &reply, "register", copy, "x.", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "register", copy, "carol@example.org@example.org", SITE_PASSWORD,
              ADDRESS, "", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "register", copy, "carol", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "register", preset, "mine", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}
END_TEST

/* U+00A0 and U+FB01: what the client's server binds with afterwards is SASLprep of them. */
START_TEST(passwords_are_prepared)
{
    static const char typed[] = "nbsp\xc2\xa0inside, \xef\xac\x81ne";
    static const char prepared[] = "nbsp inside, fine";
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];

    (void)snprintf(token, sizeof(token), "%s", agent_fixture_invite());
    agent_ask(client, &reply, "register", token, "nbsp", typed, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert(site_login(site, "nbsp", prepared));
    site_add_account(site, "nbsp2");
    site_next_second();
    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_RESET, NULL, "nbsp2", NULL));
    agent_ask(client, &reply, "reset", token, "nbsp2", typed, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert(site_login(site, "nbsp2", prepared));
}
END_TEST

START_TEST(reset_sets_a_password_once)
{
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];

    site_add_account(site, "forgetful");
    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_RESET, NULL, "forgetful", NULL));
    agent_ask(client, &reply, "check", token, ADDRESS, NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "type"), "reset");
    ck_assert_str_eq(agent_line(&reply, "user"), "forgetful");
    agent_ask(client, &reply, "register", token, "forgetful", "a whole new password", ADDRESS, "",
              NULL);
    agent_expect(reply, "BAD_TOKEN"); /* it creates nothing */
    agent_ask(client, &reply, "reset", token, "alice", "a whole new password", ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_ask(client, &reply, "reset", token, "forgetful", "a whole new password", ADDRESS, "",
              NULL);
    agent_expect(reply, "OK");
    ck_assert(site_login(site, "forgetful", "a whole new password"));
    agent_ask(client, &reply, "reset", token, "forgetful", "yet another password", ADDRESS, "",
              NULL);
    agent_expect(reply, "BAD_TOKEN");
    ck_assert(!site_login(site, "forgetful", "yet another password"));
}
END_TEST

START_TEST(contact_connects_accounts)
{
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];

    site_add_account(site, "dora");
    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_CONTACT, "alice@example.org", NULL, NULL));
    agent_ask(client, &reply, "contact", token, "alice@example.org", NULL);
    agent_expect(reply, "NOT_ALLOWED");
    agent_ask(client, &reply, "contact", token, "nobody@example.org", NULL);
    agent_expect(reply, "NOT_ALLOWED");
    agent_ask(client, &reply, "contact", token, "dora", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "contact", token, "dora@example.org", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(reply.first_contact, "alice@example.org||Invited");
    agent_ask(client, &reply, "contact", token, "dora@example.org", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "contact",
              agent_invite(site, INV_INVITE_CONTACT, "alice@example.org", NULL, NULL),
              "friend@example.com", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(reply.first_contact, "alice@example.org||Invited");
}
END_TEST

START_TEST(exists_knows_every_holder_of_a_name)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "exists", "alice", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "exists", "ALICE@example.org", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "exists", "nobody-here", NULL);
    agent_expect(reply, "NO_ACCOUNT");
    agent_ask(client, &reply, "exists", "no@name@example.org", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "exists", "", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "roster", "nobody-here", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 0);
}
END_TEST

START_TEST(a_domain_that_is_not_ours)
{
    struct agent_reply reply;

    agent_send_frame(client, "1\0exists\0example.com\0alice", 26);
    ck_assert(agent_receive(client, &reply));
    agent_expect(reply, "CONFIG");
    agent_send_frame(client, "1\0exists\0\0alice", 15);
    ck_assert(agent_receive(client, &reply));
    agent_expect(reply, "OK"); /* there is only one */
    agent_send_frame(client, "1\0exists\0EXAMPLE.org\0alice", 26);
    ck_assert(agent_receive(client, &reply));
    agent_expect(reply, "OK");
}
END_TEST

/* -------------------------------------------------------------------------------------- create */

START_TEST(people_make_invites)
{
    struct agent_reply reply;
    char *token;
    time_t expires;

    site_add_account(site, "erin");
    agent_ask(client, &reply, "create", "erin@example.org", "contact-account", "user=newcomer",
              "expires=2d", "note=for a friend", "roster-subscription=true", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(strlen(agent_line(&reply, "id")), 40);
    ck_assert(inv_timestamp_parse_rfc3339(agent_line(&reply, "expires"), &expires));
    ck_assert_int_le(labs((long)(expires - time(NULL) - 2L * 86400)), 30);
    token = strdup(agent_line(&reply, "uri"));
    ck_assert_ptr_eq(strstr(token, "xmpp:erin@example.org?roster;preauth="), token);
    agent_ask(client, &reply, "register", token, "newcomer", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(reply.first_contact, "erin@example.org||Invited");
    free(token);
    ck_assert_uint_ge(site_count(site, SITE_INVITES, "(inviteMadeBy=xmpp:erin@example.org)"), 1);
    agent_ask(client, &reply, "create", "erin@example.org", "account", "expires=", NULL);
    agent_expect(reply, "OK");
    ck_assert_ptr_nonnull(strstr(agent_line(&reply, "uri"), "xmpp:example.org?register;preauth="));
}
END_TEST

START_TEST(invites_that_people_may_not_make)
{
    static const struct {
        const char *inviter;
        const char *type;
        const char *option;
        const char *result;
    } rows[] = {
        {"nobody@example.org", "account", "note=", "NOT_ALLOWED"},
        {"alice@example.com", "account", "note=", "NOT_ALLOWED"},
        {"alice", "account", "note=", "NAME_INVALID"},
        {"alice@example.org", "reset", "user=erin", "NOT_ALLOWED"},
        {"alice@example.org", "admin", "note=", "NOT_ALLOWED"},
        {"alice@example.org", "account", "note=Team\x01", "NOT_ALLOWED"},
        {"alice@example.org", "account", "note=two\nlines", "NOT_ALLOWED"},
        {"alice@example.org", "account", "user=x.", "NAME_INVALID"},
        {"alice@example.org", "account", "expires=8d", "NOT_ALLOWED"},
        {"alice@example.org", "account", "expires=never", "NOT_ALLOWED"},
        {"alice@example.org", "account", "expires=2001-01-01T00:00:00Z", "NOT_ALLOWED"},
        {"alice@example.org", "contact", "user=frank", "NOT_ALLOWED"},
        {"alice@example.org", "account", "user=alice", "NAME_TAKEN"},
        {"alice@example.org", "account", "user=postmaster", "NAME_RESERVED"},
        {"alice@example.org", "account", "user=a b", "NAME_INVALID"},
        {"alice@example.org", "account", "roster-subscription=maybe", "NOT_ALLOWED"},
        {"alice@example.org", "contact", "roster-subscription=no", "NOT_ALLOWED"},
        {"alice@example.org", "contact-account", "roster-subscription=0", "NOT_ALLOWED"},
    };
    struct agent_reply reply;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        agent_ask(client, &reply, "create", rows[i].inviter, rows[i].type, rows[i].option, NULL);
        ck_assert_msg(strcmp(reply.result, rows[i].result) == 0, "row %zu: %s, not %s", i,
                      reply.result, rows[i].result);
    }
}
END_TEST

START_TEST(open_invites_are_counted)
{
    struct agent_reply reply;
    size_t made = 0;
    size_t refused = 0;

    agent_fixture_restart_with("max_open_invites = 5");
    site_add_account(site, "greedy");
    for (int i = 0; i < MANY; i++)
        (void)agent_send(client, "create", "greedy@example.org", "account", NULL);
    for (int i = 0; i < MANY; i++) {
        ck_assert(agent_receive(client, &reply));
        made += strcmp(reply.result, "OK") == 0;
        refused += strcmp(reply.result, "NOT_ALLOWED") == 0 && reply.text[0] != '\0';
    }
    ck_assert_uint_eq(made, 5);
    ck_assert_uint_eq(refused, MANY - 5);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(inviteInviter=greedy@example.org)"), 5);
    agent_ask(client, &reply, "create", "alice@example.org", "account", NULL);
    agent_expect(reply, "OK"); /* others have their own */
}
END_TEST

/* ---------------------------------------------------------------------------------------- time */

START_TEST(expiry_between_check_and_register_is_no_obstacle)
{
    struct site_request request;
    struct agent_reply reply;
    char tokens[2][INV_TOKEN_LENGTH + 1];
    char accepted_at[24];
    inv_token *token;

    for (int i = 0; i < 2; i++) {
        site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
        request.request.expires = time(NULL) + 3;
        token = site_create(site, &request);
        inv_token_write(token, tokens[i]);
        inv_token_free(&token);
    }
    agent_ask(client, &reply, "check", tokens[0], ADDRESS, NULL);
    agent_expect(reply, "OK");
    (void)snprintf(accepted_at, sizeof(accepted_at), "%s", agent_line(&reply, "accepted_at"));
    while (time(NULL) <= atol(accepted_at) + 3)
        site_next_second();
    agent_ask(client, &reply, "register", tokens[1], "jane", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register", tokens[0], "jane", SITE_PASSWORD, ADDRESS, accepted_at,
              NULL);
    agent_expect(reply, "OK");
}
END_TEST

static void add_all(TCase *tests)
{
    tcase_add_test(tests, ping_needs_nothing);
    tcase_add_test(tests, check_tells_what_the_invite_is_for);
    tcase_add_test(tests, check_takes_what_a_token_came_in);
    tcase_add_test(tests, bad_tokens_are_one_answer);
    tcase_add_test(tests, register_makes_the_account_and_tells_its_contacts);
    tcase_add_test(tests, refusals_keep_the_token);
    tcase_add_test(tests, passwords_are_prepared);
    tcase_add_test(tests, reset_sets_a_password_once);
    tcase_add_test(tests, contact_connects_accounts);
    tcase_add_test(tests, exists_knows_every_holder_of_a_name);
    tcase_add_test(tests, a_domain_that_is_not_ours);
    tcase_add_test(tests, people_make_invites);
    tcase_add_test(tests, invites_that_people_may_not_make);
    tcase_add_test(tests, open_invites_are_counted);
    agent_many_add(tests);
    agent_costs_add(tests);
    tcase_add_test(tests, expiry_between_check_and_register_is_no_obstacle);
}

int main(void)
{
    Suite *suite = suite_create("agent");
    TCase *tests = tcase_create("operations");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start, fixture_stop);
    tcase_add_checked_fixture(tests, agent_fixture_start, agent_fixture_stop);
    add_all(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
