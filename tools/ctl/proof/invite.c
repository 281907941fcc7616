/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

/* Takes a throwaway invite through all of its states, and tries reservations and the clock. */

static void add_text(inv_operation *operation, const char *attribute, const char *text)
{
    inv_operation_text(operation, INV_CHANGE_ADD, attribute, text);
}

/* Expired since 1970, and of an id without a token: if it is left behind, it admits no one. */
static inv_operation *throwaway_invite(const ctl_proof *proof)
{
    const char *const *restricting = inv_invite_restricting();
    inv_operation *add = inv_operation_new_add(proof->invite_dn);

    add_text(add, "objectClass", "xmppInvite");
    add_text(add, "inviteId", proof->id);
    add_text(add, "inviteType", "account");
    add_text(add, "inviteDomain", proof->domain->name);
    add_text(add, "inviteUses", "1");
    add_text(add, "inviteUsesLeft", "1");
    add_text(add, "inviteExpires", "19700101000000Z");
    add_text(add, "inviteKeyId", "0");
    add_text(add, "inviteUser", proof->tag);
    add_text(add, "inviteInviter", "invitegate-proof@invalid");
    add_text(add, "inviteContact", "invitegate-proof@invalid");
    add_text(add, "inviteGroup", proof->domain->people);
    add_text(add, "inviteRosterGroup", "invitegate proof");
    add_text(add, "inviteRosterSubscription", "TRUE");
    add_text(add, "inviteAccountExpires", "1d");
    add_text(add, "inviteAccountState", "none none");
    for (size_t i = 0; restricting[i] != NULL; i++)
        add_text(add, "inviteTerms", restricting[i]);
    add_text(add, "inviteMadeBy", "ctl:0");
    add_text(add, "description", "Throwaway entry of invitectl");
    return add;
}

/* All terms have to be readable, or each invite would be refused with INV_CONFIG. */
static inv_result read_invite(ctl_trial *trial)
{
    ctl_proof *proof = trial->proof;
    const char *const *attributes = inv_invite_attributes(INV_INVITE_ALL);
    inv_operation *search =
        inv_operation_search(proof->invite_dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, search);
    const inv_entry *entry;

    if (result != INV_OK)
        goto cleanup;
    if (search->entry_count != 1) {
        trial->failed = true;
        ctl_proof_finding(proof, "invites", CTL_REMEDY_ACL, "cannot read %s", proof->invite_dn);
        goto cleanup;
    }
    entry = search->entries[0];
    for (size_t i = 0; attributes[i] != NULL; i++) {
        /* its claim is finished */
        if (inv_entry_count(entry, attributes[i]) > 0 || strcmp(attributes[i], "inviteClaim") == 0)
            continue;
        trial->failed = true;
        ctl_proof_finding(proof, "invites", CTL_REMEDY_ACL, "cannot read %s of an invite",
                          attributes[i]);
    }
    proof->terms_are_read = !trial->failed;
    if (inv_entry_text(entry, "createTimestamp") != NULL)
        (void)inv_timestamp_parse_generalized(inv_entry_text(entry, "createTimestamp"),
                                              &proof->server_time);
cleanup:
    inv_operation_free(&search);
    return result;
}

/*
 * Whether a write was answered by the state of the server, so that every other one would be
 * answered the same: a replica, one that is read-only, one in trouble.
 */
static bool refuses_all_writes(const inv_operation *write)
{
    return inv_operation_answered(write, INV_LDAP_REFERRAL) ||
           inv_operation_answered(write, INV_LDAP_UNWILLING_TO_PERFORM) ||
           !inv_operation_decided(write);
}

/* The first write of all: its answer also tells which server took it. */
static inv_result add_invite(ctl_trial *trial)
{
    ctl_proof *proof = trial->proof;
    inv_operation *add = throwaway_invite(proof);
    char buffer[256];
    inv_result result;

    inv_provider_ask(add);
    result = ctl_proof_run(proof, proof->call->directory, add);
    trial->failed = result == INV_OK && !inv_operation_answered(add, INV_LDAP_SUCCESS);
    proof->takes_no_writes = trial->failed && refuses_all_writes(add);
    if (proof->takes_no_writes && inv_operation_decided(add))
        ctl_proof_was_not_made(proof);
    if (trial->failed)
        ctl_proof_finding(proof, proof->takes_no_writes ? "provider" : "invites",
                          inv_operation_remedy(add, buffer, sizeof(buffer)),
                          "cannot add an invite: %s answered %d%s%s", add->dn, add->code,
                          add->diagnostic != NULL ? ", " : "",
                          add->diagnostic != NULL ? add->diagnostic : "");
    else if (result == INV_OK)
        (void)inv_provider_told(add, proof->provider);
    inv_operation_free(&add);
    return result;
}

inv_result ctl_probe_invites(ctl_proof *proof)
{
    const char *claim = "invitegate-proof@invalid 0000000000000000";
    const char *use = "invitegate-proof@invalid 19700101000000Z 0000000000000000";
    ctl_trial trial = {.proof = proof, .check = "invites"};
    inv_operation *modify;
    inv_result result;

    proof->invite_dn = inv_invite_dn(proof->domain, proof->id);
    if (proof->invite_dn == NULL || !ctl_proof_will_make(proof, strdup(proof->invite_dn)))
        return inv_verdict_no_memory(proof->call->verdict);
    result = add_invite(&trial);
    if (result != INV_OK || trial.failed)
        return result;
    modify = ctl_proof_change(proof->invite_dn, "inviteUsesLeft", "1", "0");
    inv_operation_text(modify, INV_CHANGE_ADD, "inviteClaim", claim);
    result = ctl_trial_expect(&trial, modify, INV_LDAP_SUCCESS, "claim an invite");
    if (result != INV_OK || trial.failed)
        return result;
    result =
        ctl_trial_expect(&trial, ctl_proof_change(proof->invite_dn, "inviteUsesLeft", "1", "0"),
                         INV_LDAP_NO_SUCH_ATTRIBUTE, "rely on the guard of an exact old value");
    if (result != INV_OK)
        return result;
    modify = ctl_proof_change(proof->invite_dn, "inviteClaim", claim, NULL);
    inv_operation_text(modify, INV_CHANGE_ADD, "inviteUsedBy", use);
    result = ctl_trial_expect(&trial, modify, INV_LDAP_SUCCESS, "finish an invite");
    /* open again: who can read it is tried further on, and rules may depend on its state */
    if (result == INV_OK && !trial.failed)
        result =
            ctl_trial_expect(&trial, ctl_proof_change(proof->invite_dn, "inviteUsesLeft", "0", "1"),
                             INV_LDAP_SUCCESS, "give a use back");
    if (result == INV_OK)
        result = read_invite(&trial);
    if (result == INV_OK && !trial.failed)
        ctl_proof_fine(proof, "invites", "can be added, claimed, finished and read");
    return result;
}

inv_result ctl_probe_reservations(ctl_proof *proof)
{
    char *dn = inv_reservation_dn(proof->domain, proof->tag);
    ctl_trial trial = {.proof = proof, .check = "reservations"};
    inv_operation *add;
    inv_result result;

    if (!ctl_proof_will_make(proof, dn))
        return inv_verdict_no_memory(proof->call->verdict);
    add = inv_operation_new_add(dn);
    add_text(add, "objectClass", "xmppNameReservation");
    add_text(add, "inviteUser", proof->tag);
    add_text(add, "inviteId", proof->id);
    result = ctl_trial_expect(&trial, add, INV_LDAP_SUCCESS, "reserve a name");
    if (result == INV_OK && !trial.failed)
        result = ctl_trial_expect(
            &trial, ctl_proof_change(dn, "inviteId", proof->id, INV_INVITE_ID_THROWAWAY),
            INV_LDAP_SUCCESS, "pass a reservation on");
    if (result == INV_OK && !trial.failed)
        ctl_proof_fine(proof, "reservations", "can be added and passed on");
    return result;
}

/* ----------------------------------------------------------------------------------- the clock */

/* The age of claims and reservations is by the server's clock (common/model/clock.h). */
inv_result ctl_probe_clock(ctl_proof *proof)
{
    static const char *const attributes[] = {"modifyTimestamp", NULL};
    inv_operation *touch = inv_operation_new_modify(proof->domain->invites);
    inv_operation *read = NULL;
    ctl_trial trial = {.proof = proof, .check = "clock"};
    inv_result result;

    inv_operation_text(touch, INV_CHANGE_REPLACE, "inviteClock", "19700101000000Z");
    result = ctl_trial_expect(&trial, touch, INV_LDAP_SUCCESS, "write inviteClock");
    if (result != INV_OK || trial.failed)
        return result;
    read = inv_operation_search(proof->domain->invites, INV_SCOPE_BASE, NULL, attributes);
    result = ctl_proof_run(proof, proof->call->directory, read);
    if (result == INV_OK &&
        (read->entry_count != 1 || inv_entry_text(read->entries[0], "modifyTimestamp") == NULL))
        ctl_proof_finding(proof, "clock", CTL_REMEDY_ACL, "cannot read modifyTimestamp of %s",
                          proof->domain->invites);
    inv_operation_free(&read);
    return result;
}

/* An identity that may change the terms of an invite could make any account with an old one. */
inv_result ctl_probe_terms(ctl_proof *proof)
{
    inv_operation *modify = ctl_proof_change(proof->invite_dn, "inviteUses", "1", "2");
    inv_result result = ctl_proof_run(proof, proof->call->directory, modify);

    if (result == INV_OK && inv_operation_answered(modify, INV_LDAP_SUCCESS))
        ctl_proof_optional(proof, "terms", CTL_REMEDY_ACL,
                           "invitegate may change the terms of an invite");
    else if (result == INV_OK && inv_operation_answered(modify, INV_LDAP_INSUFFICIENT_ACCESS))
        ctl_proof_fine(proof, "terms", "the terms of an invite cannot be changed");
    inv_operation_free(&modify);
    return result;
}
