/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_DEADLINE_H
#define INVITEGATE_DEADLINE_H

#include <stdbool.h>
#include <time.h>

/* A moment on the monotonic clock until which one front-end call may work. A plain value. */
typedef struct inv_deadline {
    struct timespec end;
} inv_deadline;

/* The moment milliseconds from now; a negative number is taken as 0. */
inv_deadline inv_deadline_in(long milliseconds);

/* Milliseconds left, rounded up; 0 when passed. */
long inv_deadline_left(const inv_deadline *deadline);

bool inv_deadline_passed(const inv_deadline *deadline);

#endif
