/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/repair.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/model/pair.h"
#include "invitegate/directory.h"
#include "invitegate/pair.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"
#include "tests/upkeep/repair_held.h"

/* Every test has its own names; all of them share a directory, and repair sees all of it. */

#define ALICE "alice@example.org"

/* ------------------------------------------------------------------------------------ claims */

START_TEST(a_dead_claim_is_freed)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "c1@example.org", LEFTOVER_NONCE, 1);
    let_it_age(site);
    observer_rehearse(site);
    expect_note("the claim of c1@example.org, of which nothing came");
    site_expect(site, token, 0, 1, 0, 0, 0);
    observer_mend(site);
    expect_note("freed inviteId=");
    expect_note("the claim of c1@example.org, of which nothing came");
    site_expect(site, token, 1, 0, 0, 0, 0);
    observer_mend(site);
    expect_no_note("c1@example.org");
    observer_keep_young(site);
    ck_assert_int_eq(site_redeem(site, token, "c1other", SITE_PASSWORD, &verdict), INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_account_is_finished)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "c2@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "c2");
    let_it_age(site);
    observer_rehearse(site);
    expect_note("finished inviteId=");
    site_expect(site, token, 0, 1, 0, 1, 0);
    observer_mend(site);
    expect_note("the redemption by c2@example.org");
    site_expect(site, token, 0, 0, 1, 1, 1);
    observer_mend(site);
    expect_no_note("c2@example.org");
    observer_keep_young(site);
    ck_assert_int_eq(site_redeem(site, token, "c2", SITE_PASSWORD, &verdict), INV_OK);
    inv_token_free(&token);
}
END_TEST

/* It was revoked since: the use is recorded, and gives nothing more. */
START_TEST(a_revoked_invite_gives_no_contact)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "c20@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "c20");
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    let_it_age(site);
    observer_mend(site);
    expect_note("the redemption by c20@example.org");
    site_expect(site, token, -1, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* Two attempts of one person both had a claim, and the one that was too late died. */
START_TEST(a_surplus_claim_is_freed)
{
    inv_token *token = site_invite(site, ALICE, 2);

    ck_assert_int_eq(site_redeem(site, token, "c14", SITE_PASSWORD, &verdict), INV_OK);
    leftover_claim(site, token, "c14@example.org", LEFTOVER_NONCE, 1);
    ck_assert_int_eq(site_redeem(site, token, "c14", SITE_PASSWORD, &verdict), INV_OK);
    site_expect(site, token, 0, 1, 1, 1, 1);
    let_it_age(site);
    observer_rehearse(site);
    expect_note("freed inviteId=");
    observer_mend(site);
    expect_note("the claim of c14@example.org");
    site_expect(site, token, 1, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* By which the use is told from others of that name later. */
START_TEST(a_use_is_recorded_by_the_nonce_of_its_account)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "c21@example.org", "ffeeddccbbaa9988", 1);
    leftover_account(site, token, "c21");
    let_it_age(site);
    observer_mend(site);
    ck_assert_uint_eq(
        site_count(site, SITE_INVITES, "(inviteUsedBy=c21@example.org *" LEFTOVER_NONCE ")"), 1);
    inv_token_free(&token);
}
END_TEST

/* The inviter has left: what is there stays, without the pair. */
START_TEST(an_account_of_a_gone_inviter_is_finished)
{
    inv_token *token = NULL;

    site_add_account(site, "c3inviter");
    site_next_second();
    token = site_invite(site, "c3inviter@example.org", 1);
    leftover_claim(site, token, "c3@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "c3");
    site_delete(site, "uid=c3inviter," SITE_PEOPLE);
    let_it_age(site);
    observer_mend(site);
    expect_note("the redemption by c3@example.org");
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_young_claim_waits)
{
    inv_token *token = site_invite(site, ALICE, 1);
    inv_token *other = site_invite(site, ALICE, 1);

    observer_keep_young(site);
    leftover_claim(site, token, "c4@example.org", LEFTOVER_NONCE, 1);
    leftover_claim(site, other, "c4b@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, other, "c4b");
    site_next_second();
    observer_mend(site);
    expect_note("waits inviteId=");
    expect_note("the claim of c4@example.org is younger");
    expect_note("the claim of c4b@example.org is younger");
    site_expect(site, token, 0, 1, 0, 0, 0);
    site_expect(site, other, 0, 1, 0, 1, 0);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

/* A use given back is a change of the invite: the others are no younger for it. */
START_TEST(all_dead_claims_of_an_invite_go_at_once)
{
    inv_token *token = site_invite(site, ALICE, 4);

    leftover_claim(site, token, "c5@example.org", LEFTOVER_NONCE, 4);
    leftover_claim(site, token, "c5b@example.org", LEFTOVER_NONCE, 3);
    leftover_claim(site, token, "c5c@example.org", LEFTOVER_NONCE, 2);
    let_it_age(site);
    observer_mend(site);
    site_expect(site, token, 4, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revoked_invite_remembers_what_is_freed)
{
    inv_token *token = site_invite(site, ALICE, 2);

    leftover_claim(site, token, "c6@example.org", LEFTOVER_NONCE, 2);
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    let_it_age(site);
    observer_mend(site);
    site_expect(site, token, -3, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

static inv_token *resumed;

/* The same person tries again: a new claim of the old JID. */
static void resume(void)
{
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteClaim\n"
                "inviteClaim: c7@example.org " LEFTOVER_NONCE "\n-\nadd: inviteClaim\n"
                "inviteClaim: c7@example.org ffeeddccbbaa9988\n",
                inv_token_id(resumed));
}

START_TEST(a_claim_that_was_taken_over_is_not_freed)
{
    resumed = site_invite(site, ALICE, 1);
    leftover_claim(site, resumed, "c7@example.org", LEFTOVER_NONCE, 1);
    let_it_age(site);
    observer_repair(site, false, "claims", resume);
    expect_no_note("c7@example.org");
    site_expect(site, resumed, 0, 1, 0, 0, 0);
    inv_token_free(&resumed);
}
END_TEST

/* An admin has made another entry of the same name since: the invite's account is still there. */
START_TEST(an_account_beside_another_holder)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "c8@example.org", LEFTOVER_NONCE, 1);
    site_modify(site, "dn: cn=c8," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: c8\nsn: c8\nuid: c8\n");
    leftover_account(site, token, "c8");
    let_it_age(site);
    observer_mend(site);
    expect_no_note("c8@example.org, of which");
    expect_note("the redemption by c8@example.org");
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* The use was spent; that the account was deleted by hand opens nothing, and nobody is connected.
 */
START_TEST(an_account_that_was_deleted_before_the_finish)
{
    inv_token *token = NULL;
    struct site_request request;

    site_add_account(site, "c9friend");
    site_next_second();
    site_request(site, &request, INV_INVITE_ACCOUNT, ALICE);
    site_request_contact(&request, "c9friend@example.org");
    token = site_create(site, &request);
    leftover_claim(site, token, "c9@example.org", LEFTOVER_NONCE, 1);
    leftover_pair(site, token, "c9@example.org", ALICE);
    let_it_age(site);
    observer_mend(site);
    expect_note("the redemption by c9@example.org");
    expect_note("removed rosterPairId=");
    site_expect(site, token, 0, 0, 1, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_contact_is_finished)
{
    struct site_request request;
    inv_token *token = NULL;
    inv_token *dead = NULL;

    site_add_account(site, "c10");
    site_request(site, &request, INV_INVITE_CONTACT, ALICE);
    token = site_create(site, &request);
    site_request(site, &request, INV_INVITE_CONTACT, ALICE);
    dead = site_create(site, &request);
    leftover_claim(site, token, "c10@elsewhere.example", LEFTOVER_NONCE, 1);
    leftover_pair(site, token, "c10@elsewhere.example", ALICE);
    leftover_claim(site, dead, "c10@example.org", LEFTOVER_NONCE, 1);
    let_it_age(site);
    observer_mend(site);
    expect_note("the redemption by c10@elsewhere.example");
    site_expect(site, token, 0, 0, 1, 0, 1);
    site_expect(site, dead, 1, 0, 0, 0, 0);
    inv_token_free(&token);
    inv_token_free(&dead);
}
END_TEST

START_TEST(a_reset_is_finished_or_freed)
{
    inv_token *done = NULL;
    inv_token *dead = NULL;

    site_add_account(site, "c11");
    site_add_account(site, "c11b");
    done = site_reset_invite(site, "c11");
    dead = site_reset_invite(site, "c11b");
    leftover_claim(site, done, "c11@example.org", LEFTOVER_NONCE, 1);
    leftover_claim(site, dead, "c11b@example.org", LEFTOVER_NONCE, 1);
    site_modify(site,
                "dn: uid=c11," SITE_PEOPLE "\nchangetype: modify\nadd: inviteNonce\n"
                "inviteNonce: " LEFTOVER_NONCE ".%s\n",
                inv_token_id(done));
    let_it_age(site);
    observer_mend(site);
    site_expect(site, done, 0, 0, 1, 0, 0);
    site_expect(site, dead, 1, 0, 0, 0, 0);
    inv_token_free(&done);
    inv_token_free(&dead);
}
END_TEST

/* What is wrong with one invite keeps none of the others from being mended. */
START_TEST(a_spoilt_invite_stops_nothing)
{
    inv_token *spoilt[6];
    inv_token *good[6];
    char jid[64];

    for (int i = 0; i < 6; i++) {
        (void)snprintf(jid, sizeof(jid), "c12-%d@example.org", i);
        spoilt[i] = site_invite(site, ALICE, 1);
        leftover_claim(site, spoilt[i], jid, LEFTOVER_NONCE, 1);
        good[i] = site_invite(site, ALICE, 1);
        leftover_claim(site, good[i], jid, LEFTOVER_NONCE, 1);
    }
    leftover_terms(site, spoilt[0], "inviteDomain", "other.example");
    leftover_terms(site, spoilt[1], "inviteClaim", "no claim at all");
    leftover_terms(site, spoilt[2], "inviteClaim", "@ " LEFTOVER_NONCE);
    leftover_terms(site, spoilt[3], "inviteUses", "0");
    leftover_terms(site, spoilt[3], "inviteUsesLeft", "5000");
    leftover_account(site, spoilt[4], "c12-4");
    leftover_terms(site, spoilt[4], "inviteContact", "not a jid");
    site_modify(site, "dn: uid=c12-5," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "objectClass: xmppAccount\ncn: x\nsn: x\nxmppJid: c12-5@example.org\n"
                      "xmppAccountExpires: 20300101000000Z\n");
    let_it_age(site);
    observer_mend(site);
    for (int i = 0; i < 5; i++) {
        ck_assert_msg(strstr(seen.notes, inv_token_id(spoilt[i])) != NULL, "%d not in:\n%s", i,
                      seen.notes);
        site_expect(site, good[i], 1, 0, 0, 0, 0);
    }
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 5);
    for (int i = 0; i < 6; i++) {
        char *dn = inv_invite_dn(site_domain(site), inv_token_id(spoilt[i]));

        site_delete(site, dn);
        free(dn);
        inv_token_free(&spoilt[i]);
        inv_token_free(&good[i]);
    }
}
END_TEST

static inv_token *racer;

static void resume_c13(void)
{
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteClaim\n"
                "inviteClaim: c13@example.org " LEFTOVER_NONCE "\n-\nadd: inviteClaim\n"
                "inviteClaim: c13@example.org ffeeddccbbaa9988\n",
                inv_token_id(racer));
}

/* The account of the old claim was deleted by hand: the new one is for an account to come. */
START_TEST(a_claim_that_was_taken_over_is_not_finished)
{
    racer = site_invite(site, ALICE, 1);
    leftover_claim(site, racer, "c13@example.org", LEFTOVER_NONCE, 1);
    leftover_pair(site, racer, "c13@example.org", ALICE);
    let_it_age(site);
    observer_mend_hooked(site, INV_OPERATION_MODIFY, inv_token_id(racer), resume_c13);
    expect_no_note("c13@example.org");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 0);
    site_expect(site, racer, 0, 1, 0, 0, 0);
    inv_token_free(&racer);
}
END_TEST

/* -------------------------------------------------------------------------- balance and shares */

START_TEST(an_imbalance_is_left)
{
    inv_token *token = site_invite(site, ALICE, 3);
    inv_token *revoked = site_invite(site, ALICE, 3);

    ck_assert_int_eq(site_redeem(site, token, "b1", SITE_PASSWORD, &verdict), INV_OK);
    ck_assert_int_eq(site_revoke(site, revoked), INV_OK);
    observer_mend(site);
    expect_no_note("do not make");
    leftover_terms(site, token, "inviteUsesLeft", "1");
    leftover_terms(site, revoked, "inviteUsesLeft", "-3");
    observer_mend(site);
    expect_note("1 open, 0 claimed and 1 finished uses do not make the 3");
    expect_note("2 open, 0 claimed and 0 finished uses do not make the 3");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 2);
    leftover_terms(site, token, "inviteUsesLeft", "2");
    leftover_terms(site, revoked, "inviteUsesLeft", "-4");
    inv_token_free(&token);
    inv_token_free(&revoked);
}
END_TEST

START_TEST(a_double_spend_is_left)
{
    inv_token *token = site_invite(site, ALICE, 1);
    inv_token *unlimited = site_invite(site, ALICE, 0);

    ck_assert_int_eq(site_redeem(site, token, "d1", SITE_PASSWORD, &verdict), INV_OK);
    leftover_account(site, token, "d1b");
    leftover_account(site, unlimited, "d1c");
    leftover_account(site, unlimited, "d1d");
    observer_mend(site);
    expect_note("2 accounts were made with its 1 uses");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 1);
    site_delete(site, "uid=d1b," SITE_PEOPLE);
    inv_token_free(&token);
    inv_token_free(&unlimited);
}
END_TEST

/* ------------------------------------------------------------------------ beside redemptions */

#define WORKERS 8

static void register_some(int worker)
{
    for (int i = 0; i < 3; i++) {
        inv_token *token = site_invite(site, ALICE, 1);
        char local[32];

        (void)snprintf(local, sizeof(local), "w%d-%d", worker, i);
        (void)site_redeem(site, token, local, SITE_PASSWORD, &verdict);
        site_expect_result(verdict, INV_OK);
        site_expect(site, token, 0, 0, 1, 1, 1);
        inv_token_free(&token);
    }
}

/* With the grace that a configuration allows, a repair never meets a redemption under way. */
START_TEST(beside_redemptions)
{
    pid_t workers[WORKERS];
    size_t running = WORKERS;

    observer_keep_young(site);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        ck_assert_int_ge(workers[i], 0);
        if (workers[i] == 0) {
            register_some(i);
            _exit(0);
        }
    }
    while (running > 0) {
        int status = 0;

        observer_mend(site);
        expect_no_note("freed");
        while (running > 0 && waitpid(-1, &status, WNOHANG) > 0) {
            running--;
            ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a registration failed");
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("repair");
    TCase *repairs = tcase_create("repair");

    tcase_set_timeout(repairs, 60);
    tcase_add_unchecked_fixture(repairs, fixture_start_aged, fixture_stop);
    tcase_add_test(repairs, a_dead_claim_is_freed);
    tcase_add_test(repairs, an_account_is_finished);
    tcase_add_test(repairs, a_revoked_invite_gives_no_contact);
    tcase_add_test(repairs, a_surplus_claim_is_freed);
    tcase_add_test(repairs, a_use_is_recorded_by_the_nonce_of_its_account);
    tcase_add_test(repairs, an_account_of_a_gone_inviter_is_finished);
    tcase_add_test(repairs, a_young_claim_waits);
    tcase_add_test(repairs, all_dead_claims_of_an_invite_go_at_once);
    tcase_add_test(repairs, a_revoked_invite_remembers_what_is_freed);
    tcase_add_test(repairs, a_claim_that_was_taken_over_is_not_freed);
    tcase_add_test(repairs, an_account_beside_another_holder);
    tcase_add_test(repairs, an_account_that_was_deleted_before_the_finish);
    tcase_add_test(repairs, a_contact_is_finished);
    tcase_add_test(repairs, a_reset_is_finished_or_freed);
    tcase_add_test(repairs, a_spoilt_invite_stops_nothing);
    tcase_add_test(repairs, a_claim_that_was_taken_over_is_not_finished);
    tcase_add_test(repairs, an_imbalance_is_left);
    tcase_add_test(repairs, a_double_spend_is_left);
    repair_held_add(repairs);
    tcase_add_test(repairs, beside_redemptions);
    suite_add_tcase(suite, repairs);
    return suite_run(suite);
}
