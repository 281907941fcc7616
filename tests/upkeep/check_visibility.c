/* SPDX-License-Identifier: BSD-2-Clause */
/* Who cannot see the accounts must not take them for gone. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/repair.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"

#define ALICE "alice@example.org"
#define OTHER "ou=other,dc=example,dc=org"

/* A second domain is configured, and not set up yet. */
static void start(void)
{
    const struct site_settings settings = {
        .sections =
            "[domain other.example]\ninvites = ou=invites," OTHER "\npeople = ou=people," OTHER
            "\nrosters = ou=rosters," OTHER "\nname_search_base = " OTHER "\nclaim_grace = 20m\n",
    };

    site = site_start(&settings);
}

static inv_result repair(void)
{
    const inv_repair_visitor visitor = observer_start(NULL, NULL);
    inv_result result;
    size_t left = 0;
    inv_call call;

    verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, &verdict);
    result = inv_repair(&call, false, &visitor, &left);
    inv_call_end(&call);
    return result;
}

static void let_all_age(void)
{
    site_domain(site)->claim_grace = 1;
    for (int i = 0; i < 3; i++)
        site_next_second();
}

START_TEST(where_no_account_is_there_is_nothing_to_see)
{
    leftover_pair(site, NULL, "gone@example.org", "eve@elsewhere.example");
    let_all_age();
    ck_assert_int_eq(repair(), INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=gone@example.org)"), 0);
}
END_TEST

/* An account with its pair, whose attempt died before it was finished. */
static inv_token *unfinished_account(const char *local)
{
    inv_token *token = site_invite(site, ALICE, 1);
    char jid[64];

    (void)snprintf(jid, sizeof(jid), "%s@example.org", local);
    leftover_claim(site, token, jid, LEFTOVER_NONCE, 1);
    leftover_account(site, token, local);
    leftover_pair(site, token, jid, ALICE);
    let_all_age();
    return token;
}

static void expect_untouched(const inv_token *token)
{
    ck_assert_int_eq(repair(), INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, "name_filter") != NULL, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, SITE_PEOPLE) != NULL, "%s", verdict.why);
    site_expect(site, token, 0, 1, 0, 1, 1);
}

START_TEST(a_filter_that_finds_nobody)
{
    inv_domain *domain = site_domain(site);
    char *filter = domain->name_filter;
    char mistyped[] = "(|(ou=%u)(mail=x%j))";
    inv_token *token;

    site_add_account(site, "alice");
    site_next_second();
    token = unfinished_account("bob");
    domain->name_filter = mistyped;
    expect_untouched(token);
    domain->name_filter = filter;
    ck_assert_int_eq(repair(), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* A rule in front of all others; in 389 DS a deny wins wherever it stands. */
static void hide_names(const inv_token *token, bool hide)
{
    if (slapd_kind() == SLAPD_389DS) {
        site_modify(site,
                    "dn: " SITE_PEOPLE
                    "\nchangetype: modify\n%s: aci\naci: (targetattr = \"xmppJid\")"
                    "(version 3.0; acl \"hidden\"; deny (read, search, compare) "
                    "userdn = \"ldap:///all\";)\n",
                    hide ? "add" : "delete");
        return;
    }
    site_restart(site, "invitegate-acl.conf", hide ? "1i access to attrs=xmppJid by * none" : "1d");
    /* reads are asked again on a new connection, writes are not */
    (void)site_check(site, token, NULL, &verdict);
}

START_TEST(names_that_are_hidden)
{
    inv_token *token = unfinished_account("carl");

    hide_names(token, true);
    expect_untouched(token);
    hide_names(token, false);
    ck_assert_int_eq(repair(), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* What is not to be seen in one domain is left alone, and stops nothing in another. */
START_TEST(another_domain_that_is_not_there)
{
    leftover_pair(site, NULL, "nobody@example.org", "eve@other.example");
    leftover_pair(site, NULL, ALICE, "eve@other.example");
    let_all_age();
    ck_assert_msg(repair() == INV_OK, "%s", verdict.why);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=nobody@example.org)"), 0);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=eve@other.example)"), 1);
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 1);
}
END_TEST

/* It is there by now, with an account, and its filter finds none. */
START_TEST(a_filter_of_another_domain_that_finds_nobody)
{
    inv_domain *other = site_domain(site);
    char *filter = NULL;
    char mistyped[] = "(|(ou=%u)(mail=x%j))";

    other += strcmp(other->name, "other.example") == 0 ? 0 : 1;
    site_modify(site,
                "dn: " OTHER "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                "dn: ou=people," OTHER "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                "dn: uid=eve,ou=people," OTHER "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\nuid: eve\ncn: eve\nsn: eve\n"
                "xmppJid: eve@other.example\n");
    let_all_age();
    filter = other->name_filter;
    other->name_filter = mistyped;
    ck_assert_msg(repair() == INV_OK, "%s", verdict.why);
    other->name_filter = filter;
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=eve@other.example)"), 1);
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("visibility");
    TCase *visible = tcase_create("visibility");

    tcase_set_timeout(visible, 60);
    tcase_add_unchecked_fixture(visible, start, fixture_stop);
    tcase_add_test(visible, where_no_account_is_there_is_nothing_to_see);
    tcase_add_test(visible, a_filter_that_finds_nobody);
    tcase_add_test(visible, names_that_are_hidden);
    tcase_add_test(visible, another_domain_that_is_not_there);
    tcase_add_test(visible, a_filter_of_another_domain_that_finds_nobody);
    suite_add_tcase(suite, visible);
    return suite_run(suite);
}
