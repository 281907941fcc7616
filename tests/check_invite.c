/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/roster.h"
#include "invitegate/timestamp.h"
#include "tests/support/site.h"

/* Invites: read strictly, made by the rules, revoked and restored. */

#define ID     "fe8ed1b9e1c311291f06daec7dba860f82c3632a"
#define GROUPS "ou=groups,dc=example,dc=org"

static struct site *site;
static inv_verdict verdict;
static inv_call call;

static void start(void)
{
    const struct site_settings settings = {
        .domain_lines = "password_verifiers = server\nallowed_groups = cn=friends," GROUPS "\n",
    };

    site = site_start(&settings);
    site_add_account(site, "alice");
}

static void stop(void)
{
    site_stop(&site);
}

static void begin(void)
{
    verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call);
}

static void end(void)
{
    inv_gate_end(&call);
}

#define expect(wanted) site_expect_result(verdict, wanted)

/* -------------------------------------------------------------------------------------- reading */

static const char *const good[][2] = {
    {"inviteId", ID},
    {"inviteType", "contact-account"},
    {"inviteDomain", "example.org"},
    {"inviteUses", "5"},
    {"inviteUsesLeft", "3"},
    {"inviteExpires", "20300102030405Z"},
    {"inviteKeyId", "7"},
    {"inviteUser", "bob"},
    {"inviteInviter", "alice@example.org"},
    {"inviteContact", "carol@example.org"},
    {"inviteGroup", "cn=friends," GROUPS},
    {"inviteRosterGroup", "Chess"},
    {"inviteRosterSubscription", "TRUE"},
    {"inviteAccountExpires", "30d"},
    {"description", "a note"},
    {"createTimestamp", "20200102030405Z"},
    {"modifyTimestamp", "20210102030405Z"},
    {"inviteClaim", "bob@example.org 00112233445566ff"},
    {"inviteUsedBy", "eve@example.org 20200102030405Z ff00112233445566"},
};

/* The good entry with one attribute changed; value NULL: without it. */
static inv_entry *entry_with(const char *attribute, const char *value)
{
    inv_entry *entry = inv_entry_new("inviteId=" ID "," SITE_INVITES);
    bool done = attribute == NULL;

    ck_assert_ptr_nonnull(entry);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *text = good[i][1];

        if (attribute != NULL && strcmp(attribute, good[i][0]) == 0) {
            text = value;
            done = true;
        }
        if (text != NULL)
            ck_assert(inv_entry_append(entry, good[i][0], text, strlen(text)));
    }
    ck_assert(done);
    return entry;
}

START_TEST(a_whole_entry)
{
    inv_entry *entry = entry_with(NULL, NULL);
    inv_invite *invite = NULL;
    time_t moment = 0;

    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_OK);
    ck_assert_str_eq(invite->id, ID);
    ck_assert_int_eq(invite->type, INV_INVITE_CONTACT_ACCOUNT);
    ck_assert_int_eq(invite->uses, 5);
    ck_assert_int_eq(invite->uses_left, 3);
    ck_assert_uint_eq(invite->key_id, 7);
    ck_assert_str_eq(invite->user, "bob");
    ck_assert_str_eq(invite->inviter, "alice@example.org");
    ck_assert_str_eq(invite->contacts[0], "carol@example.org");
    ck_assert_ptr_null(invite->contacts[1]);
    ck_assert_str_eq(invite->groups[0], "cn=friends," GROUPS);
    ck_assert_str_eq(invite->roster_group, "Chess");
    ck_assert_str_eq(invite->account_expires, "30d");
    ck_assert_str_eq(invite->note, "a note");
    ck_assert(inv_timestamp_parse_generalized("20300102030405Z", &moment));
    ck_assert_int_eq(invite->expires, moment);
    ck_assert(inv_timestamp_parse_generalized("20200102030405Z", &moment));
    ck_assert_int_eq(invite->created, moment);
    ck_assert_uint_eq(invite->claim_count, 1);
    ck_assert_str_eq(invite->claims[0].jid, "bob@example.org");
    ck_assert_str_eq(invite->claims[0].nonce, "00112233445566ff");
    ck_assert_str_eq(invite->claims[0].text, "bob@example.org 00112233445566ff");
    ck_assert_uint_eq(invite->used_by_count, 1);
    ck_assert_str_eq(invite->used_by[0].jid, "eve@example.org");
    ck_assert_int_eq(invite->used_by[0].time, moment);
    ck_assert_str_eq(invite->used_by[0].nonce, "ff00112233445566");
    inv_invite_free(&invite);
    ck_assert_ptr_null(invite);
    inv_entry_free(&entry);
}
END_TEST

static const char *const bad[][2] = {
    {"inviteId", NULL},
    {"inviteId", "FE8ED1B9E1C311291F06DAEC7DBA860F82C3632A"},
    {"inviteId", "fe8e"},
    {"inviteType", NULL},
    {"inviteType", "admin"},
    {"inviteType", ""},
    {"inviteDomain", NULL},
    {"inviteUses", NULL},
    {"inviteUses", "-1"},
    {"inviteUses", "1001"},
    {"inviteUses", "5x"},
    {"inviteUses", ""},
    {"inviteUses", " 5"},
    {"inviteUses", "99999999999999999999"},
    {"inviteUsesLeft", NULL},
    {"inviteUsesLeft", "6"},
    {"inviteUsesLeft", "-7"},
    {"inviteUsesLeft", "-"},
    {"inviteUsesLeft", "+3"},
    {"inviteExpires", NULL},
    {"inviteExpires", "never"},
    {"inviteExpires", ""},
    {"inviteKeyId", NULL},
    {"inviteKeyId", "208"},
    {"inviteKeyId", "-1"},
    {"inviteInviter", NULL}, /* of a contact-account */
    {"inviteRosterSubscription", "FALSE"},
    {"inviteRosterSubscription", "no"},
    {"inviteRosterSubscription", ""},
    {"inviteClaim", "bob@example.org"},
    {"inviteClaim", "bob@example.org 1 2"},
    {"inviteUsedBy", "bob@example.org 00112233445566ff"},
    {"inviteUsedBy", "bob@example.org yesterday 00112233445566ff"},
};

START_TEST(nothing_is_assumed)
{
    inv_entry *entry = entry_with(bad[_i][0], bad[_i][1]);
    inv_invite *invite = NULL;

    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_CONFIG);
    ck_assert_ptr_null(invite);
    ck_assert_msg(strstr(verdict.why, bad[_i][0]) != NULL, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, "inviteId=" ID) != NULL, "%s", verdict.why);
    inv_entry_free(&entry);
}
END_TEST

static bool does_without_pair(const char *value)
{
    inv_entry *entry = inv_entry_new("inviteId=" ID "," SITE_INVITES);
    inv_invite *invite = NULL;
    bool without;

    ck_assert_ptr_nonnull(entry);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *text = strcmp(good[i][0], "inviteType") == 0                 ? "account"
                           : strcmp(good[i][0], "inviteRosterSubscription") == 0 ? value
                                                                                 : good[i][1];

        if (text != NULL)
            ck_assert(inv_entry_append(entry, good[i][0], text, strlen(text)));
    }
    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_OK);
    without = invite->no_pair;
    inv_invite_free(&invite);
    inv_entry_free(&entry);
    return without;
}

START_TEST(an_account_invite_may_do_without_the_pair)
{
    ck_assert(does_without_pair("FALSE"));
    ck_assert(!does_without_pair("TRUE"));
    ck_assert(!does_without_pair(NULL)); /* made before there was such a thing */
}
END_TEST

START_TEST(a_reset_is_for_one_user_once)
{
    inv_entry *entry = entry_with("inviteType", "reset");
    inv_invite *invite = NULL;

    ck_assert_int_eq(inv_invite_from_entry(entry, &invite, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "inviteUses"));
    inv_entry_free(&entry);
}
END_TEST

START_TEST(states)
{
    static const struct {
        long uses;
        long uses_left;
        time_t expires;
        inv_invite_state state;
        long open;
    } table[] = {
        {1, 1, 1000, INV_INVITE_PENDING, 1},      {1, 1, 999, INV_INVITE_EXPIRED, 1},
        {1, 0, 999, INV_INVITE_USED, 0},          {1, 0, 1001, INV_INVITE_USED, 0},
        {5, -6, 1001, INV_INVITE_REVOKED, 5},     {5, -1, 999, INV_INVITE_REVOKED, 0},
        {0, 1, INV_NEVER, INV_INVITE_PENDING, 1}, {0, -2, INV_NEVER, INV_INVITE_REVOKED, 1},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const inv_invite invite = {
            .uses = table[i].uses, .uses_left = table[i].uses_left, .expires = table[i].expires};

        ck_assert_int_eq(inv_invite_state_at(&invite, 1000), table[i].state);
        ck_assert_int_eq(inv_invite_open_uses(&invite), table[i].open);
    }
    ck_assert_str_eq(inv_invite_state_name(INV_INVITE_REVOKED), "revoked");
}
END_TEST

START_TEST(types_have_names)
{
    inv_invite_type type = INV_INVITE_ACCOUNT;

    for (int i = INV_INVITE_ACCOUNT; i <= INV_INVITE_RESET; i++) {
        ck_assert(inv_invite_type_parse(inv_invite_type_name((inv_invite_type)i), &type));
        ck_assert_int_eq(type, i);
    }
    ck_assert(!inv_invite_type_parse("contacts", &type));
    ck_assert(inv_invite_id_valid(ID));
    ck_assert(!inv_invite_id_valid(ID "0"));
    ck_assert(!inv_invite_id_valid(""));
    ck_assert(!inv_invite_id_valid("ge8ed1b9e1c311291f06daec7dba860f82c3632a"));
}
END_TEST

START_TEST(a_container_that_is_missing_is_no_bad_token)
{
    inv_invite *invite = NULL;
    inv_domain *domain = site_domain(site);
    char *invites = domain->invites;
    char elsewhere[] = "ou=nowhere,dc=example,dc=org";

    (void)inv_invite_read(&call, ID, INV_INVITE_ALL, &invite, &verdict);
    expect(INV_BAD_TOKEN);
    domain->invites = elsewhere;
    (void)inv_invite_read(&call, ID, INV_INVITE_ALL, &invite, &verdict);
    expect(INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, elsewhere) != NULL, "%s", verdict.why);
    domain->invites = invites;
}
END_TEST

/* ------------------------------------------------------------------------------------- creating */

static inv_result create(struct site_request *request, inv_token **token)
{
    inv_result result = inv_invite_create(&call, &request->request, token, &verdict);

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
    ck_assert_int_eq(inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite, &verdict),
                     INV_OK);
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
    ck_assert_uint_eq(entries(), before);
    site_request_end(&request);
}
END_TEST

/* Values of an attribute differ in a directory, and scripts repeat themselves. */
START_TEST(what_is_named_twice_counts_once)
{
    const char *const groups[] = {"cn=friends," GROUPS, "CN=Friends, " GROUPS, NULL};
    struct site_request request;
    const inv_name *contacts[] = {NULL, NULL, NULL};
    inv_token *token = NULL;
    inv_invite *invite = NULL;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_contact(&request, "alice@example.org");
    contacts[0] = contacts[1] = request.contact;
    request.request.contacts = contacts;
    request.request.groups = groups;
    (void)create(&request, &token);
    expect(INV_OK);
    ck_assert_int_eq(inv_invite_read(&call, inv_token_id(token), INV_INVITE_ALL, &invite, &verdict),
                     INV_OK);
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
    request.request.note = "no UTF-8: \xff"; /* the directory refuses it */
    (void)create(&request, &token);
    expect(INV_CONFIG);
    ck_assert_uint_eq(entries(), before);
    site_request_end(&request);
}
END_TEST

/* --------------------------------------------------------------------------------- reservations */

static inv_result create_for(const char *user, time_t expires, inv_token **token)
{
    struct site_request request;
    inv_result result;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, user);
    request.request.expires = expires;
    result = create(&request, token);
    site_request_end(&request);
    return result;
}

static void expect_holder(const char *user, const inv_token *token)
{
    char *dn = inv_reservation_dn(site_domain(site), user);
    char *holder = site_value(site, dn, "inviteId");

    if (token == NULL) {
        ck_assert_ptr_null(holder);
    } else {
        ck_assert_ptr_nonnull(holder);
        ck_assert_str_eq(holder, inv_token_id(token));
    }
    free(holder);
    free(dn);
}

START_TEST(a_name_is_reserved_once)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("once", time(NULL) + 60, &first), INV_OK);
    expect_holder("once", first);
    ck_assert_int_eq(create_for("once", time(NULL) + 60, &second), INV_NAME_RESERVED);
    ck_assert_msg(strstr(verdict.why, inv_token_id(first)) != NULL, "%s", verdict.why);
    expect_holder("once", first);
    inv_token_free(&first);
}
END_TEST

START_TEST(the_reservation_of_an_expired_invite_is_taken_over)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("over", time(NULL) - 1, &first), INV_OK);
    ck_assert_int_eq(create_for("over", time(NULL) + 60, &second), INV_OK);
    expect_holder("over", second);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

/* Begun before it expired: the name is not free yet. */
START_TEST(a_claim_keeps_the_reservation_of_an_expired_invite)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("begun", time(NULL) - 1, &first), INV_OK);
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nreplace: inviteUsesLeft\n"
                "inviteUsesLeft: 0\n-\nadd: inviteClaim\n"
                "inviteClaim: begun@example.org 0011223344556677\n",
                inv_token_id(first));
    ck_assert_int_eq(create_for("begun", time(NULL) + 60, &second), INV_NAME_RESERVED);
    inv_token_free(&first);
}
END_TEST

/* A create that died between the two adds holds the name for claim_grace. */
START_TEST(a_reservation_without_an_invite)
{
    inv_token *token = NULL;
    time_t end;

    site_modify(site, "dn: inviteUser=orphan," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppNameReservation\ninviteId: " ID "\n");
    ck_assert_int_eq(create_for("orphan", time(NULL) + 60, &token), INV_NAME_RESERVED);
    site_domain(site)->claim_grace = 1;
    for (end = time(NULL) + 20; token == NULL && time(NULL) < end; site_next_second())
        (void)create_for("orphan", time(NULL) + 60, &token);
    expect(INV_OK);
    expect_holder("orphan", token);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------ revoke, restore */

static long uses_left(const inv_token *token)
{
    struct site_state state;

    site_state(site, token, &state);
    return state.uses_left;
}

START_TEST(revoked_and_restored)
{
    inv_token *token = site_invite(site, NULL, 5);

    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token), &verdict), INV_OK);
    ck_assert_int_eq(uses_left(token), -6);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token), &verdict), INV_OK);
    ck_assert_int_eq(uses_left(token), -6);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token), &verdict), INV_OK);
    ck_assert_int_eq(uses_left(token), 5);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token), &verdict), INV_OK);
    ck_assert_int_eq(uses_left(token), 5);
    inv_token_free(&token);
    ck_assert_int_eq(inv_invite_revoke(&call, ID, &verdict), INV_BAD_TOKEN);
    ck_assert_int_eq(inv_invite_restore(&call, ID, &verdict), INV_BAD_TOKEN);
}
END_TEST

START_TEST(a_used_invite_can_be_revoked_too)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_verdict redeemed;

    ck_assert_int_eq(site_redeem(site, token, "usedup", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token), &verdict), INV_OK);
    ck_assert_int_eq(uses_left(token), -1);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token), &verdict), INV_OK);
    ck_assert_int_eq(uses_left(token), 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revoked_invite_keeps_no_name)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("kept", time(NULL) + 60, &first), INV_OK);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first), &verdict), INV_OK);
    expect_holder("kept", NULL);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(first), &verdict), INV_OK);
    expect_holder("kept", first);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first), &verdict), INV_OK);
    ck_assert_int_eq(create_for("kept", time(NULL) + 60, &second), INV_OK);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(first), &verdict), INV_NAME_RESERVED);
    ck_assert_int_eq(uses_left(first), -2);
    expect_holder("kept", second);
    /* revoking the first again must not take the second's reservation away */
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first), &verdict), INV_OK);
    expect_holder("kept", second);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

START_TEST(an_invite_whose_name_was_taken_stays_revoked)
{
    inv_token *token = NULL;

    ck_assert_int_eq(create_for("snatched", time(NULL) + 60, &token), INV_OK);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token), &verdict), INV_OK);
    site_add_account(site, "snatched");
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token), &verdict), INV_NAME_TAKEN);
    ck_assert_int_eq(uses_left(token), -2);
    inv_token_free(&token);
}
END_TEST

/* -------------------------------------------------------------------------------------- listing */

struct listed {
    size_t count;
    size_t limit;
    time_t last;
    bool sorted;
};

static bool count_invite(void *context, const inv_invite *invite)
{
    struct listed *listed = context;

    listed->sorted = listed->sorted && (listed->count == 0 || invite->created <= listed->last);
    listed->last = invite->created;
    return ++listed->count < listed->limit;
}

START_TEST(the_newest_come_first)
{
    struct listed listed = {.limit = 1000, .sorted = true};
    inv_token *token = site_invite(site, "alice@example.org", 1);

    inv_token_free(&token);
    site_next_second();
    token = site_invite(site, NULL, 1);
    inv_token_free(&token);
    ck_assert_int_eq(inv_invite_each(&call, NULL, count_invite, &listed, &verdict), INV_OK);
    ck_assert_uint_ge(listed.count, 2);
    ck_assert(listed.sorted);
    listed = (struct listed){.limit = 1000, .sorted = true};
    ck_assert_int_eq(inv_invite_each(&call, "(inviteInviter=alice@example.org)", count_invite,
                                     &listed, &verdict),
                     INV_OK);
    ck_assert_uint_eq(listed.count,
                      site_count(site, SITE_INVITES, "(inviteInviter=alice@example.org)"));
    listed = (struct listed){.limit = 1, .sorted = true};
    ck_assert_int_eq(inv_invite_each(&call, NULL, count_invite, &listed, &verdict), INV_OK);
    ck_assert_uint_eq(listed.count, 1);
}
END_TEST

START_TEST(an_unreadable_invite_is_left_out_and_told)
{
    struct listed listed = {.limit = 1000, .sorted = true};
    inv_token *token = site_invite(site, NULL, 1);
    size_t all;

    site_modify(site, "dn: inviteId=" ID "," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppInvite\ninviteType: odd\ninviteDomain: example.org\n"
                      "inviteUses: 1\ninviteUsesLeft: 1\ninviteExpires: 99991231235959Z\n"
                      "inviteKeyId: 1\n");
    all = site_count(site, SITE_INVITES, "(objectClass=xmppInvite)");
    ck_assert_int_eq(inv_invite_each(&call, NULL, count_invite, &listed, &verdict), INV_CONFIG);
    ck_assert_uint_eq(listed.count, all - 1);
    ck_assert_msg(strstr(site->log, ID) != NULL, "%s", site->log);
    site_delete(site, "inviteId=" ID "," SITE_INVITES);
    inv_token_free(&token);
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
    Suite *suite = suite_create("invite");
    TCase *entry = tcase_create("entry");
    TCase *directory = tcase_create("directory");
    SRunner *runner;
    int failed;

    tcase_add_test(entry, a_whole_entry);
    tcase_add_loop_test(entry, nothing_is_assumed, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(entry, an_account_invite_may_do_without_the_pair);
    tcase_add_test(entry, a_reset_is_for_one_user_once);
    tcase_add_test(entry, states);
    tcase_add_test(entry, types_have_names);
    tcase_add_test(entry, urls);
    suite_add_tcase(suite, entry);
    tcase_set_timeout(directory, 60);
    tcase_add_unchecked_fixture(directory, start, stop);
    tcase_add_checked_fixture(directory, begin, end);
    tcase_add_test(directory, a_container_that_is_missing_is_no_bad_token);
    tcase_add_test(directory, all_terms_are_stored);
    tcase_add_test(directory, whether_there_will_be_a_pair_is_stored);
    tcase_add_test(directory, no_pair_is_for_account_invites_with_an_inviter);
    tcase_add_loop_test(directory, what_cannot_be_created, 0,
                        (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_test(directory, what_is_named_twice_counts_once);
    tcase_add_test(directory, an_invite_that_fails_reserves_nothing);
    tcase_add_test(directory, a_name_is_reserved_once);
    tcase_add_test(directory, the_reservation_of_an_expired_invite_is_taken_over);
    tcase_add_test(directory, a_claim_keeps_the_reservation_of_an_expired_invite);
    tcase_add_test(directory, a_reservation_without_an_invite);
    tcase_add_test(directory, revoked_and_restored);
    tcase_add_test(directory, a_used_invite_can_be_revoked_too);
    tcase_add_test(directory, a_revoked_invite_keeps_no_name);
    tcase_add_test(directory, an_invite_whose_name_was_taken_stays_revoked);
    tcase_add_test(directory, the_newest_come_first);
    tcase_add_test(directory, an_unreadable_invite_is_left_out_and_told);
    tcase_add_test(directory, uris);
    suite_add_tcase(suite, directory);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
