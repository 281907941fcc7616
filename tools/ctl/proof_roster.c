/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/changes.h"
#include "invitegate/roster.h"

/* A throwaway pair of contacts, and the groups that accounts may join. */

/* What a search for new pairs is to come upon. */
typedef struct sought {
    const char *jid;
    bool found;
} sought;

static bool visit_new_pair(void *context, const char *owner, const char *contact, const char *group)
{
    sought *pair = context;

    (void)contact;
    (void)group;
    pair->found = strcmp(owner, pair->jid) == 0;
    return !pair->found;
}

/* cookie: from before the pair was added. */
static inv_result prove_changes(ctl_proof *proof, const char *cookie, const char *jid)
{
    char next[INV_CHANGES_COOKIE_SIZE];
    sought pair = {.jid = jid};
    inv_call call = *proof->call;
    bool restart = false;
    inv_result result;

    call.domain = proof->domain;
    call.deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    result =
        inv_changes_since(&call, cookie, visit_new_pair, &pair, next, &restart, proof->verdict);
    if (result == INV_OK && !restart && !pair.found)
        ctl_proof_row(proof, CTL_FINDING, "rosters", CTL_REMEDY_ACL,
                      "new pairs are not found by when they were written (entryCSN, or "
                      "modifyTimestamp): invite-agent tells nobody of them");
    return result;
}

/* INV_CONFIG has a row of its own: the clock's. */
static inv_result read_changes(ctl_proof *proof, char cookie[INV_CHANGES_COOKIE_SIZE])
{
    inv_call call = *proof->call;
    bool restart = false;
    inv_result result;

    cookie[0] = '\0';
    call.domain = proof->domain;
    call.deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    result = inv_changes_since(&call, "", visit_new_pair, NULL, cookie, &restart, proof->verdict);
    return result == INV_CONFIG ? INV_OK : result;
}

inv_result ctl_prove_pairs(ctl_proof *proof)
{
    char cookie[INV_CHANGES_COOKIE_SIZE];
    char one[300];
    char two[300];
    bool right = true;
    inv_result result;

    (void)snprintf(one, sizeof(one), "%s-1@%s", proof->tag, proof->domain->name);
    (void)snprintf(two, sizeof(two), "%s-2@%s", proof->tag, proof->domain->name);
    proof->pair_dn = inv_pair_dn(proof->domain, one, two);
    if (proof->pair_dn == NULL || !ctl_proof_will_make(proof, strdup(proof->pair_dn)))
        return inv_verdict_no_memory(proof->verdict);
    result = read_changes(proof, cookie);
    if (result == INV_OK)
        result = ctl_proof_expect(
            proof, inv_pair_add_operation(proof->domain, one, two, "invitegate proof", proof->id),
            INV_LDAP_SUCCESS, "rosters", "add a pair of contacts", &right);
    if (result == INV_OK && right)
        result = ctl_proof_expect(
            proof,
            inv_pair_adopt_operation(proof->pair_dn, "invitegate proof, again", CTL_THROWAWAY_ID),
            INV_LDAP_SUCCESS, "rosters", "change a pair of contacts", &right);
    if (result == INV_OK && right && cookie[0] != '\0')
        result = prove_changes(proof, cookie, one);
    if (result == INV_OK && right)
        ctl_proof_row(proof, CTL_FINE, "rosters", NULL, "pairs can be added and changed");
    return result;
}

static const char *member_attribute(const inv_entry *group)
{
    if (inv_entry_has(group, "objectClass", "posixGroup"))
        return "memberUid";
    return inv_entry_has(group, "objectClass", "groupOfUniqueNames") ? "uniqueMember" : "member";
}

/* Deleting a member that is not there: who lacks the right hears so, and no group is changed. */
static inv_result prove_group(ctl_proof *proof, const char *dn, bool *right)
{
    static const char *const attributes[] = {"objectClass", NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, search);
    const char *attribute;
    char *nobody = NULL;

    if (result != INV_OK)
        goto cleanup;
    if (search->entry_count != 1) {
        *right = false;
        ctl_proof_row(proof, CTL_FINDING, "groups",
                      "correct allowed_groups, or let invitegate read the group",
                      "%s of allowed_groups is not there", dn);
        goto cleanup;
    }
    attribute = member_attribute(search->entries[0]);
    nobody = inv_dn_child(proof->domain->account_rdn, proof->tag, proof->domain->people);
    if (nobody == NULL)
        result = inv_verdict_no_memory(proof->verdict);
    else
        result = ctl_proof_expect(
            proof,
            ctl_proof_change(dn, attribute,
                             strcmp(attribute, "memberUid") == 0 ? proof->tag : nobody, NULL),
            INV_LDAP_NO_SUCH_ATTRIBUTE, "groups", "change the members of a group", right);
cleanup:
    free(nobody);
    inv_operation_free(&search);
    return result;
}

inv_result ctl_prove_groups(ctl_proof *proof)
{
    inv_result result = INV_OK;
    bool right = true;

    for (size_t i = 0; result == INV_OK && proof->domain->allowed_groups[i] != NULL; i++)
        result = prove_group(proof, proof->domain->allowed_groups[i], &right);
    if (result == INV_OK && right && proof->domain->allowed_groups[0] != NULL)
        ctl_proof_row(proof, CTL_FINE, "groups", NULL, "accounts can be added to all of them");
    return result;
}
