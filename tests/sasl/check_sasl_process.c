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

#include "tests/support/fixture.h"
#include "tests/support/sasl_host.h"

#define MECHANISM "X-INVITE-TOKEN"
#define NOBODY    65534
#define FILE_TEXT "the host's own words"

static sasl_host host;
static char token[INV_TOKEN_LENGTH + 1];

static void keep_text(inv_token *made)
{
    inv_token_write(made, token);
    inv_token_free(&made);
}

/* With ada, who was registered by an invite. */
static void start(void)
{
    static const char *const options[] = {"--conf", NULL};
    inv_token *made;

    fixture_start_aged_with(&(struct site_settings){
        .slapd_options = options,
        .domain_lines = "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n",
        .log_lines = "to = stderr\nlevel = notice"});
    site_show_verifiers(site);
    made = site_invite(site, NULL, 1);
    redeem(made, "ada", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&made);
}

static const char *lines_with(const char *conf, const char *lines)
{
    static char text[2048];

    (void)snprintf(text, sizeof(text), "invite_conf: %s\nauxprop_plugin: invite\n%s", conf, lines);
    return text;
}

static void begin_with(const char *lines)
{
    sasl_host_start(lines_with(slapd_conf_path(site->slapd), lines));
    host = (sasl_host){.realm = "example.org"};
}

static void begin(void)
{
    begin_with("");
    keep_text(site_invite(site, NULL, 1));
}

static void end(void)
{
    sasl_host_end(&host);
    sasl_host_stop();
}

static int login(const char *user)
{
    return sasl_host_login(&host, "SCRAM-SHA-256", user, SITE_PASSWORD);
}

static void expect_code_in(int line, int got, int wanted)
{
    ck_assert_msg(got == wanted, "line %d: %d, not %d: %s\n%s", line, got, wanted, host.words,
                  sasl_host_log());
}
#define expect_code(call, wanted) expect_code_in(__LINE__, call, wanted)

static void expect_kept(void)
{
    inv_token *parsed = NULL;

    ck_assert_int_eq(inv_token_parse(site->context->keys, "example.org", token, strlen(token),
                                     &parsed, &verdict),
                     INV_OK);
    site_expect(site, parsed, 1, 0, 0, 0, 0);
    inv_token_free(&parsed);
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

/* The highest descriptor that is a socket, or -1, and what it is. */
static int find_socket(struct stat *status)
{
    int found = -1;

    for (int number = FIRST; number < 256; number++) {
        struct stat each;

        if (fstat(number, &each) == 0 && S_ISSOCK(each.st_mode)) {
            found = number;
            *status = each;
        }
    }
    return found;
}

static bool is_file(int number, const struct stat *wanted)
{
    struct stat status;

    return fstat(number, &status) == 0 && status.st_dev == wanted->st_dev &&
           status.st_ino == wanted->st_ino;
}

/* Closes everything, as daemons do, and has a socket of its own under that number. Its peer. */
static int put_in_place(int number, struct stat *own)
{
    int pair[2];

    closefrom(FIRST);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (pair[0] != number) {
        int peer = fcntl(pair[1], F_DUPFD, number + 1);

        NEED(peer > number && close(pair[1]) == 0);
        pair[1] = peer;
        NEED(dup2(pair[0], number) == number && close(pair[0]) == 0);
    }
    NEED(fstat(number, own) == 0);
    return pair[1];
}

static bool is_untouched(int peer)
{
    char byte;

    return recv(peer, &byte, 1, MSG_DONTWAIT) == -1;
}

static void closed_and_taken(void)
{
    struct stat status;
    struct stat own;
    int number;
    int peer;

    NEED(login("ada") == SASL_OK);
    number = find_socket(&status);
    NEED(number != -1);
    peer = put_in_place(number, &own);
    NEED(login("ada") == SASL_OK);
    NEED(is_untouched(peer) && is_file(number, &own));
    /* and to the end of the library */
    number = find_socket(&status);
    peer = put_in_place(number, &own);
    sasl_host_end(&host);
    sasl_done();
    NEED(is_untouched(peer) && is_file(number, &own));
}

static void forked(void)
{
    struct stat status;
    int ended = -1;
    int inherited;
    pid_t child;

    NEED(login("ada") == SASL_OK);
    inherited = find_socket(&status);
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
        NEED(login("ada") == SASL_OK);
        sasl_host_end(&host);
        sasl_done();
        NEED(write(inherited, FILE_TEXT, strlen(FILE_TEXT)) == (ssize_t)strlen(FILE_TEXT));
        NEED(pread(inherited, text, sizeof(text) - 1, 0) == (ssize_t)strlen(FILE_TEXT));
        NEED(strcmp(text, FILE_TEXT) == 0);
        _exit(0);
    }
    NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
    /* the parent's connection was not unbound */
    NEED(login("ada") == SASL_OK);
    NEED(is_file(inherited, &status));
}

/* Between init and the first use. */
static void forked_early(void)
{
    int ended = -1;
    pid_t child = fork();

    if (child == 0) {
        NEED(login("ada") == SASL_OK);
        _exit(0);
    }
    NEED(login("ada") == SASL_OK);
    NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
}

/* RFC 4532 over a connection as it is. */
static bool is_alive(int connection)
{
    static const char request[] = "\x30\x1e\x02\x01\x7f\x77\x19\x80\x17"
                                  "1.3.6.1.4.1.4203.1.11.3";
    char answer[512];

    return send(connection, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0 &&
           recv(connection, answer, sizeof(answer), 0) > 0;
}

static void then_nobody(void)
{
    struct stat status;
    int number;
    int copy;

    if (geteuid() != 0)
        return;
    NEED(login("ada") == SASL_OK);
    number = find_socket(&status);
    copy = dup(number);
    NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
    /* the user "nobody" cannot read the password file, nor use root's connection */
    (void)login("ada");
    NEED(!is_file(number, &status));
    NEED(is_alive(copy));
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
        expect_code(login("ada"), SASL_OK);
        site_restart(site, NULL, NULL);
    }
    expect_code(login("ada"), SASL_OK);
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
    end();
    sasl_host_start(lines_with(path, wrong[_i].options));
    if (wrong[_i].stores) {
        (void)snprintf(command, sizeof(command), "%s:%s", token, SITE_PASSWORD);
        expect_code(login("ada"), SASL_OK);
        expect_code(sasl_host_setpass(&host, "vera", command, NULL, SASL_SET_CREATE),
                    SASL_CONFIGERR);
        expect_code(sasl_host_login(&host, MECHANISM, "vera", command), SASL_CONFIGERR);
        expect_code(sasl_host_setpass(&host, "vera", "no token", NULL, SASL_SET_CREATE),
                    SASL_BADAUTH);
        expect_kept();
    } else {
        expect_code(login("ada"), SASL_UNAVAIL);
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
    NEED(login("ada") == SASL_UNAVAIL);
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
    char text[128];

    token[5] = token[5] == 'x' ? 'y' : 'x';
    (void)snprintf(text, sizeof(text), "%s:%s", token, SITE_PASSWORD);
    expect_code(sasl_host_login(&host, MECHANISM, "willa", text), SASL_BADAUTH);
    ck_assert_msg(sasl_host_count("service=\"test\" rhost=\"127.0.0.1\" why=") == 1, "%s",
                  sasl_host_log());
}
END_TEST

static TCase *group_of(const char *name)
{
    TCase *group = tcase_create(name);

    tcase_set_timeout(group, 240);
    tcase_add_unchecked_fixture(group, start, fixture_stop);
    tcase_add_checked_fixture(group, begin, end);
    return group;
}

int main(void)
{
    Suite *suite = suite_create("sasl_process");
    TCase *group = group_of("process");
    int status;

    if (sasl_host_prepare() == NULL) {
        puts("1..0 # SKIP no libsasl2 with its plugins (libsasl2-modules, libsasl2-modules-db)");
        return 0;
    }
    tcase_add_loop_test(group, descriptors, 0, 4);
    tcase_add_test(group, the_directory_starts_anew);
    tcase_add_loop_test(group, wrongly_configured, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(group, a_configuration_that_cannot_be_read);
    tcase_add_test(group, the_log_has_the_address);
    suite_add_tcase(suite, group);
    status = suite_run(suite);
    sasl_host_remove();
    return status;
}
