/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/password_change.h"

#include "invitegate/password.h"
#include "model/account.h"
#include "model/account_filter.h"
#include "redemption.h"
#include "set_password.h"

static inv_result refuse(inv_verdict *verdict, const char *text, const char *why, const char *dn)
{
    inv_verdict_set_text(verdict, text);
    return inv_verdict_set(verdict, INV_NOT_ALLOWED, "%s%s", dn, why);
}

/*
 * As for a reset, but a lock by failed logins is not lifted either: the person logged in before it,
 * and it may be somebody else who guesses.
 */
static inv_result check_holder(const struct redemption *redemption, const char *identity)
{
    inv_call *call = redemption->call;
    const inv_account *account = redemption->account;
    bool may = false;
    inv_result result;

    if (!inv_account_is_own(account))
        return inv_verdict_set(call->verdict, INV_NO_ACCOUNT, "%s",
                               inv_account_why_not_own(account));
    result = inv_account_check_identity(account, identity, call->verdict);
    if (result != INV_OK)
        return result;
    if (inv_account_is_over(account, time(NULL)))
        return refuse(call->verdict, "This account is locked, or has ended.",
                      ": the account is locked or has expired", account->dn);
    result = inv_account_may_reset(call, account->dn, &may);
    if (result == INV_OK && !may)
        result = refuse(call->verdict, "The password of this account cannot be changed from here.",
                        " is not among the accounts that reset_filter lets in", account->dn);
    return result;
}

/* *again: somebody else set a password in between, or the verifiers could not be dated. */
static inv_result attempt(struct redemption *redemption, const char *identity, bool *again)
{
    inv_verdict *verdict = redemption->call->verdict;
    inv_result result = redemption_read_state(redemption, INV_INVITE_TERMS);

    if (result == INV_OK)
        result = redemption_refuse_unproved(redemption);
    if (result == INV_OK)
        result = check_holder(redemption, identity);
    if (result == INV_OK) {
        inv_claim_clear(&redemption->claim);
        result = inv_claim_start(inv_jid_text(redemption->name), &redemption->claim, verdict);
    }
    if (result != INV_OK)
        return result;
    switch (redemption_set_password(redemption, &result)) {
    case PASSWORD_SET:
        return INV_OK;
    case PASSWORD_OVERTAKEN:
    case PASSWORD_UNDATED:
        *again = true;
        return INV_OK;
    case PASSWORD_REFUSED:
        return result == INV_BAD_TOKEN
                   ? inv_verdict_set(verdict, INV_NO_ACCOUNT, "the account is gone")
                   : result;
    case PASSWORD_UNKNOWN:
        break;
    }
    return result;
}

inv_result inv_password_change(inv_call *call, const inv_jid *name, const char *identity,
                               const inv_secret *password)
{
    struct redemption redemption;
    bool again = true;
    inv_result result = INV_OK;

    redemption_start(&redemption, call, INV_INVITE_ID_OPEN, name);
    redemption.password = password;
    (void)inv_verdict_clear_words(call->verdict);
    if (!call->domain->client_password_change)
        result = refuse(call->verdict, "Passwords of this server cannot be changed from here.",
                        "client_password_change = no", "");
    if (result == INV_OK)
        result = inv_password_check(call->domain, call->keys, password, call->verdict);
    while (result == INV_OK && again) {
        again = false;
        result = attempt(&redemption, identity, &again);
    }
    redemption_end(&redemption);
    if (result == INV_OK)
        (void)inv_verdict_set(call->verdict, INV_OK, "the password is changed");
    call->verdict->result = result;
    return result;
}
