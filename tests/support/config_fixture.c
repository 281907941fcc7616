/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/config_fixture.h"
#include "tests/support/folder.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[280];
char config_path[300];

static void set_up(void)
{
    (void)snprintf(folder, sizeof(folder), "%s/XXXXXX", folder_path);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(config_path, sizeof(config_path), "%s/invitegate.conf", folder);
}

static void tear_down(void)
{
    (void)unlink(config_path);
    (void)rmdir(config_path);
    (void)rmdir(folder);
}

void config_write(const char *bytes, size_t length)
{
    int descriptor = open(config_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, bytes, length), (ssize_t)length);
    ck_assert_int_eq(close(descriptor), 0);
}

inv_config *config_read_good(const char *text)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;

    config_write(text, strlen(text));
    ck_assert_msg(inv_config_read(config_path, &config, &verdict) == INV_OK, "%s\n%s", verdict.why,
                  text);
    ck_assert_ptr_nonnull(config);
    return config;
}

void config_refuse_bytes(const char *bytes, size_t length, unsigned line, const char *words)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = (inv_config *)&verdict;
    char start[sizeof(config_path) + 16];

    if (line > 0)
        (void)snprintf(start, sizeof(start), "%s:%u: ", config_path, line);
    else
        (void)snprintf(start, sizeof(start), "%s", config_path);
    config_write(bytes, length);
    ck_assert_msg(inv_config_read(config_path, &config, &verdict) == INV_CONFIG, "taken:\n%s",
                  bytes);
    ck_assert_ptr_null(config);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_msg(strncmp(verdict.why, start, strlen(start)) == 0, "%s\nnot at line %u:\n%s",
                  verdict.why, line, bytes);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s\nlacks \"%s\":\n%s", verdict.why, words,
                  bytes);
}

void config_refuse(const char *text, unsigned line, const char *words)
{
    config_refuse_bytes(text, strlen(text), line, words);
}

int config_suite_run(const char *name, void (*add_tests)(TCase *tests))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);

    tcase_add_unchecked_fixture(tests, folder_make, folder_remove);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
