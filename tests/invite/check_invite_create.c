/* SPDX-License-Identifier: BSD-2-Clause */
/* Invites as they are made: the rules, what is stored, and how it is told. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/dn.h"
#include "invitegate/secret.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"

#define GROUPS "ou=groups,dc=example,dc=org"

static void start(void)
{
    calls_start_with("password_verifiers = server\nallowed_groups = cn=friends," GROUPS "\n");
}

/* ------------------------------------------------------------------------------------- creating */

static inv_result create(struct site_request *request, inv_token **token)
{
    inv_result result = inv_invite_create(&call, &request->request, token);

    ck_assert_int_eq(result, verdict.result);
    ck_assert((*token != NULL) == (result == INV_OK));
    return result;
}

static size_t entries(void)
{
    return site_count(site, SITE_INVITES,
                      "(|(objectClass=xmppInvite)(objectClass=xmppNameReservation))");
}

START_TEST(all_terms_are_stored)
{
    const char *const groups[] = {"cn=friends," GROUPS, NULL};
    struct site_request request;
    inv_token *token = NULL;
    inv_invite *invite = NULL;

    site_request(site, &request, INV_INVITE_CONTACT_ACCOUNT, "alice@example.org");
    site_request_contact(&request, "eva@elsewhere.example");
    request.request.groups = groups;
    request.request.uses = 1000;
    request.request.roster_group = "Chess";
    request.request.account_expires = "20300101000000Z";
    request.request.note = "for the chess club";
    request.request.expires = INV_NEVER;
    ck_assert_int_eq(create(&request, &token), INV_OK);
    ck_assert_int_eq(inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite), INV_OK);
    ck_assert_int_eq(invite->type, INV_INVITE_CONTACT_ACCOUNT);
    ck_assert_int_eq(invite->uses, 1000);
    ck_assert_int_eq(invite->uses_left, 1000);
    ck_assert_int_eq(invite->expires, INV_NEVER);
    ck_assert_uint_eq(invite->key_id, inv_token_key_id(token));
    ck_assert_str_eq(invite->inviter, "alice@example.org");
    ck_assert_str_eq(invite->contacts[0], "eva@elsewhere.example");
    ck_assert(inv_dn_equal(invite->groups[0], groups[0]));
    ck_assert_str_eq(invite->roster_group, "Chess");
    ck_assert_str_eq(invite->account_expires, "20300101000000Z");
    ck_assert_str_eq(invite->note, "for the chess club");
    ck_assert_int_ne(invite->created, 0);
    ck_assert_int_ne(invite->modified, 0);
    inv_invite_free(&invite);
    inv_token_free(&token);
    site_request_end(&request);
}
END_TEST

/* What is wanted is written down either way: a right that is missing must not make contacts. */
START_TEST(whether_there_will_be_a_pair_is_stored)
{
    static const struct {
        inv_invite_type type;
        const char *inviter;
        bool no_pair;
        const char *wanted;
    } rows[] = {
        {INV_INVITE_ACCOUNT, "alice@example.org", false, "TRUE"},
        {INV_INVITE_ACCOUNT, "alice@example.org", true, "FALSE"},
        {INV_INVITE_ACCOUNT, NULL, false, NULL},
        {INV_INVITE_CONTACT_ACCOUNT, "alice@example.org", false, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct site_request request;
        inv_token *token = NULL;
        char *dn;
        char *value;

        site_request(site, &request, rows[i].type, rows[i].inviter);
        request.request.no_pair = rows[i].no_pair;
        ck_assert_int_eq(create(&request, &token), INV_OK);
        dn = inv_invite_dn(call.domain, inv_token_id(token));
        value = site_value(site, dn, "inviteRosterSubscription");
        ck_assert_msg(rows[i].wanted == NULL ? value == NULL
                                             : value != NULL && strcmp(value, rows[i].wanted) == 0,
                      "row %zu", i);
        free(value);
        free(dn);
        inv_token_free(&token);
        site_request_end(&request);
    }
}
END_TEST

/* Which attributes restrict is written down: one that is hidden later must not look absent. */
START_TEST(terms_name_what_restricts)
{
    static const struct {
        inv_invite_type type;
        const char *inviter;
        const char *user;
        const char *account_expires;
        bool inherit_groups;
        const char *wanted[5];
    } rows[] = {
        {INV_INVITE_ACCOUNT, NULL, NULL, NULL, false, {"none"}},
        {INV_INVITE_ACCOUNT,
         "alice@example.org",
         NULL,
         NULL,
         false,
         {"inviteInviter", "inviteRosterSubscription"}},
        {INV_INVITE_ACCOUNT, NULL, "terms1", "1d", false, {"inviteUser", "inviteAccountExpires"}},
        {INV_INVITE_ACCOUNT, NULL, "terms2", NULL, true, {"inviteUser", "inherit-groups"}},
        {INV_INVITE_CONTACT, "alice@example.org", NULL, NULL, false, {"inviteInviter"}},
        {INV_INVITE_RESET, NULL, "alice", NULL, false, {"inviteUser", "inviteAccountState"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct site_request request;
        inv_invite *invite = NULL;
        inv_token *token = NULL;
        size_t count = 0;
        char *dn;

        site_request(site, &request, rows[i].type, rows[i].inviter);
        if (rows[i].user != NULL)
            site_request_user(site, &request, rows[i].user);
        request.request.account_expires = rows[i].account_expires;
        request.request.inherit_groups = rows[i].inherit_groups;
        request.request.made_by = "ctl:7";
        ck_assert_msg(create(&request, &token) == INV_OK, "row %zu: %s", i, verdict.why);
        dn = inv_invite_dn(call.domain, inv_token_id(token));
        for (; rows[i].wanted[count] != NULL; count++)
            ck_assert_msg(site_count(site, dn, "(inviteTerms=%s)", rows[i].wanted[count]) == 1,
                          "row %zu: %s", i, rows[i].wanted[count]);
        ck_assert_uint_eq(site_values(site, dn, "inviteTerms"), count);
        ck_assert_int_eq(inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite),
                         INV_OK);
        ck_assert_str_eq(invite->made_by, "ctl:7");
        ck_assert(invite->inherit_groups == rows[i].inherit_groups);
        inv_invite_free(&invite);
        free(dn);
        inv_token_free(&token);
        site_request_end(&request);
    }
}
END_TEST

START_TEST(no_pair_is_for_account_invites_with_an_inviter)
{
    static const struct {
        inv_invite_type type;
        const char *inviter;
    } rows[] = {{INV_INVITE_ACCOUNT, NULL},
                {INV_INVITE_CONTACT, "alice@example.org"},
                {INV_INVITE_CONTACT_ACCOUNT, "alice@example.org"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct site_request request;
        inv_token *token = NULL;

        site_request(site, &request, rows[i].type, rows[i].inviter);
        request.request.no_pair = true;
        ck_assert_int_eq(create(&request, &token), INV_NOT_ALLOWED);
        site_request_end(&request);
    }
}
END_TEST

struct refusal {
    inv_invite_type type;
    const char *inviter;
    const char *user;
    const char *contact;
    const char *group;
    const char *account_expires;
    long uses;
    inv_result wanted;
};

static const struct refusal refusals[] = {
    {INV_INVITE_ACCOUNT, NULL, NULL, NULL, NULL, NULL, -1, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, NULL, NULL, NULL, NULL, 1001, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, "carl", NULL, NULL, NULL, 2, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, "carl", NULL, NULL, NULL, 0, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, "nobody@example.org", NULL, NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, NULL, "nobody@example.org", NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, NULL, NULL, "cn=admins," GROUPS, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, "alice", NULL, NULL, NULL, 1, INV_NAME_TAKEN},
    {INV_INVITE_ACCOUNT, NULL, "postmaster", NULL, NULL, NULL, 1, INV_NAME_RESERVED},
    {INV_INVITE_CONTACT, NULL, NULL, NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_CONTACT_ACCOUNT, NULL, NULL, NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_CONTACT, "alice@example.org", "carl", NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_CONTACT, "alice@example.org", NULL, NULL, "cn=friends," GROUPS, NULL, 1,
     INV_NOT_ALLOWED},
    {INV_INVITE_CONTACT, "alice@example.org", NULL, NULL, NULL, "30d", 1, INV_NOT_ALLOWED},
    {INV_INVITE_ACCOUNT, NULL, NULL, NULL, NULL, "20200101000000Z", 1, INV_NOT_ALLOWED},
    {INV_INVITE_RESET, NULL, NULL, NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_RESET, NULL, "carl", NULL, NULL, NULL, 1, INV_NO_ACCOUNT},
    {INV_INVITE_RESET, NULL, "bare", NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
    {INV_INVITE_RESET, NULL, "locked", NULL, NULL, NULL, 1, INV_NOT_ALLOWED},
};

/* The accounts that the table speaks of beside alice's. */
static void make_account(const char *user)
{
    if (user != NULL && strcmp(user, "bare") == 0)
        site_modify(site, "dn: uid=bare," SITE_PEOPLE "\nchangetype: add\n"
                          "objectClass: inetOrgPerson\ncn: bare\nsn: bare\n");
    if (user == NULL || strcmp(user, "locked") != 0)
        return;
    site_add_account(site, user);
    site_lock_account(site, "locked");
}

START_TEST(what_cannot_be_created)
{
    const struct refusal *refusal = &refusals[_i];
    const char *const groups[] = {refusal->group, NULL};
    struct site_request request;
    inv_token *token = NULL;
    size_t before;

    make_account(refusal->user);
    before = entries();
    site_request(site, &request, refusal->type, refusal->inviter);
    if (refusal->user != NULL)
        site_request_user(site, &request, refusal->user);
    if (refusal->contact != NULL)
        site_request_contact(&request, refusal->contact);
    request.request.groups = groups;
    request.request.uses = refusal->uses;
    request.request.account_expires = refusal->account_expires;
    (void)create(&request, &token);
    expect(refusal->wanted);
    ck_assert_str_ne(verdict.why, "");
    ck_assert_str_eq(verdict.invite_id, "");
    ck_assert_uint_eq(entries(), before);
    site_request_end(&request);
}
END_TEST

/* Values of an attribute differ in a directory, and scripts repeat themselves. */
START_TEST(texts_that_are_no_line)
{
    static const char *const bad[] = {"Team\x01", "a\nb",      "a\tb",         "caf\xe9",
                                      "\x7f",     "a\xc2\x9b", "a\xef\xbf\xbf"};
    size_t before = entries();

    for (size_t i = 0; i < 2 * sizeof(bad) / sizeof(bad[0]); i++) {
        struct site_request request;
        inv_token *token = NULL;

        site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
        if (i % 2 == 0)
            request.request.note = bad[i / 2];
        else
            request.request.roster_group = bad[i / 2];
        (void)create(&request, &token);
        expect(INV_NOT_ALLOWED);
        ck_assert_msg(strstr(verdict.why, i % 2 == 0 ? "the note" : "the roster group") != NULL,
                      "%s", verdict.why);
        site_request_end(&request);
    }
    ck_assert_uint_eq(entries(), before);
}
END_TEST

START_TEST(what_is_named_twice_counts_once)
{
    const char *const groups[] = {"cn=friends," GROUPS, "CN=Friends, " GROUPS, NULL};
    struct site_request request;
    const inv_jid *contacts[] = {NULL, NULL, NULL};
    inv_token *token = NULL;
    inv_invite *invite = NULL;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_contact(&request, "alice@example.org");
    contacts[0] = contacts[1] = request.contact;
    request.request.contacts = contacts;
    request.request.groups = groups;
    (void)create(&request, &token);
    expect(INV_OK);
    ck_assert_int_eq(inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite), INV_OK);
    ck_assert_str_eq(invite->contacts[0], "alice@example.org");
    ck_assert_ptr_null(invite->contacts[1]);
    ck_assert_ptr_nonnull(invite->groups[0]);
    ck_assert_ptr_null(invite->groups[1]);
    inv_invite_free(&invite);
    inv_token_free(&token);
    site_request_end(&request);
}
END_TEST

START_TEST(an_invite_that_fails_reserves_nothing)
{
    struct site_request request;
    inv_token *token = NULL;
    size_t before = entries();

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, "failed");
    request.request.account_expires = "no UTF-8: \xff"; /* the directory refuses it */
    (void)create(&request, &token);
    expect(INV_CONFIG);
    ck_assert_str_eq(verdict.invite_id, ""); /* there is none of that id */
    ck_assert_uint_eq(entries(), before);
    site_request_end(&request);
}
END_TEST

/* --------------------------------------------------------------------------------- lost answers */

/* The answer to one of the writes is lost. */
static void create_losing(const char *user, size_t lose, inv_token **token,
                          void (*at)(void *, counter_moment, size_t, size_t))
{
    struct counter *counter = counter_attach(call.directory);
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    if (user != NULL)
        site_request_user(site, &request, user);
    counter->lose = lose;
    counter->at = at;
    counter->context = counter;
    (void)create(&request, token);
    ck_assert_uint_eq(counter->lose, 0);
    counter_detach(call.directory, &counter);
    site_request_end(&request);
}

START_TEST(a_lost_answer_is_read_back)
{
    static const struct {
        const char *user;
        size_t lose;
    } rows[] = {{NULL, 1}, {"lost1", 1}, {"lost2", 2}};
    size_t before = entries();
    inv_token *token = NULL;

    create_losing(rows[_i].user, rows[_i].lose, &token, NULL);
    expect(INV_OK);
    ck_assert_str_eq(verdict.invite_id, inv_token_id(token));
    ck_assert_uint_eq(entries(), before + (rows[_i].user != NULL ? 2 : 1));
    ck_assert_int_eq(site_redeem(site, token, rows[_i].user != NULL ? rows[_i].user : "lost0",
                                 SITE_PASSWORD, &verdict),
                     INV_OK);
    inv_token_free(&token);
}
END_TEST

/* The time is up before it can be looked for. */
static void end_behind_the_add(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct counter *counter = context;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == 0 && counter->writes == 1)
        call.deadline = inv_deadline_in(0);
}

START_TEST(what_may_have_been_made_is_told)
{
    char *told = NULL;
    inv_token *token = NULL;

    create_losing(NULL, 1, &token, end_behind_the_add);
    expect(INV_DIRECTORY_DOWN);
    ck_assert_uint_eq(site_count(site, SITE_INVITES, "(inviteId=%s)", verdict.invite_id), 1);
    ck_assert_int_ge(asprintf(&told, "invitectl revoke %s", verdict.invite_id), 0);
    ck_assert_msg(strstr(verdict.why, told) != NULL, "%s", verdict.why);
    free(told);
}
END_TEST

/* ------------------------------------------------------------------------------- how it is told */

START_TEST(uris)
{
    static const struct {
        inv_invite_type type;
        const char *inviter;
        const char *user;
        const char *uri;
    } table[] = {
        {INV_INVITE_ACCOUNT, NULL, NULL, "xmpp:example.org?register;preauth=TOKEN"},
        {INV_INVITE_ACCOUNT, "alice@example.org", "bob",
         "xmpp:bob@example.org?register;preauth=TOKEN"},
        {INV_INVITE_RESET, NULL, "bob", "xmpp:bob@example.org?register;preauth=TOKEN"},
        {INV_INVITE_CONTACT, "alice@example.org", NULL,
         "xmpp:alice@example.org?roster;preauth=TOKEN"},
        {INV_INVITE_CONTACT_ACCOUNT, "alice@example.org", NULL,
         "xmpp:alice@example.org?roster;preauth=TOKEN;ibr=y"},
        /* RFC 5122 2.2 and 2.7.1: a name does not end the path, and bytes are ASCII */
        {INV_INVITE_CONTACT, "a?roster;preauth=x#%\\[^`{|}~!$()*+,;=-._@example.org", NULL,
         "xmpp:a%3Froster;preauth=x%23%25%5C%5B%5E%60%7B%7C%7D~!$()*+,;=-._@example.org?roster;"
         "preauth=TOKEN"},
        {INV_INVITE_CONTACT_ACCOUNT, "j\xc3\xb6rg@example.org", NULL,
         "xmpp:j%C3%B6rg@example.org?roster;preauth=TOKEN;ibr=y"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct site_request request;
        char *uri;

        site_request(site, &request, table[i].type, table[i].inviter);
        if (table[i].user != NULL)
            site_request_user(site, &request, table[i].user);
        uri = inv_invite_uri(&request.request, "example.org", "TOKEN");
        ck_assert_str_eq(uri, table[i].uri);
        inv_wipe_text(&uri);
        site_request_end(&request);
    }
}
END_TEST

START_TEST(urls)
{
    static const struct {
        const char *landing;
        const char *url;
    } table[] = {
        {"", NULL},
        {"https://example.org/i/", "https://example.org/i/TOKEN"},
        {"https://example.org/i/{token}", "https://example.org/i/TOKEN"},
        {"https://example.org/i?t={token}&x=%20", "https://example.org/i?t=TOKEN&x=%20"},
        {"https://example.org/%t/join", "https://example.org/TOKEN/join"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char landing[64];
        const inv_domain domain = {.landing_url = landing};
        char *url;

        (void)snprintf(landing, sizeof(landing), "%s", table[i].landing);
        url = inv_invite_url(&domain, "TOKEN");
        if (table[i].url == NULL)
            ck_assert_ptr_null(url);
        else
            ck_assert_str_eq(url, table[i].url);
        inv_wipe_text(&url);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invite_create");
    TCase *making = tcase_create("making");

    tcase_set_timeout(making, 60);
    tcase_add_unchecked_fixture(making, start, fixture_stop);
    tcase_add_checked_fixture(making, calls_begin, calls_end);
    tcase_add_test(making, all_terms_are_stored);
    tcase_add_test(making, whether_there_will_be_a_pair_is_stored);
    tcase_add_test(making, no_pair_is_for_account_invites_with_an_inviter);
    tcase_add_test(making, terms_name_what_restricts);
    tcase_add_loop_test(making, what_cannot_be_created, 0,
                        (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_test(making, texts_that_are_no_line);
    tcase_add_test(making, what_is_named_twice_counts_once);
    tcase_add_test(making, an_invite_that_fails_reserves_nothing);
    tcase_add_loop_test(making, a_lost_answer_is_read_back, 0, 3);
    tcase_add_test(making, what_may_have_been_made_is_told);
    tcase_add_test(making, uris);
    tcase_add_test(making, urls);
    suite_add_tcase(suite, making);
    return suite_run(suite);
}
