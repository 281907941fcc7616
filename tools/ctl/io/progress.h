/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_PROGRESS_H
#define INVITEGATE_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * One line about a long run, rewritten in place: on standard error only, only if that is a
 * terminal, and not before a second has passed. Start with ctl_progress_start.
 */
typedef struct ctl_progress {
    bool wanted;
    bool shown;
    struct timespec next; /* when to write again */
} ctl_progress;

void ctl_progress_start(ctl_progress *progress);

/* total 0: not known; then done is shown alone, if it is not 0. */
void ctl_progress_show(ctl_progress *progress, const char *what, size_t done, size_t total);

/* Takes the line away, before anything else is printed. */
void ctl_progress_clear(ctl_progress *progress);

#endif
