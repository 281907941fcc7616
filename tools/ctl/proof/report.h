/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_REPORT_H
#define INVITEGATE_TOOLS_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* What init and doctor found out, one row a check. */

typedef enum ctl_status {
    CTL_FINE,
    CTL_NOTE,    /* nothing wrong, but something could not be seen or may matter */
    CTL_UNSEEN,  /* has to be looked at, and could not be */
    CTL_FINDING, /* has to be changed */
} ctl_status;

typedef struct ctl_report ctl_report;

/* NULL: out of memory. */
ctl_report *ctl_report_new(void);
void ctl_report_free(ctl_report **report);

/* A row beside what was found. Texts are copied when it is added. */
typedef struct ctl_row {
    ctl_status status;
    const char *check;
    const char *domain; /* NULL: the whole site */
    const char *remedy; /* NULL: none */
} ctl_row;

/*
 * Adds a row with what was found. When memory is too short for it, it counts as a finding all the
 * same.
 */
void ctl_report_add(ctl_report *report, const ctl_row *row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ctl_report_add_list(ctl_report *report, const ctl_row *row, const char *format,
                         va_list arguments) __attribute__((format(printf, 3, 0)));

/* How many rows are findings; how many are findings or unseen. */
size_t ctl_report_findings(const ctl_report *report);
size_t ctl_report_open(const ctl_report *report);

/* Whether a row of this check says just that. */
bool ctl_report_has(const ctl_report *report, const char *check, const char *what);

/*
 * Prints rows with their remedies, or with json one object a row: check, domain, status, what,
 * remedy. brief: without those that are fine, unless with json. False: out of memory.
 */
bool ctl_report_print(const ctl_report *report, bool json, bool brief);

#endif
