/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/account.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/* What a directory refuses by rules of its own, and who is told what of it. */

#define NEW_PASSWORD "the password of a reset"

static const char overlays[] = "moduleload unique\n"
                               "overlay unique\n"
                               "unique_uri ldap:///" SITE_PEOPLE "?mail?sub\n"
                               "moduleload constraint\n"
                               "overlay constraint\n"
                               "constraint_attribute sn regex ^[^z]*$\n";

static void start(void)
{
    const struct site_settings settings = {
        .extra_conf = overlays,
        .domain_lines = "password_verifiers = server\naccount_attributes = cn=%u sn=%u mail=%j",
    };

    fixture_start_aged_with(&settings);
}

#define expect_why(words)                                                                          \
    ck_assert_msg(strstr(verdict.why, words) != NULL, "no \"%s\" in: %s", words, verdict.why)

/* -------------------------------------------------------------------- a 19 that is no policy's */

/* slapo-unique: the address of the name stands at somebody who has another one. */
START_TEST(a_value_of_the_name_elsewhere)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    site_modify(site, "dn: uid=carol," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "uid: carol\ncn: carol\nsn: C\nmail: bob@example.org\n");
    redeem(token, "bob", SITE_PASSWORD);
    expect(INV_NAME_TAKEN);
    expect_why("uid=carol," SITE_PEOPLE);
    ck_assert_str_eq(verdict.text, "");
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "bobby", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

/* The value's holder is outside what is searched for names. */
START_TEST(a_value_outside_the_search_base)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_domain *domain = site_domain(site);
    char *base = domain->name_search_base;
    char narrow[] = "ou=staff," SITE_PEOPLE;

    site_modify(site, "dn: ou=staff," SITE_PEOPLE "\nchangetype: add\n"
                      "objectClass: organizationalUnit\nou: staff\n\n"
                      "dn: uid=dora," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "uid: dora\ncn: dora\nsn: D\nmail: dan@example.org\n");
    domain->name_search_base = narrow;
    redeem(token, "dan", SITE_PASSWORD);
    expect(INV_NAME_TAKEN);
    domain->name_search_base = base;
    inv_token_free(&token);
}
END_TEST

/* slapo-constraint: its words have the rule in them, which is nobody's business but the admin's. */
START_TEST(a_constraint_is_for_the_admin)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    redeem(token, "zoe", SITE_PASSWORD);
    expect(INV_CONFIG);
    expect_why("constraint");
    ck_assert_str_eq(verdict.text, "");
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "joe", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------ the password policy */

START_TEST(weak_passwords_in_the_words_clients_know)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_token *reset = site_account_and_reset(site, "ria");

    redeem(token, "rob", "short");
    expect(INV_PASSWORD_REFUSED);
    ck_assert_str_eq(verdict.text,
                     "Please use a longer password.\nPassword fails quality checking policy");
    ck_assert_str_eq(inv_verdict_words(&verdict), "Password fails quality checking policy");
    redeem(reset, "ria", "short");
    expect(INV_PASSWORD_REFUSED);
    ck_assert_ptr_nonnull(strstr(verdict.text, "Please use a longer password.\n"));
    inv_token_free(&token);
    inv_token_free(&reset);
}
END_TEST

/* pwdMinAge: no fault of the password, and no right is missing. */
START_TEST(a_password_too_young_to_be_changed)
{
    inv_token *first = site_account_and_reset(site, "yara");
    inv_token *second;

    redeem(first, "yara", NEW_PASSWORD);
    expect(INV_OK);
    site_modify(site, "dn: cn=default,ou=policies," SITE_BASE "\nchangetype: modify\n"
                      "replace: pwdMinAge\npwdMinAge: 3600\n");
    second = site_reset_invite(site, "yara");
    redeem(second, "yara", "yet another password");
    site_modify(site, "dn: cn=default,ou=policies," SITE_BASE "\nchangetype: modify\n"
                      "delete: pwdMinAge\n");
    expect(INV_PASSWORD_REFUSED);
    expect_why("pwdMinAge");
    expect_why("passwordTooYoung");
    ck_assert_str_eq(verdict.text,
                     "The password was changed too recently. Please try again later.");
    site_expect(site, second, 1, 0, 0, 0, 0);
    redeem(second, "yara", "yet another password");
    expect(INV_OK);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

/* ----------------------------------------------------------------- part of the tree elsewhere */

/* Who has a name cannot be told by half the tree: the one who has it may be in the other half. */
START_TEST(a_search_reference_decides_nothing)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_jid *name = site_name(site, "half");
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));
    inv_account *account = NULL;
    inv_call call;

    site_modify(site, "dn: ou=branch," SITE_PEOPLE "\nchangetype: add\nobjectClass: referral\n"
                      "objectClass: extensibleObject\nou: branch\n"
                      "ref: ldap://branch.example/ou=branch," SITE_PEOPLE "\n");
    redeem(token, "half", SITE_PASSWORD);
    expect(INV_CONFIG);
    expect_why("ldap://branch.example");
    expect_why("name_search_base");
    ck_assert_uint_eq(site_values(site, dn, "inviteClaim"), 0);
    (void)site_check(site, token, "half", &verdict);
    expect(INV_CONFIG);
    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_account_find(&call, name, &account), INV_CONFIG);
    ck_assert_ptr_null(account);
    inv_call_end(&call);
    free(dn);
    inv_jid_free(&name);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("constraint");
    TCase *rules = tcase_create("rules");
    TCase *elsewhere = tcase_create("elsewhere");

    tcase_set_timeout(rules, 60);
    tcase_add_unchecked_fixture(rules, start, fixture_stop);
    tcase_add_test(rules, a_value_of_the_name_elsewhere);
    tcase_add_test(rules, a_value_outside_the_search_base);
    tcase_add_test(rules, a_constraint_is_for_the_admin);
    tcase_add_test(rules, weak_passwords_in_the_words_clients_know);
    tcase_add_test(rules, a_password_too_young_to_be_changed);
    suite_add_tcase(suite, rules);
    tcase_set_timeout(elsewhere, 60);
    tcase_add_checked_fixture(elsewhere, start, fixture_stop);
    tcase_add_test(elsewhere, a_search_reference_decides_nothing);
    suite_add_tcase(suite, elsewhere);
    return suite_run(suite);
}
