/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/login.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"

/* A login with one password field: what the text in it is, offline and then in the directory. */

#define PASSWORD "a password of my own"
#define NBSP     "\xc2\xa0"

static inv_login_attempt attempt;

static void start(void)
{
    calls_start_with("password_verifiers = server\n");
    site_modify(site, "dn: uid=old.name!,ou=people,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: inetOrgPerson\nobjectClass: xmppAccount\nuid: old.name!\n"
                      "cn: old\nsn: old\nxmppJid: old.name!@example.org\n"
                      "userPassword: " SITE_PASSWORD "\n");
}

static void begin(void)
{
    calls_begin();
    attempt = (inv_login_attempt){0};
}

static void end(void)
{
    inv_login_attempt_clear(&attempt);
    calls_end();
}

/* ------------------------------------------------------------------------------------ offline */

/* How the host asks. */
typedef enum way { REGISTERS = 1, LOGS_IN = 2, BOTH = REGISTERS | LOGS_IN } way;

/* The field is any bytes; the attempt is cleared before. */
static inv_result parse(way how, const char *user, const char *option, const char *field)
{
    inv_secret *password = inv_secret_new(field, strlen(field));
    const inv_login_request request = {
        .user = {user, strlen(user), option},
        .password = password,
        .registers = (how & REGISTERS) != 0,
        .logs_in = (how & LOGS_IN) != 0,
    };
    inv_result result;

    inv_login_attempt_clear(&attempt);
    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = inv_login_parse(site->context, &request, &attempt, &verdict);
    inv_secret_free(&password);
    ck_assert_int_eq(verdict.result, result);
    return result;
}

/* A genuine token of which the directory knows nothing, with more behind it. */
static const char *with_token(const char *more)
{
    static char field[256];
    inv_token *token = NULL;

    ck_assert_int_eq(inv_token_mint(site->context->keys, "example.org", &token, &verdict), INV_OK);
    inv_token_write(token, field);
    inv_token_free(&token);
    (void)snprintf(field + INV_TOKEN_LENGTH, sizeof(field) - INV_TOKEN_LENGTH, "%s", more);
    return field;
}

static void expect_words(inv_result wanted, const char *words)
{
    expect(wanted);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s", verdict.why);
}

/* field NULL: a genuine token, and more behind it. */
static const struct {
    const char *user;
    const char *option;
    const char *field;
    const char *more;
    inv_result both;
    inv_result only_register;
    inv_result only_login;
} cases[] = {
    {"bob", NULL, NULL, ":" PASSWORD, INV_OK, INV_OK, INV_BAD_TOKEN},
    {"bob@example.org", NULL, NULL, ":" PASSWORD, INV_OK, INV_OK, INV_BAD_TOKEN},
    {"bob", "example.org", NULL, ":" PASSWORD, INV_OK, INV_OK, INV_BAD_TOKEN},
    {"bob", NULL, NULL, ":", INV_OK, INV_OK, INV_BAD_TOKEN},
    {"bob", NULL, NULL, "", INV_BAD_TOKEN, INV_BAD_TOKEN, INV_BAD_TOKEN},
    {"bob", NULL, NULL, "x", INV_BAD_TOKEN, INV_BAD_TOKEN, INV_BAD_TOKEN},
    {"bob", NULL, NULL, "x:" PASSWORD, INV_BAD_TOKEN, INV_BAD_TOKEN, INV_BAD_TOKEN},
    {"bob", NULL, PASSWORD, "", INV_OK, INV_NOT_OURS, INV_OK},
    {"bob", NULL, "", "", INV_WRONG_PASSWORD, INV_WRONG_PASSWORD, INV_WRONG_PASSWORD},
    /* not our domain: whatever the password, and there is none all the same */
    {"bob@example.com", NULL, PASSWORD, "", INV_NO_ACCOUNT, INV_NOT_OURS, INV_NO_ACCOUNT},
    {"bob@example.com", NULL, NULL, ":" PASSWORD, INV_NO_ACCOUNT, INV_NOT_OURS, INV_NO_ACCOUNT},
    {"bob@example.com", NULL, "", "", INV_WRONG_PASSWORD, INV_WRONG_PASSWORD, INV_WRONG_PASSWORD},
    {"bob", "example.com", PASSWORD, "", INV_CONFIG, INV_CONFIG, INV_CONFIG},
    /* a name that cannot register, but may have an account */
    {"old.name!", NULL, NULL, ":" PASSWORD, INV_NAME_INVALID, INV_NAME_INVALID, INV_BAD_TOKEN},
    {"old.name!", NULL, PASSWORD, "", INV_OK, INV_NOT_OURS, INV_OK},
    /* and one that cannot have any */
    {"a b", NULL, NULL, ":" PASSWORD, INV_NAME_INVALID, INV_NAME_INVALID, INV_BAD_TOKEN},
    {"a b", NULL, PASSWORD, "", INV_NO_ACCOUNT, INV_NOT_OURS, INV_NO_ACCOUNT},
    {"", NULL, PASSWORD, "", INV_NO_ACCOUNT, INV_NOT_OURS, INV_NO_ACCOUNT},
};

START_TEST(what_is_decided_offline)
{
    const char *field = cases[_i].field != NULL ? cases[_i].field : with_token(cases[_i].more);

    (void)parse(BOTH, cases[_i].user, cases[_i].option, field);
    expect(cases[_i].both);
    (void)parse(REGISTERS, cases[_i].user, cases[_i].option, field);
    expect(cases[_i].only_register);
    (void)parse(LOGS_IN, cases[_i].user, cases[_i].option, field);
    expect(cases[_i].only_login);
}
END_TEST

START_TEST(what_the_attempt_holds)
{
    const char *field = with_token(":" PASSWORD);

    ck_assert_int_eq(parse(BOTH, "BOB@Example.ORG", NULL, field), INV_OK);
    ck_assert_str_eq(inv_jid_text(attempt.name), "bob@example.org");
    ck_assert_str_eq(verdict.user, "bob@example.org");
    ck_assert_ptr_eq(attempt.domain, site_domain(site));
    ck_assert_uint_eq(attempt.local_length, 3);
    ck_assert_ptr_nonnull(attempt.token);
    ck_assert_str_eq(verdict.invite_id, inv_token_id(attempt.token));
    ck_assert_str_eq(inv_secret_bytes(attempt.password), PASSWORD);
    ck_assert_ptr_null(attempt.stored);
    /* what was refused behind the domain tells the domain still */
    ck_assert_int_eq(parse(BOTH, "a b", NULL, field), INV_NAME_INVALID);
    ck_assert_ptr_eq(attempt.domain, site_domain(site));
    ck_assert_int_eq(parse(BOTH, "bob@example.com", NULL, field), INV_NO_ACCOUNT);
    ck_assert_ptr_null(attempt.domain);
}
END_TEST

/* The shape of TOKEN:PASSWORD, of no key of ours: the whole of it is a password. */
START_TEST(a_token_that_is_not_ours)
{
    char field[256];

    (void)snprintf(field, sizeof(field), "%s", with_token(":" PASSWORD));
    field[20] = field[20] == 'A' ? 'B' : 'A';
    ck_assert_int_eq(parse(BOTH, "bob", NULL, field), INV_OK);
    ck_assert_ptr_null(attempt.token);
    ck_assert_str_eq(inv_secret_bytes(attempt.password), field);
    ck_assert_str_eq(verdict.why, "");
    ck_assert_int_eq(parse(REGISTERS, "bob", NULL, field), INV_NOT_OURS);
    ck_assert_int_eq(parse(LOGS_IN, "bob", NULL, field), INV_OK);
}
END_TEST

/* Some thousand bytes are no name, and are not prepared to find that out. */
START_TEST(a_user_without_end)
{
    char user[4000];

    memset(user, 'a', sizeof(user) - 1);
    user[sizeof(user) - 1] = '\0';
    (void)parse(BOTH, user, NULL, PASSWORD);
    expect_words(INV_NO_ACCOUNT, "longer than any");
    (void)parse(REGISTERS, user, NULL, with_token(":" PASSWORD));
    expect(INV_NOT_OURS);
}
END_TEST

/* ------------------------------------------------------------------------------ the directory */

/* Both steps, as a front end takes them. */
static inv_result log_in(way how, const char *user, const char *field)
{
    inv_result result = parse(how, user, NULL, field);

    return result == INV_OK ? inv_login(&call, &attempt) : result;
}

static const char *combined(const inv_token *token, const char *password)
{
    static char field[256];

    inv_token_write(token, field);
    (void)snprintf(field + INV_TOKEN_LENGTH, sizeof(field) - INV_TOKEN_LENGTH, ":%s", password);
    return field;
}

static void expect_stored(const char *wanted)
{
    if (wanted == NULL) {
        ck_assert_ptr_null(attempt.stored);
        return;
    }
    ck_assert_ptr_nonnull(attempt.stored);
    ck_assert_str_eq(inv_secret_bytes(attempt.stored), wanted);
}

START_TEST(passwords)
{
    (void)log_in(BOTH, "alice", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert(!attempt.registered);
    expect_stored(NULL);
    (void)log_in(LOGS_IN, "ALICE", SITE_PASSWORD);
    expect(INV_OK);
    (void)log_in(BOTH, "alice", "not this one");
    expect(INV_WRONG_PASSWORD);
    (void)log_in(BOTH, "free", SITE_PASSWORD);
    expect(INV_NO_ACCOUNT);
    (void)log_in(BOTH, "old.name!", SITE_PASSWORD);
    expect(INV_OK);
}
END_TEST

START_TEST(a_token_registers_and_logs_in)
{
    inv_token *token = site_invite(site, NULL, 1);

    (void)log_in(BOTH, "carol", combined(token, "nbsp" NBSP "inside password"));
    expect(INV_OK);
    ck_assert(attempt.registered);
    expect_stored("nbsp inside password");
    ck_assert_str_eq(verdict.why, "redeemed");
    (void)log_in(BOTH, "carol", combined(token, "nbsp inside password"));
    expect(INV_OK);
    ck_assert(!attempt.registered);
    expect_stored("nbsp inside password");
    /* the token is taken off a wrong password too: the modules behind must not see it */
    (void)log_in(BOTH, "carol", combined(token, "another password"));
    expect(INV_WRONG_PASSWORD);
    expect_stored("another password");
    (void)log_in(BOTH, "carol", combined(token, ""));
    expect_words(INV_WRONG_PASSWORD, "no password behind the token");
    expect_stored(NULL);
    (void)log_in(BOTH, "carol", "nbsp" NBSP "inside password");
    expect(INV_OK);
    inv_token_free(&token);
}
END_TEST

START_TEST(where_another_module_verifies)
{
    inv_token *token = site_invite(site, NULL, 1);
    struct counter *counter = NULL;

    (void)log_in(REGISTERS, "dave", combined(token, PASSWORD));
    expect(INV_OK);
    ck_assert(attempt.registered);
    expect_stored(PASSWORD);
    counter = counter_attach(call.directory);
    (void)log_in(REGISTERS, "dave", combined(token, PASSWORD));
    expect(INV_NOT_OURS);
    ck_assert_str_eq(inv_jid_text(attempt.name), "dave@example.org");
    expect_stored(PASSWORD);
    (void)log_in(REGISTERS, "dave", combined(token, "another password"));
    expect(INV_NOT_OURS);
    expect_stored("another password");
    ck_assert_uint_eq(counter->proofs, 0);
    (void)log_in(REGISTERS, "dave", combined(token, ""));
    expect(INV_WRONG_PASSWORD);
    expect_stored(NULL);
    counter_detach(call.directory, &counter);
    inv_token_free(&token);
}
END_TEST

/* A taken name is no news for those who log in. */
START_TEST(bad_tokens)
{
    inv_token *used = site_invite(site, NULL, 1);
    inv_token *good = site_invite(site, NULL, 1);
    struct site_request request;
    inv_token *reset = NULL;

    site_request(site, &request, INV_INVITE_RESET, NULL);
    site_request_user(site, &request, "alice");
    reset = site_create(site, &request);
    (void)log_in(BOTH, "erin", combined(used, PASSWORD));
    expect(INV_OK);
    (void)log_in(BOTH, "frank", combined(used, PASSWORD));
    expect(INV_BAD_TOKEN);
    expect_stored(NULL);
    (void)log_in(BOTH, "alice", combined(used, SITE_PASSWORD));
    expect(INV_BAD_TOKEN);
    (void)log_in(BOTH, "alice", combined(good, SITE_PASSWORD));
    expect(INV_BAD_TOKEN);
    expect_stored(NULL);
    (void)log_in(BOTH, "alice", combined(reset, PASSWORD));
    expect(INV_BAD_TOKEN);
    (void)log_in(BOTH, "frank", with_token(":" PASSWORD));
    expect(INV_BAD_TOKEN);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=frank)"), 0);
    inv_token_free(&used);
    inv_token_free(&good);
    inv_token_free(&reset);
}
END_TEST

START_TEST(a_refusal_costs_no_use)
{
    inv_token *token = site_invite(site, NULL, 1);

    (void)log_in(BOTH, "root", combined(token, PASSWORD));
    expect(INV_NAME_RESERVED);
    (void)log_in(BOTH, "grace", combined(token, "short"));
    expect(INV_PASSWORD_REFUSED);
    ck_assert(inv_verdict_has_text(&verdict));
    expect_stored(NULL);
    ck_assert(!attempt.registered);
    (void)log_in(BOTH, "grace", combined(token, PASSWORD));
    expect(INV_OK);
    ck_assert_str_eq(verdict.text, "");
    inv_token_free(&token);
}
END_TEST

/* Its maker died before the use was finished. */
START_TEST(a_wrong_password_counts_once_and_finishes_nothing)
{
    inv_token *token = site_invite(site, NULL, 1);
    struct counter *counter = NULL;
    char dn[128];

    (void)log_in(BOTH, "heidi", combined(token, PASSWORD));
    expect(INV_OK);
    (void)snprintf(dn, sizeof(dn), "inviteId=%s," SITE_INVITES, inv_token_id(token));
    site_modify(site,
                "dn: %s\nchangetype: modify\ndelete: inviteUsedBy\n-\nadd: inviteClaim\n"
                "inviteClaim: heidi@example.org 00112233445566ff\n",
                dn);
    counter = counter_attach(call.directory);
    (void)log_in(BOTH, "heidi", combined(token, "another password"));
    expect(INV_WRONG_PASSWORD);
    ck_assert_uint_eq(counter->proofs, 1);
    ck_assert_uint_eq(counter->writes, 0);
    counter_detach(call.directory, &counter);
    ck_assert_uint_eq(site_values(site, dn, "inviteClaim"), 1);
    (void)log_in(BOTH, "heidi", combined(token, PASSWORD));
    expect(INV_OK);
    ck_assert_uint_eq(site_values(site, dn, "inviteClaim"), 0);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("login");
    TCase *offline = tcase_create("offline");
    TCase *directory = tcase_create("directory");

    tcase_set_timeout(offline, 60);
    tcase_add_unchecked_fixture(offline, start, fixture_stop);
    tcase_add_checked_fixture(offline, begin, end);
    tcase_add_loop_test(offline, what_is_decided_offline, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(offline, what_the_attempt_holds);
    tcase_add_test(offline, a_token_that_is_not_ours);
    tcase_add_test(offline, a_user_without_end);
    suite_add_tcase(suite, offline);
    tcase_set_timeout(directory, 60);
    tcase_add_unchecked_fixture(directory, start, fixture_stop);
    tcase_add_checked_fixture(directory, begin, end);
    tcase_add_test(directory, passwords);
    tcase_add_test(directory, a_token_registers_and_logs_in);
    tcase_add_test(directory, where_another_module_verifies);
    tcase_add_test(directory, bad_tokens);
    tcase_add_test(directory, a_refusal_costs_no_use);
    tcase_add_test(directory, a_wrong_password_counts_once_and_finishes_nothing);
    suite_add_tcase(suite, directory);
    return suite_run(suite);
}
