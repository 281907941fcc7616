/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/pair.h"
#include "invitegate/pair.h"
#include "invitegate/removal.h"
#include "invitegate/repair.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* A group that was promised and could not be joined stays owed, and what was given once does not.
 */

#define GROUPS "ou=groups," SITE_BASE
#define CLUB   "cn=club," GROUPS
#define GONE   "cn=gone," GROUPS
#define POSIX  "cn=posix," GROUPS
#define BOTH   "cn=both," GROUPS

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines =
            "password_verifiers = server\naccount_attributes = cn=%u sn=%u\n"
            "name_pattern = ^.+$\nallowed_groups = " CLUB " " GONE " " POSIX " " BOTH "\n",
    };

    fixture_start_with(&settings);
    site_modify(site, "dn: " CLUB "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "member: uid=alice," SITE_PEOPLE "\n\n"
                      "dn: " POSIX "\nchangetype: add\nobjectClass: posixGroup\n"
                      "gidNumber: 5000\n\n"
                      "dn: " BOTH "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "objectClass: extensibleObject\nmember: uid=alice," SITE_PEOPLE
                      "\nmemberUid: alice\n");
    site_next_second();
}

static inv_token *invite_to(const char *const *groups, long uses)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    request.request.groups = groups;
    request.request.uses = uses;
    return site_create(site, &request);
}

static void make_gone(void)
{
    site_modify(site, "dn: " GONE "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "member: uid=alice," SITE_PEOPLE "\n");
}

/* Of this JID and alice. */
static void remove_pair(const char *jid)
{
    char id[INV_PAIR_ID_SIZE];
    char dn[128];

    ck_assert(inv_pair_id(jid, "alice@example.org", id));
    (void)snprintf(dn, sizeof(dn), "rosterPairId=%s," SITE_ROSTERS, id);
    site_delete(site, dn);
}

static bool is_in(const char *group, const char *local)
{
    return site_count(site, group, "(member=uid=%s," SITE_PEOPLE ")", local) == 1;
}

static size_t owing(const inv_token *token)
{
    char *dn = NULL;
    char *use = NULL;
    size_t count;

    ck_assert_int_gt(asprintf(&dn, "inviteId=%s," SITE_INVITES, inv_token_id(token)), 0);
    use = site_value(site, dn, "inviteUsedBy");
    count = use != NULL && strstr(use, " owed:") != NULL ? 1 : 0;
    free(use);
    free(dn);
    return count;
}

struct told {
    size_t left;
    size_t finished;
    char text[1024];
};

static void note(void *context, const inv_repair_note *made)
{
    struct told *told = context;

    if (made->action == INV_REPAIR_FINISHED)
        told->finished++;
    if (made->action != INV_REPAIR_LEFT)
        return;
    told->left++;
    (void)snprintf(told->text, sizeof(told->text), "%s", made->text);
}

/* Called with the counter of the call as context; NULL: nothing happens meanwhile. */
typedef void (*meanwhile)(void *context, counter_moment moment, size_t number, size_t write);

static struct told mend_with(bool dry_run, meanwhile at)
{
    struct told told = {.left = 0};
    struct counter *counter;
    const inv_repair_visitor visitor = {.context = &told, .note = note};
    size_t left = 0;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at;
    counter->context = counter;
    ck_assert_msg(inv_repair(&call, dry_run, &visitor, &left) == INV_OK, "%s", verdict.why);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    ck_assert_uint_eq(left, told.left);
    return told;
}

static struct told mend(bool dry_run)
{
    return mend_with(dry_run, NULL);
}

static void redeem_with(const inv_token *token, const char *local, meanwhile at)
{
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = at;
    counter->context = counter;
    (void)site_redeem_in(&call, token, local, SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
}

static void expect_mended(size_t finished, size_t left)
{
    struct told told = mend(false);

    ck_assert_msg(told.left == left, "%zu left: %s", told.left, told.text);
    ck_assert_uint_eq(told.finished, finished);
}

/* What is owed is the group: a contact that was taken away since does not come back with it. */
START_TEST(a_debt_restores_no_pair)
{
    static const char *const groups[] = {GONE, NULL};
    struct site_request request;
    inv_token *token;

    site_request(site, &request, INV_INVITE_ACCOUNT, "alice@example.org");
    request.request.groups = groups;
    token = site_create(site, &request);
    redeem(token, "vic", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=vic@example.org)"), 1);
    remove_pair("vic@example.org");
    expect_mended(0, 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=vic@example.org)"), 0);
    make_gone();
    expect_mended(1, 0);
    ck_assert(is_in(GONE, "vic"));
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=vic@example.org)"), 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* A group that is gone: for one use and without a limit. */
START_TEST(a_group_that_is_gone_stays_owed)
{
    static const char *const groups[] = {CLUB, GONE, NULL};
    inv_token *token = invite_to(groups, _i);
    char local[32];
    struct told told;

    (void)snprintf(local, sizeof(local), "owed%d", _i);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(is_in(CLUB, local));
    ck_assert_uint_eq(owing(token), 1);
    for (int i = 0; i < 2; i++) {
        told = mend(i == 0);
        ck_assert_uint_eq(told.left, 1);
        ck_assert_msg(strstr(told.text, local) != NULL, "%s", told.text);
        ck_assert_msg(i == 0 || strstr(told.text, GONE) != NULL, "%s", told.text);
    }
    /* what it got, and an administrator has taken away since, is not owed */
    site_modify(
        site, "dn: " CLUB "\nchangetype: modify\ndelete: member\nmember: uid=%s," SITE_PEOPLE "\n",
        local);
    make_gone();
    told = mend(true);
    ck_assert_uint_eq(told.left, 1);
    ck_assert(!is_in(GONE, local));
    expect_mended(1, 0);
    ck_assert(is_in(GONE, local));
    ck_assert(!is_in(CLUB, local));
    ck_assert_uint_eq(owing(token), 0);
    expect_mended(0, 0);
    site_expect(site, token, _i == 0 ? 1 : 0, 0, _i == 0 ? 0 : 1, 1, 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* The group goes once it was looked at, in front of the write that joins it. */
static void remove_group(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct counter *counter = context;

    (void)number;
    (void)write;
    if (moment == COUNTER_BEFORE_SEND && counter->sending->kind == INV_OPERATION_MODIFY &&
        strcmp(counter->sending->dn, GONE) == 0)
        site_delete(site, GONE);
}

/* For one use and without a limit; and again while repair gives what is owed. */
START_TEST(a_group_that_goes_meanwhile_is_owed)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, _i);
    struct told told;
    char local[32];

    (void)snprintf(local, sizeof(local), "missed%d", _i);
    make_gone();
    redeem_with(token, local, remove_group);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    make_gone();
    told = mend_with(false, remove_group);
    ck_assert_uint_eq(told.left, 1);
    ck_assert_uint_eq(told.finished, 0);
    ck_assert_uint_eq(owing(token), 1);
    make_gone();
    expect_mended(1, 0);
    ck_assert(is_in(GONE, local));
    ck_assert_uint_eq(owing(token), 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* An administrator has put the account there by hand: that pays the debt too. */
START_TEST(a_member_already_is_owed_nothing)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, 1);

    redeem(token, "inside", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    make_gone();
    site_modify(site,
                "dn: " GONE "\nchangetype: modify\nadd: member\nmember: uid=%s," SITE_PEOPLE "\n",
                "inside");
    expect_mended(1, 0);
    ck_assert(is_in(GONE, "inside"));
    ck_assert_uint_eq(owing(token), 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* The other use of the invite, which is owed nothing, stays as it is. */
START_TEST(a_debt_goes_alone)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, 2);

    make_gone();
    redeem(token, "paid", SITE_PASSWORD);
    expect(INV_OK);
    site_delete(site, GONE);
    redeem(token, "unpaid", SITE_PASSWORD);
    expect(INV_OK);
    make_gone();
    expect_mended(1, 0);
    ck_assert(is_in(GONE, "unpaid"));
    site_expect(site, token, 0, 0, 2, 2, 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* The account that it was owed to is gone, and another one has name and invite. */
START_TEST(a_debt_is_no_heritage)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, 1);

    redeem(token, "heir", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    site_delete(site, "uid=heir," SITE_PEOPLE);
    leftover_account(site, token, "heir");
    make_gone();
    (void)mend(false);
    ck_assert(!is_in(GONE, "heir"));
    ck_assert_uint_eq(owing(token), 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* There is no container of the pairs whenever one is written, and whenever one is looked for it is
 * there. */
static void refuse_pairs(void *context, counter_moment moment, size_t number, size_t write)
{
    static bool away = false;
    const struct counter *counter = context;
    bool is_pair = moment == COUNTER_BEFORE_SEND && counter->sending->kind == INV_OPERATION_ADD &&
                   strncmp(counter->sending->dn, "rosterPairId=", 13) == 0;

    (void)number;
    (void)write;
    if (is_pair && !away)
        site_move_rosters(site, "rosters", "elsewhere");
    else if (moment == COUNTER_AFTER_ANSWER && away)
        site_move_rosters(site, "elsewhere", "rosters");
    else
        return;
    away = !away;
}

/* The pair was promised too. Repair leaves a claim that it cannot write the pair of. */
START_TEST(a_claim_waits_for_its_pair)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct told told;

    site_domain(site)->claim_grace = -1; /* all claims are older than that */
    leftover_claim(site, token, "pairless@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "pairless");
    told = mend_with(false, refuse_pairs);
    ck_assert_uint_eq(told.left, 1);
    ck_assert_uint_eq(told.finished, 0);
    site_expect(site, token, 0, 1, 0, 1, 0);
    expect_mended(1, 0);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* An unlimited invite has no claim that waits: the use that owes everything stays. */
START_TEST(a_debt_waits_for_its_pair)
{
    inv_token *token = site_invite(site, "alice@example.org", 0);
    struct told told;

    redeem_with(token, "unpaired", refuse_pairs);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    told = mend_with(false, refuse_pairs);
    ck_assert_msg(told.left == 1, "%zu left: %s", told.left, told.text);
    ck_assert_uint_eq(told.finished, 0);
    ck_assert_uint_eq(owing(token), 1);
    site_expect(site, token, 1, 0, 1, 1, 0);
    expect_mended(1, 0);
    ck_assert_uint_eq(owing(token), 0);
    site_expect(site, token, 1, 0, 0, 1, 1);
    inv_token_free(&token);
}
END_TEST

static inv_token *racer;

/* The name is registered again while repair removes an old pair of it, and the pair is lost. */
static void register_and_refuse_pairs(void *context, counter_moment moment, size_t number,
                                      size_t write)
{
    const struct counter *counter = context;

    if (moment == COUNTER_BEFORE_SEND && counter->sending->kind == INV_OPERATION_DELETE)
        redeem(racer, "again", SITE_PASSWORD);
    refuse_pairs(context, moment, number, write);
}

START_TEST(a_pair_that_cannot_be_written_again_ends_repair)
{
    const inv_repair_visitor visitor = {.context = &(struct told){.left = 0}, .note = note};
    struct counter *counter;
    size_t left = 0;
    inv_call call;

    racer = site_invite(site, "alice@example.org", 1);
    leftover_pair(site, NULL, "again@example.org", "alice@example.org");
    site_domain(site)->claim_grace = -1; /* that pair is older */
    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = register_and_refuse_pairs;
    counter->context = counter;
    ck_assert_int_eq(inv_repair(&call, false, &visitor, &left), INV_DIRECTORY_DOWN);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    site_expect(site, racer, 0, 0, 1, 1, 0);
    inv_token_free(&racer);
}
END_TEST

/* memberUid is ASCII (RFC 2307): such a name can never be in it. */
START_TEST(a_member_that_the_group_does_not_take)
{
    static const char *const groups[] = {POSIX, NULL};
    const struct told *told = NULL;
    struct told first;
    inv_token *token = invite_to(groups, 1);
    const inv_repair_visitor visitor = {.context = &first, .note = note};
    char *allowed[] = {NULL};
    char **before = site_domain(site)->allowed_groups;
    size_t purged = 1;
    inv_call call;

    redeem(token, "žluť", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    first = mend(false);
    told = &first;
    ck_assert_uint_eq(told->left, 1);
    ck_assert_msg(strstr(told->text, POSIX) != NULL, "%s", told->text);
    /* and purge keeps it */
    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_purge(&call, -10, false, &visitor, &purged), INV_OK);
    inv_call_end(&call);
    ck_assert_uint_eq(owing(token), 1);
    /* who gives up says so */
    site_domain(site)->allowed_groups = allowed;
    expect_mended(1, 0);
    site_domain(site)->allowed_groups = before;
    ck_assert_uint_eq(owing(token), 0);
    expect_mended(0, 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(nothing_is_owed_to_nobody)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, 1);
    inv_jid *name = site_name(site, "leaver");
    inv_removal removed;
    inv_call call;

    redeem(token, "leaver", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(owing(token), 1);
    site_begin(site, &call, &verdict);
    ck_assert_msg(inv_remove(&call, name, &removed) == INV_OK, "%s", verdict.why);
    inv_call_end(&call);
    expect_mended(0, 0);
    ck_assert_uint_eq(owing(token), 0);
    site_expect(site, token, 0, 0, 1, 0, 0);
    redeem(token, "leaver", SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    inv_jid_free(&name);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revoked_invite_owes_nothing)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, 1);

    redeem(token, "revoked", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    make_gone();
    expect_mended(0, 0);
    ck_assert(!is_in(GONE, "revoked"));
    ck_assert_uint_eq(owing(token), 0);
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

/* By its class, and by a value that it has. */
START_TEST(a_group_with_two_kinds_of_members)
{
    static const char *const groups[] = {BOTH, POSIX, NULL};
    inv_token *token = invite_to(groups, 1);

    redeem(token, "twofold", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(is_in(BOTH, "twofold"));
    ck_assert_uint_eq(site_count(site, BOTH, "(memberUid=twofold)"), 1);
    ck_assert_uint_eq(site_count(site, BOTH, "(uniqueMember=*)"), 0);
    ck_assert_uint_eq(site_count(site, POSIX, "(memberUid=twofold)"), 1);
    ck_assert_uint_eq(owing(token), 0);
    inv_token_free(&token);
}
END_TEST

/* A claim that repair finishes owes what cannot be given then. */
START_TEST(what_repair_finishes_is_owed_too)
{
    static const char *const groups[] = {GONE, NULL};
    inv_token *token = invite_to(groups, 1);
    time_t end = time(NULL) + 30;
    struct told told = {.left = 0};

    site_domain(site)->claim_grace = 1;
    leftover_claim(site, token, "late@example.org", LEFTOVER_NONCE, 1);
    leftover_account(site, token, "late");
    do {
        site_next_second();
        told = mend(false);
    } while (told.finished == 0 && time(NULL) < end);
    ck_assert_uint_eq(told.finished, 1);
    ck_assert_uint_eq(told.left, 1);
    ck_assert_uint_eq(owing(token), 1);
    site_expect(site, token, 0, 0, 1, 1, 0);
    make_gone();
    expect_mended(1, 0);
    ck_assert(is_in(GONE, "late"));
    site_delete(site, GONE);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("owed");
    TCase *tests = tcase_create("owed");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_test(tests, a_debt_restores_no_pair);
    tcase_add_loop_test(tests, a_group_that_is_gone_stays_owed, 0, 2);
    tcase_add_loop_test(tests, a_group_that_goes_meanwhile_is_owed, 0, 2);
    tcase_add_test(tests, a_member_already_is_owed_nothing);
    tcase_add_test(tests, a_debt_goes_alone);
    tcase_add_test(tests, a_debt_is_no_heritage);
    tcase_add_test(tests, a_claim_waits_for_its_pair);
    tcase_add_test(tests, a_debt_waits_for_its_pair);
    tcase_add_test(tests, a_pair_that_cannot_be_written_again_ends_repair);
    tcase_add_test(tests, a_member_that_the_group_does_not_take);
    tcase_add_test(tests, nothing_is_owed_to_nobody);
    tcase_add_test(tests, a_revoked_invite_owes_nothing);
    tcase_add_test(tests, a_group_with_two_kinds_of_members);
    tcase_add_test(tests, what_repair_finishes_is_owed_too);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
