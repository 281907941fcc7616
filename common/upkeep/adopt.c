/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/adopt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "invitegate/directory.h"
#include "invitegate/dn.h"
#include "invitegate/schema.h"
#include "model/account.h"
#include "model/owner.h"

void inv_adoption_clear(inv_adoption *adoption)
{
    free(adoption->dn);
    inv_operation_free(&adoption->change);
    adoption->dn = NULL;
}

void adoption_attributes(const inv_domain *domain, const name_keys *keys,
                         const char *attributes[ADOPTION_ATTRIBUTES])
{
    static const char *const fixed[] = {"objectClass",    "xmppJid",       "inviteId",
                                        "inviteNonce",    "xmppInvitedBy", "xmppAccountExpires",
                                        "xmppVerifiersOf"};
    const size_t count = sizeof(fixed) / sizeof(fixed[0]);

    memcpy(attributes, fixed, sizeof(fixed));
    for (size_t i = 0; i < keys->count; i++)
        attributes[count + i] = keys->list[i].attribute;
    attributes[count + keys->count] = domain->account_rdn;
    attributes[count + keys->count + 1] = NULL;
}

inv_operation *adoption_search(const inv_domain *domain, const name_keys *keys, const inv_jid *name)
{
    const char *attributes[ADOPTION_ATTRIBUTES];

    adoption_attributes(domain, keys, attributes);
    return account_search(domain, account_name_filter(domain, name), attributes);
}

inv_result adoption_choose(const inv_call *call, const inv_jid *name, const inv_operation *search,
                           const inv_entry **chosen)
{
    inv_verdict *verdict = call->verdict;
    const char *other = NULL;

    *chosen = NULL;
    for (size_t i = 0; i < search->entry_count; i++) {
        const inv_entry *entry = search->entries[i];
        owner_kind kind = OWNER_NOBODY;
        inv_result result = owner_classify(call->config, name, entry, &kind, verdict);

        if (result != INV_OK)
            return result;
        if (kind == OWNER_ANOTHER) {
            other = inv_entry_dn(entry);
            continue;
        }
        if (*chosen != NULL)
            return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                                   "several entries have this name: %s and %s",
                                   inv_entry_dn(*chosen), inv_entry_dn(entry));
        *chosen = entry;
    }
    if (*chosen != NULL)
        return INV_OK;
    if (other != NULL)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED, "%s is of another JID or domain", other);
    return inv_verdict_set(verdict, INV_NO_ACCOUNT, "no entry below %s has this name",
                           call->domain->name_search_base);
}

/* INV_NOT_ALLOWED: the local part is a name of the domain, and not this one. */
static inv_result refuse_other(const inv_call *call, const inv_jid *name, const char *local)
{
    inv_verdict ignored = INV_VERDICT_INIT;
    inv_jid *one = NULL;
    inv_result result = inv_jid_prepare(call->domain, local, strlen(local), &one, &ignored);
    bool matters = result == INV_OK && !inv_jid_equal(one, name);

    inv_jid_free(&one);
    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(call->verdict);
    return matters ? INV_NOT_ALLOWED : INV_OK;
}

/*
 * Refuses an entry with a second name, which could not log in any more: with an xmppJid an entry is
 * that JID's alone.
 */
static inv_result refuse_names(const inv_call *call, const inv_jid *name, const inv_entry *entry,
                               const name_key *key)
{
    for (size_t i = 0; i < inv_entry_count(entry, key->attribute); i++) {
        size_t length = 0;
        const char *value = inv_entry_value(entry, key->attribute, i, &length);
        char *local = NULL;
        inv_result result = INV_OK;

        if (strlen(value) != length)
            continue; /* a name has no NUL in it */
        if (!name_key_local(key, call->domain->name, value, &local))
            return inv_verdict_no_memory(call->verdict);
        if (local != NULL)
            result = refuse_other(call, name, local);
        free(local);
        if (result == INV_NOT_ALLOWED)
            return inv_verdict_set(call->verdict, INV_NOT_ALLOWED,
                                   "%s has another name in %s, which could not log in any more: %s",
                                   inv_entry_dn(entry), key->attribute, value);
        if (result != INV_OK)
            return result;
    }
    return INV_OK;
}

static inv_result refuse_all_names(const inv_call *call, const name_keys *keys, const inv_jid *name,
                                   const inv_entry *entry)
{
    name_key rdn = {.before = "", .after = ""};
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < keys->count; i++)
        result = refuse_names(call, name, entry, &keys->list[i]);
    (void)snprintf(rdn.attribute, sizeof(rdn.attribute), "%s", call->domain->account_rdn);
    return result == INV_OK ? refuse_names(call, name, entry, &rdn) : result;
}

static inv_result refuse_name(const inv_call *call, const inv_jid *name)
{
    inv_verdict words = INV_VERDICT_INIT;
    inv_jid *prepared = NULL;
    inv_result result = inv_jid_prepare(call->domain, inv_jid_local(name),
                                        strlen(inv_jid_local(name)), &prepared, &words);

    inv_jid_free(&prepared);
    return result == INV_OK ? INV_OK : inv_verdict_set(call->verdict, result, "%s", words.why);
}

static inv_operation *adopting(const inv_jid *name, const inv_entry *entry)
{
    inv_operation *change = inv_operation_new_modify(inv_entry_dn(entry));

    if (!inv_entry_has(entry, "objectClass", "xmppAccount"))
        inv_operation_text(change, INV_CHANGE_ADD, "objectClass", "xmppAccount");
    if (inv_entry_text(entry, "xmppJid") == NULL)
        inv_operation_text(change, INV_CHANGE_ADD, "xmppJid", inv_jid_text(name));
    return change;
}

inv_result adoption_make(const inv_call *call, const name_keys *keys, const inv_jid *name,
                         const inv_entry *entry, inv_operation **change)
{
    inv_result result = INV_OK;

    *change = NULL;
    if (inv_entry_text(entry, "xmppJid") == NULL) {
        result = refuse_name(call, name);
        if (result == INV_OK)
            result = refuse_all_names(call, keys, name, entry);
    }
    if (result != INV_OK)
        return result;
    *change = adopting(name, entry);
    if (*change == NULL)
        return inv_verdict_no_memory(call->verdict);
    if ((*change)->change_count == 0 && !(*change)->no_memory)
        inv_operation_free(change);
    return INV_OK;
}

inv_result adoption_undo(const inv_entry *entry, inv_operation **change, inv_verdict *verdict)
{
    static const char *const more[] = {"inviteId", "inviteNonce", "xmppInvitedBy",
                                       "xmppAccountExpires", "xmppVerifiersOf"};
    const char *jid = inv_entry_text(entry, "xmppJid");

    *change = NULL;
    if (jid == NULL)
        return INV_OK;
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        if (inv_entry_text(entry, more[i]) != NULL)
            return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                                   i == 0 ? "%s was made by an invite (%s)"
                                          : "%s has more of an account than adopting gave it: %s",
                                   inv_entry_dn(entry), more[i]);
    }
    *change = inv_operation_new_modify(inv_entry_dn(entry));
    if (inv_entry_has(entry, "objectClass", "xmppAccount"))
        inv_operation_text(*change, INV_CHANGE_DELETE, "objectClass", "xmppAccount");
    inv_operation_text(*change, INV_CHANGE_DELETE, "xmppJid", jid);
    return *change != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

/*
 * 389 DS takes an assertion about an attribute that it does not know for false, and its negation
 * matches every entry: with a mistyped attribute the filter would keep no entry out.
 */
inv_result adoption_check_except(inv_call *call, const char *except)
{
    const char *rest = except;
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];
    inv_operation *schema = NULL;
    inv_result result = inv_schema_read(call, &schema);

    if (result == INV_OK && schema == NULL)
        result =
            inv_verdict_set(call->verdict, INV_CONFIG,
                            "the directory does not show its schema: whether it knows what the "
                            "filter of --except compares cannot be told");
    while (result == INV_OK && inv_filter_attribute(&rest, attribute)) {
        if (inv_schema_definition(schema->entries[0], "attributeTypes", attribute) == NULL)
            result = inv_verdict_set(call->verdict, INV_CONFIG,
                                     "the filter of --except compares %s, an attribute that the "
                                     "directory does not know",
                                     attribute);
    }
    inv_operation_free(&schema);
    return result;
}

inv_result inv_adopt(inv_call *call, const inv_jid *name, bool undo, inv_adoption *adoption)
{
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    name_keys keys;
    inv_result result;

    *adoption = (inv_adoption){.dn = NULL};
    name_keys_read(call->domain->name_filter, &keys);
    search = adoption_search(call->domain, &keys, name);
    result = inv_call_perform(call, search, "looking for the name", INV_LDAP_SUCCESS);
    if (result == INV_OK && search != NULL)
        result = adoption_choose(call, name, search, &entry);
    if (result == INV_OK) {
        adoption->dn = strdup(inv_entry_dn(entry));
        result = adoption->dn == NULL ? inv_verdict_no_memory(call->verdict)
                 : undo               ? adoption_undo(entry, &adoption->change, call->verdict)
                                      : adoption_make(call, &keys, name, entry, &adoption->change);
    }
    inv_operation_free(&search);
    return result;
}
