/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TIMESTAMP_H
#define INVITEGATE_TIMESTAMP_H

#include <stdbool.h>
#include <time.h>

/*
 * Times as directories, people and scripts write them. All are seconds since 1970-01-01 UTC; no
 * function looks at the time zone or the locale. All are thread-safe.
 */

#define INV_NEVER_TEXT     "99991231235959Z" /* the generalizedTime that means "never" */
#define INV_NEVER          ((time_t)253402300799)
#define INV_TIMESTAMP_SIZE 32 /* fits every text written here, with its NUL */

/*
 * RFC 4517 3.3.13, every form: minutes and seconds left out, offsets, fractions (of an hour or a
 * minute where those are left out; those of a second are dropped).
 */
bool inv_timestamp_parse_generalized(const char *text, time_t *moment);

/* Writes YYYYmmddHHMMSSZ; moments past INV_NEVER are written as that, before year 0 as its start.
 */
void inv_timestamp_write_generalized(time_t moment, char text[INV_TIMESTAMP_SIZE]);

/* RFC 3339 date-time with Z or an offset; fractions are dropped. */
bool inv_timestamp_parse_rfc3339(const char *text, time_t *moment);

/* Writes YYYY-mm-ddTHH:MM:SSZ, with the same limits. */
void inv_timestamp_write_rfc3339(time_t moment, char text[INV_TIMESTAMP_SIZE]);

/* Seconds since 1970 as decimal digits, at most 12; an empty text is 0. Else false, and 0. */
bool inv_timestamp_parse_seconds(const char *text, time_t *moment);

/*
 * A duration: a decimal number and one of s m h d w ("7d"), nothing else; 1 to 10 digits.
 * False for anything else and for more than 100 years.
 */
bool inv_timestamp_parse_duration(const char *text, long *seconds);

#endif
