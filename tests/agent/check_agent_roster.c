/* SPDX-License-Identifier: BSD-2-Clause */
/* What invite-agent tells about rosters, and whose they are. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/pair.h"
#include "tests/support/agent_fixture.h"

/* ------------------------------------------------------------------------------- what is new */

START_TEST(new_contacts_are_told_for_all_accounts_at_once)
{
    struct agent_reply reply;
    char cookie[128];

    agent_ask(client, &reply, "changed", "", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "restart"), "yes");
    ck_assert_uint_eq(reply.contacts, 0);
    (void)snprintf(cookie, sizeof(cookie), "%s", agent_line(&reply, "cookie"));
    site_add_account(site, "willing");
    agent_ask(client, &reply, "contact",
              agent_invite(site, INV_INVITE_CONTACT, "alice@example.org", NULL, NULL),
              "willing@example.org", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "changed", cookie, NULL);
    agent_expect(reply, "OK");
    ck_assert_ptr_null(strstr(reply.text, "restart"));
    ck_assert_uint_ge(reply.contacts, 2);
    ck_assert_ptr_nonnull(strstr(reply.text, "cookie="));
    agent_ask(client, &reply, "changed", "nonsense", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "restart"), "yes");
    agent_ask(client, &reply, "changed", NULL);
    agent_expect(reply, "BAD_REQUEST");
}
END_TEST

START_TEST(an_inviter_who_becomes_no_contact)
{
    static const char *const no[] = {"roster-subscription=no", "roster-subscription=false",
                                     "roster-subscription=0"};
    struct agent_reply reply;
    char user[16];
    char uri[128];

    for (size_t i = 0; i < 3; i++) {
        agent_ask(client, &reply, "create", "alice@example.org", "account", no[i], NULL);
        agent_expect(reply, "OK");
        (void)snprintf(uri, sizeof(uri), "%s", agent_line(&reply, "uri"));
        agent_ask(client, &reply, "check", uri, "", NULL);
        agent_expect(reply, "OK");
        ck_assert_uint_eq(reply.contacts, 0);
        (void)snprintf(user, sizeof(user), "apart%zu", i);
        agent_ask(client, &reply, "register", uri, user, SITE_PASSWORD, "", "", NULL);
        agent_expect(reply, "OK");
        ck_assert_uint_eq(reply.contacts, 0);
        ck_assert_uint_eq(
            site_count(site, SITE_PEOPLE, "(&(uid=%s)(xmppInvitedBy=alice@example.org))", user), 1);
    }
}
END_TEST

/* ------------------------------------------------------------------------------- which account */

/* The account line of a roster. */
static void identity_of(const char *user, char identity[INV_ACCOUNT_IDENTITY_SIZE])
{
    struct agent_reply reply;

    agent_ask(client, &reply, "roster", user, NULL);
    agent_expect(reply, "OK");
    (void)snprintf(identity, INV_ACCOUNT_IDENTITY_SIZE, "%s", agent_line(&reply, "account"));
}

static void register_as(const char *token, const char *user, char *identity)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "register", token, user, SITE_PASSWORD, "", "", NULL);
    agent_expect(reply, "OK");
    (void)snprintf(identity, INV_ACCOUNT_IDENTITY_SIZE, "%s", agent_line(&reply, "account"));
    ck_assert_uint_eq(strlen(identity), INV_ACCOUNT_IDENTITY_SIZE - 1);
}

START_TEST(a_name_that_was_registered_again)
{
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    char first[INV_ACCOUNT_IDENTITY_SIZE];
    char second[INV_ACCOUNT_IDENTITY_SIZE];
    char token[INV_TOKEN_LENGTH + 1];
    inv_token *many = site_invite(site, NULL, 5);

    inv_token_write(many, token);
    inv_token_free(&many);
    register_as(token, "kurt", first);
    register_as(token, "kurt", second); /* the same again, after a lost answer */
    ck_assert_str_eq(first, second);
    identity_of("kurt", identity);
    ck_assert_str_eq(first, identity);
    site_delete(site, "uid=kurt," SITE_PEOPLE);
    identity_of("kurt", identity);
    ck_assert_str_eq(identity, "");
    register_as(token, "kurt", second); /* with the very same invite */
    ck_assert_str_ne(first, second);
    register_as(token, "kurti", second);
    identity_of("kurt", identity);
    ck_assert_str_ne(identity, second);
}
END_TEST

START_TEST(a_new_password_makes_no_new_account)
{
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    char first[INV_ACCOUNT_IDENTITY_SIZE];
    struct agent_reply reply;

    register_as(agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL), "lena", first);
    for (int i = 0; i < 2; i++) {
        agent_ask(client, &reply, "reset", agent_invite(site, INV_INVITE_RESET, NULL, "lena", NULL),
                  "lena", i == 0 ? "another long password" : "and one more of them", "", "", NULL);
        agent_expect(reply, "OK");
        identity_of("lena", identity);
        ck_assert_str_eq(first, identity);
    }
    site_modify(site, "dn: uid=lena," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                      "userPassword: set by an admin\n");
    identity_of("lena", identity);
    ck_assert_str_eq(first, identity);
}
END_TEST

/* A backup of what people see, loaded into an empty directory: times and unique ids are new. */
START_TEST(a_restored_account_is_the_same)
{
    static const char *const kept[] = {"inviteId", "inviteNonce"};
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    char first[INV_ACCOUNT_IDENTITY_SIZE];
    char *values[2];

    register_as(agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL), "mona", first);
    for (int i = 0; i < 2; i++) {
        values[i] = site_value(site, "uid=mona," SITE_PEOPLE, kept[i]);
        ck_assert_ptr_nonnull(values[i]);
    }
    site_delete(site, "uid=mona," SITE_PEOPLE);
    site_modify(site,
                "dn: uid=mona," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\ncn: mona\nsn: mona\nxmppJid: mona@example.org\n"
                "inviteId: %s\ninviteNonce: %s\n",
                values[0], values[1]);
    identity_of("mona", identity);
    ck_assert_str_eq(first, identity);
    free(values[0]);
    free(values[1]);
}
END_TEST

START_TEST(a_guest_has_an_end)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "roster", "alice", NULL);
    agent_expect(reply, "OK");
    ck_assert_ptr_null(strstr(reply.text, "expires"));
    site_modify(site, "dn: uid=alice," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: xmppAccountExpires\nxmppAccountExpires: 20200102030405Z\n");
    agent_ask(client, &reply, "roster", "alice", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(agent_line(&reply, "expires"), "1577934245");
    site_modify(site, "dn: uid=alice," SITE_PEOPLE "\nchangetype: modify\n"
                      "delete: xmppAccountExpires\n");
}
END_TEST

START_TEST(accounts_of_others_have_none)
{
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    struct agent_reply reply;

    identity_of("alice", identity);
    ck_assert_str_eq(identity, "");
    agent_ask(client, &reply, "reset", agent_invite(site, INV_INVITE_RESET, NULL, "alice", NULL),
              "alice", "another long password", "", "", NULL);
    agent_expect(reply, "OK");
    identity_of("alice", identity);
    ck_assert_str_eq(identity, "");
    identity_of("nobody", identity);
    ck_assert_str_eq(identity, "");
}
END_TEST

/* Whose accounts are there still, asked for many at once: who was removed is not in the answer. */
START_TEST(many_accounts_at_once)
{
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    char expected[256];
    static char users[1024];
    char *end = stpcpy(users, "nobody\nnot a name\n\n");
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];
    inv_token *many = site_invite(site, NULL, 0);

    inv_token_write(many, token);
    inv_token_free(&many);
    for (int i = 0; i < 61; i++) {
        char user[16];

        (void)snprintf(user, sizeof(user), "many%d", i);
        register_as(token, user, identity);
        end = stpcpy(stpcpy(end, user), "\n");
    }
    agent_ask(client, &reply, "accounts", users, NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 61);
    site_delete(site, "uid=many7," SITE_PEOPLE);
    agent_ask(client, &reply, "accounts", users, NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 60);
    agent_ask(client, &reply, "accounts", "many7", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 0);
    site_modify(site, "dn: uid=many60," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: xmppAccountExpires\nxmppAccountExpires: 20200102030405Z\n");
    agent_ask(client, &reply, "accounts", "MANY60@example.org\nmany7", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 1);
    (void)snprintf(expected, sizeof(expected), "many60|%s|1577934245", identity);
    ck_assert_str_eq(reply.first_contact, expected);
    agent_ask(client, &reply, "accounts", "", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, 0);
}
END_TEST

/* ------------------------------------------------------------------------------- a long one */

#define LONG 3000

static void add_pairs(const char *jid, size_t count)
{
    inv_operation *adds[100];
    inv_call call;
    char contact[64];

    for (size_t done = 0; done < count; done += 100) {
        site_begin(site, &call, &verdict);
        for (size_t i = 0; i < 100; i++) {
            (void)snprintf(contact, sizeof(contact), "contact-number-%zu@example.com", done + i);
            adds[i] = inv_pair_add_operation(site_domain(site), jid, contact, "A group of many",
                                             "0000000000000000000000000000000000000000");
        }
        ck_assert_msg(inv_directory_run(call.directory, adds, 100, &call.deadline, &verdict) ==
                          INV_OK,
                      "%s", verdict.why);
        for (size_t i = 0; i < 100; i++) {
            ck_assert(inv_operation_answered(adds[i], INV_LDAP_SUCCESS));
            inv_operation_free(&adds[i]);
        }
        inv_call_end(&call);
    }
}

START_TEST(a_roster_of_more_than_one_frame)
{
    struct agent_reply reply;

    site_add_account(site, "popular");
    add_pairs("popular@example.org", LONG);
    agent_ask(client, &reply, "roster", "popular", NULL);
    agent_expect(reply, "OK");
    ck_assert_uint_eq(reply.contacts, LONG);
    ck_assert_uint_gt(reply.frames, 1);
    ck_assert_str_eq(reply.first_contact, "contact-number-0@example.com||A group of many");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_roster");
    TCase *tests = tcase_create("rosters");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start, fixture_stop);
    tcase_add_checked_fixture(tests, agent_fixture_start, agent_fixture_stop);
    tcase_add_test(tests, new_contacts_are_told_for_all_accounts_at_once);
    tcase_add_test(tests, an_inviter_who_becomes_no_contact);
    tcase_add_test(tests, a_name_that_was_registered_again);
    tcase_add_test(tests, a_new_password_makes_no_new_account);
    tcase_add_test(tests, a_restored_account_is_the_same);
    tcase_add_test(tests, a_guest_has_an_end);
    tcase_add_test(tests, accounts_of_others_have_none);
    tcase_add_test(tests, many_accounts_at_once);
    tcase_add_test(tests, a_roster_of_more_than_one_frame);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
