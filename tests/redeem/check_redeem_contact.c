/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* Contacts: between people who have accounts already, and across the domains of one site. */

#define GROUPS        "ou=groups,dc=example,dc=org"
#define OTHER         "ou=other,dc=example,dc=org"
#define OTHER_ROSTERS "ou=rosters," OTHER

/* A second domain below ou=other, with every right to it. */
static void add_other_domain(void)
{
    site_modify(site,
                "dn: " OTHER "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                "dn: ou=people," OTHER "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                "dn: ou=invites," OTHER "\nchangetype: add\nobjectClass: organizationalUnit\n"
                "objectClass: xmppInviteContainer\n\n"
                "dn: " OTHER_ROSTERS "\nchangetype: add\nobjectClass: organizationalUnit\n");
    site_give_tree(site, OTHER);
}

static void add_other_account(const char *local)
{
    site_modify(site,
                "dn: uid=%s,ou=people," OTHER "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\ncn: %s\nsn: %s\nxmppJid: %s@other.example\n"
                "userPassword: " SITE_PASSWORD "\n",
                local, local, local, local);
}

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines = "password_verifiers = server\nname_filter = (xmppJid=%j)\n"
                        "allowed_groups = cn=friends," GROUPS " cn=shell," GROUPS "\n",
        .sections =
            "[domain other.example]\ninvites = ou=invites," OTHER "\npeople = ou=people," OTHER
            "\nrosters = " OTHER_ROSTERS "\nname_search_base = " OTHER
            "\nname_filter = (xmppJid=%j)\nclaim_grace = 20m\n"
            "password_verifiers = server\n",
    };

    site = site_start(&settings);
    add_other_domain();
    site_add_account(site, "alice");
    site_add_account(site, "bob");
    site_add_account(site, "carol");
    add_other_account("otto");
    site_next_second();
}

#define meet(token, jid) (void)site_redeem_contact(site, token, jid, &verdict)

static inv_token *contact_invite(const char *inviter, long uses)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_CONTACT, inviter);
    request.request.uses = uses;
    return site_create(site, &request);
}

static void expect_pairs(const char *container, const char *jid, const char *contact, size_t count)
{
    ck_assert_uint_eq(
        site_count(site, container, "(&(xmppContactJid=%s)(xmppContactJid=%s))", jid, contact),
        count);
}

/* ----------------------------------------------------------------------------------- one domain */

START_TEST(a_contact_once)
{
    inv_token *token = contact_invite("alice@example.org", 1);

    meet(token, "alice@example.org");
    expect(INV_NOT_ALLOWED);
    meet(token, "nobody@example.org");
    expect(INV_NOT_ALLOWED);
    site_expect(site, token, 1, 0, 0, 0, 0);
    meet(token, "bob@example.org");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 1);
    meet(token, "bob@example.org");
    expect(INV_OK);
    meet(token, "carol@example.org");
    expect(INV_BAD_TOKEN);
    meet(token, "nobody@example.org");
    expect(INV_BAD_TOKEN); /* nor who has an account */
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_contact_of_another_server)
{
    inv_token *token = contact_invite("alice@example.org", 1);

    meet(token, "eva@elsewhere.example");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 1);
    ck_assert_uint_eq(
        site_count(
            site, SITE_ROSTERS,
            "(&(xmppContactJid=eva@elsewhere.example)(rosterMember=alice)(!(rosterMember=eva)))"),
        1);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_unlimited_contact_invite)
{
    inv_token *token = contact_invite("alice@example.org", 0);

    meet(token, "eve@elsewhere.example");
    expect(INV_OK);
    meet(token, "eve2@elsewhere.example");
    expect(INV_OK);
    meet(token, "eve@elsewhere.example");
    expect(INV_OK);
    site_expect(site, token, 1, 0, 0, 0, 2);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_disabled_account_meets_nobody)
{
    inv_token *token = contact_invite("alice@example.org", 1);

    site_add_account(site, "lock");
    site_lock_account(site, "lock");
    meet(token, "lock@example.org");
    expect(INV_NOT_ALLOWED);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* The pair or pairs, nothing else: groups are for accounts that the invite makes. */
START_TEST(an_existing_account_joins_no_group)
{
    struct site_request request;
    const char *const groups[] = {"cn=friends," GROUPS, "cn=shell," GROUPS, NULL};
    inv_token *token;

    site_modify(site, "dn: cn=friends," GROUPS "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "cn: friends\nmember: uid=alice," SITE_PEOPLE "\n\n"
                      "dn: cn=shell," GROUPS "\nchangetype: add\nobjectClass: posixGroup\n"
                      "cn: shell\ngidNumber: 5000\n");
    site_add_account(site, "gus");
    site_request(site, &request, INV_INVITE_CONTACT_ACCOUNT, "alice@example.org");
    site_request_contact(&request, "carol@example.org");
    request.request.groups = groups;
    token = site_create(site, &request);
    meet(token, "gus@example.org");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 2);
    ck_assert_uint_eq(site_count(site, GROUPS, "(memberUid=*)"), 0);
    ck_assert_uint_eq(site_values(site, "cn=friends," GROUPS, "member"), 1);
    ck_assert_msg(strstr(site->log, "connecting") == NULL, "%s", site->log);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_preset_name_is_for_no_other)
{
    struct site_request request;
    inv_token *token;

    site_request(site, &request, INV_INVITE_CONTACT_ACCOUNT, "alice@example.org");
    site_request_user(site, &request, "wanted");
    token = site_create(site, &request);
    meet(token, "bob@example.org");
    expect(INV_NAME_RESERVED);
    /* a name is one of the invite's domain */
    meet(token, "wanted@elsewhere.example");
    expect(INV_NAME_RESERVED);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(what_crashes_leave)
{
    inv_token *token = contact_invite("alice@example.org", 1);

    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nreplace: inviteUsesLeft\n"
                "inviteUsesLeft: 0\n-\nadd: inviteClaim\n"
                "inviteClaim: eli@elsewhere.example 0011223344556677\n",
                inv_token_id(token));
    meet(token, "bob@example.org");
    expect(INV_BAD_TOKEN);
    meet(token, "eli@elsewhere.example");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

/* A claim that died is free for another JID, also where its own JID met the inviter otherwise. */
START_TEST(a_pair_of_another_invite_is_no_effect_of_a_claim)
{
    inv_token *other = contact_invite("alice@example.org", 1);
    inv_token *token = contact_invite("alice@example.org", 1);
    time_t end = time(NULL) + 20;

    site_domain(site)->claim_grace = 2;
    meet(other, "bob@example.org");
    expect(INV_OK);
    leftover_claim(site, token, "bob@example.org", LEFTOVER_NONCE, 1);
    meet(token, "carol@example.org");
    expect(INV_BAD_TOKEN);
    while (verdict.result == INV_BAD_TOKEN && time(NULL) < end) {
        site_next_second();
        meet(token, "carol@example.org");
    }
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

/* Nothing tells whether a JID of elsewhere is in new hands. */
START_TEST(a_contact_of_elsewhere_keeps_those_it_has)
{
    inv_token *of_alice = contact_invite("alice@example.org", 1);
    inv_token *of_bob = contact_invite("bob@example.org", 1);

    meet(of_alice, "fay@elsewhere.example");
    expect(INV_OK);
    meet(of_bob, "fay@elsewhere.example");
    expect(INV_OK);
    expect_pairs(SITE_ROSTERS, "fay@elsewhere.example", "alice@example.org", 1);
    expect_pairs(SITE_ROSTERS, "fay@elsewhere.example", "bob@example.org", 1);
    inv_token_free(&of_alice);
    inv_token_free(&of_bob);
}
END_TEST

/* of the claim, the pair and the finish */
START_TEST(lost_answers_are_read_back)
{
    inv_token *token = contact_invite("alice@example.org", 1);
    struct counter *counter;
    inv_jid *name;
    inv_call call;
    char jid[64];

    (void)snprintf(jid, sizeof(jid), "lost%d@elsewhere.example", _i);
    name = site_jid(jid);
    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->lose = (size_t)_i;
    verdict = (inv_verdict)INV_VERDICT_INIT;
    (void)inv_redeem_contact(&call, token, name, 0);
    expect(INV_OK);
    ck_assert_uint_eq(counter->lose, 0);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    inv_jid_free(&name);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

/* Something happens before a write of the redemption. The first two are the claim and a pair. */
enum { WRITE_CLAIM = 1, WRITE_PAIR };

struct between {
    const inv_token *token;
    size_t before;
    void (*act)(const struct between *between);
};

static void at_write(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct between *between = context;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == between->before)
        between->act(between);
}

static void meet_with(struct between *between, const char *jid)
{
    struct counter *counter;
    inv_jid *name = site_jid(jid);
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at_write;
    counter->context = between;
    verdict = (inv_verdict)INV_VERDICT_INIT;
    (void)inv_redeem_contact(&call, between->token, name, 0);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    inv_jid_free(&name);
}

static void repoint(const struct between *between)
{
    leftover_terms(site, between->token, "inviteClaim", "quick@elsewhere.example " LEFTOVER_NONCE);
}

/*
 * Another JID waited out claim_grace and has the use. The pair goes again, in each container where
 * it is, and what other invites gave stays.
 */
START_TEST(a_contact_whose_use_went_to_another)
{
    static const char *const jids[] = {"slow@elsewhere.example", "otto@other.example"};
    inv_token *token = contact_invite("alice@example.org", 1);
    struct between between = {token, WRITE_PAIR + 1 + (size_t)_i, repoint};

    leftover_pair(site, NULL, jids[_i], "carol@example.org");
    meet_with(&between, jids[_i]);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 1, 0, 0, 0);
    expect_pairs(SITE_BASE, jids[_i], "alice@example.org", 0);
    expect_pairs(SITE_BASE, jids[_i], "carol@example.org", 1);
    inv_token_free(&token);
}
END_TEST

/* Also where the contact is of another domain than the invite, and the redeemer of none of ours. */
START_TEST(a_contact_of_another_domain_whose_use_went_to_another)
{
    static const char jid[] = "late@elsewhere.example";
    struct site_request request;
    struct between between = {NULL, WRITE_PAIR + 2, repoint};
    inv_token *token = NULL;

    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    site_request_contact(&request, "otto@other.example");
    token = site_create(site, &request);
    between.token = token;
    meet_with(&between, jid);
    expect(INV_BAD_TOKEN);
    expect_pairs(SITE_BASE, jid, "alice@example.org", 0);
    expect_pairs(SITE_BASE, jid, "otto@other.example", 0);
    inv_token_free(&token);
}
END_TEST

static void finish_it(const struct between *between)
{
    inv_verdict other = INV_VERDICT_INIT;

    ck_assert_int_eq(site_redeem_contact(site, between->token, "twice@elsewhere.example", &other),
                     INV_OK);
}

/* The same JID was quicker, with this very claim: the pair is there, and its use recorded once. */
START_TEST(a_contact_whom_its_own_repetition_finishes)
{
    inv_token *token = contact_invite("alice@example.org", 1);
    struct between between = {token, WRITE_PAIR + 1, finish_it};

    meet_with(&between, "twice@elsewhere.example");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

static void move_rosters_away(const struct between *between)
{
    (void)between;
    site_move_rosters(site, "rosters", "elsewhere");
}

/* The pair is all that a contact gets: where it cannot be written the result is not INV_OK. */
START_TEST(a_contact_without_a_pair_is_none)
{
    inv_token *token = contact_invite("alice@example.org", 1);
    struct between between = {token, WRITE_PAIR, move_rosters_away};

    meet_with(&between, "apart@elsewhere.example");
    site_move_rosters(site, "elsewhere", "rosters");
    expect(INV_CONFIG);
    site_expect(site, token, 0, 1, 0, 0, 0);
    meet(token, "apart@elsewhere.example");
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

/* ---------------------------------------------------------------------------------- two domains */

START_TEST(a_pair_across_domains_stands_in_both_containers)
{
    inv_token *token = site_invite(site, "otto@other.example", 1);

    redeem(token, "across", SITE_PASSWORD);
    expect(INV_OK);
    expect_pairs(SITE_ROSTERS, "across@example.org", "otto@other.example", 1);
    expect_pairs(OTHER_ROSTERS, "across@example.org", "otto@other.example", 1);
    ck_assert_uint_eq(
        site_count(site, SITE_ROSTERS, "(&(rosterMember=across)(!(rosterMember=otto)))"), 1);
    ck_assert_uint_eq(
        site_count(site, OTHER_ROSTERS, "(&(rosterMember=otto)(!(rosterMember=across)))"), 1);
    site_expect(site, token, 0, 0, 1, 1, 2);
    inv_token_free(&token);
}
END_TEST

/* Otto must not see a stranger under an old friend's name. */
START_TEST(a_name_made_again_inherits_no_pair_anywhere)
{
    inv_token *first = site_invite(site, "otto@other.example", 1);
    inv_token *second = site_invite(site, "carol@example.org", 1);

    redeem(first, "heir", SITE_PASSWORD);
    expect(INV_OK);
    site_delete(site, "uid=heir," SITE_PEOPLE);
    redeem(second, "heir", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(xmppContactJid=heir@example.org)"), 1);
    expect_pairs(SITE_ROSTERS, "heir@example.org", "carol@example.org", 1);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

START_TEST(a_name_made_again_by_the_same_inviter_of_another_domain)
{
    inv_token *first = site_invite(site, "otto@other.example", 1);
    inv_token *second = site_invite(site, "otto@other.example", 1);

    redeem(first, "heir2", SITE_PASSWORD);
    expect(INV_OK);
    site_delete(site, "uid=heir2," SITE_PEOPLE);
    redeem(second, "heir2", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, first, 0, 0, 1, 0, 0);
    site_expect(site, second, 0, 0, 1, 1, 2);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

START_TEST(a_redeemer_of_another_domain_of_the_site)
{
    inv_token *token = contact_invite("alice@example.org", 1);

    meet(token, "nobody@other.example");
    expect(INV_NOT_ALLOWED);
    meet(token, "bob@other.example"); /* a name that only the first domain has */
    expect(INV_NOT_ALLOWED);
    site_expect(site, token, 1, 0, 0, 0, 0);
    meet(token, "otto@other.example");
    expect(INV_OK);
    expect_pairs(SITE_ROSTERS, "alice@example.org", "otto@other.example", 1);
    expect_pairs(OTHER_ROSTERS, "alice@example.org", "otto@other.example", 1);
    site_expect(site, token, 0, 0, 1, 0, 2);
    inv_token_free(&token);
}
END_TEST

/* Who is looked for where that domain has its names, not where the invite's has. */
START_TEST(a_redeemer_whom_only_its_own_domain_finds)
{
    inv_token *token = contact_invite("alice@example.org", 1);
    inv_domain *domain = site_domain(site);
    char *base = domain->name_search_base;
    char people[] = SITE_PEOPLE;

    domain->name_search_base = people;
    meet(token, "otto@other.example");
    domain->name_search_base = base;
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_token_of_another_domain)
{
    inv_token *token = site_invite(site, NULL, 1);
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *parsed = NULL;
    inv_verdict refusal = INV_VERDICT_INIT;
    inv_call call;

    inv_token_write(token, text);
    ck_assert_int_eq(inv_token_parse(site->context->keys, "other.example", text, INV_TOKEN_LENGTH,
                                     &parsed, &refusal),
                     INV_BAD_TOKEN);
    ck_assert_ptr_null(parsed);
    /* and if a front end mixed them up all the same: the other container has no such invite */
    ck_assert_int_eq(inv_call_begin(site->context,
                                    inv_config_domain(site->context->config, "other.example"), 0,
                                    &call, &verdict),
                     INV_OK);
    (void)site_redeem_in(&call, token, "stray", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    inv_call_end(&call);
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_contact");
    TCase *contact = tcase_create("contact");

    tcase_set_timeout(contact, 60);
    tcase_add_unchecked_fixture(contact, start, fixture_stop);
    tcase_add_test(contact, a_contact_once);
    tcase_add_test(contact, a_contact_of_another_server);
    tcase_add_test(contact, an_unlimited_contact_invite);
    tcase_add_test(contact, a_disabled_account_meets_nobody);
    tcase_add_test(contact, an_existing_account_joins_no_group);
    tcase_add_test(contact, a_preset_name_is_for_no_other);
    tcase_add_test(contact, what_crashes_leave);
    tcase_add_test(contact, a_pair_of_another_invite_is_no_effect_of_a_claim);
    tcase_add_test(contact, a_contact_of_elsewhere_keeps_those_it_has);
    tcase_add_loop_test(contact, lost_answers_are_read_back, 1, 4);
    tcase_add_loop_test(contact, a_contact_whose_use_went_to_another, 0, 2);
    tcase_add_test(contact, a_contact_of_another_domain_whose_use_went_to_another);
    tcase_add_test(contact, a_contact_whom_its_own_repetition_finishes);
    tcase_add_test(contact, a_contact_without_a_pair_is_none);
    tcase_add_test(contact, a_pair_across_domains_stands_in_both_containers);
    tcase_add_test(contact, a_name_made_again_inherits_no_pair_anywhere);
    tcase_add_test(contact, a_name_made_again_by_the_same_inviter_of_another_domain);
    tcase_add_test(contact, a_redeemer_of_another_domain_of_the_site);
    tcase_add_test(contact, a_redeemer_whom_only_its_own_domain_finds);
    tcase_add_test(contact, a_token_of_another_domain);
    suite_add_tcase(suite, contact);
    return suite_run(suite);
}
