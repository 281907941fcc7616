/* SPDX-License-Identifier: BSD-2-Clause */
#include "repeatable.h"

#include <string.h>

#define START_SECONDS 1000 /* of the monotonic clock */

static bool is_on;
static long elapsed_ms;
static unsigned char drawn;
static bool (*random_fails)(void);

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
time_t __real_time(time_t *now);
time_t __wrap_time(time_t *now);
int __real_nanosleep(const struct timespec *pause, struct timespec *left);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);
int __real_RAND_bytes(unsigned char *bytes, int count);
int __wrap_RAND_bytes(unsigned char *bytes, int count);
int __real_RAND_priv_bytes(unsigned char *bytes, int count);
int __wrap_RAND_priv_bytes(unsigned char *bytes, int count);

void repeatable(bool on)
{
    is_on = on;
    elapsed_ms = 0;
    drawn = 0;
}

void repeatable_advance(long milliseconds)
{
    elapsed_ms += milliseconds;
}

void repeatable_random_faults(bool (*fails)(void))
{
    random_fails = fails;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!is_on)
        return __real_clock_gettime(clock, now);
    now->tv_sec = (clock == CLOCK_MONOTONIC ? START_SECONDS : REPEATABLE_TIME) + elapsed_ms / 1000;
    now->tv_nsec = elapsed_ms % 1000 * 1000000;
    return 0;
}

time_t __wrap_time(time_t *now)
{
    if (!is_on)
        return __real_time(now);
    if (now != NULL)
        *now = REPEATABLE_TIME + elapsed_ms / 1000;
    return REPEATABLE_TIME + elapsed_ms / 1000;
}

int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
    if (!is_on)
        return __real_nanosleep(pause, left);
    /* at least a millisecond, so that a loop that only sleeps comes to its deadline */
    elapsed_ms += pause->tv_sec * 1000 + pause->tv_nsec / 1000000 + 1;
    return 0;
}

static int count_up(unsigned char *bytes, int count)
{
    if (random_fails != NULL && random_fails())
        return 0;
    memset(bytes, ++drawn, (size_t)count);
    return 1;
}

int __wrap_RAND_bytes(unsigned char *bytes, int count)
{
    return is_on ? count_up(bytes, count) : __real_RAND_bytes(bytes, count);
}

int __wrap_RAND_priv_bytes(unsigned char *bytes, int count)
{
    return is_on ? count_up(bytes, count) : __real_RAND_priv_bytes(bytes, count);
}
