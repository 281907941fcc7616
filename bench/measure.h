/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_MEASURE_H
#define INVITEGATE_BENCH_MEASURE_H

#include <stddef.h>

struct welch;

/* Seconds on the monotonic clock. */
double measure_now(void);

/* Both sort the samples. share: 0.5 is the median, 0.99 what all but a hundredth are below. */
double measure_quantile(double *samples, size_t count, double share);
double measure_median(double *samples, size_t count);

/*
 * One figure: a line of the table, or with INV_BENCH_JSON set in the environment a JSON object.
 * With beside (not NULL) the ratio of value to beside_value is shown too.
 */
void measure_figure(const char *bench, const char *what, double value, const char *unit,
                    const char *beside, double beside_value);

/*
 * One comparison by Welch's t, in the same two forms; a t of the limit or more is told as a
 * difference.
 */
void measure_comparison(const char *bench, const char *what, const struct welch *test);

/* Ends the program with a line on standard error. */
void measure_fail(const char *what, const char *why) __attribute__((noreturn));

#endif
