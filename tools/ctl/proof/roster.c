/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/changes.h"
#include "invitegate/directory.h"
#include "invitegate/group.h"
#include "invitegate/pair.h"

/* Tries a throwaway pair, and the groups that accounts may join. */

/* The pair that a search for new pairs has to find. */
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
static inv_result probe_changes(ctl_proof *proof, const char *cookie, const char *jid)
{
    char next[INV_CHANGES_COOKIE_SIZE];
    sought pair = {.jid = jid};
    inv_call call = ctl_proof_call(proof);
    bool restart = false;
    inv_result result;

    result = inv_changes_since(&call, cookie, &(inv_changes_visitor){visit_new_pair, &pair}, next,
                               &restart);
    if (result == INV_OK && !restart && !pair.found)
        ctl_proof_finding(proof, "rosters", CTL_REMEDY_ACL,
                          "new pairs are not found by when they were written (entryCSN, or "
                          "modifyTimestamp): invite-agent does not announce them");
    return result;
}

/* Reads a cookie. INV_CONFIG is left to ctl_probe_clock to report. */
static inv_result read_changes(ctl_proof *proof, char cookie[INV_CHANGES_COOKIE_SIZE])
{
    inv_call call = ctl_proof_call(proof);
    bool restart = false;
    inv_result result;

    cookie[0] = '\0';
    result = inv_changes_since(&call, "", &(inv_changes_visitor){visit_new_pair, NULL}, cookie,
                               &restart);
    return result == INV_CONFIG ? INV_OK : result;
}

inv_result ctl_probe_pairs(ctl_proof *proof)
{
    char cookie[INV_CHANGES_COOKIE_SIZE];
    char one[300];
    char two[300];
    ctl_trial trial = {.proof = proof, .check = "rosters"};
    inv_result result;

    (void)snprintf(one, sizeof(one), "%s-1@%s", proof->tag, proof->domain->name);
    (void)snprintf(two, sizeof(two), "%s-2@%s", proof->tag, proof->domain->name);
    proof->pair_dn = inv_pair_dn(proof->domain, one, two);
    if (proof->pair_dn == NULL || !ctl_proof_will_make(proof, strdup(proof->pair_dn)))
        return inv_verdict_no_memory(proof->call->verdict);
    result = read_changes(proof, cookie);
    if (result == INV_OK)
        result = ctl_trial_expect(
            &trial, inv_pair_add_operation(proof->domain, one, two, "invitegate proof", proof->id),
            INV_LDAP_SUCCESS, "add a pair of contacts");
    if (result == INV_OK && !trial.failed)
        result =
            ctl_trial_expect(&trial,
                             inv_pair_adopt_operation(proof->pair_dn, "invitegate proof, again",
                                                      INV_INVITE_ID_THROWAWAY),
                             INV_LDAP_SUCCESS, "change a pair of contacts");
    if (result == INV_OK && !trial.failed && cookie[0] != '\0')
        result = probe_changes(proof, cookie, one);
    if (result == INV_OK && !trial.failed)
        ctl_proof_fine(proof, "rosters", "pairs can be added and changed");
    return result;
}

/* ------------------------------------------------------------------------------------ groups */

/* A group, and the member that it has for a moment. */
typedef struct group_proof {
    ctl_trial *trial;
    const char *dn;
    const char *attribute;
    const char *value;
} group_proof;

/* A throwaway account if one could be made, else a name without an account. */
static inv_result find_member(ctl_proof *proof, char **dn, char **local)
{
    const ctl_person *person = proof->other.dn != NULL ? &proof->other : &proof->reader;

    if (person->dn != NULL) {
        *dn = strdup(person->dn);
        *local = strdup(inv_jid_local(person->name));
    } else {
        *dn = inv_dn_child(proof->domain->account_rdn, proof->tag, proof->domain->people);
        *local = strdup(proof->tag);
    }
    return *dn != NULL && *local != NULL ? INV_OK : inv_verdict_no_memory(proof->call->verdict);
}

/* Whether it is found that this group names a name. */
static inv_result probe_member_search(const group_proof *work)
{
    ctl_proof *proof = work->trial->proof;
    const ctl_person *person = proof->other.dn != NULL ? &proof->other : &proof->reader;
    inv_call call = ctl_proof_call(proof);
    char *group = NULL;
    inv_result result;

    if (person->dn == NULL)
        return INV_OK;
    result = inv_group_find(&call, person->name, &group);
    if (result == INV_CONFIG || (result == INV_OK && group == NULL)) {
        work->trial->failed = true;
        ctl_proof_finding(
            proof, "groups",
            "correct group_search_base and group_filter, or let invitegate read the "
            "members of the group",
            "a name that %s names in %s is not found%s%s: whoever registered it would be "
            "in the group",
            work->dn, work->attribute, result == INV_CONFIG ? ": " : "",
            result == INV_CONFIG ? proof->call->verdict->why : "");
        result = INV_OK;
    }
    free(group);
    return result;
}

/* The account joins, is found, and leaves again. */
static inv_result probe_membership(const group_proof *work)
{
    ctl_trial joining = {.proof = work->trial->proof, .check = work->trial->check};
    inv_result seen = INV_OK;
    inv_result result =
        ctl_trial_expect(&joining, ctl_proof_change(work->dn, work->attribute, NULL, work->value),
                         INV_LDAP_SUCCESS, "add a member to a group");

    if (result != INV_OK || joining.failed) {
        work->trial->failed = true;
        return result;
    }
    seen = probe_member_search(work);
    result = ctl_trial_expect(work->trial,
                              ctl_proof_change(work->dn, work->attribute, work->value, NULL),
                              INV_LDAP_SUCCESS, "take the throwaway member out of a group again");
    return seen != INV_OK ? seen : result;
}

/*
 * Deletes a member that the group does not have: without the right that is answered 50, and with it
 * no group is changed.
 */
static inv_result probe_right(const group_proof *work)
{
    return ctl_trial_expect(work->trial,
                            ctl_proof_change(work->dn, work->attribute, work->value, NULL),
                            INV_LDAP_NO_SUCH_ATTRIBUTE, "change the members of a group");
}

/* tried: the attributes that an earlier group took a member in. */
static inv_result probe_attributes(group_proof *work, inv_operation *const *reads,
                                   const char *const member[2],
                                   const char *tried[INV_GROUP_ATTRIBUTES])
{
    const char *attributes[INV_GROUP_ATTRIBUTES];
    size_t count = inv_group_kind(reads, attributes);
    inv_result result = INV_OK;

    if (count == 0) {
        work->trial->failed = true;
        ctl_proof_finding(
            work->trial->proof, "groups",
            "correct allowed_groups, or let invitegate read the group",
            reads[0]->entry_count == 1
                ? "%s of allowed_groups has no object class that is known to hold members"
                : "%s of allowed_groups is not there",
            work->dn);
    }
    for (size_t i = 0; result == INV_OK && i < count; i++) {
        size_t known = 0;

        work->attribute = attributes[i];
        work->value = member[inv_group_attribute_holds_dn(attributes[i]) ? 0 : 1];
        while (known < INV_GROUP_ATTRIBUTES && tried[known] != NULL &&
               strcmp(tried[known], attributes[i]) != 0)
            known++;
        if (known < INV_GROUP_ATTRIBUTES && tried[known] == NULL) {
            tried[known] = attributes[i];
            result = probe_membership(work);
        } else {
            result = probe_right(work);
        }
    }
    return result;
}

inv_result ctl_probe_groups(ctl_proof *proof)
{
    const char *tried[INV_GROUP_ATTRIBUTES] = {NULL};
    char *member[2] = {NULL, NULL}; /* its DN and its name */
    ctl_trial trial = {.proof = proof, .check = "groups"};
    inv_result result = INV_OK;

    if (proof->domain->allowed_groups[0] == NULL)
        return INV_OK;
    result = find_member(proof, &member[0], &member[1]);
    for (size_t i = 0; result == INV_OK && proof->domain->allowed_groups[i] != NULL; i++) {
        group_proof work = {.trial = &trial, .dn = proof->domain->allowed_groups[i]};
        inv_call call = ctl_proof_call(proof);
        inv_operation *reads[INV_GROUP_KIND_READS] = {NULL};

        if (!inv_group_kind_reads(work.dn, reads))
            result = inv_verdict_no_memory(proof->call->verdict);
        if (result == INV_OK)
            result = inv_call_run(&call, reads, INV_GROUP_KIND_READS);
        if (result == INV_OK)
            result = probe_attributes(&work, reads, (const char *const *)member, tried);
        for (size_t j = 0; j < INV_GROUP_KIND_READS; j++)
            inv_operation_free(&reads[j]);
    }
    if (result == INV_OK && !trial.failed)
        ctl_proof_fine(proof, "groups", "accounts can be added to all of them");
    free(member[0]);
    free(member[1]);
    return result;
}
