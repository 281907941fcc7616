/* SPDX-License-Identifier: BSD-2-Clause */
#include "parties.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "model/account.h"

static inv_result start_contact(struct parties *parties, const inv_call *call, const char *jid)
{
    party *contact = &parties->contacts[parties->contact_count];
    const inv_domain *domain;
    inv_result result = inv_jid_parse(jid, &contact->name, call->verdict);

    if (result == INV_NAME_INVALID)
        return inv_verdict_set(call->verdict, INV_CONFIG,
                               "the invite names \"%s\", which is no JID", jid);
    if (result != INV_OK)
        return result;
    parties->contact_count++;
    contact->jid = inv_jid_text(contact->name);
    domain = inv_config_domain(call->config, inv_jid_domain(contact->name));
    if (domain == NULL)
        return INV_OK;
    contact->search = inv_account_search_operation(domain, contact->name);
    return contact->search != NULL ? INV_OK : inv_verdict_no_memory(call->verdict);
}

static inv_result start_group(struct parties *parties, const char *dn, inv_verdict *verdict)
{
    party_group *group = &parties->groups[parties->group_count];

    group->dn = dn;
    parties->group_count++;
    return inv_group_kind_reads(dn, group->reads) ? INV_OK : inv_verdict_no_memory(verdict);
}

static size_t list_length(char **list)
{
    size_t length = 0;

    while (list[length] != NULL)
        length++;
    return length;
}

inv_result parties_start(struct parties *parties, const inv_call *call, const inv_invite *invite)
{
    inv_result result = INV_OK;

    *parties = (struct parties){.has_inviter = invite->inviter != NULL};
    parties->contacts = calloc(list_length(invite->contacts) + 1, sizeof(party));
    parties->groups = calloc(list_length(invite->groups) + 1, sizeof(party_group));
    if (parties->contacts == NULL || parties->groups == NULL)
        return inv_verdict_no_memory(call->verdict);
    if (invite->inviter != NULL)
        result = start_contact(parties, call, invite->inviter);
    for (size_t i = 0; result == INV_OK && invite->contacts[i] != NULL; i++)
        result = start_contact(parties, call, invite->contacts[i]);
    for (size_t i = 0; result == INV_OK && invite->groups[i] != NULL; i++)
        result = start_group(parties, invite->groups[i], call->verdict);
    return result;
}

void parties_end(struct parties *parties)
{
    for (size_t i = 0; i < parties->contact_count; i++) {
        inv_operation_free(&parties->contacts[i].search);
        inv_jid_free(&parties->contacts[i].name);
    }
    for (size_t i = 0; i < parties->group_count; i++) {
        for (size_t j = 0; j < INV_GROUP_KIND_READS; j++)
            inv_operation_free(&parties->groups[i].reads[j]);
    }
    free(parties->contacts);
    free(parties->groups);
    *parties = (struct parties){.contacts = NULL};
}

size_t parties_count(const struct parties *parties)
{
    return parties->contact_count + INV_GROUP_KIND_READS * parties->group_count;
}

void parties_append(const struct parties *parties, inv_operation **list, size_t *count)
{
    for (size_t i = 0; i < parties->contact_count; i++) {
        if (parties->contacts[i].search != NULL)
            list[(*count)++] = parties->contacts[i].search;
    }
    for (size_t i = 0; i < parties->group_count; i++) {
        for (size_t j = 0; j < INV_GROUP_KIND_READS; j++)
            list[(*count)++] = parties->groups[i].reads[j];
    }
}

static inv_result check_contact(party *contact, inv_call *call, const inv_invite *invite)
{
    inv_account *account = NULL;
    bool younger = false;
    inv_result result;

    if (contact->search == NULL) {
        contact->usable = true;
        return INV_OK;
    }
    result = inv_account_from_search(call, contact->name, contact->search, &account);
    if (result == INV_OK && inv_account_is_own(account))
        result = inv_account_is_younger(account, invite, &younger, call->verdict);
    if (result == INV_OK)
        contact->usable = inv_account_may_invite(account, invite, time(NULL));
    inv_account_free(&account);
    return result;
}

static bool is_allowed(const inv_domain *domain, const char *dn)
{
    for (size_t i = 0; domain->allowed_groups[i] != NULL; i++) {
        if (inv_dn_equal(domain->allowed_groups[i], dn))
            return true;
    }
    return false;
}

/*
 * Fills attributes or fault. A group that is gone costs the account nothing but the membership,
 * which stays owed; one that is not in allowed_groups any more is not owed.
 */
static void check_group(party_group *group, const inv_call *call, const inv_invite *invite)
{
    const char *why = NULL;

    if (!is_allowed(call->domain, group->dn)) {
        why = "is not in allowed_groups any more";
    } else {
        group->attribute_count = inv_group_kind(group->reads, group->attributes);
        if (group->attribute_count == 0 &&
            inv_operation_answered(group->reads[0], INV_LDAP_SUCCESS) &&
            group->reads[0]->entry_count == 1)
            group->fault = "has no object class that is known to hold members";
        else if (group->attribute_count == 0)
            group->fault = "does not exist or is hidden from the invitegate identity";
        why = group->fault;
    }
    if (why != NULL)
        inv_log_write(call->log, INV_LOG_WARNING, "invite %s: group %s %s: left out", invite->id,
                      group->dn, why);
}

/* True: the contact is the inviter, and inviter_gone = refuse. Else logs why it gets no pair. */
static bool ends_redemption(const struct parties *parties, size_t index, const inv_call *call,
                            const inv_invite *invite)
{
    if (parties->has_inviter && index == 0 && call->domain->inviter_gone_refuse)
        return true;
    inv_log_write(call->log, INV_LOG_WARNING,
                  "invite %s: %s is gone, disabled or younger than the invite: no pair", invite->id,
                  parties->contacts[index].jid);
    return false;
}

inv_result parties_check(struct parties *parties, inv_call *call, const inv_invite *invite)
{
    bool refused = false;

    for (size_t i = 0; i < parties->contact_count; i++) {
        inv_result result = check_contact(&parties->contacts[i], call, invite);

        if (result != INV_OK)
            return result;
        if (!parties->contacts[i].usable)
            refused = ends_redemption(parties, i, call, invite) || refused;
    }
    for (size_t i = 0; i < parties->group_count; i++)
        check_group(&parties->groups[i], call, invite);
    if (!refused && parties->has_inviter && invite->no_pair)
        parties->contacts[0].usable = false; /* the inviter has to exist, but gets no pair */
    if (refused)
        return inv_verdict_set(call->verdict, INV_BAD_TOKEN,
                               "the inviter %s is gone, disabled or younger than the invite",
                               parties->contacts[0].jid);
    return INV_OK;
}
