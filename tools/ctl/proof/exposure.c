/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/directory.h"
#include "proof.h"

#include <string.h>

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

/* attribute NULL: the entry itself is the secret. Any refusal is as good as an empty answer. */
static inv_result look(ctl_proof *proof, reader *by, const char *dn, inv_scope scope,
                       const char *filter, const char *attribute, const char *what)
{
    const char *const attributes[] = {attribute, NULL};
    inv_operation *search;
    inv_result result;
    bool seen;

    if (dn == NULL)
        return INV_OK;
    search = inv_operation_search(dn, scope, filter, attributes);
    if (search != NULL)
        search->size_limit = 1;
    result = ctl_proof_run(proof, by->directory, search);
    if (result == INV_OK && search != NULL) {
        seen = search->entry_count > 0 &&
               (attribute == NULL || inv_entry_count(search->entries[0], attribute) > 0);
        if (seen)
            ctl_proof_row(proof, CTL_FINDING, "exposure", REMEDY_EXPOSURE, "%s can read %s",
                          by->who, what);
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
    const struct {
        const char *dn;
        inv_scope scope;
        const char *filter;
        const char *attribute;
        const char *what;
    } secrets[] = {
        {proof->invite_dn, INV_SCOPE_BASE, NULL, NULL, "an invite"},
        {proof->domain->invites, INV_SCOPE_ONE, NULL, NULL, "the list of invites"},
        {proof->pair_dn, INV_SCOPE_BASE, NULL, NULL, "a pair of contacts"},
        {proof->domain->rosters, INV_SCOPE_ONE, NULL, NULL, "the list of contacts"},
        {proof->other.dn, INV_SCOPE_BASE, NULL, "authPassword", "authPassword of others"},
        {proof->other.dn, INV_SCOPE_BASE, NULL, "userPassword", "userPassword of others"},
        {proof->domain->people, INV_SCOPE_ONE, "(authPassword=*)", "authPassword",
         "authPassword of accounts"},
    };
    inv_result result = INV_OK;

    for (size_t i = 0;
         result == INV_OK && !by->locked_out && i < sizeof(secrets) / sizeof(secrets[0]); i++)
        result = look(proof, by, secrets[i].dn, secrets[i].scope, secrets[i].filter,
                      secrets[i].attribute, secrets[i].what);
    if (result == INV_OK && by->locked_out)
        ctl_proof_row(proof, CTL_NOTE, "exposure", NULL,
                      "%s is not let in at all, what it could read is not known: %s", by->who,
                      proof->verdict->why);
    else if (result == INV_OK && !by->sees)
        ctl_proof_row(proof, CTL_FINE, "exposure", NULL,
                      "%s can read neither authPassword nor invites nor pairs", by->who);
    return result;
}

inv_result ctl_probe_exposure(ctl_proof *proof)
{
    reader anonymous = {.who = "anybody, without a bind,"};
    reader ordinary = {.who = "an ordinary account"};
    inv_result result = inv_directory_new_anonymous(&proof->config->directory, &anonymous.directory,
                                                    proof->verdict);

    if (result == INV_OK)
        result = look_at_all(proof, &anonymous);
    if (result != INV_OK)
        goto cleanup;
    if (proof->reader.dn == NULL) {
        ctl_proof_row(proof, CTL_NOTE, "exposure", NULL,
                      "what an ordinary account can read is not known: none could be made");
        goto cleanup;
    }
    result = inv_directory_new(&proof->config->directory, proof->reader.dn, proof->reader.password,
                               &ordinary.directory, proof->verdict);
    if (result == INV_OK)
        result = look_at_all(proof, &ordinary);
cleanup:
    inv_directory_free(&anonymous.directory);
    inv_directory_free(&ordinary.directory);
    return result;
}
