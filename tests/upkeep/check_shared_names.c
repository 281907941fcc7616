/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "invitegate/shared_names.h"
#include "tests/support/adoption.h"
#include "tests/support/two_domains.h"

/* Names that two entries hold, so that nobody logs in by them. */

static void take_shared(void *context, const inv_shared_name *shared)
{
    size_t used = strlen(adoption.notes);

    (void)context;
    (void)snprintf(adoption.notes + used, sizeof(adoption.notes) - used, "%s: %s and %s\n",
                   shared->jid, shared->dn, shared->other_dn);
}

static void find_shared(const char *domain)
{
    inv_call call;

    adoption.notes[0] = '\0';
    ck_assert_int_eq(inv_call_begin(site->context, inv_config_domain(site->context->config, domain),
                                    0, &call, &verdict),
                     INV_OK);
    ck_assert_msg(inv_shared_name_each(&call, take_shared, NULL) == INV_OK, "%s", verdict.why);
    inv_call_end(&call);
}

START_TEST(names_of_two_entries_are_found)
{
    find_shared("example.org");
    ck_assert_str_eq(adoption.notes, "");
    adoption_unit("staff");
    adoption_person("bert");
    adoption_person("strasse");
    if (slapd_kind() != SLAPD_389DS)         /* its uid is ASCII (the plugin 7-bit check) */
        adoption_person("Stra\xc3\x9f\x65"); /* a login finds the other */
    adoption_person("dup");
    adoption_person_in("ou=staff," SITE_BASE, "DUP");
    adoption_person_in("ou=staff," SITE_BASE, "alice");
    site_modify(site, "dn: uid=third," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: t\nsn: t\nuid: dup\n");
    find_shared("example.org");
    adoption_expect("alice@example.org: uid=alice,ou=people," SITE_BASE " and uid=alice,ou=staff");
    adoption_expect("dup@example.org: uid=DUP,ou=staff," SITE_BASE " and uid=dup,");
    adoption_expect_not("bert");
    adoption_expect_not("strasse");
    ck_assert_msg(strstr(strstr(adoption.notes, "\ndup") + 1, "\ndup") == NULL, "twice: %s",
                  adoption.notes);
}
END_TEST

/* An entry with an xmppJid is that JID's, whatever uid another has. */
START_TEST(names_of_two_domains_are_not_shared)
{
    find_shared("example.org");
    ck_assert_str_eq(adoption.notes, "");
    find_shared("two.example");
    ck_assert_str_eq(adoption.notes, "");
    two_domains_add_person(site, "uid=gil," TWO_PEOPLE, "gil", NULL);
    find_shared("two.example");
    adoption_expect("gil@two.example: ");
    find_shared("example.org");
    ck_assert_str_eq(adoption.notes, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared names");
    TCase *one = tcase_create("one domain");
    TCase *two = tcase_create("two domains");

    tcase_set_timeout(one, 120);
    tcase_add_checked_fixture(one, adoption_start, adoption_stop);
    tcase_add_test(one, names_of_two_entries_are_found);
    suite_add_tcase(suite, one);
    tcase_set_timeout(two, 120);
    tcase_add_checked_fixture(two, adoption_start_two, adoption_stop);
    tcase_add_test(two, names_of_two_domains_are_not_shared);
    suite_add_tcase(suite, two);
    return suite_run(suite);
}
