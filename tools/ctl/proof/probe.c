/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "io/interrupt.h"
#include "proof.h"

/*
 * An identity that may write anywhere is the rootdn or close to it, and the password policy does
 * not hold for it.
 */
static inv_result probe_narrowness(ctl_proof *proof)
{
    char *dn = inv_dn_child("ou", proof->tag, proof->domain->name_search_base);
    inv_operation *add;
    inv_result result;

    if (!ctl_proof_will_make(proof, dn))
        return inv_verdict_no_memory(proof->call->verdict);
    add = inv_operation_new_add(dn);
    inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "organizationalUnit");
    inv_operation_text(add, INV_CHANGE_ADD, "ou", proof->tag);
    result = ctl_proof_run(proof, proof->call->directory, add);
    if (result == INV_OK && inv_operation_answered(add, INV_LDAP_SUCCESS))
        ctl_proof_optional(proof, "narrowness",
                           "bind as an identity of its own, never as the rootdn; " CTL_REMEDY_ACL,
                           "invitegate may add entries outside its containers");
    else if (result == INV_OK)
        ctl_proof_fine(proof, "narrowness", "entries outside the containers cannot be added");
    inv_operation_free(&add);
    return result;
}

/* ------------------------------------------------------------------------------------ clean up */

static const char *remedy_of(const inv_operation *delete)
{
    char unused[256];
    const char *remedy = delete != NULL && !inv_operation_answered(delete, INV_LDAP_REFERRAL)
                             ? inv_operation_remedy(delete, unused, sizeof(unused))
                             : NULL;

    if (delete != NULL && inv_operation_answered(delete, INV_LDAP_INSUFFICIENT_ACCESS))
        return CTL_REMEDY_ACL;
    return remedy != NULL ? remedy : "the server's own log has the cause";
}

/* False: it is still there, and *ret_remedy says what to do against the cause. */
static bool remove_with(ctl_proof *proof, inv_directory *directory, const char *dn,
                        const char **ret_remedy)
{
    inv_operation *modify = inv_operation_new_modify(dn);
    inv_operation *delete = inv_operation_new_delete(dn);
    bool gone;

    /* access rules may refuse to delete an invite that is open or claimed */
    if (proof->invite_dn != NULL && strcmp(dn, proof->invite_dn) == 0) {
        inv_operation_text(modify, INV_CHANGE_REPLACE, "inviteClaim", NULL);
        inv_operation_text(modify, INV_CHANGE_REPLACE, "inviteUsesLeft", "0");
        (void)ctl_proof_run(proof, directory, modify);
    }
    gone = ctl_proof_run(proof, directory, delete) == INV_OK &&
           (inv_operation_answered(delete, INV_LDAP_SUCCESS) ||
            inv_operation_answered(delete, INV_LDAP_NO_SUCH_OBJECT));
    *ret_remedy = remedy_of(delete);
    inv_operation_free(&modify);
    inv_operation_free(&delete);
    return gone;
}

static void forget_person(ctl_person *person)
{
    free(person->dn);
    person->dn = NULL;
    inv_jid_free(&person->name);
    inv_secret_free(&person->password);
}

/*
 * Removes the throwaway entries, with a verdict of its own: the caller's keeps the cause that ended
 * the proofs.
 */
static void clean_up(ctl_proof *proof)
{
    inv_verdict unused = INV_VERDICT_INIT;
    inv_call *call = proof->call;
    inv_call aside = inv_call_aside(call, &unused);
    bool all = true;

    proof->call = &aside;
    while (proof->made_count > 0) {
        char *dn = proof->made[--proof->made_count];
        const char *cause = NULL;
        char remedy[512];
        bool gone = remove_with(proof, proof->call->directory, dn, &cause) ||
                    (proof->admin != NULL && remove_with(proof, proof->admin, dn, &cause));

        if (!gone) {
            (void)snprintf(remedy, sizeof(remedy), "delete the entry by hand; then %s", cause);
            ctl_proof_finding(proof, "removal", remedy, "the throwaway entry %s cannot be removed",
                              dn);
        }
        all = all && gone;
        free(dn);
    }
    if (all && !proof->takes_no_writes)
        ctl_proof_fine(proof, "removal", "all throwaway entries are gone");
    proof->call = call;
    forget_person(&proof->reader);
    forget_person(&proof->other);
    free(proof->invite_dn);
    free(proof->pair_dn);
    proof->invite_dn = proof->pair_dn = NULL;
}

static inv_result probe_all(ctl_proof *proof)
{
    /* cppcheck-suppress uninitvar; it is set in the same line */
    inv_result (*const probes[])(ctl_proof *) = {
        ctl_probe_invites,  ctl_probe_reservations, ctl_probe_clock, ctl_probe_forms,
        ctl_probe_accounts, ctl_probe_locks,        ctl_probe_pairs, ctl_probe_groups,
        ctl_probe_exposure, probe_narrowness,       ctl_probe_terms,
    };
    inv_result result = INV_OK;

    /* the first one finds out: where no write is taken, missing rights are not the cause */
    for (size_t i = 0;
         result == INV_OK && i < sizeof(probes) / sizeof(probes[0]) && !proof->takes_no_writes; i++)
        result = probes[i](proof);
    return result;
}

inv_result ctl_probe(ctl_proof *proof)
{
    sigset_t before;
    inv_result result;

    if (!ctl_random_hex(proof->tag, sizeof(proof->tag) - 1) ||
        !ctl_random_hex(proof->id, sizeof(proof->id) - 1))
        return inv_verdict_set(proof->call->verdict, INV_CONFIG,
                               "the system gives no random bytes");
    /* a letter first, for directories that want names to start with one */
    proof->tag[0] = 'p';
    /* an interrupt is held until the entries are removed, which takes seconds */
    ctl_hold_interrupts(&before);
    result = probe_all(proof);
    clean_up(proof);
    ctl_release_interrupts(&before);
    return result;
}
