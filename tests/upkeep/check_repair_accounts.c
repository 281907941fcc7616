/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/repair.h"

#include <check.h>
#include <stdlib.h>

#include "invitegate/token.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"

/* What accounts say of the uses of their invites. Every test has its own names. */

#define ALICE "alice@example.org"

static void make_all_old(void)
{
    site_domain(site)->claim_grace = -1;
}

/* The invite as it was before its uses, as a backup has it; the accounts stay. */
static void restore(const inv_token *token, const char *uses_left)
{
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\n"
                "replace: inviteUsesLeft\ninviteUsesLeft: %s\n-\n"
                "replace: inviteUsedBy\n-\nreplace: inviteClaim\n",
                inv_token_id(token), uses_left);
}

static void register_with(const inv_token *token, const char *local)
{
    ck_assert_int_eq(site_redeem(site, token, local, SITE_PASSWORD, &verdict), INV_OK);
}

/* It still is as it was restored. */
static void expect_untouched(const inv_token *token, const char *uses_left)
{
    ck_assert_uint_eq(site_count(site, SITE_INVITES,
                                 "(&(inviteId=%s)(inviteUsesLeft=%s)(!(inviteUsedBy=*)))",
                                 inv_token_id(token), uses_left),
                      1);
}

START_TEST(a_lost_use_is_recorded)
{
    inv_token *token = site_invite(site, ALICE, 1);

    register_with(token, "l1");
    restore(token, "1");
    make_all_old();
    observer_rehearse(site);
    expect_note("the use by l1@example.org, of which it knew nothing");
    expect_untouched(token, "1");
    observer_mend(site);
    expect_note("finished inviteId=");
    expect_note("the use by l1@example.org");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 0);
    site_expect(site, token, 0, 0, 1, 1, 1);
    observer_mend(site);
    expect_no_note("l1@example.org");
    ck_assert_int_eq(site_redeem(site, token, "l1other", SITE_PASSWORD, &verdict), INV_BAD_TOKEN);
    register_with(token, "l1");
    inv_token_free(&token);
}
END_TEST

START_TEST(of_several_uses_those_without_an_account_stay_open)
{
    inv_token *token = site_invite(site, ALICE, 4);

    register_with(token, "l2");
    register_with(token, "l2b");
    restore(token, "4");
    register_with(token, "l2c");
    make_all_old();
    observer_mend(site);
    expect_note("the use by l2@example.org");
    expect_note("the use by l2b@example.org");
    expect_no_note("l2c@example.org");
    site_expect(site, token, 1, 0, 3, 3, 3);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revoked_invite_has_less_to_restore)
{
    inv_token *token = site_invite(site, ALICE, 2);

    register_with(token, "l3");
    restore(token, "-3");
    make_all_old();
    observer_mend(site);
    expect_note("the use by l3@example.org");
    site_expect(site, token, -2, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* Whoever was reset since has another nonce in front, and is the same account. */
START_TEST(a_reset_since_makes_no_difference)
{
    inv_token *token = site_invite(site, ALICE, 2);
    inv_token *reset = NULL;

    register_with(token, "l4");
    reset = site_reset_invite(site, "l4");
    ck_assert_int_eq(site_redeem(site, reset, "l4", "another fine password", &verdict), INV_OK);
    make_all_old();
    observer_mend(site);
    expect_no_note("l4@example.org");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 0);
    site_expect(site, token, 1, 0, 1, 1, 1);
    restore(token, "2");
    observer_mend(site);
    expect_note("the use by l4@example.org");
    site_expect(site, token, 1, 0, 1, 1, 1);
    inv_token_free(&reset);
    inv_token_free(&token);
}
END_TEST

/* The name was removed and registered again with the same invite: each time cost a use. */
START_TEST(a_name_may_have_had_several_uses)
{
    inv_token *token = site_invite(site, ALICE, 2);

    register_with(token, "l9");
    restore(token, "1");
    leftover_terms(site, token, "inviteUsedBy", "l9@example.org 20260101000000Z 0011223344556677");
    make_all_old();
    observer_mend(site);
    expect_note("the use by l9@example.org");
    site_expect(site, token, 0, 0, 2, 1, 1);
    inv_token_free(&token);
}
END_TEST

static const inv_token *claimed;

static void claim(void)
{
    leftover_claim(site, claimed, "l10@example.org", LEFTOVER_NONCE, 2);
}

/* The same person tries again meanwhile: that claim becomes the use of the account. */
START_TEST(a_claim_of_the_same_person_is_enough)
{
    inv_token *token = site_invite(site, ALICE, 2);
    inv_token *other = site_invite(site, ALICE, 1);

    register_with(token, "l10");
    restore(token, "2");
    leftover_claim(site, other, "l10b@example.org", LEFTOVER_NONCE, 1);
    make_all_old();
    claimed = token;
    observer_repair(site, false, "claims", claim); /* behind the search for claims */
    expect_note("the claim of l10b@example.org");
    expect_no_note("l10@example.org");
    site_expect(site, token, 1, 1, 0, 1, 1);
    inv_token_free(&other);
    inv_token_free(&token);
}
END_TEST

/* Its redemption may be under way, and be withdrawn. */
START_TEST(a_young_account_waits)
{
    inv_token *token = site_invite(site, ALICE, 2);

    register_with(token, "l5");
    restore(token, "2");
    observer_keep_young(site);
    observer_mend(site);
    expect_no_note("l5@example.org");
    expect_untouched(token, "2");
    restore(token, "0");
    inv_token_free(&token);
}
END_TEST

/* Numbers that do not add up are for an administrator: something is hidden, or changed by hand. */
START_TEST(an_imbalance_is_not_mended_by_more)
{
    inv_token *token = site_invite(site, ALICE, 3);

    register_with(token, "l6");
    restore(token, "1");
    make_all_old();
    observer_mend(site);
    expect_no_note("the use by l6@example.org");
    expect_untouched(token, "1");
    restore(token, "0");
    inv_token_free(&token);
}
END_TEST

START_TEST(unlimited_invites_know_no_uses)
{
    inv_token *token = site_invite(site, ALICE, 0);

    register_with(token, "l7");
    make_all_old();
    observer_mend(site);
    expect_no_note("l7@example.org");
    site_expect(site, token, 1, 0, 0, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(no_more_than_are_open)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_account(site, token, "l8");
    leftover_account(site, token, "l8b");
    make_all_old();
    observer_mend(site);
    expect_note("2 accounts were made with its 1 uses");
    ck_assert_uint_eq(seen.count[INV_REPAIR_FINISHED], 1);
    ck_assert_uint_eq(site_count(site, SITE_INVITES,
                                 "(&(inviteId=%s)(inviteUsesLeft=0)(inviteUsedBy=l8*))",
                                 inv_token_id(token)),
                      1);
    site_delete(site, "uid=l8," SITE_PEOPLE);
    site_delete(site, "uid=l8b," SITE_PEOPLE);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("repair_accounts");
    TCase *tests = tcase_create("accounts");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, fixture_start_aged, fixture_stop);
    tcase_add_test(tests, a_lost_use_is_recorded);
    tcase_add_test(tests, of_several_uses_those_without_an_account_stay_open);
    tcase_add_test(tests, a_revoked_invite_has_less_to_restore);
    tcase_add_test(tests, a_reset_since_makes_no_difference);
    tcase_add_test(tests, a_name_may_have_had_several_uses);
    tcase_add_test(tests, a_claim_of_the_same_person_is_enough);
    tcase_add_test(tests, a_young_account_waits);
    tcase_add_test(tests, an_imbalance_is_not_mended_by_more);
    tcase_add_test(tests, unlimited_invites_know_no_uses);
    tcase_add_test(tests, no_more_than_are_open);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
