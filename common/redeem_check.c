/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "redemption.h"

/*
 * A check never reads claims: who is redeeming is nobody's business. That some claim stands is
 * enough: whether it may be taken over is for the redeemer to find out.
 */
static inv_result claim_stands(struct redemption *redemption, bool *stands)
{
    static const char *const nothing[] = {NULL};
    inv_call *call = redemption->call;
    inv_operation *search =
        inv_operation_search(redemption->invite->dn, INV_SCOPE_BASE,
                             "(&(objectClass=xmppInvite)(inviteClaim=*))", nothing);
    inv_result result =
        inv_directory_run(call->directory, &search, 1, &call->deadline, redemption->verdict);

    *stands = false;
    if (result == INV_OK)
        result = inv_operation_result(search, "checking the invite", redemption->verdict);
    if (result == INV_OK)
        *stands = search->entry_count == 1;
    inv_operation_free(&search);
    return result;
}

static inv_result judge_open(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    bool stands = false;
    inv_result result = INV_OK;

    switch (inv_invite_state_at(invite, redemption->accepted_at)) {
    case INV_INVITE_PENDING:
        return INV_OK;
    case INV_INVITE_REVOKED:
        return redemption_bad_token(redemption, "revoked");
    case INV_INVITE_USED:
    case INV_INVITE_EXPIRED:
        break;
    }
    result = claim_stands(redemption, &stands);
    if (result != INV_OK || (stands && redemption->name != NULL))
        return result;
    return redemption_bad_token(redemption, invite->uses_left == 0 ? "used" : "expired");
}

static inv_result judge_inviter(struct redemption *redemption)
{
    struct relations relations;
    inv_result result = redemption_ask(redemption, &relations);

    relations_end(&relations);
    return result;
}

static inv_result judge_reset(struct redemption *redemption)
{
    bool may = false;
    inv_result result;

    if (strcmp(redemption->invite->user, inv_name_local(redemption->name)) != 0)
        return inv_verdict_set(redemption->verdict, INV_NAME_RESERVED,
                               "the invite is for another name");
    if (redemption->account == NULL || redemption->several ||
        redemption->account->created > redemption->invite->created)
        return redemption_bad_token(redemption, "the account to reset is gone");
    result =
        inv_account_may_reset(redemption->call, redemption->account->dn, &may, redemption->verdict);
    if (result == INV_OK && !may)
        result = inv_verdict_set(redemption->verdict, INV_NOT_ALLOWED,
                                 "%s is not among the accounts that reset_filter lets in",
                                 redemption->account->dn);
    return result;
}

/* Will this redemption make a pair, and nothing else? */
static bool pairs_only(const struct redemption *redemption)
{
    return redemption->invite->type == INV_INVITE_CONTACT ||
           (redemption->takes & (INV_TAKES_REGISTRATION | INV_TAKES_RESET)) == 0;
}

static inv_result judge_with_name(struct redemption *redemption)
{
    if (pairs_only(redemption))
        return redemption_judge_redeemer(redemption);
    if (redemption->account != NULL && !redemption->several &&
        inv_account_is_of(redemption->account, redemption->invite->id, redemption->name) &&
        redemption->invite->type != INV_INVITE_RESET)
        return INV_OK;
    if (redemption->invite->type == INV_INVITE_RESET)
        return judge_reset(redemption);
    return redemption_judge_name(redemption);
}

inv_result inv_redeem_check(inv_call *call, const inv_token *token, const inv_name *name,
                            unsigned takes, inv_acceptance *acceptance, inv_verdict *verdict)
{
    struct redemption redemption;
    inv_result result;

    *acceptance = (inv_acceptance){.accepted_at = time(NULL)};
    redemption_start(&redemption, call, inv_token_id(token), name, verdict);
    redemption.takes = takes;
    if (name != NULL)
        result = redemption_look(&redemption, INV_INVITE_TERMS);
    else
        result = inv_invite_read(call, inv_token_id(token), INV_INVITE_TERMS, &redemption.invite,
                                 verdict);
    if (result == INV_OK)
        result = redemption_refuse_type(&redemption);
    if (result == INV_OK && name != NULL && redemption.account != NULL && !redemption.several &&
        redemption.invite->type != INV_INVITE_RESET &&
        inv_account_is_of(redemption.account, redemption.invite->id, name))
        goto accepted; /* begun or done by this token: redeeming proves the password */
    if (result == INV_OK)
        result = judge_open(&redemption);
    if (result == INV_OK)
        result = judge_inviter(&redemption);
    if (result == INV_OK && name != NULL)
        result = judge_with_name(&redemption);
    if (result == INV_OK && name != NULL && !pairs_only(&redemption))
        result = redemption_refuse_unproved(&redemption);
accepted:
    if (result == INV_OK) {
        acceptance->type = redemption.invite->type;
        (void)snprintf(acceptance->user, sizeof(acceptance->user), "%s",
                       redemption.invite->user != NULL ? redemption.invite->user : "");
    }
    redemption_end(&redemption);
    verdict->result = result;
    return result;
}
