/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/fixture.h"
#include "tests/support/pam_host.h"
#include "tests/support/two_domains.h"

/*
 * pam_invite.so in front of two domains that look for names in the same place: by domain=, and by
 * the name that the host gives. Whoever has an account in one domain is a stranger in the other.
 */

#define NEW_PASSWORD "a new long password"

static char folder[256];

/* org and two: for one domain each; any: the host names it. */
static void write_stack(const char *name, const char *option)
{
    const char *conf = slapd_conf_path(site->slapd);
    char *stack = NULL;

    ck_assert_int_gt(asprintf(&stack,
                              "auth required pam_invite.so register login conf=%s %s\n"
                              "account required pam_invite.so conf=%s %s\n"
                              "password required pam_invite.so conf=%s %s\n",
                              conf, option, conf, option, conf, option),
                     0);
    pam_host_write_stack(folder, name, stack);
    free(stack);
}

static void start(void)
{
    site = two_domains_start();
    (void)snprintf(folder, sizeof(folder), "%.200s/pam.d", slapd_directory(site->slapd));
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    write_stack("org", "domain=example.org");
    write_stack("two", "domain=two.example");
    write_stack("any", "");
}

static int login(const char *service, const char *user, const char *password)
{
    pam_host host = {.kind = PAM_HOST_SASLAUTHD, .answers = {password}};

    return pam_host_authenticate(&host, folder, service, user);
}

static int account(const char *service, const char *user)
{
    pam_host host = {.kind = PAM_HOST_EPAM};

    return pam_host_account(&host, folder, service, user);
}

static int change(const char *service, const char *user, const char *token, const char *password)
{
    pam_host host = {.answers = {token, password, password}};

    return pam_host_change(&host, folder, service, user);
}

/* An invite of this domain; user (a local part) and inviter (a JID) may be NULL. */
static void invite(const char *domain, inv_invite_type type, const char *user,
                   char token[INV_TOKEN_LENGTH + 1])
{
    inv_invite_request request = {.type = type, .uses = 1, .expires = time(NULL) + 3600};
    inv_token *made = NULL;
    inv_jid *name = NULL;
    inv_call call;
    char jid[64];

    ck_assert_int_eq(inv_call_begin(site->context, inv_config_domain(site->context->config, domain),
                                    0, &call, &verdict),
                     INV_OK);
    if (user != NULL) {
        (void)snprintf(jid, sizeof(jid), "%s@%s", user, domain);
        name = site_jid(jid);
        request.user = name;
    }
    ck_assert_msg(inv_invite_create(&call, &request, &made) == INV_OK, "%s", verdict.why);
    inv_call_end(&call);
    inv_token_write(made, token);
    inv_token_free(&made);
    inv_jid_free(&name);
}

static const char *with(const char *token, const char *password)
{
    static char combined[128];

    (void)snprintf(combined, sizeof(combined), "%s:%s", token, password);
    return combined;
}

static int status_of(int login_code)
{
    return login_code == PAM_AUTH_ERR ? PAM_SUCCESS
                                      : login_code; /* it is not asked for a password */
}

/* Login and account status of a local part in both domains, named by the stack and by the host. */
static void expect_code(const char *local, const char *password, int in_org, int in_two)
{
    char org[64], two[64];

    (void)snprintf(org, sizeof(org), "%s@example.org", local);
    (void)snprintf(two, sizeof(two), "%s@two.example", local);
    ck_assert_msg(login("org", local, password) == in_org, "%s: %s", org, pam_host_log());
    ck_assert_msg(login("two", local, password) == in_two, "%s: %s", two, pam_host_log());
    ck_assert_int_eq(login("any", org, password), in_org);
    ck_assert_int_eq(login("any", two, password), in_two);
    ck_assert_int_eq(login("org", org, password), in_org);
    ck_assert_int_eq(login("two", two, password), in_two);
    ck_assert_int_eq(account("org", local), status_of(in_org));
    ck_assert_int_eq(account("two", local), status_of(in_two));
    ck_assert_int_eq(account("any", org), status_of(in_org));
    ck_assert_int_eq(account("any", two), status_of(in_two));
    /* a domain that the stack is not for */
    ck_assert_int_eq(login("org", two, password), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("two", org, password), PAM_USER_UNKNOWN);
    ck_assert_int_eq(account("org", two), PAM_USER_UNKNOWN);
    ck_assert_int_eq(account("two", org), PAM_USER_UNKNOWN);
    /* nor is one guessed */
    ck_assert_int_eq(login("any", local, password), PAM_SERVICE_ERR);
    ck_assert_int_eq(account("any", local), PAM_SERVICE_ERR);
}

START_TEST(who_logs_in)
{
    static const struct {
        const char *local;
        int in_org;
        int in_two;
    } people[] = {
        {"alice", PAM_SUCCESS, PAM_USER_UNKNOWN},    {"otto", PAM_USER_UNKNOWN, PAM_SUCCESS},
        {"sue", PAM_USER_UNKNOWN, PAM_USER_UNKNOWN}, {"gil", PAM_USER_UNKNOWN, PAM_SUCCESS},
        {"ivy", PAM_SUCCESS, PAM_USER_UNKNOWN},      {"both", PAM_SUCCESS, PAM_SUCCESS},
    };

    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        pam_host_forget_log();
        expect_code(people[i].local, SITE_PASSWORD, people[i].in_org, people[i].in_two);
    }
}
END_TEST

START_TEST(a_lock_is_of_one_domain)
{
    two_domains_add_person(site, "uid=lou," SITE_PEOPLE, "lou", "lou@example.org");
    two_domains_add_person(site, "uid=lou," TWO_PEOPLE, "lou", "lou@two.example");
    site_lock_account(site, "lou"); /* of example.org */
    expect_code("lou", SITE_PASSWORD, PAM_ACCT_EXPIRED, PAM_SUCCESS);
}
END_TEST

/* A name that the other domain has is taken, and its password is not touched. */
START_TEST(registering_at_a_login)
{
    char org[INV_TOKEN_LENGTH + 1], two[INV_TOKEN_LENGTH + 1];

    invite("example.org", INV_INVITE_ACCOUNT, NULL, org);
    invite("two.example", INV_INVITE_ACCOUNT, NULL, two);
    ck_assert_int_eq(login("two", "alice", with(two, NEW_PASSWORD)), PAM_AUTH_ERR);
    ck_assert_int_eq(login("two", "alice", with(two, SITE_PASSWORD)), PAM_AUTH_ERR);
    ck_assert_int_eq(login("org", "otto", with(org, SITE_PASSWORD)), PAM_AUTH_ERR);
    ck_assert_int_eq(login("any", "alice@two.example", with(two, SITE_PASSWORD)), PAM_AUTH_ERR);
    expect_code("alice", SITE_PASSWORD, PAM_SUCCESS, PAM_USER_UNKNOWN);
    /* a token of the other domain is none */
    ck_assert_int_eq(login("two", "zara", with(org, NEW_PASSWORD)), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("org", "zara", with(two, NEW_PASSWORD)), PAM_USER_UNKNOWN);
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(uid=zara)"), 0);
    ck_assert_int_eq(login("two", "zara", with(two, NEW_PASSWORD)), PAM_SUCCESS);
    ck_assert_uint_eq(site_count(site, TWO_PEOPLE, "(xmppJid=zara@two.example)"), 1);
    expect_code("zara", NEW_PASSWORD, PAM_USER_UNKNOWN, PAM_SUCCESS);
    ck_assert_int_eq(login("org", "zara", with(org, NEW_PASSWORD)), PAM_AUTH_ERR);
    ck_assert_int_eq(login("any", "zoe@example.org", with(org, NEW_PASSWORD)), PAM_SUCCESS);
    expect_code("zoe", NEW_PASSWORD, PAM_SUCCESS, PAM_USER_UNKNOWN);
}
END_TEST

START_TEST(registering_by_a_change)
{
    char org[INV_TOKEN_LENGTH + 1], two[INV_TOKEN_LENGTH + 1];

    invite("example.org", INV_INVITE_ACCOUNT, NULL, org);
    invite("two.example", INV_INVITE_ACCOUNT, NULL, two);
    ck_assert_int_eq(change("two", "alice", two, NEW_PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change("any", "alice@two.example", two, NEW_PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change("org", "otto", org, NEW_PASSWORD), PAM_PERM_DENIED);
    expect_code("alice", SITE_PASSWORD, PAM_SUCCESS, PAM_USER_UNKNOWN);
    expect_code("otto", SITE_PASSWORD, PAM_USER_UNKNOWN, PAM_SUCCESS);
    ck_assert_int_eq(change("two", "yuri", org, NEW_PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("org", "yuri", two, NEW_PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("any", "yuri@example.org", two, NEW_PASSWORD),
                     PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("org", "yuri@two.example", two, NEW_PASSWORD), PAM_PERM_DENIED);
    ck_assert_uint_eq(site_count(site, SITE_BASE, "(uid=yuri)"), 0);
    ck_assert_int_eq(change("any", "yuri@two.example", two, NEW_PASSWORD), PAM_SUCCESS);
    expect_code("yuri", NEW_PASSWORD, PAM_USER_UNKNOWN, PAM_SUCCESS);
    ck_assert_int_eq(change("org", "yuki", org, NEW_PASSWORD), PAM_SUCCESS);
    expect_code("yuki", NEW_PASSWORD, PAM_SUCCESS, PAM_USER_UNKNOWN);
}
END_TEST

/* Only of the domain that made it, though somebody of the other has the name. */
START_TEST(a_reset)
{
    char token[INV_TOKEN_LENGTH + 1];

    two_domains_add_person(site, "uid=rex," SITE_PEOPLE, "rex", "rex@example.org");
    two_domains_add_person(site, "uid=rex," TWO_PEOPLE, "rex", NULL);
    site_next_second();
    invite("two.example", INV_INVITE_RESET, "rex", token);
    ck_assert_int_eq(change("org", "rex", token, NEW_PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("any", "rex@example.org", token, NEW_PASSWORD),
                     PAM_AUTHTOK_RECOVERY_ERR);
    expect_code("rex", SITE_PASSWORD, PAM_SUCCESS, PAM_SUCCESS);
    ck_assert_int_eq(change("two", "rex", token, NEW_PASSWORD), PAM_SUCCESS);
    expect_code("rex", NEW_PASSWORD, PAM_AUTH_ERR, PAM_SUCCESS);
}
END_TEST

/* Its account goes, and somebody of the other domain has the name. */
START_TEST(a_reset_of_somebody_who_is_gone)
{
    char token[INV_TOKEN_LENGTH + 1];

    two_domains_add_person(site, "uid=ria," SITE_PEOPLE, "ria", "ria@example.org");
    two_domains_add_person(site, "uid=ria," TWO_PEOPLE, "ria", "ria@two.example");
    site_next_second();
    invite("two.example", INV_INVITE_RESET, "ria", token);
    site_delete(site, "uid=ria," TWO_PEOPLE);
    ck_assert_int_eq(change("two", "ria", token, NEW_PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("any", "ria@two.example", token, NEW_PASSWORD),
                     PAM_AUTHTOK_RECOVERY_ERR);
    expect_code("ria", SITE_PASSWORD, PAM_SUCCESS, PAM_USER_UNKNOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pam_domains");
    TCase *tests = tcase_create("domains");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_test(tests, who_logs_in);
    tcase_add_test(tests, a_lock_is_of_one_domain);
    tcase_add_test(tests, registering_at_a_login);
    tcase_add_test(tests, registering_by_a_change);
    tcase_add_test(tests, a_reset);
    tcase_add_test(tests, a_reset_of_somebody_who_is_gone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
