/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registrations a second over ldapi, by 1 and by 8 processes, beside a bare libldap program that
 * makes the same reads and writes; then with SCRAM hashing on. INV_BENCH_REGISTRATIONS: how many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "place.h"
#include "registrations.h"

#define MANY 8

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
        ours[i] = registrations_rate(place, BY_INVITEGATE, prefix, processes, count);
        (void)snprintf(prefix, sizeof(prefix), "b%zu.%d.", processes, i);
        bare[i] = registrations_rate(place, BY_LIBLDAP, prefix, processes, count);
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
    plain = registrations_rate(&place, BY_INVITEGATE, "plain", 1, count);
    place_close(&place);

    place_open(&place, "password_verifiers = server scram-sha-256", NULL);
    scram = registrations_rate(&place, BY_INVITEGATE, "scram", 1, count);
    measure_figure("registration", "the same, server scram-sha-256", scram, "1/s", "hashing off",
                   plain);
    measure_figure("registration", "share of the time that SCRAM hashing takes",
                   100 * (1 - scram / plain), "%", NULL, 0);
    place_close(&place);
    return EXIT_SUCCESS;
}
