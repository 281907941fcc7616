/* SPDX-License-Identifier: BSD-2-Clause */
#include "repair_pairs.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "redeem/stale_claim.h"
#include "visibility.h"

/* The accounts of the two JIDs of a pair, as far as they were looked up. */
typedef struct holders {
    bool missing;            /* one of the two is a JID of a configured domain and has no account */
    inv_account *account[2]; /* NULL: of another domain, or not the only entry of the JID */
} holders;

static void free_holders(holders *of_pair)
{
    for (size_t i = 0; i < 2; i++)
        inv_account_free(&of_pair->account[i]);
}

static inv_result find_holder(const repair *run, const char *jid, inv_account **account,
                              bool *missing)
{
    inv_call call = *run->call;
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(jid, &name, run->call->verdict);

    if (result == INV_NAME_INVALID)
        return INV_OK;
    if (result != INV_OK)
        return result;
    call.domain = inv_config_domain(call.config, inv_jid_domain(name));
    if (call.domain != NULL) {
        result = inv_account_find(&call, name, account);
        /* an entry that belongs to no domain yet may become this JID's: nothing is decided */
        *missing = result == INV_OK && (*account == NULL || (*account)->owner == INV_OWNER_ANOTHER);
    }
    /* inv_repair has asked this for the call's own domain before it began */
    if (*missing && call.domain != run->call->domain) {
        result = accounts_are_visible(&call);
        *missing = result == INV_OK;
    }
    if (!inv_account_is_own(*account))
        inv_account_free(account);
    inv_jid_free(&name);
    return result;
}

/* Ends with the first JID without an account. The caller frees the accounts. */
static inv_result find_holders(const repair *run, const inv_entry *pair, holders *found)
{
    inv_result result = INV_OK;

    *found = (holders){.missing = false};
    for (size_t i = 0; result == INV_OK && !found->missing && i < 2; i++) {
        repair_renew_deadline(run);
        result = find_holder(run, inv_entry_value(pair, "xmppContactJid", i, NULL),
                             &found->account[i], &found->missing);
    }
    return result;
}

/*
 * Both JIDs have accounts now: a pair that was written again while it was removed is written once
 * more.
 */
static inv_result reconnect(const repair *run, const inv_entry *pair)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < 2; i++) {
        inv_call call = *run->call;
        inv_jid *name = NULL;

        result = inv_jid_parse(inv_entry_value(pair, "xmppContactJid", i, NULL), &name,
                               run->call->verdict);
        if (result == INV_OK) {
            call.domain = inv_config_domain(call.config, inv_jid_domain(name));
            call.deadline = inv_deadline_in(call.config->directory.timeout_ms);
            if (call.domain != NULL)
                result = claim_reconnect(&call, name);
        } else if (result == INV_NAME_INVALID) {
            result = INV_OK;
        }
        inv_jid_free(&name);
    }
    return result;
}

/*
 * The name may be registered at the same time, and its new account take the pair over. That account
 * is there before it writes the pair, so the JIDs are looked up again after the removal.
 */
static inv_result remove_pair(const repair *run, const inv_entry *pair)
{
    inv_operation *removal = inv_operation_new_delete(inv_entry_dn(pair));
    holders now = {.missing = true};
    inv_result result;

    repair_renew_deadline(run);
    result = inv_call_perform(run->call, removal, "removing a pair", INV_LDAP_NO_SUCH_OBJECT);
    inv_operation_free(&removal);
    if (result == INV_OK)
        result = find_holders(run, pair, &now);
    if (result == INV_OK && !now.missing)
        result = reconnect(run, pair);
    free_holders(&now);
    return result;
}

/*
 * The account that has this pair from an earlier holder of its name, or NULL. A redemption writes
 * pairs behind its account, and takes over those that exist: an account that is younger than its
 * pair got it from an earlier holder, when nothing removed the pair. (A crash in between leaves
 * that where there is no claim: with an unlimited invite, or without one.) Or the account was
 * restored from a backup by adding it again, as is certain when the pair is of the very invite that
 * made it; then nothing can be told from these times.
 */
static const inv_account *find_younger(const inv_entry *pair, time_t modified,
                                       const holders *of_pair)
{
    const inv_account *younger = NULL;

    for (size_t i = 0; i < 2; i++) {
        const inv_account *account = of_pair->account[i];

        if (account == NULL || account->created <= modified)
            continue;
        if (account->invite_id != NULL && inv_entry_has(pair, "inviteId", account->invite_id))
            return NULL;
        younger = account;
    }
    return younger;
}

/* Reports, and does not delete: the pair may be all that is left of what two people agreed to. */
static void tell_younger(const repair *run, const inv_entry *pair, const inv_account *younger)
{
    repair_note(run, INV_REPAIR_LEFT, inv_entry_dn(pair),
                "%s is younger than this pair. If it was made for another person than the one who "
                "had the name before, delete the pair: ldapdelete. If it was restored from a "
                "backup, keep the pair: ldapmodify with the rosterGroup it has (replace) makes it "
                "the younger one",
                younger->dn);
}

static inv_result check_pair(const repair *run, const inv_entry *pair, time_t modified,
                             const holders *of_pair)
{
    const inv_account *younger = find_younger(pair, modified, of_pair);
    inv_result result = INV_OK;

    if (of_pair->missing) {
        if (!run->dry_run)
            result = remove_pair(run, pair);
        return repair_tell_removal(run, result, false, inv_entry_dn(pair),
                                   "one of its two has no account");
    }
    if (younger != NULL && repair_is_old(run, younger->created))
        tell_younger(run, pair, younger);
    return INV_OK;
}

static inv_result repair_pair(const repair *run, const inv_entry *pair)
{
    const char *text = inv_entry_text(pair, "modifyTimestamp");
    time_t modified = 0;
    holders found;
    inv_result result;

    if (inv_entry_count(pair, "xmppContactJid") != 2) {
        repair_note(run, INV_REPAIR_LEFT, inv_entry_dn(pair), "does not name exactly two JIDs");
        return INV_OK;
    }
    if (text == NULL || !inv_timestamp_parse_generalized(text, &modified)) {
        repair_note(run, INV_REPAIR_LEFT, inv_entry_dn(pair),
                    "modifyTimestamp cannot be read by the invitegate identity");
        return INV_OK;
    }
    if (!repair_is_old(run, modified))
        return INV_OK;
    result = find_holders(run, pair, &found);
    result = result == INV_OK ? check_pair(run, pair, modified, &found)
                              : repair_entry_result(run, result, inv_entry_dn(pair));
    free_holders(&found);
    return result;
}

inv_result repair_pairs(const repair *run)
{
    static const char *const attributes[] = {"xmppContactJid", "inviteId", "modifyTimestamp", NULL};
    inv_operation *search = inv_operation_search(run->call->domain->rosters, INV_SCOPE_ONE,
                                                 "(objectClass=xmppRosterPair)", attributes);

    return repair_each(run, "roster pairs", search, repair_pair);
}
