/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "tests/support/adoption.h"
#include "tests/support/two_domains.h"

/* Who is adopted, and who is not. The site is new for each test: all of it is adopted. */

START_TEST(people_of_the_domain_are_adopted)
{
    adoption_person("bert");
    adoption_person("Carla");
    adoption_unit("staff");
    adoption_person_in("ou=staff," SITE_BASE, "dora");
    adoption_all(NULL, false);
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "carla", "carla@example.org"));
    ck_assert(adoption_is_account("ou=staff," SITE_BASE, "dora", "dora@example.org"));
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], 3);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_SKIPPED] + adoption.count[INV_ADOPT_REFUSED], 0);
    adoption_expect("done uid=bert," SITE_PEOPLE " bert@example.org");
    adoption_expect_not("alice");
    adoption_all(NULL, false);
    ck_assert_str_eq(adoption.notes, "");
}
END_TEST

START_TEST(a_dry_run_writes_nothing)
{
    inv_adopt_order order = {.dry_run = true, .admin = adoption.admin};

    adoption_person("bert");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], 1);
    ck_assert(adoption_is_untouched("bert"));
    adoption_all(NULL, false);
    order.undo = true;
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], 2); /* and alice */
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
}
END_TEST

START_TEST(who_is_skipped_and_why)
{
    adoption_person("bert");
    adoption_person("two words");
    adoption_person("postmaster");
    site_modify(site, "dn: cn=printer," SITE_PEOPLE "\nchangetype: add\nobjectClass: device\n\n"
                      "dn: uid=many," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: m\nsn: m\nuid: manyfold\n\n"
                      "dn: uid=spare," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: s\nsn: s\nuid: spare part\n");
    adoption_unit("staff");
    adoption_person_in("ou=staff," SITE_BASE, "dup");
    adoption_person("dup");
    adoption_person_in("ou=staff," SITE_BASE, "alice");
    adoption_all(NULL, false);
    adoption_expect("refused uid=two words," SITE_PEOPLE " -: ");
    adoption_expect("skipped cn=printer," SITE_PEOPLE " -: no person");
    adoption_expect("skipped uid=postmaster," SITE_PEOPLE
                    " postmaster@example.org: one of reserved");
    adoption_expect("refused uid=many," SITE_PEOPLE " many"); /* or manyfold@ */
    adoption_expect(": uid=many," SITE_PEOPLE
                    " has another name in uid, which could not log in any more: many");
    adoption_expect("refused uid=dup,ou=staff," SITE_BASE " dup@example.org: several entries");
    adoption_expect("refused uid=dup," SITE_PEOPLE " dup@example.org: several entries");
    adoption_expect("refused uid=alice,ou=staff," SITE_BASE " alice@example.org: several entries");
    adoption_expect_not("ou=staff," SITE_BASE " -:");
    adoption_expect_not("cn=invitegate");
    ck_assert(adoption_is_untouched("dup") && adoption_is_untouched("many") &&
              adoption_is_untouched("postmaster"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "spare", "spare@example.org"));
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], 2);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_REFUSED], 5);
}
END_TEST

/* Of two that nodeprep makes one, name_filter finds the one, and nobody logs in to the other. */
START_TEST(a_name_that_finds_another_is_refused)
{
    if (slapd_kind() == SLAPD_389DS)
        return; /* its uid is ASCII (the plugin 7-bit check) */
    adoption_person("strasse");
    adoption_person("Stra\xc3\x9f"
                    "e");
    adoption_all(NULL, false);
    ck_assert(adoption_is_account(SITE_PEOPLE, "strasse", "strasse@example.org"));
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(xmppJid=strasse@example.org)"), 1);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_REFUSED], 1);
}
END_TEST

START_TEST(whom_the_filter_lets_in_stays)
{
    adoption_person("bert");
    adoption_person("boss");
    site_modify(site, "dn: uid=boss," SITE_PEOPLE "\nchangetype: modify\nadd: employeeType\n"
                      "employeeType: admin\n");
    adoption_all("(employeeType=admin)", false);
    adoption_expect("excepted uid=boss," SITE_PEOPLE);
    ck_assert(adoption_is_untouched("boss"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    adoption_all(NULL, false);
    ck_assert(adoption_is_account(SITE_PEOPLE, "boss", "boss@example.org"));
    adoption_all("(employeeType=admin)", true);
    ck_assert(adoption_is_account(SITE_PEOPLE, "boss", "boss@example.org"));
    ck_assert(adoption_is_untouched("bert"));
}
END_TEST

START_TEST(the_identity_that_writes_is_not_adopted)
{
    const inv_adopt_order order = {.admin = adoption.admin, .admin_dn = "UID=boss, " SITE_PEOPLE};
    inv_directory_settings *settings = &site->context->config->directory;
    char *before = settings->bind_dn;
    char service[] = "uid=service," SITE_PEOPLE;

    adoption_person("boss");
    adoption_person("service");
    adoption_person("bert");
    if (slapd_kind() != SLAPD_389DS) /* there invitegate binds by it */
        settings->bind_dn = service;
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    settings->bind_dn = before;
    adoption_expect("skipped uid=boss," SITE_PEOPLE " boss@example.org: bind_dn or --bind-dn");
    ck_assert(adoption_is_untouched("boss"));
    if (slapd_kind() != SLAPD_389DS) {
        adoption_expect("skipped uid=service," SITE_PEOPLE " service@example.org: bind_dn");
        ck_assert(adoption_is_untouched("service"));
    }
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
}
END_TEST

/* What nobody can tell keeps everybody out, not in. */
START_TEST(a_filter_of_what_the_directory_does_not_know_adopts_nobody)
{
    static const char *const filters[] = {"(noSuchAttribute=admin)", "(!(noSuchAttribute=admin))",
                                          "(|(uid=x)(noSuchAttribute;lang-en>=admin))"};
    inv_adopt_order order = {.admin = adoption.admin};

    adoption_person("bert");
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        order.except = filters[i];
        ck_assert_int_eq(adoption_run("example.org", &order), INV_CONFIG);
        ck_assert_ptr_nonnull(strstr(verdict.why, " noSuchAttribute,"));
        ck_assert(adoption_is_untouched("bert"));
    }
    adoption_all("(2.5.4.4=bert)", false); /* sn */
    adoption_expect("excepted uid=bert," SITE_PEOPLE);
    ck_assert(adoption_is_untouched("bert"));
}
END_TEST

/* Hidden from invitegate, which then is asked, there being no administrator. */
START_TEST(nor_one_about_what_is_hidden)
{
    inv_adopt_order order = {.except = "(employeeType=admin)"};

    if (slapd_kind() == SLAPD_389DS)
        site_modify(site,
                    "dn: " SITE_PEOPLE "\nchangetype: modify\nadd: aci\n"
                    "aci: (targetattr = \"employeeType\")(version 3.0; acl \"hidden\"; "
                    "deny (all) userdn = \"ldap:///cn=invitegate,ou=services," SITE_BASE "\";)\n");
    else
        site_restart(site, "slapd.conf",
                     "s|^include .*invitegate-acl.conf|access to attrs=employeeType by * "
                     "none\\n&|");
    adoption_person("bert");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    adoption_expect("refused uid=bert," SITE_PEOPLE);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE] + adoption.count[INV_ADOPT_DENIED], 0);
}
END_TEST

/* Nobody is found by what is hidden, and that is told. */
START_TEST(where_xmpp_jids_are_hidden)
{
    inv_adopt_order order = {.admin = adoption.admin};

    if (slapd_kind() == SLAPD_389DS)
        site_modify(site, "dn: " SITE_BASE "\nchangetype: modify\nadd: aci\n"
                          "aci: (targetattr = \"xmppJid\")(version 3.0; acl \"hidden\"; deny (all) "
                          "userdn = \"ldap:///cn=invitegate,ou=services," SITE_BASE "\";)\n");
    else
        site_restart(site, "slapd.conf",
                     "s|^include .*invitegate-acl.conf|access to attrs=xmppJid by * none\\n&|");
    adoption_person("bert");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "rights of the invitegate identity"));
    ck_assert(adoption_is_untouched("bert"));
}
END_TEST

START_TEST(without_the_right_to_the_change_is_told)
{
    inv_adopt_order order = {.except = NULL};

    adoption_person("bert");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    adoption_expect("denied uid=bert," SITE_PEOPLE " bert@example.org");
    ck_assert(adoption_is_untouched("bert"));
}
END_TEST

START_TEST(a_name_filter_without_names)
{
    inv_adopt_order order = {.admin = adoption.admin};
    inv_domain *domain = site_domain(site);
    char *before = domain->name_filter;

    adoption_person("bert");
    domain->name_filter = strdup("(xmppJid=%j)");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "name_filter"));
    free(domain->name_filter);
    domain->name_filter = strdup("(|(xmppJid=%j)(&(employeeType=clerk)(uid=%u)))");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    adoption_expect("refused uid=bert," SITE_PEOPLE " bert@example.org: name_filter does not find");
    free(domain->name_filter);
    domain->name_filter = before;
    ck_assert(adoption_is_untouched("bert"));
}
END_TEST

/* Elsewhere only the one domain of a directory has people. */
START_TEST(elsewhere_is_nobodys_where_there_may_be_others)
{
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nreplace: inviteSoleContainer\n"
                      "inviteSoleContainer: FALSE\n");
    adoption_unit("staff");
    adoption_person_in("ou=staff," SITE_BASE, "dora");
    adoption_person("bert");
    adoption_all(NULL, false);
    adoption_expect("skipped uid=dora,ou=staff," SITE_BASE " dora@example.org: of no domain");
    ck_assert(adoption_is_untouched("dora"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
}
END_TEST

START_TEST(each_domain_adopts_its_own)
{
    inv_adopt_order order = {.admin = adoption.admin};

    adoption_person("bert");
    ck_assert_int_eq(adoption_run("example.org", &order), INV_OK);
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    adoption_expect("skipped uid=sue," STAFF " sue@example.org: of no domain");
    adoption_expect_not("otto");
    adoption_expect_not("both");
    ck_assert(adoption_is_untouched("otto") && adoption_is_untouched("sue"));
    ck_assert_int_eq(adoption_run("two.example", &order), INV_OK);
    ck_assert(adoption_is_account(TWO_PEOPLE, "otto", "otto@two.example"));
    ck_assert(adoption_is_account(TWO_PEOPLE, "both", "both@two.example"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "both", "both@example.org"));
    adoption_expect_not("bert");
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], 2);
    order.undo = true;
    ck_assert_int_eq(adoption_run("two.example", &order), INV_OK);
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    ck_assert(adoption_is_account(TWO_PEOPLE, "ivy", "ivy@example.org"));
    ck_assert(adoption_is_untouched("otto"));
}
END_TEST

/* ------------------------------------------------------------------------ more than a page, races
 */

#define MANY 530 /* more than a page */

static void many(void)
{
    char *ldif = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&ldif, &size);

    ck_assert_ptr_nonnull(stream);
    for (int i = 0; i < MANY; i++)
        (void)fprintf(stream,
                      "dn: uid=m%d," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: m\nsn: m\n\n",
                      i);
    (void)fclose(stream);
    site_modify(site, "%s", ldif);
    free(ldif);
}

static void adopt_one_by_hand(void)
{
    site_modify(site, "dn: uid=m7," SITE_PEOPLE "\nchangetype: modify\nadd: objectClass\n"
                      "objectClass: xmppAccount\n-\nadd: xmppJid\nxmppJid: m7@example.org\n\n"
                      "dn: uid=m8," SITE_PEOPLE "\nchangetype: delete\n");
}

START_TEST(more_than_a_page)
{
    many();
    adoption.act = adopt_one_by_hand;
    adoption_all(NULL, false);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(&(objectClass=xmppAccount)(xmppJid=m*))"),
                      MANY - 1);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], MANY - 2);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_REFUSED], 1); /* m8 is not found any more */
    adoption_expect("skipped uid=m7," SITE_PEOPLE " m7@example.org: became an account meanwhile");
    adoption_all(NULL, true);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(xmppJid=*)"), 0);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(objectClass=xmppAccount)"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adopt");
    TCase *one = tcase_create("one domain");
    TCase *two = tcase_create("two domains");

    tcase_set_timeout(one, 120);
    tcase_add_checked_fixture(one, adoption_start, adoption_stop);
    tcase_add_test(one, people_of_the_domain_are_adopted);
    tcase_add_test(one, a_dry_run_writes_nothing);
    tcase_add_test(one, who_is_skipped_and_why);
    tcase_add_test(one, a_name_that_finds_another_is_refused);
    tcase_add_test(one, whom_the_filter_lets_in_stays);
    tcase_add_test(one, the_identity_that_writes_is_not_adopted);
    tcase_add_test(one, a_filter_of_what_the_directory_does_not_know_adopts_nobody);
    tcase_add_test(one, nor_one_about_what_is_hidden);
    tcase_add_test(one, where_xmpp_jids_are_hidden);
    tcase_add_test(one, without_the_right_to_the_change_is_told);
    tcase_add_test(one, a_name_filter_without_names);
    tcase_add_test(one, elsewhere_is_nobodys_where_there_may_be_others);
    tcase_add_test(one, more_than_a_page);
    suite_add_tcase(suite, one);
    tcase_set_timeout(two, 120);
    tcase_add_checked_fixture(two, adoption_start_two, adoption_stop);
    tcase_add_test(two, each_domain_adopts_its_own);
    suite_add_tcase(suite, two);
    return suite_run(suite);
}
