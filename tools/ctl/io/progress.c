/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "progress.h"

#include <stdio.h>
#include <unistd.h>

/* Nanoseconds between two rewritings, so that the line can be read. */
#define PAUSE 100000000L

static bool has_come(const struct timespec *moment, struct timespec *now)
{
    (void)clock_gettime(CLOCK_MONOTONIC, now);
    return now->tv_sec > moment->tv_sec ||
           (now->tv_sec == moment->tv_sec && now->tv_nsec >= moment->tv_nsec);
}

void ctl_progress_start(ctl_progress *progress)
{
    *progress = (ctl_progress){.wanted = isatty(STDERR_FILENO) == 1};
    (void)clock_gettime(CLOCK_MONOTONIC, &progress->next);
    progress->next.tv_sec++;
}

void ctl_progress_show(ctl_progress *progress, const char *what, size_t done, size_t total)
{
    struct timespec now;

    if (!progress->wanted || !has_come(&progress->next, &now))
        return;
    if (total > 0)
        (void)fprintf(stderr, "\r\033[K%s: %zu of %zu", what, done, total);
    else if (done > 0)
        (void)fprintf(stderr, "\r\033[K%s: %zu", what, done);
    else
        (void)fprintf(stderr, "\r\033[K%s...", what);
    (void)fflush(stderr);
    progress->shown = true;
    now.tv_nsec += PAUSE;
    if (now.tv_nsec >= 1000000000L) {
        now.tv_sec++;
        now.tv_nsec -= 1000000000L;
    }
    progress->next = now;
}

void ctl_progress_clear(ctl_progress *progress)
{
    if (!progress->shown)
        return;
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
    progress->shown = false;
}
