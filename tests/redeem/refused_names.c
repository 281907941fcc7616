/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/redeem/refused_names.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

START_TEST(a_taken_name)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    redeem(token, "alice", SITE_PASSWORD);
    expect(INV_NAME_TAKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "nottaken", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

/* Only the add tells: the use that was claimed goes back. */
START_TEST(a_name_taken_that_the_search_does_not_find)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    inv_domain *domain = site_domain(site);
    char *filter = domain->name_filter;
    char by_jid[] = "(xmppJid=%j)";

    site_modify(site, "dn: uid=hidden," SITE_PEOPLE "\nchangetype: add\n"
                      "objectClass: inetOrgPerson\ncn: hidden\nsn: hidden\n");
    domain->name_filter = by_jid;
    redeem(token, "hidden", SITE_PASSWORD);
    expect(INV_NAME_TAKEN);
    site_expect(site, token, 1, 0, 0, 0, 0);
    domain->name_filter = filter;
    inv_token_free(&token);
}
END_TEST

START_TEST(a_reserved_name)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem(token, "postmaster", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* --------------------------------------------------------------------------------- preset names */

START_TEST(a_preset_name)
{
    struct site_request request;
    inv_token *preset;
    inv_token *plain = site_invite(site, NULL, 1);

    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    site_request_user(site, &request, "preset");
    preset = site_create(site, &request);
    redeem(preset, "notpreset", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    ck_assert_str_eq(verdict.text, "This invite is for preset.");
    (void)site_check(site, preset, "notpreset", &verdict);
    expect(INV_NAME_RESERVED);
    ck_assert_str_eq(verdict.text, "This invite is for preset.");
    redeem(plain, "preset", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    ck_assert_str_eq(verdict.text, "");
    site_expect(site, plain, 1, 0, 0, 0, 0);
    redeem(preset, "preset", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, preset, 0, 0, 1, 1, 1);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(objectClass=xmppNameReservation)"), 0);
    redeem(plain, "preset", SITE_PASSWORD);
    expect(INV_NAME_TAKEN);
    inv_token_free(&preset);
    inv_token_free(&plain);
}
END_TEST

/* Whose name it is for is nobody's business but that of who holds a good token. */
START_TEST(a_name_is_told_with_a_good_token_only)
{
    static const inv_invite_type types[] = {INV_INVITE_ACCOUNT, INV_INVITE_RESET};
    struct site_request request;
    inv_token *token;

    site_request(site, &request, types[_i], NULL);
    site_request_user(site, &request, types[_i] == INV_INVITE_RESET ? "alice" : "mine");
    token = site_create(site, &request);
    redeem(token, "notmine", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    ck_assert_str_eq(verdict.text, types[_i] == INV_INVITE_RESET ? "This invite is for alice."
                                                                 : "This invite is for mine.");
    (void)site_check(site, token, "notmine", &verdict);
    expect(INV_NAME_RESERVED);
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    redeem(token, "notmine", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert_str_eq(verdict.text, "");
    ck_assert_ptr_null(strstr(verdict.why, "alice"));
    (void)site_check(site, token, "notmine", &verdict);
    expect(INV_BAD_TOKEN);
    ck_assert_str_eq(verdict.text, "");
    inv_token_free(&token);
}
END_TEST

START_TEST(a_reservation_ends_with_its_invite)
{
    struct site_request request;
    inv_token *preset;
    inv_token *plain = site_invite(site, NULL, 1);

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, "ended");
    request.request.expires = time(NULL) - 1;
    preset = site_create(site, &request);
    redeem(plain, "ended", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&preset);
    inv_token_free(&plain);
}
END_TEST

/* An entry that is there but cannot be read is no free name. */
START_TEST(a_reservation_that_is_none)
{
    inv_token *token = site_invite(site, NULL, 1);

    site_modify(site, "dn: inviteUser=odd," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: device\nobjectClass: extensibleObject\ncn: odd\n"
                      "inviteUser: odd\n");
    redeem(token, "odd", SITE_PASSWORD);
    expect(INV_CONFIG);
    leftover_reservation(site, "odder", "no id of an invite");
    redeem(token, "odder", SITE_PASSWORD);
    expect(INV_CONFIG);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

void refused_names_add(TCase *refused)
{
    tcase_add_test(refused, a_taken_name);
    tcase_add_test(refused, a_name_taken_that_the_search_does_not_find);
    tcase_add_test(refused, a_reserved_name);
    tcase_add_test(refused, a_preset_name);
    tcase_add_loop_test(refused, a_name_is_told_with_a_good_token_only, 0, 2);
    tcase_add_test(refused, a_reservation_ends_with_its_invite);
    tcase_add_test(refused, a_reservation_that_is_none);
}
