/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "model/account.h"
#include "model/account_filter.h"
#include "model/account_login.h"
#include "redemption.h"
#include "set_password.h"

/*
 * A reset never creates an account, and its account must be the one the invite was made for: a name
 * that has a new account since may not be reset by it.
 */
inv_result redemption_check_reset(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    bool younger = false;
    bool may = false;
    inv_result result = INV_OK;

    if (strcmp(invite->user, inv_jid_local(redemption->name)) != 0)
        return redemption_refuse_other_name(redemption);
    if (inv_account_is_own(redemption->account))
        result = inv_account_is_younger(redemption->account, invite, &younger,
                                        redemption->call->verdict);
    if (result != INV_OK)
        return result;
    if (!inv_account_is_own(redemption->account) || younger)
        return redemption_bad_token(redemption, "the account to reset is gone");
    if (!inv_account_fits_reset(redemption->account, invite))
        return redemption_bad_token(redemption, INV_INVITE_OVERTAKEN);
    /* a password policy would lift the lock together with setting the new password */
    result =
        inv_account_refuse_locked(redemption->account, invite->created, redemption->call->verdict);
    if (result == INV_OK)
        result = inv_account_may_reset(redemption->call, redemption->account->dn, &may);
    if (result == INV_OK && !may)
        return inv_verdict_set(redemption->call->verdict, INV_NOT_ALLOWED,
                               "%s is not among the accounts that reset_filter lets in",
                               redemption->account->dn);
    return result;
}

/*
 * This token has set the password, in this attempt or another: the password is verified, then the
 * use is finished.
 */
static inv_result finish_reset(struct redemption *redemption)
{
    const inv_use *standing = inv_claim_of(redemption->invite, inv_jid_text(redemption->name));
    inv_result result = redemption_verify(redemption);

    if (result != INV_OK || standing == NULL)
        return result;
    if (redemption_renew_verifiers(redemption, redemption->account) != INV_OK)
        inv_log_write(redemption->call->log, INV_LOG_WARNING,
                      "invite %s: SCRAM stays off for %s until the next reset: %s",
                      redemption->invite->id, redemption->account->dn,
                      redemption->call->verdict->why);
    (void)redemption_finish(redemption, standing->text, standing->nonce);
    return INV_OK;
}

inv_result redemption_reset_was_cut_off(struct redemption *redemption, bool *cut_off)
{
    *cut_off = false;
    if (!redemption_keeps_only_scram(redemption->call->domain) ||
        inv_claim_of(redemption->invite, inv_jid_text(redemption->name)) == NULL)
        return INV_OK;
    return inv_account_has_stale_verifiers(redemption->call, redemption->account, cut_off);
}

static inv_result give_back(struct redemption *redemption, inv_result result)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);

    if (redemption->fresh_claim &&
        inv_claim_give_back(&call, redemption->invite, &redemption->claim) != INV_OK)
        inv_log_write(call.log, INV_LOG_WARNING,
                      "invite %s: the use could not be given back now: %s", redemption->invite->id,
                      verdict.why);
    return result;
}

static inv_result attempt(struct redemption *redemption, bool *again)
{
    struct parties parties = {.contacts = NULL};
    const inv_use *standing = NULL;
    bool cut_off = false;
    inv_result result = INV_OK;

    if (inv_account_is_own(redemption->account) &&
        inv_account_was_reset_by(redemption->account, redemption->invite->id)) {
        result = redemption_reset_was_cut_off(redemption, &cut_off);
        if (result != INV_OK || !cut_off)
            return result == INV_OK ? finish_reset(redemption) : result;
    }
    /* the token first: for one that is not valid, the verdict says no more than that */
    result = redemption_check_state(redemption, &standing, again);
    if (result == INV_OK && !*again)
        result = redemption_check_reset(redemption);
    if (result == INV_OK && !*again)
        result = redemption_claim(redemption, standing, &parties, again);
    parties_end(&parties);
    if (result != INV_OK || *again)
        return result;
    switch (redemption_set_password(redemption, &result)) {
    case PASSWORD_SET:
        (void)redemption_finish(redemption, redemption->claim.text, redemption->claim.nonce);
        return INV_OK;
    case PASSWORD_OVERTAKEN:
        /*
         * by another invite: this one is expired, and its claim goes. By this invite: the claim is
         * not needed
         */
        (void)give_back(redemption, INV_OK);
        redemption->fresh_claim = false;
        *again = true;
        return INV_OK;
    case PASSWORD_UNDATED:
        /* the claim stays and had its effect: it lets this token set the password anew */
        redemption->fresh_claim = false;
        *again = true;
        return INV_OK;
    case PASSWORD_REFUSED:
        return give_back(redemption, result);
    case PASSWORD_UNKNOWN:
        break;
    }
    return result;
}

inv_result redemption_reset(struct redemption *redemption)
{
    for (;;) {
        bool again = false;
        inv_result result = attempt(redemption, &again);

        if (result != INV_OK || !again)
            return result;
        result = redemption_read_state(redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result != INV_OK)
            return result;
    }
}
