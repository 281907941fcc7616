/* SPDX-License-Identifier: BSD-2-Clause */
/* What people do to their own account through invite-agent, and who is an administrator. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/verifier.h"
#include "tests/support/agent_fixture.h"

#define ELSEWHERE    "198.51.100.9"
#define NEW_PASSWORD "a new long password"
#define FEW          3 /* of limit_checks where limits are tried */

#define KEPT    "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n"
#define ALLOWED KEPT "client_password_change = yes\nclient_removal = yes\n"
#define FILTERS                                                                                    \
    "reset_filter = (&(objectClass=xmppAccount)(!(employeeType=staff)))\n"                         \
    "admin_filter = (&(objectClass=xmppAccount)(employeeType=staff))\n"
#define MANY  "verifiers = yes\nworkers = 2\nlimit_checks = 100000/h\nlimit_registrations = 1000/h\n"
#define FEWER "workers = 2\nlimit_checks = 3/d\nlimit_registrations = 1000/h\n"

static struct agent_reply reply;

static void start_site(void)
{
    fixture_start();
    site_show_verifiers(site);
}

static void start_allowed(void)
{
    agent_fixture_start_with("20s", ALLOWED FILTERS, MANY);
}

static void start_limits(void)
{
    agent_fixture_start_with("20s", ALLOWED, FEWER);
}

static void start_default(void)
{
    agent_fixture_start_with("20s", KEPT, MANY);
}

static void expect_change(const char *user, const char *password, const char *wanted)
{
    agent_ask(client, &reply, "change", user, password, ADDRESS, NULL);
    ck_assert_msg(strcmp(reply.result, wanted) == 0, "%s: %s, not %s: %s", user, reply.result,
                  wanted, reply.text);
}

static void expect_leave(const char *user, const char *wanted)
{
    agent_ask(client, &reply, "leave", user, ADDRESS, NULL);
    ck_assert_msg(strcmp(reply.result, wanted) == 0, "%s: %s, not %s: %s", user, reply.result,
                  wanted, reply.text);
}

static void expect_admin(const char *user, const char *wanted)
{
    agent_ask(client, &reply, "is-admin", user, NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "admin"), wanted);
}

static bool logs_in(const char *user, const char *password)
{
    agent_ask(client, &reply, "login", user, password, "", NULL);
    return strcmp(reply.result, "OK") == 0;
}

static void add(const char *user)
{
    agent_ask(client, &reply, "register", agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL),
              user, SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}

static void make_staff(const char *user)
{
    site_modify(site,
                "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\nadd: employeeType\n"
                "employeeType: staff\n",
                user);
}

/* ----------------------------------------------------------------------------------- passwords */

START_TEST(a_new_password)
{
    inv_secret *secret = inv_secret_new(NEW_PASSWORD, strlen(NEW_PASSWORD));
    const char *value;

    add("amy");
    expect_change("AMY@example.org", NEW_PASSWORD, "OK");
    ck_assert_str_eq(reply.text, "");
    ck_assert(logs_in("amy", NEW_PASSWORD));
    ck_assert(!logs_in("amy", SITE_PASSWORD));
    agent_ask(client, &reply, "verifiers", "amy", "", NULL);
    value = agent_line(&reply, "SCRAM-SHA-256");
    ck_assert_msg(value != NULL, "%s: %s", reply.result, reply.text);
    ck_assert_int_eq(inv_verifier_match(value, strlen(value), secret), INV_MATCH_YES);
    expect_change("amy", NEW_PASSWORD, "OK"); /* repeated, because the answer was lost */
    ck_assert(logs_in("amy", NEW_PASSWORD));
    inv_secret_free(&secret);
}
END_TEST

/* The account stays the one that it was: nothing that a server keeps for it is taken away. */
START_TEST(a_new_password_is_no_new_account)
{
    char before[64];

    add("ann");
    agent_ask(client, &reply, "roster", "ann", NULL);
    (void)snprintf(before, sizeof(before), "%s", agent_line(&reply, "account"));
    ck_assert_str_ne(before, "");
    expect_change("ann", NEW_PASSWORD, "OK");
    agent_ask(client, &reply, "roster", "ann", NULL);
    ck_assert_str_eq(agent_line(&reply, "account"), before);
}
END_TEST

START_TEST(an_account_from_before_invitegate)
{
    site_add_account(site, "abe");
    expect_change("abe", NEW_PASSWORD, "OK");
    ck_assert(logs_in("abe", NEW_PASSWORD));
    ck_assert(!logs_in("abe", SITE_PASSWORD));
}
END_TEST

START_TEST(weak_passwords)
{
    add("ada");
    expect_change("ada", "short", "PASSWORD_REFUSED");
    ck_assert_str_ne(reply.text, "");
    expect_change("ada", "", "PASSWORD_REFUSED");
    expect_change("ada", "{SSHA}abcdefghijkl", "PASSWORD_REFUSED");
    expect_change("ada", agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL),
                  "PASSWORD_REFUSED");
    ck_assert(logs_in("ada", SITE_PASSWORD));
}
END_TEST

START_TEST(it_ends_reset_invites)
{
    char token[INV_TOKEN_LENGTH + 1];

    add("alf");
    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_RESET, NULL, "alf", NULL));
    expect_change("alf", NEW_PASSWORD, "OK");
    agent_ask(client, &reply, "reset", token, "alf", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    ck_assert(logs_in("alf", NEW_PASSWORD));
}
END_TEST

START_TEST(whose_password_is_not_changed)
{
    expect_change("free-name", NEW_PASSWORD, "NO_ACCOUNT");
    expect_change("a b", NEW_PASSWORD, "NO_ACCOUNT");
    site_add_account(site, "adm");
    make_staff("adm");
    expect_change("adm", NEW_PASSWORD, "NOT_ALLOWED");
    ck_assert_str_eq(reply.text, "The password of this account cannot be changed from here.");
    ck_assert(logs_in("adm", SITE_PASSWORD));
    add("axe");
    site_lock_account(site, "axe");
    expect_change("axe", NEW_PASSWORD, "NOT_ALLOWED");
    ck_assert_str_ne(reply.text, "");
    ck_assert(site_is_locked(site, "axe"));
    site_unlock_account(site, "axe");
    ck_assert(logs_in("axe", SITE_PASSWORD));
    site_modify(site, "dn: uid=axe," SITE_PEOPLE "\nchangetype: modify\nadd: xmppAccountExpires\n"
                      "xmppAccountExpires: 20200102030405Z\n");
    expect_change("axe", NEW_PASSWORD, "NOT_ALLOWED");
}
END_TEST

/* The person logged in before it; a new password would lift it. */
START_TEST(a_lock_by_guesses_is_not_lifted)
{
    if (slapd_kind() != SLAPD_OPENLDAP)
        return;
    add("aud");
    site_modify(site, "dn: uid=aud," SITE_PEOPLE "\nchangetype: modify\nadd: pwdAccountLockedTime\n"
                      "pwdAccountLockedTime: 20260102030405Z\n");
    expect_change("aud", NEW_PASSWORD, "NOT_ALLOWED");
    ck_assert_str_ne(reply.text, "");
}
END_TEST

/* ------------------------------------------------------------------------------------- leaving */

START_TEST(leaving)
{
    char token[INV_TOKEN_LENGTH + 1];

    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_CONTACT_ACCOUNT, "alice@example.org", NULL, NULL));
    agent_ask(client, &reply, "register", token, "leo", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "create", "leo@example.org", "account", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(site_pairs_of(site, "leo@example.org"), 1);
    expect_leave("LEO", "OK");
    ck_assert_str_eq(reply.text, "");
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=leo)"), 0);
    ck_assert_uint_eq(site_pairs_of(site, "leo@example.org"), 0);
    ck_assert_uint_eq(
        site_count(site, SITE_INVITES, "(&(inviteInviter=leo@example.org)(inviteUsesLeft>=0))"), 0);
    ck_assert(!logs_in("leo", SITE_PASSWORD));
    expect_leave("leo", "NO_ACCOUNT");
    agent_ask(client, &reply, "register", token, "leo", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
}
END_TEST

START_TEST(who_cannot_leave)
{
    site_add_account(site, "lea");
    expect_leave("lea", "NOT_ALLOWED"); /* no invite made it */
    ck_assert_str_ne(reply.text, "");
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=lea)"), 1);
    add("lou");
    site_lock_account(site, "lou");
    expect_leave("lou", "NOT_ALLOWED");
    ck_assert_str_ne(reply.text, "");
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=lou)"), 1);
}
END_TEST

/* An invite of somebody who was there earlier, and names without account in general. */
START_TEST(leaving_removes_nothing_of_a_name_without_account)
{
    add("len");
    agent_ask(client, &reply, "create", "len@example.org", "account", NULL);
    agent_expect(reply, "OK");
    site_delete(site, "uid=len," SITE_PEOPLE);
    expect_leave("len", "NO_ACCOUNT");
    ck_assert_uint_eq(
        site_count(site, SITE_INVITES, "(&(inviteInviter=len@example.org)(inviteUsesLeft>=1))"), 1);
}
END_TEST

/* ------------------------------------------------------------------------- defaults and limits */

START_TEST(nothing_by_default)
{
    add("dan");
    expect_change("dan", NEW_PASSWORD, "NOT_ALLOWED");
    ck_assert_str_eq(reply.text, "Passwords of this server cannot be changed from here.");
    expect_leave("dan", "NOT_ALLOWED");
    ck_assert_str_eq(reply.text, "Accounts of this server cannot be removed from here.");
    expect_change("free-name", NEW_PASSWORD, "NOT_ALLOWED");
    expect_leave("free-name", "NOT_ALLOWED");
    expect_admin("dan", "no");
    make_staff("dan");
    expect_admin("dan", "no");
    ck_assert(logs_in("dan", SITE_PASSWORD));
}
END_TEST

/* What roster says of the account. */
static void tell_identity(const char *user, char identity[INV_ACCOUNT_IDENTITY_SIZE])
{
    agent_ask(client, &reply, "roster", user, NULL);
    agent_expect(reply, "OK");
    (void)snprintf(identity, INV_ACCOUNT_IDENTITY_SIZE, "%s", agent_line(&reply, "account"));
}

START_TEST(a_later_holder_of_the_name_keeps_their_account)
{
    char former[INV_ACCOUNT_IDENTITY_SIZE];
    char present[INV_ACCOUNT_IDENTITY_SIZE];
    const char *const others[] = {former, "", "x"};

    add("gus");
    tell_identity("gus", former);
    expect_leave("gus", "OK");
    add("gus");
    tell_identity("gus", present);
    ck_assert_str_ne(former, present);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        agent_ask(client, &reply, "change", "gus", NEW_PASSWORD, ADDRESS, others[i], NULL);
        agent_expect(reply, "NO_ACCOUNT");
        agent_ask(client, &reply, "leave", "gus", ADDRESS, others[i], NULL);
        agent_expect(reply, "NO_ACCOUNT");
    }
    ck_assert(logs_in("gus", SITE_PASSWORD));
    agent_ask(client, &reply, "change", "gus", NEW_PASSWORD, ADDRESS, present, NULL);
    agent_expect(reply, "OK");
    tell_identity("gus", former);
    ck_assert_str_eq(former, present); /* it does not change by that */
    agent_ask(client, &reply, "leave", "gus", ADDRESS, present, NULL);
    agent_expect(reply, "OK");
}
END_TEST

START_TEST(a_name_pays_for_each_change_at_its_address)
{
    add("eva");
    for (int i = 0; i < FEW; i++)
        expect_change("eva", NEW_PASSWORD, "OK");
    expect_change("EVA", SITE_PASSWORD, "THROTTLED");
    expect_leave("eva", "THROTTLED");
    agent_ask(client, &reply, "change", "eva", SITE_PASSWORD, ELSEWHERE, NULL);
    agent_expect(reply, "OK");
    add("eve");
    expect_leave("eve", "OK");
}
END_TEST

/* ------------------------------------------------------------------------------ administrators */

START_TEST(administrators)
{
    add("pat");
    expect_admin("pat", "no");
    make_staff("pat");
    expect_admin("PAT", "yes");
    expect_admin("pat@example.org", "yes");
    site_lock_account(site, "pat");
    expect_admin("pat", "no");
    agent_ask(client, &reply, "is-admin", "free-name", NULL);
    agent_expect(reply, "NO_ACCOUNT");
    agent_ask(client, &reply, "is-admin", "pat*", NULL);
    ck_assert_str_ne(reply.result, "OK");
}
END_TEST

START_TEST(mechanisms)
{
    agent_ask(client, &reply, "mechanisms", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "mechanisms"), "PLAIN SCRAM-SHA-256");
    ck_assert_str_eq(agent_line(&reply, "iterations"), "4096");
}
END_TEST

START_TEST(no_scram_where_no_verifiers_are_served)
{
    agent_ask(client, &reply, "mechanisms", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "mechanisms"), "PLAIN");
}
END_TEST

static TCase *in_front_of(Suite *suite, const char *name, void (*start)(void))
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start_site, fixture_stop);
    tcase_add_unchecked_fixture(tests, start, agent_fixture_stop);
    suite_add_tcase(suite, tests);
    return tests;
}

int main(void)
{
    Suite *suite = suite_create("agent_own");
    TCase *allowed = in_front_of(suite, "allowed", start_allowed);
    TCase *defaults = in_front_of(suite, "defaults", start_default);
    TCase *limits = in_front_of(suite, "limits", start_limits);

    tcase_add_test(allowed, a_new_password);
    tcase_add_test(allowed, a_new_password_is_no_new_account);
    tcase_add_test(allowed, an_account_from_before_invitegate);
    tcase_add_test(allowed, weak_passwords);
    tcase_add_test(allowed, it_ends_reset_invites);
    tcase_add_test(allowed, whose_password_is_not_changed);
    tcase_add_test(allowed, a_lock_by_guesses_is_not_lifted);
    tcase_add_test(allowed, leaving);
    tcase_add_test(allowed, who_cannot_leave);
    tcase_add_test(allowed, leaving_removes_nothing_of_a_name_without_account);
    tcase_add_test(allowed, a_later_holder_of_the_name_keeps_their_account);
    tcase_add_test(allowed, administrators);
    tcase_add_test(allowed, mechanisms);
    tcase_add_test(defaults, nothing_by_default);
    tcase_add_test(limits, a_name_pays_for_each_change_at_its_address);
    tcase_add_test(limits, no_scram_where_no_verifiers_are_served);
    return suite_run(suite);
}
