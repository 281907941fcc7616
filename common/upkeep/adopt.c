/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "model/account.h"
#include "model/owner.h"

void inv_adoption_clear(inv_adoption *adoption)
{
    free(adoption->dn);
    inv_operation_free(&adoption->change);
    adoption->dn = NULL;
}

static inv_operation *search_for(const inv_domain *domain, const inv_jid *name)
{
    const char *const attributes[] = {"objectClass",
                                      "xmppJid",
                                      "uid",
                                      "inviteId",
                                      "inviteNonce",
                                      "xmppInvitedBy",
                                      "xmppAccountExpires",
                                      "xmppVerifiersOf",
                                      domain->account_rdn,
                                      NULL};

    return account_search(domain, account_name_filter(domain, name), attributes);
}

/* *chosen: the one entry that is the JID's, or may become it. */
static inv_result choose(const inv_call *call, const inv_jid *name, const inv_operation *search,
                         const inv_entry **chosen, inv_verdict *verdict)
{
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

/*
 * Refuses an entry with a second name, which could not log in any more: with an xmppJid an entry is
 * that JID's alone.
 */
static inv_result refuse_names(const inv_call *call, const inv_jid *name, const inv_entry *entry,
                               const char *attribute, inv_verdict *verdict)
{
    for (size_t i = 0; i < inv_entry_count(entry, attribute); i++) {
        inv_verdict ignored = INV_VERDICT_INIT;
        inv_jid *one = NULL;
        size_t length = 0;
        const char *value = inv_entry_value(entry, attribute, i, &length);
        inv_result result = inv_jid_prepare(call->domain, value, length, &one, &ignored);
        bool matters = result == INV_OK && !inv_jid_equal(one, name);

        inv_jid_free(&one);
        if (result == INV_NO_MEMORY)
            return inv_verdict_no_memory(verdict);
        if (matters)
            return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                                   "%s has another name in %s, which could not log in any more: %s",
                                   inv_entry_dn(entry), attribute, value);
    }
    return INV_OK;
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

static inv_result adopt(const inv_call *call, const inv_jid *name, const inv_entry *entry,
                        inv_operation **change, inv_verdict *verdict)
{
    inv_result result = INV_OK;

    if (inv_entry_text(entry, "xmppJid") == NULL) {
        result = refuse_name(call, name);
        if (result == INV_OK)
            result = refuse_names(call, name, entry, "uid", verdict);
        if (result == INV_OK && !inv_ascii_equal(call->domain->account_rdn, "uid"))
            result = refuse_names(call, name, entry, call->domain->account_rdn, verdict);
    }
    if (result != INV_OK)
        return result;
    *change = adopting(name, entry);
    if (*change == NULL)
        return inv_verdict_no_memory(verdict);
    if ((*change)->change_count == 0 && !(*change)->no_memory)
        inv_operation_free(change);
    return INV_OK;
}

static inv_result undo_adoption(const inv_entry *entry, inv_operation **change,
                                inv_verdict *verdict)
{
    static const char *const more[] = {"inviteId", "inviteNonce", "xmppInvitedBy",
                                       "xmppAccountExpires", "xmppVerifiersOf"};
    const char *jid = inv_entry_text(entry, "xmppJid");

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

inv_result inv_adopt(inv_call *call, const inv_jid *name, bool undo, inv_adoption *adoption)
{
    inv_operation *search = search_for(call->domain, name);
    const inv_entry *entry = NULL;
    inv_result result = inv_call_perform(call, search, "looking for the name", INV_LDAP_SUCCESS);

    *adoption = (inv_adoption){.dn = NULL};
    if (result == INV_OK && search != NULL)
        result = choose(call, name, search, &entry, call->verdict);
    if (result == INV_OK) {
        adoption->dn = strdup(inv_entry_dn(entry));
        result = adoption->dn == NULL ? inv_verdict_no_memory(call->verdict)
                 : undo               ? undo_adoption(entry, &adoption->change, call->verdict)
                                      : adopt(call, name, entry, &adoption->change, call->verdict);
    }
    inv_operation_free(&search);
    return result;
}
