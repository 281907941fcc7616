/* SPDX-License-Identifier: BSD-2-Clause */
/* Invites in a directory: read one by one and as a list. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/invite.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"

#define ID "fe8ed1b9e1c311291f06daec7dba860f82c3632a"

START_TEST(a_container_that_is_missing_is_no_bad_token)
{
    inv_invite *invite = NULL;
    inv_domain *domain = site_domain(site);
    char *invites = domain->invites;
    char elsewhere[] = "ou=nowhere,dc=example,dc=org";

    (void)inv_invite_read(&call, ID, INV_INVITE_ALL, &invite);
    expect(INV_BAD_TOKEN);
    domain->invites = elsewhere;
    (void)inv_invite_read(&call, ID, INV_INVITE_ALL, &invite);
    expect(INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, elsewhere) != NULL, "%s", verdict.why);
    domain->invites = invites;
}
END_TEST

/* It lies in the container of this one. */
START_TEST(an_invite_of_another_domain_is_not_taken)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_invite *invite = NULL;

    (void)inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite);
    expect(INV_OK);
    inv_invite_free(&invite);
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\n"
                "replace: inviteDomain\ninviteDomain: example.com\n",
                inv_token_id(token));
    (void)inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite);
    expect(INV_CONFIG);
    ck_assert_ptr_null(invite);
    ck_assert_msg(strstr(verdict.why, "inviteDomain is example.com") != NULL, "%s", verdict.why);
    site_modify(site, "dn: inviteId=%s," SITE_INVITES "\nchangetype: delete\n",
                inv_token_id(token));
    inv_token_free(&token);
}
END_TEST

/* -------------------------------------------------------------------------------------- listing */

struct listed {
    size_t count;
    size_t limit;
    time_t last;
    bool sorted;
};

static bool count_invite(void *context, const inv_invite *invite)
{
    struct listed *listed = context;

    listed->sorted = listed->sorted && (listed->count == 0 || invite->created <= listed->last);
    listed->last = invite->created;
    return ++listed->count < listed->limit;
}

START_TEST(the_newest_come_first)
{
    struct listed listed = {.limit = 1000, .sorted = true};
    inv_token *token = site_invite(site, "alice@example.org", 1);

    inv_token_free(&token);
    site_next_second();
    token = site_invite(site, NULL, 1);
    inv_token_free(&token);
    ck_assert_int_eq(inv_invite_each(&call, NULL, count_invite, &listed), INV_OK);
    ck_assert_uint_ge(listed.count, 2);
    ck_assert(listed.sorted);
    listed = (struct listed){.limit = 1000, .sorted = true};
    ck_assert_int_eq(
        inv_invite_each(&call, "(inviteInviter=alice@example.org)", count_invite, &listed), INV_OK);
    ck_assert_uint_eq(listed.count,
                      site_count(site, SITE_INVITES, "(inviteInviter=alice@example.org)"));
    listed = (struct listed){.limit = 1, .sorted = true};
    ck_assert_int_eq(inv_invite_each(&call, NULL, count_invite, &listed), INV_OK);
    ck_assert_uint_eq(listed.count, 1);
}
END_TEST

START_TEST(an_unreadable_invite_is_left_out_and_told)
{
    struct listed listed = {.limit = 1000, .sorted = true};
    inv_token *token = site_invite(site, NULL, 1);
    size_t all;

    site_modify(site, "dn: inviteId=" ID "," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppInvite\ninviteType: odd\ninviteDomain: example.org\n"
                      "inviteUses: 1\ninviteUsesLeft: 1\ninviteExpires: 99991231235959Z\n"
                      "inviteKeyId: 1\ninviteTerms: none\n");
    all = site_count(site, SITE_INVITES, "(objectClass=xmppInvite)");
    ck_assert_int_eq(inv_invite_each(&call, NULL, count_invite, &listed), INV_CONFIG);
    ck_assert_uint_eq(listed.count, all - 1);
    ck_assert_msg(strstr(site->log, ID) != NULL, "%s", site->log);
    site_delete(site, "inviteId=" ID "," SITE_INVITES);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_invite_whose_account_is_over_is_not_open)
{
    inv_jid *alice = site_name(site, "alice");
    inv_token *token = NULL;
    size_t before = 0;
    size_t open = 0;
    char *dn;

    ck_assert_int_eq(inv_invite_count_open(&call, alice, &before), INV_OK);
    token = site_invite(site, "alice@example.org", 1);
    ck_assert_int_eq(inv_invite_count_open(&call, alice, &open), INV_OK);
    ck_assert_uint_eq(open, before + 1);
    dn = inv_invite_dn(call.domain, inv_token_id(token));
    site_modify(site,
                "dn: %s\nchangetype: modify\nadd: inviteAccountExpires\n"
                "inviteAccountExpires: 20200101000000Z\n-\nadd: inviteTerms\n"
                "inviteTerms: inviteAccountExpires\n",
                dn);
    ck_assert_int_eq(inv_invite_count_open(&call, alice, &open), INV_OK);
    ck_assert_uint_eq(open, before);
    free(dn);
    inv_token_free(&token);
    inv_jid_free(&alice);
}
END_TEST

static bool count_states(void *context, const inv_invite *invite)
{
    size_t *counts = context;

    counts[inv_invite_state_at(invite, time(NULL))]++;
    return true;
}

START_TEST(a_list_knows_which_resets_are_overtaken)
{
    size_t counts[INV_INVITE_REVOKED + 1] = {0};
    inv_token *tokens[2];

    site_add_account(site, "overtaken");
    for (size_t i = 0; i < 2; i++) {
        tokens[i] = site_reset_invite(site, "overtaken");
    }
    ck_assert_int_eq(inv_invite_each(&call, "(inviteUser=overtaken)", count_states, counts),
                     INV_OK);
    ck_assert_uint_eq(counts[INV_INVITE_PENDING], 2);
    ck_assert_int_eq(site_redeem(site, tokens[1], "overtaken", "another long password", &verdict),
                     INV_OK);
    memset(counts, 0, sizeof(counts));
    ck_assert_int_eq(inv_invite_each(&call, "(inviteUser=overtaken)", count_states, counts),
                     INV_OK);
    ck_assert_uint_eq(counts[INV_INVITE_EXPIRED], 1);
    ck_assert_uint_eq(counts[INV_INVITE_USED], 1);
    inv_token_free(&tokens[0]);
    inv_token_free(&tokens[1]);
}
END_TEST

/* ----------------------------------------------------------------------------------- very many */

#define MANY 40000

/* Each expires at another moment, as those do that people make; ten have expired. */
static void start_with_many(void)
{
    struct site_settings settings = {.timeout = NULL};
    char *invites = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&invites, &size);
    time_t now = time(NULL);

    ck_assert_ptr_nonnull(stream);
    for (int i = 0; i < MANY; i++) {
        char expires[INV_TIMESTAMP_SIZE];

        inv_timestamp_write_generalized(i < 10 ? now - 1 - i : now + 86400 + i, expires);
        (void)fprintf(stream,
                      "dn: inviteId=%040d," SITE_INVITES "\nobjectClass: xmppInvite\n"
                      "inviteId: %040d\ninviteType: account\ninviteDomain: example.org\n"
                      "inviteUses: 1\ninviteUsesLeft: 1\ninviteExpires: %s\ninviteKeyId: 1\n"
                      "inviteInviter: %s@example.org\ninviteTerms: inviteInviter\n\n",
                      i, i, expires, i < 30 ? "alice" : "bob");
    }
    ck_assert_int_eq(fclose(stream), 0);
    settings.extra_ldif = invites;
    site = site_start(&settings);
    free(invites);
}

/* For each invite that a user makes: not by looking at those of all others. */
START_TEST(open_invites_are_counted_among_very_many)
{
    inv_jid *alice = NULL;
    size_t open = 0;

    ck_assert_int_eq(inv_jid_parse("alice@example.org", &alice, &verdict), INV_OK);
    call.deadline = inv_deadline_in(2000);
    (void)inv_invite_count_open(&call, alice, &open);
    expect(INV_OK);
    ck_assert_uint_eq(open, 20);
    inv_jid_free(&alice);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invite_read");
    TCase *directory = tcase_create("directory");
    TCase *many = tcase_create("many");

    tcase_set_timeout(directory, 60);
    tcase_add_unchecked_fixture(directory, fixture_start, fixture_stop);
    tcase_add_checked_fixture(directory, calls_begin, calls_end);
    tcase_add_test(directory, a_container_that_is_missing_is_no_bad_token);
    tcase_add_test(directory, an_invite_of_another_domain_is_not_taken);
    tcase_add_test(directory, the_newest_come_first);
    tcase_add_test(directory, an_unreadable_invite_is_left_out_and_told);
    tcase_add_test(directory, an_invite_whose_account_is_over_is_not_open);
    tcase_add_test(directory, a_list_knows_which_resets_are_overtaken);
    suite_add_tcase(suite, directory);
    if (slapd_kind() == SLAPD_OPENLDAP) {
        tcase_set_timeout(many, 60);
        tcase_add_unchecked_fixture(many, start_with_many, fixture_stop);
        tcase_add_checked_fixture(many, calls_begin, calls_end);
        tcase_add_test(many, open_invites_are_counted_among_very_many);
        suite_add_tcase(suite, many);
    }
    return suite_run(suite);
}
