/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libinvite.so as the gate, with the real libsasl2 in front of a directory: passwords that programs
 * store, the mechanism X-INVITE-TOKEN, and setpass with a token.
 */
#include "config.h"

#include <check.h>
#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/sasl_fixture.h"

#define GENERATES "scram_secret_generate: yes\n"
#define PEOPLE    "," SITE_PEOPLE

/* What tells one state of an entry from another. */
static char *state_of(const char *local)
{
    char dn[256];
    char *state;

    (void)snprintf(dn, sizeof(dn), "uid=%s" PEOPLE, local);
    state = site_value(site, dn, slapd_kind() == SLAPD_389DS ? "modifyTimestamp" : "entryCSN");
    ck_assert_ptr_nonnull(state);
    return state;
}

static void expect_unchanged(const char *local, char *before)
{
    char *now = state_of(local);

    ck_assert_str_eq(now, before);
    free(now);
    free(before);
}

/* --------------------------------------------------------------------------- stored passwords */

static int store(const char *user, const char *password)
{
    return sasl_host_setpass(&host, user, password, NULL, SASL_SET_CREATE);
}

START_TEST(stored_once_and_again)
{
    char *before;

    expect_code(store("ada", sasl_fixture_combined(SITE_PASSWORD)), SASL_OK);
    ck_assert(site_login(site, "ada", SITE_PASSWORD));
    before = state_of("ada");
    expect_code(store("ada", sasl_fixture_combined(SITE_PASSWORD)), SASL_OK);
    expect_code(store("ada@example.org", sasl_fixture_combined(SITE_PASSWORD)), SASL_OK);
    expect_unchanged("ada", before);
    ck_assert_uint_eq(sasl_host_count("result=OK"), 3);
    ck_assert_ptr_null(strstr(sasl_host_log(), SITE_PASSWORD));
    ck_assert_ptr_null(strstr(sasl_host_log(), token));
}
END_TEST

START_TEST(stored_by_whom_it_is_not_for)
{
    char *before;

    expect_code(store("bea", sasl_fixture_combined(SITE_PASSWORD)), SASL_OK);
    before = state_of("bea");
    expect_code(store("bea", sasl_fixture_combined("another password")), SASL_BADAUTH);
    expect_code(store("bob", sasl_fixture_combined(SITE_PASSWORD)), SASL_BADAUTH);
    ck_assert(!sasl_fixture_has("bob"));
    sasl_fixture_invite();
    expect_code(store("bea", sasl_fixture_combined(SITE_PASSWORD)), SASL_BADAUTH);
    expect_code(store("alice", sasl_fixture_combined(SITE_PASSWORD)), SASL_BADAUTH);
    expect_code(store("root", sasl_fixture_combined(SITE_PASSWORD)), SASL_BADAUTH);
    expect_code(store("with space", sasl_fixture_combined(SITE_PASSWORD)), SASL_BADAUTH);
    expect_code(store("cora@elsewhere.example", sasl_fixture_combined(SITE_PASSWORD)),
                SASL_BADAUTH);
    expect_code(store("cora", sasl_fixture_combined("short")), SASL_WEAKPASS);
    expect_unchanged("bea", before);
    sasl_fixture_expect_unused();
}
END_TEST

START_TEST(stored_without_a_token)
{
    char *before = state_of("alice");

    expect_code(store("cora", SITE_PASSWORD), SASL_BADAUTH);
    expect_code(store("alice", SITE_PASSWORD), SASL_BADAUTH);
    expect_code(store("alice", "another password"), SASL_BADAUTH);
    expect_code(store("cora", token), SASL_BADAUTH);
    ck_assert(!sasl_fixture_has("cora"));
    ck_assert_uint_eq(sasl_host_count("result=NOT_OURS"), 1);
    expect_unchanged("alice", before);
    sasl_fixture_expect_unused();
}
END_TEST

START_TEST(deleted)
{
    char *before = state_of("alice");

    expect_code(sasl_host_setpass(&host, "alice", NULL, NULL, SASL_SET_DISABLE), SASL_BADAUTH);
    expect_unchanged("alice", before);
    ck_assert_uint_eq(sasl_host_count("result=NOT_ALLOWED"), 1);
}
END_TEST

/* Verifiers of TOKEN:PASSWORD, as SCRAM makes them, are not stored: the directory has its own. */
START_TEST(generated_verifiers)
{
    sasl_fixture_restart_with(GENERATES);
    expect_code(store("dora", sasl_fixture_combined(SITE_PASSWORD)), SASL_OK);
    ck_assert_uint_eq(site_values(site, "uid=dora" PEOPLE, "authPassword"), 1);
    expect_code(sasl_host_login(&host, "SCRAM-SHA-256", "dora", SITE_PASSWORD), SASL_OK);
    /* the server's own name is put behind names without a realm */
    host.realm = NULL;
    sasl_fixture_invite();
    expect_code(store("elsa", sasl_fixture_combined(SITE_PASSWORD)), SASL_OK);
    ck_assert(site_login(site, "elsa", SITE_PASSWORD));
    sasl_fixture_invite();
    expect_code(store("fay", "no token here"), SASL_BADAUTH);
    expect_code(sasl_host_setpass(&host, "fay", sasl_fixture_combined(SITE_PASSWORD), NULL,
                                  SASL_SET_CREATE | SASL_SET_NOPLAIN),
                SASL_BADAUTH);
    ck_assert(!sasl_fixture_has("fay"));
    sasl_fixture_expect_unused();
}
END_TEST

/* Beside sasldb, in a program that configures nothing of invitegate, all is as without it. */
START_TEST(without_options)
{
    char lines[512];

    sasl_fixture_end();
    (void)snprintf(lines, sizeof(lines), "sasldb_path: %s/sasldb2\n" GENERATES,
                   slapd_directory(site->slapd));
    sasl_host_start(lines);
    expect_code(store("gwen", SITE_PASSWORD), SASL_OK);
    expect_code(sasl_host_login(&host, "PLAIN", "gwen", SITE_PASSWORD), SASL_OK);
    expect_code(sasl_host_login(&host, "SCRAM-SHA-256", "gwen", SITE_PASSWORD), SASL_OK);
    expect_code(sasl_host_login(&host, "PLAIN", "gwen", "another password"), SASL_BADAUTH);
    ck_assert(!sasl_host_offers(&host, MECHANISM));
    ck_assert(!sasl_fixture_has("gwen"));
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

/* ------------------------------------------------------------------------------ auto_transition */

/* saslauthd's socket, where every password is right. */
static pid_t start_saslauthd(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    pid_t child;

    ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
    (void)stpcpy(address.sun_path, path);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    child = fork();
    ck_assert_int_ne(child, -1);
    while (child == 0) {
        int client = accept(listener, NULL, NULL);
        char request[2048];

        if (read(client, request, sizeof(request)) > 0)
            (void)!write(client, "\0\2OK", 4);
        (void)close(client);
    }
    (void)close(listener);
    return child;
}

static const char *const transitions[] = {"yes", "noplain"};

/* A host that only serves logins has no keys, and needs none to refuse what is no token. */
static void forget_keys(char path[256])
{
    char command[2048];

    (void)snprintf(path, 256, "%s/keyless.conf", slapd_directory(site->slapd));
    (void)snprintf(command, sizeof(command),
                   "umask 077; sed 's|^key_file = .*|key_file = /nonexistent/keys|' '%s' >'%s'",
                   slapd_conf_path(site->slapd), path);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(a_host_that_keeps_passwords)
{
    char lines[512];
    char path[256];
    char conf[256];
    char *before = state_of("alice");
    pid_t saslauthd;

    (void)snprintf(path, sizeof(path), "%s/mux%d", slapd_directory(site->slapd), _i);
    saslauthd = start_saslauthd(path);
    (void)snprintf(lines, sizeof(lines),
                   "pwcheck_method: saslauthd\nsaslauthd_path: %s\nauto_transition: %s\n" GENERATES,
                   path, transitions[_i % 2]);
    sasl_fixture_end();
    forget_keys(conf);
    sasl_fixture_begin_of(_i < 2 ? slapd_conf_path(site->slapd) : conf, lines);
    for (int i = 0; i < 3; i++)
        expect_code(sasl_host_login(&host, "PLAIN", "alice", SITE_PASSWORD), SASL_OK);
    (void)kill(saslauthd, SIGKILL);
    (void)waitpid(saslauthd, NULL, 0);
    ck_assert_uint_gt(sasl_host_count("transitioning"), 2);
    ck_assert_uint_eq(sasl_host_count("result="), 1);
    ck_assert_uint_eq(sasl_host_count("result=NOT_OURS"), 1);
    expect_unchanged("alice", before);
}
END_TEST

/* -------------------------------------------------------------------------------- the mechanism */

static int present(const char *user, const char *password)
{
    return sasl_host_login(&host, MECHANISM, user, sasl_fixture_combined(password));
}

START_TEST(registers_and_logs_in)
{
    ck_assert(sasl_host_offers(&host, MECHANISM));
    expect_code(present("hanna", SITE_PASSWORD), SASL_OK);
    ck_assert_str_eq(host.user, "hanna@example.org");
    ck_assert(site_login(site, "hanna", SITE_PASSWORD));
    expect_code(present("Hanna", SITE_PASSWORD), SASL_OK);
    expect_code(present("hanna", "another password"), SASL_BADAUTH);
    expect_code(sasl_host_login(&host, "SCRAM-SHA-256", "hanna", SITE_PASSWORD), SASL_OK);
    site_lock_account(site, "hanna");
    expect_code(present("hanna", SITE_PASSWORD), SASL_EXPIRED);
    ck_assert_ptr_null(strstr(sasl_host_log(), token));
    ck_assert_ptr_null(strstr(sasl_host_log(), SITE_PASSWORD));
}
END_TEST

START_TEST(refuses)
{
    expect_code(present("ida", "short"), SASL_WEAKPASS);
    ck_assert_str_ne(host.words, "");
    expect_code(present("alice", SITE_PASSWORD), SASL_NOAUTHZ);
    expect_code(present("root", SITE_PASSWORD), SASL_NOAUTHZ);
    expect_code(present("i/da", SITE_PASSWORD), SASL_BADPARAM);
    expect_code(present("ida@elsewhere.example", SITE_PASSWORD), SASL_BADPARAM);
    sasl_fixture_expect_unused();
    ck_assert(!sasl_fixture_has("ida"));
    token[5] = token[5] == 'x' ? 'y' : 'x';
    expect_code(present("ida", SITE_PASSWORD), SASL_BADAUTH);
    ck_assert(!sasl_fixture_has("ida"));
}
END_TEST

START_TEST(resets)
{
    site_add_account(site, "jane");
    site_next_second();
    sasl_fixture_take(site_reset_invite(site, "jane"));
    expect_code(present("jane", "a new password"), SASL_OK);
    ck_assert(site_login(site, "jane", "a new password"));
    ck_assert(!site_login(site, "jane", SITE_PASSWORD));
    expect_code(present("jane", "yet another password"), SASL_BADAUTH);
}
END_TEST

START_TEST(acts_for_itself_only)
{
    host.acts_as = "alice";
    expect_code(present("kim", SITE_PASSWORD), SASL_NOAUTHZ);
    ck_assert(!sasl_fixture_has("kim"));
    sasl_fixture_expect_unused();
    host.acts_as = "KIM@Example.ORG";
    expect_code(present("kim", SITE_PASSWORD), SASL_OK);
    ck_assert_str_eq(host.user, "kim@example.org");
}
END_TEST

static const char *const plaintext[] = {"", "invite_plaintext: no\n"};

START_TEST(not_in_the_clear)
{
    char message[128];
    int length;

    sasl_fixture_restart_with(plaintext[_i]);
    host.bare = true;
    ck_assert(!sasl_host_offers(&host, MECHANISM));
    length = snprintf(message, sizeof(message), "%clea%c%s%c%s", 0, 0, token, 0, SITE_PASSWORD);
    expect_code(sasl_host_message(&host, MECHANISM, message, (size_t)length), SASL_NOMECH);
    ck_assert(!sasl_fixture_has("lea"));
    sasl_fixture_expect_unused();
}
END_TEST

START_TEST(in_the_clear_where_that_is_wanted)
{
    sasl_fixture_restart_with("invite_plaintext: yes\n");
    host.bare = true;
    expect_code(present("mia", SITE_PASSWORD), SASL_OK);
    ck_assert(sasl_fixture_has("mia"));
}
END_TEST

START_TEST(what_is_no_message)
{
    expect_code(sasl_host_message(&host, MECHANISM, "", 0), SASL_BADPROT);
    expect_code(sasl_host_message(&host, MECHANISM, "\0nina", 5), SASL_BADPROT);
    expect_code(sasl_host_message(&host, MECHANISM, "\0nina\0x\0y\0z", 11), SASL_BADPROT);
    expect_code(sasl_host_message(&host, MECHANISM, "\0nina\0x\0y", 9), SASL_BADAUTH);
}
END_TEST

/* -------------------------------------------------------------------------------- the client */

START_TEST(the_client_asks_for_the_token)
{
    host.token = token;
    expect_code(sasl_host_login(&host, MECHANISM, "olga", SITE_PASSWORD), SASL_OK);
    ck_assert(site_login(site, "olga", SITE_PASSWORD));
    host.token = NULL;
    expect_code(sasl_host_login(&host, MECHANISM, "olga", SITE_PASSWORD), SASL_BADPARAM);
}
END_TEST

/* A client with an ordinary password must not get stuck here. */
START_TEST(the_client_prefers_others)
{
    const sasl_callback_t callbacks[] = {
        {SASL_CB_USER, NULL, NULL},
        {SASL_CB_AUTHNAME, NULL, NULL},
        {SASL_CB_PASS, NULL, NULL},
        {SASL_CB_LIST_END, NULL, NULL},
    };
    sasl_interact_t *prompts = NULL;
    sasl_conn_t *client = NULL;
    const char *chosen = NULL;
    const char *out = NULL;
    unsigned length = 0;

    ck_assert_int_eq(sasl_client_new("test", "example.org", NULL, NULL, callbacks, 0, &client),
                     SASL_OK);
    ck_assert_int_eq(
        sasl_client_start(client, MECHANISM " PLAIN", &prompts, &out, &length, &chosen),
        SASL_INTERACT);
    ck_assert_str_eq(chosen, "PLAIN");
    free(prompts);
    sasl_dispose(&client);
}
END_TEST

/* ----------------------------------------------------------------------------------- setpass */

static int change(const char *user, unsigned flags)
{
    return sasl_host_setpass(&host, user, SITE_PASSWORD, token, flags);
}

START_TEST(setpass_with_each_flag)
{
    expect_code(change("pia", SASL_SET_CREATE), SASL_BADAUTH);
    expect_code(change("pia", 0), SASL_BADAUTH);
    expect_code(change("pia", SASL_SET_DISABLE | SASL_SET_NOPLAIN), SASL_BADAUTH);
    ck_assert(!sasl_fixture_has("pia"));
    sasl_fixture_expect_unused();
    expect_code(change("pia", SASL_SET_CREATE | SASL_SET_NOPLAIN), SASL_OK);
    ck_assert(site_login(site, "pia", SITE_PASSWORD));
    expect_code(change("pia", SASL_SET_NOPLAIN), SASL_OK);
    expect_code(change("ria", SASL_SET_NOPLAIN), SASL_BADAUTH);
    sasl_fixture_invite();
    expect_code(change("alice", SASL_SET_NOPLAIN), SASL_NOAUTHZ);
    sasl_fixture_expect_unused();
}
END_TEST

START_TEST(setpass_resets)
{
    site_add_account(site, "sara");
    site_next_second();
    sasl_fixture_take(site_reset_invite(site, "sara"));
    expect_code(sasl_host_setpass(&host, "sara", "a new password", token, SASL_SET_NOPLAIN),
                SASL_OK);
    ck_assert(site_login(site, "sara", "a new password"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_gate");
    TCase *group = sasl_fixture_case("store", 120, sasl_fixture_start);

    tcase_add_test(group, stored_once_and_again);
    tcase_add_test(group, stored_by_whom_it_is_not_for);
    tcase_add_test(group, stored_without_a_token);
    tcase_add_test(group, deleted);
    tcase_add_test(group, generated_verifiers);
    tcase_add_test(group, without_options);
    tcase_add_loop_test(group, a_host_that_keeps_passwords, 0, 4);
    suite_add_tcase(suite, group);
    group = sasl_fixture_case("mechanism", 120, sasl_fixture_start);
    tcase_add_test(group, registers_and_logs_in);
    tcase_add_test(group, refuses);
    tcase_add_test(group, resets);
    tcase_add_test(group, acts_for_itself_only);
    tcase_add_loop_test(group, not_in_the_clear, 0, 2);
    tcase_add_test(group, in_the_clear_where_that_is_wanted);
    tcase_add_test(group, what_is_no_message);
    tcase_add_test(group, the_client_asks_for_the_token);
    tcase_add_test(group, the_client_prefers_others);
    tcase_add_test(group, setpass_with_each_flag);
    tcase_add_test(group, setpass_resets);
    suite_add_tcase(suite, group);
    return sasl_host_run(suite);
}
