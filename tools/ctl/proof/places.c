/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "places.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
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
    ctl_proof_finding(
        proof, "places",
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
        ctl_proof_fine(proof, "places", "no container lies in one of another domain");
    return fine;
}

/* ------------------------------------------------------------------ other containers of invites */

/* What a search of the whole directory found. survey_clear frees the texts. */
typedef struct survey {
    char *other;  /* another container of invites; NULL: none was seen */
    char *unseen; /* the base that could not be searched, or what could not be read; NULL: none */
    bool own;     /* the domain's own container was found: the class can be searched for */
} survey;

static void survey_clear(survey *seen)
{
    free(seen->other);
    free(seen->unseen);
}

/* Keeps the first text only. */
static inv_result keep(char **kept, const char *text, inv_verdict *verdict)
{
    if (*kept != NULL)
        return INV_OK;
    *kept = strdup(text);
    return *kept != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

static inv_result look_below(ctl_proof *proof, const char *base, survey *seen)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search =
        inv_operation_search(base, INV_SCOPE_SUBTREE, "(objectClass=xmppInviteContainer)", nothing);
    inv_directory *directory = proof->admin != NULL ? proof->admin : proof->call->directory;
    inv_result result = ctl_proof_run(proof, directory, search);

    if (result == INV_OK && !inv_operation_answered(search, INV_LDAP_SUCCESS))
        result = keep(&seen->unseen, base, proof->call->verdict);
    /* entries count also if the search ended at a limit */
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        const char *dn = inv_entry_dn(search->entries[i]);

        if (inv_dn_equal(dn, proof->domain->invites))
            seen->own = true;
        else
            result = keep(&seen->other, dn, proof->call->verdict);
    }
    inv_operation_free(&search);
    return result;
}

/*
 * That there is no other container is certain only if every search was answered with 0 and the
 * domain's own was among the entries found.
 */
static inv_result look_everywhere(ctl_proof *proof, survey *seen)
{
    static const char *const attributes[] = {"namingContexts", NULL};
    inv_operation *root = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, root);
    size_t count = 0;

    if (result == INV_OK && root->entry_count == 1)
        count = inv_entry_count(root->entries[0], "namingContexts");
    if (result == INV_OK && count == 0)
        result = keep(&seen->unseen, "namingContexts of the root DSE", proof->call->verdict);
    for (size_t i = 0; result == INV_OK && i < count; i++)
        result =
            look_below(proof, inv_entry_value(root->entries[0], "namingContexts", i, NULL), seen);
    if (result == INV_OK)
        result = look_below(proof, proof->domain->name_search_base, seen);
    if (result == INV_OK && !seen->own)
        result = keep(&seen->unseen, proof->domain->invites, proof->call->verdict);
    inv_operation_free(&root);
    return result;
}

static void tell_unseen(ctl_proof *proof, const char *unseen, const char *recorded)
{
    ctl_proof_note(proof, "sole",
                   "run invitectl init with --bind-dn of an identity that may search there, or "
                   "invitectl adopt for people outside of people = ...",
                   "whether %s is the only container of invites cannot be told: no search for "
                   "(objectClass=xmppInviteContainer) shows all of %s; recorded as %s",
                   proof->domain->invites, unseen, recorded);
}

inv_result ctl_find_sole(ctl_proof *proof, bool *sole)
{
    survey seen = {.own = false};
    inv_result result = INV_OK;

    *sole = false;
    if (proof->config->domain_count == 1) {
        result = look_everywhere(proof, &seen);
        *sole = result == INV_OK && seen.other == NULL && seen.unseen == NULL;
        if (result == INV_OK && seen.other == NULL && seen.unseen != NULL)
            tell_unseen(proof, seen.unseen, "not the only one");
    }
    survey_clear(&seen);
    return result;
}

inv_result ctl_check_sole(ctl_proof *proof, ctl_sole recorded)
{
    static const char init[] = "run invitectl init";
    survey seen = {.own = false};
    bool alone = proof->config->domain_count == 1;
    inv_result result = alone ? look_everywhere(proof, &seen) : INV_OK;

    if (result != INV_OK)
        goto cleanup;
    if (recorded == CTL_SOLE_UNKNOWN)
        ctl_proof_finding(proof, "sole", init,
                          "%s does not record whether it is the only container of invites",
                          proof->domain->invites);
    else if (recorded == CTL_SOLE_YES && seen.other != NULL)
        ctl_proof_finding(
            proof, "sole",
            "run invitectl init; people outside of people = ... then need invitectl adopt",
            "%s is recorded as the only container of invites, but there is %s",
            proof->domain->invites, seen.other);
    else if (recorded == CTL_SOLE_YES && !alone)
        ctl_proof_finding(
            proof, "sole", init,
            "%s is recorded as the only container of invites, but several domains are "
            "configured",
            proof->domain->invites);
    else if (recorded == CTL_SOLE_NO && alone && seen.other == NULL && seen.unseen == NULL)
        ctl_proof_note(proof, "sole", init,
                       "%s is recorded as one container of several, but is the only one",
                       proof->domain->invites);
    else if (recorded == CTL_SOLE_YES && seen.unseen != NULL)
        tell_unseen(proof, seen.unseen, "the only one");
    else
        ctl_proof_fine(proof, "sole", "%s",
                       recorded == CTL_SOLE_YES
                           ? "the only container of invites, as is recorded"
                           : "one container of invites of several, as is recorded: people outside "
                             "of people = ... need invitectl adopt");
cleanup:
    survey_clear(&seen);
    return result;
}
