/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/deadline.h"

#define MILLISECONDS_A_SECOND     1000L
#define NANOSECONDS_A_MILLISECOND 1000000L
#define NANOSECONDS_A_SECOND      1000000000L

static struct timespec monotonic_now(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now;
}

inv_deadline inv_deadline_in(long milliseconds)
{
    inv_deadline deadline = {.end = monotonic_now()};

    if (milliseconds < 0)
        milliseconds = 0;
    deadline.end.tv_sec += milliseconds / MILLISECONDS_A_SECOND;
    deadline.end.tv_nsec += milliseconds % MILLISECONDS_A_SECOND * NANOSECONDS_A_MILLISECOND;
    if (deadline.end.tv_nsec >= NANOSECONDS_A_SECOND) {
        deadline.end.tv_sec++;
        deadline.end.tv_nsec -= NANOSECONDS_A_SECOND;
    }
    return deadline;
}

long inv_deadline_left(const inv_deadline *deadline)
{
    struct timespec now = monotonic_now();
    long seconds = (long)(deadline->end.tv_sec - now.tv_sec);
    long nanoseconds = deadline->end.tv_nsec - now.tv_nsec;
    long left;

    if (nanoseconds < 0) {
        seconds--;
        nanoseconds += NANOSECONDS_A_SECOND;
    }
    if (seconds < 0)
        return 0;
    left = seconds * MILLISECONDS_A_SECOND;
    return left + (nanoseconds + NANOSECONDS_A_MILLISECOND - 1) / NANOSECONDS_A_MILLISECOND;
}

bool inv_deadline_passed(const inv_deadline *deadline)
{
    return inv_deadline_left(deadline) == 0;
}
