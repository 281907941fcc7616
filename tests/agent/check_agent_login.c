/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins through invite-agent, by a password and by SCRAM, and what guesses cost. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/verifier.h"
#include "tests/support/agent_fixture.h"

#define ELSEWHERE      "198.51.100.9"
#define OTHER_PASSWORD "set by somebody else"
#define WRONG          "not this one"
#define FEW            3 /* of limit_checks where limits are tried */

#define KEPT  "password_verifiers = server scram-sha-1 scram-sha-256\nscram_iterations = 4096\n"
#define MANY  "workers = 2\nlimit_checks = 100000/h\nlimit_registrations = 1000/h\n"
#define LIMIT "workers = 2\nlimit_checks = 3/d\nlimit_registrations = 2/d\n"

static struct agent_reply reply;

static void expect_login(const char *user, const char *password, const char *address,
                         const char *wanted)
{
    agent_ask(client, &reply, "login", user, password, address, NULL);
    ck_assert_msg(strcmp(reply.result, wanted) == 0, "%s, %s from %s: %s, not %s: %s", user,
                  password, address, reply.result, wanted, reply.text);
    ck_assert_uint_eq(reply.contacts, 0);
}

static void expect_verifiers(const char *user, const char *address, const char *wanted)
{
    agent_ask(client, &reply, "verifiers", user, address, NULL);
    ck_assert_msg(strcmp(reply.result, wanted) == 0, "%s from %s: %s, not %s: %s", user, address,
                  reply.result, wanted, reply.text);
    ck_assert_uint_eq(reply.contacts, 0);
}

/* TOKEN:PASSWORD in a buffer that the next one reuses. */
static const char *combined(const char *token, const char *password)
{
    static char field[512];

    (void)snprintf(field, sizeof(field), "%s:%s", token, password);
    return field;
}

static const char *token_of(inv_invite_type type, const char *user)
{
    return agent_invite(site, type, NULL, user, NULL);
}

static void start_many(void)
{
    agent_fixture_start_with("20s", KEPT, MANY);
}

static void start_limit(void)
{
    agent_fixture_start_with("20s", KEPT, LIMIT "verifiers = yes\n");
}

static void start_crowd(void)
{
    agent_fixture_start_with("20s", KEPT, "workers = 16\nlimit_checks = 3/d\n");
}

static void start_verifiers(void)
{
    agent_fixture_start_with("20s", KEPT "scram_at_login = yes\n", MANY "verifiers = yes\n");
}

static void start_site(void)
{
    fixture_start();
    site_show_verifiers(site);
}

/* ---------------------------------------------------------------------------------- passwords */

START_TEST(passwords)
{
    expect_login("alice", SITE_PASSWORD, ADDRESS, "OK");
    ck_assert_str_eq(reply.text, "");
    expect_login("ALICE@example.org", SITE_PASSWORD, "", "OK");
    expect_login("alice", WRONG, ADDRESS, "WRONG_PASSWORD");
    ck_assert_str_eq(reply.text, "");
    expect_login("free-name", SITE_PASSWORD, ADDRESS, "NO_ACCOUNT");
    ck_assert_str_eq(reply.text, "");
    expect_login("a b", SITE_PASSWORD, ADDRESS, "NO_ACCOUNT");
    expect_login("alice@example.com", SITE_PASSWORD, ADDRESS, "NO_ACCOUNT");
    expect_login("alice", "", ADDRESS, "WRONG_PASSWORD");
}
END_TEST

/* ACCOUNT_EXPIRED answers the right password only; a wrong one is WRONG_PASSWORD. */
START_TEST(an_account_that_is_over)
{
    site_add_account(site, "bob");
    site_modify(site, "dn: uid=bob," SITE_PEOPLE "\nchangetype: modify\nadd: xmppAccountExpires\n"
                      "xmppAccountExpires: 20200102030405Z\n");
    expect_login("bob", SITE_PASSWORD, ADDRESS, "ACCOUNT_EXPIRED");
    expect_login("bob", WRONG, ADDRESS, "WRONG_PASSWORD");
}
END_TEST

START_TEST(a_password_that_has_to_be_changed)
{
    if (slapd_kind() != SLAPD_OPENLDAP)
        return;
    site_add_account(site, "cat");
    site_modify(site, "dn: uid=cat," SITE_PEOPLE "\nchangetype: modify\nadd: pwdReset\n"
                      "pwdReset: TRUE\n");
    expect_login("cat", SITE_PASSWORD, ADDRESS, "OK");
    ck_assert_str_eq(agent_line(&reply, "must_change"), "yes");
}
END_TEST

START_TEST(a_token_in_front)
{
    char token[INV_TOKEN_LENGTH + 1];

    (void)snprintf(token, sizeof(token), "%s", token_of(INV_INVITE_ACCOUNT, NULL));
    expect_login("dan", token, ADDRESS, "BAD_TOKEN"); /* nothing behind it */
    expect_login("alice", combined(token, SITE_PASSWORD), ADDRESS, "BAD_TOKEN"); /* taken */
    expect_login("root", combined(token, SITE_PASSWORD), ADDRESS, "NAME_RESERVED");
    expect_login("dan", combined(token, "short"), ADDRESS, "PASSWORD_REFUSED");
    ck_assert_str_ne(reply.text, "");
    expect_login("dan", combined(token, SITE_PASSWORD), ADDRESS, "OK");
    expect_login("dan", combined(token, SITE_PASSWORD), ADDRESS, "OK");
    expect_login("dan", SITE_PASSWORD, ADDRESS, "OK");
    expect_login("dan", combined(token, WRONG), ADDRESS, "WRONG_PASSWORD");
    expect_login("eve", combined(token, SITE_PASSWORD), ADDRESS, "BAD_TOKEN"); /* used */
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=eve)"), 0);
    expect_login("alice", combined(token_of(INV_INVITE_RESET, "alice"), OTHER_PASSWORD), ADDRESS,
                 "BAD_TOKEN");
    expect_login("alice", SITE_PASSWORD, ADDRESS, "OK");
}
END_TEST

/* -------------------------------------------------------------------------------------- SCRAM */

START_TEST(no_verifiers_by_default)
{
    expect_verifiers("alice", ADDRESS, "NOT_ALLOWED");
    expect_verifiers("free-name", ADDRESS, "NOT_ALLOWED");
}
END_TEST

static void expect_line(const char *mechanism, const char *password)
{
    const char *value = agent_line(&reply, mechanism);
    inv_secret *secret = inv_secret_new(password, strlen(password));

    ck_assert_msg(value != NULL, "no %s in %s", mechanism, reply.text);
    ck_assert_int_eq(strncmp(value, mechanism, strlen(mechanism)), 0);
    ck_assert_int_eq(inv_verifier_match(value, strlen(value), secret), INV_MATCH_YES);
    inv_secret_free(&secret);
}

START_TEST(verifiers)
{
    expect_login("fay", combined(token_of(INV_INVITE_ACCOUNT, NULL), SITE_PASSWORD), ADDRESS, "OK");
    expect_verifiers("FAY", ADDRESS, "OK");
    expect_line("SCRAM-SHA-1", SITE_PASSWORD);
    expect_line("SCRAM-SHA-256", SITE_PASSWORD);
    expect_verifiers("free-name", ADDRESS, "NO_ACCOUNT");
    ck_assert_str_eq(reply.text, "");
    expect_verifiers("a b", ADDRESS, "NO_ACCOUNT");
    site_next_second();
    site_modify(site, "dn: uid=fay," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                      "userPassword: " OTHER_PASSWORD "\n");
    expect_verifiers("fay", ADDRESS, "OK");
    ck_assert_str_eq(reply.text, ""); /* stale */
    expect_login("fay", OTHER_PASSWORD, ADDRESS, "OK");
    expect_verifiers("fay", ADDRESS, "OK");
    expect_line("SCRAM-SHA-256", OTHER_PASSWORD);
    site_lock_account(site, "fay");
    expect_verifiers("fay", ADDRESS, "ACCOUNT_EXPIRED");
    ck_assert_str_eq(reply.text, "");
}
END_TEST

START_TEST(for_who_was_there_before)
{
    site_add_account(site, "gus");
    expect_verifiers("gus", ADDRESS, "OK");
    ck_assert_str_eq(reply.text, "");
    expect_login("gus", WRONG, ADDRESS, "WRONG_PASSWORD");
    expect_verifiers("gus", ADDRESS, "OK");
    ck_assert_str_eq(reply.text, "");
    expect_login("gus", SITE_PASSWORD, ADDRESS, "OK");
    expect_verifiers("gus", ADDRESS, "OK");
    expect_line("SCRAM-SHA-1", SITE_PASSWORD);
    expect_line("SCRAM-SHA-256", SITE_PASSWORD);
}
END_TEST

/* ------------------------------------------------------------------------------------- limits */

START_TEST(guesses_at_one_name_from_one_address)
{
    for (int i = 0; i < 2 * FEW; i++)
        expect_login("alice", SITE_PASSWORD, ADDRESS, "OK"); /* success costs nothing */
    expect_login("alice", WRONG, ADDRESS, "WRONG_PASSWORD");
    expect_login("ALICE", WRONG, ADDRESS, "WRONG_PASSWORD");
    expect_login("alice@example.org", WRONG, "::ffff:" ADDRESS, "WRONG_PASSWORD");
    expect_login("alice", SITE_PASSWORD, ADDRESS, "THROTTLED");
    expect_login("Alice", WRONG, ADDRESS, "THROTTLED");
    expect_verifiers("alice", ADDRESS, "THROTTLED");
    /* its holder elsewhere, and neighbours here, have theirs */
    expect_login("alice", SITE_PASSWORD, ELSEWHERE, "OK");
    expect_login("alice", SITE_PASSWORD, "", "OK");
    expect_login("free-name", WRONG, ADDRESS, "NO_ACCOUNT");
}
END_TEST

START_TEST(guesses_at_many_names)
{
    char name[24];

    for (int i = 0; i < 10 * FEW; i++) {
        (void)snprintf(name, sizeof(name), "free-%d", i);
        expect_login(name, WRONG, ADDRESS, "NO_ACCOUNT");
    }
    expect_login("alice", SITE_PASSWORD, ADDRESS, "THROTTLED");
    expect_verifiers("alice", ADDRESS, "THROTTLED");
    expect_login("alice", SITE_PASSWORD, ELSEWHERE, "OK");
    expect_login("alice", SITE_PASSWORD, "", "OK");
}
END_TEST

/* Without an address those of one name are counted together, and only they. */
START_TEST(guesses_without_an_address)
{
    for (int i = 0; i < FEW; i++)
        expect_login("alice", WRONG, "", "WRONG_PASSWORD");
    expect_login("alice", SITE_PASSWORD, "", "THROTTLED");
    expect_login("free-name", WRONG, "", "NO_ACCOUNT");
    expect_login("alice", SITE_PASSWORD, ADDRESS, "OK");
}
END_TEST

/* Each may be a guess, which the agent never hears of. */
START_TEST(each_request_for_verifiers_costs)
{
    for (int i = 0; i < FEW; i++)
        expect_verifiers("alice", ADDRESS, "OK");
    expect_verifiers("alice", ADDRESS, "THROTTLED");
    expect_login("alice", SITE_PASSWORD, ADDRESS, "THROTTLED");
    expect_verifiers("alice", ELSEWHERE, "OK");
    for (int i = 0; i < FEW; i++)
        expect_verifiers("free-name", ADDRESS, "NO_ACCOUNT");
    expect_verifiers("free-name", ADDRESS, "THROTTLED");
}
END_TEST

/* What is left of a limit is the same for a name with an account and for one without. */
START_TEST(each_request_for_verifiers_costs_the_address)
{
    char name[24];

    expect_verifiers("alice", ADDRESS, "OK");
    for (int i = 1; i < 100 * FEW; i++) {
        (void)snprintf(name, sizeof(name), "free-%d", i);
        expect_verifiers(name, ADDRESS, "NO_ACCOUNT");
    }
    expect_verifiers("alice", ADDRESS, "THROTTLED");
    expect_verifiers("free-name", ADDRESS, "THROTTLED");
    expect_login("alice", SITE_PASSWORD, ADDRESS, "OK");
    expect_verifiers("alice", ELSEWHERE, "OK");
}
END_TEST

/* Ten times the limit for all its /64 together: of one name, too. */
START_TEST(verifiers_of_one_name_for_a_site)
{
    char address[40];

    for (int i = 0; i < 10 * FEW; i++) {
        (void)snprintf(address, sizeof(address), "2001:db8:1:%d::1", i);
        expect_verifiers("alice", address, "OK");
    }
    expect_verifiers("alice", "2001:db8:1:ffff::1", "THROTTLED");
    expect_login("alice", SITE_PASSWORD, "2001:db8:1:ffff::1", "THROTTLED");
    expect_verifiers("free-name", "2001:db8:1:ffff::1", "NO_ACCOUNT");
    expect_verifiers("alice", "2001:db8:2:ffff::1", "OK");
}
END_TEST

/* All are under way before the first is answered, by as many workers as look at the limit then. */
START_TEST(guesses_at_the_same_time)
{
    enum { GUESSES = 24 };
    int wrong = 0;

    for (int i = 0; i < GUESSES; i++)
        agent_send(client, "login", "alice", WRONG, ADDRESS, NULL);
    for (int i = 0; i < GUESSES; i++) {
        ck_assert(agent_receive(client, &reply));
        wrong += strcmp(reply.result, "WRONG_PASSWORD") == 0;
        ck_assert_msg(strcmp(reply.result, "WRONG_PASSWORD") == 0 ||
                          strcmp(reply.result, "THROTTLED") == 0,
                      "%s", reply.result);
    }
    ck_assert_int_eq(wrong, FEW);
}
END_TEST

/* A login is no way round what a token may cost in a registration (2 here). */
START_TEST(a_token_pays_as_in_register)
{
    char token[INV_TOKEN_LENGTH + 1];

    (void)snprintf(token, sizeof(token), "%s", token_of(INV_INVITE_ACCOUNT, NULL));
    expect_login("root", combined(token, SITE_PASSWORD), ADDRESS, "NAME_RESERVED");
    expect_login("bin", combined(token, SITE_PASSWORD), ELSEWHERE, "NAME_RESERVED");
    expect_login("hal", combined(token, SITE_PASSWORD), "203.0.113.1", "THROTTLED");
    agent_ask(client, &reply, "register", token, "hal", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "THROTTLED");
    expect_login("alice", SITE_PASSWORD, ADDRESS, "OK");
}
END_TEST

/* DIRECTORY_DOWN takes nothing from the limits of name and address. */
START_TEST(a_directory_that_is_away)
{
    char path[256];
    char away[256];

    (void)snprintf(path, sizeof(path), "%.200s/ldapi", slapd_directory(site->slapd));
    (void)snprintf(away, sizeof(away), "%.200s/ldapi.away", slapd_directory(site->slapd));
    agent_fixture_stop();
    ck_assert_int_eq(rename(path, away), 0);
    agent_fixture_start_with("20s", KEPT, LIMIT "verifiers = yes\n");
    for (int i = 0; i < 2 * FEW; i++) {
        expect_login("alice", SITE_PASSWORD, ADDRESS, "DIRECTORY_DOWN");
        expect_verifiers("alice", ADDRESS, "DIRECTORY_DOWN");
    }
    ck_assert_int_eq(rename(away, path), 0);
    expect_login("alice", SITE_PASSWORD, ADDRESS, "OK");
    expect_verifiers("alice", ADDRESS, "OK");
}
END_TEST

static TCase *in_front_of(const char *name, void (*start)(void))
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start_site, fixture_stop);
    tcase_add_checked_fixture(tests, start, agent_fixture_stop);
    return tests;
}

int main(void)
{
    Suite *suite = suite_create("agent_login");
    TCase *logins = in_front_of("logins", start_many);
    TCase *scram = in_front_of("scram", start_verifiers);
    TCase *limits = in_front_of("limits", start_limit);
    TCase *crowd = in_front_of("crowd", start_crowd);

    tcase_add_test(logins, passwords);
    tcase_add_test(logins, an_account_that_is_over);
    tcase_add_test(logins, a_password_that_has_to_be_changed);
    tcase_add_test(logins, a_token_in_front);
    tcase_add_test(logins, no_verifiers_by_default);
    suite_add_tcase(suite, logins);
    tcase_add_test(scram, verifiers);
    tcase_add_test(scram, for_who_was_there_before);
    suite_add_tcase(suite, scram);
    tcase_add_test(limits, guesses_at_one_name_from_one_address);
    tcase_add_test(limits, guesses_at_many_names);
    tcase_add_test(limits, guesses_without_an_address);
    tcase_add_test(limits, each_request_for_verifiers_costs);
    tcase_add_test(limits, each_request_for_verifiers_costs_the_address);
    tcase_add_test(limits, verifiers_of_one_name_for_a_site);
    tcase_add_test(limits, a_token_pays_as_in_register);
    tcase_add_test(limits, a_directory_that_is_away);
    suite_add_tcase(suite, limits);
    tcase_add_test(crowd, guesses_at_the_same_time);
    suite_add_tcase(suite, crowd);
    return suite_run(suite);
}
