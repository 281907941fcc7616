/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One PAM transaction in a long-lived process, a login and then a registration by a password
 * change: the first, those after it, and what they leave in memory. INV_BENCH_TRANSACTIONS: how
 * many of each; "make bench" does few, 100000 take some minutes.
 */
#include <malloc.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "place.h"
#include "stack.h"

#define SETTLED     100 /* transactions until every library has what it keeps for itself */
#define USES        100 /* of an invite */
#define DAY         86400
#define COUNT_LEAST 200

/* What the transactions of a series are made with. */
struct host {
    struct place place;
    struct stack stack;
    char token[INV_TOKEN_LENGTH + 1];
};

/* The next invite. Not part of the transaction, and in a process of its own in real life. */
static void take_invite(struct host *host)
{
    const inv_invite_request request = {.uses = USES, .expires = time(NULL) + DAY};
    inv_token *token = place_invite(&host->place, &request);

    inv_token_write(token, host->token);
    inv_token_free(&token);
}

static double log_in(struct host *host, size_t number)
{
    double start = measure_now();
    int code = stack_login(&host->stack, "alice", PLACE_PASSWORD);

    (void)number;
    if (code != PAM_SUCCESS)
        measure_fail("a login", pam_strerror(NULL, code));
    return (measure_now() - start) * 1e6;
}

static double register_name(struct host *host, size_t number)
{
    char local[32];
    double start;
    int code;

    if (number % USES == 0)
        take_invite(host);
    (void)snprintf(local, sizeof(local), "guest%zu", number);
    start = measure_now();
    code = stack_register(&host->stack, local, host->token, PLACE_PASSWORD);
    if (code != PAM_SUCCESS)
        measure_fail(local, pam_strerror(NULL, code));
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

/* What is allocated and not freed; the rest of the memory may be pages that malloc keeps. */
static double allocated_kilobytes(void)
{
    return (double)mallinfo2().uordblks / 1024;
}

static void measure_series(struct host *host, const char *name, size_t count,
                           double (*transaction)(struct host *host, size_t number))
{
    double *samples = malloc((count + 1) * sizeof(*samples));
    double resident = 0;
    double allocated = 0;
    char what[80];

    if (samples == NULL)
        measure_fail("samples", "out of memory");
    memset(samples, 1, (count + 1) * sizeof(*samples)); /* its pages are not to count as growth */
    (void)snprintf(what, sizeof(what), "the first %s of a process", name);
    measure_figure("transaction", what, transaction(host, 0), "us", NULL, 0);
    for (size_t i = 0; i < count; i++) {
        samples[i] = transaction(host, i + 1);
        if (i == SETTLED) {
            resident = resident_kilobytes();
            allocated = allocated_kilobytes();
        }
    }
    (void)snprintf(what, sizeof(what), "memory after %zu more", count);
    measure_figure("transaction", what, resident_kilobytes() - resident, "KiB", NULL, 0);
    (void)snprintf(what, sizeof(what), "of it allocated and not freed");
    measure_figure("transaction", what, allocated_kilobytes() - allocated, "KiB", NULL, 0);
    (void)snprintf(what, sizeof(what), "a %s after that", name);
    measure_figure("transaction", what, measure_median(samples, count), "us", NULL, 0);
    free(samples);
}

static int by_size(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;

    return difference < 0 ? -1 : difference > 0;
}

/* With keep_connection and without, taking turns. */
static void compare_connections(struct host *host, size_t count)
{
    static const char *const names[] = {"a login over a kept connection",
                                        "a login over a connection of its own"};
    double *samples[2] = {calloc(count, sizeof(double)), calloc(count, sizeof(double))};
    char what[80];

    if (samples[0] == NULL || samples[1] == NULL)
        measure_fail("samples", "out of memory");
    for (size_t i = 0; i < 2 * count; i++) {
        host->stack.ends = i % 2 == 1;
        samples[i % 2][i / 2] = log_in(host, i);
    }
    host->stack.ends = false;
    for (size_t i = 0; i < 2; i++) {
        measure_figure("transaction", names[i], measure_median(samples[i], count), "us", NULL, 0);
        qsort(samples[i], count, sizeof(double), by_size);
        (void)snprintf(what, sizeof(what), "%s, of 100 the slowest but one", names[i]);
        measure_figure("transaction", what, samples[i][count - 1 - count / 100], "us", NULL, 0);
        free(samples[i]);
    }
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_TRANSACTIONS");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : 2000;
    static struct host host;

    if (count < COUNT_LEAST)
        measure_fail("INV_BENCH_TRANSACTIONS", "has to be at least 200");
    place_open(&host.place, NULL, NULL);
    stack_write(&host.place, &host.stack);
    measure_series(&host, "login", count, log_in);
    compare_connections(&host, count);
    measure_series(&host, "registration", count, register_name);
    place_close(&host.place);
    return EXIT_SUCCESS;
}
