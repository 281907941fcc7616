/* SPDX-License-Identifier: BSD-2-Clause */
#include "visibility.h"

#include "invitegate/account.h"
#include "invitegate/directory.h"

#define TRIED 20 /* accounts: some of them may be removed at this moment */

/*
 * *found: the account is found by its name. *asked: it counts, because it is of this domain or
 * hides its JID.
 */
static inv_result look_up(inv_call *call, const inv_entry *entry, bool *asked, bool *found)
{
    const char *jid = inv_entry_text(entry, "xmppJid");
    inv_jid *name = NULL;
    inv_account *account = NULL;
    inv_result result;

    *asked = jid == NULL; /* every xmppAccount has one: it is hidden from invitegate */
    if (jid == NULL)
        return INV_OK;
    result = inv_jid_parse(jid, &name, call->verdict);
    if (result == INV_NAME_INVALID)
        return INV_OK; /* not written by invitegate */
    *asked =
        result == INV_OK && inv_config_domain(call->config, inv_jid_domain(name)) == call->domain;
    if (*asked)
        result = inv_account_find(call, name, &account);
    *found = account != NULL;
    inv_account_free(&account);
    inv_jid_free(&name);
    return result;
}

static inv_result check_seen(inv_call *call, const inv_operation *search)
{
    bool asked_any = false;
    bool found = false;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && !found && i < search->entry_count; i++) {
        bool asked = false;

        result = look_up(call, search->entries[i], &asked, &found);
        asked_any = asked_any || asked;
    }
    if (result != INV_OK || found || !asked_any)
        return result;
    return inv_verdict_set(
        call->verdict, INV_CONFIG,
        "there are accounts below %s, such as %s, but none is found by its name: "
        "check name_filter and name_search_base of [domain %s], and the rights "
        "of the invitegate identity to uid and xmppJid",
        call->domain->people, inv_entry_dn(search->entries[0]), call->domain->name);
}

inv_result accounts_are_visible(inv_call *call)
{
    static const char *const attributes[] = {"xmppJid", NULL};
    inv_operation *search = inv_operation_search(call->domain->people, INV_SCOPE_SUBTREE,
                                                 "(objectClass=xmppAccount)", attributes);
    inv_result result;

    if (search != NULL)
        search->size_limit = TRIED;
    result = inv_call_perform(call, search, "looking for accounts", INV_LDAP_SIZE_LIMIT_EXCEEDED);
    if (result == INV_OK)
        result = check_seen(call, search);
    inv_operation_free(&search);
    return result;
}
