/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers accounts in-band by invite at a Prosody, with many clients at once, each registration
 * on a stream of its own (XEP-0445, XEP-0077). Standard input has a name and a token a line;
 * standard output gets one JSON object. With --patient what the server asks to wait for, and what a
 * lost connection leaves open, is tried again, as people do; without it that is an error.
 */
#include "config.h"

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/measure.h"
#include "stream.h"

#define PASSWORD          "correct horse battery"
#define REGISTRATIONS_MAX 1000000
#define CLIENTS_MAX       256
#define PATIENCE          120 /* seconds for one registration, tries and all */
#define BETWEEN_MS        50
#define TEXT_MAX          1024

typedef struct registration {
    char *name;
    char *token;
    double seconds;
} registration;

typedef struct workload {
    uint16_t port;
    bool patient;
    registration *registrations;
    size_t count;
    atomic_size_t next;
    atomic_size_t retries;
    atomic_size_t lost; /* done before, and the answer never came */
} workload;

typedef enum outcome { REGISTERED, REFUSED, AGAIN } outcome;

/* An answer that is no result: what to do about it. */
static outcome judge(const client_stream *stream)
{
    return stream->descriptor < 0 || stream_has_error(stream, "wait") ? AGAIN : REFUSED;
}

static outcome register_once(const workload *crowd, const registration *one, client_stream *stream)
{
    char request[TEXT_MAX];

    if (!stream_open(stream, crowd->port))
        return AGAIN;
    (void)snprintf(request, sizeof(request),
                   "<iq type='set' id='1' to='example.org'>"
                   "<preauth xmlns='urn:xmpp:pars:0' token='%s'/></iq>",
                   one->token);
    if (!stream_ask(stream, request) || !stream_has_result(stream))
        return judge(stream);
    (void)snprintf(request, sizeof(request),
                   "<iq type='set' id='2' to='example.org'><query xmlns='jabber:iq:register'>"
                   "<username>%s</username><password>" PASSWORD "</password></query></iq>",
                   one->name);
    if (!stream_ask(stream, request) || !stream_has_result(stream))
        return judge(stream);
    return REGISTERED;
}

static void do_registration(workload *crowd, registration *one)
{
    const struct timespec pause = {.tv_nsec = BETWEEN_MS * 1000000L};
    const double start = measure_now();
    client_stream stream = STREAM_CLOSED;
    bool again = false;
    outcome end;

    while ((end = register_once(crowd, one, &stream)) == AGAIN && crowd->patient &&
           measure_now() < start + PATIENCE) {
        stream_close(&stream);
        again = true;
        (void)atomic_fetch_add(&crowd->retries, 1);
        (void)nanosleep(&pause, NULL);
    }
    if (end == REFUSED && again && strstr(stream.text, "item-not-found") != NULL)
        (void)atomic_fetch_add(&crowd->lost, 1);
    else if (end != REGISTERED)
        measure_fail(one->name, end == AGAIN ? "the server is away, or asks to wait" : stream.text);
    stream_close(&stream);
    one->seconds = measure_now() - start;
}

static void *work(void *context)
{
    workload *crowd = context;
    size_t number;

    while ((number = atomic_fetch_add(&crowd->next, 1)) < crowd->count)
        do_registration(crowd, &crowd->registrations[number]);
    return NULL;
}

/* ------------------------------------------------------------------------------------- running */

static void read_registrations(workload *crowd)
{
    char name[256];
    char token[256];

    crowd->registrations = calloc(REGISTRATIONS_MAX, sizeof(*crowd->registrations));
    while (crowd->registrations != NULL && crowd->count < REGISTRATIONS_MAX &&
           scanf("%255s %255s", name, token) == 2) {
        registration *one = &crowd->registrations[crowd->count++];

        one->name = strdup(name);
        one->token = strdup(token);
        if (one->name == NULL || one->token == NULL)
            measure_fail("input", "out of memory");
    }
    if (crowd->count == 0)
        measure_fail("input", "a name and a token a line are expected");
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

static int ascending(const void *a, const void *b)
{
    double first = ((const registration *)a)->seconds;
    double second = ((const registration *)b)->seconds;

    return (first > second) - (first < second);
}

static void print(workload *crowd, unsigned clients, double seconds)
{
    const size_t lost = atomic_load(&crowd->lost);

    qsort(crowd->registrations, crowd->count, sizeof(*crowd->registrations), ascending);
    (void)printf("{\"clients\":%u,\"registered\":%zu,\"lost_answers\":%zu,\"retries\":%zu,"
                 "\"seconds\":%.6f,\"rate\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
                 "\"client_cpu_seconds\":%.6f}\n",
                 clients, crowd->count - lost, lost, atomic_load(&crowd->retries), seconds,
                 (double)crowd->count / seconds,
                 crowd->registrations[crowd->count / 2].seconds * 1000,
                 crowd->registrations[crowd->count * 99 / 100].seconds * 1000, processor_seconds());
}

static void usage(void)
{
    (void)fputs("usage: load [--clients N] [--patient] PORT <names-and-tokens\n", stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"clients", required_argument, NULL, 'c'},
                                            {"patient", no_argument, NULL, 'p'},
                                            {NULL, 0, NULL, 0}};
    workload crowd = {.patient = false};
    unsigned long clients = 8;
    double start;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'c')
            clients = strtoul(optarg, NULL, 10);
        else if (option == 'p')
            crowd.patient = true;
        else
            usage();
    }
    if (optind + 1 != argc || clients == 0 || clients > CLIENTS_MAX)
        usage();
    crowd.port = (uint16_t)strtoul(argv[optind], NULL, 10);
    read_registrations(&crowd);
    start = measure_now();
    run(&crowd, (unsigned)clients);
    print(&crowd, (unsigned)clients, measure_now() - start);
    for (size_t i = 0; i < crowd.count; i++) {
        free(crowd.registrations[i].name);
        free(crowd.registrations[i].token);
    }
    free(crowd.registrations);
    return EXIT_SUCCESS;
}
