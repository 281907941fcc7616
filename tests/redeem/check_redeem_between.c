/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/secret.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* Somebody else acts between two requests of one redemption: what must win, and what must stay. */

#define FRIENDS "cn=friends,ou=groups," SITE_BASE

static void start(void)
{
    const struct site_settings settings = {.domain_lines = "allowed_groups = " FRIENDS "\n"};

    fixture_start_aged_with(&settings);
}

/* The writes of a registration, in the order they are sent (an invite with one contact). */
enum { WRITE_CLAIM = 1, WRITE_ADD, WRITE_PAIR, WRITE_FINISH };

struct between {
    inv_token *token;
    const char *local;
    const char *password; /* NULL: SITE_PASSWORD */
    size_t before;        /* which write */
    size_t behind;        /* or at each answer from this write's to the next write */
    void (*act)(const struct between *between);
    size_t writes; /* that the redemption sent */
};

static void at_write(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct between *between = context;

    (void)number;
    if (write > 0 && write == (moment == COUNTER_BEFORE_SEND ? between->before : between->behind))
        between->act(between);
}

static inv_result redeem_with(struct between *between)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at_write;
    counter->context = between;
    (void)site_redeem_in(&call, between->token, between->local,
                         between->password != NULL ? between->password : SITE_PASSWORD);
    between->writes = counter->writes;
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    return verdict.result;
}

/* ------------------------------------------------------------------------------------- take-over
 */

static void revoke(const struct between *between)
{
    ck_assert_int_eq(site_revoke(site, between->token), INV_OK);
}

/* A claim is there already, so that the invite's state is the only thing that tells of it. */
START_TEST(a_revocation_wins_against_a_take_over)
{
    struct between between = {.local = "b1", .before = WRITE_CLAIM, .act = revoke};

    between.token = site_invite(site, "alice@example.org", 3);
    leftover_claim(site, between.token, "b1@example.org", LEFTOVER_NONCE, 3);
    ck_assert_int_eq(redeem_with(&between), INV_BAD_TOKEN);
    site_expect(site, between.token, -3, 1, 0, 0, 0);
    inv_token_free(&between.token);
}
END_TEST

static void repoint(const struct between *between)
{
    leftover_terms(site, between->token, "inviteClaim", "b6other@example.org " LEFTOVER_NONCE);
}

/* Another name waited out claim_grace, and has the claim when it is to be taken over. */
START_TEST(a_claim_that_went_to_another_name_is_not_taken_over)
{
    struct between between = {.local = "b6", .before = WRITE_CLAIM, .act = repoint};

    between.token = site_invite(site, "alice@example.org", 1);
    leftover_claim(site, between.token, "b6@example.org", LEFTOVER_NONCE, 1);
    ck_assert_int_eq(redeem_with(&between), INV_BAD_TOKEN);
    site_expect(site, between.token, 0, 1, 0, 0, 0);
    ck_assert_int_eq(site_redeem(site, between.token, "b6other", SITE_PASSWORD, &verdict), INV_OK);
    site_expect(site, between.token, 0, 0, 1, 1, 1);
    inv_token_free(&between.token);
}
END_TEST

/* ------------------------------------------------------------------------------------- give-back
 */

static void take_over(const struct between *between)
{
    leftover_terms(site, between->token, "inviteClaim", "b7x@example.org ffeeddccbbaa9988");
}

/* The use is the other claim's now, be it of another name or of the same: it is left alone. */
START_TEST(a_use_that_passed_on_is_not_given_back)
{
    struct between passed_on[] = {{.local = "b6", .act = repoint},
                                  {.local = "b7x", .act = take_over}};
    struct between *between = &passed_on[_i];

    between->password = "short";
    between->behind = WRITE_ADD;
    between->token = site_invite(site, "alice@example.org", 1);
    ck_assert_int_eq(redeem_with(between), INV_PASSWORD_REFUSED);
    ck_assert_uint_eq(between->writes, WRITE_ADD);
    site_expect(site, between->token, 0, 1, 0, 0, 0);
    inv_token_free(&between->token);
}
END_TEST

/* ------------------------------------------------------------------------------------ withdrawal
 */

/* The claim goes to another name, and another invite makes this one somebody's contact. */
static void repoint_and_pair(const struct between *between)
{
    leftover_terms(site, between->token, "inviteClaim", "b2other@example.org " LEFTOVER_NONCE);
    leftover_pair(site, NULL, "b2@example.org", "carol@example.com");
}

START_TEST(what_is_withdrawn_takes_its_own_pairs_only)
{
    struct between between = {.local = "b2", .before = WRITE_FINISH, .act = repoint_and_pair};

    between.token = site_invite(site, "alice@example.org", 1);
    ck_assert_int_eq(redeem_with(&between), INV_BAD_TOKEN);
    site_expect(site, between.token, 0, 1, 0, 0, 0);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=b2@example.org)"), 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS,
                                 "(&(xmppContactJid=b2@example.org)"
                                 "(xmppContactJid=carol@example.com))"),
                      1);
    inv_token_free(&between.token);
}
END_TEST

/* The group would have no member left, so it does not let the account go. */
static void repoint_and_leave_alone(const struct between *between)
{
    leftover_terms(site, between->token, "inviteClaim", "b5other@example.org " LEFTOVER_NONCE);
    site_modify(site, "dn: " FRIENDS "\nchangetype: modify\ndelete: member\n"
                      "member: uid=alice," SITE_PEOPLE "\n");
}

START_TEST(what_is_withdrawn_goes_whatever_its_group_says)
{
    static const char *const groups[] = {FRIENDS, NULL};
    struct between between = {
        .local = "b5", .before = WRITE_FINISH, .act = repoint_and_leave_alone};
    struct site_request request;

    site_modify(site, "dn: " FRIENDS "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "member: uid=alice," SITE_PEOPLE "\n");
    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    request.request.groups = groups;
    between.token = site_create(site, &request);
    ck_assert_int_eq(redeem_with(&between), INV_BAD_TOKEN);
    site_expect(site, between.token, 0, 1, 0, 0, 0);
    ck_assert_uint_eq(site_count(site, FRIENDS, "(member=uid=b5," SITE_PEOPLE ")"), 1);
    /* and nobody inherits what it left */
    inv_token_free(&between.token);
    between.token = site_invite(site, NULL, 1);
    ck_assert_int_eq(site_redeem(site, between.token, "b5", SITE_PASSWORD, &verdict),
                     INV_NAME_RESERVED);
    inv_token_free(&between.token);
}
END_TEST

/* The account went too, and somebody else has the name by now, by another invite. */
static void repoint_and_pass_on(const struct between *between)
{
    inv_verdict other = INV_VERDICT_INIT;
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_terms(site, between->token, "inviteClaim", "b9other@example.org " LEFTOVER_NONCE);
    site_delete(site, "uid=b9," SITE_PEOPLE);
    ck_assert_int_eq(site_redeem(site, token, "b9", SITE_PASSWORD, &other), INV_OK);
    inv_token_free(&token);
}

START_TEST(what_is_withdrawn_is_no_account_of_somebody_else)
{
    struct between between = {
        .local = "b9", .before = WRITE_FINISH - 1 /* no pair */, .act = repoint_and_pass_on};

    between.token = site_invite(site, NULL, 1);
    ck_assert_int_eq(redeem_with(&between), INV_BAD_TOKEN);
    site_expect(site, between.token, 0, 1, 0, 0, 0);
    ck_assert(site_login(site, "b9", SITE_PASSWORD));
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=b9@example.org)"), 1);
    inv_token_free(&between.token);
}
END_TEST

/* ---------------------------------------------------------------------------------------- finish
 */

static void move_rosters(const char *from, const char *to)
{
    site_modify(site,
                "dn: ou=%s," SITE_BASE "\nchangetype: modrdn\nnewrdn: ou=%s\ndeleteoldrdn: 1\n",
                from, to);
}

static void move_rosters_away(const struct between *between)
{
    (void)between;
    move_rosters("rosters", "elsewhere");
}

START_TEST(a_use_without_its_pair_is_not_recorded)
{
    struct between between = {.local = "b3", .before = WRITE_PAIR, .act = move_rosters_away};

    between.token = site_invite(site, "alice@example.org", 1);
    ck_assert_int_eq(redeem_with(&between), INV_OK);
    move_rosters("elsewhere", "rosters");
    site_expect(site, between.token, 0, 1, 0, 1, 0);
    ck_assert_int_eq(site_redeem(site, between.token, "b3", SITE_PASSWORD, &verdict), INV_OK);
    site_expect(site, between.token, 0, 0, 1, 1, 1);
    inv_token_free(&between.token);
}
END_TEST

/* ----------------------------------------------------------------------------------------- login
 */

START_TEST(no_login_is_resumed_where_two_entries_hold_the_name)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    leftover_claim(site, token, "b4@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "b4");
    site_modify(site, "dn: cn=second," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: second\nsn: second\nuid: b4\nuserPassword: " SITE_PASSWORD "\n");
    ck_assert_int_eq(redeem_login(token, "b4", SITE_PASSWORD), INV_BAD_TOKEN);
    site_expect(site, token, 0, 1, 0, 1, 0);
    site_delete(site, "cn=second," SITE_PEOPLE);
    ck_assert_int_eq(redeem_login(token, "b4", SITE_PASSWORD), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* ---------------------------------------------------------------------------------- second looks
 */

/*
 * Another attempt ends in front of the second look at a token that seems used up: what the reads of
 * one flight show when they are not of one moment.
 */
struct glance {
    const struct counter *counter;
    const inv_token *token;
    size_t flight; /* in front of which */
    void (*act)(const struct glance *glance);
    size_t acted;
};

static void at_flight(void *context, counter_moment moment, size_t number, size_t write)
{
    struct glance *glance = context;

    (void)number;
    (void)write;
    if (moment != COUNTER_BEFORE_SEND || glance->counter->flights != glance->flight ||
        glance->acted > 0)
        return;
    glance->act(glance);
    glance->acted++;
}

typedef inv_result (*glancing)(inv_call *call, const inv_token *token, const inv_jid *name);

static inv_result glance_by(glancing by, struct glance *glance, const char *local)
{
    inv_jid *name = site_name(site, local);
    struct counter *counter;
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at_flight;
    counter->context = glance;
    glance->counter = counter;
    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = by(&call, glance->token, name);
    ck_assert_uint_eq(glance->acted, 1);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    inv_jid_free(&name);
    return result;
}

static inv_result by_check(inv_call *call, const inv_token *token, const inv_jid *name)
{
    inv_acceptance acceptance = {.accepted_at = 0};

    return inv_redeem_check(call, token, name, INV_ALLOW_REGISTRATION | INV_ALLOW_RESET,
                            &acceptance);
}

static inv_result by_redemption(inv_call *call, const inv_token *token, const inv_jid *name)
{
    return site_redeem_in(call, token, inv_jid_local(name), SITE_PASSWORD);
}

static inv_result by_contact(inv_call *call, const inv_token *token, const inv_jid *name)
{
    return inv_redeem_contact(call, token, name, 0);
}

static void account_comes(const struct glance *glance)
{
    leftover_account(site, glance->token, "b7");
}

/* The use is finished and its account not seen yet. */
START_TEST(an_account_that_the_first_look_missed)
{
    const glancing ways[] = {by_check, by_redemption};
    inv_token *token = site_invite(site, NULL, 1);
    struct glance glance = {.token = token, .flight = 2, .act = account_comes};

    ck_assert_int_eq(site_redeem(site, token, "b7", SITE_PASSWORD, &verdict), INV_OK);
    site_delete(site, "uid=b7," SITE_PEOPLE);
    ck_assert_int_eq(glance_by(ways[_i], &glance, "b7"), INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 0);
    site_delete(site, "uid=b7," SITE_PEOPLE);
    inv_token_free(&token);
}
END_TEST

static void use_comes(const struct glance *glance)
{
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nadd: inviteUsedBy\n"
                "inviteUsedBy: friend@example.org 20260101000000Z " LEFTOVER_NONCE "\n",
                inv_token_id(glance->token));
}

/* The JID's use was counted, and is recorded a moment later. */
START_TEST(a_contact_that_the_first_look_missed)
{
    struct site_request request;
    inv_token *token = NULL;
    struct glance glance = {.flight = 3, .act = use_comes};

    site_add_account(site, "friend");
    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    token = site_create(site, &request);
    leftover_terms(site, token, "inviteUsesLeft", "0");
    glance.token = token;
    ck_assert_int_eq(glance_by(by_contact, &glance, "friend"), INV_OK);
    inv_token_free(&token);
}
END_TEST

static void invite_goes(const struct glance *glance)
{
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(glance->token));

    site_delete(site, dn);
    free(dn);
}

/* Its claim was seen, and then the whole invite was deleted. */
START_TEST(a_reset_that_is_deleted_under_the_looks)
{
    inv_token *token = NULL;
    struct glance glance = {.flight = 3, .act = invite_goes};

    site_add_account(site, "b8");
    token = site_reset_invite(site, "b8");
    leftover_claim(site, token, "b8@example.org", LEFTOVER_NONCE, 1);
    glance.token = token;
    ck_assert_int_eq(glance_by(by_check, &glance, "b8"), INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_between");
    TCase *tests = tcase_create("between");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_test(tests, a_revocation_wins_against_a_take_over);
    tcase_add_test(tests, a_claim_that_went_to_another_name_is_not_taken_over);
    tcase_add_loop_test(tests, a_use_that_passed_on_is_not_given_back, 0, 2);
    tcase_add_test(tests, what_is_withdrawn_takes_its_own_pairs_only);
    tcase_add_test(tests, what_is_withdrawn_goes_whatever_its_group_says);
    tcase_add_test(tests, what_is_withdrawn_is_no_account_of_somebody_else);
    tcase_add_test(tests, a_use_without_its_pair_is_not_recorded);
    tcase_add_test(tests, no_login_is_resumed_where_two_entries_hold_the_name);
    tcase_add_loop_test(tests, an_account_that_the_first_look_missed, 0, 2);
    tcase_add_test(tests, a_contact_that_the_first_look_missed);
    tcase_add_test(tests, a_reset_that_is_deleted_under_the_looks);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
