/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <string.h>

#include "invitegate/directory.h"
/* Whether anonymous and ordinary readers see what only invitegate should. */

#define REMEDY_EXPOSURE                                                                            \
    "put the rules of config-examples/slapd/invitegate-acl.conf in front of the site's own (389 "  \
    "DS: load config-examples/389ds/invitegate-aci.ldif)"

typedef struct reader {
    inv_directory *directory;
    const char *who;
    bool sees;
    bool locked_out; /* its bind is refused */
} reader;

/* What a search for an attribute may show; attribute NULL: the entry itself is the secret. */
typedef struct secret {
    const char *what; /* in words */
    const char *dn;   /* NULL: could not be made */
    inv_scope scope;
    const char *filter;
    const char *attribute;
} secret;

/* Any refusal is as good as an empty answer. */
static inv_result look(ctl_proof *proof, reader *by, const secret *hidden)
{
    const char *const attributes[] = {hidden->attribute, NULL};
    inv_operation *search;
    inv_result result;
    bool seen;

    if (hidden->dn == NULL)
        return INV_OK;
    search = inv_operation_search(hidden->dn, hidden->scope, hidden->filter, attributes);
    if (search != NULL)
        search->size_limit = 1;
    result = ctl_proof_run(proof, by->directory, search);
    if (result == INV_OK && search != NULL) {
        seen =
            search->entry_count > 0 && (hidden->attribute == NULL ||
                                        inv_entry_count(search->entries[0], hidden->attribute) > 0);
        if (seen)
            ctl_proof_finding(proof, "exposure", REMEDY_EXPOSURE, "%s can read %s", by->who,
                              hidden->what);
        by->sees = by->sees || seen;
    } else if (result == INV_CONFIG) {
        by->locked_out = true;
        result = INV_OK;
    }
    inv_operation_free(&search);
    return result;
}

static inv_result look_at_all(ctl_proof *proof, reader *by)
{
    const inv_domain *domain = proof->domain;
    const char *other = proof->other.dn;
    const secret secrets[] = {
        {"an invite", proof->invite_dn, INV_SCOPE_BASE, NULL, NULL},
        {"the list of invites", domain->invites, INV_SCOPE_ONE, NULL, NULL},
        {"a pair of contacts", proof->pair_dn, INV_SCOPE_BASE, NULL, NULL},
        {"the list of contacts", domain->rosters, INV_SCOPE_ONE, NULL, NULL},
        {"authPassword of others", other, INV_SCOPE_BASE, NULL, "authPassword"},
        {"userPassword of others", other, INV_SCOPE_BASE, NULL, "userPassword"},
        {"authPassword of accounts", domain->people, INV_SCOPE_ONE, "(authPassword=*)",
         "authPassword"},
    };
    inv_result result = INV_OK;

    for (size_t i = 0;
         result == INV_OK && !by->locked_out && i < sizeof(secrets) / sizeof(secrets[0]); i++)
        result = look(proof, by, &secrets[i]);
    if (result == INV_OK && by->locked_out)
        ctl_proof_note(proof, "exposure", NULL,
                       "%s is not let in at all, what it could read is not known: %s", by->who,
                       proof->call->verdict->why);
    else if (result == INV_OK && !by->sees)
        ctl_proof_fine(proof, "exposure", "%s can read neither authPassword nor invites nor pairs",
                       by->who);
    return result;
}

inv_result ctl_probe_exposure(ctl_proof *proof)
{
    reader anonymous = {.who = "an anonymous client"};
    reader ordinary = {.who = "an ordinary account"};
    inv_result result = inv_directory_new_anonymous(&proof->config->directory, &anonymous.directory,
                                                    proof->call->verdict);

    if (result == INV_OK)
        result = look_at_all(proof, &anonymous);
    if (result != INV_OK)
        goto cleanup;
    if (proof->reader.dn == NULL) {
        ctl_proof_unseen(proof, "exposure", NULL,
                         "what an ordinary account can read is not known: none could be made");
        goto cleanup;
    }
    result = inv_directory_new(&proof->config->directory, proof->reader.dn, proof->reader.password,
                               &ordinary.directory, proof->call->verdict);
    if (result == INV_OK)
        result = look_at_all(proof, &ordinary);
cleanup:
    inv_directory_free(&anonymous.directory);
    inv_directory_free(&ordinary.directory);
    return result;
}
