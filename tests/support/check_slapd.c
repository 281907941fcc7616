/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/config.h"
#include "tests/support/slapd.h"
#include "tests/support/suite.h"

/* The fixture itself: tests that lean on it must not be fooled by it, nor leave servers behind. */

static bool gone(const char *directory)
{
    for (int tries = 0; tries < 1000; tries++) {
        if (access(directory, F_OK) != 0 && errno == ENOENT)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    return false;
}

/* Ended, even if nobody has waited for it. */
static bool ended(pid_t pid)
{
    char path[64];
    char line[256] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
    file = fopen(path, "r");
    if (!file)
        return true;
    if (fread(line, 1, sizeof(line) - 1, file) == 0)
        line[0] = '\0';
    fclose(file);
    return line[0] == '\0';
}

START_TEST(it_runs_and_stops)
{
    const char *const options[] = {"--threads", "4", NULL};
    struct slapd *slapd = slapd_start(options);
    char directory[256];
    pid_t pid;

    ck_assert_ptr_nonnull(slapd);
    snprintf(directory, sizeof(directory), "%s", slapd_directory(slapd));
    pid = slapd_pid(slapd);
    ck_assert(!ended(pid));
    ck_assert_int_eq(access(slapd_admin_password_path(slapd), R_OK), 0);
    ck_assert_int_eq(slapd_modify(slapd, "dn: ou=more,dc=example,dc=org\nchangetype: add\n"
                                         "objectClass: organizationalUnit\nou: more\n"),
                     0);
    ck_assert_int_eq(slapd_modify(slapd, "dn: ou=none,dc=example,dc=org\nchangetype: delete\n"),
                     32);
    slapd_stop(&slapd);
    ck_assert_ptr_null(slapd);
    ck_assert(ended(pid));
    ck_assert(gone(directory));
}
END_TEST

START_TEST(it_has_a_configuration)
{
    struct slapd *slapd = slapd_start(NULL);
    inv_config *config = NULL;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result;

    ck_assert_ptr_nonnull(slapd);
    result = inv_config_read(slapd_conf_path(slapd), &config, &verdict);
    ck_assert_msg(result == INV_OK, "%s", verdict.why);
    ck_assert_str_eq(config->directory.uris[0], slapd_uri(slapd));
    ck_assert_ptr_nonnull(strstr(config->key_file, slapd_directory(slapd)));
    inv_config_free(&config);
    slapd_stop(&slapd);
}
END_TEST

START_TEST(a_wrong_option_is_no_server)
{
    const char *const options[] = {"--no-such-option", NULL};

    ck_assert_ptr_null(slapd_start(options));
}
END_TEST

/* The process that has it is killed without a chance to clean up. */
START_TEST(it_ends_with_its_process)
{
    struct {
        pid_t pid;
        char directory[256];
    } server = {.pid = 0};
    int pipes[2];
    pid_t owner;

    ck_assert_int_eq(pipe(pipes), 0);
    owner = fork();
    ck_assert_int_ge(owner, 0);
    if (owner == 0) {
        struct slapd *slapd = slapd_start(NULL);

        if (slapd) {
            server.pid = slapd_pid(slapd);
            snprintf(server.directory, sizeof(server.directory), "%s", slapd_directory(slapd));
        }
        if (write(pipes[1], &server, sizeof(server)) != (ssize_t)sizeof(server))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    close(pipes[1]);
    ck_assert_int_eq(read(pipes[0], &server, sizeof(server)), (ssize_t)sizeof(server));
    close(pipes[0]);
    ck_assert_int_gt(server.pid, 0);
    waitpid(owner, NULL, 0);
    ck_assert(gone(server.directory));
    ck_assert(ended(server.pid));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slapd");
    TCase *tests = tcase_create("the fixture");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, it_runs_and_stops);
    tcase_add_test(tests, it_has_a_configuration);
    tcase_add_test(tests, a_wrong_option_is_no_server);
    tcase_add_test(tests, it_ends_with_its_process);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
