/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/removal.h"
#include "invitegate/roster.h"
#include "tests/support/adoption.h"

/* What adopted people can do, what becomes of their locks, and how it is undone. */

START_TEST(adopted_people_log_in_and_invite)
{
    inv_token *token = NULL;

    adoption_person("bert");
    site_next_second();
    adoption_all(NULL, false);
    ck_assert(site_login(site, "bert", SITE_PASSWORD));
    token = site_invite(site, "bert@example.org", 1);
    redeem(token, "guest", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    ck_assert_uint_eq(site_pairs_of(site, "bert@example.org"), 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(adopted_people_are_reset)
{
    inv_token *token = NULL;

    adoption_person("bert");
    adoption_all(NULL, false);
    token = site_reset_invite(site, "bert");
    redeem(token, "bert", "a new long password");
    expect(INV_OK);
    ck_assert(site_login(site, "bert", "a new long password"));
    ck_assert(!site_login(site, "bert", SITE_PASSWORD));
    inv_token_free(&token);
    /* that account has more by now than adopting gave it */
    adoption_all(NULL, true);
    adoption_expect("refused uid=bert," SITE_PEOPLE " bert@example.org: ");
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
}
END_TEST

static bool count_contact(void *context, const char *jid, const char *group)
{
    (void)group;
    ck_assert_str_eq(jid, "alice@example.org");
    ++*(size_t *)context;
    return true;
}

START_TEST(adopted_people_have_rosters)
{
    struct site_request request;
    inv_token *token = NULL;
    inv_call call;
    size_t contacts = 0;

    adoption_person("bert");
    adoption_all(NULL, false);
    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    token = site_create(site, &request);
    ck_assert_msg(site_redeem_contact(site, token, "bert@example.org", &verdict) == INV_OK, "%s",
                  verdict.why);
    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_roster_each(&call, "bert@example.org", count_contact, &contacts), INV_OK);
    inv_call_end(&call);
    ck_assert_uint_eq(contacts, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(who_is_locked_stays_so)
{
    adoption_person("bert");
    site_lock_account(site, "bert");
    adoption_all(NULL, false);
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    ck_assert(site_is_locked(site, "bert"));
    ck_assert(!site_login(site, "bert", SITE_PASSWORD));
}
END_TEST

START_TEST(an_account_of_an_invite_is_not_undone)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem(token, "made", SITE_PASSWORD);
    expect(INV_OK);
    adoption_person("bert");
    adoption_all(NULL, false);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DONE], 1);
    adoption_all(NULL, true);
    ck_assert(adoption_is_account(SITE_PEOPLE, "made", "made@example.org"));
    ck_assert(adoption_is_untouched("bert"));
    adoption_expect_not("made");
    inv_token_free(&token);
}
END_TEST

START_TEST(remove_says_what_it_will_not_do)
{
    inv_removal removed;
    inv_jid *name = NULL;
    inv_call call;

    adoption_person("bert");
    adoption_all(NULL, false);
    name = site_name(site, "bert");
    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_remove(&call, name, &removed), INV_NOT_ALLOWED);
    ck_assert_ptr_nonnull(strstr(verdict.why, "its entry, groups, contacts and invites stay"));
    ck_assert_ptr_nonnull(strstr(verdict.why, "invitectl adopt --undo bert@example.org"));
    ck_assert(adoption_is_account(SITE_PEOPLE, "bert", "bert@example.org"));
    adoption_all(NULL, true);
    ck_assert_int_eq(inv_remove(&call, name, &removed), INV_NOT_ALLOWED);
    ck_assert_ptr_nonnull(strstr(verdict.why, "invitectl remove bert@example.org"));
    ck_assert_ptr_null(strstr(verdict.why, "--undo"));
    inv_call_end(&call);
    inv_jid_free(&name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adopted");
    TCase *people = tcase_create("people");

    tcase_set_timeout(people, 120);
    tcase_add_checked_fixture(people, adoption_start, adoption_stop);
    tcase_add_test(people, adopted_people_log_in_and_invite);
    tcase_add_test(people, adopted_people_are_reset);
    tcase_add_test(people, adopted_people_have_rosters);
    tcase_add_test(people, who_is_locked_stays_so);
    tcase_add_test(people, an_account_of_an_invite_is_not_undone);
    tcase_add_test(people, remove_says_what_it_will_not_do);
    suite_add_tcase(suite, people);
    return suite_run(suite);
}
