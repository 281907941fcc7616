/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct discovery {
    ctl_status status;
    const char *check;
    const ctl_place *place;
    const char *remedy;
} discovery;

static void add(ctl_host *host, const discovery *found, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void add(ctl_host *host, const discovery *found, const char *format, va_list arguments)
{
    const ctl_row row = {.status = found->status, .check = found->check, .remedy = found->remedy};
    const ctl_place *place = found->place;
    char *words = NULL;
    char *what = NULL;

    if (vasprintf(&words, format, arguments) < 0)
        words = NULL;
    if (words != NULL && (place == NULL || place->file == NULL))
        what = strdup(words);
    else if (words != NULL &&
             (place->line == 0 ? asprintf(&what, "%s: %s", place->file, words)
                               : asprintf(&what, "%s:%u: %s", place->file, place->line, words)) < 0)
        what = NULL;
    /* a file that several services include is reported once */
    if (what == NULL)
        ctl_report_add(host->report, &(ctl_row){.status = CTL_UNSEEN, .check = found->check}, "%s",
                       "out of memory");
    else if (!ctl_report_has(host->report, found->check, what))
        ctl_report_add(host->report, &row, "%s", what);
    free(words);
    free(what);
}

void ctl_host_fine(ctl_host *host, const char *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(host, &(discovery){CTL_FINE, check, NULL, NULL}, format, arguments);
    va_end(arguments);
}

void ctl_host_finding(ctl_host *host, const char *check, const ctl_place *place, const char *remedy,
                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(host, &(discovery){CTL_FINDING, check, place, remedy}, format, arguments);
    va_end(arguments);
}

void ctl_host_note(ctl_host *host, const char *check, const ctl_place *place, const char *remedy,
                   const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(host, &(discovery){CTL_NOTE, check, place, remedy}, format, arguments);
    va_end(arguments);
}

void ctl_host_unseen(ctl_host *host, const char *check, const ctl_place *place, const char *remedy,
                     const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(host, &(discovery){CTL_UNSEEN, check, place, remedy}, format, arguments);
    va_end(arguments);
}

void ctl_host_write(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= size)
        text[0] = '\0';
}

char *ctl_host_path(ctl_host *host, const char *path)
{
    char *below = NULL;

    if (path[0] != '\0' && asprintf(&below, "%s%s", host->root, path) >= 0)
        return below;
    ctl_host_unseen(host, "host", NULL, NULL, "a file was not looked at: %s",
                    path[0] == '\0' ? "its path is too long" : "out of memory");
    return NULL;
}

bool ctl_host_wants(const ctl_host *host, const char *domain)
{
    return host->domain == NULL || strcasecmp(host->domain, domain) == 0;
}
