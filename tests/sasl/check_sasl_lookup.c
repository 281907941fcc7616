/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libinvite.so as an auxprop plugin: SCRAM logins with the real libsasl2 in front of a directory,
 * and what leaves the plugin.
 */
#include "config.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/ldap_proxy.h"
#include "tests/support/sasl_fixture.h"

#define ITERATIONS "scram_iterations = 4096\n"
#define ALL_FORMS  "password_verifiers = server scram-sha-1 scram-sha-256 scram-sha-512\n" ITERATIONS

static void start(void)
{
    sasl_fixture_start_with(ALL_FORMS);
}

static void begin(void)
{
    sasl_fixture_begin_with("invite_attributes: mail description\n");
}

static int login(const char *user, const char *password)
{
    return sasl_host_login(&host, "SCRAM-SHA-256", user, password);
}

static void change(const char *local, const char *lines)
{
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\n%s", local, lines);
}

/* --------------------------------------------------------------------------------------- SCRAM */

static const char *const mechanisms[] = {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"};

START_TEST(scram)
{
    char local[32];

    (void)snprintf(local, sizeof(local), "ada%d", _i);
    fixture_register(local);
    expect_code(sasl_host_login(&host, mechanisms[_i], local, SITE_PASSWORD), SASL_OK);
    ck_assert_ptr_nonnull(strstr(host.user, local));
    ck_assert_ptr_nonnull(strstr(host.user, "@example.org"));
    expect_code(sasl_host_login(&host, mechanisms[_i], local, "another password"), SASL_BADAUTH);
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

START_TEST(nobody_of_that_name)
{
    expect_code(login("nobody-has-it", SITE_PASSWORD), SASL_NOUSER);
    expect_code(login("with space", SITE_PASSWORD), SASL_NOUSER);
    expect_code(login("alice@elsewhere.example", SITE_PASSWORD), SASL_NOUSER);
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

/* The verifiers of a password that was changed by someone else are never served again. */
START_TEST(a_changed_password_ends_them)
{
    fixture_register("bea");
    expect_code(login("bea", SITE_PASSWORD), SASL_OK);
    site_next_second();
    change("bea", "replace: userPassword\nuserPassword: set by an administrator\n");
    expect_code(login("bea", SITE_PASSWORD), SASL_NOUSER);
    expect_code(login("bea", "set by an administrator"), SASL_NOUSER);
}
END_TEST

START_TEST(locked_and_expired)
{
    fixture_register("cleo");
    site_lock_account(site, "cleo");
    expect_code(login("cleo", SITE_PASSWORD), SASL_DISABLED);
    site_unlock_account(site, "cleo");
    expect_code(login("cleo", SITE_PASSWORD), SASL_OK);
    change("cleo", "replace: xmppAccountExpires\nxmppAccountExpires: 20200101000000Z\n");
    expect_code(login("cleo", SITE_PASSWORD), SASL_EXPIRED);
}
END_TEST

/* What the directory keeps as userPassword is neither given nor good as a password. */
START_TEST(a_hash_is_no_password)
{
    static const char *asked[] = {"*userPassword", "userPassword", "*cmusaslsecretPLAIN", NULL};
    char *hash;

    fixture_register("dora");
    hash = site_value(site, "uid=dora," SITE_PEOPLE, "userPassword");
    ck_assert_ptr_nonnull(hash);
    ck_assert_msg(hash[0] == '{', "%s", hash);
    expect_code(login("dora", hash), SASL_BADAUTH);
    expect_code(sasl_host_login(&host, "PLAIN", "dora", hash), SASL_NOUSER);
    expect_code(sasl_host_login(&host, "PLAIN", "dora", SITE_PASSWORD), SASL_NOUSER);
    host.requests = asked;
    expect_code(login("dora", SITE_PASSWORD), SASL_OK);
    for (const char **name = asked; *name != NULL; name++)
        ck_assert_ptr_null(sasl_host_property(&host, *name, 0));
    free(hash);
}
END_TEST

START_TEST(attributes)
{
    static const char *asked[] = {"mail", "*mail", "DESCRIPTION", "sn", "authPassword", NULL};
    const char *value;

    fixture_register("elsa");
    change("elsa", "replace: description\ndescription: one\ndescription: two\n");
    host.requests = asked;
    expect_code(login("elsa", SITE_PASSWORD), SASL_OK);
    ck_assert_str_eq(sasl_host_property(&host, "mail", 0), "elsa@example.org");
    ck_assert_str_eq(sasl_host_property(&host, "*mail", 0), "elsa@example.org");
    ck_assert_ptr_nonnull(sasl_host_property(&host, "DESCRIPTION", 1));
    ck_assert_ptr_null(sasl_host_property(&host, "DESCRIPTION", 2));
    ck_assert_ptr_null(sasl_host_property(&host, "sn", 0));
    for (size_t i = 0; (value = sasl_host_property(&host, "authPassword", i)) != NULL; i++)
        ck_assert_msg(strncmp(value, "SCRAM-SHA-", 10) == 0, "%s", value);
    ck_assert_ptr_nonnull(sasl_host_property(&host, "authPassword", 2));
}
END_TEST

/* Whose name it is: its own realm, the connection's, the server's, the only domain. */
START_TEST(realms)
{
    fixture_register("fay");
    expect_code(login("fay@example.org", SITE_PASSWORD), SASL_OK);
    host.realm = "elsewhere.example";
    expect_code(login("fay", SITE_PASSWORD), SASL_NOUSER);
    expect_code(login("fay@example.org", SITE_PASSWORD), SASL_OK);
    host.realm = NULL;
    expect_code(login("fay", SITE_PASSWORD), SASL_OK);
    host.server = "example.org";
    expect_code(login("fay", SITE_PASSWORD), SASL_OK);
}
END_TEST

/* ------------------------------------------------------------------------------ in a program */

START_TEST(a_child_asks_too)
{
    fixture_register("gwen");
    expect_code(login("gwen", SITE_PASSWORD), SASL_OK);
    for (int i = 0; i < 3; i++) {
        int status = -1;
        pid_t child = fork();

        ck_assert_int_ne(child, -1);
        if (child == 0) {
            int code = SASL_OK;

            for (int round = 0; round < 5 && code == SASL_OK; round++)
                code = login("gwen", SITE_PASSWORD);
            _exit(code == SASL_OK ? 0 : 1);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
        expect_code(login("gwen", SITE_PASSWORD), SASL_OK);
    }
}
END_TEST

#define THREADS 8
#define ROUNDS  25

static pthread_barrier_t together;

/* As a threaded server: each thread has connections of its own, and all come first at once. */
static void *log_in_often(void *context)
{
    sasl_host own = {.realm = "example.org"};
    int *good = context;

    (void)pthread_barrier_wait(&together);
    for (int i = 0; i < ROUNDS; i++)
        *good += sasl_host_login(&own, mechanisms[i % 3], "gina", SITE_PASSWORD) == SASL_OK ? 1 : 0;
    sasl_host_end(&own);
    return NULL;
}

START_TEST(eight_threads)
{
    pthread_t threads[THREADS];
    int good[THREADS] = {0};

    fixture_register("gina");
    ck_assert_int_eq(pthread_barrier_init(&together, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, log_in_often, &good[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(good[i], ROUNDS);
    }
    (void)pthread_barrier_destroy(&together);
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

static long resident_kilobytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0;
    long resident = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%ld %ld", &total, &resident), 2);
    (void)fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

#define CYCLES 200

START_TEST(cycles_leave_nothing)
{
    long before = 0;

    fixture_register("hanna");
    for (int i = 0; i < CYCLES; i++) {
        expect_code(login("hanna", SITE_PASSWORD), SASL_OK);
        sasl_fixture_end();
        begin();
        if (i == CYCLES / 4)
            before = resident_kilobytes();
    }
    /* sanitizers keep what was freed */
    if (strcmp(getenv("INV_SANITIZERS") != NULL ? getenv("INV_SANITIZERS") : "no", "no") == 0)
        ck_assert_int_le(resident_kilobytes() - before, 512);
}
END_TEST

/* A copy of the configuration with other words behind a key. */
static void write_conf(char path[512], const char *name, const char *sed)
{
    char command[2048];

    (void)snprintf(path, 512, "%s/%s", slapd_directory(site->slapd), name);
    (void)snprintf(command, sizeof(command), "umask 077; sed '%s' '%s' >'%s'", sed,
                   slapd_conf_path(site->slapd), path);
    ck_assert_int_eq(system(command), 0);
}

/* An ldapi URI, of a path without what would have to be escaped but the slashes. */
static void write_uri(char uri[512], const char *path)
{
    char *end = stpcpy(uri, "ldapi://");

    for (; *path != '\0'; path++) {
        if (*path == '/')
            end = stpcpy(end, "%2F");
        else
            *end++ = *path;
    }
    *end = '\0';
}

/* Starts anew with this as the directory. */
static void move_to(const char *name, const char *socket_path)
{
    char uri[512];
    char sed[600];
    char path[512];
    char lines[600];

    write_uri(uri, socket_path);
    (void)snprintf(sed, sizeof(sed), "s|^uri = .*|uri = %s|; s|^timeout = .*|timeout = 1s|", uri);
    write_conf(path, name, sed);
    (void)snprintf(lines, sizeof(lines), "invite_conf: %s\nauxprop_plugin: invite\n", path);
    sasl_fixture_end();
    sasl_host_start(lines);
}

/* Whether the name is there is not told by how much the directory is asked. */
START_TEST(alike_for_the_directory)
{
    char socket_path[512];
    char uri[512];
    struct ldap_proxy *proxy;
    size_t wrong;

    fixture_register("kim");
    (void)snprintf(socket_path, sizeof(socket_path), "%s/between", slapd_directory(site->slapd));
    (void)snprintf(uri, sizeof(uri), "%s/ldapi", slapd_directory(site->slapd));
    proxy = ldap_proxy_start(socket_path, uri);
    move_to("between.conf", socket_path);
    expect_code(login("kim", SITE_PASSWORD), SASL_OK);
    ldap_proxy_reset(proxy);
    expect_code(login("kim", "another password"), SASL_BADAUTH);
    wrong = atomic_load(&ldap_proxy_plan(proxy)->requests);
    ck_assert_uint_gt(wrong, 0);
    ldap_proxy_reset(proxy);
    expect_code(login("nobody-has-it", "another password"), SASL_NOUSER);
    ck_assert_uint_eq(atomic_load(&ldap_proxy_plan(proxy)->requests), wrong);
    /* nothing of ours is asked for: no question */
    ldap_proxy_reset(proxy);
    expect_code(sasl_host_login(&host, "PLAIN", "kim", SITE_PASSWORD), SASL_NOUSER);
    ck_assert_uint_eq(atomic_load(&ldap_proxy_plan(proxy)->requests), 0);
    sasl_fixture_end();
    ldap_proxy_stop(&proxy);
}
END_TEST

START_TEST(a_configuration_that_is_away)
{
    fixture_register("ida");
    sasl_fixture_end();
    sasl_host_start("invite_conf: /nonexistent/invitegate.conf\nauxprop_plugin: invite\n");
    expect_code(login("ida", SITE_PASSWORD), SASL_UNAVAIL);
    sasl_fixture_end();
    sasl_host_start("invite_conf: relative.conf\nauxprop_plugin: invite\n");
    expect_code(login("ida", SITE_PASSWORD), SASL_UNAVAIL);
}
END_TEST

/* Hosts that only look up have no keys. */
START_TEST(no_keys)
{
    char path[512];
    char lines[600];

    fixture_register("jane");
    write_conf(path, "keyless.conf", "s|^key_file = .*|key_file = /nonexistent/token.keys|");
    (void)snprintf(lines, sizeof(lines), "invite_conf: %s\nauxprop_plugin: invite\n", path);
    sasl_fixture_end();
    sasl_host_start(lines);
    expect_code(login("jane", SITE_PASSWORD), SASL_OK);
}
END_TEST

START_TEST(without_options_it_says_nothing)
{
    static const char *asked[] = {"mail", NULL};

    sasl_fixture_end();
    sasl_host_start("auxprop_plugin: invite\n");
    host.requests = asked;
    expect_code(login("alice", SITE_PASSWORD), SASL_NOUSER);
    ck_assert(!sasl_host_offers(&host, "X-INVITE-TOKEN"));
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_lookup");
    TCase *group = tcase_create("lookup");

    tcase_set_timeout(group, 180);
    tcase_add_unchecked_fixture(group, start, fixture_stop);
    tcase_add_checked_fixture(group, begin, sasl_fixture_end);
    tcase_add_loop_test(group, scram, 0, 3);
    tcase_add_test(group, nobody_of_that_name);
    tcase_add_test(group, a_changed_password_ends_them);
    tcase_add_test(group, locked_and_expired);
    tcase_add_test(group, a_hash_is_no_password);
    tcase_add_test(group, attributes);
    tcase_add_test(group, realms);
    tcase_add_test(group, a_child_asks_too);
    tcase_add_test(group, eight_threads);
    tcase_add_test(group, cycles_leave_nothing);
    tcase_add_test(group, alike_for_the_directory);
    tcase_add_test(group, a_configuration_that_is_away);
    tcase_add_test(group, no_keys);
    tcase_add_test(group, without_options_it_says_nothing);
    suite_add_tcase(suite, group);
    return sasl_host_run(suite);
}
