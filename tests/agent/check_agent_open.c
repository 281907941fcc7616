/* SPDX-License-Identifier: BSD-2-Clause */
/* invite-agent where invite_only = no: registering without a token, and what it costs. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/agent_fixture.h"

#define OTHER "198.51.100.3"
#define MANY  32

static void start_agent(const char *invite_only, const char *limit)
{
    char domain[128];
    char lines[128];

    (void)snprintf(domain, sizeof(domain), "password_verifiers = server\ninvite_only = %s",
                   invite_only);
    (void)snprintf(lines, sizeof(lines), "workers = 4\nlimit_registrations = %s", limit);
    agent_fixture_start_with(NULL, domain, lines);
}

static void expect_register(const char *user, const char *password, const char *address,
                            const char *result)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "register", "", user, password, address, "", NULL);
    agent_expect(reply, result);
}

START_TEST(an_account_without_a_token)
{
    struct agent_reply reply;

    start_agent("no", "1000/h");
    agent_ask(client, &reply, "register", "", "Anna", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(strlen(agent_line(&reply, "account")), 32);
    ck_assert_uint_eq(reply.contacts, 0);
    ck_assert(site_login(site, "anna", SITE_PASSWORD));
    expect_register("anna", SITE_PASSWORD, ADDRESS, "OK");
    expect_register("anna", "another long password", ADDRESS, "NAME_TAKEN");
    expect_register("alice", SITE_PASSWORD, ADDRESS, "NAME_TAKEN");
    expect_register("root", SITE_PASSWORD, ADDRESS, "NAME_RESERVED");
    expect_register("a b", SITE_PASSWORD, ADDRESS, "NAME_INVALID");
    expect_register("bert", "short", ADDRESS, "PASSWORD_REFUSED");
    /* everything else takes one */
    agent_ask(client, &reply, "check", "", ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "reset", "", "alice", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "contact", "", "alice@example.org", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register", " ", "bert", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_fixture_stop();
}
END_TEST

/* Nobody has the name, and a group names it: neither is it registered nor an invite made for it. */
START_TEST(names_that_a_group_names)
{
    struct agent_reply reply;

    site_modify(site, "dn: cn=named,ou=groups," SITE_BASE "\nchangetype: add\n"
                      "objectClass: posixGroup\ngidNumber: 5000\nmemberUid: gina\n");
    start_agent("no", "1000/h");
    expect_register("gina", SITE_PASSWORD, ADDRESS, "NAME_RESERVED");
    agent_ask(client, &reply, "register", agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL),
              "gina", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_ask(client, &reply, "create", "alice@example.org", "account", "user=gina", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_fixture_stop();
    site_delete(site, "cn=named,ou=groups," SITE_BASE);
}
END_TEST

START_TEST(only_where_it_is_configured)
{
    struct agent_reply reply;

    start_agent("yes", "1/d");
    for (int i = 0; i < 3; i++) { /* which costs nothing: no directory is asked */
        agent_ask(client, &reply, "register", "", "carl", SITE_PASSWORD, ADDRESS, "", NULL);
        agent_expect(reply, "NOT_ALLOWED");
        ck_assert_ptr_nonnull(strstr(reply.text, "invite"));
    }
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=carl)"), 0);
    agent_fixture_stop();
}
END_TEST

START_TEST(each_costs_its_address)
{
    struct agent_reply reply;

    start_agent("no", "3/d");
    expect_register("dora", SITE_PASSWORD, ADDRESS, "OK");
    expect_register("alice", SITE_PASSWORD, ADDRESS, "NAME_TAKEN");
    expect_register("emil", "short", ADDRESS, "PASSWORD_REFUSED");
    expect_register("emil", SITE_PASSWORD, ADDRESS, "THROTTLED");
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=emil)"), 0);
    for (int i = 0; i < 3; i++) /* all who tell no address are one */
        expect_register("emil", "short", "", "PASSWORD_REFUSED");
    expect_register("emil", SITE_PASSWORD, "", "THROTTLED");
    /* whoever has a token does not wait for that */
    agent_ask(client, &reply, "register", agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL),
              "fritz", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    expect_register("emil", SITE_PASSWORD, OTHER, "OK");
    agent_fixture_stop();
}
END_TEST

static void expect_taken(const char *token, const char *user, const char *result)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "taken", token, user, ADDRESS, "", NULL);
    agent_expect(reply, result);
}

/* Names that the client holds cost what names in the directory cost. */
START_TEST(names_that_the_client_holds)
{
    char token[INV_TOKEN_LENGTH + 1];
    char used[INV_TOKEN_LENGTH + 1];
    struct agent_reply reply;

    start_agent("no", "4/d");
    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL));
    (void)snprintf(used, sizeof(used), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL));
    agent_ask(client, &reply, "register", used, "paula", SITE_PASSWORD, OTHER, "", NULL);
    agent_expect(reply, "OK");
    expect_taken(token, "held-by-client", "NAME_TAKEN");
    expect_taken(token, "a b", "NAME_INVALID");
    expect_taken(token, "root", "NAME_RESERVED");
    expect_taken(token, "alice", "NAME_TAKEN");
    expect_taken(token, "held-by-client", "THROTTLED");
    agent_ask(client, &reply, "register", token, "free", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "THROTTLED"); /* free or taken, one answer */
    expect_taken(used, "held-by-client", "BAD_TOKEN");
    expect_taken("no token", "held-by-client", "BAD_TOKEN");
    /* the address has paid for two bad tokens */
    for (int i = 0; i < 2; i++)
        expect_taken("", "held-by-client", "NAME_TAKEN");
    expect_taken("", "held-by-client", "THROTTLED");
    expect_taken("no token", "held-by-client", "THROTTLED");
    expect_register("free", SITE_PASSWORD, ADDRESS, "THROTTLED");
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(|(uid=free)(uid=held-by-client))"), 0);
    agent_fixture_stop();
    start_agent("yes", "4/d");
    expect_taken("", "held-by-client", "NOT_ALLOWED");
    agent_fixture_stop();
}
END_TEST

/* No more get through together than would one after the other. */
START_TEST(many_at_once_from_one_address)
{
    struct agent_reply reply;
    char user[16];
    int made = 0;

    start_agent("no", "5/d");
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(user, sizeof(user), "many%d", i);
        (void)agent_send(client, "register", "", user, SITE_PASSWORD, ADDRESS, "", NULL);
    }
    for (int i = 0; i < MANY; i++) {
        ck_assert(agent_receive(client, &reply));
        if (strcmp(reply.result, "OK") == 0)
            made++;
        else
            agent_expect(reply, "THROTTLED");
    }
    ck_assert_int_eq(made, 5);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=many*)"), 5);
    agent_fixture_stop();
}
END_TEST

START_TEST(a_directory_that_is_away_costs_nothing)
{
    start_agent("no", "1/d");
    ck_assert_int_eq(kill(site_slapd_pid(site), SIGKILL), 0);
    for (int i = 0; i < 3; i++)
        expect_register("gerd", SITE_PASSWORD, ADDRESS, "DIRECTORY_DOWN");
    site_restart(site, NULL, NULL);
    expect_register("gerd", SITE_PASSWORD, ADDRESS, "OK");
    expect_register("gerd", SITE_PASSWORD, ADDRESS, "THROTTLED");
    agent_fixture_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_open");
    TCase *tests = tcase_create("open");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start, fixture_stop);
    tcase_add_test(tests, an_account_without_a_token);
    tcase_add_test(tests, names_that_a_group_names);
    tcase_add_test(tests, only_where_it_is_configured);
    tcase_add_test(tests, each_costs_its_address);
    tcase_add_test(tests, names_that_the_client_holds);
    tcase_add_test(tests, many_at_once_from_one_address);
    tcase_add_test(tests, a_directory_that_is_away_costs_nothing);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
