/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "places.h"

#include <stdlib.h>
#include <string.h>

#define KINDS 3

static const char *const keys[KINDS] = {"people", "invites", "rosters"};

static const char *container(const inv_domain *domain, size_t kind)
{
    const char *const dns[KINDS] = {domain->people, domain->invites, domain->rosters};

    return dns[kind];
}

static bool is_inside(ctl_proof *proof, const inv_domain *inner, const inv_domain *outer,
                      size_t kind)
{
    if (!inv_dn_within(container(inner, kind), container(outer, kind)))
        return false;
    ctl_proof_row(proof, CTL_FINDING, "places",
                  "give each domain a container of its own, beside the others and not below them",
                  "[domain %s] %s = %s lies in [domain %s] %s = %s: whose an entry there is cannot "
                  "be told",
                  inner->name, keys[kind], container(inner, kind), outer->name, keys[kind],
                  container(outer, kind));
    return true;
}

bool ctl_check_places(ctl_proof *proof)
{
    const inv_domain *domain = proof->domain;
    bool fine = true;

    for (size_t i = 0; i < proof->config->domain_count; i++) {
        const inv_domain *other = &proof->config->domains[i];

        for (size_t kind = 0; other != domain && kind < KINDS; kind++) {
            if (is_inside(proof, domain, other, kind) || is_inside(proof, other, domain, kind))
                fine = false;
        }
    }
    if (fine && proof->config->domain_count > 1)
        ctl_proof_row(proof, CTL_FINE, "places", NULL,
                      "no container lies in one of another domain");
    return fine;
}

/* ------------------------------------------------------------------- other containers of invites
 */

static inv_result look_below(ctl_proof *proof, const char *base, char **other)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search =
        inv_operation_search(base, INV_SCOPE_SUBTREE, "(objectClass=xmppInviteContainer)", nothing);
    inv_directory *directory = proof->admin != NULL ? proof->admin : proof->call->directory;
    inv_result result = ctl_proof_run(proof, directory, search);

    /* what cannot be searched is not seen; what was found in front of a limit counts */
    for (size_t i = 0; result == INV_OK && *other == NULL && i < search->entry_count; i++) {
        const char *dn = inv_entry_dn(search->entries[i]);

        if (inv_dn_equal(dn, proof->domain->invites))
            continue;
        *other = strdup(dn);
        if (*other == NULL)
            result = inv_verdict_no_memory(proof->verdict);
    }
    inv_operation_free(&search);
    return result;
}

static inv_result find_other(ctl_proof *proof, char **other)
{
    static const char *const attributes[] = {"namingContexts", NULL};
    inv_operation *root = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, root);
    size_t count = 0;

    *other = NULL;
    if (result == INV_OK && root->entry_count == 1)
        count = inv_entry_count(root->entries[0], "namingContexts");
    for (size_t i = 0; result == INV_OK && *other == NULL && i < count; i++)
        result =
            look_below(proof, inv_entry_value(root->entries[0], "namingContexts", i, NULL), other);
    if (result == INV_OK && *other == NULL)
        result = look_below(proof, proof->domain->name_search_base, other);
    inv_operation_free(&root);
    return result;
}

inv_result ctl_find_sole(ctl_proof *proof, bool *sole)
{
    char *other = NULL;
    inv_result result = INV_OK;

    *sole = proof->config->domain_count == 1;
    if (*sole) {
        result = find_other(proof, &other);
        *sole = result == INV_OK && other == NULL;
    }
    free(other);
    return result;
}

inv_result ctl_check_sole(ctl_proof *proof, ctl_sole recorded)
{
    static const char init[] = "run invitectl init";
    char *other = NULL;
    bool alone = proof->config->domain_count == 1;
    inv_result result = alone ? find_other(proof, &other) : INV_OK;

    if (result != INV_OK)
        return result;
    if (recorded == CTL_SOLE_UNKNOWN)
        ctl_proof_row(proof, CTL_FINDING, "sole", init,
                      "%s does not record whether it is the only container of invites",
                      proof->domain->invites);
    else if (recorded == CTL_SOLE_YES && other != NULL)
        ctl_proof_row(
            proof, CTL_FINDING, "sole",
            "run invitectl init; people outside of people = ... then need invitectl adopt",
            "%s is recorded as the only container of invites, but there is %s",
            proof->domain->invites, other);
    else if (recorded == CTL_SOLE_YES && !alone)
        ctl_proof_row(proof, CTL_FINDING, "sole", init,
                      "%s is recorded as the only container of invites, but several domains are "
                      "configured",
                      proof->domain->invites);
    else if (recorded == CTL_SOLE_NO && alone && other == NULL)
        ctl_proof_row(proof, CTL_NOTE, "sole", init,
                      "%s is recorded as one container of several, but is the only one",
                      proof->domain->invites);
    else
        ctl_proof_row(proof, CTL_FINE, "sole", NULL, "%s",
                      recorded == CTL_SOLE_YES
                          ? "the only container of invites, as is recorded"
                          : "one container of invites of several, as is recorded: people outside "
                            "of people = ... need invitectl adopt");
    free(other);
    return INV_OK;
}
