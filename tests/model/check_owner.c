/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/owner.h"
#include "invitegate/directory.h"
#include "invitegate/group.h"
#include "invitegate/removal.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"
#include "tests/support/observer.h"
#include "tests/support/two_domains.h"

/*
 * Whose entry is it: two domains that look for names in the same place, and entries that are older
 * than invitegate. Each way in is asked for somebody of the other domain who has no account there.
 */

#define NEW_PASSWORD "a new long password"

static inv_call call; /* in two.example */

static void add_person(const char *dn, const char *local, const char *jid)
{
    two_domains_add_person(site, dn, local, jid);
}

static void start(void)
{
    site = two_domains_start();
}

static const inv_domain *two(void)
{
    return inv_config_domain(site->context->config, "two.example");
}

static inv_domain *two_domain(void)
{
    inv_domain *domain = site_domain(site);

    return strcmp(domain->name, "two.example") == 0 ? domain : domain + 1;
}

static void begin(void)
{
    verdict = (inv_verdict)INV_VERDICT_INIT;
    ck_assert_int_eq(inv_call_begin(site->context, two(), 0, &call, &verdict), INV_OK);
}

static void end(void)
{
    inv_call_end(&call);
}

/* The domain of the JID becomes the call's. */
static inv_jid *enter(const char *jid)
{
    inv_jid *name = site_jid(jid);

    call.domain = inv_config_domain(site->context->config, inv_jid_domain(name));
    ck_assert_ptr_nonnull(call.domain);
    verdict = (inv_verdict)INV_VERDICT_INIT;
    return name;
}

static inv_result login(const char *jid, const char *password)
{
    inv_jid *name = enter(jid);
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_result result = inv_account_login(&call, name, secret);

    inv_secret_free(&secret);
    inv_jid_free(&name);
    return result;
}

static inv_result status(const char *jid)
{
    inv_jid *name = enter(jid);
    inv_result result = inv_account_status(&call, name);

    inv_jid_free(&name);
    return result;
}

static void expect_account(const char *jid, inv_result wanted)
{
    ck_assert_msg(login(jid, SITE_PASSWORD) == wanted, "login of %s: %s", jid, verdict.why);
    ck_assert_msg(status(jid) == wanted, "status of %s: %s", jid, verdict.why);
}

START_TEST(who_logs_in)
{
    expect_account("alice@example.org", INV_OK);
    expect_account("alice@two.example", INV_NO_ACCOUNT);
    expect_account("otto@two.example", INV_OK);
    expect_account("otto@example.org", INV_NO_ACCOUNT);
    expect_account("sue@example.org", INV_NO_ACCOUNT);
    ck_assert_ptr_nonnull(strstr(verdict.why, "adopt"));
    expect_account("sue@two.example", INV_NO_ACCOUNT);
    expect_account("gil@two.example", INV_OK);
    expect_account("gil@example.org", INV_NO_ACCOUNT);
    expect_account("ivy@example.org", INV_OK);
    expect_account("ivy@two.example", INV_NO_ACCOUNT);
    expect_account("both@example.org", INV_OK);
    expect_account("both@two.example", INV_OK);
}
END_TEST

/* Compared as JIDs, not as texts. */
START_TEST(another_spelling_is_the_same_jid)
{
    add_person("uid=case,ou=staff," SITE_BASE, "case", "CASE@Two.Example");
    expect_account("case@two.example", INV_OK);
    expect_account("case@example.org", INV_NO_ACCOUNT);
    add_person("uid=junk," TWO_PEOPLE, "junk", "no JID at all");
    expect_account("junk@two.example", INV_NO_ACCOUNT);
}
END_TEST

/* Two of one JID are neither. */
START_TEST(two_of_one_jid)
{
    add_person("uid=twin," SITE_PEOPLE, "twin", "twin@example.org");
    add_person("uid=twin,ou=staff," SITE_BASE, "twin", "twin@example.org");
    expect_account("twin@example.org", INV_NO_ACCOUNT);
    ck_assert_ptr_nonnull(strstr(verdict.why, "several"));
}
END_TEST

static inv_result create(const char *user, const char *inviter, inv_invite_type type,
                         inv_token **token)
{
    inv_invite_request request = {.type = type, .uses = 1, .expires = time(NULL) + 3600};
    inv_jid *of = user != NULL ? enter(user) : enter(inviter);
    inv_jid *by = inviter != NULL ? site_jid(inviter) : NULL;
    inv_result result;

    request.user = user != NULL ? of : NULL;
    request.inviter = by;
    result = inv_invite_create(&call, &request, token);
    inv_jid_free(&of);
    inv_jid_free(&by);
    return result;
}

static void expect_created(const char *user, const char *inviter, inv_invite_type type,
                           inv_result wanted)
{
    inv_token *token = NULL;

    ck_assert_msg(create(user, inviter, type, &token) == wanted, "%s %s: %s",
                  user != NULL ? user : "", inviter != NULL ? inviter : "", verdict.why);
    inv_token_free(&token);
}

START_TEST(whom_an_invite_may_name)
{
    expect_created(NULL, "alice@example.org", INV_INVITE_ACCOUNT, INV_OK);
    expect_created(NULL, "alice@two.example", INV_INVITE_ACCOUNT, INV_NOT_ALLOWED);
    expect_created(NULL, "sue@two.example", INV_INVITE_CONTACT, INV_NOT_ALLOWED);
    expect_created(NULL, "otto@two.example", INV_INVITE_CONTACT, INV_OK);
    expect_created("alice@example.org", NULL, INV_INVITE_RESET, INV_OK);
    expect_created("alice@two.example", NULL, INV_INVITE_RESET, INV_NO_ACCOUNT);
    expect_created("sue@example.org", NULL, INV_INVITE_RESET, INV_NO_ACCOUNT);
    /* a name is taken by whoever has it */
    expect_created("alice@two.example", NULL, INV_INVITE_ACCOUNT, INV_NAME_TAKEN);
    expect_created("sue@example.org", NULL, INV_INVITE_ACCOUNT, INV_NAME_TAKEN);
}
END_TEST

static inv_result redeem_as(const inv_token *token, const char *jid)
{
    inv_jid *name = enter(jid);
    inv_secret *secret = inv_secret_new(NEW_PASSWORD, strlen(NEW_PASSWORD));
    inv_result result =
        inv_redeem(&call, &(inv_redeem_request){token, name, secret,
                                                INV_ALLOW_REGISTRATION | INV_ALLOW_RESET, 0});

    inv_secret_free(&secret);
    inv_jid_free(&name);
    return result;
}

static inv_result check(const inv_token *token, const char *jid)
{
    inv_acceptance acceptance = {0};
    inv_jid *name = enter(jid);
    inv_result result =
        inv_redeem_check(&call, token, name, INV_ALLOW_REGISTRATION | INV_ALLOW_RESET, &acceptance);

    inv_jid_free(&name);
    return result;
}

/* The account of the other domain is there when the invite is made, and goes before it is used. */
START_TEST(a_reset_sets_nobody_elses_password)
{
    inv_token *token = NULL;

    add_person("uid=rex," TWO_PEOPLE, "rex", "rex@two.example");
    add_person("uid=rex," SITE_PEOPLE, "rex", "rex@example.org");
    ck_assert_int_eq(create("rex@two.example", NULL, INV_INVITE_RESET, &token), INV_OK);
    site_next_second();
    ck_assert_int_eq(check(token, "rex@two.example"), INV_OK);
    site_delete(site, "uid=rex," TWO_PEOPLE);
    ck_assert_int_eq(check(token, "rex@two.example"), INV_BAD_TOKEN);
    ck_assert_int_eq(redeem_as(token, "rex@two.example"), INV_BAD_TOKEN);
    ck_assert_int_eq(login("rex@example.org", SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(login("rex@example.org", NEW_PASSWORD), INV_WRONG_PASSWORD);
    inv_token_free(&token);
}
END_TEST

/* ...and with both there it sets the right one. */
START_TEST(a_reset_finds_its_own)
{
    inv_token *token = NULL;

    add_person("uid=ria," SITE_PEOPLE, "ria", "ria@example.org");
    add_person("uid=ria," TWO_PEOPLE, "ria", NULL);
    ck_assert_int_eq(create("ria@two.example", NULL, INV_INVITE_RESET, &token), INV_OK);
    site_next_second();
    ck_assert_msg(redeem_as(token, "ria@two.example") == INV_OK, "%s", verdict.why);
    ck_assert_int_eq(login("ria@two.example", NEW_PASSWORD), INV_OK);
    ck_assert_int_eq(login("ria@example.org", SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(login("ria@example.org", NEW_PASSWORD), INV_WRONG_PASSWORD);
    inv_token_free(&token);
}
END_TEST

/* A name of the other domain is taken, and its token stays good. */
START_TEST(a_name_is_taken_across_domains)
{
    inv_token *token = NULL;

    ck_assert_int_eq(create(NULL, "otto@two.example", INV_INVITE_ACCOUNT, &token), INV_OK);
    ck_assert_int_eq(check(token, "alice@two.example"), INV_NAME_TAKEN);
    ck_assert_int_eq(redeem_as(token, "alice@two.example"), INV_NAME_TAKEN);
    ck_assert_int_eq(redeem_as(token, "sue@two.example"), INV_NAME_TAKEN);
    ck_assert_int_eq(redeem_as(token, "zoe@two.example"), INV_OK);
    ck_assert_int_eq(login("zoe@two.example", NEW_PASSWORD), INV_OK);
    ck_assert_int_eq(login("zoe@example.org", NEW_PASSWORD), INV_NO_ACCOUNT);
    ck_assert_int_eq(redeem_as(token, "zoe@two.example"), INV_OK); /* resumed */
    inv_token_free(&token);
}
END_TEST

/* TOKEN:PASSWORD at a login of a name that another domain holds. */
START_TEST(a_token_in_front_of_a_password)
{
    inv_token *token = NULL;
    inv_secret *password = inv_secret_new(NEW_PASSWORD, strlen(NEW_PASSWORD));
    inv_jid *name = NULL;

    ck_assert_int_eq(create(NULL, "otto@two.example", INV_INVITE_ACCOUNT, &token), INV_OK);
    name = enter("alice@two.example");
    ck_assert_int_eq(inv_redeem_login(&call, token, name, password), INV_BAD_TOKEN);
    inv_jid_free(&name);
    name = enter("zara@two.example");
    ck_assert_int_eq(inv_redeem_login(&call, token, name, password), INV_NO_ACCOUNT);
    inv_jid_free(&name);
    inv_secret_free(&password);
    inv_token_free(&token);
}
END_TEST

/* An inviter whose account goes is not replaced by somebody of the same name elsewhere. */
START_TEST(an_inviter_is_of_the_jid)
{
    inv_token *token = NULL;

    add_person("uid=ian," TWO_PEOPLE, "ian", "ian@two.example");
    add_person("uid=ian," SITE_PEOPLE, "ian", "ian@example.org");
    site_next_second();
    ck_assert_int_eq(create(NULL, "ian@two.example", INV_INVITE_ACCOUNT, &token), INV_OK);
    ck_assert_int_eq(check(token, "ira@two.example"), INV_OK);
    site_delete(site, "uid=ian," TWO_PEOPLE);
    ck_assert_int_eq(check(token, "ira@two.example"), INV_BAD_TOKEN);
    ck_assert_int_eq(redeem_as(token, "ira@two.example"), INV_BAD_TOKEN);
    ck_assert_ptr_nonnull(strstr(verdict.why, "inviter"));
    inv_token_free(&token);
}
END_TEST

/* Who redeems a contact invite has an account of that very JID. */
START_TEST(a_contact_is_of_the_jid)
{
    inv_token *token = NULL;
    inv_jid *name = NULL;

    ck_assert_int_eq(create(NULL, "otto@two.example", INV_INVITE_CONTACT, &token), INV_OK);
    name = site_jid("alice@two.example");
    ck_assert_int_eq(inv_redeem_contact(&call, token, name, 0), INV_NOT_ALLOWED);
    inv_jid_free(&name);
    name = site_jid("alice@example.org");
    ck_assert_msg(inv_redeem_contact(&call, token, name, 0) == INV_OK, "%s", verdict.why);
    inv_jid_free(&name);
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(xmppContactJid=alice@two.example)"), 0);
    ck_assert_uint_ge(site_count(site, SITE_BASE, "(xmppContactJid=alice@example.org)"), 1);
    inv_token_free(&token);
}
END_TEST

static inv_result remove_account(const char *jid)
{
    inv_removal removal;
    inv_jid *name = enter(jid);
    inv_result result = inv_remove(&call, name, &removal);

    inv_jid_free(&name);
    return result;
}

START_TEST(nobody_is_removed_for_another)
{
    inv_token *token = NULL;

    ck_assert_int_eq(create(NULL, "otto@two.example", INV_INVITE_ACCOUNT, &token), INV_OK);
    ck_assert_int_eq(redeem_as(token, "rob@two.example"), INV_OK);
    ck_assert_int_eq(remove_account("rob@example.org"), INV_NOT_ALLOWED);
    ck_assert_int_eq(remove_account("alice@two.example"), INV_NOT_ALLOWED);
    ck_assert_int_eq(remove_account("sue@two.example"), INV_NOT_ALLOWED);
    ck_assert_int_eq(login("rob@two.example", NEW_PASSWORD), INV_OK);
    /* somebody of the same name elsewhere is no hindrance */
    add_person("uid=rob," SITE_PEOPLE, "rob", "rob@example.org");
    ck_assert_msg(remove_account("rob@two.example") == INV_OK, "%s", verdict.why);
    ck_assert_int_eq(login("rob@two.example", NEW_PASSWORD), INV_NO_ACCOUNT);
    ck_assert_int_eq(login("rob@example.org", SITE_PASSWORD), INV_OK);
    inv_token_free(&token);
}
END_TEST

static void add_desk(const char *local)
{
    site_modify(site,
                "dn: cn=desk-%s,ou=groups," SITE_BASE "\nchangetype: add\n"
                "objectClass: posixGroup\ngidNumber: 5000\nmemberUid: %s\n",
                local, local);
}

static size_t desks(const char *local)
{
    return site_count(site, SITE_BASE, "(memberUid=%s)", local);
}

/* A group of names does not tell whose name: it stays with whoever has it. */
START_TEST(nobody_leaves_a_group_for_another)
{
    inv_token *token = NULL;

    ck_assert_int_eq(create(NULL, "otto@two.example", INV_INVITE_ACCOUNT, &token), INV_OK);
    ck_assert_int_eq(redeem_as(token, "ron@two.example"), INV_OK);
    inv_token_free(&token);
    add_desk("ron");
    add_person("uid=ron," SITE_PEOPLE, "ron", "ron@example.org");
    ck_assert_msg(remove_account("ron@two.example") == INV_OK, "%s", verdict.why);
    ck_assert_uint_eq(desks("ron"), 1);
    /* no account has the JID, and the entry that holds the name is outside name_search_base */
    add_desk("otto");
    free(site_domain(site)->name_search_base);
    site_domain(site)->name_search_base = strdup(SITE_PEOPLE);
    ck_assert_int_eq(remove_account("otto@example.org"), INV_NO_ACCOUNT);
    ck_assert_uint_eq(desks("otto"), 1);
    /* no entry holds the name */
    add_desk("gone");
    ck_assert_int_eq(remove_account("gone@two.example"), INV_NO_ACCOUNT);
    ck_assert_uint_eq(desks("gone"), 0);
    /* the entry that holds it is older than name_pattern */
    add_desk("old.name!");
    add_person("uid=old.name!," TWO_PEOPLE, "old.name!", "old.name!@two.example");
    ck_assert_int_eq(remove_account("old.name!@example.org"), INV_NO_ACCOUNT);
    ck_assert_uint_eq(desks("old.name!"), 1);
}
END_TEST

static void count_desk(void *context, const inv_group_orphan *orphan)
{
    if (strcmp(orphan->local, "here") == 0 || strcmp(orphan->local, "left") == 0)
        (*(size_t *)context)++;
}

/* Nor does it wait for whoever registers the name in the other domain. */
START_TEST(a_group_of_another_domains_person_is_no_orphan)
{
    size_t orphans = 0;

    add_desk("here");
    add_person("uid=here," SITE_PEOPLE, "here", "here@example.org");
    free(two_domain()->name_search_base);
    two_domain()->name_search_base = strdup(TWO_PEOPLE);
    ck_assert_int_eq(inv_group_each_orphan(&call, count_desk, &orphans), INV_OK);
    ck_assert_uint_eq(orphans, 0);
    add_desk("left");
    ck_assert_int_eq(inv_group_each_orphan(&call, count_desk, &orphans), INV_OK);
    ck_assert_uint_eq(orphans, 1);
}
END_TEST

/* A pair of a JID without an account goes, whoever else has the name; where it cannot be told, it
 * stays. */
START_TEST(repair_knows_whose_pairs_they_are)
{
    const inv_repair_visitor visitor = observer_start(NULL, NULL);
    size_t left = 0;
    inv_call own;

    leftover_pair(site, NULL, "alice@two.example", "eve@elsewhere.example");
    leftover_pair(site, NULL, "alice@example.org", "eve@elsewhere.example");
    leftover_pair(site, NULL, "sue@two.example", "eve@elsewhere.example");
    let_it_age(site);
    site_begin(site, &own, &verdict);
    ck_assert_msg(inv_repair(&own, false, &visitor, &left) == INV_OK, "%s", verdict.why);
    inv_call_end(&own);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=alice@two.example)"), 0);
    ck_assert_uint_ge(site_count(site, SITE_ROSTERS, "(xmppContactJid=alice@example.org)"), 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=sue@two.example)"), 1);
}
END_TEST

/* ------------------------------------------------------------------- one domain, and the record */

static void start_one(void)
{
    site = site_start(NULL);
    site_modify(site, "dn: ou=staff,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: organizationalUnit\n");
    add_person("uid=sue,ou=staff," SITE_BASE, "sue", NULL);
    add_person("uid=pat," SITE_PEOPLE, "pat", NULL);
    add_person("uid=far,ou=staff," SITE_BASE, "far", "far@elsewhere.example");
}

static void begin_one(void)
{
    verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, &verdict);
}

START_TEST(the_only_domain_has_them_all)
{
    expect_account("sue@example.org", INV_OK);
    expect_account("pat@example.org", INV_OK);
    expect_account("far@example.org", INV_NO_ACCOUNT);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nreplace: inviteSoleContainer\n"
                      "inviteSoleContainer: FALSE\n");
    expect_account("sue@example.org", INV_NO_ACCOUNT);
    expect_account("pat@example.org", INV_OK);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\ndelete: inviteSoleContainer\n");
    expect_account("sue@example.org", INV_NO_ACCOUNT);
    ck_assert_ptr_nonnull(strstr(verdict.why, "invitectl init"));
}
END_TEST

/* Without xmppJid, and in the people containers of two domains. */
START_TEST(nested_people_belong_to_neither)
{
    static const char *const jids[] = {"nell@example.org", "nell@two.example"};
    inv_domain *domain = two_domain();
    char nested[] = "ou=nested," SITE_PEOPLE;
    char *people = domain->people;
    inv_entry *entry = inv_entry_new("uid=nell,ou=nested," SITE_PEOPLE);
    owner_kind kind;

    ck_assert_ptr_nonnull(entry);
    domain->people = nested;
    for (size_t i = 0; i < 2; i++) {
        inv_jid *name = site_jid(jids[i]);

        ck_assert_int_eq(owner_classify(site->context->config, name, entry, &kind, &verdict),
                         INV_OK);
        ck_assert_msg(kind == OWNER_NOBODY, "%s: %d", jids[i], kind);
        inv_jid_free(&name);
    }
    domain->people = people;
    inv_entry_free(&entry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("owner");
    TCase *domains = tcase_create("domains");
    TCase *one = tcase_create("one");

    tcase_set_timeout(domains, 60);
    tcase_add_unchecked_fixture(domains, start, fixture_stop);
    tcase_add_checked_fixture(domains, begin, end);
    tcase_add_test(domains, who_logs_in);
    tcase_add_test(domains, another_spelling_is_the_same_jid);
    tcase_add_test(domains, two_of_one_jid);
    tcase_add_test(domains, whom_an_invite_may_name);
    tcase_add_test(domains, a_reset_sets_nobody_elses_password);
    tcase_add_test(domains, a_reset_finds_its_own);
    tcase_add_test(domains, a_name_is_taken_across_domains);
    tcase_add_test(domains, a_token_in_front_of_a_password);
    tcase_add_test(domains, an_inviter_is_of_the_jid);
    tcase_add_test(domains, a_contact_is_of_the_jid);
    tcase_add_test(domains, nobody_is_removed_for_another);
    tcase_add_test(domains, nobody_leaves_a_group_for_another);
    tcase_add_test(domains, a_group_of_another_domains_person_is_no_orphan);
    tcase_add_test(domains, repair_knows_whose_pairs_they_are);
    tcase_add_test(domains, nested_people_belong_to_neither);
    suite_add_tcase(suite, domains);
    tcase_set_timeout(one, 60);
    tcase_add_unchecked_fixture(one, start_one, fixture_stop);
    tcase_add_checked_fixture(one, begin_one, end);
    tcase_add_test(one, the_only_domain_has_them_all);
    suite_add_tcase(suite, one);
    return suite_run(suite);
}
