/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/group.h"
#include "invitegate/removal.h"
#include "invitegate/repair.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/* A name in new hands inherits nothing: groups that name somebody whom there is not. */

#define GROUPS "ou=groups," SITE_BASE
#define TEAMS  "ou=teams," SITE_BASE
#define FIRST  "cn=first," GROUPS

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines = "password_verifiers = server\nallowed_groups = " FIRST "\n",
    };

    fixture_start_with(&settings);
    site_modify(site, "dn: " TEAMS "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                      "dn: " FIRST "\nchangetype: add\nobjectClass: groupOfNames\n"
                      "member: uid=alice," SITE_PEOPLE "\n\n"
                      "dn: cn=unique," TEAMS "\nchangetype: add\n"
                      "objectClass: groupOfUniqueNames\nuniqueMember: uid=alice," SITE_PEOPLE
                      "\n\ndn: cn=posix," SITE_BASE "\nchangetype: add\nobjectClass: posixGroup\n"
                      "gidNumber: 5000\n");
    site_next_second();
}

/* The kinds of groups, each somewhere else. */
static const struct {
    const char *dn;
    const char *attribute;
    bool holds_dn;
} kinds[] = {
    {FIRST, "member", true},
    {"cn=unique," TEAMS, "uniqueMember", true},
    {"cn=posix," SITE_BASE, "memberUid", false},
};
#define KINDS 3

static void change(size_t kind, const char *how, const char *local)
{
    site_modify(site, "dn: %s\nchangetype: modify\n%s: %s\n%s: %s%s%s\n", kinds[kind].dn, how,
                kinds[kind].attribute, kinds[kind].attribute, kinds[kind].holds_dn ? "uid=" : "",
                local, kinds[kind].holds_dn ? "," SITE_PEOPLE : "");
}

static bool is_in(size_t kind, const char *local)
{
    return site_count(site, kinds[kind].dn, "(%s=%s%s%s)", kinds[kind].attribute,
                      kinds[kind].holds_dn ? "uid=" : "", local,
                      kinds[kind].holds_dn ? "," SITE_PEOPLE : "") == 1;
}

static inv_removal removed;

static inv_result take_off(const char *jid)
{
    inv_jid *name = site_jid(jid);
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = inv_remove(&call, name, &removed);
    inv_call_end(&call);
    inv_jid_free(&name);
    return result;
}

static inv_token *invite_to_first(void)
{
    const char *const groups[] = {FIRST, NULL};
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    request.request.groups = groups;
    return site_create(site, &request);
}

/* ------------------------------------------------------------------------------- a name is named
 */

START_TEST(a_removed_account_leaves_its_groups)
{
    inv_token *token = invite_to_first();
    inv_token *stranger = site_invite(site, NULL, 1);

    redeem(token, "gina", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(is_in(0, "gina"));
    ck_assert_int_eq(take_off("gina@example.org"), INV_OK);
    ck_assert_uint_eq(removed.groups, 1);
    ck_assert(!is_in(0, "gina"));
    redeem(stranger, "gina", "a stranger's password");
    expect(INV_OK);
    ck_assert(!is_in(0, "gina"));
    inv_token_free(&stranger);
    inv_token_free(&token);
}
END_TEST

/* Deleted by another tool: the group still names what is no more. */
START_TEST(a_name_that_a_group_names_is_reserved)
{
    inv_token *first = site_invite(site, NULL, 1);
    inv_token *token = site_invite(site, "alice@example.org", 1);
    char local[32];
    char dn[128];
    char jid[64];

    (void)snprintf(local, sizeof(local), "named%d", _i);
    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    (void)snprintf(jid, sizeof(jid), "%s@example.org", local);
    redeem(first, local, SITE_PASSWORD);
    expect(INV_OK);
    change((size_t)_i, "add", local);
    site_delete(site, dn);
    (void)site_check(site, token, local, &verdict);
    expect(INV_NAME_RESERVED);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    ck_assert_msg(strstr(verdict.why, kinds[_i].dn) != NULL, "%s", verdict.why);
    site_expect(site, token, 1, 0, 0, 0, 0);
    /* a token that is over hears nothing of it */
    redeem(first, local, SITE_PASSWORD);
    expect(INV_BAD_TOKEN);
    ck_assert_int_eq(take_off(jid), INV_NO_ACCOUNT);
    if (_i == 0 || slapd_kind() == SLAPD_OPENLDAP)
        ck_assert_uint_eq(removed.groups, 1);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(!is_in((size_t)_i, local));
    inv_token_free(&token);
    inv_token_free(&first);
}
END_TEST

START_TEST(open_registration_is_refused_too)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_jid *name = site_name(site, "openly");
    inv_call call;

    change(2, "add", "openly");
    site_domain(site)->invite_only = false;
    site_begin(site, &call, &verdict);
    (void)inv_redeem(&call, &(inv_redeem_request){NULL, name, password, INV_ALLOW_REGISTRATION, 0});
    expect(INV_NAME_RESERVED);
    change(2, "delete", "openly");
    (void)inv_redeem(&call, &(inv_redeem_request){NULL, name, password, INV_ALLOW_REGISTRATION, 0});
    expect(INV_OK);
    inv_call_end(&call);
    site_domain(site)->invite_only = true;
    inv_jid_free(&name);
    inv_secret_free(&password);
}
END_TEST

static inv_result make(const char *user, bool inherit, inv_token **token)
{
    struct site_request request;
    inv_call call;
    inv_result result;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    if (user != NULL)
        site_request_user(site, &request, user);
    request.request.inherit_groups = inherit;
    site_begin(site, &call, &verdict);
    result = inv_invite_create(&call, &request.request, token);
    inv_call_end(&call);
    site_request_end(&request);
    return result;
}

START_TEST(no_invite_is_made_for_such_a_name)
{
    inv_token *token = NULL;

    change(1, "add", "preset");
    ck_assert_int_eq(make("preset", false, &token), INV_NAME_RESERVED);
    ck_assert_ptr_nonnull(strstr(verdict.why, "cn=unique," TEAMS));
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(inviteUser=preset)"), 0);
    change(1, "delete", "preset");
    ck_assert_int_eq(make("preset", false, &token), INV_OK);
    inv_token_free(&token);
}
END_TEST

/* The group came after the invite: it is asked again when the name is registered. */
START_TEST(an_invite_made_before_the_group)
{
    inv_token *token = NULL;

    ck_assert_int_eq(make("before", false, &token), INV_OK);
    change(0, "add", "before");
    redeem(token, "before", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    change(0, "delete", "before");
    redeem(token, "before", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(an_administrator_may_let_it_be_inherited)
{
    inv_token *token = NULL;

    change(0, "add", "heir");
    ck_assert_int_eq(make(NULL, true, &token), INV_NOT_ALLOWED); /* for one name only */
    ck_assert_int_eq(make("heir", true, &token), INV_OK);
    redeem(token, "another", SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    redeem(token, "heir", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(is_in(0, "heir"));
    inv_token_free(&token);
}
END_TEST

/* What is in a DN or a filter with a meaning of its own. */
START_TEST(names_with_special_characters)
{
    static const char *const names[] = {"p%u", "a*b", "c(d)", "e\\f", "g,h", "i+j"};
    static const char *const escaped[] = {"p%u", "a*b", "c(d)", "e\\\\f", "g\\,h", "i\\+j"};
    inv_domain *domain = site_domain(site);
    regex_t before = domain->name_pattern;
    inv_token *token = site_invite(site, NULL, 1);
    inv_token *other = site_invite(site, NULL, 1);
    char free_name[16];

    (void)snprintf(free_name, sizeof(free_name), "%sz", names[_i]);
    ck_assert_int_eq(regcomp(&domain->name_pattern, "^.+$", REG_EXTENDED), 0);
    change(0, "add", escaped[_i]);
    redeem(token, names[_i], SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    change(0, "delete", escaped[_i]);
    redeem(other, free_name, SITE_PASSWORD);
    ck_assert_msg(verdict.result == INV_OK || verdict.result == INV_CONFIG, "%s", verdict.why);
    regfree(&domain->name_pattern);
    domain->name_pattern = before;
    inv_token_free(&other);
    inv_token_free(&token);
}
END_TEST

/* ----------------------------------------------------------------------------------- the base */

struct base {
    char *before;
    bool guessed;
};

static void set_base(struct base *kept, char *base, bool guessed)
{
    inv_domain *domain = site_domain(site);

    *kept = (struct base){domain->group_search_base, domain->group_base_guessed};
    domain->group_search_base = base;
    domain->group_base_guessed = guessed;
}

static void reset_base(const struct base *kept)
{
    site_domain(site)->group_search_base = kept->before;
    site_domain(site)->group_base_guessed = kept->guessed;
}

/* A guess that is too narrow, or no entry at all, is corrected by the root DSE. */
START_TEST(the_naming_context_is_asked_for)
{
    static const char *const guesses[] = {SITE_PEOPLE, "dc=org", ("ou=nowhere," SITE_BASE)};
    inv_token *token = site_invite(site, NULL, 1);
    char base[64];
    char local[32];
    struct base kept;

    (void)snprintf(base, sizeof(base), "%s", guesses[_i]);
    (void)snprintf(local, sizeof(local), "guessed%d", _i);
    change(2, "add", local);
    set_base(&kept, base, true);
    redeem(token, local, SITE_PASSWORD);
    reset_base(&kept);
    expect(INV_NAME_RESERVED);
    ck_assert(is_in(2, local));
    set_base(&kept, base, true);
    change(2, "delete", local);
    redeem(token, local, SITE_PASSWORD);
    reset_base(&kept);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

/* A base that cannot be searched is no base without groups. */
START_TEST(a_search_that_fails_is_no_answer)
{
    inv_token *token = site_invite(site, NULL, 1);
    char nowhere[] = "ou=nowhere," SITE_BASE;
    struct base kept;

    set_base(&kept, nowhere, false);
    redeem(token, "unseen", SITE_PASSWORD);
    expect(INV_CONFIG);
    ck_assert_int_eq(take_off("unseen@example.org"), INV_CONFIG);
    reset_base(&kept);
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "unseen", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------ what repair tells
 */

struct told {
    size_t count;
    char text[1024];
    char dn[256];
};

static void note(void *context, const inv_repair_note *made)
{
    struct told *told = context;

    if (made->action != INV_REPAIR_LEFT)
        return;
    told->count++;
    (void)snprintf(told->text, sizeof(told->text), "%s", made->text);
    (void)snprintf(told->dn, sizeof(told->dn), "%s", made->dn);
}

static struct told mend(void)
{
    struct told told = {.count = 0};
    const inv_repair_visitor visitor = {.context = &told, .note = note};
    size_t left = 0;
    inv_call call;

    site_begin(site, &call, &verdict);
    ck_assert_msg(inv_repair(&call, false, &visitor, &left) == INV_OK, "%s", verdict.why);
    inv_call_end(&call);
    ck_assert_uint_eq(left, told.count);
    return told;
}

START_TEST(repair_tells_of_such_names)
{
    struct told told = mend();

    ck_assert_uint_eq(told.count, 0);
    /* nobody can register these: a system account, another case, another place */
    change(2, "add", "root");
    change(2, "add", "Orphan");
    site_modify(site, "dn: " FIRST "\nchangetype: modify\nadd: member\n"
                      "member: uid=orphan,ou=elsewhere," SITE_BASE "\n"
                      "member: cn=orphan," SITE_PEOPLE "\n");
    told = mend();
    ck_assert_msg(told.count == 0, "%s", told.text);
    for (size_t i = 0; i < KINDS; i++) {
        change(i, "add", "orphan");
        told = mend();
        ck_assert_uint_eq(told.count, 1);
        ck_assert_msg(strstr(told.text, "orphan") != NULL, "%s", told.text);
        ck_assert_str_eq(told.dn, kinds[i].dn);
        ck_assert_int_eq(take_off("orphan@example.org"), INV_NO_ACCOUNT);
        told = mend();
        ck_assert_msg(told.count == 0, "%s", told.text);
    }
    change(2, "delete", "root");
    change(2, "delete", "Orphan");
}
END_TEST

/* ----------------------------------------------------------------------- what is withdrawn */

enum { WRITE_ADD = 2 };

static void repoint(void *context, counter_moment moment, size_t number, size_t write)
{
    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == WRITE_ADD)
        leftover_terms(site, context, "inviteClaim", "quicker@example.org " LEFTOVER_NONCE);
}

/* Its claim is another name's by then: the account goes, and with it what it was given. */
START_TEST(an_account_that_is_withdrawn_leaves_its_groups)
{
    inv_token *token = invite_to_first();
    struct counter *counter;
    inv_call call;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = repoint;
    counter->context = token;
    (void)site_redeem_in(&call, token, "slow", SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    expect(INV_BAD_TOKEN);
    site_expect(site, token, 0, 1, 0, 0, 0);
    ck_assert(!is_in(0, "slow"));
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("group");
    TCase *tests = tcase_create("group");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_test(tests, a_removed_account_leaves_its_groups);
    tcase_add_loop_test(tests, a_name_that_a_group_names_is_reserved, 0, KINDS);
    tcase_add_test(tests, open_registration_is_refused_too);
    tcase_add_test(tests, no_invite_is_made_for_such_a_name);
    tcase_add_test(tests, an_invite_made_before_the_group);
    tcase_add_test(tests, an_administrator_may_let_it_be_inherited);
    tcase_add_loop_test(tests, names_with_special_characters, 0, 6);
    tcase_add_loop_test(tests, the_naming_context_is_asked_for, 0, 3);
    tcase_add_test(tests, a_search_that_fails_is_no_answer);
    tcase_add_test(tests, repair_tells_of_such_names);
    tcase_add_test(tests, an_account_that_is_withdrawn_leaves_its_groups);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
