/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left in the memory of a program that asked PAM: no token and no password. The program is
 * residue_host, which keeps no copy itself, and whose memory is never used again. Its core is taken
 * after each transaction; its log is looked at too, at level debug.
 */
#include "config.h"

#include <check.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/core.h"
#include "tests/support/host_process.h"
#include "tests/support/pam_host.h"
#include "tests/support/secrets.h"
#include "tests/support/suite.h"
#include "tests/support/tls_site.h"

static struct tls_site tls;

static const char *folder(void)
{
    return slapd_directory(tls.site->slapd);
}

/* ------------------------------------------------------------------------------------ the host */

static struct host_process host;

static void host_start(void)
{
    host = host_process_start("residue_host", folder());
}

static void host_stop(void)
{
    host_process_stop(&host);
}

/* The answer in a buffer that the next one reuses. first and second, if wanted, answer prompts. */
static const char *ask(const char *operation, const char *user, const char *first,
                       const char *second)
{
    const char *service = strcmp(operation, "change") == 0 ? "register" : "xmpp";

    return host_process_ask(
        &host, (const char *[]){operation, service, user, first, second, second, NULL});
}

/* ---------------------------------------------------------------------------------- the tests */

struct place {
    const char *name;
    struct tls_connection connection;
    bool clear; /* the directory gets clear passwords, and binds prove them */
};

static const struct place places[] = {
    {"ldapi", {.scheme = "ldapi"}, true},
    {"starttls", {.scheme = "ldap"}, true},
    {"ldaps", {.scheme = "ldaps"}, true},
    {"scram",
     {.scheme = "ldapi", .domain_lines = "password_verifiers = scram-sha-1 scram-sha-256"},
     false},
};
#define PLACES ((int)(sizeof(places) / sizeof(places[0])))

static void expect_nothing_left(const struct place *place)
{
    struct core *core = core_take(host.process);

    secrets_expect_none(core, place->clear ? SECRETS_PASSWORDS : SECRETS_NOTHING);
    core_free(&core);
    secrets_expect_untold(ask("log", "", NULL, NULL));
}

static void expect(const struct place *place, int wanted, const char *operation, const char *user,
                   const char *first, const char *second)
{
    int code = (int)strtol(ask(operation, user, first, second), NULL, 10);

    ck_assert_msg(code == wanted, "%s of %s: %d, not %d:\n%s", operation, user, code, wanted,
                  ask("log", "", NULL, NULL));
    expect_nothing_left(place);
}

static const char *token(const char *label)
{
    return secrets_token(label, site_invite(tls.site, NULL, 1));
}

static const char *revoked_token(const char *label)
{
    inv_token *revoked = site_invite(tls.site, NULL, 1);

    ck_assert_int_eq(site_revoke(tls.site, revoked), INV_OK);
    return secrets_token(label, revoked);
}

static const char *reset_token(const char *label, const char *name)
{
    struct site_request request;

    site_request(tls.site, &request, INV_INVITE_RESET, NULL);
    site_request_user(tls.site, &request, name);
    return secrets_token(label, site_create(tls.site, &request));
}

/* So that the search itself is known to find something. */
START_TEST(what_is_kept_is_found)
{
    const char kept[] = "kept-in-the-log-of-the-host";
    const char *never = secrets_password("never told");
    struct core *core;

    host_start();
    (void)ask("account", kept, NULL, NULL);
    core = core_take(host.process);
    ck_assert_uint_gt(core_pieces(core, kept, strlen(kept), false), 0);
    ck_assert_uint_eq(core_pieces(core, never, strlen(never), true), 0);
    core_free(&core);
    host_stop();
}
END_TEST

static void register_people(const struct place *at, const char *name, const char *other)
{
    const char *mine = secrets_password("password of the account");
    const char *first = token("token that registers");
    const char *revoked = revoked_token("revoked token");

    expect(at, PAM_SUCCESS, "authenticate", name, secrets_combined(first, mine), NULL);
    expect(at, PAM_SUCCESS, "account", name, NULL, NULL);
    expect(at, PAM_AUTH_ERR, "authenticate", other,
           secrets_combined(first, secrets_password("behind a used token")), NULL);
    expect(at, PAM_AUTH_ERR, "authenticate", other,
           secrets_combined(revoked, secrets_password("behind a revoked token")), NULL);
    expect(at, PAM_AUTH_ERR, "authenticate", other, token("token alone"), NULL);
    expect(at, PAM_USER_UNKNOWN, "authenticate", other, secrets_password("of no account"), NULL);
    expect(at, PAM_PERM_DENIED, "authenticate", "root",
           secrets_combined(token("token for a reserved name"), secrets_password("of root")), NULL);
    expect(at, PAM_AUTHTOK_ERR, "authenticate", other,
           secrets_combined(token("token with a token"), first), NULL);
    if (!at->clear)
        return;
    expect(at, PAM_SUCCESS, "authenticate", name, mine, NULL);
    expect(at, PAM_SUCCESS, "authenticate", name, secrets_combined(first, mine), NULL);
    expect(at, PAM_AUTH_ERR, "authenticate", name, secrets_password("wrong password"), NULL);
    expect(at, PAM_AUTH_ERR, "authenticate", name,
           secrets_combined(first, secrets_password("wrong, behind the token")), NULL);
}

static void change_passwords(const struct place *at, const char *name, const char *other)
{
    const char *spare = token("token, refused password");

    expect(at, PAM_SUCCESS, "change", other, token("token that changes"),
           secrets_password("changed to"));
    expect(at, PAM_SUCCESS, "change", name, reset_token("reset token", name),
           secrets_password("reset to"));
    expect(at, PAM_AUTHTOK_RECOVERY_ERR, "change", name, revoked_token("revoked, changes"),
           secrets_password("changed by a revoked token"));
    expect(at, PAM_AUTHTOK_ERR, "change", "not-to-be", spare, spare);
}

static void write_stacks(void)
{
    const char *conf = slapd_conf_path(tls.site->slapd);
    char lines[512];

    (void)snprintf(lines, sizeof(lines),
                   "auth required pam_invite.so register login debug conf=%s\n"
                   "account required pam_invite.so debug conf=%s\n",
                   conf, conf);
    pam_host_write_stack(folder(), "xmpp", lines);
    (void)snprintf(lines, sizeof(lines), "password required pam_invite.so debug conf=%s\n", conf);
    pam_host_write_stack(folder(), "register", lines);
}

START_TEST(nothing_is_left)
{
    const struct place *place = &places[_i];
    char other[64];

    (void)snprintf(other, sizeof(other), "%s-2", place->name);
    tls_site_configure(&tls, &place->connection);
    write_stacks();
    host_start();
    register_people(place, place->name, other);
    change_passwords(place, place->name, other);
    host_stop();
    secrets_forget();
}
END_TEST

static void start(void)
{
    tls_site_start(&tls);
    tls_site_configure(&tls, &places[0].connection);
    write_stacks();
}

static void stop(void)
{
    tls_site_stop(&tls);
}

int main(void)
{
    Suite *suite;
    TCase *tests;

    if (!core_possible()) {
        (void)puts("1..0 # SKIP no core can be taken (no right to trace, or sanitizers)");
        return EXIT_SUCCESS;
    }
    suite = suite_create("residue");
    tests = tcase_create("residue");
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_test(tests, what_is_kept_is_found);
    tcase_add_loop_test(tests, nothing_is_left, 0, PLACES);
    tcase_set_timeout(tests, 240);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
