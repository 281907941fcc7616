/* SPDX-License-Identifier: BSD-2-Clause */
/* Invites as their entries are read: strictly. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/model/invite.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/fixture.h"

#define ID     "fe8ed1b9e1c311291f06daec7dba860f82c3632a"
#define GROUPS "ou=groups,dc=example,dc=org"

static const char *const good[][2] = {
    {"inviteId", ID},
    {"inviteType", "contact-account"},
    {"inviteDomain", "example.org"},
    {"inviteUses", "5"},
    {"inviteUsesLeft", "3"},
    {"inviteExpires", "20300102030405Z"},
    {"inviteKeyId", "7"},
    {"inviteUser", "bob"},
    {"inviteInviter", "alice@example.org"},
    {"inviteContact", "carol@example.org"},
    {"inviteGroup", "cn=friends," GROUPS},
    {"inviteRosterGroup", "Chess"},
    {"inviteRosterSubscription", "TRUE"},
    {"inviteAccountExpires", "30d"},
    {"inviteTerms", "inviteUser"},
    {"inviteTerms", "inviteInviter"},
    {"inviteTerms", "INVITEROSTERSUBSCRIPTION"},
    {"inviteTerms", "inviteAccountExpires"},
    {"inviteTerms", "inherit-groups"},
    {"inviteMadeBy", "ctl:1000"},
    {"description", "a note"},
    {"createTimestamp", "20200102030405Z"},
    {"modifyTimestamp", "20210102030405Z"},
    {"inviteClaim", "bob@example.org 00112233445566ff"},
    {"inviteUsedBy", "eve@example.org 20200102030405Z ff00112233445566"},
};

/* The good entry with one attribute changed; value NULL: without it. */
static inv_entry *entry_with(const char *attribute, const char *value)
{
    inv_entry *entry = inv_entry_new("inviteId=" ID "," SITE_INVITES);
    bool done = attribute == NULL;

    ck_assert_ptr_nonnull(entry);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *text = good[i][1];

        if (attribute != NULL && strcmp(attribute, good[i][0]) == 0) {
            text = value;
            done = true;
        }
        if (text != NULL)
            ck_assert(inv_entry_append(entry, good[i][0], text, strlen(text)));
    }
    ck_assert(done);
    return entry;
}

START_TEST(a_whole_entry)
{
    inv_entry *entry = entry_with(NULL, NULL);
    inv_invite *invite = NULL;
    time_t moment = 0;

    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_OK);
    ck_assert_str_eq(invite->id, ID);
    ck_assert_int_eq(invite->type, INV_INVITE_CONTACT_ACCOUNT);
    ck_assert_int_eq(invite->uses, 5);
    ck_assert_int_eq(invite->uses_left, 3);
    ck_assert_uint_eq(invite->key_id, 7);
    ck_assert_str_eq(invite->user, "bob");
    ck_assert_str_eq(invite->inviter, "alice@example.org");
    ck_assert_str_eq(invite->contacts[0], "carol@example.org");
    ck_assert_ptr_null(invite->contacts[1]);
    ck_assert_str_eq(invite->groups[0], "cn=friends," GROUPS);
    ck_assert_str_eq(invite->roster_group, "Chess");
    ck_assert_str_eq(invite->account_expires, "30d");
    ck_assert_str_eq(invite->made_by, "ctl:1000");
    ck_assert(invite->inherit_groups);
    ck_assert_int_eq(invite->account_end, 0);
    ck_assert_str_eq(invite->note, "a note");
    ck_assert(inv_timestamp_parse_generalized("20300102030405Z", &moment));
    ck_assert_int_eq(invite->expires, moment);
    ck_assert(inv_timestamp_parse_generalized("20200102030405Z", &moment));
    ck_assert_int_eq(invite->created, moment);
    ck_assert_uint_eq(invite->claim_count, 1);
    ck_assert_str_eq(invite->claims[0].jid, "bob@example.org");
    ck_assert_str_eq(invite->claims[0].nonce, "00112233445566ff");
    ck_assert_str_eq(invite->claims[0].text, "bob@example.org 00112233445566ff");
    ck_assert_uint_eq(invite->used_by_count, 1);
    ck_assert_str_eq(invite->used_by[0].jid, "eve@example.org");
    ck_assert_int_eq(invite->used_by[0].time, moment);
    ck_assert_str_eq(invite->used_by[0].nonce, "ff00112233445566");
    inv_invite_free(&invite);
    ck_assert_ptr_null(invite);
    inv_entry_free(&entry);
}
END_TEST

static const char *const bad[][2] = {
    {"inviteId", NULL},
    {"inviteId", "FE8ED1B9E1C311291F06DAEC7DBA860F82C3632A"},
    {"inviteId", "fe8e"},
    {"inviteType", NULL},
    {"inviteType", "admin"},
    {"inviteType", ""},
    {"inviteDomain", NULL},
    {"inviteUses", NULL},
    {"inviteUses", "-1"},
    {"inviteUses", "1001"},
    {"inviteUses", "5x"},
    {"inviteUses", ""},
    {"inviteUses", " 5"},
    {"inviteUses", "99999999999999999999"},
    {"inviteUsesLeft", NULL},
    {"inviteUsesLeft", "6"},
    {"inviteUsesLeft", "-7"},
    {"inviteUsesLeft", "-"},
    {"inviteUsesLeft", "+3"},
    {"inviteExpires", NULL},
    {"inviteExpires", "never"},
    {"inviteExpires", ""},
    {"inviteKeyId", NULL},
    {"inviteKeyId", "208"},
    {"inviteKeyId", "-1"},
    {"inviteInviter", NULL}, /* of a contact-account */
    {"inviteRosterSubscription", "FALSE"},
    {"inviteRosterSubscription", "no"},
    {"inviteRosterSubscription", ""},
    {"inviteAccountExpires", "soon"},
    /* what restricts and is hidden does not permit */
    {"inviteUser", NULL},
    {"inviteAccountExpires", NULL},
    {"inviteRosterSubscription", NULL},
    {"inviteTerms", NULL},
    {"inviteTerms", "none"},
    {"inviteTerms", "inviteColour"},
    {"inviteTerms", "inviteUser"}, /* and not the others that are there */
    {"inviteTerms", ""},
    {"inviteUser", "bob\nx"},
    {"inviteInviter", "alice\x01@example.org"},
    {"inviteContact", "carl@example.org\xc2\x85"},
    {"inviteClaim", "bob@example.org"},
    {"inviteClaim", "bob@example.org 1 2"},
    {"inviteUsedBy", "bob@example.org 00112233445566ff"},
    {"inviteUsedBy", "bob@example.org yesterday 00112233445566ff"},
};

START_TEST(nothing_is_assumed)
{
    inv_entry *entry = entry_with(bad[_i][0], bad[_i][1]);
    inv_invite *invite = NULL;

    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_CONFIG);
    ck_assert_ptr_null(invite);
    ck_assert_msg(strstr(verdict.why, bad[_i][0]) != NULL, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, "inviteId=" ID) != NULL, "%s", verdict.why);
    inv_entry_free(&entry);
}
END_TEST

static bool does_without_pair(const char *value)
{
    inv_entry *entry = inv_entry_new("inviteId=" ID "," SITE_INVITES);
    inv_invite *invite = NULL;
    bool without;

    ck_assert_ptr_nonnull(entry);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *text = strcmp(good[i][0], "inviteType") == 0                 ? "account"
                           : strcmp(good[i][0], "inviteRosterSubscription") == 0 ? value
                                                                                 : good[i][1];

        if (value == NULL && strcmp(good[i][1], "INVITEROSTERSUBSCRIPTION") == 0)
            continue;

        if (text != NULL)
            ck_assert(inv_entry_append(entry, good[i][0], text, strlen(text)));
    }
    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_OK);
    without = invite->no_pair;
    inv_invite_free(&invite);
    inv_entry_free(&entry);
    return without;
}

/* A group that no roster takes is not worth an invite: the domain's stands in for it. */
START_TEST(the_group_of_contacts)
{
    static const struct {
        const char *group;
        const char *taken;
    } rows[] = {
        {NULL, "Invited"},
        {"Team", "Team"},
        {"Team\x01", "Invited"},
        {"Team\t", "Invited"},
        {"Te\xef\xbf\xbe", "Invited"},
        {"Fr\xc3\xbche Freunde", "Fr\xc3\xbche Freunde"},
    };
    char invited[] = "Invited";
    const inv_domain domain = {.roster_group = invited};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        inv_entry *entry = entry_with("inviteRosterGroup", rows[i].group);
        inv_invite *invite = NULL;

        ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_OK);
        ck_assert_str_eq(inv_invite_roster_group(invite, &domain, NULL), rows[i].taken);
        inv_invite_free(&invite);
        inv_entry_free(&entry);
    }
}
END_TEST

START_TEST(an_account_invite_may_do_without_the_pair)
{
    ck_assert(does_without_pair("FALSE"));
    ck_assert(!does_without_pair("TRUE"));
    ck_assert(!does_without_pair(NULL)); /* made before there was such a thing */
}
END_TEST

START_TEST(a_reset_is_for_one_user_once)
{
    inv_entry *entry = entry_with("inviteType", "reset");
    inv_invite *invite = NULL;

    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "inviteUses"));
    inv_entry_free(&entry);
}
END_TEST

/* An entry of an account invite that has these terms (NULL: none) and no restricting attribute. */
static inv_result read_terms(const char *first, const char *second, bool *inherits)
{
    inv_entry *entry = inv_entry_new("inviteId=" ID "," SITE_INVITES);
    inv_invite *invite = NULL;
    inv_result result;

    ck_assert_ptr_nonnull(entry);
    for (size_t i = 0; i < 7; i++) {
        const char *text = i == 1 ? "account" : good[i][1];

        ck_assert(inv_entry_append(entry, good[i][0], text, strlen(text)));
    }
    if (first != NULL)
        ck_assert(inv_entry_append(entry, "inviteTerms", first, strlen(first)));
    if (second != NULL)
        ck_assert(inv_entry_append(entry, "inviteTerms", second, strlen(second)));
    result = inv_invite_from_entry(entry, &invite, &verdict);
    *inherits = invite != NULL && invite->inherit_groups;
    inv_invite_free(&invite);
    inv_entry_free(&entry);
    return result;
}

START_TEST(none_stands_alone)
{
    bool inherits = true;

    ck_assert_int_eq(read_terms("none", NULL, &inherits), INV_OK);
    ck_assert(!inherits);
    ck_assert_int_eq(read_terms("None", NULL, &inherits), INV_OK);
    ck_assert_int_eq(read_terms("none", "inherit-groups", &inherits), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "beside other values"));
    ck_assert_int_eq(read_terms("inherit-groups", NULL, &inherits), INV_OK);
    ck_assert(inherits);
    ck_assert_int_eq(read_terms("inviteUser", NULL, &inherits), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "inviteUser, which inviteTerms names"));
    ck_assert_int_eq(read_terms("inviteAccountState", NULL, &inherits), INV_CONFIG);
}
END_TEST

/* Whoever hides all restricting attributes hides inviteTerms as well. */
START_TEST(without_terms_nothing_is_permitted)
{
    bool inherits;

    ck_assert_int_eq(read_terms(NULL, NULL, &inherits), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "inviteTerms is not in the answer"));
}
END_TEST

/* An account invite with this value of a restricting attribute, if not NULL, and of inviteTerms. */
static void expect_terms(const char *attribute, const char *value, const char *term,
                         const char *words)
{
    inv_entry *entry = inv_entry_new("inviteId=" ID "," SITE_INVITES);
    inv_invite *invite = NULL;

    ck_assert_ptr_nonnull(entry);
    for (size_t i = 0; i < 7; i++) {
        const char *text = i == 1 ? "account" : good[i][1];

        ck_assert(inv_entry_append(entry, good[i][0], text, strlen(text)));
    }
    if (value != NULL)
        ck_assert(inv_entry_append(entry, attribute, value, strlen(value)));
    ck_assert(inv_entry_append(entry, "inviteTerms", term, strlen(term)));
    ck_assert_msg(inv_invite_from_entry(entry, &invite, &verdict) ==
                      (words == NULL ? INV_OK : INV_CONFIG),
                  "%s, inviteTerms %s", attribute, term);
    ck_assert_msg(words == NULL || strstr(verdict.why, words) != NULL, "%s", verdict.why);
    inv_invite_free(&invite);
    inv_entry_free(&entry);
}

/* Each of them by itself: nothing else of the entry is a reason to refuse it. */
START_TEST(every_restricting_attribute_is_named_and_there)
{
    static const char *const rows[][2] = {
        {"inviteUser", "bob"},
        {"inviteInviter", "alice@example.org"},
        {"inviteAccountExpires", "30d"},
        {"inviteAccountState", "none none"},
        {"inviteRosterSubscription", "FALSE"},
    };
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    char words[128];

    for (size_t i = 0; i < count; i++) {
        expect_terms(rows[i][0], rows[i][1], rows[i][0], NULL);
        (void)snprintf(words, sizeof(words), "%s, which inviteTerms names, is not in the answer",
                       rows[i][0]);
        expect_terms(rows[i][0], NULL, rows[i][0], words);
        (void)snprintf(words, sizeof(words), "inviteTerms does not name %s;", rows[i][0]);
        expect_terms(rows[i][0], rows[i][1], "none", words);
        expect_terms(rows[i][0], rows[i][1], "inherit-groups", words);
        expect_terms(rows[i][0], rows[i][1], rows[(i + 1) % count][0],
                     "which inviteTerms names, is not in the answer");
        ck_assert_str_eq(inv_invite_restricting()[i], rows[i][0]);
    }
    ck_assert_ptr_null(inv_invite_restricting()[count]);
}
END_TEST

/* It restricts in a way that only its maker's release knows. */
START_TEST(an_unknown_term_does_not_permit)
{
    static const char *const terms[] = {
        "inviteColour", "inviteContact", "inviteUse",          "inviteUserX", "non",
        "nonesuch",     "inherit-group", "inherit-groups-too", " none",       "*",
    };
    bool inherits;

    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        expect_terms("inviteContact", "carol@example.org", terms[i], "does not know");
        ck_assert_int_eq(read_terms("inherit-groups", terms[i], &inherits), INV_CONFIG);
        ck_assert_int_eq(read_terms(terms[i], "inherit-groups", &inherits), INV_CONFIG);
    }
}
END_TEST

/* 1000 is now: the end of the account counts as the invite's own does, and cannot be waited out by
 * having been accepted before. */
START_TEST(two_ends_are_judged_together)
{
    static const struct {
        long uses_left;
        time_t expires;
        time_t account_end;
        time_t accepted_at;
        inv_invite_state state;
        bool may_finish;
        time_t end;
    } table[] = {
        {1, 2000, 1000, 1000, INV_INVITE_PENDING, true, 1000},
        {1, 2000, 999, 1000, INV_INVITE_EXPIRED, false, 999},
        {1, 2000, 999, 900, INV_INVITE_EXPIRED, false, 999},
        {1, 999, 2000, 1000, INV_INVITE_EXPIRED, true, 999},
        {1, 999, 2000, 999, INV_INVITE_PENDING, true, 999},
        {1, 2000, 0, 1000, INV_INVITE_PENDING, true, 2000},
        {1, INV_NEVER, 999, 1000, INV_INVITE_EXPIRED, false, 999},
        {0, 2000, 999, 1000, INV_INVITE_USED, false, 999},
        {-2, 2000, 999, 1000, INV_INVITE_REVOKED, false, 999},
        {-2, 2000, 0, 1000, INV_INVITE_REVOKED, false, 2000},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const inv_invite invite = {.uses = 1,
                                   .uses_left = table[i].uses_left,
                                   .expires = table[i].expires,
                                   .account_end = table[i].account_end};

        ck_assert_msg(inv_invite_state_accepted(&invite, table[i].accepted_at, 1000) ==
                          table[i].state,
                      "row %zu", i);
        ck_assert_msg(inv_invite_may_finish(&invite, 1000) == table[i].may_finish, "row %zu", i);
        ck_assert_int_eq(inv_invite_end(&invite), table[i].end);
    }
}
END_TEST

START_TEST(states)
{
    static const struct {
        long uses;
        long uses_left;
        time_t expires;
        inv_invite_state state;
        long open;
    } table[] = {
        {1, 1, 1000, INV_INVITE_PENDING, 1},      {1, 1, 999, INV_INVITE_EXPIRED, 1},
        {1, 0, 999, INV_INVITE_USED, 0},          {1, 0, 1001, INV_INVITE_USED, 0},
        {5, -6, 1001, INV_INVITE_REVOKED, 5},     {5, -1, 999, INV_INVITE_REVOKED, 0},
        {0, 1, INV_NEVER, INV_INVITE_PENDING, 1}, {0, -2, INV_NEVER, INV_INVITE_REVOKED, 1},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const inv_invite invite = {
            .uses = table[i].uses, .uses_left = table[i].uses_left, .expires = table[i].expires};

        ck_assert_int_eq(inv_invite_state_at(&invite, 1000), table[i].state);
        ck_assert_int_eq(inv_invite_open_uses(&invite), table[i].open);
    }
    ck_assert_str_eq(inv_invite_state_name(INV_INVITE_REVOKED), "revoked");
}
END_TEST

START_TEST(types_have_names)
{
    inv_invite_type type = INV_INVITE_ACCOUNT;

    for (int i = INV_INVITE_ACCOUNT; i <= INV_INVITE_RESET; i++) {
        ck_assert(inv_invite_type_parse(inv_invite_type_name((inv_invite_type)i), &type));
        ck_assert_int_eq(type, i);
    }
    ck_assert(!inv_invite_type_parse("contacts", &type));
    ck_assert(inv_invite_id_valid(ID));
    ck_assert(!inv_invite_id_valid(ID "0"));
    ck_assert(!inv_invite_id_valid(""));
    ck_assert(!inv_invite_id_valid("ge8ed1b9e1c311291f06daec7dba860f82c3632a"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invite");
    TCase *entry = tcase_create("entry");

    tcase_add_test(entry, a_whole_entry);
    tcase_add_loop_test(entry, nothing_is_assumed, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(entry, the_group_of_contacts);
    tcase_add_test(entry, an_account_invite_may_do_without_the_pair);
    tcase_add_test(entry, a_reset_is_for_one_user_once);
    tcase_add_test(entry, none_stands_alone);
    tcase_add_test(entry, without_terms_nothing_is_permitted);
    tcase_add_test(entry, every_restricting_attribute_is_named_and_there);
    tcase_add_test(entry, an_unknown_term_does_not_permit);
    tcase_add_test(entry, states);
    tcase_add_test(entry, two_ends_are_judged_together);
    tcase_add_test(entry, types_have_names);
    suite_add_tcase(suite, entry);
    return suite_run(suite);
}
