/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One PAM login in a long-lived process: the first, those after it, and what they leave in memory.
 * INV_BENCH_TRANSACTIONS: how many.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "place.h"
#include "stack.h"

static double transaction(const struct stack *stack)
{
    double start = measure_now();
    int code = stack_login(stack, "alice", PLACE_PASSWORD);

    if (code != PAM_SUCCESS)
        measure_fail("a login", pam_strerror(NULL, code));
    return (measure_now() - start) * 1e6;
}

static double resident_kilobytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long resident = 0;

    if (file == NULL || fscanf(file, "%*d %ld", &resident) != 1)
        measure_fail("/proc/self/statm", "cannot be read");
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_TRANSACTIONS");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : 2000;
    double *samples = calloc(count + 1, sizeof(*samples));
    struct place place;
    struct stack stack;
    double before = 0;

    if (samples == NULL || count < 200)
        measure_fail("INV_BENCH_TRANSACTIONS", "has to be at least 200");
    memset(samples, 1, (count + 1) * sizeof(*samples)); /* its pages are not to count as growth */
    place_open(&place, NULL, NULL);
    stack_write(&place, &stack);
    measure_figure("transaction", "the first login of a process", transaction(&stack), "us", NULL,
                   0);
    for (size_t i = 0; i < count; i++) {
        samples[i] = transaction(&stack);
        if (i == 100) /* what every library keeps for itself is there by now */
            before = resident_kilobytes();
    }
    measure_figure("transaction", "memory that grew over the transactions",
                   resident_kilobytes() - before, "KiB", NULL, 0);
    measure_figure("transaction", "a login after that", measure_median(samples, count), "us", NULL,
                   0);
    free(samples);
    place_close(&place);
    return EXIT_SUCCESS;
}
