/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/invite.h"
#include "invitegate/secret.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/* Registering without an invite, where invite_only = no. */

/* 389 DS does not take such stamps. Made long ago, and known by the same password as everybody
 * here. */
#define OLD_ACCOUNT                                                                                \
    "dn: uid=veteran," SITE_PEOPLE "\nobjectClass: inetOrgPerson\nobjectClass: xmppAccount\n"      \
    "uid: veteran\ncn: veteran\nsn: veteran\nxmppJid: veteran@example.org\n"                       \
    "inviteId: " INV_INVITE_ID_OPEN "\ninviteNonce: 0011223344556677\n"                            \
    "userPassword: " SITE_PASSWORD "\n"                                                            \
    "createTimestamp: 20200101000000Z\nmodifyTimestamp: 20200101000000Z\n\n"
/* Of a name that nobody has by now. */
#define OLD_PAIR                                                                                   \
    "dn: rosterPairId=old," SITE_ROSTERS "\nobjectClass: xmppRosterPair\nrosterPairId: old\n"      \
    "xmppContactJid: heir@example.org\nxmppContactJid: alice@example.org\nrosterGroup: Old\n"      \
    "createTimestamp: 20200101000000Z\n"

static void start(void)
{
    const struct site_settings settings = {
        .extra_ldif = OLD_ACCOUNT OLD_PAIR,
        .domain_lines = "password_verifiers = server\ninvite_only = no\n",
    };

    fixture_start_aged_with(&settings);
}

#define check(local) (void)site_check(site, NULL, local, &verdict)

/* ---------------------------------------------------------------------------- what runs through */

START_TEST(an_account_without_an_invite)
{
    check("anna");
    expect(INV_OK);
    redeem(NULL, "anna", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_str_eq(verdict.invite_id, "");
    ck_assert(site_login(site, "anna", SITE_PASSWORD));
    site_expect_value(site, "uid=anna," SITE_PEOPLE, "xmppJid", "anna@example.org");
    site_expect_value(site, "uid=anna," SITE_PEOPLE, "inviteId", INV_INVITE_ID_OPEN);
    ck_assert_uint_eq(site_values(site, "uid=anna," SITE_PEOPLE, "inviteNonce"), 1);
    ck_assert_uint_eq(site_values(site, "uid=anna," SITE_PEOPLE, "xmppInvitedBy"), 0);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=anna@example.org)"), 0);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(objectClass=xmppInvite)"), 0);
}
END_TEST

START_TEST(again_with_the_same_and_with_another_password)
{
    char account[INV_ACCOUNT_IDENTITY_SIZE];

    redeem(NULL, "bert", SITE_PASSWORD);
    expect(INV_OK);
    (void)snprintf(account, sizeof(account), "%s", verdict.account);
    ck_assert_uint_eq(strlen(account), sizeof(account) - 1);
    check("bert");
    expect(INV_OK);
    redeem(NULL, "bert", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_str_eq(verdict.account, account);
    redeem(NULL, "bert", "quite another password");
    expect(INV_NAME_TAKEN);
    ck_assert_str_eq(verdict.account, "");
    ck_assert(site_login(site, "bert", SITE_PASSWORD));
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(xmppJid=bert@example.org)"), 1);
}
END_TEST

START_TEST(a_lost_answer_is_read_back)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->lose = 1;
    ck_assert_int_eq(site_redeem_in(&call, NULL, "carl", SITE_PASSWORD), INV_OK);
    ck_assert_uint_eq(counter->lose, 0);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    ck_assert(site_login(site, "carl", SITE_PASSWORD));
}
END_TEST

START_TEST(two_flights_and_one_write)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    ck_assert_int_eq(site_redeem_in(&call, NULL, "dora", SITE_PASSWORD), INV_OK);
    ck_assert_uint_eq(counter->writes, 1);
    ck_assert_uint_eq(counter->flights, 2);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}
END_TEST

/* ----------------------------------------------------------------------------- what is refused */

START_TEST(names_that_others_have)
{
    check("alice");
    expect(INV_NAME_TAKEN);
    redeem(NULL, "alice", SITE_PASSWORD); /* it is alice's, and that proves nothing here */
    expect(INV_NAME_TAKEN);
    ck_assert_str_eq(verdict.invite_id, "");
}
END_TEST

/* Without a token in hand anybody might be trying passwords. */
START_TEST(only_a_new_account_is_registered_again)
{
    ck_assert(site_login(site, "veteran", SITE_PASSWORD));
    check("veteran");
    expect(INV_NAME_TAKEN);
    redeem(NULL, "veteran", SITE_PASSWORD);
    expect(INV_NAME_TAKEN);
}
END_TEST

START_TEST(names_that_an_invite_is_for)
{
    struct site_request request;
    inv_token *preset;
    inv_token *plain = site_invite(site, NULL, 1);

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, "preset");
    preset = site_create(site, &request);
    check("preset");
    expect(INV_NAME_RESERVED);
    redeem(NULL, "preset", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    (void)site_redeem(site, preset, "preset", SITE_PASSWORD, &verdict);
    expect(INV_OK);
    redeem(NULL, "preset", SITE_PASSWORD); /* made with a token: only with that again */
    expect(INV_NAME_TAKEN);
    redeem(NULL, "emil", SITE_PASSWORD);
    expect(INV_OK);
    (void)site_redeem(site, plain, "emil", SITE_PASSWORD, &verdict); /* and the other way round */
    expect(INV_NAME_TAKEN);
    site_expect(site, plain, 1, 0, 0, 0, 0);
    inv_token_free(&preset);
    inv_token_free(&plain);
}
END_TEST

START_TEST(reserved_names_and_weak_passwords)
{
    redeem(NULL, "postmaster", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    redeem(NULL, "fritz", "short");
    expect(INV_PASSWORD_REFUSED);
    ck_assert_uint_gt(strlen(verdict.text), 0);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=fritz)"), 0);
    redeem(NULL, "fritz", SITE_PASSWORD);
    expect(INV_OK);
}
END_TEST

START_TEST(no_clear_password_before_init_saw_it_hashed)
{
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\ndelete: invitePasswordForm\n");
    check("unproved");
    expect(INV_CONFIG);
    redeem(NULL, "unproved", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nadd: invitePasswordForm\n"
                      "invitePasswordForm: server\n");
}
END_TEST

START_TEST(only_where_it_is_configured)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_jid *name = site_name(site, "gerd");
    inv_call call;

    site_begin(site, &call, &verdict);
    ck_assert_int_eq(
        inv_redeem(&call, &(inv_redeem_request){NULL, name, password, INV_ALLOW_RESET, 0}),
        INV_NOT_ALLOWED);
    inv_call_end(&call);
    site_domain(site)->invite_only = true;
    check("gerd");
    expect(INV_NOT_ALLOWED);
    check(NULL);
    expect(INV_NOT_ALLOWED);
    redeem(NULL, "gerd", SITE_PASSWORD);
    expect(INV_NOT_ALLOWED);
    site_domain(site)->invite_only = false;
    check(NULL);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=gerd)"), 0);
    inv_jid_free(&name);
    inv_secret_free(&password);
}
END_TEST

/* ---------------------------------------------------------------------- what is gone stays gone */

/* The account stands, and its maker died before the pairs of an earlier holder went. */
START_TEST(an_earlier_holders_pairs_go_when_it_is_repeated)
{
    site_modify(site, "dn: uid=heir," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "objectClass: xmppAccount\ncn: heir\nsn: heir\nxmppJid: heir@example.org\n"
                      "inviteId: " INV_INVITE_ID_OPEN "\ninviteNonce: 8899aabbccddeeff\n"
                      "userPassword: " SITE_PASSWORD "\n");
    redeem(NULL, "heir", "not the right one");
    expect(INV_NAME_TAKEN);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=heir@example.org)"), 1);
    redeem(NULL, "heir", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=heir@example.org)"), 0);
}
END_TEST

/* The time is up when a pair is to go. */
static void refuse_the_removal(void *context, counter_moment moment, size_t number, size_t write)
{
    struct counter *counter = context;

    (void)number;
    counter->no_time = counter->no_time || (moment == COUNTER_BEFORE_SEND && write == 1);
}

/* The time is up when the account is there. */
static void refuse_after_the_add(void *context, counter_moment moment, size_t number, size_t write)
{
    struct counter *counter = context;

    (void)number;
    counter->no_time = counter->no_time || (moment == COUNTER_AFTER_ANSWER && write == 1);
}

START_TEST(an_earlier_holders_pairs_go)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    (void)site_redeem(site, token, "hugo", SITE_PASSWORD, &verdict);
    expect(INV_OK);
    site_delete(site, "uid=hugo," SITE_PEOPLE);
    redeem(NULL, "hugo", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=hugo@example.org)"), 0);
    inv_token_free(&token);
}
END_TEST

static void redeem_with(void (*at)(void *, counter_moment, size_t, size_t), const char *local)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at;
    counter->context = counter;
    (void)site_redeem_in(&call, NULL, local, SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}

/* Nobody is told that all is well while somebody else's contacts stand on the roster. */
START_TEST(an_earlier_holders_pairs_that_stay)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    (void)site_redeem(site, token, "ida", SITE_PASSWORD, &verdict);
    expect(INV_OK);
    site_delete(site, "uid=ida," SITE_PEOPLE);
    site_next_second();
    redeem_with(refuse_after_the_add, "ida");
    expect(INV_TIMEOUT);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=ida)"), 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=ida@example.org)"), 1);
    redeem_with(refuse_the_removal, "ida");
    expect(INV_TIMEOUT);
    redeem(NULL, "ida", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=ida@example.org)"), 0);
    inv_token_free(&token);
}
END_TEST

static Suite *open_suite(void)
{
    Suite *suite = suite_create("redeem_open");
    TCase *tests = tcase_create("open");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_test(tests, an_account_without_an_invite);
    tcase_add_test(tests, again_with_the_same_and_with_another_password);
    tcase_add_test(tests, a_lost_answer_is_read_back);
    tcase_add_test(tests, two_flights_and_one_write);
    tcase_add_test(tests, names_that_others_have);
    if (slapd_kind() == SLAPD_OPENLDAP)
        tcase_add_test(tests, only_a_new_account_is_registered_again);
    tcase_add_test(tests, names_that_an_invite_is_for);
    tcase_add_test(tests, reserved_names_and_weak_passwords);
    tcase_add_test(tests, no_clear_password_before_init_saw_it_hashed);
    tcase_add_test(tests, only_where_it_is_configured);
    if (slapd_kind() == SLAPD_OPENLDAP)
        tcase_add_test(tests, an_earlier_holders_pairs_go_when_it_is_repeated);
    tcase_add_test(tests, an_earlier_holders_pairs_go);
    tcase_add_test(tests, an_earlier_holders_pairs_that_stay);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return suite_run(open_suite());
}
