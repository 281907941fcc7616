/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redemption.h"

static inv_result check_inviter(struct redemption *redemption)
{
    struct parties parties;
    inv_result result = redemption_check_parties(redemption, &parties);

    parties_end(&parties);
    return result;
}

/* This redemption makes a pair, and no account or reset. */
static bool pairs_only(const struct redemption *redemption)
{
    return redemption->invite->type == INV_INVITE_CONTACT ||
           (redemption->allowed_types & (INV_ALLOW_REGISTRATION | INV_ALLOW_RESET)) == 0;
}

static inv_result check_with_name(struct redemption *redemption)
{
    inv_result result;

    if (pairs_only(redemption))
        return redemption_check_redeemer(redemption);
    result = redemption->invite->type == INV_INVITE_RESET ? redemption_check_reset(redemption)
                                                          : redemption_check_name(redemption);
    return result == INV_OK ? redemption_refuse_unproved(redemption) : result;
}

/* Reads who has the name: for a token that is good, and where names register without one. */
static inv_result look(struct redemption *redemption, bool *begun)
{
    inv_result result = INV_OK;

    if (redemption->name != NULL)
        result = redemption_read_state(redemption, INV_INVITE_TERMS);
    else if (redemption->open)
        result = redemption_open_terms(redemption);
    if (result == INV_OK)
        result = redemption_refuse_type(redemption);
    *begun = result == INV_OK && redemption->name != NULL && redemption_was_begun(redemption);
    return result;
}

/* A reset that is checked without a name: its account is the one of inviteUser. */
static inv_result check_account(struct redemption *redemption)
{
    inv_invite *invite = redemption->invite;
    inv_result result = inv_invite_check_account(redemption->call, invite);

    if (result == INV_OK && invite->outdated != NULL)
        result = redemption_bad_token(redemption, invite->outdated);
    return result;
}

/*
 * A token whose inviter is gone is bad, so the directory is not asked who has the name. Of a reset
 * the account is read first: when that shows that the reset was begun, its inviter does not matter
 * any more.
 */
static inv_result check_invite_and_name(struct redemption *redemption, bool *begun)
{
    bool inviter_first = !redemption->open && redemption->invite->type != INV_INVITE_RESET;
    inv_result result = INV_OK;

    if (inviter_first)
        result = check_inviter(redemption);
    else if (redemption->name == NULL && !redemption->open)
        result = check_account(redemption);
    if (result == INV_OK)
        result = look(redemption, begun);
    if (result == INV_OK && !*begun && !inviter_first)
        result = check_inviter(redemption);
    if (result == INV_OK && !*begun && redemption->name != NULL)
        result = check_with_name(redemption);
    return result;
}

static void accept(struct redemption *redemption, inv_acceptance *acceptance)
{
    const inv_invite *invite = redemption->invite;

    acceptance->type = invite->type;
    (void)snprintf(acceptance->user, sizeof(acceptance->user), "%s",
                   invite->user != NULL ? invite->user : "");
    if (acceptance->invite != NULL && !redemption->open) {
        *acceptance->invite = redemption->invite;
        redemption->invite = NULL;
    }
}

inv_result inv_redeem_check(inv_call *call, const inv_token *token, const inv_jid *name,
                            inv_allowed_types allowed_types, inv_acceptance *acceptance)
{
    struct redemption redemption;
    bool begun = false;
    inv_result result;

    redemption_start(&redemption, call, token != NULL ? inv_token_id(token) : INV_INVITE_ID_OPEN,
                     name);
    redemption_accept_at(&redemption, acceptance->accepted_at);
    *acceptance =
        (inv_acceptance){.accepted_at = redemption.accepted_at, .invite = acceptance->invite};
    if (acceptance->invite != NULL)
        *acceptance->invite = NULL;
    redemption.allowed_types = allowed_types;
    result = redemption.open ? redemption_refuse_open(call, allowed_types)
                             : redemption_check_token(&redemption, &begun);
    if (result == INV_OK && !begun)
        result = check_invite_and_name(&redemption, &begun);
    if (result == INV_OK)
        accept(&redemption, acceptance);
    redemption_end(&redemption);
    call->verdict->result = result;
    return result;
}
