/* SPDX-License-Identifier: BSD-2-Clause */
/* Slips of the access rules: what invitegate cannot read permits nothing. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* The invitegate identity cannot read one attribute; nothing may follow from its absence. */
static void hide(const char *attribute, const char *container)
{
    char *edit = NULL;

    if (slapd_kind() == SLAPD_389DS) {
        site_modify(site,
                    "dn: %s\nchangetype: modify\nadd: aci\naci: (targetattr = \"%s\")(version 3.0; "
                    "acl \"hidden\"; deny (read, search, compare) userdn = \"ldap:///anyone\";)\n",
                    container, attribute);
        return;
    }
    ck_assert_int_gt(asprintf(&edit,
                              "s|^include .*invitegate-acl.conf|access to dn.onelevel=\"%s\" "
                              "attrs=%s by * none\\n&|",
                              container, attribute),
                     0);
    site_restart(site, "slapd.conf", edit);
    free(edit);
}

START_TEST(hidden_terms)
{
    static const char *const terms[] = {"inviteType",     "inviteDomain",  "inviteUses",
                                        "inviteUsesLeft", "inviteExpires", "inviteKeyId"};
    inv_token *token = site_invite(site, "alice@example.org", 1);

    hide(terms[_i], SITE_INVITES);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_CONFIG);
    redeem(token, "hiddenterms", SITE_PASSWORD);
    expect(INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, terms[_i]) != NULL, "%s", verdict.why);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* An invite that has every attribute that restricts; hidden, none of them permits. */
START_TEST(hidden_restrictions)
{
    static const char *const terms[] = {"inviteUser", "inviteAccountExpires", "inviteInviter",
                                        "inviteRosterSubscription", "inviteTerms"};
    struct site_request request;
    inv_token *token;

    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    site_request_user(site, &request, "hiddenuser");
    request.request.account_expires = "1d";
    token = site_create(site, &request);
    hide(terms[_i], SITE_INVITES);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_CONFIG);
    (void)site_check(site, token, "hiddenuser", &verdict);
    expect(INV_CONFIG);
    redeem(token, "hiddenuser", SITE_PASSWORD);
    expect(INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, terms[_i]) != NULL, "%s", verdict.why);
    redeem(token, "another", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_expect(site, token, 1, 0, 0, 0, 0);
    /* and who finds that out can still end it */
    (void)site_revoke(site, token);
    site_expect(site, token, -2, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_hidden_state_of_the_account)
{
    inv_token *token;

    site_add_account(site, "hiddenstate");
    token = site_reset_invite(site, "hiddenstate");
    hide("inviteAccountState", SITE_INVITES);
    (void)site_check(site, token, NULL, &verdict);
    expect(INV_CONFIG);
    redeem(token, "hiddenstate", "another long password");
    expect(INV_CONFIG);
    ck_assert(site_login(site, "hiddenstate", SITE_PASSWORD));
    inv_token_free(&token);
}
END_TEST

START_TEST(a_hidden_age_of_the_inviter)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    hide("createTimestamp", SITE_PEOPLE);
    redeem(token, "hiddenage", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* Nothing is old because its age is hidden: neither a claim, nor a reservation before its invite.
 */
START_TEST(a_hidden_age_of_what_is_held)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_token *other = site_invite(site, NULL, 1);

    leftover_claim(site, token, "held@example.org", LEFTOVER_NONCE, 1);
    leftover_reservation(site, "coming", NULL);
    hide("modifyTimestamp", SITE_INVITES);
    redeem(token, "notheld", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_expect(site, token, 0, 1, 0, 0, 0);
    redeem(other, "coming", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_expect(site, other, 1, 0, 0, 0, 0);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_hidden");
    TCase *hidden = tcase_create("hidden");

    tcase_set_timeout(hidden, 60);
    tcase_add_checked_fixture(hidden, fixture_start_aged, fixture_stop);
    tcase_add_loop_test(hidden, hidden_terms, 0, 6);
    tcase_add_loop_test(hidden, hidden_restrictions, 0, 5);
    tcase_add_test(hidden, a_hidden_state_of_the_account);
    tcase_add_test(hidden, a_hidden_age_of_the_inviter);
    tcase_add_test(hidden, a_hidden_age_of_what_is_held);
    suite_add_tcase(suite, hidden);
    return suite_run(suite);
}
