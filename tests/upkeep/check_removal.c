/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/removal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/repair.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

#define ALICE  "alice@example.org"
#define GROUPS "ou=groups,dc=example,dc=org"

static inv_removal removed;

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines = "password_verifiers = server\nallowed_groups = cn=friends," GROUPS};

    fixture_start_with(&settings);
    site_modify(site, "dn: cn=friends," GROUPS "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "cn: friends\nmember: uid=alice," SITE_PEOPLE "\n\ndn: cn=posix," GROUPS
                      "\nchangetype: add\nobjectClass: posixGroup\n"
                      "cn: posix\ngidNumber: 4711\n");
    site_next_second();
}

static inv_result removes(const char *jid)
{
    inv_jid *name = site_jid(jid);
    inv_call call;
    inv_result result;

    verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, &verdict);
    result = inv_remove(&call, name, &removed);
    inv_call_end(&call);
    inv_jid_free(&name);
    return result;
}

#define expect_removal(jid, wanted)                                                                \
    ck_assert_msg(removes(jid) == (wanted), "%s: %s", inv_result_name(verdict.result), verdict.why)

static inv_token *registered(const char *local)
{
    inv_token *token = site_invite(site, ALICE, 1);

    ck_assert_msg(site_redeem(site, token, local, SITE_PASSWORD, &verdict) == INV_OK, "%s",
                  verdict.why);
    return token;
}

static bool exists(const char *local)
{
    return site_count(site, SITE_PEOPLE, "(uid=%s)", local) == 1;
}

START_TEST(everything_of_an_account_goes)
{
    inv_token *token = registered("a1");
    inv_token *open = NULL;
    inv_token *used = NULL;
    inv_token *reset = NULL;

    site_next_second();
    reset = site_reset_invite(site, "a1");
    open = site_invite(site, "a1@example.org", 3);
    used = site_invite(site, "a1@example.org", 1);
    ck_assert_int_eq(site_redeem(site, used, "a1guest", SITE_PASSWORD, &verdict), INV_OK);
    leftover_pair(site, NULL, "a1@example.org", "friend@elsewhere.example");
    site_modify(site, "dn: cn=friends," GROUPS "\nchangetype: modify\nadd: member\n"
                      "member: uid=a1," SITE_PEOPLE "\n\ndn: cn=posix," GROUPS
                      "\nchangetype: modify\nadd: memberUid\nmemberUid: a1\n");
    expect_removal("a1@example.org", INV_OK);
    ck_assert_uint_eq(removed.invites, 2);
    ck_assert_uint_eq(removed.pairs, 3);
    ck_assert_uint_eq(removed.groups, 2);
    ck_assert(!exists("a1"));
    ck_assert(exists("a1guest"));
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(xmppContactJid=a1@example.org)"), 0);
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(member=uid=a1," SITE_PEOPLE ")"), 0);
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(memberUid=a1)"), 0);
    site_expect(site, open, -4, 0, 0, 0, 0);
    site_expect(site, reset, -2, 0, 0, 0, 0);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert_int_eq(site_redeem(site, token, "a1", SITE_PASSWORD, &verdict), INV_BAD_TOKEN);
    expect_removal("a1@example.org", INV_NO_ACCOUNT);
    ck_assert_uint_eq(removed.invites + removed.pairs + removed.groups, 0);
    inv_token_free(&token);
    inv_token_free(&open);
    inv_token_free(&used);
    inv_token_free(&reset);
}
END_TEST

/* An invite whose terms cannot be told, and one that names a control character: both end. */
START_TEST(invites_that_cannot_be_read_are_revoked_too)
{
    inv_token *token = registered("a9");
    inv_token *open = NULL;
    inv_token *strange = NULL;

    site_next_second();
    open = site_invite(site, "a9@example.org", 3);
    strange = site_reset_invite(site, "a9");
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteTerms\n\n"
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nreplace: inviteInviter\n"
                "inviteInviter:: YWxpAWNlQGV4YW1wbGUub3Jn\n",
                inv_token_id(open), inv_token_id(strange));
    expect_removal("a9@example.org", INV_OK);
    ck_assert_uint_eq(removed.invites, 2);
    ck_assert(!exists("a9"));
    ck_assert_uint_eq(
        site_count(site, SITE_INVITES, "(&(inviteId=%s)(inviteUsesLeft=-4))", inv_token_id(open)),
        1);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(&(inviteId=%s)(inviteUsesLeft=-2))",
                                 inv_token_id(strange)),
                      1);
    inv_token_free(&token);
    inv_token_free(&open);
    inv_token_free(&strange);
}
END_TEST

/* Removing must not give the token of a crashed registration back to whom it was taken from. */
START_TEST(an_unfinished_use_is_finished_first)
{
    inv_token *token = site_invite(site, ALICE, 1);

    leftover_claim(site, token, "a2@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "a2");
    expect_removal("a2@example.org", INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(what_no_invite_made_stays)
{
    leftover_pair(site, NULL, ALICE, "a3@elsewhere.example");
    expect_removal(ALICE, INV_NOT_ALLOWED);
    ck_assert(exists("alice"));
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(xmppContactJid=a3@elsewhere.example)"), 1);
}
END_TEST

START_TEST(several_holders_stay)
{
    inv_token *token = registered("a4");

    site_modify(site, "dn: cn=a4," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "cn: a4\nsn: a4\nuid: a4\n");
    expect_removal("a4@example.org", INV_NOT_ALLOWED);
    ck_assert_ptr_nonnull(strstr(verdict.why, "several"));
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* A filter by uid also finds accounts of other domains; they are somebody else's. */
START_TEST(a_holder_with_another_jid_stays)
{
    inv_token *token = registered("a5");

    expect_removal("a5@elsewhere.example", INV_NOT_ALLOWED);
    ck_assert(exists("a5"));
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(leftovers_of_a_name_go)
{
    inv_token *token = registered("a6");
    inv_token *open = NULL;

    site_next_second();
    open = site_invite(site, "a6@example.org", 1);
    site_delete(site, "uid=a6," SITE_PEOPLE);
    expect_removal("a6@example.org", INV_NO_ACCOUNT);
    ck_assert_uint_eq(removed.invites, 1);
    ck_assert_uint_eq(removed.pairs, 1);
    site_expect(site, open, -2, 0, 0, 0, 0);
    inv_token_free(&token);
    inv_token_free(&open);
}
END_TEST

/* A group that cannot lose its last member stops it before the roster is touched. */
START_TEST(a_group_that_refuses)
{
    inv_token *token;

    if (slapd_kind() == SLAPD_389DS)
        return; /* its groups may be empty */
    token = registered("a7");
    site_modify(site, "dn: cn=lonely," GROUPS "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "cn: lonely\nmember: uid=a7," SITE_PEOPLE "\n");
    expect_removal("a7@example.org", INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "cn=lonely"));
    site_expect(site, token, 0, 0, 1, 1, 1);
    site_delete(site, "cn=lonely," GROUPS);
    expect_removal("a7@example.org", INV_OK);
    site_expect(site, token, 0, 0, 1, 0, 0);
    inv_token_free(&token);
}
END_TEST

static struct counter *counter;

static void give_to_another(void *context, counter_moment moment, size_t number, size_t write)
{
    bool *given = context;

    (void)number;
    (void)write;
    if (*given || moment != COUNTER_BEFORE_SEND || counter->sending->kind != INV_OPERATION_MODIFY ||
        strstr(counter->sending->dn, "uid=a8") == NULL)
        return;
    *given = true;
    site_modify(site, "dn: uid=a8," SITE_PEOPLE "\nchangetype: modify\nreplace: inviteNonce\n"
                      "inviteNonce: " LEFTOVER_NONCE "\n");
}

/* Another person has the name by now. */
START_TEST(a_newer_account_stays)
{
    inv_token *token = registered("a8");
    inv_jid *name = site_jid("a8@example.org");
    bool given = false;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = give_to_another;
    counter->context = &given;
    ck_assert_int_eq(inv_remove(&call, name, &removed), INV_DIRECTORY_DOWN);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    ck_assert(given);
    ck_assert(exists("a8"));
    inv_jid_free(&name);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------ who invited whom
 */

struct family {
    size_t count;
    size_t of_alice;
};

static bool visit(void *context, const inv_descendant *descendant)
{
    struct family *family = context;

    family->count++;
    ck_assert_int_gt(descendant->created, 0);
    if (descendant->invited_by != NULL && strcmp(descendant->invited_by, ALICE) == 0)
        family->of_alice++;
    return family->count < 2;
}

START_TEST(the_invited_are_told)
{
    inv_token *token = registered("t1");
    inv_token *alone = site_invite(site, NULL, 1);
    struct family family = {.count = 0};
    inv_call call;

    ck_assert_int_eq(site_redeem(site, alone, "t2", SITE_PASSWORD, &verdict), INV_OK);
    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_invited_each(&call, visit, &family), INV_OK);
    inv_call_end(&call);
    ck_assert_uint_eq(family.count, 2);
    ck_assert_uint_ge(family.of_alice, 1);
    inv_token_free(&token);
    inv_token_free(&alone);
}
END_TEST

/* ------------------------------------------------------------------------ a contact's local name
 */

/* bob@elsewhere is nobody's bob here: no group of ours is for a contact. */
START_TEST(a_contact_elsewhere_joins_no_group)
{
    struct site_request request;
    const char *const groups[] = {"cn=posix," GROUPS, NULL};
    char *allowed[] = {(char *)(uintptr_t) "cn=posix," GROUPS, NULL};
    char **before = site_domain(site)->allowed_groups;
    inv_token *token = NULL;

    site_domain(site)->allowed_groups = allowed;
    site_request(site, &request, INV_INVITE_CONTACT_ACCOUNT, ALICE);
    request.request.groups = groups;
    token = site_create(site, &request);
    ck_assert_msg(site_redeem_contact(site, token, "bob@elsewhere.example", &verdict) == INV_OK,
                  "%s", verdict.why);
    site_domain(site)->allowed_groups = before;
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(memberUid=bob)"), 0);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("removal");
    TCase *removals = tcase_create("removal");

    tcase_set_timeout(removals, 60);
    tcase_add_unchecked_fixture(removals, start, fixture_stop);
    tcase_add_test(removals, everything_of_an_account_goes);
    tcase_add_test(removals, invites_that_cannot_be_read_are_revoked_too);
    tcase_add_test(removals, an_unfinished_use_is_finished_first);
    tcase_add_test(removals, what_no_invite_made_stays);
    tcase_add_test(removals, several_holders_stay);
    tcase_add_test(removals, a_holder_with_another_jid_stays);
    tcase_add_test(removals, leftovers_of_a_name_go);
    tcase_add_test(removals, a_group_that_refuses);
    tcase_add_test(removals, a_newer_account_stays);
    tcase_add_test(removals, the_invited_are_told);
    tcase_add_test(removals, a_contact_elsewhere_joins_no_group);
    suite_add_tcase(suite, removals);
    return suite_run(suite);
}
