/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/upkeep/run.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"

#define ALICE "alice@example.org"

static inv_token *racer;

static size_t purge(long older_than, bool dry_run, void (*act)(void))
{
    inv_repair_visitor visitor;
    size_t purged = 99;
    inv_call call;

    visitor = observer_start(act != NULL ? "invites" : NULL, act);
    site_begin(site, &call, &verdict);
    ck_assert_msg(inv_purge(&call, older_than, dry_run, &visitor, &purged) == INV_OK, "%s",
                  verdict.why);
    inv_call_end(&call);
    ck_assert_uint_eq(purged, seen.count[INV_REPAIR_REMOVED]);
    return purged;
}

static bool is_there(const inv_token *token)
{
    return site_count(site, SITE_INVITES, "(&(objectClass=xmppInvite)(inviteId=%s))",
                      inv_token_id(token)) == 1;
}

START_TEST(ended_invites_are_purged)
{
    inv_token *open = site_invite(site, ALICE, 2);
    inv_token *used = site_invite(site, ALICE, 1);
    inv_token *expired = invite_for(site, "u1b");
    inv_token *revoked = site_invite(site, ALICE, 1);
    inv_token *claimed = site_invite(site, ALICE, 1);

    ck_assert_int_eq(site_redeem(site, open, "u1a", SITE_PASSWORD, &verdict), INV_OK);
    ck_assert_int_eq(site_redeem(site, used, "u1", SITE_PASSWORD, &verdict), INV_OK);
    leftover_terms(site, expired, "inviteExpires", "20200101000000Z");
    ck_assert_int_eq(site_revoke(site, revoked), INV_OK);
    leftover_claim(site, claimed, "u1c@example.org", LEFTOVER_NONCE, 1);
    ck_assert_uint_eq(purge(3600, false, NULL), 0);
    let_it_age(site);
    ck_assert_uint_ge(purge(1, true, NULL), 3);
    ck_assert(is_there(used) && is_there(expired) && is_there(revoked));
    ck_assert_uint_ge(purge(1, false, NULL), 3);
    ck_assert(!is_there(used) && !is_there(expired) && !is_there(revoked));
    ck_assert(is_there(open) && is_there(claimed));
    ck_assert(!is_reserved(site, "u1b"));
    expect_note(": used");
    expect_note(": expired");
    expect_note(": revoked");
    ck_assert_uint_eq(purge(1, false, NULL), 0);
    inv_token_free(&open);
    inv_token_free(&used);
    inv_token_free(&expired);
    inv_token_free(&revoked);
    inv_token_free(&claimed);
}
END_TEST

static void restore_racer(void)
{
    inv_call call;

    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(racer)), INV_OK);
    inv_call_end(&call);
}

/* Changed since the list was made: not for purge any more, and no reason to stop. */
START_TEST(an_invite_that_was_restored_stays)
{

    racer = site_invite(site, ALICE, 1);
    ck_assert_int_eq(site_revoke(site, racer), INV_OK);
    let_it_age(site);
    (void)purge(1, false, restore_racer);
    ck_assert(is_there(racer));
    site_expect(site, racer, 1, 0, 0, 0, 0);
    inv_token_free(&racer);
}
END_TEST

static void claim_racer(void)
{
    leftover_claim(site, racer, "u3@example.org", LEFTOVER_NONCE, 1);
}

/* Somebody who was in time (accepted before it expired) is at it. */
START_TEST(an_expired_invite_that_is_claimed_stays)
{

    racer = site_invite(site, ALICE, 1);
    leftover_terms(site, racer, "inviteExpires", "20200101000000Z");
    let_it_age(site);
    (void)purge(1, false, claim_racer);
    ck_assert(is_there(racer));
    site_expect(site, racer, 0, 1, 0, 0, 0);
    inv_token_free(&racer);
}
END_TEST

#define MANY 520 /* more than a page */

/* Revoked invites, one LDIF for all. */
static void revoke_many(void)
{
    char *ldif = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&ldif, &size);

    ck_assert_ptr_nonnull(stream);
    for (int i = 0; i < MANY; i++)
        (void)fprintf(stream,
                      "dn: inviteId=%040x," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppInvite\ninviteType: account\ninviteDomain: example.org\n"
                      "inviteUses: 1\ninviteUsesLeft: -2\ninviteExpires: 20990101000000Z\n"
                      "inviteKeyId: 1\ninviteTerms: none\n\n",
                      i + 0xabc000);
    (void)fclose(stream);
    site_modify(site, "%s", ldif);
    free(ldif);
}

START_TEST(more_than_a_page)
{
    inv_token *open = site_invite(site, ALICE, 1);

    revoke_many();
    let_it_age(site);
    ck_assert_uint_ge(purge(1, true, NULL), MANY);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(inviteUsesLeft=-2)"), MANY);
    ck_assert_uint_ge(purge(1, false, NULL), MANY);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(inviteUsesLeft=-2)"), 0);
    ck_assert(is_there(open));
    inv_token_free(&open);
}
END_TEST

/* The last second of the grace belongs to it, and what has no age never grows old. */
START_TEST(the_grace_to_the_second)
{
    repair at = {.now = 100000};
    inv_call call;

    site_begin(site, &call, &verdict);
    at.call = &call;
    site_domain(site)->claim_grace = 60;
    ck_assert(!repair_is_old(&at, 100000));
    ck_assert(!repair_is_old(&at, 100000 - 1));
    ck_assert(!repair_is_old(&at, 100000 - 60));
    ck_assert(repair_is_old(&at, 100000 - 61));
    ck_assert(!repair_is_old(&at, 0));
    inv_call_end(&call);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("purge");
    TCase *purges = tcase_create("purge");

    tcase_set_timeout(purges, 60);
    tcase_add_unchecked_fixture(purges, fixture_start_aged, fixture_stop);
    tcase_add_test(purges, ended_invites_are_purged);
    tcase_add_test(purges, an_invite_that_was_restored_stays);
    tcase_add_test(purges, an_expired_invite_that_is_claimed_stays);
    tcase_add_test(purges, more_than_a_page);
    tcase_add_test(purges, the_grace_to_the_second);
    suite_add_tcase(suite, purges);
    return suite_run(suite);
}
