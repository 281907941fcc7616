/* SPDX-License-Identifier: BSD-2-Clause */
#include "measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "welch.h"

double measure_now(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

double measure_quantile(double *samples, size_t count, double share)
{
    size_t index = (size_t)((double)count * share);

    qsort(samples, count, sizeof(*samples), ascending);
    return samples[index < count ? index : count - 1];
}

double measure_median(double *samples, size_t count)
{
    return measure_quantile(samples, count, 0.5);
}

void measure_figure(const char *bench, const char *what, double value, const char *unit,
                    const char *beside, double beside_value)
{
    if (getenv("INV_BENCH_JSON") != NULL) {
        (void)printf("{\"bench\":\"%s\",\"what\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", bench,
                     what, value, unit);
        if (beside != NULL)
            (void)printf(",\"beside\":\"%s\",\"beside_value\":%.6g,\"ratio\":%.4g", beside,
                         beside_value, value / beside_value);
        (void)puts("}");
    } else {
        (void)printf("%-13s %-52s %12.5g %-6s", bench, what, value, unit);
        if (beside != NULL)
            (void)printf(" %.3f of %s (%.5g)", value / beside_value, beside, beside_value);
        (void)puts("");
    }
    (void)fflush(stdout);
}

void measure_comparison(const char *bench, const char *what, const struct welch *test)
{
    double difference = test->mean_a - test->mean_b;
    bool alike = fabs(test->t) < WELCH_LIMIT;

    if (getenv("INV_BENCH_JSON") != NULL)
        (void)printf("{\"bench\":\"%s\",\"what\":\"%s\",\"value\":%.6g,\"unit\":\"us\","
                     "\"difference\":%.4g,\"t\":%.4g,\"samples\":%zu,\"alike\":%s}\n",
                     bench, what, test->mean_a, difference, test->t, test->kept,
                     alike ? "true" : "false");
    else
        (void)printf("%-13s %-52s %12.5g us     %+8.2f us  t %+7.2f  %s\n", bench, what,
                     test->mean_a, difference, test->t, alike ? "alike" : "DIFFERENT");
    (void)fflush(stdout);
}

void measure_fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}
