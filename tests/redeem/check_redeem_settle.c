/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/pair.h"
#include "invitegate/secret.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/*
 * What an invite gave, and an admin has taken away since, the same token does not give again:
 * whichever way it comes back, whatever has become of the invite, with the right password or
 * without.
 */

#define CLUB "cn=club,ou=groups," SITE_BASE

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines = "password_verifiers = server\nallowed_groups = " CLUB "\n",
    };

    fixture_start_with(&settings);
    site_modify(site, "dn: " CLUB "\nchangetype: add\nobjectClass: groupOfNames\ncn: club\n"
                      "member: uid=alice," SITE_PEOPLE "\n");
    site_next_second();
}

static inv_token *invite_to_club(inv_invite_type type, long uses)
{
    const char *const groups[] = {CLUB, NULL};
    struct site_request request;

    site_request(site, &request, type, "alice@example.org");
    request.request.groups = groups;
    request.request.uses = uses;
    return site_create(site, &request);
}

static bool is_member(const char *local)
{
    return site_count(site, CLUB, "(member=uid=%s," SITE_PEOPLE ")", local) == 1;
}

static void take_away(const char *local)
{
    char jid[64];
    char *dn;

    (void)snprintf(jid, sizeof(jid), "%s@example.org", local);
    dn = inv_pair_dn(site_domain(site), jid, "alice@example.org");
    site_modify(
        site, "dn: " CLUB "\nchangetype: modify\ndelete: member\nmember: uid=%s," SITE_PEOPLE "\n",
        local);
    site_delete(site, dn);
    free(dn);
}

static size_t pairs_of(const char *local)
{
    return site_count(site, SITE_ROSTERS, "(xmppContactJid=%s@example.org)", local);
}

static void expect_nothing_given(const inv_token *token, const char *local)
{
    redeem(token, local, "some other password");
    expect(INV_BAD_TOKEN);
    ck_assert(!is_member(local));
    ck_assert_uint_eq(pairs_of(local), 0);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    (void)redeem_login(token, local, "some other password");
    ck_assert_int_eq(redeem_login(token, local, SITE_PASSWORD), INV_OK);
    ck_assert(!is_member(local));
    ck_assert_uint_eq(pairs_of(local), 0);
}

enum { STAYS, REVOKED, EXPIRED, FATES };

/* Used up, or with uses left, or unlimited; then as it is, revoked, or expired. */
START_TEST(what_was_taken_away_is_not_given_again)
{
    static const long uses[] = {1, 2, 0};
    long of = uses[_i / FATES];
    inv_token *token = invite_to_club(INV_INVITE_ACCOUNT, of);
    char local[32];

    (void)snprintf(local, sizeof(local), "mallory%d", _i);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(is_member(local));
    ck_assert_uint_eq(pairs_of(local), 1);
    take_away(local);
    if (_i % FATES == REVOKED)
        ck_assert_int_eq(site_revoke(site, token), INV_OK);
    if (_i % FATES == EXPIRED)
        leftover_terms(site, token, "inviteExpires", "20200101000000Z");
    expect_nothing_given(token, local);
    inv_token_free(&token);
}
END_TEST

START_TEST(nor_by_an_invite_that_is_for_a_contact_too)
{
    inv_token *token = invite_to_club(INV_INVITE_CONTACT_ACCOUNT, 2);

    redeem(token, "vic", SITE_PASSWORD);
    expect(INV_OK);
    take_away("vic");
    expect_nothing_given(token, "vic");
    (void)site_redeem_contact(site, token, "vic@example.org", &verdict);
    expect(INV_OK);
    ck_assert(!is_member("vic"));
    ck_assert_uint_eq(pairs_of("vic"), 0);
    inv_token_free(&token);
}
END_TEST

/* A claim that is one too many (the account has its use already) owes nothing either. */
START_TEST(nor_for_a_surplus_claim)
{
    inv_token *token = invite_to_club(INV_INVITE_ACCOUNT, 3);

    redeem(token, "twice", SITE_PASSWORD);
    expect(INV_OK);
    take_away("twice");
    leftover_claim(site, token, "twice@example.org", LEFTOVER_NONCE, 2);
    expect_nothing_given(token, "twice");
    site_expect(site, token, 1, 1, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* Begun before, revoked since: the account stays, and gets nothing more. */
START_TEST(a_revoked_invite_with_a_standing_claim)
{
    inv_token *token = invite_to_club(INV_INVITE_ACCOUNT, 1);

    leftover_claim(site, token, "late@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "late");
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    expect_nothing_given(token, "late");
    site_expect(site, token, -1, 1, 0, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* Its own claim stands: whoever proves the password gets all that was promised. */
START_TEST(a_standing_claim_is_owed_its_group)
{
    inv_token *token = invite_to_club(INV_INVITE_ACCOUNT, 1);

    leftover_claim(site, token, "owed@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "owed");
    redeem(token, "owed", "some other password");
    expect(INV_BAD_TOKEN);
    ck_assert(!is_member("owed"));
    redeem(token, "owed", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(is_member("owed"));
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* The password was set by this token; another one behind it records nothing. */
START_TEST(a_reset_is_finished_by_its_password_only)
{
    inv_token *token;
    char *nonce;

    site_add_account(site, "forgetful");
    token = site_reset_invite(site, "forgetful");
    redeem(token, "forgetful", "staple battery horse");
    expect(INV_OK);
    nonce = site_value(site, "uid=forgetful," SITE_PEOPLE, "inviteNonce");
    ck_assert_ptr_nonnull(nonce);
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteUsedBy\n-\n"
                "add: inviteClaim\ninviteClaim: forgetful@example.org " LEFTOVER_NONCE "\n",
                inv_token_id(token));
    redeem(token, "forgetful", "some other password");
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 1, 0, 0, 0);
    redeem(token, "forgetful", "staple battery horse");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 0);
    free(nonce);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_settle");
    TCase *tests = tcase_create("settle");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_loop_test(tests, what_was_taken_away_is_not_given_again, 0, 3 * FATES);
    tcase_add_test(tests, nor_by_an_invite_that_is_for_a_contact_too);
    tcase_add_test(tests, nor_for_a_surplus_claim);
    tcase_add_test(tests, a_revoked_invite_with_a_standing_claim);
    tcase_add_test(tests, a_standing_claim_is_owed_its_group);
    tcase_add_test(tests, a_reset_is_finished_by_its_password_only);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
