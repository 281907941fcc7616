/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/timestamp.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

/*
 * The calendar is computed here: gmtime(3) and timegm(3) count leap seconds when the host runs with
 * a TZ of the "right/" kind.
 */

#define DAYS_TO_1970            719528LL /* from 0000-01-01, proleptic Gregorian */
#define SECONDS_A_DAY           86400LL
#define SECONDS_A_HUNDRED_YEARS (36525 * SECONDS_A_DAY)
#define SECONDS_DIGITS_MAX      12 /* of seconds since 1970: some 31 000 years */

struct civil {
    int year; /* 0 to 9999 */
    int month;
    int day;
    int hour;
    int minute;
    int second;
};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 0000-01-01 to the first of January of year. */
static int64_t days_before(int year)
{
    int64_t past = year - 1;

    return year == 0 ? 0 : 366 + past * 365 + past / 4 - past / 100 + past / 400;
}

static bool is_civil(const struct civil *civil)
{
    return civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_in(civil->year, civil->month) && civil->hour <= 23 &&
           civil->minute <= 59 && civil->second <= 60; /* 60: a leap second */
}

static int64_t civil_to_seconds(const struct civil *civil)
{
    int64_t days = days_before(civil->year) + civil->day - 1 - DAYS_TO_1970;

    for (int month = 1; month < civil->month; month++)
        days += days_in(civil->year, month);
    return days * SECONDS_A_DAY + civil->hour * 3600LL + civil->minute * 60LL + civil->second;
}

static struct civil civil_from_seconds(time_t moment)
{
    struct civil civil = {.month = 1};
    int64_t seconds = moment;
    int64_t days;
    int rest;

    if (seconds > INV_NEVER)
        seconds = INV_NEVER;
    if (seconds < -DAYS_TO_1970 * SECONDS_A_DAY)
        seconds = -DAYS_TO_1970 * SECONDS_A_DAY;
    seconds += DAYS_TO_1970 * SECONDS_A_DAY;
    days = seconds / SECONDS_A_DAY;
    rest = (int)(seconds % SECONDS_A_DAY);
    civil.year = (int)(days / 366); /* never too late, at most 28 years too early */
    while (days_before(civil.year + 1) <= days)
        civil.year++;
    days -= days_before(civil.year);
    while (days >= days_in(civil.year, civil.month)) {
        days -= days_in(civil.year, civil.month);
        civil.month++;
    }
    civil.day = (int)days + 1;
    civil.hour = rest / 3600;
    civil.minute = rest / 60 % 60;
    civil.second = rest % 60;
    return civil;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Reads exactly count digits and moves *text behind them. */
static bool take_digits(const char **text, int count, int *number)
{
    const char *position = *text;

    *number = 0;
    for (int i = 0; i < count; i++, position++) {
        if (!is_digit(*position))
            return false;
        *number = *number * 10 + (*position - '0');
    }
    *text = position;
    return true;
}

static bool take(const char **text, char character)
{
    if (**text != character)
        return false;
    (*text)++;
    return true;
}

/* A fraction of unit seconds, as whole seconds. At least one digit. */
static bool take_fraction(const char **text, int unit, int *seconds)
{
    int64_t numerator = 0;
    int64_t denominator = 1;

    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); (*text)++) {
        if (denominator < 1000000000000LL) {
            numerator = numerator * 10 + (**text - '0');
            denominator *= 10;
        }
    }
    *seconds = (int)(numerator * unit / denominator);
    return true;
}

/* Z, or an offset: its seconds are to be subtracted. The text must end there. */
static bool take_zone(const char **text, bool with_colon, int *offset)
{
    bool east = **text == '+';
    int hours;
    int minutes = 0;

    *offset = 0;
    if (take(text, 'Z') || (with_colon && take(text, 'z')))
        return **text == '\0';
    if (!take(text, '+') && !take(text, '-'))
        return false;
    if (!take_digits(text, 2, &hours))
        return false;
    if (with_colon && !take(text, ':'))
        return false;
    if ((with_colon || **text != '\0') && !take_digits(text, 2, &minutes))
        return false;
    if (**text != '\0' || hours > 23 || minutes > 59)
        return false;
    *offset = (hours * 3600 + minutes * 60) * (east ? 1 : -1);
    return true;
}

bool inv_timestamp_parse_generalized(const char *text, time_t *moment)
{
    struct civil civil = {0};
    int unit = 3600;
    int fraction = 0;
    int offset;

    if (!take_digits(&text, 4, &civil.year) || !take_digits(&text, 2, &civil.month) ||
        !take_digits(&text, 2, &civil.day) || !take_digits(&text, 2, &civil.hour))
        return false;
    if (is_digit(*text)) {
        unit = 60;
        if (!take_digits(&text, 2, &civil.minute))
            return false;
        if (is_digit(*text)) {
            unit = 1;
            if (!take_digits(&text, 2, &civil.second))
                return false;
        }
    }
    if ((take(&text, '.') || take(&text, ',')) && !take_fraction(&text, unit, &fraction))
        return false;
    if (!take_zone(&text, false, &offset) || !is_civil(&civil))
        return false;
    *moment = (time_t)(civil_to_seconds(&civil) + fraction - offset);
    return true;
}

bool inv_timestamp_parse_rfc3339(const char *text, time_t *moment)
{
    struct civil civil = {0};
    int fraction;
    int offset;

    if (!take_digits(&text, 4, &civil.year) || !take(&text, '-') ||
        !take_digits(&text, 2, &civil.month) || !take(&text, '-') ||
        !take_digits(&text, 2, &civil.day) || (!take(&text, 'T') && !take(&text, 't')) ||
        !take_digits(&text, 2, &civil.hour) || !take(&text, ':') ||
        !take_digits(&text, 2, &civil.minute) || !take(&text, ':') ||
        !take_digits(&text, 2, &civil.second))
        return false;
    if (take(&text, '.') && !take_fraction(&text, 1, &fraction))
        return false;
    if (!take_zone(&text, true, &offset) || !is_civil(&civil))
        return false;
    *moment = (time_t)(civil_to_seconds(&civil) - offset);
    return true;
}

static char *put_digits(char *text, int count, int number)
{
    for (int i = count - 1; i >= 0; i--) {
        text[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return text + count;
}

static char *put(char *text, const char *between)
{
    while (*between != '\0')
        *text++ = *between++;
    return text;
}

static void write_civil(time_t moment, const char *dash, const char *t, const char *colon,
                        char *text)
{
    struct civil civil = civil_from_seconds(moment);

    text = put(put_digits(text, 4, civil.year), dash);
    text = put(put_digits(text, 2, civil.month), dash);
    text = put(put_digits(text, 2, civil.day), t);
    text = put(put_digits(text, 2, civil.hour), colon);
    text = put(put_digits(text, 2, civil.minute), colon);
    text = put(put_digits(text, 2, civil.second), "Z");
    *text = '\0';
}

void inv_timestamp_write_generalized(time_t moment, char text[INV_TIMESTAMP_SIZE])
{
    write_civil(moment, "", "", "", text);
}

void inv_timestamp_write_rfc3339(time_t moment, char text[INV_TIMESTAMP_SIZE])
{
    write_civil(moment, "-", "T", ":", text);
}

static int64_t seconds_in(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return SECONDS_A_DAY;
    case 'w':
        return 7 * SECONDS_A_DAY;
    default:
        return 0;
    }
}

bool inv_timestamp_parse_seconds(const char *text, time_t *moment)
{
    size_t length = strspn(text, "0123456789");
    time_t seconds = 0;

    *moment = 0;
    if (text[length] != '\0' || length > SECONDS_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        seconds = seconds * 10 + (text[i] - '0');
    *moment = seconds;
    return true;
}

bool inv_timestamp_parse_duration(const char *text, long *seconds)
{
    int64_t number = 0;
    int digits = 0;
    int64_t unit;

    for (; is_digit(*text) && digits < 10; text++, digits++)
        number = number * 10 + (*text - '0');
    unit = seconds_in(*text);
    if (digits == 0 || unit == 0 || text[1] != '\0')
        return false;
    if (number > SECONDS_A_HUNDRED_YEARS / unit || number * unit > LONG_MAX)
        return false;
    *seconds = (long)(number * unit);
    return true;
}
