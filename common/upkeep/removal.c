/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/removal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/group.h"
#include "invitegate/invite.h"
#include "invitegate/pair.h"
#include "invitegate/timestamp.h"
#include "model/account.h"
#include "model/claim.h"
#include "model/group.h"
#include "model/pair.h"
#include "redeem/stale_claim.h"

/* ----------------------------------------------------------------------------------- invites */

/*
 * Open invites of this inviter, and those that would reset this account. Only their ids are read:
 * an invite whose terms cannot be told is revoked all the same.
 */
static inv_operation *search_open(const inv_call *call, const inv_jid *name)
{
    static const char *const attributes[] = {"inviteId", NULL};
    char *filter = inv_jid_expand(name,
                                  "(&(objectClass=xmppInvite)(inviteUsesLeft>=1)"
                                  "(|(inviteInviter=%j)(&(inviteType=reset)(inviteUser=%u))))",
                                  inv_filter_escape);
    inv_operation *search = NULL;

    if (filter != NULL)
        search = inv_operation_search(call->domain->invites, INV_SCOPE_ONE, filter, attributes);
    if (search != NULL)
        search->paged = true;
    free(filter);
    return search;
}

static inv_result revoke_invites(inv_call *call, const inv_jid *name, size_t *revoked)
{
    inv_operation *search = search_open(call, name);
    inv_result result =
        inv_call_perform(call, search, "looking for open invites", INV_LDAP_SUCCESS);

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        const char *id = inv_entry_text(search->entries[i], "inviteId");

        result = id != NULL
                     ? inv_invite_revoke(call, id)
                     : inv_verdict_set(call->verdict, INV_CONFIG, "%s: inviteId cannot be read",
                                       inv_entry_dn(search->entries[i]));
        if (result == INV_OK)
            (*revoked)++;
        if (result == INV_BAD_TOKEN)
            result = INV_OK; /* deleted meanwhile */
    }
    inv_operation_free(&search);
    return result;
}

/* ------------------------------------------------------------------------- pairs and groups */

/* Sends one change; the code fine counts as done. */
static inv_result run_one(inv_call *call, inv_operation *change, int fine, const char *what)
{
    inv_result result = inv_call_perform(call, change, what, fine);

    inv_operation_free(&change);
    return result;
}

static inv_result remove_pairs_in(inv_call *call, const inv_domain *domain, const char *jid,
                                  size_t *removed)
{
    inv_operation *search = inv_pair_search_operation(domain, jid);
    inv_result result;

    if (search != NULL)
        search->paged = true;
    result = inv_call_perform(call, search, "reading the roster", INV_LDAP_SUCCESS);
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        result = run_one(call, inv_operation_new_delete(inv_entry_dn(search->entries[i])),
                         INV_LDAP_NO_SUCH_OBJECT, "removing a pair");
        if (result == INV_OK)
            (*removed)++;
    }
    inv_operation_free(&search);
    return result;
}

/* Removes pairs from all containers: a pair across two configured domains is in both. */
static inv_result remove_pairs(inv_call *call, const char *jid, size_t *removed)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < call->config->domain_count; i++)
        result = remove_pairs_in(call, &call->config->domains[i], jid, removed);
    return result;
}

/* Without an account: leaves the groups that an account of that name would be in. */
static inv_result leave_groups(inv_call *call, const inv_jid *name, const inv_account *account,
                               size_t *left)
{
    char *dn = account != NULL ? strdup(account->dn) : inv_account_dn(call->domain, name);
    inv_result result = INV_OK;

    if (dn == NULL)
        return inv_verdict_no_memory(call->verdict);
    result = inv_group_leave(call, name, dn, left);
    free(dn);
    return result;
}

/* ------------------------------------------------------------------------------- the account */

/* Says what an admin does with an account that invitegate has not made, and may not delete. */
static inv_result refuse_foreign(const inv_jid *name, const inv_account *account,
                                 inv_verdict *verdict)
{
    const char *const jid = inv_jid_text(name);

    if (account->jid == NULL)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                               "no invite made %s: its entry, groups, contacts and invites stay. "
                               "Delete the entry with the tool that made it, then \"invitectl "
                               "remove %s\" takes what is left of the name",
                               account->dn, jid);
    return inv_verdict_set(
        verdict, INV_NOT_ALLOWED,
        "no invite made %s: its entry, groups, contacts and invites stay. Delete "
        "the entry with the tool that made it, then \"invitectl remove %s\" "
        "takes what is left of the name; \"invitectl adopt --undo %s\" takes "
        "only what adopting added",
        account->dn, jid, jid);
}

/* Whether this holder of the name may be removed at all. */
static inv_result check_removable(const inv_jid *name, const inv_account *account,
                                  inv_verdict *verdict)
{
    if (account == NULL)
        return INV_OK;
    if (!inv_account_is_own(account))
        return inv_verdict_set(verdict, INV_NOT_ALLOWED, "%s: %s: %s: nothing is removed",
                               inv_jid_text(name), account->dn, inv_account_why_not_own(account));
    if (account->invite_id == NULL || !inv_invite_id_valid(account->invite_id))
        return refuse_foreign(name, account, verdict);
    return INV_OK;
}

/* Finishes the use that made this account, if its attempt never came to record it. */
static inv_result finish_use(inv_call *call, const inv_jid *name, const inv_account *account)
{
    inv_invite *invite = NULL;
    const inv_use *claim = NULL;
    claim_end end = CLAIM_END_GONE;
    inv_result result =
        inv_invite_read(call, account->invite_id, INV_INVITE_TERMS_AND_CLAIMS, &invite);

    if (result == INV_OK)
        claim = inv_claim_of(invite, inv_jid_text(name));
    if (claim != NULL)
        result = claim_end_stale(call, invite, claim, false, &end);
    if (result == INV_OK && end == CLAIM_END_STUCK)
        result =
            inv_verdict_set(call->verdict, INV_DIRECTORY_DOWN,
                            "%s: the use that made the account cannot be finished", invite->dn);
    inv_invite_free(&invite);
    return result == INV_BAD_TOKEN ? INV_OK : result; /* the invite was purged */
}

/* By the exact old nonce: a newer account of the same name is not deleted. */
static inv_result delete_account(inv_call *call, const inv_account *account)
{
    inv_operation *mark = NULL;
    bool changed = false;
    inv_result result = INV_OK;

    if (account->nonce != NULL) {
        mark = inv_operation_new_modify(account->dn);
        inv_operation_text(mark, INV_CHANGE_DELETE, "inviteNonce", account->nonce);
        result = inv_call_run(call, &mark, 1);
        changed = result == INV_OK && inv_operation_answered(mark, INV_LDAP_NO_SUCH_ATTRIBUTE);
        if (changed)
            result = inv_verdict_set(call->verdict, INV_DIRECTORY_DOWN, "%s was changed meanwhile",
                                     account->dn);
        else if (result == INV_OK && !inv_operation_answered(mark, INV_LDAP_NO_SUCH_OBJECT))
            result = inv_operation_result(mark, "removing the account", call->verdict);
        inv_operation_free(&mark);
    }
    if (result == INV_OK)
        result = run_one(call, inv_operation_new_delete(account->dn), INV_LDAP_NO_SUCH_OBJECT,
                         "removing the account");
    return result;
}

/* account NULL: what is left of the name; ends with INV_NO_ACCOUNT then. */
static inv_result remove_all(inv_call *call, const inv_jid *name, const inv_account *account,
                             inv_removal *removal)
{
    inv_result result = check_removable(name, account, call->verdict);

    if (result == INV_OK && account != NULL)
        result = finish_use(call, name, account);
    if (result == INV_OK)
        result = revoke_invites(call, name, &removal->invites);
    /*
     * groups before pairs: the directory may refuse to change some of them, and then the contacts
     * stay
     */
    if (result == INV_OK)
        result = leave_groups(call, name, account, &removal->groups);
    if (result == INV_OK)
        result = remove_pairs(call, inv_jid_text(name), &removal->pairs);
    if (result == INV_OK && account == NULL)
        result =
            inv_verdict_set(call->verdict, INV_NO_ACCOUNT, "%s has no account", inv_jid_text(name));
    if (result == INV_OK)
        result = delete_account(call, account);
    return result;
}

inv_result inv_remove(inv_call *call, const inv_jid *name, inv_removal *removal)
{
    inv_account *account = NULL;
    inv_result result = inv_account_find(call, name, &account);

    *removal = (inv_removal){0};
    if (result == INV_OK)
        result = remove_all(call, name, account, removal);
    inv_account_free(&account);
    return result;
}

static inv_result refuse_to_leave(inv_verdict *verdict, const char *text, const char *why,
                                  const char *dn)
{
    inv_verdict_set_text(verdict, text);
    return inv_verdict_set(verdict, INV_NOT_ALLOWED, "%s%s", dn, why);
}

/* An account that an administrator has locked stays, so that it can be looked at. */
inv_result inv_leave(inv_call *call, const inv_jid *name, const char *identity,
                     inv_removal *removal)
{
    static const char ask_admin[] =
        "This account cannot be removed from here. Please ask the administrator.";
    inv_account *account = NULL;
    inv_result result;

    *removal = (inv_removal){0};
    (void)inv_verdict_clear_words(call->verdict);
    if (!call->domain->client_removal)
        return refuse_to_leave(call->verdict,
                               "Accounts of this server cannot be removed from here.",
                               "client_removal = no", "");
    result = inv_account_find(call, name, &account);
    if (result == INV_OK && !inv_account_is_own(account))
        result =
            inv_verdict_set(call->verdict, INV_NO_ACCOUNT, "%s", inv_account_why_not_own(account));
    if (result == INV_OK)
        result = inv_account_check_identity(account, identity, call->verdict);
    if (result == INV_OK && inv_account_is_over(account, time(NULL)))
        result = refuse_to_leave(call->verdict, "This account is locked, or has ended.",
                                 ": the account is locked or has expired", account->dn);
    else if (result == INV_OK)
        result = remove_all(call, name, account, removal);
    if (result == INV_NOT_ALLOWED && call->verdict->text[0] == '\0')
        inv_verdict_set_text(call->verdict, ask_admin);
    inv_account_free(&account);
    return result;
}

/* ----------------------------------------------------------------------------- who invited whom */

inv_result inv_invited_each(inv_call *call,
                            bool (*visit)(void *context, const inv_descendant *descendant),
                            void *context)
{
    static const char *const attributes[] = {"xmppJid", "xmppInvitedBy", "createTimestamp", NULL};
    inv_operation *search =
        inv_operation_search(call->domain->people, INV_SCOPE_SUBTREE,
                             "(&(objectClass=xmppAccount)(inviteId=*))", attributes);
    inv_result result;

    if (search != NULL)
        search->paged = true;
    result = inv_call_perform(call, search, "listing accounts", INV_LDAP_SUCCESS);
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        const char *created = inv_entry_text(search->entries[i], "createTimestamp");
        inv_descendant descendant = {
            .jid = inv_entry_text(search->entries[i], "xmppJid"),
            .invited_by = inv_entry_text(search->entries[i], "xmppInvitedBy"),
        };

        if (created != NULL)
            (void)inv_timestamp_parse_generalized(created, &descendant.created);
        if (descendant.jid != NULL && !visit(context, &descendant))
            break;
    }
    inv_operation_free(&search);
    return result;
}
