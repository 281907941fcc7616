/* SPDX-License-Identifier: BSD-2-Clause */
#include "registrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "measure.h"

static void work(const struct place *place, registrar by, const char *prefix,
                 inv_token *const *tokens, size_t from, size_t to)
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

double registrations_with(const struct place *place, registrar by, const char *prefix,
                          size_t processes, inv_token *const *tokens, size_t count)
{
    double start = measure_now();
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
    return (double)count / (measure_now() - start);
}

double registrations_rate(const struct place *place, registrar by, const char *prefix,
                          size_t processes, size_t count)
{
    inv_token **tokens = place_invites(place, count);
    double rate = registrations_with(place, by, prefix, processes, tokens, count);

    place_invites_free(tokens, count);
    return rate;
}
