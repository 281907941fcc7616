/* SPDX-License-Identifier: BSD-2-Clause */
#include "repair_accounts.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "model/account.h"
#include "model/claim.h"
#include "model/invite.h"

/* Accounts that invites made, in the order of their inviteId. */
typedef struct made_accounts {
    inv_account **all;
    size_t count;
} made_accounts;

/* The accounts of one invite among them. */
typedef struct made_by_one {
    inv_account *const *first;
    size_t count;
} made_by_one;

static int by_invite(const void *a, const void *b)
{
    const inv_account *first = *(inv_account *const *)a;
    const inv_account *second = *(inv_account *const *)b;

    return inv_ascii_compare(first->invite_id, second->invite_id);
}

static void made_free(made_accounts *made)
{
    for (size_t i = 0; i < made->count; i++)
        inv_account_free(&made->all[i]);
    free(made->all);
    *made = (made_accounts){.all = NULL};
}

static inv_result take_account(const repair *run, const inv_entry *entry, made_accounts *made)
{
    inv_account *account = NULL;
    inv_result result = inv_account_from_entry(entry, &account, run->call->verdict);

    if (result != INV_OK)
        return repair_entry_result(run, result, inv_entry_dn(entry));
    if (account->invite_id != NULL && inv_invite_id_valid(account->invite_id))
        made->all[made->count++] = account;
    else
        inv_account_free(&account);
    return INV_OK;
}

static inv_result made_read(const repair *run, made_accounts *made)
{
    static const char *const attributes[] = {"objectClass", "xmppJid",         "inviteId",
                                             "inviteNonce", "createTimestamp", NULL};
    inv_operation *search =
        inv_operation_search(run->call->domain->people, INV_SCOPE_SUBTREE,
                             "(&(objectClass=xmppAccount)(inviteId=*))", attributes);
    inv_result result = repair_search(run, "accounts", search);

    if (result == INV_OK) {
        made->all = calloc(search->entry_count + 1, sizeof(inv_account *));
        if (made->all == NULL)
            result = inv_verdict_no_memory(run->call->verdict);
    }
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++)
        result = take_account(run, search->entries[i], made);
    if (made->count > 0)
        qsort(made->all, made->count, sizeof(inv_account *), by_invite);
    inv_operation_free(&search);
    return result;
}

/* --------------------------------------------------------------------------- uses that are lost */

static int id_and_account(const void *id, const void *account)
{
    return inv_ascii_compare(id, (*(inv_account *const *)account)->invite_id);
}

static made_by_one made_of(const made_accounts *made, const char *id)
{
    inv_account *const *found =
        made->count > 0 ? bsearch(id, made->all, made->count, sizeof(inv_account *), id_and_account)
                        : NULL;
    made_by_one one = {.first = found, .count = found != NULL ? 1 : 0};

    while (one.count > 0 && one.first > made->all && id_and_account(id, one.first - 1) == 0) {
        one.first--;
        one.count++;
    }
    while (one.count > 0 && one.first + one.count < made->all + made->count &&
           id_and_account(id, one.first + one.count) == 0)
        one.count++;
    return one;
}

/* By the nonce: one name may have had several uses. */
static bool is_recorded(const inv_invite *invite, const inv_account *account)
{
    for (size_t i = 0; i < invite->used_by_count; i++) {
        if (inv_ascii_equal(invite->used_by[i].nonce, inv_account_made_by(account)))
            return true;
    }
    return false;
}

static bool is_lost(const repair *run, const inv_invite *invite, const inv_account *account)
{
    return account->jid != NULL && *inv_account_made_by(account) != '\0' &&
           repair_is_old(run, account->created) && inv_claim_of(invite, account->jid) == NULL &&
           !is_recorded(invite, account);
}

/* Counts it off in *invite too, for the next account. */
static inv_result record(const repair *run, inv_invite *invite, const inv_account *account)
{
    inv_operation *operation = NULL;
    char *text =
        inv_claim_use_text(account->jid, account->created, inv_account_made_by(account), NULL);
    inv_result result = INV_OK;
    bool changed = false;

    if (!run->dry_run) {
        repair_renew_deadline(run);
        operation = inv_claim_record_operation(invite, text);
        result =
            inv_call_perform(run->call, operation, "recording a use", INV_LDAP_NO_SUCH_ATTRIBUTE);
        changed = result == INV_OK && inv_operation_answered(operation, INV_LDAP_NO_SUCH_ATTRIBUTE);
    }
    if (result == INV_OK && changed)
        repair_note(run, INV_REPAIR_WAITS, invite->dn, "somebody is using it just now");
    if (result == INV_OK && !changed) {
        invite->uses_left += invite->uses_left >= 0 ? -1 : 1;
        repair_note(run, INV_REPAIR_FINISHED, invite->dn,
                    "the use by %s, of which it knew nothing: an older copy of the invites seems "
                    "to have been restored",
                    account->jid);
    }
    inv_operation_free(&operation);
    free(text);
    return repair_entry_result(run, result, invite->dn);
}

/* Where the numbers of an invite do not add up, its open uses are not known, and it is left alone.
 */
static inv_result record_lost(const repair *run, inv_invite *invite, made_by_one made)
{
    inv_result result = INV_OK;

    if (invite->uses == 0 || !repair_is_balanced(invite))
        return INV_OK;
    for (size_t i = 0; result == INV_OK && i < made.count && inv_invite_open_uses(invite) > 0;
         i++) {
        if (is_lost(run, invite, made.first[i]))
            result = record(run, invite, made.first[i]);
    }
    return result;
}

static inv_result compare(const repair *run, const inv_entry *entry, const made_accounts *made)
{
    const char *id = inv_entry_text(entry, "inviteId");
    made_by_one one = made_of(made, id != NULL ? id : "");
    inv_invite *invite = NULL;
    inv_result result;

    if (one.count == 0)
        return INV_OK;
    result = inv_invite_from_entry(entry, &invite, run->call->verdict);
    if (result == INV_OK)
        result = record_lost(run, invite, one);
    else if (inv_entry_count(entry, "inviteClaim") > 0 ||
             inv_entry_count(entry, "inviteUsedBy") > 0)
        result = result == INV_CONFIG ? INV_OK : result; /* others report it */
    else
        result = repair_entry_result(run, result, inv_entry_dn(entry));
    inv_invite_free(&invite);
    return result;
}

static inv_result repair_lost(const repair *run, const made_accounts *made)
{
    /* 0: nothing is left that could be given out twice; -1: nor of this revoked one */
    inv_operation *search = inv_operation_search(
        run->call->domain->invites, INV_SCOPE_ONE,
        "(&(objectClass=xmppInvite)(|(inviteUsesLeft>=1)(inviteUsesLeft<=-2)))",
        inv_invite_attributes(INV_INVITE_ALL));
    inv_result result = repair_search(run, "open invites", search);

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        repair_progress(run, "open invites", i, search->entry_count);
        result = compare(run, search->entries[i], made);
    }
    inv_operation_free(&search);
    return result;
}

/* -------------------------------------------------------------------- accounts that share a use */

/* Reports an invite that made count accounts, if it has fewer uses. */
static inv_result check_share(const repair *run, const char *id, size_t count)
{
    inv_invite *invite = NULL;
    inv_result result;

    repair_renew_deadline(run);
    result = inv_invite_read(run->call, id, INV_INVITE_TERMS, &invite);
    if (result != INV_OK)
        return repair_entry_result(run, result, id);
    if (invite->uses > 0 && count > (size_t)invite->uses)
        repair_note(
            run, INV_REPAIR_LEFT, invite->dn,
            "%zu accounts were made with its %ld uses: a double spend on two providers. Decide "
            "which stay: ldapsearch '(inviteId=%s)'",
            count, invite->uses, id);
    inv_invite_free(&invite);
    return result;
}

static inv_result check_shares(const repair *run, const made_accounts *made)
{
    inv_result result = INV_OK;

    for (size_t i = 0, same = 1; result == INV_OK && i < made->count; i += same) {
        same = made_of(made, made->all[i]->invite_id).count;
        if (same > 1)
            result = check_share(run, made->all[i]->invite_id, same);
    }
    return result;
}

inv_result repair_accounts(const repair *run)
{
    made_accounts made = {.all = NULL};
    inv_result result = made_read(run, &made);

    if (result == INV_OK)
        result = repair_lost(run, &made);
    if (result == INV_OK)
        result = check_shares(run, &made);
    made_free(&made);
    return result;
}
