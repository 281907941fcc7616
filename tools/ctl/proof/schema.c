/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/dn.h"
#include "invitegate/schema.h"

static const char *const attribute_names[] = {"inviteId",
                                              "inviteType",
                                              "inviteDomain",
                                              "inviteUses",
                                              "inviteUsesLeft",
                                              "inviteExpires",
                                              "inviteKeyId",
                                              "inviteUser",
                                              "inviteInviter",
                                              "inviteContact",
                                              "inviteGroup",
                                              "inviteRosterGroup",
                                              "inviteRosterSubscription",
                                              "inviteAccountExpires",
                                              "inviteClaim",
                                              "inviteUsedBy",
                                              "inviteNonce",
                                              "xmppJid",
                                              "xmppInvitedBy",
                                              "xmppAccountExpires",
                                              "rosterPairId",
                                              "xmppContactJid",
                                              "rosterGroup",
                                              "rosterMember",
                                              "inviteKeyFingerprint",
                                              "invitePasswordForm",
                                              "inviteClock",
                                              "inviteTerms",
                                              "inviteMadeBy",
                                              "inviteField",
                                              "inviteAccountState",
                                              "xmppVerifiersOf",
                                              "inviteKeyName",
                                              "inviteKeyHash",
                                              "inviteKeyMaxUses",
                                              "inviteKeyMaxExpires",
                                              "inviteKeyPerDay",
                                              "inviteKeyFrom",
                                              "inviteNextNumber",
                                              "invitePasswordDates",
                                              "inviteProvider",
                                              "inviteSoleContainer",
                                              NULL};

static const char *const class_names[] = {
    "xmppInvite",          "xmppNameReservation", "xmppAccount", "xmppRosterPair",
    "xmppInviteContainer", "xmppInviteKey",       NULL};

#define REMEDY_SCHEMA                                                                              \
    "load schema/invitegate.ldif (cn=config), invitegate.schema (slapd.conf) or "                  \
    "99invitegate.ldif "                                                                           \
    "(389 DS)"
#define REMEDY_UPDATE                                                                              \
    "load the new one over it, with cn=config by schema/update schema/invitegate.ldif as root; "   \
    "slapd.conf: put the new invitegate.schema in its place and start slapd again; 389 DS: put "   \
    "the new 99invitegate.ldif in its place and run dsconf INSTANCE schema reload"
#define REMEDY_AUTHPASSWORD                                                                        \
    "load schema/authpassword.ldif, authpassword.schema or 98authpassword.ldif, or take the "      \
    "scram "                                                                                       \
    "mechanisms out of password_verifiers"

/* The names of one schema that were asked for, and how many of them the directory lacks. */
typedef struct name_count {
    const char *first; /* that is missing */
    size_t missing;
    size_t asked;
} name_count;

typedef struct schema {
    ctl_proof *proof;
    const inv_entry *entry;
    bool complete;
} schema;

/*
 * Whether the directory has the schema of an earlier release: the class of invites, but not
 * everything that this release defines. That is one row, not one for each name.
 */
static bool is_older(schema *known)
{
    /* classes that got more attributes, and the last one that each got */
    static const char *const grown[][2] = {{"xmppInvite", "inviteTerms"},
                                           {"xmppAccount", "xmppVerifiersOf"},
                                           {"xmppInviteContainer", "inviteProvider"}};
    const char *lacks = NULL;

    if (inv_schema_definition(known->entry, "objectClasses", class_names[0]) == NULL)
        return false;
    for (size_t i = 0; attribute_names[i] != NULL && lacks == NULL; i++) {
        if (inv_schema_definition(known->entry, "attributeTypes", attribute_names[i]) == NULL)
            lacks = attribute_names[i];
    }
    for (size_t i = 0; class_names[i] != NULL && lacks == NULL; i++) {
        if (inv_schema_definition(known->entry, "objectClasses", class_names[i]) == NULL)
            lacks = class_names[i];
    }
    for (size_t i = 0; i < sizeof(grown) / sizeof(grown[0]) && lacks == NULL; i++) {
        const char *class = inv_schema_definition(known->entry, "objectClasses", grown[i][0]);

        if (class != NULL && !inv_ascii_contains(class, grown[i][1]))
            lacks = grown[i][1];
    }
    if (lacks == NULL)
        return false;
    known->complete = false;
    ctl_proof_finding(known->proof, "schema", REMEDY_UPDATE,
                      "the schema in the directory is of an older release: it does not know %s",
                      lacks);
    return true;
}

bool ctl_schema_has(const inv_entry *entry, const char *kind, const char *name)
{
    return inv_schema_definition(entry, kind, name) != NULL;
}

static void need(const schema *known, const char *kind, const char *name, name_count *names)
{
    names->asked++;
    if (ctl_schema_has(known->entry, kind, name))
        return;
    if (names->missing == 0)
        names->first = name;
    names->missing++;
}

/* Adds one row for a schema, however many of its names are missing. of: what it is the schema of.
 */
static void report_missing(schema *known, const name_count *names, const char *of,
                           const char *remedy)
{
    if (names->missing == 0)
        return;
    known->complete = false;
    if (names->missing == names->asked)
        ctl_proof_finding(
            known->proof, "schema", remedy,
            "the directory does not have the schema of %s: it knows none of %zu names", of,
            names->asked);
    else if (names->missing == 1)
        ctl_proof_finding(known->proof, "schema", remedy, "the directory does not know %s, of %s",
                          names->first, of);
    else
        ctl_proof_finding(known->proof, "schema", remedy,
                          "the directory does not know %s and %zu other names of %s", names->first,
                          names->missing - 1, of);
}

/*
 * Notes an attribute of group_filter without a definition, as memberUid where posixGroup is not
 * loaded: no group can have it.
 */
static void look_for_unknown(schema *known)
{
    const char *rest = known->proof->domain->group_filter;
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];

    while (inv_filter_attribute(&rest, attribute)) {
        if (inv_schema_definition(known->entry, "attributeTypes", attribute) == NULL)
            (void)snprintf(known->proof->unknown, sizeof(known->proof->unknown), "%s", attribute);
    }
}

static void check_ours(schema *known)
{
    name_count names = {.missing = 0};

    if (is_older(known))
        return;
    for (size_t i = 0; attribute_names[i] != NULL; i++)
        need(known, "attributeTypes", attribute_names[i], &names);
    for (size_t i = 0; class_names[i] != NULL; i++)
        need(known, "objectClasses", class_names[i], &names);
    report_missing(known, &names, "invitegate", REMEDY_SCHEMA);
}

/* What new accounts are made of. */
static void check_template(schema *known)
{
    const inv_domain *domain = known->proof->domain;
    name_count names = {.missing = 0};

    for (size_t i = 0; domain->account_classes[i] != NULL; i++) {
        if (!inv_ascii_equal(domain->account_classes[i], "xmppAccount"))
            need(known, "objectClasses", domain->account_classes[i], &names);
    }
    for (size_t i = 0; i < domain->account_attribute_count; i++)
        need(known, "attributeTypes", domain->account_attributes[i].attribute, &names);
    need(known, "attributeTypes", domain->account_rdn, &names);
    report_missing(known, &names, "account_classes and account_attributes",
                   "correct the keys account_... of this domain, or load the schema they need");
}

static void check_authpassword(schema *known)
{
    name_count names = {.missing = 0};

    need(known, "attributeTypes", "authPassword", &names);
    need(known, "objectClasses", "authPasswordObject", &names);
    report_missing(known, &names, "authPassword", REMEDY_AUTHPASSWORD);
}

static void report_schema(schema *known)
{
    check_ours(known);
    check_template(known);
    look_for_unknown(known);
    if ((known->proof->domain->verifiers & INV_VERIFIERS_SCRAM) != 0)
        check_authpassword(known);
    if (known->complete)
        ctl_proof_fine(known->proof, "schema", "every attribute and class is known");
}

inv_result ctl_schema_read(ctl_proof *proof, inv_operation **search)
{
    inv_call call = ctl_proof_call(proof);

    return inv_schema_read(&call, search);
}

inv_result ctl_check_schema(ctl_proof *proof)
{
    schema known = {.proof = proof, .complete = true};
    inv_operation *search = NULL;
    inv_result result = ctl_schema_read(proof, &search);

    if (result != INV_OK)
        goto cleanup;
    if (search == NULL) {
        ctl_proof_unseen(proof, "schema",
                         "let the identity of [directory] read the subschema entry",
                         "the directory does not show its schema");
        goto cleanup;
    }
    known.entry = search->entries[0];
    report_schema(&known);
cleanup:
    inv_operation_free(&search);
    return result;
}
