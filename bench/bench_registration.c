/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registrations a second over ldapi, by 1 and by 8 processes, beside a bare libldap program that
 * makes the same reads and writes; then with SCRAM hashing on. INV_BENCH_REGISTRATIONS: how many in
 * a round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "place.h"
#include "registrations.h"
#include "tests/support/counter.h"

#define MANY           8
#define ROUNDS         16 /* even */
#define HASHING_ROUNDS 5

static void compare(const struct place *place, size_t processes, size_t count)
{
    double rates[2][ROUNDS];
    char what[64];

    /* by turns, and each first as often as the other: what grows or runs burdens both alike */
    for (int i = 0; i < 2 * ROUNDS; i++) {
        registrar by = (i + i / 2) % 2 == 0 ? BY_INVITEGATE : BY_LIBLDAP;
        char prefix[32];

        (void)snprintf(prefix, sizeof(prefix), "p%zu.%d.", processes, i);
        rates[by][i / 2] = registrations_rate(place, by, prefix, processes, count);
    }
    (void)snprintf(what, sizeof(what), "registrations, %zu process%s, hashing off", processes,
                   processes == 1 ? "" : "es");
    measure_figure("registration", what, measure_median(rates[BY_INVITEGATE], ROUNDS), "1/s",
                   "bare libldap", measure_median(rates[BY_LIBLDAP], ROUNDS));
}

/* How often the directory was asked, and how often to write, for one account with one contact. */
static void count_flights(const struct place *place)
{
    inv_token **tokens = place_invites(place, 1);
    struct counter *counter = NULL;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = {0};

    if (inv_call_begin(place->context, &place->context->config->domains[0], 0, &call, &verdict) !=
        INV_OK)
        measure_fail("gate", verdict.why);
    counter = counter_attach(call.directory);
    if (place_register_in(place, &call, tokens[0], "counted", &verdict) != INV_OK)
        measure_fail("counted", verdict.why);
    measure_figure("registration", "round trips", (double)counter->flights, "", NULL, 0);
    measure_figure("registration", "writes", (double)counter->writes, "", NULL, 0);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    inv_token_free(&tokens[0]);
    free(tokens);
}

/* One kind of hashing beside another, by turns. */
static void compare_hashing(const struct place *off, const struct place *on, size_t count)
{
    double rates[2][HASHING_ROUNDS];
    double plain;
    double scram;

    for (int i = 0; i < 2 * HASHING_ROUNDS; i++) {
        char prefix[32];

        (void)snprintf(prefix, sizeof(prefix), "h%d.", i);
        rates[i % 2][i / 2] =
            registrations_rate(i % 2 == 0 ? off : on, BY_INVITEGATE, prefix, 1, count);
    }
    plain = measure_median(rates[0], HASHING_ROUNDS);
    scram = measure_median(rates[1], HASHING_ROUNDS);
    measure_figure("registration", "the same, server scram-sha-256", scram, "1/s", "hashing off",
                   plain);
    measure_figure("registration", "share of the time that SCRAM hashing takes",
                   100 * (1 - scram / plain), "%", NULL, 0);
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_REGISTRATIONS");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : 100;
    struct place off;
    struct place on;

    place_open(&off, NULL, NULL);
    count_flights(&off);
    compare(&off, 1, count);
    compare(&off, MANY, count);
    place_open(&on, "password_verifiers = server scram-sha-256", NULL);
    compare_hashing(&off, &on, count);
    place_close(&on);
    place_close(&off);
    return EXIT_SUCCESS;
}
