/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libinvite.so in programs that close or inherit its descriptors, outlive their directory, or are
 * configured wrongly.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/descriptors.h"
#include "tests/support/sasl_fixture.h"

#define NOBODY    65534
#define FILE_TEXT "the host's own words"

static void start(void)
{
    sasl_fixture_start();
    fixture_register("ada");
}

/* ---------------------------------------------------------------------------------- descriptors */

/* In the child: what is wrong is written where make check shows it. */
#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stdout, "%s:%d: %s\n%s", __FILE__, __LINE__, #condition, sasl_host_log());     \
            fflush(stdout);                                                                        \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* Descriptors below are not the host's: Check writes to one of them at each of its assertions. */
#define FIRST 32

static void in_child(void (*what)(void))
{
    int status = -1;
    pid_t child = fork();

    ck_assert_int_ne(child, -1);
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);

        for (int number = 3; number < FIRST; number++)
            (void)dup2(null, number);
        closefrom(FIRST);
        what();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static int put_in_place(int number, struct stat *own)
{
    int peer = descriptors_put_in_place(FIRST, number, own);

    NEED(peer != -1);
    return peer;
}

static void closed_and_taken(void)
{
    struct stat status;
    struct stat own;
    int number;
    int peer;

    NEED(sasl_fixture_login("ada") == SASL_OK);
    number = descriptors_find_socket(FIRST, &status);
    NEED(number != -1);
    peer = put_in_place(number, &own);
    NEED(sasl_fixture_login("ada") == SASL_OK);
    NEED(descriptors_is_untouched(peer) && descriptors_is_file(number, &own));
    /* and to the end of the library */
    number = descriptors_find_socket(FIRST, &status);
    peer = put_in_place(number, &own);
    sasl_host_end(&host);
    sasl_done();
    NEED(descriptors_is_untouched(peer) && descriptors_is_file(number, &own));
}

static void forked(void)
{
    struct stat status;
    int ended = -1;
    int inherited;
    pid_t child;

    NEED(sasl_fixture_login("ada") == SASL_OK);
    inherited = descriptors_find_socket(FIRST, &status);
    child = fork();
    if (child == 0) {
        char path[256];
        char text[64] = "";
        int file;

        (void)snprintf(path, sizeof(path), "%s/own-file", slapd_directory(site->slapd));
        (void)close(inherited);
        file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        NEED(file != -1);
        if (file != inherited)
            NEED(dup2(file, inherited) == inherited && close(file) == 0);
        NEED(sasl_fixture_login("ada") == SASL_OK);
        sasl_host_end(&host);
        sasl_done();
        NEED(write(inherited, FILE_TEXT, strlen(FILE_TEXT)) == (ssize_t)strlen(FILE_TEXT));
        NEED(pread(inherited, text, sizeof(text) - 1, 0) == (ssize_t)strlen(FILE_TEXT));
        NEED(strcmp(text, FILE_TEXT) == 0);
        _exit(0);
    }
    NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
    /* the parent's connection was not unbound */
    NEED(sasl_fixture_login("ada") == SASL_OK);
    NEED(descriptors_is_file(inherited, &status));
}

/* Between init and the first use. */
static void forked_early(void)
{
    int ended = -1;
    pid_t child = fork();

    if (child == 0) {
        NEED(sasl_fixture_login("ada") == SASL_OK);
        _exit(0);
    }
    NEED(sasl_fixture_login("ada") == SASL_OK);
    NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
}

static void then_nobody(void)
{
    struct stat status;
    int number;
    int copy;

    if (geteuid() != 0)
        return;
    NEED(sasl_fixture_login("ada") == SASL_OK);
    number = descriptors_find_socket(FIRST, &status);
    copy = dup(number);
    NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
    /* the user "nobody" cannot read the password file, nor use root's connection */
    (void)sasl_fixture_login("ada");
    NEED(!descriptors_is_file(number, &status));
    NEED(descriptors_is_alive(copy));
}

START_TEST(descriptors)
{
    static void (*const hosts[])(void) = {closed_and_taken, forked, forked_early, then_nobody};

    in_child(hosts[_i]);
}
END_TEST

/* A process that lives longer than its directory. */
START_TEST(the_directory_starts_anew)
{
    for (int i = 0; i < 3; i++) {
        expect_code(sasl_fixture_login("ada"), SASL_OK);
        site_restart(site, NULL, NULL);
    }
    expect_code(sasl_fixture_login("ada"), SASL_OK);
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

/* -------------------------------------------------------------------------------- configuration */

/* A copy of the configuration, changed by sed, with this mode, and what the log has to name. */
static const struct {
    const char *sed;
    mode_t mode;
    const char *options;
    bool stores; /* it is a store that needs what is not there */
    const char *named[2];
} wrong[] = {
    {"", 0660, "", false, {"wrong.conf has mode 0660", "chmod go-w"}},
    {"s/^uri = /ury = /", 0600, "", false, {"wrong.conf", "ury"}},
    {"s/^timeout = .*/timeout = soon/", 0600, "", false, {"wrong.conf", "timeout"}},
    {"s|^key_file = .*|key_file = /nonexistent/token.keys|",
     0600,
     "",
     true,
     {"/nonexistent/token.keys", "cannot be opened"}},
    {"", 0600, "invite_plaintext: perhaps\n", false, {"invite_plaintext: perhaps", "yes or no"}},
    {"",
     0600,
     "invite_attributes: mail userPassword;lang-en\n",
     false,
     {"invite_attributes", "userPassword;lang-en"}},
    {"", 0600, "invite_attributes: USERPASSWORD\n", false, {"invite_attributes", "never leaves"}},
    {"", 0600, "invite_attributes: 2.5.4.35\n", false, {"invite_attributes", "2.5.4.35"}},
};

START_TEST(wrongly_configured)
{
    char path[512];
    char command[2048];

    (void)snprintf(path, sizeof(path), "%s/wrong.conf", slapd_directory(site->slapd));
    (void)snprintf(command, sizeof(command), "rm -f '%s'; sed '%s' '%s' >'%s'", path, wrong[_i].sed,
                   slapd_conf_path(site->slapd), path);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(chmod(path, wrong[_i].mode), 0);
    sasl_fixture_end();
    sasl_host_start(sasl_host_options(path, wrong[_i].options));
    if (wrong[_i].stores) {
        const char *combined = sasl_fixture_combined(SITE_PASSWORD);

        expect_code(sasl_fixture_login("ada"), SASL_OK);
        expect_code(sasl_host_setpass(&host, "vera", combined, NULL, SASL_SET_CREATE),
                    SASL_CONFIGERR);
        expect_code(sasl_host_login(&host, MECHANISM, "vera", combined), SASL_CONFIGERR);
        expect_code(sasl_host_setpass(&host, "vera", "no token", NULL, SASL_SET_CREATE),
                    SASL_BADAUTH);
        sasl_fixture_expect_unused();
    } else {
        expect_code(sasl_fixture_login("ada"), SASL_UNAVAIL);
        ck_assert_uint_eq(sasl_host_count("result="), 1);
    }
    ck_assert_uint_ge(sasl_host_count("result=CONFIG"), 1);
    for (size_t i = 0; i < 2; i++)
        ck_assert_msg(sasl_host_count(wrong[_i].named[i]) > 0, "%s\n%s", wrong[_i].named[i],
                      sasl_host_log());
}
END_TEST

/* As svnserve runs, beside files that are root's alone. */
static void unreadable(void)
{
    if (geteuid() != 0)
        return;
    NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
    NEED(sasl_fixture_login("ada") == SASL_UNAVAIL);
}

START_TEST(a_configuration_that_cannot_be_read)
{
    in_child(unreadable);
    if (geteuid() == 0)
        ck_assert_msg(sasl_host_count("the user that runs this must be able to read it") == 1, "%s",
                      sasl_host_log());
}
END_TEST

/* What fail2ban reads. */
START_TEST(the_log_has_the_address)
{
    token[5] = token[5] == 'x' ? 'y' : 'x';
    expect_code(sasl_host_login(&host, MECHANISM, "willa", sasl_fixture_combined(SITE_PASSWORD)),
                SASL_BADAUTH);
    ck_assert_msg(sasl_host_count("service=\"test\" rhost=\"127.0.0.1\" why=") == 1, "%s",
                  sasl_host_log());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_process");
    TCase *group = sasl_fixture_case("process", 240, start);

    tcase_add_loop_test(group, descriptors, 0, 4);
    tcase_add_test(group, the_directory_starts_anew);
    tcase_add_loop_test(group, wrongly_configured, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(group, a_configuration_that_cannot_be_read);
    tcase_add_test(group, the_log_has_the_address);
    suite_add_tcase(suite, group);
    return sasl_host_run(suite);
}
