/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_REPEATABLE_H
#define INVITEGATE_FUZZ_REPEATABLE_H

#include <stdbool.h>
#include <time.h>

/*
 * While on: clocks stand still unless they are advanced or somebody sleeps, and the random source
 * counts: its first answer is all 0x01, its second all 0x02, and so on. Needs --wrap= of
 * clock_gettime, time, nanosleep, RAND_bytes and RAND_priv_bytes.
 */
#define REPEATABLE_TIME ((time_t)1767225600) /* 2026-01-01T00:00:00Z */

void repeatable(bool on);
void repeatable_advance(long milliseconds);

/* Asked before random bytes are given; true: none this time. NULL: never. */
void repeatable_random_faults(bool (*fails)(void));

#endif
