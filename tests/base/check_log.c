/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/log.h"
#include "invitegate/utf8.h"
#include "tests/support/suite.h"

/*
 * Stand in for the C library's syslog(3), in both names that it may be called by; <syslog.h> stays
 * out because it may define them inline. The priorities are those of RFC 5424: facility 10 is
 * security/authorization.
 */
void syslog(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int syslog_priority;
static char syslog_line[2048];

void syslog(int priority, const char *format, ...)
{
    va_list arguments;

    syslog_priority = priority;
    va_start(arguments, format);
    (void)vsnprintf(syslog_line, sizeof(syslog_line), format, arguments);
    va_end(arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    syslog_priority = priority;
    va_start(arguments, format);
    (void)vsnprintf(syslog_line, sizeof(syslog_line), format, arguments);
    va_end(arguments);
}

typedef struct heard {
    int lines;
    inv_log_level level;
    char line[1280];
} heard;

static void hear(void *context, inv_log_level level, const char *line)
{
    heard *to = context;

    to->lines++;
    to->level = level;
    (void)snprintf(to->line, sizeof(to->line), "%s", line);
}

START_TEST(the_threshold_holds_lines_back)
{
    heard to = {0};
    inv_log *log = inv_log_new(INV_LOG_NOTICE, hear, &to);

    ck_assert_ptr_nonnull(log);
    inv_log_write(log, INV_LOG_INFO, "not me");
    inv_log_write(log, INV_LOG_DEBUG, "nor me");
    ck_assert_int_eq(to.lines, 0);
    inv_log_write(log, INV_LOG_NOTICE, "number %d", 1);
    ck_assert_int_eq(to.lines, 1);
    ck_assert_int_eq(to.level, INV_LOG_NOTICE);
    ck_assert_str_eq(to.line, "number 1");
    inv_log_write(log, INV_LOG_ERROR, "number 2");
    ck_assert_int_eq(to.level, INV_LOG_ERROR);
    inv_log_free(&log);
    ck_assert_ptr_null(log);
    inv_log_free(&log);
    inv_log_write(NULL, INV_LOG_ERROR, "nobody hears");
    ck_assert_int_eq(to.lines, 2);
}
END_TEST

START_TEST(no_value_forges_a_line)
{
    heard to = {0};
    inv_log *log = inv_log_new(INV_LOG_DEBUG, hear, &to);

    inv_log_write(log, INV_LOG_INFO, "%s",
                  "a\nb\r\tc\x1b[1m\x7f\xff\xc2\x9b"
                  "d \xc3\xa9\xe2\x82\xac\\\"");
    ck_assert_str_eq(to.line, "a\\x0ab\\x0d\\x09c\\x1b[1m\\x7f\\xff\\xc2\\x9bd "
                              "\xc3\xa9\xe2\x82\xac\\\"");
    inv_log_free(&log);
}
END_TEST

START_TEST(a_line_is_cut_between_characters)
{
    heard to = {0};
    inv_log *log = inv_log_new(INV_LOG_DEBUG, hear, &to);
    char longer[1300];

    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    inv_log_write(log, INV_LOG_INFO, "%s", longer);
    ck_assert_uint_eq(strlen(to.line), 1023);
    memset(longer, '\n', sizeof(longer) - 1);
    inv_log_write(log, INV_LOG_INFO, "%s", longer);
    ck_assert_uint_eq(strlen(to.line), 1020);
    for (size_t i = 0; i + 2 < sizeof(longer); i += 3)
        memcpy(longer + i, "\xe2\x82\xac", 3);
    for (size_t shift = 0; shift < 3; shift++) {
        memset(longer, 'x', shift);
        memcpy(longer + shift, "\xe2\x82\xac\xe2\x82\xac", 6);
        for (size_t i = shift; i + 3 < sizeof(longer); i += 3)
            memcpy(longer + i, "\xe2\x82\xac", 3);
        inv_log_write(log, INV_LOG_INFO, "%s", longer);
        ck_assert(inv_utf8_valid(to.line, strlen(to.line)));
        ck_assert_uint_eq(strlen(to.line), shift + (1023 - shift) / 3 * 3);
        ck_assert_ptr_null(strchr(to.line, '\\'));
    }
    inv_log_free(&log);
}
END_TEST

START_TEST(a_verdict_is_one_stable_line)
{
    heard to = {0};
    inv_log *log = inv_log_new(INV_LOG_NOTICE, hear, &to);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_origin origin = {"example.org", "xmpp", "192.0.2.7"};

    (void)snprintf(verdict.invite_id, sizeof(verdict.invite_id), "%s",
                   "fe8ed1b9e1c311291f06daec7dba860f82c3632a");
    (void)snprintf(verdict.user, sizeof(verdict.user), "bob@example.org");
    inv_verdict_set(&verdict, INV_BAD_TOKEN, "used by \"eve\\\"");
    inv_log_verdict(log, &verdict, &origin);
    ck_assert_str_eq(to.line, "result=BAD_TOKEN invite=fe8ed1b9e1c311291f06daec7dba860f82c3632a "
                              "user=\"bob@example.org\" domain=\"example.org\" service=\"xmpp\" "
                              "rhost=\"192.0.2.7\" why=\"used by \\\"eve\\\\\\\"\"");
    ck_assert_int_eq(to.level, INV_LOG_NOTICE);
    inv_log_free(&log);
}
END_TEST

START_TEST(missing_values_stand_as_a_dash)
{
    heard to = {0};
    inv_log *log = inv_log_new(INV_LOG_ERROR, hear, &to);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_origin origin = {NULL, "", NULL};

    inv_log_verdict(NULL, &verdict, &origin);
    inv_log_verdict(log, &verdict, &origin);
    ck_assert_int_eq(to.lines, 0); /* a verdict is a notice */
    verdict.result = INV_TIMEOUT;
    inv_log_verdict(log, &verdict, &origin);
    ck_assert_str_eq(to.line, "result=TIMEOUT invite=- user=\"-\" domain=\"-\" service=\"-\" "
                              "rhost=\"-\" why=\"-\"");
    ck_assert_int_eq(to.level, INV_LOG_ERROR);
    inv_log_free(&log);
}
END_TEST

START_TEST(long_values_leave_the_form_whole)
{
    heard to = {0};
    inv_log *log = inv_log_new(INV_LOG_NOTICE, hear, &to);
    inv_verdict verdict = INV_VERDICT_INIT;
    char longer[1300];
    inv_origin origin = {longer, longer, longer};
    size_t length;

    memset(longer, '"', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    memset(verdict.invite_id, 'f', sizeof(verdict.invite_id) - 1);
    memset(verdict.user, '\n', sizeof(verdict.user) - 1);
    memset(verdict.why, '\\', sizeof(verdict.why) - 1);
    verdict.result = INV_PASSWORD_REFUSED;
    inv_log_verdict(log, &verdict, &origin);
    length = strlen(to.line);
    ck_assert_uint_le(length, 1023);
    ck_assert_uint_ge(length, 1021);
    ck_assert_str_eq(to.line + length - 3, "\\\\\"");
    ck_assert_ptr_nonnull(strstr(to.line, "\\x0a\" domain=\"\\\""));
    ck_assert_ptr_nonnull(strstr(to.line, "\\\"\" service=\"\\\""));
    ck_assert_ptr_nonnull(strstr(to.line, "\\\"\" rhost=\"\\\""));
    ck_assert_ptr_nonnull(strstr(to.line, "\\\"\" why=\"\\\\"));
    inv_log_free(&log);
}
END_TEST

START_TEST(syslog_gets_the_priority)
{
    static const int severity[] = {3, 4, 5, 6, 7};

    for (int level = INV_LOG_ERROR; level <= INV_LOG_DEBUG; level++) {
        inv_log_to_syslog(NULL, (inv_log_level)level, "50% of %s");
        ck_assert_int_eq(syslog_priority, 10 << 3 | severity[level]);
        ck_assert_str_eq(syslog_line, "50% of %s");
    }
}
END_TEST

START_TEST(stderr_gets_a_prefix)
{
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    char text[64] = "";

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(kept, 0);
    ck_assert_int_eq(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
    inv_log_to_stderr(NULL, INV_LOG_WARNING, "50% of %s");
    ck_assert_int_eq(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    rewind(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
    ck_assert_str_eq(text, "invitegate: 50% of %s\n");
    (void)close(kept);
    (void)fclose(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");

    tcase_add_test(tests, the_threshold_holds_lines_back);
    tcase_add_test(tests, no_value_forges_a_line);
    tcase_add_test(tests, a_line_is_cut_between_characters);
    tcase_add_test(tests, a_verdict_is_one_stable_line);
    tcase_add_test(tests, missing_values_stand_as_a_dash);
    tcase_add_test(tests, long_values_leave_the_form_whole);
    tcase_add_test(tests, syslog_gets_the_priority);
    tcase_add_test(tests, stderr_gets_a_prefix);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
