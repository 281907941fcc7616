/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "invitegate/timestamp.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const struct {
    const char *text;
    long long moment;
} generalized[] = {
    {"19700101000000Z", 0},
    {"19941216103200Z", 787573920},
    {"199412161032Z", 787573920},
    {"199412160532-0500", 787573920}, /* the examples of RFC 4517 */
    {"199412161032Z", 787573920},
    {"1994121610Z", 787572000},
    {"1994121610.5Z", 787573800},
    {"1994121610,25+01", 787569300},
    {"199412161032.5Z", 787573950},
    {"19941216103200.999Z", 787573920},
    {"19941216103200.99999999999999999999999Z", 787573920},
    {"20000229000000Z", 951782400},
    {"20240229235960Z", 1709251200}, /* a leap second is the next second */
    {"20260101000000+0530", 1767205800},
    {"19691231235959Z", -1},
    {"00000101000000Z", -62167219200},
    {"99991231235959Z", 253402300799},
};

START_TEST(generalized_time_is_read)
{
    time_t moment = 1;

    ck_assert(inv_timestamp_parse_generalized(generalized[_i].text, &moment));
    ck_assert_int_eq(moment, generalized[_i].moment);
}
END_TEST

static const char *const not_generalized[] = {
    "",
    "Z",
    "never",
    "2026",
    "20260101",
    "20260101Z",
    "2026010112",
    "20260101000000",
    "20260101000000z",
    "20260101000000Z ",
    " 20260101000000Z",
    "2026010100000Z",
    "202601010Z",
    "20261301000000Z",
    "20260001000000Z",
    "20260100000000Z",
    "20260230000000Z",
    "20250229000000Z",
    "19000229000000Z",
    "20260101240000Z",
    "20260101006000Z",
    "20260101000061Z",
    "20260101000000.Z",
    "20260101000000.5",
    "20260101000000+1",
    "20260101000000+24",
    "20260101000000+0060",
    "20260101000000+01:00",
    "20260101000000+010",
    "20260101000000+01000",
    "-0260101000000Z",
    "2026-01-01T00:00:00Z",
    "20260101000000\xc2\xa0Z",
};

START_TEST(other_texts_are_no_generalized_time)
{
    time_t moment = 1;

    ck_assert(!inv_timestamp_parse_generalized(not_generalized[_i], &moment));
    ck_assert_int_eq(moment, 1);
}
END_TEST

static const struct {
    const char *text;
    long long moment;
} rfc3339[] = {
    {"1985-04-12T23:20:50.52Z", 482196050}, /* the examples of RFC 3339 */
    {"1996-12-19T16:39:57-08:00", 851042397},      {"1990-12-31T23:59:60Z", 662688000},
    {"1937-01-01T12:00:27.87+00:20", -1041337173}, {"2026-01-01t00:00:00z", 1767225600},
    {"2026-01-01T00:00:00-00:00", 1767225600},
};

START_TEST(rfc3339_is_read)
{
    time_t moment = 1;

    ck_assert(inv_timestamp_parse_rfc3339(rfc3339[_i].text, &moment));
    ck_assert_int_eq(moment, rfc3339[_i].moment);
}
END_TEST

static const char *const not_rfc3339[] = {
    "",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00Z",
    "2026-1-1T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00+0100",
    "2026-01-01T00:00:00+01",
    "2026-01-01T00:00:00+25:00",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00Zulu",
    "20260101000000Z",
    "+026-01-01T00:00:00Z",
};

START_TEST(other_texts_are_not_rfc3339)
{
    time_t moment = 1;

    ck_assert(!inv_timestamp_parse_rfc3339(not_rfc3339[_i], &moment));
    ck_assert_int_eq(moment, 1);
}
END_TEST

static void written_is(time_t moment, const char *generalized_text, const char *rfc3339_text)
{
    char text[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(moment, text);
    ck_assert_str_eq(text, generalized_text);
    inv_timestamp_write_rfc3339(moment, text);
    ck_assert_str_eq(text, rfc3339_text);
}

START_TEST(moments_are_written)
{
    written_is(0, "19700101000000Z", "1970-01-01T00:00:00Z");
    written_is(787573920, "19941216103200Z", "1994-12-16T10:32:00Z");
    written_is(-1, "19691231235959Z", "1969-12-31T23:59:59Z");
    written_is(INV_NEVER, INV_NEVER_TEXT, "9999-12-31T23:59:59Z");
    written_is(INV_NEVER + 1, INV_NEVER_TEXT, "9999-12-31T23:59:59Z");
    written_is((time_t)INT64_MAX, INV_NEVER_TEXT, "9999-12-31T23:59:59Z");
    written_is((time_t)INT64_MIN, "00000101000000Z", "0000-01-01T00:00:00Z");
}
END_TEST

/* Ten millennia in odd steps, there and back, compared with the C library's calendar. */
START_TEST(the_calendar_agrees_with_the_system)
{
    char expected[INV_TIMESTAMP_SIZE];
    char text[INV_TIMESTAMP_SIZE];

    ck_assert_int_eq(setenv("TZ", "Europe/Berlin", 1), 0);
    for (time_t moment = -62167219200; moment <= INV_NEVER; moment += 86400 * 101 + 4567) {
        struct tm parts;
        time_t back;

        ck_assert_ptr_nonnull(gmtime_r(&moment, &parts));
        if (parts.tm_year >= 1000 - 1900)
            ck_assert_uint_eq(strftime(expected, sizeof(expected), "%Y%m%d%H%M%SZ", &parts), 15);
        inv_timestamp_write_generalized(moment, text);
        if (parts.tm_year >= 1000 - 1900)
            ck_assert_str_eq(text, expected);
        ck_assert(inv_timestamp_parse_generalized(text, &back));
        ck_assert_int_eq(back, moment);
        inv_timestamp_write_rfc3339(moment, text);
        ck_assert(inv_timestamp_parse_rfc3339(text, &back));
        ck_assert_int_eq(back, moment);
    }
}
END_TEST

START_TEST(seconds_are_read)
{
    static const struct {
        const char *text;
        bool good;
        time_t moment;
    } rows[] = {
        {"", true, 0},
        {"0", true, 0},
        {"1796000000", true, 1796000000},
        {"999999999999", true, 999999999999},
        {"1000000000000", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
        {"1.5", false, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        time_t moment = 7;

        ck_assert_msg(inv_timestamp_parse_seconds(rows[i].text, &moment) == rows[i].good, "%s",
                      rows[i].text);
        ck_assert_int_eq(moment, rows[i].moment);
    }
}
END_TEST

START_TEST(durations_are_read)
{
    long seconds = -1;

    ck_assert(inv_timestamp_parse_duration("0s", &seconds));
    ck_assert_int_eq(seconds, 0);
    ck_assert(inv_timestamp_parse_duration("90s", &seconds));
    ck_assert_int_eq(seconds, 90);
    ck_assert(inv_timestamp_parse_duration("2m", &seconds));
    ck_assert_int_eq(seconds, 120);
    ck_assert(inv_timestamp_parse_duration("1h", &seconds));
    ck_assert_int_eq(seconds, 3600);
    ck_assert(inv_timestamp_parse_duration("7d", &seconds));
    ck_assert_int_eq(seconds, 604800);
    ck_assert(inv_timestamp_parse_duration("0000000002w", &seconds));
    ck_assert_int_eq(seconds, 1209600);
    ck_assert(inv_timestamp_parse_duration("36525d", &seconds));
    ck_assert_int_eq(seconds, 3155760000);
}
END_TEST

static const char *const not_durations[] = {
    "",      "s",      "7",     "7D",           "7 d",         " 7d",         "7d ",
    "-1d",   "+1d",    "1.5h",  "1h30m",        "7days",       "0x10s",       "00000000002w",
    "never", "36526d", "5218w", "99999999999s", "9999999999w", "9999999999s",
};

START_TEST(other_texts_are_no_durations)
{
    long seconds = 1;

    ck_assert(!inv_timestamp_parse_duration(not_durations[_i], &seconds));
    ck_assert_int_eq(seconds, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timestamp");
    TCase *tests = tcase_create("timestamp");

    tcase_add_loop_test(tests, generalized_time_is_read, 0, COUNT(generalized));
    tcase_add_loop_test(tests, other_texts_are_no_generalized_time, 0, COUNT(not_generalized));
    tcase_add_loop_test(tests, rfc3339_is_read, 0, COUNT(rfc3339));
    tcase_add_loop_test(tests, other_texts_are_not_rfc3339, 0, COUNT(not_rfc3339));
    tcase_add_test(tests, moments_are_written);
    tcase_add_test(tests, the_calendar_agrees_with_the_system);
    tcase_add_test(tests, seconds_are_read);
    tcase_add_test(tests, durations_are_read);
    tcase_add_loop_test(tests, other_texts_are_no_durations, 0, COUNT(not_durations));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
