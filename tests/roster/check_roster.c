/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/pair.h"
#include "invitegate/directory.h"
#include "invitegate/pair.h"
#include "invitegate/roster.h"
#include "tests/support/fixture.h"

/* Pairs: their names, their entries, and a roster read from them. */

static void start(void)
{
    site = site_start(NULL);
}

/* ------------------------------------------------------------------------------------- pair ids */

START_TEST(the_vector_of_the_design)
{
    char id[INV_PAIR_ID_SIZE];
    char turned[INV_PAIR_ID_SIZE];

    ck_assert(inv_pair_id("alice@example.org", "bob@example.org", id));
    ck_assert_str_eq(id, "bbdaffa18baf98a76157b906b0bbd2ca2ec47653");
    ck_assert(inv_pair_id("bob@example.org", "alice@example.org", turned));
    ck_assert_str_eq(id, turned);
}
END_TEST

/* Bytes, not letters of some language: these two sort the other way round by collation. */
START_TEST(the_order_is_that_of_bytes)
{
    char id[INV_PAIR_ID_SIZE];
    char turned[INV_PAIR_ID_SIZE];

    ck_assert(inv_pair_id("\xc3\xa4@example.org", "z@example.org", id));
    ck_assert(inv_pair_id("z@example.org", "\xc3\xa4@example.org", turned));
    ck_assert_str_eq(id, turned);
    /* printf 'z@example.org\0\303\244@example.org' | sha256sum | cut -c 1-40 */
    ck_assert_str_eq(id, "9c8191a935f81fe04c5612aa9954bdcdc8c976dd");
}
END_TEST

START_TEST(nobody_is_a_contact_of_their_own)
{
    char id[INV_PAIR_ID_SIZE];
    const inv_domain domain = {.rosters = NULL};

    ck_assert(!inv_pair_id("alice@example.org", "alice@example.org", id));
    ck_assert_ptr_null(inv_pair_dn(&domain, "alice@example.org", "alice@example.org"));
}
END_TEST

/* -------------------------------------------------------------------------------------- entries */

static const char *value_of(const inv_operation *operation, const char *attribute, size_t index)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        if (strcmp(operation->changes[i].attribute, attribute) == 0)
            return index < operation->changes[i].value_count
                       ? inv_secret_bytes(operation->changes[i].values[index])
                       : NULL;
    }
    return NULL;
}

START_TEST(members_are_those_of_the_domain)
{
    char rosters[] = "ou=rosters,dc=example,dc=org";
    char name[] = "example.org";
    const inv_domain domain = {.name = name, .rosters = rosters};
    inv_operation *add = inv_pair_add_operation(&domain, "alice@example.org",
                                                "eva@elsewhere.example", "Friends", "0123");

    ck_assert_ptr_nonnull(add);
    ck_assert_int_eq(add->kind, INV_OPERATION_ADD);
    ck_assert_str_eq(value_of(add, "rosterMember", 0), "alice");
    ck_assert_ptr_null(value_of(add, "rosterMember", 1));
    ck_assert_str_eq(value_of(add, "rosterGroup", 0), "Friends");
    ck_assert_str_eq(value_of(add, "inviteId", 0), "0123");
    ck_assert_str_eq(value_of(add, "xmppContactJid", 0), "alice@example.org");
    ck_assert_str_eq(value_of(add, "xmppContactJid", 1), "eva@elsewhere.example");
    inv_operation_free(&add);
}
END_TEST

START_TEST(a_pair_has_two_jids)
{
    inv_entry *entry = inv_entry_new("rosterPairId=x,ou=rosters,dc=example,dc=org");

    ck_assert_ptr_nonnull(entry);
    ck_assert_ptr_null(inv_pair_contact(entry, "alice@example.org"));
    ck_assert(inv_entry_append(entry, "xmppContactJid", "Alice@example.org", 17));
    ck_assert_ptr_null(inv_pair_contact(entry, "alice@example.org"));
    ck_assert(inv_entry_append(entry, "xmppContactJid", "bob@example.org", 15));
    ck_assert_str_eq(inv_pair_contact(entry, "alice@example.org"), "bob@example.org");
    ck_assert_str_eq(inv_pair_contact(entry, "BOB@example.org"), "Alice@example.org");
    ck_assert_ptr_null(inv_pair_contact(entry, "carol@example.org"));
    ck_assert(inv_entry_append(entry, "xmppContactJid", "carol@example.org", 17));
    ck_assert_ptr_null(inv_pair_contact(entry, "alice@example.org"));
    inv_entry_free(&entry);
}
END_TEST

/* -------------------------------------------------------------------------------------- rosters */

struct collected {
    char text[512];
    size_t count;
    size_t limit;
};

static bool collect(void *context, const char *contact, const char *group)
{
    struct collected *collected = context;
    size_t used = strlen(collected->text);

    (void)snprintf(collected->text + used, sizeof(collected->text) - used, "%s=%s ", contact,
                   group);
    return ++collected->count < collected->limit;
}

START_TEST(contacts_come_in_order)
{
    struct collected collected = {.limit = 100};
    inv_call call;

    site_begin(site, &call, &verdict);
    site_add_pair(&call, "ann@example.org", "dora@example.org", "D");
    site_add_pair(&call, "ann@example.org", "bert@elsewhere.example", "B");
    site_add_pair(&call, "carl@example.org", "ann@example.org", "C");
    site_add_pair(&call, "carl@example.org", "dora@example.org", "X");
    ck_assert_int_eq(inv_roster_each(&call, "ann@example.org", collect, &collected), INV_OK);
    ck_assert_str_eq(collected.text,
                     "bert@elsewhere.example=B carl@example.org=C dora@example.org=D ");
    collected = (struct collected){.limit = 2};
    ck_assert_int_eq(inv_roster_each(&call, "ann@example.org", collect, &collected), INV_OK);
    ck_assert_uint_eq(collected.count, 2);
    collected = (struct collected){.limit = 100};
    ck_assert_int_eq(inv_roster_each(&call, "an*@example.org", collect, &collected), INV_OK);
    ck_assert_uint_eq(collected.count, 0); /* a JID is no pattern */
    inv_call_end(&call);
}
END_TEST

START_TEST(what_is_no_pair_is_left_out_and_told)
{
    struct collected collected = {.limit = 100};
    inv_call call;

    site_modify(site, "dn: rosterPairId=odd," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup: x\n"
                      "xmppContactJid: eli@example.org\n\n"
                      "dn: rosterPairId=three," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup: x\n"
                      "xmppContactJid: eli@example.org\nxmppContactJid: eva@example.org\n"
                      "xmppContactJid: gus@example.org\n");
    site_begin(site, &call, &verdict);
    site_add_pair(&call, "eli@example.org", "fred@example.org", "F");
    ck_assert_int_eq(inv_roster_each(&call, "eli@example.org", collect, &collected), INV_OK);
    ck_assert_str_eq(collected.text, "fred@example.org=F ");
    ck_assert_msg(strstr(site->log, "rosterPairId=odd") != NULL, "%s", site->log);
    ck_assert_msg(strstr(site->log, "rosterPairId=three") != NULL, "%s", site->log);
    inv_call_end(&call);
}
END_TEST

/* Two JIDs, not two or more: of three, the first two would be taken for contacts. */
START_TEST(what_a_whole_pair_is)
{
    static const char *const jids[] = {"alice@example.org", "bob@example.org", "eva@example.org"};
    inv_call call;

    site_begin(site, &call, &verdict);
    for (size_t count = 0; count <= 3; count++) {
        for (size_t groups = 0; groups <= 1; groups++) {
            inv_entry *entry = inv_entry_new("rosterPairId=whole," SITE_ROSTERS);

            for (size_t i = 0; i < count; i++)
                ck_assert(inv_entry_append(entry, "xmppContactJid", jids[i], strlen(jids[i])));
            if (groups == 1)
                ck_assert(inv_entry_append(entry, "rosterGroup", "Team", 4));
            ck_assert_msg(inv_pair_is_fit(&call, entry) == (count == 2 && groups == 1),
                          "%zu JIDs, %zu groups", count, groups);
            inv_entry_free(&entry);
        }
    }
    ck_assert_msg(strstr(site->log, "rosterPairId=whole") != NULL, "%s", site->log);
    inv_call_end(&call);
}
END_TEST

/* Written by somebody else: what a roster of XMPP cannot hold costs that pair only. */
START_TEST(control_characters_are_left_out_and_told)
{
    struct collected collected = {.limit = 100};
    inv_call call;

    site_modify(site,
                "dn: rosterPairId=bell," SITE_ROSTERS "\nchangetype: add\n"
                "objectClass: xmppRosterPair\nrosterGroup: x\n"
                "xmppContactJid: gil@example.org\nxmppContactJid:: %s\n", /* a U+0007 */
                "YmUHbGxAZXhhbXBsZS5vcmc=");
    site_modify(site, "dn: rosterPairId=noname," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup: x\n"
                      "xmppContactJid: gil@example.org\nxmppContactJid: two words@example.org\n");
    site_modify(site, "dn: rosterPairId=group," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup:: VGVhbQE=\n" /* Team U+0001 */
                      "xmppContactJid: gil@example.org\nxmppContactJid: hal@example.org\n");
    site_begin(site, &call, &verdict);
    site_add_pair(&call, "gil@example.org", "ida@example.org", "I");
    ck_assert_int_eq(inv_roster_each(&call, "gil@example.org", collect, &collected), INV_OK);
    ck_assert_str_eq(collected.text, "hal@example.org=Invited ida@example.org=I ");
    ck_assert_msg(strstr(site->log, "rosterPairId=bell") != NULL, "%s", site->log);
    ck_assert_msg(strstr(site->log, "rosterPairId=noname") != NULL, "%s", site->log);
    ck_assert_msg(strstr(site->log, "rosterPairId=group") != NULL, "%s", site->log);
    inv_call_end(&call);
}
END_TEST

/* More than a plain search may return. */
START_TEST(a_long_roster)
{
    struct collected collected = {.limit = 10000};
    char contact[64];
    inv_call call;

    site_begin(site, &call, &verdict);
    for (int i = 0; i < 600; i++) {
        (void)snprintf(contact, sizeof(contact), "contact%d@elsewhere.example", i);
        site_add_pair(&call, "popular@example.org", contact, "G");
    }
    ck_assert_int_eq(inv_roster_each(&call, "popular@example.org", collect, &collected), INV_OK);
    ck_assert_uint_eq(collected.count, 600);
    inv_call_end(&call);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("roster");
    TCase *pairs = tcase_create("pairs");
    TCase *rosters = tcase_create("rosters");

    tcase_add_test(pairs, the_vector_of_the_design);
    tcase_add_test(pairs, the_order_is_that_of_bytes);
    tcase_add_test(pairs, nobody_is_a_contact_of_their_own);
    tcase_add_test(pairs, members_are_those_of_the_domain);
    tcase_add_test(pairs, a_pair_has_two_jids);
    suite_add_tcase(suite, pairs);
    tcase_set_timeout(rosters, 60);
    tcase_add_unchecked_fixture(rosters, start, fixture_stop);
    tcase_add_test(rosters, contacts_come_in_order);
    tcase_add_test(rosters, what_a_whole_pair_is);
    tcase_add_test(rosters, what_is_no_pair_is_left_out_and_told);
    tcase_add_test(rosters, control_characters_are_left_out_and_told);
    tcase_add_test(rosters, a_long_roster);
    suite_add_tcase(suite, rosters);
    return suite_run(suite);
}
