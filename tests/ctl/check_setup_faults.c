/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/ldap_proxy.h"
#include "tests/support/slapd.h"
#include "tests/support/suite.h"

/*
 * invitectl setup that is killed at each request it sends to the directory, and one that each
 * request is refused in turn. Then it comes again, and ends as one that nothing happened to; and
 * what it made can be taken away.
 */

#define TEXT_SIZE (512 * 1024)

/* A directory as Debian makes it, a machine with no files, and a proxy between the two. */
struct place {
    struct slapd *slapd;
    struct ldap_proxy *proxy;
    char root[256];
    char uri[512];
};

static struct place place;

static void place_start(void)
{
    static const char *const options[] = {"--bare", "dc=nodomain", NULL};
    char path[256];
    char server[256];
    size_t used;

    place.slapd = slapd_start(options);
    ck_assert_ptr_nonnull(place.slapd);
    (void)snprintf(path, sizeof(path), "%s/proxy", slapd_directory(place.slapd));
    (void)snprintf(server, sizeof(server), "%s/ldapi", slapd_directory(place.slapd));
    (void)snprintf(place.root, sizeof(place.root), "%s/machine", slapd_directory(place.slapd));
    place.proxy = ldap_proxy_start(path, server);
    used = (size_t)snprintf(place.uri, sizeof(place.uri), "ldapi://");
    for (const char *at = path; *at != '\0'; at++)
        used += (size_t)snprintf(place.uri + used, sizeof(place.uri) - used,
                                 *at == '/' ? "%%2F" : "%c", *at);
}

static void place_stop(void)
{
    ldap_proxy_stop(&place.proxy);
    slapd_stop(&place.slapd);
}

/* Runs setup to its end; the exit status, or 128 and the signal that ended it. */
static int run(const char *option)
{
    struct proxy_plan *plan = ldap_proxy_plan(place.proxy);
    char program[512];
    char config[300];
    char output[300];
    pid_t pid;
    int status = 0;

    (void)snprintf(program, sizeof(program), "%s/tools/invitectl", getenv("abs_top_builddir"));
    (void)snprintf(config, sizeof(config), "%s/invitegate.conf", place.root);
    (void)snprintf(output, sizeof(output), "%s/output", slapd_directory(place.slapd));
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int file = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        plan->client = getpid();
        (void)dup2(file, STDOUT_FILENO);
        (void)dup2(file, STDERR_FILENO);
        (void)execl(program, program, "-c", config, "-d", "example.org", "setup", "--no-proof",
                    "--root", place.root, "--uri", place.uri, option, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static char *read_all(FILE *stream)
{
    char *text = calloc(1, TEXT_SIZE);

    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, TEXT_SIZE - 1, stream), TEXT_SIZE - 1);
    return text;
}

/* What the last run printed. */
static char *output(void)
{
    char path[300];
    FILE *stream;
    char *text;

    (void)snprintf(path, sizeof(path), "%s/output", slapd_directory(place.slapd));
    stream = fopen(path, "r");
    ck_assert_ptr_nonnull(stream);
    text = read_all(stream);
    (void)fclose(stream);
    return text;
}

/* Configuration and data by slapcat, without what differs from one directory to the next. */
static char *contents(void)
{
    char command[1200];
    FILE *stream;
    char *text;

    (void)snprintf(
        command, sizeof(command),
        "PATH=$PATH:/usr/sbin; for n in 0 1; do slapcat -F %s/slapd.d -n $n -o ldif-wrap=no; done "
        "2>/dev/null | sed 's|%s||g' | grep -vE "
        "'^(entryCSN|entryUUID|createTimestamp|modifyTimestamp|modifiersName|creatorsName"
        "|userPassword|pwdChangedTime|olcRootPW|olcDbDirectory|contextCSN)' | sort",
        slapd_directory(place.slapd), slapd_directory(place.slapd));
    stream = popen(command, "r");
    ck_assert_ptr_nonnull(stream);
    text = read_all(stream);
    (void)pclose(stream);
    return text;
}

/* The two have the same lines; else the test fails with the first that is another one. */
static void expect_same(const char *text, const char *wanted, size_t at, const char *what)
{
    const char *line = text;
    const char *other = wanted;

    for (; *text != '\0' && *text == *wanted; text++, wanted++) {
        if (*text == '\n') {
            line = text + 1;
            other = wanted + 1;
        }
    }
    ck_assert_msg(*text == *wanted, "request %zu: %s: %.300s\nnot: %.300s", at, what, line, other);
}

#define expect_status(wanted, when)                                                                \
    do {                                                                                           \
        int got = (when);                                                                          \
        char *printed = output();                                                                  \
        ck_assert_msg(got == (wanted), "request %zu: status %d, not %d:\n%s", at, got, (wanted),   \
                      printed);                                                                    \
        free(printed);                                                                             \
    } while (0)

static char *undisturbed; /* after a run that nothing happened to */
static char *undone;      /* and after its undo */
static size_t requests;

static void find_out(void)
{
    size_t at = 0;

    place_start();
    expect_status(0, run(NULL));
    requests = ldap_proxy_plan(place.proxy)->requests;
    undisturbed = contents();
    expect_status(0, run("--undo"));
    undone = contents();
    place_stop();
    ck_assert_uint_gt(requests, 40);
    ck_assert(strcmp(undisturbed, undone) != 0);
}

/* Whatever happened, another run ends well, and its undo as well. */
static void come_again(size_t at)
{
    char *text;

    ldap_proxy_reset(place.proxy);
    expect_status(0, run(NULL));
    text = contents();
    expect_same(text, undisturbed, at, "set up");
    free(text);
    expect_status(0, run("--undo"));
    text = contents();
    expect_same(text, undone, at, "taken away");
    free(text);
}

/*
 * Every fourth request, each way other ones, so that CI has time for it; make check-long takes all.
 */
static size_t step(void)
{
    return getenv("INV_EVERY_REQUEST") != NULL ? 1 : 4;
}

static size_t first(int way)
{
    return step() == 1 ? 1 : 1 + (size_t)way;
}

static void disturb(proxy_fault fault, size_t at, int code)
{
    struct proxy_plan *plan = ldap_proxy_plan(place.proxy);

    plan->at = at;
    plan->code = code;
    plan->fault = fault;
}

START_TEST(killed)
{
    find_out();
    for (size_t at = first(_i); at <= requests; at += step()) {
        place_start();
        disturb(_i == 0 ? PROXY_KILL_CLIENT_BEFORE : PROXY_KILL_CLIENT_AFTER, at, 0);
        expect_status(128 + 9, run(NULL));
        come_again(at);
        place_stop();
    }
}
END_TEST

/* A search that is refused may be answered by what else is known: then it is a run like any other.
 */
START_TEST(refused)
{
    static const int codes[] = {50, 80};
    size_t ended = 0;

    find_out();
    for (size_t at = first(_i + 2); at <= requests; at += step()) {
        char *printed;
        int status;

        place_start();
        disturb(PROXY_ANSWER, at, codes[_i]);
        status = run(NULL);
        printed = output();
        ck_assert_msg(status == 4 || status == 0 || (codes[_i] == 80 && status == 3),
                      "request %zu: status %d:\n%s", at, status, printed);
        if (strstr(printed, "not done") != NULL) {
            ck_assert_msg(strstr(printed, "refused  ") != NULL, "request %zu:\n%s", at, printed);
            ck_assert(status != 0);
            ended++;
        }
        free(printed);
        come_again(at);
        place_stop();
    }
    ck_assert_uint_gt(ended, 10 / step());
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("setup_faults");
    TCase *tests = tcase_create("faults");

    tcase_set_timeout(tests, 1800);
    tcase_add_loop_test(tests, killed, 0, 2);
    tcase_add_loop_test(tests, refused, 0, 2);
    suite_add_tcase(all, tests);
    return all;
}

int main(void)
{
    if (access("/usr/share/slapd/slapd.init.ldif", R_OK) != 0 || slapd_kind() != SLAPD_OPENLDAP) {
        (void)puts("1..0 # SKIP only Debian's slapd has slapd.init.ldif");
        return 0;
    }
    return suite_run(suite());
}
