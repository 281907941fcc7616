/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <time.h>

#include "invitegate/deadline.h"
#include "invitegate/verifier.h"
#include "invitegate/verifier_census.h"
#include "throwaway.h"

/* The hashing may take no more than this part of timeout. */
#define COST_OF_TIMEOUT 4

/*
 * Who has no fresh SCRAM verifiers. A client that picks SCRAM does not fall back to another
 * mechanism, so these people are shut out where verifiers are served.
 */

/* A finding where somebody counts on verifiers, else a note. */
static void tell_missing(ctl_proof *proof, const inv_verifier_census *census)
{
    const bool at_login = proof->domain->scram_at_login;
    const char *remedy =
        at_login ? "they get them when they next log in with their password (PLAIN, PAM)"
                 : "scram_at_login = yes gives them to whoever logs in with a password";

    if (at_login || proof->config->agent.serves_verifiers)
        ctl_proof_finding(proof, "verifiers", remedy,
                          "%zu of %zu accounts have no fresh SCRAM verifiers", census->without,
                          census->accounts);
    else
        ctl_proof_note(proof, "verifiers", remedy,
                       "%zu of %zu accounts have no fresh SCRAM verifiers", census->without,
                       census->accounts);
    if (census->undated > 0)
        ctl_proof_note(proof, "verifiers",
                       "a password that is set anew, also by a reset invite, gets a date",
                       "the directory does not tell when the passwords of %zu of these were set: "
                       "a login gives them none",
                       census->undated);
}

/* Processor time of this thread, in milliseconds: of a busy machine no more than of another. */
static long long processor_time(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * The hashing of a password is part of timeout, and cannot be cut short: where it takes most of it,
 * registrations and resets end in TIMEOUT each time.
 */
inv_result ctl_check_cost(ctl_proof *proof)
{
    const long timeout = proof->config->directory.timeout_ms;
    inv_deadline long_enough = inv_deadline_in(10L * 60 * 1000);
    inv_domain domain = *proof->domain;
    inv_secret *password = ctl_random_password();
    inv_verifiers *verifiers = NULL;
    long long took = processor_time();
    inv_result result = password != NULL ? INV_OK : inv_verdict_no_memory(proof->call->verdict);

    domain.verifiers &= INV_VERIFIERS_SCRAM;
    if (result == INV_OK && domain.verifiers != 0)
        result =
            inv_verifiers_new(&domain, password, &long_enough, &verifiers, proof->call->verdict);
    took = processor_time() - took;
    if (result == INV_OK && took > timeout / COST_OF_TIMEOUT)
        ctl_proof_finding(proof, "verifiers", "lower scram_iterations, or raise timeout",
                          "the SCRAM verifiers of a password take this machine %lld ms, of the "
                          "%ld ms that a registration has",
                          took, timeout);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    return result;
}

inv_result ctl_check_verifiers(ctl_proof *proof)
{
    inv_verifier_census census = {.accounts = 0};
    inv_result result;

    if ((proof->domain->verifiers & INV_VERIFIERS_SCRAM) == 0)
        return INV_OK;
    result = inv_verifier_census_take(proof->call, &census);
    if (result == INV_CONFIG) {
        ctl_proof_finding(proof, "verifiers", CTL_REMEDY_ACL, "%s", proof->call->verdict->why);
        return INV_OK;
    }
    if (result == INV_OK && census.without > 0)
        tell_missing(proof, &census);
    else if (result == INV_OK)
        ctl_proof_fine(proof, "verifiers", "all %zu accounts have fresh SCRAM verifiers",
                       census.accounts);
    return result;
}
