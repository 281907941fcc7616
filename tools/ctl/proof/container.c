/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/password_form.h"
#include "io/ldif.h"

/* -------------------------------------------------------------------------------------- reading */

static inv_result take_records(ctl_proof *proof, const inv_entry *entry, ctl_containers *containers)
{
    size_t count = inv_entry_count(entry, "inviteKeyFingerprint");

    containers->invites = true;
    containers->marked = inv_entry_has(entry, "objectClass", "xmppInviteContainer");
    inv_provider_read(entry, containers->provider);
    containers->fingerprints = calloc(count + 1, sizeof(*containers->fingerprints));
    if (containers->fingerprints == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    for (size_t i = 0; i < count; i++) {
        containers->fingerprints[i] =
            strdup(inv_entry_value(entry, "inviteKeyFingerprint", i, NULL));
        if (containers->fingerprints[i] == NULL)
            return inv_verdict_no_memory(proof->call->verdict);
    }
    if (inv_entry_text(entry, "inviteSoleContainer") != NULL)
        containers->sole =
            inv_entry_has(entry, "inviteSoleContainer", "TRUE") ? CTL_SOLE_YES : CTL_SOLE_NO;
    for (const inv_password_form *form = inv_password_forms; form->name != NULL; form++) {
        if (inv_entry_has(entry, "invitePasswordForm", form->name))
            containers->forms |= form->verifiers;
    }
    containers->dates = inv_password_dates_of_container(entry);
    return INV_OK;
}

/* An answer without an entry is a good one: the container is missing. */
static inv_result read_one(ctl_proof *proof, inv_directory *directory, const char *dn,
                           inv_operation **search)
{
    static const char *const attributes[] = {"objectClass",
                                             "inviteKeyFingerprint",
                                             "invitePasswordForm",
                                             "invitePasswordDates",
                                             "inviteProvider",
                                             "inviteSoleContainer",
                                             NULL};
    inv_result result;

    *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    result = ctl_proof_run(proof, directory, *search);
    if (result == INV_OK && (*search)->entry_count == 0 &&
        !inv_operation_answered(*search, INV_LDAP_NO_SUCH_OBJECT) &&
        !inv_operation_answered(*search, INV_LDAP_SUCCESS))
        result = inv_operation_result(*search, "reading the container", proof->call->verdict);
    return result;
}

inv_result ctl_containers_read(ctl_proof *proof, ctl_containers *containers)
{
    struct {
        const char *dn;
        bool *there;
    } each[] = {{proof->domain->invites, &containers->invites},
                {proof->domain->people, &containers->people},
                {proof->domain->rosters, &containers->rosters}};
    inv_result result = INV_OK;

    ctl_containers_clear(containers);
    for (size_t i = 0; result == INV_OK && i < sizeof(each) / sizeof(each[0]); i++) {
        inv_operation *search = NULL;

        result = read_one(proof, proof->call->directory, each[i].dn, &search);
        if (result == INV_OK && search->entry_count == 1) {
            *each[i].there = true;
            if (i == 0)
                result = take_records(proof, search->entries[0], containers);
        }
        inv_operation_free(&search);
    }
    return result;
}

void ctl_containers_clear(ctl_containers *containers)
{
    for (size_t i = 0; containers->fingerprints != NULL && containers->fingerprints[i] != NULL; i++)
        free(containers->fingerprints[i]);
    free(containers->fingerprints);
    memset(containers, 0, sizeof(*containers));
}

bool ctl_containers_complete(const ctl_containers *containers)
{
    return containers->invites && containers->marked && containers->people && containers->rosters;
}

/* --------------------------------------------------------------------------------------- making */

/*
 * The class for a container: organizationalUnit for ou=, and for the others the plainest standard
 * class that may have the attribute; NULL: none.
 */
static const char *class_for(const char *attribute)
{
    if (inv_ascii_equal(attribute, "ou"))
        return "organizationalUnit";
    if (inv_ascii_equal(attribute, "o"))
        return "organization";
    return inv_ascii_equal(attribute, "cn") ? "applicationProcess" : NULL;
}

/* NULL: out of memory, or an attribute without such a class. */
static inv_operation *container_add(const char *dn, bool invites)
{
    inv_operation *add = NULL;
    char *attribute = NULL;
    char *value = NULL;

    if (inv_dn_leaf(dn, &attribute, &value) && class_for(attribute) != NULL) {
        add = inv_operation_new_add(dn);
        inv_operation_text(add, INV_CHANGE_ADD, "objectClass", class_for(attribute));
        if (invites)
            inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "xmppInviteContainer");
        inv_operation_text(add, INV_CHANGE_ADD, attribute, value);
    }
    free(attribute);
    free(value);
    return add;
}

static inv_operation *container_mark(const char *dn)
{
    inv_operation *modify = inv_operation_new_modify(dn);

    inv_operation_text(modify, INV_CHANGE_ADD, "objectClass", "xmppInviteContainer");
    return modify;
}

/*
 * The operations that make what is missing, three at most, with NULL behind them. False: one of
 * them cannot be made, which is printed.
 */
static bool missing(const inv_domain *domain, const ctl_containers *containers,
                    inv_operation *operations[4])
{
    static const ctl_containers none;
    const ctl_containers *there = containers != NULL ? containers : &none;
    const struct {
        const char *dn;
        bool there;
        bool invites;
    } each[] = {{domain->people, there->people, false},
                {domain->invites, there->invites, true},
                {domain->rosters, there->rosters, false}};
    size_t count = 0;

    memset(operations, 0, 4 * sizeof(*operations));
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        if (each[i].there && (!each[i].invites || there->marked))
            continue;
        operations[count] =
            each[i].there ? container_mark(each[i].dn) : container_add(each[i].dn, each[i].invites);
        if (operations[count] == NULL) {
            ctl_warn("%s: only ou=, o= and cn= containers are made here, make this one by hand%s",
                     each[i].dn, each[i].invites ? " with the class xmppInviteContainer" : "");
            return false;
        }
        count++;
    }
    return true;
}

static void free_all(inv_operation *operations[4])
{
    for (size_t i = 0; i < 4; i++)
        inv_operation_free(&operations[i]);
}

bool ctl_containers_print_ldif(FILE *stream, const inv_domain *domain,
                               const ctl_containers *containers)
{
    inv_operation *operations[4];
    bool printed = missing(domain, containers, operations);

    for (size_t i = 0; printed && operations[i] != NULL; i++)
        printed = ctl_ldif_print(stream, operations[i]);
    free_all(operations);
    return printed;
}

inv_result ctl_containers_make(ctl_proof *proof, const ctl_containers *containers)
{
    inv_operation *operations[4];
    inv_result result = INV_OK;

    if (!missing(proof->domain, containers, operations))
        result = inv_verdict_set(proof->call->verdict, INV_CONFIG,
                                 "not every container of %s could be made", proof->domain->name);
    for (size_t i = 0; result == INV_OK && operations[i] != NULL; i++) {
        result = ctl_proof_run(proof, proof->admin, operations[i]);
        if (result == INV_OK && !inv_operation_answered(operations[i], INV_LDAP_SUCCESS) &&
            !inv_operation_answered(operations[i], INV_LDAP_ENTRY_ALREADY_EXISTS) &&
            !inv_operation_answered(operations[i], INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS))
            result =
                inv_operation_result(operations[i], "making a container", proof->call->verdict);
        if (result == INV_OK)
            ctl_proof_fine(proof, "containers", "%s is made", operations[i]->dn);
    }
    free_all(operations);
    return result;
}

/* ------------------------------------------------------------------------------------ recording */

static inv_operation *record_operation(const ctl_proof *proof, const ctl_containers *containers,
                                       const inv_keys *keys, unsigned forms,
                                       inv_password_dates dates)
{
    inv_operation *modify = inv_operation_new_modify(proof->domain->invites);

    for (size_t i = 0; i < inv_keys_count(keys); i++) {
        char fingerprint[INV_KEY_FINGERPRINT_SIZE];

        inv_keys_fingerprint(keys, i, fingerprint);
        if (!ctl_key_is_recorded(containers, keys, i))
            inv_operation_text(modify, INV_CHANGE_ADD, "inviteKeyFingerprint", fingerprint);
    }
    if (dates != containers->dates)
        inv_operation_text(modify, INV_CHANGE_REPLACE, "invitePasswordDates",
                           inv_password_dates_word(dates));
    if (containers->provider[0] == '\0' && proof->provider[0] != '\0')
        inv_operation_text(modify, INV_CHANGE_ADD, "inviteProvider", proof->provider);
    if (containers->sole != (proof->sole ? CTL_SOLE_YES : CTL_SOLE_NO))
        inv_operation_text(modify, INV_CHANGE_REPLACE, "inviteSoleContainer",
                           proof->sole ? "TRUE" : "FALSE");
    if (forms == containers->forms)
        return modify;
    if (forms == 0)
        inv_operation_text(modify, INV_CHANGE_REPLACE, "invitePasswordForm", NULL);
    for (const inv_password_form *form = inv_password_forms; form->name != NULL; form++) {
        if ((forms & form->verifiers) != 0)
            inv_operation_text(modify, INV_CHANGE_REPLACE, "invitePasswordForm", form->name);
    }
    return modify;
}

/* Whether a change deletes an attribute without new values. */
static bool only_takes_away(const inv_operation *modify)
{
    for (size_t i = 0; i < modify->change_count; i++) {
        if (modify->changes[i].value_count == 0)
            return true;
    }
    return false;
}

/*
 * Reports a change that could not be written; with its LDIF as the remedy where only a right was
 * missing, unless it deletes an attribute: what could not be proved now may have been proved
 * before.
 */
static void report_unrecorded(ctl_proof *proof, const inv_operation *modify)
{
    char *ldif = NULL;
    size_t length = 0;
    FILE *stream = NULL;

    if (!inv_operation_answered(modify, INV_LDAP_INSUFFICIENT_ACCESS) || only_takes_away(modify)) {
        char buffer[256];

        ctl_proof_finding(proof, "record", inv_operation_remedy(modify, buffer, sizeof(buffer)),
                          "what was proved cannot be written into %s: it answered %d%s%s",
                          proof->domain->invites, modify->code,
                          modify->diagnostic != NULL ? ", " : "",
                          modify->diagnostic != NULL ? modify->diagnostic : "");
        return;
    }
    stream = open_memstream(&ldif, &length);

    if (stream != NULL) {
        (void)ctl_ldif_print(stream, modify);
        (void)fclose(stream);
    }
    ctl_proof_finding(
        proof, "record", ldif,
        "invitegate may not write what was proved into %s: load this, or run init with "
        "--bind-dn",
        proof->domain->invites);
    free(ldif);
}

inv_result ctl_containers_record(ctl_proof *proof, const ctl_containers *containers,
                                 const inv_keys *keys, bool fine)
{
    /* forms that could not be seen this time stay as they were proved before */
    unsigned unseen = containers->forms & ~(proof->accepted | proof->refused);
    unsigned forms = fine ? proof->accepted | unseen : containers->forms & ~proof->refused;
    inv_password_dates dates =
        proof->dates == INV_PASSWORD_DATES_NEVER || (fine && proof->dates != containers->dates &&
                                                     proof->dates != INV_PASSWORD_DATES_UNKNOWN)
            ? proof->dates
            : containers->dates;
    inv_operation *modify = NULL;
    inv_result result = ctl_find_sole(proof, &proof->sole);

    if (result != INV_OK)
        return result;
    modify = record_operation(proof, containers, keys, forms, dates);
    if (modify == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    if (modify->change_count == 0)
        goto cleanup;
    result = ctl_proof_run(proof, proof->call->directory, modify);
    if (result == INV_OK && !inv_operation_answered(modify, INV_LDAP_SUCCESS) &&
        proof->admin != NULL) {
        inv_operation_free(&modify);
        modify = record_operation(proof, containers, keys, forms, dates);
        result = ctl_proof_run(proof, proof->admin, modify);
    }
    if (result == INV_OK && inv_operation_answered(modify, INV_LDAP_SUCCESS))
        ctl_proof_fine(proof, "record", "what was proved is in %s", proof->domain->invites);
    else if (result == INV_OK)
        report_unrecorded(proof, modify);
cleanup:
    inv_operation_free(&modify);
    return result;
}

void ctl_check_provider(ctl_proof *proof, const ctl_containers *containers)
{
    static const char remedy[] =
        "name the provider first in uri of [directory]; where it has moved to this server for "
        "good, run invitectl provider --set";
    const char *uri = proof->config->directory.uris[0];

    if (proof->provider[0] == '\0' && containers->provider[0] == '\0')
        return; /* 389 DS does not tell its server id */
    if (proof->provider[0] == '\0')
        ctl_proof_finding(proof, "provider",
                          "let the identity of [directory] read entryCSN of the entries it writes",
                          "server %s decides, but %s does not tell which one it is",
                          containers->provider, uri);
    else if (containers->provider[0] == '\0')
        ctl_proof_note(proof, "provider", "run invitectl init",
                       "%s is server %s; which one decides is not recorded", uri, proof->provider);
    else if (strcmp(proof->provider, containers->provider) != 0)
        ctl_proof_finding(proof, "provider", remedy, "server %s decides, but %s is %s",
                          containers->provider, uri, proof->provider);
    else
        ctl_proof_fine(proof, "provider", "%s is server %s, which decides", uri, proof->provider);
}
