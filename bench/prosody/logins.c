/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logs in at a Prosody as often as it can, with one client or many at once, each login on a
 * connection of its own: a stream without TLS, its features, SASL, and the end of the connection.
 * The accounts are PREFIX1 to PREFIXCOUNT; each logs in once at the start, which is not measured.
 * Then standard output has a line "ready", and for each line "CLIENTS SECONDS" of standard input
 * one JSON object. A login that fails ends the program.
 */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/measure.h"
#include "sasl.h"
#include "stream.h"

#define CLIENTS_MAX  64
#define ACCOUNTS_MAX 1000
#define SAMPLES_MAX  200000

typedef struct workload {
    uint16_t port;
    const char *mechanism;
    sasl_account *accounts;
    size_t accounts_count;
    atomic_size_t next; /* login: by the next account in turn */
    double end;         /* no login begins later */
    double *samples;    /* how long each took, in seconds */
} workload;

static void log_in(const workload *crowd, sasl_account *account)
{
    client_stream stream = STREAM_CLOSED;

    if (!stream_open(&stream, crowd->port))
        measure_fail(account->name, "no stream could be opened");
    if (!sasl_log_in(&stream, crowd->mechanism, account))
        measure_fail(account->name, stream.text);
    stream_close(&stream);
}

static void *work(void *context)
{
    workload *crowd = context;
    double start;

    while ((start = measure_now()) < crowd->end) {
        size_t number = atomic_fetch_add(&crowd->next, 1);

        if (number >= SAMPLES_MAX)
            measure_fail("logins", "more than there is room for");
        log_in(crowd, &crowd->accounts[number % crowd->accounts_count]);
        crowd->samples[number] = measure_now() - start;
    }
    return NULL;
}

static void run(workload *crowd, unsigned clients)
{
    pthread_t threads[CLIENTS_MAX];

    for (unsigned i = 0; i < clients; i++) {
        if (pthread_create(&threads[i], NULL, work, crowd) != 0)
            measure_fail("threads", "cannot be started");
    }
    for (unsigned i = 0; i < clients; i++)
        (void)pthread_join(threads[i], NULL);
}

static double processor_seconds(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void measure(workload *crowd, unsigned clients, double seconds)
{
    const double before = processor_seconds();
    const double start = measure_now();
    double took;
    size_t count;

    atomic_store(&crowd->next, 0);
    crowd->end = start + seconds;
    run(crowd, clients);
    took = measure_now() - start;
    count = atomic_load(&crowd->next);
    (void)printf("{\"clients\":%u,\"logins\":%zu,\"seconds\":%.6f,\"rate\":%.3f,\"p10_ms\":%.3f,"
                 "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"client_cpu_seconds\":%.6f}\n",
                 clients, count, took, (double)count / took,
                 measure_quantile(crowd->samples, count, 0.1) * 1000,
                 measure_median(crowd->samples, count) * 1000,
                 measure_quantile(crowd->samples, count, 0.99) * 1000,
                 processor_seconds() - before);
    (void)fflush(stdout);
}

static void name_accounts(workload *crowd, const char *prefix)
{
    crowd->accounts = calloc(crowd->accounts_count, sizeof(*crowd->accounts));
    crowd->samples = calloc(SAMPLES_MAX, sizeof(*crowd->samples));
    if (crowd->accounts == NULL || crowd->samples == NULL)
        measure_fail("accounts", "out of memory");
    for (size_t i = 0; i < crowd->accounts_count; i++)
        (void)snprintf(crowd->accounts[i].name, sizeof(crowd->accounts[i].name), "%.20s%zu", prefix,
                       i + 1);
}

int main(int argc, char **argv)
{
    workload crowd = {.end = 0};
    unsigned clients;
    double seconds;

    if (argc == 5) {
        crowd.port = (uint16_t)strtoul(argv[1], NULL, 10);
        crowd.mechanism = argv[2];
        crowd.accounts_count = strtoul(argv[4], NULL, 10);
    }
    if (crowd.accounts_count == 0 || crowd.accounts_count > ACCOUNTS_MAX) {
        (void)fputs("usage: logins PORT PLAIN|SCRAM-SHA-1|SCRAM-SHA-256 PREFIX COUNT\n", stderr);
        return 2;
    }
    name_accounts(&crowd, argv[3]);
    for (size_t i = 0; i < crowd.accounts_count; i++)
        log_in(&crowd, &crowd.accounts[i]);
    (void)puts("ready");
    (void)fflush(stdout);
    while (scanf("%u %lf", &clients, &seconds) == 2) {
        if (clients == 0 || clients > CLIENTS_MAX)
            measure_fail("clients", "too many, or none");
        measure(&crowd, clients, seconds);
    }
    free(crowd.accounts);
    free(crowd.samples);
    return EXIT_SUCCESS;
}
