/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose verifiers libinvite.so serves, with the real libsasl2 in front of either kind of directory:
 * those of every new account, and none of a password that was changed, until a login renews them.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/login.h"
#include "tests/support/fixture.h"
#include "tests/support/sasl_host.h"

#define NEW_PASSWORD "a new long password"
#define PEOPLE       500

static sasl_host host;

static void start(void)
{
    fixture_start_aged_with(&(struct site_settings){
        .domain_lines = "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n"
                        "scram_at_login = yes\n",
        .log_lines = "to = stderr\nlevel = notice"});
    site_show_verifiers(site);
}

static void begin(void)
{
    char text[1024];

    (void)snprintf(text, sizeof(text), "invite_conf: %s\nauxprop_plugin: invite\n",
                   slapd_conf_path(site->slapd));
    sasl_host_start(text);
    host = (sasl_host){.realm = "example.org"};
}

static void end(void)
{
    sasl_host_end(&host);
    sasl_host_stop();
}

static void expect_code_in(int line, int got, int wanted)
{
    ck_assert_msg(got == wanted, "line %d: %d, not %d: %s\n%s", line, got, wanted, host.words,
                  sasl_host_log());
}
#define expect_scram(local, password, wanted)                                                      \
    expect_code_in(__LINE__, sasl_host_login(&host, "SCRAM-SHA-256", local, password), wanted)

static void make(const char *local)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}

/* As PAM and the agent do where a client logs in by PLAIN. */
static inv_result log_in_plain(const char *local, const char *password)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    const inv_login_request request = {
        .user = {local, strlen(local), NULL}, .password = secret, .logs_in = true};
    inv_login_attempt attempt = {0};
    inv_call call;
    inv_result result;

    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = inv_login_parse(site->context, &request, &attempt, &verdict);
    if (result == INV_OK) {
        site_begin(site, &call, &verdict);
        result = inv_login(&call, &attempt);
        inv_call_end(&call);
    }
    inv_login_attempt_clear(&attempt);
    inv_secret_free(&secret);
    return result;
}

START_TEST(all_new_accounts)
{
    inv_token *token = site_invite(site, NULL, PEOPLE);
    char local[16];
    size_t served = 0;

    for (int i = 0; i < PEOPLE; i++) {
        (void)snprintf(local, sizeof(local), "new%d", i);
        redeem(token, local, SITE_PASSWORD);
        expect(INV_OK);
    }
    for (int i = 0; i < PEOPLE; i++) {
        (void)snprintf(local, sizeof(local), "new%d", i);
        if (sasl_host_login(&host, "SCRAM-SHA-256", local, SITE_PASSWORD) == SASL_OK)
            served++;
    }
    ck_assert_uint_eq(served, PEOPLE);
    inv_token_free(&token);
}
END_TEST

/* --------------------------------------------------------------------------- a changed password */

/* RFC 3062, as the administrator. */
static void by_ldappasswd(const char *local)
{
    char command[1024];

    (void)snprintf(command, sizeof(command),
                   "env -u SASL_PATH ldappasswd -x -H '%s' -D '%s' -y '%s' -s '" NEW_PASSWORD
                   "' 'uid=%s,%s'",
                   slapd_uri(site->slapd), "cn=admin," SITE_BASE,
                   slapd_admin_password_path(site->slapd), local, SITE_PEOPLE);
    ck_assert_int_eq(system(command), 0);
}

static void by_modify(const char *local)
{
    site_modify(site,
                "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                "userPassword: " NEW_PASSWORD "\n",
                local);
}

static void by_reset(const char *local)
{
    inv_token *token = site_reset_invite(site, local);

    redeem(token, local, NEW_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}

static const struct {
    const char *local;
    void (*change)(const char *local);
    bool renews; /* writes verifiers of the new password itself */
} ways[] = {
    {"ada", by_ldappasswd, false},
    {"bea", by_modify, false},
    {"cora", by_reset, true},
};

START_TEST(a_changed_password)
{
    const char *local = ways[_i].local;

    make(local);
    expect_scram(local, SITE_PASSWORD, SASL_OK);
    site_next_second();
    ways[_i].change(local);
    if (!ways[_i].renews) {
        expect_scram(local, SITE_PASSWORD, SASL_NOUSER);
        expect_scram(local, NEW_PASSWORD, SASL_NOUSER);
        ck_assert_int_eq(log_in_plain(local, SITE_PASSWORD), INV_WRONG_PASSWORD);
        expect_scram(local, NEW_PASSWORD, SASL_NOUSER);
        ck_assert_int_eq(log_in_plain(local, NEW_PASSWORD), INV_OK);
    }
    expect_scram(local, NEW_PASSWORD, SASL_OK);
    expect_scram(local, SITE_PASSWORD, SASL_BADAUTH);
}
END_TEST

/* ------------------------------------------------------------------------------------- hashes */

/* slapd takes what an administrator stores as it is. */
static const char *const hashes[] = {
    "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ4VyN0eXl5eQ==",
    "{ARGON2}$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$"
    "6VwSSCFGOXPMNZmq2MPDxKDqmyJYhDdLZ5Cj3CkiMGw",
};

START_TEST(a_hash)
{
    static const char *asked[] = {"*userPassword", "userPassword", "*cmusaslsecretPLAIN", NULL};
    char local[16];

    if (slapd_kind() == SLAPD_389DS)
        return; /* it hashes what has a scheme that it does not know */
    (void)snprintf(local, sizeof(local), "dora%d", _i);
    make(local);
    host.requests = asked;
    for (int stale = 0; stale < 2; stale++) {
        if (stale == 1) {
            site_next_second();
            site_modify(site,
                        "dn: uid=%s," SITE_PEOPLE
                        "\nchangetype: modify\nreplace: userPassword\nuserPassword: %s\n",
                        local, hashes[_i]);
        }
        expect_scram(local, hashes[_i], stale == 1 ? SASL_NOUSER : SASL_BADAUTH);
        for (const char **name = asked; *name != NULL; name++)
            ck_assert_ptr_null(sasl_host_property(&host, *name, 0));
        expect_code_in(__LINE__, sasl_host_login(&host, "PLAIN", local, hashes[_i]), SASL_NOUSER);
        /* (a slapd without the module argon2 compares that one as clear text, in a bind) */
        if (_i == 0)
            ck_assert_int_eq(log_in_plain(local, hashes[_i]), INV_WRONG_PASSWORD);
    }
    expect_scram(local, SITE_PASSWORD, SASL_NOUSER);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_fresh");
    TCase *group = tcase_create("fresh");
    int status;

    if (sasl_host_prepare() == NULL) {
        puts("1..0 # SKIP no libsasl2 with its plugins (libsasl2-modules, libsasl2-modules-db)");
        return 0;
    }
    tcase_set_timeout(group, 600);
    tcase_add_unchecked_fixture(group, start, fixture_stop);
    tcase_add_checked_fixture(group, begin, end);
    tcase_add_loop_test(group, a_changed_password, 0, 3);
    tcase_add_loop_test(group, a_hash, 0, 2);
    tcase_add_test(group, all_new_accounts);
    suite_add_tcase(suite, group);
    status = suite_run(suite);
    sasl_host_remove();
    return status;
}
