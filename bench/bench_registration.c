/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registrations a second over ldapi, by 1 and by 8 processes, beside a bare libldap program that
 * makes the same reads and writes; then with SCRAM hashing on. INV_BENCH_REGISTRATIONS: how many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "measure.h"
#include "place.h"

#define MANY 8

typedef enum way { BY_INVITEGATE, BY_LIBLDAP } way;

static void work(const struct place *place, way by, const char *prefix, inv_token *const *tokens,
                 size_t from, size_t to)
{
    void *connection = by == BY_LIBLDAP ? bare_connect(slapd_uri(place->slapd)) : NULL;

    for (size_t i = from; i < to; i++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        char local[32];
        char nonce[17];

        (void)snprintf(local, sizeof(local), "%s%zu", prefix, i);
        (void)snprintf(nonce, sizeof(nonce), "%016zx", i);
        if (by == BY_LIBLDAP)
            bare_register(connection, inv_token_id(tokens[i]), local, nonce);
        else if (place_register(place, tokens[i], local, &verdict) != INV_OK)
            measure_fail(local, verdict.why);
    }
    if (connection != NULL)
        bare_close(connection);
}

/* Registrations a second by this many processes. */
static double rate(const struct place *place, way by, const char *prefix, size_t processes,
                   size_t count)
{
    inv_token **tokens = place_invites(place, count);
    double start = measure_now();
    double rate;
    int status = 0;

    for (size_t i = 0; i < processes; i++) {
        pid_t child = fork();

        if (child == -1)
            measure_fail("fork", "failed");
        if (child == 0) {
            work(place, by, prefix, tokens, count * i / processes, count * (i + 1) / processes);
            _exit(EXIT_SUCCESS);
        }
    }
    for (size_t i = 0; i < processes; i++) {
        if (wait(&status) == -1 || status != 0)
            measure_fail("a process", "did not end well");
    }
    rate = (double)count / (measure_now() - start);
    for (size_t i = 0; i < count; i++)
        inv_token_free(&tokens[i]);
    free(tokens);
    return rate;
}

static void compare(const struct place *place, size_t processes, size_t count)
{
    enum { ROUNDS = 5 };
    double ours[ROUNDS];
    double bare[ROUNDS];
    char what[64];

    /* in turn, so that what grows in the directory burdens both alike */
    for (int i = 0; i < ROUNDS; i++) {
        char prefix[32];

        (void)snprintf(prefix, sizeof(prefix), "o%zu.%d.", processes, i);
        ours[i] = rate(place, BY_INVITEGATE, prefix, processes, count);
        (void)snprintf(prefix, sizeof(prefix), "b%zu.%d.", processes, i);
        bare[i] = rate(place, BY_LIBLDAP, prefix, processes, count);
    }
    (void)snprintf(what, sizeof(what), "registrations, %zu process%s, hashing off", processes,
                   processes == 1 ? "" : "es");
    measure_figure("registration", what, measure_median(ours, ROUNDS), "1/s", "bare libldap",
                   measure_median(bare, ROUNDS));
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_REGISTRATIONS");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : 400;
    struct place place;
    double plain;
    double scram;

    place_open(&place, NULL, NULL);
    compare(&place, 1, count);
    compare(&place, MANY, count);
    plain = rate(&place, BY_INVITEGATE, "plain", 1, count);
    place_close(&place);

    place_open(&place, "password_verifiers = server scram-sha-256", NULL);
    scram = rate(&place, BY_INVITEGATE, "scram", 1, count);
    measure_figure("registration", "the same, server scram-sha-256", scram, "1/s", "hashing off",
                   plain);
    measure_figure("registration", "share of the time that SCRAM hashing takes",
                   100 * (1 - scram / plain), "%", NULL, 0);
    place_close(&place);
    return EXIT_SUCCESS;
}
