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
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"

/* Every test has its own names; all of them share a directory, and repair sees all of it. */

#define ALICE "alice@example.org"

/* ------------------------------------------------------------------------------ running a repair
 */

static void repair(void)
{
    observer_repair(site, false, NULL, NULL);
}

static void rehearse(void)
{
    observer_repair(site, true, NULL, NULL);
}

static void keep_young(void)
{
    site_domain(site)->claim_grace = 20 * 60;
}

/* ------------------------------------------------------------------------------------ claims */

START_TEST(a_dead_claim_is_freed)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "c1@example.org", LEFTOVER_NONCE, 1);
    let_it_age(site);
    rehearse();
    expect_note("the claim of c1@example.org, of which nothing came");
    site_expect(site, token, 0, 1, 0, 0, 0);
    repair();
    expect_note("freed inviteId=");
    expect_note("the claim of c1@example.org, of which nothing came");
    site_expect(site, token, 1, 0, 0, 0, 0);
    repair();
    expect_no_note("c1@example.org");
    keep_young();
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
    rehearse();
    expect_note("finished inviteId=");
    site_expect(site, token, 0, 1, 0, 1, 0);
    repair();
    expect_note("the redemption by c2@example.org");
    site_expect(site, token, 0, 0, 1, 1, 1);
    repair();
    expect_no_note("c2@example.org");
    keep_young();
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
    repair();
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
    rehearse();
    expect_note("freed inviteId=");
    repair();
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
    repair();
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
    repair();
    expect_note("the redemption by c3@example.org");
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_young_claim_waits)
{
    inv_token *token = site_invite(site, ALICE, 1);
    inv_token *other = site_invite(site, ALICE, 1);

    keep_young();
    leftover_claim(site, token, "c4@example.org", LEFTOVER_NONCE, 1);
    leftover_claim(site, other, "c4b@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, other, "c4b");
    site_next_second();
    repair();
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
    repair();
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
    repair();
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
    repair();
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
    repair();
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
    repair();
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
    repair();
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
    repair();
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

/* ------------------------------------------------------------------------------ reservations */

START_TEST(reservations_of_ended_invites_go)
{
    inv_token *open = invite_for(site, "n1");
    inv_token *expired = invite_for(site, "n1b");
    inv_token *begun = invite_for(site, "n1c");

    leftover_terms(site, expired, "inviteExpires", "20200101000000Z");
    leftover_reservation(site, "n1d", NULL);
    keep_young();
    leftover_claim(site, begun, "n1c@example.org", LEFTOVER_NONCE, 1);
    leftover_terms(site, begun, "inviteExpires", "20200101000000Z");
    repair();
    ck_assert(is_reserved(site, "n1"));
    ck_assert(!is_reserved(site, "n1b"));
    ck_assert(is_reserved(site, "n1c"));
    ck_assert(is_reserved(site, "n1d"));
    let_it_age(site);
    rehearse();
    expect_note("removed inviteUser=n1d");
    ck_assert(is_reserved(site, "n1d"));
    repair();
    ck_assert(is_reserved(site, "n1"));
    ck_assert(!is_reserved(site, "n1d"));
    inv_token_free(&open);
    inv_token_free(&expired);
    inv_token_free(&begun);
}
END_TEST

/* A create takes the name over before it adds its invite. */
START_TEST(a_reservation_taken_over_is_young)
{

    leftover_reservation(site, "n2", NULL);
    let_it_age(site);
    site_domain(site)->claim_grace = 20;
    site_modify(site, "dn: inviteUser=n2," SITE_INVITES "\nchangetype: modify\nreplace: inviteId\n"
                      "inviteId: 4444444444444444444444444444444444444444\n");
    repair();
    ck_assert(is_reserved(site, "n2"));
    site_delete(site, "inviteUser=n2," SITE_INVITES);
}
END_TEST

struct hook {
    inv_operation_kind kind;
    const char *dn_part;
    void (*act)(void);
    struct counter *counter;
};

static void at_operation(void *context, counter_moment moment, size_t number, size_t write)
{
    struct hook *hook = context;

    (void)number;
    (void)write;
    if (moment != COUNTER_BEFORE_SEND || hook->act == NULL ||
        hook->counter->sending->kind != hook->kind ||
        strstr(hook->counter->sending->dn, hook->dn_part) == NULL)
        return;
    hook->act();
    hook->act = NULL;
}

/* A repair, with something happening just before it sends such an operation. */
static void repair_hooked(inv_operation_kind kind, const char *dn_part, void (*act)(void))
{
    const inv_repair_visitor visitor = observer_start(NULL, NULL);
    struct hook hook = {.kind = kind, .dn_part = dn_part, .act = act};
    size_t left = 0;
    inv_call call;

    site_begin(site, &call, &verdict);
    hook.counter = counter_attach(call.directory);
    hook.counter->at = at_operation;
    hook.counter->context = &hook;
    ck_assert_msg(inv_repair(&call, false, &visitor, &left) == INV_OK, "%s", verdict.why);
    counter_detach(call.directory, &hook.counter);
    inv_call_end(&call);
    ck_assert_msg(hook.act == NULL, "there was no such operation");
}

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
    repair_hooked(INV_OPERATION_MODIFY, inv_token_id(racer), resume_c13);
    expect_no_note("c13@example.org");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 0);
    site_expect(site, racer, 0, 1, 0, 0, 0);
    inv_token_free(&racer);
}
END_TEST

static void take_over_n3(void)
{
    site_modify(site,
                "dn: inviteUser=n3," SITE_INVITES "\nchangetype: modify\nreplace: inviteId\n"
                "inviteId: %s\n",
                inv_token_id(racer));
}

START_TEST(a_reservation_that_passes_on_stays)
{

    racer = site_invite(site, NULL, 1);
    leftover_reservation(site, "n3", NULL);
    let_it_age(site);
    repair_hooked(INV_OPERATION_MODIFY, "inviteUser=n3", take_over_n3);
    ck_assert(is_reserved(site, "n3"));
    expect_no_note("inviteUser=n3");
    inv_token_free(&racer);
}
END_TEST

static void create_n4(void)
{
    struct site_request request;
    inv_token *token = NULL;
    inv_call call;
    inv_result result;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, "n4");
    site_begin(site, &call, &verdict);
    result = inv_invite_create(&call, &request.request, &token);
    ck_assert_int_eq(result, INV_NAME_RESERVED);
    inv_call_end(&call);
    site_request_end(&request);
}

START_TEST(a_reservation_about_to_go_passes_to_nobody)
{

    leftover_reservation(site, "n4", NULL);
    let_it_age(site);
    site_domain(site)->claim_grace = 2;
    repair_hooked(INV_OPERATION_DELETE, "inviteUser=n4", create_n4);
    ck_assert(!is_reserved(site, "n4"));
    expect_note("removed inviteUser=n4");
}
END_TEST

/* -------------------------------------------------------------------------- balance and shares */

START_TEST(an_imbalance_is_left)
{
    inv_token *token = site_invite(site, ALICE, 3);
    inv_token *revoked = site_invite(site, ALICE, 3);

    ck_assert_int_eq(site_redeem(site, token, "b1", SITE_PASSWORD, &verdict), INV_OK);
    ck_assert_int_eq(site_revoke(site, revoked), INV_OK);
    repair();
    expect_no_note("do not make");
    leftover_terms(site, token, "inviteUsesLeft", "1");
    leftover_terms(site, revoked, "inviteUsesLeft", "-3");
    repair();
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
    repair();
    expect_note("2 accounts were made with its 1 uses");
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 1);
    site_delete(site, "uid=d1b," SITE_PEOPLE);
    inv_token_free(&token);
    inv_token_free(&unlimited);
}
END_TEST

/* ------------------------------------------------------------------------------------- pairs */

START_TEST(pairs_of_nobody_go)
{

    keep_young();
    leftover_pair(site, NULL, "p1@example.org", ALICE);
    leftover_pair(site, NULL, "p1@elsewhere.example", ALICE);
    site_next_second();
    repair();
    ck_assert_uint_eq(site_pairs_of(site, "p1@example.org"), 1);
    let_it_age(site);
    rehearse();
    expect_note("removed rosterPairId=");
    ck_assert_uint_eq(site_pairs_of(site, "p1@example.org"), 1);
    repair();
    ck_assert_uint_eq(site_pairs_of(site, "p1@example.org"), 0);
    ck_assert_uint_eq(site_pairs_of(site, "p1@elsewhere.example"), 1);
}
END_TEST

START_TEST(a_pair_that_is_none_is_left)
{

    leftover_pair(site, NULL, "p2@elsewhere.example", ALICE);
    site_modify(site, "dn: rosterPairId=0000000000000000000000000000000000000002," SITE_ROSTERS
                      "\nchangetype: add\nobjectClass: xmppRosterPair\nxmppContactJid: " ALICE
                      "\nrosterGroup: Invited\n");
    let_it_age(site);
    repair();
    expect_note("does not name exactly two JIDs");
    site_delete(site, "rosterPairId=0000000000000000000000000000000000000002," SITE_ROSTERS);
}
END_TEST

/* What repair tells people to do with a pair that is to stay. */
static void write_group_again(const char *jid, const char *contact)
{
    char id[INV_PAIR_ID_SIZE];

    ck_assert(inv_pair_id(jid, contact, id));
    site_modify(site,
                "dn: rosterPairId=%s," SITE_ROSTERS "\nchangetype: modify\n"
                "replace: rosterGroup\nrosterGroup: Invited\n",
                id);
}

/* Whether they are an earlier holder's, or the account was restored, nobody can tell from here. */
START_TEST(pairs_older_than_an_account_are_left)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_pair(site, NULL, "p5@example.org", "p5@elsewhere.example");
    leftover_pair(site, token, "p5b@example.org", ALICE);
    site_next_second();
    site_add_account(site, "p5");
    leftover_account(site, token, "p5b");
    keep_young();
    site_next_second();
    repair();
    expect_no_note("younger than this pair");
    let_it_age(site);
    rehearse();
    expect_note("uid=p5,");
    repair();
    expect_note("uid=p5," SITE_PEOPLE " is younger than this pair");
    expect_no_note("uid=p5b,"); /* the pair is of its own invite: it was restored */
    ck_assert_uint_eq(site_pairs_of(site, "p5@example.org"), 1);
    ck_assert_uint_eq(site_pairs_of(site, "p5b@example.org"), 1);
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 1);
    write_group_again("p5@example.org", "p5@elsewhere.example");
    let_it_age(site);
    repair();
    expect_no_note("younger than this pair");
    site_delete(site, "uid=p5b," SITE_PEOPLE);
    inv_token_free(&token);
}
END_TEST

static void register_p3(void)
{
    keep_young();
    ck_assert_msg(site_redeem(site, racer, "p3", SITE_PASSWORD, &verdict) == INV_OK, "%s",
                  verdict.why);
    site_domain(site)->claim_grace = 1;
}

/* The name is registered again, by an invite of the same contact, while its old pair is removed. */
START_TEST(a_pair_taken_over_while_it_goes_is_there)
{
    char id[INV_PAIR_ID_SIZE];

    racer = site_invite(site, ALICE, 1);
    leftover_pair(site, NULL, "p3@example.org", ALICE);
    ck_assert(inv_pair_id("p3@example.org", ALICE, id));
    let_it_age(site);
    repair_hooked(INV_OPERATION_DELETE, id, register_p3);
    site_expect(site, racer, 0, 0, 1, 1, 1);
    inv_token_free(&racer);
}
END_TEST

static void remove_pair_p4(void)
{
    char id[INV_PAIR_ID_SIZE];

    ck_assert(inv_pair_id("p4@example.org", ALICE, id));
    site_modify(site, "dn: rosterPairId=%s," SITE_ROSTERS "\nchangetype: delete\n", id);
}

/* The other way round: what the registration wanted to take over has just gone. */
START_TEST(a_pair_that_goes_while_it_is_taken_over_is_there)
{
    inv_token *token = site_invite(site, ALICE, 1);
    struct hook hook = {
        .kind = INV_OPERATION_MODIFY, .dn_part = "rosterPairId=", .act = remove_pair_p4};
    inv_call call;

    leftover_pair(site, NULL, "p4@example.org", ALICE);
    site_begin(site, &call, &verdict);
    hook.counter = counter_attach(call.directory);
    hook.counter->at = at_operation;
    hook.counter->context = &hook;
    ck_assert_int_eq(site_redeem_in(&call, token, "p4", SITE_PASSWORD), INV_OK);
    counter_detach(call.directory, &hook.counter);
    inv_call_end(&call);
    ck_assert(hook.act == NULL);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
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

    keep_young();
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

        repair();
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
    tcase_add_test(repairs, reservations_of_ended_invites_go);
    tcase_add_test(repairs, a_reservation_taken_over_is_young);
    tcase_add_test(repairs, a_claim_that_was_taken_over_is_not_finished);
    tcase_add_test(repairs, a_reservation_that_passes_on_stays);
    tcase_add_test(repairs, a_reservation_about_to_go_passes_to_nobody);
    tcase_add_test(repairs, an_imbalance_is_left);
    tcase_add_test(repairs, a_double_spend_is_left);
    tcase_add_test(repairs, pairs_of_nobody_go);
    tcase_add_test(repairs, a_pair_that_is_none_is_left);
    tcase_add_test(repairs, pairs_older_than_an_account_are_left);
    tcase_add_test(repairs, a_pair_taken_over_while_it_goes_is_there);
    tcase_add_test(repairs, a_pair_that_goes_while_it_is_taken_over_is_there);
    tcase_add_test(repairs, beside_redemptions);
    suite_add_tcase(suite, repairs);
    return suite_run(suite);
}
