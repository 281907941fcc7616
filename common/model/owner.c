/* SPDX-License-Identifier: BSD-2-Clause */
#include "owner.h"

#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"

static inv_result compare_jid(const char *jid, const inv_jid *name, owner_kind *kind,
                              inv_verdict *verdict)
{
    inv_verdict ignored = *verdict;
    inv_jid *holder = NULL;
    inv_result result;

    *kind = OWNER_JID;
    if (strcmp(jid, inv_jid_text(name)) == 0)
        return INV_OK;
    *kind = OWNER_ANOTHER;
    result = inv_jid_parse(jid, &holder, &ignored);
    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(verdict);
    if (result == INV_OK && inv_jid_equal(holder, name))
        *kind = OWNER_JID;
    inv_jid_free(&holder);
    return INV_OK;
}

owner_kind owner_classify_place(const inv_config *config, const char *domain, const char *dn)
{
    const inv_domain *holder = NULL;

    for (size_t i = 0; i < config->domain_count; i++) {
        if (!inv_dn_within(dn, config->domains[i].people))
            continue;
        if (holder != NULL)
            return OWNER_NOBODY;
        holder = &config->domains[i];
    }
    if (holder == NULL && config->domain_count > 1)
        return OWNER_NOBODY;
    if (holder == NULL)
        holder = &config->domains[0];
    if (!inv_ascii_equal(holder->name, domain))
        return OWNER_ANOTHER;
    return inv_dn_within(dn, holder->people) ? OWNER_JID : OWNER_ELSEWHERE;
}

inv_result owner_classify(const inv_config *config, const inv_jid *name, const inv_entry *entry,
                          owner_kind *kind, inv_verdict *verdict)
{
    const char *jid = inv_entry_text(entry, "xmppJid");

    if (jid != NULL)
        return compare_jid(jid, name, kind, verdict);
    *kind = owner_classify_place(config, inv_jid_domain(name), inv_entry_dn(entry));
    return INV_OK;
}

inv_result owner_read_sole(inv_call *call, bool *sole)
{
    static const char *const attributes[] = {"inviteSoleContainer", NULL};
    inv_operation *read = NULL;
    inv_result result;

    *sole = false;
    if (call->config->domain_count != 1)
        return INV_OK;
    read = inv_operation_search(call->config->domains[0].invites, INV_SCOPE_BASE, NULL, attributes);
    result = inv_call_perform(call, read, "reading the container", INV_LDAP_SUCCESS);
    if (result == INV_OK)
        *sole = read->entry_count == 1 &&
                inv_entry_has(read->entries[0], "inviteSoleContainer", "TRUE");
    inv_operation_free(&read);
    return result;
}
