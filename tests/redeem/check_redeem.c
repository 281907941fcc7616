/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/pair.h"
#include "invitegate/secret.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/* Registrations that run through in a real directory, and what becomes of inviters and old names.
 */

#define GROUPS "ou=groups,dc=example,dc=org"

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines =
            "password_verifiers = server\n"
            "allowed_groups = cn=friends," GROUPS " cn=shell," GROUPS " cn=gone," GROUPS "\n",
    };

    fixture_start_aged_with(&settings);
}

/* ---------------------------------------------------------------------------- what runs through */

START_TEST(an_account_with_its_inviter)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    redeem(token, "bob", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    site_expect_value(site, "uid=bob," SITE_PEOPLE, "xmppJid", "bob@example.org");
    site_expect_value(site, "uid=bob," SITE_PEOPLE, "inviteId", inv_token_id(token));
    site_expect_value(site, "uid=bob," SITE_PEOPLE, "xmppInvitedBy", "alice@example.org");
    site_expect_value(site, "uid=bob," SITE_PEOPLE, "mail", "bob@example.org");
    site_expect_value(site, "rosterPairId=bbdaffa18baf98a76157b906b0bbd2ca2ec47653," SITE_ROSTERS,
                      "rosterGroup", "Invited");
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS,
                                 "(&(rosterMember=bob)(rosterMember=alice)(xmppContactJid=bob@"
                                 "example.org)(xmppContactJid=alice@example.org))"),
                      1);
    ck_assert(site_login(site, "bob", SITE_PASSWORD));
    ck_assert(!site_login(site, "bob", "some other password"));
    inv_token_free(&token);
}
END_TEST

static inv_token *invite_without_pair(const char *inviter, long uses)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, inviter);
    request.request.no_pair = true;
    request.request.uses = uses;
    return site_create(site, &request);
}

START_TEST(an_inviter_who_becomes_no_contact)
{
    inv_token *once = invite_without_pair("alice@example.org", 1);
    inv_token *often = invite_without_pair("alice@example.org", 0);

    redeem(once, "apart", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, once, 0, 0, 1, 1, 0);
    site_expect_value(site, "uid=apart," SITE_PEOPLE, "xmppInvitedBy", "alice@example.org");
    for (int i = 0; i < 2; i++) { /* again, it lacks nothing */
        redeem(often, "apart2", SITE_PASSWORD);
        expect(INV_OK);
        site_expect(site, often, 1, 0, 0, 1, 0);
    }
    inv_token_free(&once);
    inv_token_free(&often);
}
END_TEST

START_TEST(an_inviter_who_becomes_no_contact_and_is_gone)
{
    inv_token *token;

    site_add_account(site, "voucher");
    token = invite_without_pair("voucher@example.org", 1);
    site_delete(site, "uid=voucher," SITE_PEOPLE);
    redeem(token, "unvouched", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_account_without_an_inviter)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem(token, "lone", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_contact_account_with_roster_group_and_end)
{
    struct site_request request;
    inv_token *token;
    char *expires;

    site_add_account(site, "cecile");
    site_request(site, &request, INV_INVITE_CONTACT_ACCOUNT, "alice@example.org");
    site_request_contact(&request, "cecile@example.org");
    request.request.roster_group = "Chess club";
    request.request.account_expires = "30d";
    token = site_create(site, &request);
    redeem(token, "carl", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 2);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS,
                                 "(&(xmppContactJid=carl@example.org)(rosterGroup=Chess club))"),
                      2);
    expires = site_value(site, "uid=carl," SITE_PEOPLE, "xmppAccountExpires");
    ck_assert_ptr_nonnull(expires);
    ck_assert_uint_eq(strlen(expires), strlen("20260101000000Z"));
    free(expires);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_unlimited_invite_makes_no_claims)
{
    inv_token *token = site_invite(site, "alice@example.org", 0);

    redeem(token, "u1", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "u2", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "u1", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "u1", "some other password");
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 2, 2);
    inv_token_free(&token);
}
END_TEST

/* Somebody has taken the pair away since: without a claim of its own a repetition owes nothing. */
START_TEST(an_unlimited_invite_restores_no_pair)
{
    inv_token *token = site_invite(site, "alice@example.org", 0);
    char *dn;

    redeem(token, "mend", SITE_PASSWORD);
    expect(INV_OK);
    dn = inv_pair_dn(site_domain(site), "mend@example.org", "alice@example.org");
    site_delete(site, dn);
    free(dn);
    redeem(token, "mend", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 1, 0, 0, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(three_uses_and_no_more)
{
    inv_token *token = site_invite(site, "alice@example.org", 3);

    redeem(token, "m1", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "m2", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 1, 0, 2, 2, 2);
    redeem(token, "m3", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "m4", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    redeem(token, "m2", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 3, 3, 3);
    inv_token_free(&token);
}
END_TEST

START_TEST(again_with_the_same_and_with_another_password)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem(token, "again", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "again", SITE_PASSWORD);
    expect(INV_OK);
    redeem(token, "again", "some other password");
    expect(INV_BAD_TOKEN);
    redeem(token, "another", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, "again", SITE_PASSWORD));
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(groups_of_both_kinds)
{
    struct site_request request;
    const char *const groups[] = {"cn=friends," GROUPS, "cn=shell," GROUPS, "cn=gone," GROUPS,
                                  NULL};
    inv_token *token;

    site_modify(site, "dn: cn=friends," GROUPS "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "cn: friends\nmember: uid=alice," SITE_PEOPLE "\n\n"
                      "dn: cn=shell," GROUPS "\nchangetype: add\nobjectClass: posixGroup\n"
                      "cn: shell\ngidNumber: 5000\n");
    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    request.request.groups = groups;
    token = site_create(site, &request);
    redeem(token, "grouped", SITE_PASSWORD);
    expect(INV_OK); /* although one of the groups does not exist */
    ck_assert_uint_eq(
        site_count(site, GROUPS, "(&(cn=friends)(member=uid=grouped," SITE_PEOPLE "))"), 1);
    ck_assert_uint_eq(site_count(site, GROUPS, "(&(cn=shell)(memberUid=grouped))"), 1);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(five_round_trips_and_four_writes)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    (void)site_redeem_in(&call, token, "counted", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(counter->flights, 5);
    ck_assert_uint_eq(counter->writes, 4);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    inv_token_free(&token);
}
END_TEST

/* Nobody checked the token: it is judged before anybody asks who has the name. */
START_TEST(one_round_trip_more_without_a_check)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_jid *name = site_name(site, "unchecked");
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    (void)inv_redeem(&call,
                     &(inv_redeem_request){token, name, password, INV_ALLOW_REGISTRATION, 0});
    expect(INV_OK);
    ck_assert_uint_eq(counter->flights, 6);
    ck_assert_uint_eq(counter->writes, 4);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    inv_jid_free(&name);
    inv_secret_free(&password);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------------- inviters */

static inv_token *invite_by(const char *local)
{
    inv_token *token;
    char *jid = NULL;

    site_add_account(site, local);
    ck_assert_int_gt(asprintf(&jid, "%s@example.org", local), 0);
    site_next_second();
    token = site_invite(site, jid, 1);
    free(jid);
    return token;
}

START_TEST(an_inviter_who_is_gone)
{
    inv_token *token = invite_by("goner");

    site_delete(site, "uid=goner," SITE_PEOPLE);
    (void)site_check(site, token, "orphan", &verdict);
    expect(INV_BAD_TOKEN);
    redeem(token, "orphan", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    site_next_second();
    site_add_account(site, "goner"); /* somebody new */
    redeem(token, "orphan", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* The other contact, who comes behind, would cost the pair only. */
START_TEST(an_inviter_who_is_gone_beside_another_contact)
{
    struct site_request request;
    inv_token *token;

    site_add_account(site, "gone1");
    site_add_account(site, "gone2");
    site_next_second();
    site_request(site, &request, INV_INVITE_ACCOUNT, "gone1@example.org");
    site_request_contact(&request, "gone2@example.org");
    token = site_create(site, &request);
    site_delete(site, "uid=gone1," SITE_PEOPLE);
    site_delete(site, "uid=gone2," SITE_PEOPLE);
    redeem(token, "orphan4", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_inviter_who_is_disabled)
{
    inv_token *token = invite_by("locked");

    site_lock_account(site, "locked");
    redeem(token, "orphan2", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_inviter_whose_account_expired)
{
    inv_token *token = invite_by("guest");

    site_modify(site, "dn: uid=guest," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: xmppAccountExpires\nxmppAccountExpires: 20200101000000Z\n");
    redeem(token, "orphan3", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

START_TEST(no_pair_with_a_gone_inviter)
{
    inv_token *token = invite_by("parted");

    site_domain(site)->inviter_gone_refuse = false;
    site_delete(site, "uid=parted," SITE_PEOPLE);
    redeem(token, "nopair", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_contact_who_is_gone_costs_the_pair_only)
{
    struct site_request request;
    inv_token *token;

    site_add_account(site, "third");
    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    site_request_contact(&request, "third@example.org");
    token = site_create(site, &request);
    site_delete(site, "uid=third," SITE_PEOPLE);
    redeem(token, "withoutthird", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* ---------------------------------------------------------------------- what is gone stays gone */

START_TEST(a_name_made_again_inherits_no_pair)
{
    struct site_request request;
    inv_token *first = site_invite(site, "alice@example.org", 1);
    inv_token *second;

    site_add_account(site, "dora");
    redeem(first, "heir", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, first, 0, 0, 1, 1, 1);
    site_delete(site, "uid=heir," SITE_PEOPLE);
    site_request(site, &request, INV_INVITE_ACCOUNT, "dora@example.org");
    second = site_create(site, &request);
    redeem(second, "heir", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=heir@example.org)"), 1);
    site_expect(site, second, 0, 0, 1, 1, 1);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

START_TEST(a_name_made_again_by_the_same_inviter)
{
    struct site_request request;
    inv_token *first = site_invite(site, "alice@example.org", 1);
    inv_token *second;

    redeem(first, "heir2", SITE_PASSWORD);
    expect(INV_OK);
    site_delete(site, "uid=heir2," SITE_PEOPLE);
    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    request.request.roster_group = "New";
    second = site_create(site, &request);
    redeem(second, "heir2", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, second, 0, 0, 1, 1, 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(rosterGroup=New)"), 1);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

START_TEST(a_finished_use_stays_finished)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    redeem(token, "deleted", SITE_PASSWORD);
    expect(INV_OK);
    site_delete(site, "uid=deleted," SITE_PEOPLE);
    redeem(token, "deleted", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    redeem(token, "deleted2", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem");
    TCase *through = tcase_create("through");
    TCase *inviters = tcase_create("inviters");

    tcase_set_timeout(through, 60);
    tcase_add_unchecked_fixture(through, start, fixture_stop);
    tcase_add_test(through, an_account_with_its_inviter);
    tcase_add_test(through, an_account_without_an_inviter);
    tcase_add_test(through, an_inviter_who_becomes_no_contact);
    tcase_add_test(through, an_inviter_who_becomes_no_contact_and_is_gone);
    tcase_add_test(through, a_contact_account_with_roster_group_and_end);
    tcase_add_test(through, an_unlimited_invite_makes_no_claims);
    tcase_add_test(through, an_unlimited_invite_restores_no_pair);
    tcase_add_test(through, three_uses_and_no_more);
    tcase_add_test(through, again_with_the_same_and_with_another_password);
    tcase_add_test(through, groups_of_both_kinds);
    tcase_add_test(through, five_round_trips_and_four_writes);
    tcase_add_test(through, one_round_trip_more_without_a_check);
    suite_add_tcase(suite, through);
    tcase_set_timeout(inviters, 60);
    tcase_add_unchecked_fixture(inviters, start, fixture_stop);
    tcase_add_test(inviters, an_inviter_who_is_gone);
    tcase_add_test(inviters, an_inviter_who_is_gone_beside_another_contact);
    tcase_add_test(inviters, an_inviter_who_is_disabled);
    tcase_add_test(inviters, an_inviter_whose_account_expired);
    tcase_add_test(inviters, no_pair_with_a_gone_inviter);
    tcase_add_test(inviters, a_contact_who_is_gone_costs_the_pair_only);
    tcase_add_test(inviters, a_name_made_again_inherits_no_pair);
    tcase_add_test(inviters, a_name_made_again_by_the_same_inviter);
    tcase_add_test(inviters, a_finished_use_stays_finished);
    suite_add_tcase(suite, inviters);
    return suite_run(suite);
}
