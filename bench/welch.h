/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_WELCH_H
#define INVITEGATE_BENCH_WELCH_H

#include <stddef.h>

/* |t| from here on tells two classes apart, as in dudect (Reparaz, Balasch, Verbauwhede, 2017). */
#define WELCH_LIMIT 4.5

/* What is left out before the test: this share of the two classes together, the slowest of them. */
#define WELCH_CROP 0.1

struct welch {
    double t;
    double mean_a;
    double mean_b;
    size_t kept; /* of both classes */
};

/* Welch's t of two classes with count samples each. Neither array is changed. */
struct welch welch_test(const double *a, const double *b, size_t count);

#endif
