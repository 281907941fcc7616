/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include "invitegate/verifier_census.h"

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
