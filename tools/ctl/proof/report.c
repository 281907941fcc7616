/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "io/output.h"

typedef struct stored_row {
    ctl_status status;
    char check[24];
    char *domain;
    char *remedy;
    char *what;
} stored_row;

struct ctl_report {
    stored_row *rows;
    size_t count;
    size_t findings;
    size_t unseen;
};

ctl_report *ctl_report_new(void)
{
    return calloc(1, sizeof(ctl_report));
}

void ctl_report_free(ctl_report **report)
{
    if (*report == NULL)
        return;
    for (size_t i = 0; i < (*report)->count; i++) {
        free((*report)->rows[i].domain);
        free((*report)->rows[i].remedy);
        free((*report)->rows[i].what);
    }
    free((*report)->rows);
    free(*report);
    *report = NULL;
}

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

void ctl_report_add_list(ctl_report *report, const ctl_row *row, const char *format,
                         va_list arguments)
{
    stored_row *rows = reallocarray(report->rows, report->count + 1, sizeof(*rows));
    stored_row *last;

    if (row->status == CTL_FINDING)
        report->findings++;
    if (row->status == CTL_UNSEEN)
        report->unseen++;
    if (rows == NULL) {
        report->findings++;
        return;
    }
    report->rows = rows;
    last = &rows[report->count++];
    memset(last, 0, sizeof(*last));
    last->status = row->status;
    (void)snprintf(last->check, sizeof(last->check), "%s", row->check);
    last->domain = copy(row->domain);
    last->remedy = copy(row->remedy);
    if (vasprintf(&last->what, format, arguments) < 0)
        last->what = NULL;
}

void ctl_report_add(ctl_report *report, const ctl_row *row, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    ctl_report_add_list(report, row, format, arguments);
    va_end(arguments);
}

size_t ctl_report_findings(const ctl_report *report)
{
    return report->findings;
}

size_t ctl_report_open(const ctl_report *report)
{
    return report->findings + report->unseen;
}

bool ctl_report_has(const ctl_report *report, const char *check, const char *what)
{
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->rows[i].check, check) == 0 && report->rows[i].what != NULL &&
            strcmp(report->rows[i].what, what) == 0)
            return true;
    }
    return false;
}

static const char *status_name(ctl_status status)
{
    static const char *const names[] = {
        [CTL_FINE] = "ok", [CTL_NOTE] = "note", [CTL_UNSEEN] = "unseen", [CTL_FINDING] = "finding"};

    return names[status];
}

static bool print_json(const stored_row *each)
{
    json_t *object = json_object();

    ctl_json_text(object, "check", each->check);
    ctl_json_text(object, "domain", each->domain);
    ctl_json_text(object, "status", status_name(each->status));
    ctl_json_text(object, "what", each->what);
    ctl_json_text(object, "remedy", each->remedy);
    return ctl_json_print(object);
}

/* A remedy may have several lines: configuration to copy. */
static void print_remedy(const char *remedy)
{
    while (*remedy != '\0') {
        size_t length = strcspn(remedy, "\n");
        char *line = strndup(remedy, length);

        (void)fputs("           > ", stdout);
        (void)ctl_print_safe(stdout, line != NULL ? line : "");
        (void)putchar('\n');
        free(line);
        remedy += length + (remedy[length] != '\0' ? 1 : 0);
    }
}

static void print_row(const stored_row *each, const size_t widths[3])
{
    (void)printf("%-*s  %-*s  %-*s  ", (int)widths[0], status_name(each->status), (int)widths[1],
                 each->check, (int)widths[2], each->domain != NULL ? each->domain : "-");
    (void)ctl_print_safe(stdout, each->what != NULL ? each->what : "out of memory");
    (void)putchar('\n');
    if (each->remedy != NULL)
        print_remedy(each->remedy);
}

static void print_table(const ctl_report *report, bool brief)
{
    static const char *const headers[] = {"RESULT", "CHECK", "DOMAIN", "WHAT", NULL};
    size_t widths[3] = {7, 11, 6};
    size_t shown = 0;

    for (size_t i = 0; i < report->count; i++) {
        const stored_row *each = &report->rows[i];

        if (ctl_width(each->check) > widths[1])
            widths[1] = ctl_width(each->check);
        if (each->domain != NULL && ctl_width(each->domain) > widths[2])
            widths[2] = ctl_width(each->domain);
    }
    for (size_t i = 0; i < report->count; i++) {
        if (brief && report->rows[i].status == CTL_FINE)
            continue;
        if (shown++ == 0)
            (void)printf("%-*s  %-*s  %-*s  %s\n", (int)widths[0], headers[0], (int)widths[1],
                         headers[1], (int)widths[2], headers[2], headers[3]);
        print_row(&report->rows[i], widths);
    }
}

bool ctl_report_print(const ctl_report *report, bool json, bool brief)
{
    bool printed = true;

    if (!json)
        print_table(report, brief);
    for (size_t i = 0; i < report->count && json && printed; i++)
        printed = print_json(&report->rows[i]);
    return printed;
}
