/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redemption.h"

/*
 * A check never reads claims: who is redeeming is nobody's business. That some claim stands is
 * enough: whether it may be taken over is for the redeemer to find out, also where the name comes
 * only later (XEP-0445 preauth after a crash).
 */
static inv_result claim_stands(struct redemption *redemption, bool *stands)
{
    static const char *const nothing[] = {NULL};
    inv_call *call = redemption->call;
    char *dn = inv_invite_dn(call->domain, redemption->invite_id);
    inv_operation *search = inv_operation_search(
        dn, INV_SCOPE_BASE, "(&(objectClass=xmppInvite)(inviteClaim=*))", nothing);
    inv_result result =
        inv_directory_run(call->directory, &search, 1, &call->deadline, redemption->verdict);

    *stands = false;
    if (result == INV_OK && !inv_operation_answered(search, INV_LDAP_NO_SUCH_OBJECT))
        result = inv_operation_result(search, "checking the invite", redemption->verdict);
    if (result == INV_OK)
        *stands = search->entry_count == 1;
    inv_operation_free(&search);
    free(dn);
    return result;
}

/* The question is asked of every token that is not open, so that none is told apart by its time. */
static inv_result judge_open(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    inv_invite_state state = inv_invite_state_at(invite, redemption->accepted_at);
    bool stands = false;
    inv_result result = INV_OK;

    if (state == INV_INVITE_PENDING)
        return INV_OK;
    result = claim_stands(redemption, &stands);
    if (result != INV_OK || (stands && state != INV_INVITE_REVOKED))
        return result;
    return redemption_bad_token(redemption, inv_invite_state_name(state));
}

/* A token that is unknown or of the wrong type: asked the same as of one that is over. */
static inv_result refuse_alike(struct redemption *redemption, inv_result refusal)
{
    inv_verdict kept = *redemption->verdict;
    bool stands = false;
    inv_result result = claim_stands(redemption, &stands);

    if (result != INV_OK)
        return result;
    *redemption->verdict = kept;
    return refusal;
}

static inv_result judge_inviter(struct redemption *redemption)
{
    struct relations relations;
    inv_result result = redemption_ask(redemption, &relations);

    relations_end(&relations);
    return result;
}

/* Begun or done by this token and name before: redeeming proves the password. */
static bool was_begun(const struct redemption *redemption)
{
    const inv_account *account = redemption->account;

    if (account == NULL || redemption->several)
        return false;
    if (redemption->invite->type == INV_INVITE_RESET)
        return strcmp(redemption->invite->user, inv_name_local(redemption->name)) == 0 &&
               inv_account_was_reset_by(account, redemption->invite->id);
    return inv_account_is_of(account, redemption->invite->id, redemption->name) &&
           redemption_may_repeat(redemption);
}

/* Will this redemption make a pair, and nothing else? */
static bool pairs_only(const struct redemption *redemption)
{
    return redemption->invite->type == INV_INVITE_CONTACT ||
           (redemption->takes & (INV_TAKES_REGISTRATION | INV_TAKES_RESET)) == 0;
}

static inv_result judge_with_name(struct redemption *redemption)
{
    inv_result result;

    if (pairs_only(redemption))
        return redemption_judge_redeemer(redemption);
    result = redemption->invite->type == INV_INVITE_RESET ? redemption_judge_reset(redemption)
                                                          : redemption_judge_name(redemption);
    return result == INV_OK ? redemption_refuse_unproved(redemption) : result;
}

static inv_result judge(struct redemption *redemption)
{
    inv_result result = judge_open(redemption);

    if (result == INV_OK)
        result = judge_inviter(redemption);
    if (result == INV_OK && redemption->name != NULL)
        result = judge_with_name(redemption);
    return result;
}

/* A second look: the reads of one flight are not of one moment, see redemption_judge_state. */
static inv_result doubt(struct redemption *redemption, inv_result refusal)
{
    inv_verdict kept = *redemption->verdict;
    inv_result result = redemption_look(redemption, INV_INVITE_TERMS);

    if (result == INV_OK)
        result = redemption_refuse_type(redemption);
    if (result != INV_BAD_TOKEN && (result != INV_OK || was_begun(redemption)))
        return result;
    *redemption->verdict = kept;
    return refusal;
}

static inv_result look(struct redemption *redemption)
{
    if (redemption->name != NULL)
        return redemption_look(redemption, INV_INVITE_TERMS);
    if (redemption->open)
        return redemption_open_terms(redemption);
    return inv_invite_read(redemption->call, redemption->invite_id, INV_INVITE_TERMS,
                           &redemption->invite, redemption->verdict);
}

inv_result inv_redeem_check(inv_call *call, const inv_token *token, const inv_name *name,
                            unsigned takes, inv_acceptance *acceptance, inv_verdict *verdict)
{
    struct redemption redemption;
    inv_result result = INV_OK;

    redemption_start(&redemption, call, token != NULL ? inv_token_id(token) : INV_INVITE_ID_OPEN,
                     name, verdict);
    redemption_accept_at(&redemption, acceptance->accepted_at);
    *acceptance = (inv_acceptance){.accepted_at = redemption.accepted_at};
    redemption.takes = takes;
    if (redemption.open)
        result = redemption_refuse_open(call, takes, verdict);
    if (result == INV_OK)
        result = look(&redemption);
    if (result == INV_OK)
        result = redemption_refuse_type(&redemption);
    if (result == INV_BAD_TOKEN)
        result = refuse_alike(&redemption, result);
    else if (result == INV_OK && (name == NULL || !was_begun(&redemption)))
        result = judge(&redemption);
    if (result == INV_BAD_TOKEN && name != NULL)
        result = doubt(&redemption, result);
    if (result == INV_OK) {
        acceptance->type = redemption.invite->type;
        (void)snprintf(acceptance->user, sizeof(acceptance->user), "%s",
                       redemption.invite->user != NULL ? redemption.invite->user : "");
    }
    redemption_end(&redemption);
    verdict->result = result;
    return result;
}
