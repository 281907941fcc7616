/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/config_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "invitegate/trusted_file.h"

static void expect_open(bool secret, const char *words)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    int descriptor = inv_trusted_file_open(config_path, secret, "make it", &verdict);

    if (words == NULL) {
        ck_assert_msg(descriptor >= 0, "%s", verdict.why);
        ck_assert_int_eq(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        ck_assert_int_eq(close(descriptor), 0);
        return;
    }
    ck_assert_int_eq(descriptor, -1);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_msg(strncmp(verdict.why, config_path, strlen(config_path)) == 0, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s", verdict.why);
}

START_TEST(a_mode_is_judged)
{
    static const struct {
        mode_t mode;
        const char *plain;
        const char *secret;
    } modes[] = {
        {0600, NULL, NULL},
        {0400, NULL, NULL},
        {0640, NULL, NULL},
        {0644, NULL, "chmod o="},
        {0755, NULL, "chmod o="},
        {0601, NULL, "chmod o="},
        {0660, "chmod go-w", "chmod go-w"},
        {0620, "chmod go-w", "chmod go-w"},
        {0602, "chmod go-w", "chmod go-w"},
        {0666, "chmod go-w", "chmod go-w"},
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        config_write(MINIMAL, strlen(MINIMAL));
        ck_assert_int_eq(chmod(config_path, modes[i].mode), 0);
        expect_open(false, modes[i].plain);
        expect_open(true, modes[i].secret);
        ck_assert_int_eq(unlink(config_path), 0);
    }
}
END_TEST

START_TEST(only_a_regular_file_is_opened)
{
    char target[sizeof(config_path) + 8];

    expect_open(false, "No such file or directory (make it)");
    ck_assert_int_eq(mkdir(config_path, 0700), 0);
    expect_open(false, "a directory");
    ck_assert_int_eq(rmdir(config_path), 0);
    ck_assert_int_eq(mkfifo(config_path, 0600), 0);
    expect_open(true, "a FIFO");
    ck_assert_int_eq(unlink(config_path), 0);
    ck_assert_int_eq(symlink("/dev/null", config_path), 0);
    expect_open(false, "a device");
    ck_assert_int_eq(unlink(config_path), 0);

    /* a link is as good as what it leads to */
    config_write(MINIMAL, strlen(MINIMAL));
    (void)snprintf(target, sizeof(target), "%s.target", config_path);
    ck_assert_int_eq(rename(config_path, target), 0);
    ck_assert_int_eq(symlink(target, config_path), 0);
    expect_open(true, NULL);
    ck_assert_int_eq(chmod(target, 0666), 0);
    expect_open(false, "chmod go-w");
    ck_assert_int_eq(unlink(target), 0);
    expect_open(false, "No such file or directory (make it)");
}
END_TEST

START_TEST(a_strangers_file_is_refused)
{
    config_write(MINIMAL, strlen(MINIMAL));
    if (geteuid() != 0)
        return; /* cannot give a file away */
    ck_assert_int_eq(chown(config_path, 65534, 65534), 0);
    expect_open(false, "chown root");
    expect_open(true, "belongs to user id 65534");
}
END_TEST

START_TEST(reading_keeps_to_the_same_rules)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;

    ck_assert_int_eq(inv_config_read(config_path, &config, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, config_path));
    config_write(MINIMAL, strlen(MINIMAL));
    ck_assert_int_eq(chmod(config_path, 0646), 0);
    ck_assert_int_eq(inv_config_read(config_path, &config, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "chmod go-w"));
    ck_assert_ptr_null(config);
    ck_assert_int_eq(chmod(config_path, 0644), 0);
    ck_assert_int_eq(inv_config_read(config_path, &config, &verdict), INV_OK);
    inv_config_free(&config);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_mode_is_judged);
    tcase_add_test(tests, only_a_regular_file_is_opened);
    tcase_add_test(tests, a_strangers_file_is_refused);
    tcase_add_test(tests, reading_keeps_to_the_same_rules);
}

int main(void)
{
    return config_suite_run("config file", add_tests);
}
