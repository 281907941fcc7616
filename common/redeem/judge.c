/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "model/account.h"
#include "model/invite.h"
#include "redemption.h"

/*
 * Judges the token by itself. Who has the name is asked only of a good token. With a bad one, the
 * name is in one search only: for an account of that name that this very token made. So a bad token
 * costs the directory the same with a free name and with a taken one. A reset that is over is the
 * exception, with the name that the invite itself has: its account has to be read for its mark, and
 * the holder of the link knows that it is there.
 */

static inv_operation *own_search(const struct redemption *redemption)
{
    return inv_account_own_operation(redemption->call->domain, redemption->invite_id,
                                     redemption->name);
}

static inv_result take_own(struct redemption *redemption, const inv_operation *search)
{
    inv_account_free(&redemption->account);
    return inv_account_from_search(redemption->call, redemption->name, search,
                                   &redemption->account);
}

static inv_result ask(struct redemption *redemption)
{
    inv_call *call = redemption->call;
    size_t count = redemption->name != NULL ? 2 : 1;
    inv_operation *flight[2] = {
        inv_invite_read_operation(call->domain, redemption->invite_id, INV_INVITE_TERMS),
        redemption->name != NULL ? own_search(redemption) : NULL,
    };
    inv_result result = inv_call_run(call, flight, count);

    if (result == INV_OK && redemption->name != NULL)
        result = take_own(redemption, flight[1]);
    if (result == INV_OK)
        result = inv_invite_from_read(call->domain, flight[0], &redemption->invite,
                                      redemption->call->verdict);
    inv_operation_free(&flight[0]);
    inv_operation_free(&flight[1]);
    return result;
}

/* ------------------------------------------------------------------------------- second look */

/*
 * Asks whether the invite has a claim, not whose: a check must not learn who redeems. Whether the
 * claim may be taken over is for the redemption to find out, also where the name comes only later
 * (XEP-0445 preauth after a crash).
 */
static inv_operation *claim_search(const char *dn)
{
    static const char *const nothing[] = {NULL};

    return inv_operation_search(dn, INV_SCOPE_BASE, "(&(objectClass=xmppInvite)(inviteClaim=*))",
                                nothing);
}

static inv_result take_claim(struct redemption *redemption, const inv_operation *search,
                             bool *claimed)
{
    *claimed = search->entry_count == 1;
    if (inv_operation_answered(search, INV_LDAP_NO_SUCH_OBJECT))
        return INV_OK; /* deleted meanwhile */
    return inv_operation_result(search, "checking the invite", redemption->call->verdict);
}

static inv_result look_for_claim(struct redemption *redemption, bool *claimed)
{
    inv_call *call = redemption->call;
    size_t count = redemption->name != NULL ? 2 : 1;
    inv_operation *flight[2] = {
        claim_search(redemption->invite->dn),
        redemption->name != NULL ? own_search(redemption) : NULL,
    };
    inv_result result = inv_call_run(call, flight, count);

    if (result == INV_OK)
        result = take_claim(redemption, flight[0], claimed);
    if (result == INV_OK && redemption->name != NULL)
        result = take_own(redemption, flight[1]);
    inv_operation_free(&flight[0]);
    inv_operation_free(&flight[1]);
    return result;
}

/* ---------------------------------------------------------------------------------- the verdict */

/*
 * A reset makes no account: inviteNonce of the account tells whether it was begun, and its name is
 * not secret from the holder of the token, for inviteUser is that name.
 */
static inv_result look_for_reset(struct redemption *redemption, bool *begun)
{
    inv_result result;

    if (redemption->name == NULL || redemption->invite->type != INV_INVITE_RESET ||
        strcmp(redemption->invite->user, inv_jid_local(redemption->name)) != 0)
        return INV_OK;
    result = redemption_read_state(redemption, INV_INVITE_TERMS);

    if (result == INV_OK)
        *begun = redemption_was_begun(redemption);
    return result;
}

/*
 * The second look at a token that is revoked, expired or used up. It is good all the same when
 *   - a claim waits to be finished: an attempt that was cut off took the last use, and the same
 *     token, name and password again has to end well;
 *   - this token made the account of this name (*begun). The reads of one flight are not of one
 *     moment: the account may have come behind the first search for it, and its use may have been
 *     finished in front of the read of the invite;
 *   - it is a reset, and the account of its name has the mark of this invite (*begun).
 */
static inv_result recheck(struct redemption *redemption, bool *begun)
{
    inv_verdict kept = *redemption->call->verdict;
    bool may_finish = inv_invite_may_finish(redemption->invite, time(NULL));
    bool claimed = false;
    inv_result result;

    if (redemption->name == NULL && !may_finish)
        return INV_BAD_TOKEN;
    result = look_for_claim(redemption, &claimed);
    if (result == INV_OK)
        *begun = redemption->name != NULL && redemption_was_begun(redemption);
    if (result == INV_OK && !*begun)
        result = look_for_reset(redemption, begun);
    if (result == INV_OK && (*begun || (claimed && may_finish)))
        return INV_OK;
    if (result != INV_OK && result != INV_BAD_TOKEN)
        return result;
    *redemption->call->verdict = kept;
    return INV_BAD_TOKEN;
}

inv_result redemption_check_token(struct redemption *redemption, bool *begun)
{
    inv_invite_state state;
    inv_result result = ask(redemption);

    *begun = false;
    if (result == INV_OK)
        result = redemption_refuse_type(redemption);
    if (result != INV_OK)
        return result;
    *begun = redemption->name != NULL && redemption_was_begun(redemption);
    state = redemption_state(redemption);
    if (*begun || state == INV_INVITE_PENDING)
        return INV_OK;
    (void)redemption_bad_token(redemption, inv_invite_state_name(state));
    return recheck(redemption, begun);
}
