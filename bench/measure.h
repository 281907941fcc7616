/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_MEASURE_H
#define INVITEGATE_BENCH_MEASURE_H

#include <stddef.h>

/* Seconds on the monotonic clock. */
double measure_now(void);

double measure_median(double *samples, size_t count);

/*
 * One figure: a line of the table, or with INV_BENCH_JSON set in the environment a JSON object.
 * With beside (not NULL) the ratio of value to beside_value is shown too.
 */
void measure_figure(const char *bench, const char *what, double value, const char *unit,
                    const char *beside, double beside_value);

/* Ends the program with a line on standard error. */
void measure_fail(const char *what, const char *why) __attribute__((noreturn));

#endif
