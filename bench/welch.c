/* SPDX-License-Identifier: BSD-2-Clause */
#include "welch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"

typedef struct moments {
    double count;
    double mean;
    double variance;
} moments;

/* The value above which the slowest samples of both classes lie: one limit for both. */
static double crop_limit(const double *a, const double *b, size_t count)
{
    double *pooled = malloc(2 * count * sizeof(*pooled));
    double limit;

    if (pooled == NULL)
        measure_fail("Welch's test", "out of memory");
    memcpy(pooled, a, count * sizeof(*pooled));
    memcpy(pooled + count, b, count * sizeof(*pooled));
    limit = measure_quantile(pooled, 2 * count, 1 - WELCH_CROP);
    free(pooled);
    return limit;
}

/* Welford's way, which loses no digits. */
static moments moments_below(const double *samples, size_t count, double limit)
{
    moments found = {0, 0, 0};
    double squares = 0;

    for (size_t i = 0; i < count; i++) {
        double difference = samples[i] - found.mean;

        if (samples[i] > limit)
            continue;
        found.count++;
        found.mean += difference / found.count;
        squares += difference * (samples[i] - found.mean);
    }
    if (found.count < 2)
        measure_fail("Welch's test", "hardly a sample of one class is below the limit");
    found.variance = squares / (found.count - 1);
    return found;
}

struct welch welch_test(const double *a, const double *b, size_t count)
{
    double limit = crop_limit(a, b, count);
    moments of_a = moments_below(a, count, limit);
    moments of_b = moments_below(b, count, limit);
    double error = sqrt(of_a.variance / of_a.count + of_b.variance / of_b.count);

    return (struct welch){
        .t = error > 0 ? (of_a.mean - of_b.mean) / error : 0,
        .mean_a = of_a.mean,
        .mean_b = of_b.mean,
        .kept = (size_t)(of_a.count + of_b.count),
    };
}
