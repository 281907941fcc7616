/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/proof.h"
#include "tests/support/suite.h"

/* What doctor says of a file of users that ends in this way: stands in for fgetpwent_r(3). */
static int last_answer;

static ctl_status told;
static char words[256];

#pragma GCC visibility push(default)
int fgetpwent_r(FILE *file, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
    (void)file;
    (void)entry;
    (void)buffer;
    (void)size;
    *result = NULL;
    return last_answer;
}
#pragma GCC visibility pop

void ctl_report_add_list(ctl_report *report, const ctl_row *row, const char *format,
                         va_list arguments)
{
    (void)report;
    ck_assert_str_eq(row->check, "local users");
    told = row->status;
    (void)vsnprintf(words, sizeof(words), format, arguments);
}

static const struct ending {
    int answer;
    ctl_status status;
    const char *words;
} endings[] = {
    {ENOENT, CTL_FINE, "every user"},       /* the end of the file */
    {ERANGE, CTL_UNSEEN, "cannot be read"}, /* a line that is longer than the buffer */
    {EIO, CTL_UNSEEN, "cannot be read"},    /* the disk */
};

START_TEST(how_the_file_ends)
{
    inv_config config = {.directory = {.timeout_ms = 1000}};
    inv_domain domain = {.name = NULL};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = {.config = &config, .domain = &domain, .verdict = &verdict};
    ctl_proof proof = {.config = &config, .domain = &domain, .call = &call};

    last_answer = endings[_i].answer;
    words[0] = '\0';
    ck_assert_int_eq(ctl_check_local_users(&proof), INV_OK);
    ck_assert_msg(told == endings[_i].status && strstr(words, endings[_i].words) != NULL, "%d: %s",
                  last_answer, words);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl_users");
    TCase *tests = tcase_create("tests");

    tcase_add_loop_test(tests, how_the_file_ends, 0, (int)(sizeof(endings) / sizeof(*endings)));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
