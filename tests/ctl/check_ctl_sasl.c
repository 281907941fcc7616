/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proof/sasl_files.h"
#include "tests/support/suite.h"

/* What doctor says of the configurations of Cyrus SASL's programs. */

static char told[2048]; /* "0 WORDS" a row, with its status */
static size_t findings;

void ctl_report_add(ctl_report *report, const ctl_row *row, const char *format, ...)
{
    size_t used = strlen(told);
    va_list arguments;

    (void)report;
    ck_assert_str_eq(row->check, "SASL");
    ck_assert(row->status == CTL_FINE || row->remedy != NULL);
    findings += row->status == CTL_FINDING ? 1 : 0;
    ck_assert_uint_lt(used, sizeof(told) / 2);
    told[used++] = (char)('0' + row->status);
    told[used++] = ' ';
    va_start(arguments, format);
    (void)vsnprintf(told + used, sizeof(told) - used, format, arguments);
    va_end(arguments);
}

#define OURS   "invite_conf: /etc/passwd\n"
#define LISTED "mech_list: SCRAM-SHA-256 PLAIN\n"

static const struct {
    const char *name;
    const char *text;
    size_t findings;
    const char *words; /* "": nothing is said */
} files[] = {
    {"svn.conf", OURS LISTED, 0, "0 libinvite.so serves 1 program of this host"},
    {"svn.conf", "  Invite_Conf:\t/etc/passwd\nMECH_LIST: PLAIN\n", 0, "0 libinvite.so serves 1"},
    {"svn.conf", OURS, 0, "1 "},
    {"svn.conf", "invite_conf: /nonexistent/x.conf\n" LISTED, 1, "names /nonexistent/x.conf"},
    {"svn.conf", "invite_conf: etc/passwd\n" LISTED, 1, "names etc/passwd"},
    {"svn.conf", "invite_attributes: mail\n", 0, "has no mech_list"},
    {"svn.conf", "# invite_conf: /nonexistent/x.conf\npwcheck_method: saslauthd\n", 0, ""},
    {"svn.conf~", "invite_conf: /nonexistent/x.conf\n", 0, ""},
    {"prosody.conf", "pwcheck_method: saslauthd\nmech_list: PLAIN\n", 0, ""},
    {"prosody.conf", "pwcheck_method: saslauthd\n", 1, "offers SCRAM"},
    {"prosody.conf", OURS "mech_list: PLAIN X-INVITE-TOKEN\n", 0, "0 libinvite.so serves 1"},
    {"prosody.conf", OURS "mech_list: PLAIN scram-sha-1\n", 1, "offers SCRAM"},
};

START_TEST(a_file)
{
    char folder[] = "/tmp/invitegate-check.XXXXXX";
    char path[256];
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/%s", folder, files[_i].name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs(files[_i].text, file);
    (void)fclose(file);
    (void)snprintf(path, sizeof(path), "/nonexistent:%s", folder);
    ck_assert_int_eq(setenv("SASL_CONF_PATH", path, 1), 0);
    told[0] = '\0';
    findings = 0;
    ctl_check_sasl_files(NULL);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, files[_i].name);
    (void)unlink(path);
    (void)rmdir(folder);
    ck_assert_msg(findings == files[_i].findings, "%s", told);
    ck_assert_msg(files[_i].words[0] == '\0' ? told[0] == '\0'
                                             : strstr(told, files[_i].words) != NULL,
                  "%s", told);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl_sasl");
    TCase *tests = tcase_create("tests");

    tcase_add_loop_test(tests, a_file, 0, (int)(sizeof(files) / sizeof(*files)));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
