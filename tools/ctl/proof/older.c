/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include "invitegate/directory.h"
#include "invitegate/invite.h"

/*
 * Invites of releases that wrote no inviteTerms. The restrictions of such an invite are only those
 * that can be read, so nothing is written unless the throwaway invite of this very run showed that
 * every restricting attribute can be read.
 */

typedef struct older_invites {
    ctl_proof *proof;
    size_t found;
    size_t completed;
    size_t resets;
} older_invites;

/*
 * Adds inviteTerms by the attributes of the entry; fails for an invite that has got its terms
 * meanwhile.
 */
static inv_operation *terms_of(const inv_entry *entry)
{
    const char *const *restricting = inv_invite_restricting();
    inv_operation *modify = inv_operation_new_modify(inv_entry_dn(entry));
    bool any = false;

    for (size_t i = 0; restricting[i] != NULL; i++) {
        if (inv_entry_count(entry, restricting[i]) == 0)
            continue;
        any = true;
        inv_operation_text(modify, INV_CHANGE_ADD, "inviteTerms", restricting[i]);
    }
    if (!any)
        inv_operation_text(modify, INV_CHANGE_ADD, "inviteTerms", "none");
    return modify;
}

static inv_result complete_one(older_invites *older, const inv_entry *entry)
{
    ctl_proof *proof = older->proof;
    inv_operation *modify = terms_of(entry);
    inv_result result = ctl_proof_run(proof, proof->call->directory, modify);

    if (result == INV_OK && !inv_operation_answered(modify, INV_LDAP_SUCCESS) &&
        !inv_operation_answered(modify, INV_LDAP_NO_SUCH_OBJECT) &&
        !inv_operation_answered(modify, INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS)) {
        ctl_proof_finding(proof, "older invites", CTL_REMEDY_ACL,
                          "cannot add inviteTerms to %s: result %d", inv_entry_dn(entry),
                          modify->code);
    } else if (result == INV_OK) {
        older->completed++;
        if (inv_entry_has(entry, "inviteType", "reset"))
            older->resets++;
    }
    inv_operation_free(&modify);
    return result;
}

static inv_result visit_page(older_invites *older, const inv_operation *search, bool complete)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && search != NULL && i < search->entry_count; i++) {
        older->found++;
        if (complete)
            result = complete_one(older, search->entries[i]);
    }
    return result;
}

static inv_result visit_all(older_invites *older, bool complete)
{
    ctl_proof *proof = older->proof;
    inv_operation *search = inv_operation_search(proof->domain->invites, INV_SCOPE_ONE,
                                                 "(&(objectClass=xmppInvite)(!(inviteTerms=*)))",
                                                 inv_invite_attributes(INV_INVITE_TERMS));
    inv_result result;

    if (search != NULL)
        search->paged = search->by_page = true;
    do {
        result = ctl_proof_run(proof, proof->call->directory, search);
        if (result == INV_OK)
            result =
                inv_operation_result(search, "looking for older invites", proof->call->verdict);
        if (result == INV_OK)
            result = visit_page(older, search, complete);
    } while (result == INV_OK && inv_operation_has_more(search));
    inv_operation_free(&search);
    return result;
}

inv_result ctl_complete_older_invites(ctl_proof *proof, bool complete)
{
    older_invites older = {.proof = proof};
    inv_result result = visit_all(&older, complete && proof->terms_are_read);

    if (result != INV_OK || older.found == 0)
        return result;
    if (!complete)
        ctl_proof_finding(proof, "older invites", "run invitectl init",
                          "%zu invite%s of an older release without inviteTerms cannot be redeemed",
                          older.found, older.found == 1 ? "" : "s");
    else if (!proof->terms_are_read)
        ctl_proof_finding(proof, "older invites", CTL_REMEDY_ACL "; then run init again",
                          "%zu invite%s of an older release cannot be given inviteTerms: not every "
                          "attribute that restricts an invite can be read",
                          older.found, older.found == 1 ? "" : "s");
    else
        ctl_proof_fine(proof, "older invites",
                       "%zu of %zu invites of an older release have inviteTerms now; %zu reset "
                       "invites among them are over, make them again",
                       older.completed, older.found, older.resets);
    return result;
}
