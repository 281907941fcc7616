/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/redeem.h"

#include "invitegate/password.h"
#include "model/account.h"
#include "model/account_login.h"
#include "redemption.h"

/* Tells which account it is: the one that was found, or else the one that this attempt has made. */
static void tell_account(struct redemption *redemption)
{
    const inv_account made = {
        .invite_id = redemption->invite->id,
        .nonce = redemption->claim.nonce,
    };

    (void)inv_account_identity(redemption->account != NULL ? redemption->account : &made,
                               redemption->call->verdict->account);
}

inv_result inv_redeem(inv_call *call, const inv_redeem_request *request)
{
    struct redemption redemption;
    bool begun = false;
    inv_result result = INV_OK;

    redemption_start(&redemption, call,
                     request->token != NULL ? inv_token_id(request->token) : INV_INVITE_ID_OPEN,
                     request->name);
    redemption.password = request->password;
    redemption.allowed_types = request->allowed_types;
    redemption_accept_at(&redemption, request->accepted_at);
    call->verdict->account[0] = '\0';
    if (redemption.open)
        result = redemption_refuse_open(call, request->allowed_types);
    if (result == INV_OK)
        result = inv_password_check(call->domain, call->keys, request->password, call->verdict);
    if (result == INV_OK && !redemption.open && !redemption.accepted)
        result = redemption_check_token(&redemption, &begun);
    if (result == INV_OK)
        result = redemption_read_state(&redemption, INV_INVITE_TERMS_AND_CLAIMS);
    if (result == INV_OK)
        result = redemption_refuse_type(&redemption);
    if (result == INV_OK)
        result = redemption_refuse_unproved(&redemption);
    redemption.registers = result == INV_OK && redemption.invite->type != INV_INVITE_RESET;
    if (result == INV_OK)
        result =
            redemption.registers ? redemption_register(&redemption) : redemption_reset(&redemption);
    if (result == INV_OK && redemption.registers)
        tell_account(&redemption);
    redemption_end(&redemption);
    if (result == INV_OK)
        (void)inv_verdict_set(call->verdict, INV_OK, "redeemed");
    call->verdict->result = result;
    return result;
}

/* The password is verified here only where something is unfinished, before that is settled. */
static inv_result log_in_again(struct redemption *redemption)
{
    inv_result result = redemption_read_state(redemption, INV_INVITE_TERMS_AND_CLAIMS);

    if (result == INV_OK && !redemption_was_begun(redemption))
        return redemption_bad_token(redemption, inv_account_why_not_own(redemption->account));
    if (result != INV_OK || !redemption_owes(redemption))
        return result;
    result = inv_account_verify(redemption->call, redemption->account, redemption->password);
    return result == INV_OK ? redemption_finish_leftover(redemption) : result;
}

/* The token is good and has made no account of this name: may it register the name? */
static inv_result log_in_first(struct redemption *redemption)
{
    inv_result result;

    /* that account was found by the invite's id; what counts now is every holder of the name */
    inv_account_free(&redemption->account);
    result = inv_account_find(redemption->call, redemption->name, &redemption->account);
    if (result != INV_OK)
        return result;
    if (redemption->account != NULL)
        return redemption_bad_token(redemption, "a token in front of another account's password");
    return inv_verdict_set(redemption->call->verdict, INV_NO_ACCOUNT, "the name is free");
}

inv_result inv_redeem_login(inv_call *call, const inv_token *token, const inv_jid *name,
                            const inv_secret *password)
{
    struct redemption redemption;
    bool begun = false;
    inv_result result;

    redemption_start(&redemption, call, inv_token_id(token), name);
    redemption.password = password;
    redemption.allowed_types = INV_ALLOW_REGISTRATION;
    redemption.registers = true;
    result = redemption_check_token(&redemption, &begun);
    if (result == INV_OK)
        result = begun ? log_in_again(&redemption) : log_in_first(&redemption);
    redemption_end(&redemption);
    call->verdict->result = result;
    return result;
}
