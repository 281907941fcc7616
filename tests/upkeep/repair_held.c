/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/upkeep/repair_held.h"

#include <stdlib.h>
#include <string.h>

#include "common/model/pair.h"
#include "invitegate/directory.h"
#include "invitegate/pair.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"

#define ALICE "alice@example.org"

static inv_token *racer;

/* ------------------------------------------------------------------------------ reservations */

START_TEST(reservations_of_ended_invites_go)
{
    inv_token *open = invite_for(site, "n1");
    inv_token *expired = invite_for(site, "n1b");
    inv_token *begun = invite_for(site, "n1c");

    leftover_terms(site, expired, "inviteExpires", "20200101000000Z");
    leftover_reservation(site, "n1d", NULL);
    observer_keep_young(site);
    leftover_claim(site, begun, "n1c@example.org", LEFTOVER_NONCE, 1);
    leftover_terms(site, begun, "inviteExpires", "20200101000000Z");
    observer_mend(site);
    ck_assert(is_reserved(site, "n1"));
    ck_assert(!is_reserved(site, "n1b"));
    ck_assert(is_reserved(site, "n1c"));
    ck_assert(is_reserved(site, "n1d"));
    let_it_age(site);
    observer_rehearse(site);
    expect_note("removed inviteUser=n1d");
    ck_assert(is_reserved(site, "n1d"));
    observer_mend(site);
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
    observer_mend(site);
    ck_assert(is_reserved(site, "n2"));
    site_delete(site, "inviteUser=n2," SITE_INVITES);
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
    observer_mend_hooked(site, INV_OPERATION_MODIFY, "inviteUser=n3", take_over_n3);
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
    observer_mend_hooked(site, INV_OPERATION_DELETE, "inviteUser=n4", create_n4);
    ck_assert(!is_reserved(site, "n4"));
    expect_note("removed inviteUser=n4");
}
END_TEST

/* ------------------------------------------------------------------------------------- pairs */

START_TEST(pairs_of_nobody_go)
{

    observer_keep_young(site);
    leftover_pair(site, NULL, "p1@example.org", ALICE);
    leftover_pair(site, NULL, "p1@elsewhere.example", ALICE);
    site_next_second();
    observer_mend(site);
    ck_assert_uint_eq(site_pairs_of(site, "p1@example.org"), 1);
    let_it_age(site);
    observer_rehearse(site);
    expect_note("removed rosterPairId=");
    ck_assert_uint_eq(site_pairs_of(site, "p1@example.org"), 1);
    observer_mend(site);
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
    observer_mend(site);
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
    observer_keep_young(site);
    site_next_second();
    observer_mend(site);
    expect_no_note("younger than this pair");
    let_it_age(site);
    observer_rehearse(site);
    expect_note("uid=p5,");
    observer_mend(site);
    expect_note("uid=p5," SITE_PEOPLE " is younger than this pair");
    expect_no_note("uid=p5b,"); /* the pair is of its own invite: it was restored */
    ck_assert_uint_eq(site_pairs_of(site, "p5@example.org"), 1);
    ck_assert_uint_eq(site_pairs_of(site, "p5b@example.org"), 1);
    ck_assert_uint_eq(seen.count[INV_REPAIR_LEFT], 1);
    write_group_again("p5@example.org", "p5@elsewhere.example");
    let_it_age(site);
    observer_mend(site);
    expect_no_note("younger than this pair");
    site_delete(site, "uid=p5b," SITE_PEOPLE);
    inv_token_free(&token);
}
END_TEST

static void register_p3(void)
{
    observer_keep_young(site);
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
    observer_mend_hooked(site, INV_OPERATION_DELETE, id, register_p3);
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
    struct observer_hook hook = {
        .kind = INV_OPERATION_MODIFY, .dn_part = "rosterPairId=", .act = remove_pair_p4};
    inv_call call;

    leftover_pair(site, NULL, "p4@example.org", ALICE);
    site_begin(site, &call, &verdict);
    observer_hook(call.directory, &hook);
    ck_assert_int_eq(site_redeem_in(&call, token, "p4", SITE_PASSWORD), INV_OK);
    observer_unhook(call.directory, &hook);
    inv_call_end(&call);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

void repair_held_add(TCase *repairs)
{
    tcase_add_test(repairs, reservations_of_ended_invites_go);
    tcase_add_test(repairs, a_reservation_taken_over_is_young);
    tcase_add_test(repairs, a_reservation_that_passes_on_stays);
    tcase_add_test(repairs, a_reservation_about_to_go_passes_to_nobody);
    tcase_add_test(repairs, pairs_of_nobody_go);
    tcase_add_test(repairs, a_pair_that_is_none_is_left);
    tcase_add_test(repairs, pairs_older_than_an_account_are_left);
    tcase_add_test(repairs, a_pair_taken_over_while_it_goes_is_there);
    tcase_add_test(repairs, a_pair_that_goes_while_it_is_taken_over_is_there);
}
