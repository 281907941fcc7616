/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "model/account.h"
#include "model/claim.h"
#include "model/invite.h"
#include "model/reservation.h"

/* Sets inviteUsesLeft, by the exact value that was read. *lost: it was changed meanwhile. */
static inv_result change_uses_left(inv_call *call, const inv_invite *invite, long uses_left,
                                   bool *lost)
{
    inv_operation *change = inv_operation_new_modify(invite->dn);
    char before[24];
    char after[24];
    inv_result result;

    (void)snprintf(before, sizeof(before), "%ld", invite->uses_left);
    (void)snprintf(after, sizeof(after), "%ld", uses_left);
    inv_operation_text(change, INV_CHANGE_DELETE, "inviteUsesLeft", before);
    inv_operation_text(change, INV_CHANGE_ADD, "inviteUsesLeft", after);
    result = inv_call_perform(call, change, "changing the invite", INV_LDAP_NO_SUCH_ATTRIBUTE);
    *lost = result == INV_OK && inv_operation_answered(change, INV_LDAP_NO_SUCH_ATTRIBUTE);
    inv_operation_free(&change);
    return result;
}

inv_result inv_invite_revoke(inv_call *call, const char *id)
{
    for (;;) {
        inv_invite *invite = NULL;
        bool lost = false;
        inv_result result = inv_invite_read_any(call, id, &invite);

        if (result == INV_OK && invite->uses_left >= 0) {
            /* before the change: while the invite is open no other can take the reservation over */
            if (inv_invite_reserves(invite))
                reservation_release(call, invite->user, id);
            result = change_uses_left(call, invite, -1 - invite->uses_left, &lost);
        }
        inv_invite_free(&invite);
        if (result != INV_OK || !lost)
            return result;
        inv_claim_jitter(&call->deadline);
    }
}

/* The name must still be free, and is reserved again before the invite opens. */
static inv_result reserve_again(inv_call *call, const inv_invite *invite)
{
    inv_jid *name = NULL;
    inv_account *account = NULL;
    inv_result result =
        inv_jid_prepare(call->domain, invite->user, strlen(invite->user), &name, call->verdict);

    if (result == INV_OK)
        result = inv_account_find(call, name, &account);
    if (result == INV_OK && account != NULL)
        result = inv_account_refuse_taken(account, call->verdict);
    if (result == INV_OK)
        result = reservation_take(call, invite->user, invite->id);
    inv_account_free(&account);
    inv_jid_free(&name);
    return result;
}

inv_result inv_invite_restore(inv_call *call, const char *id)
{
    for (;;) {
        inv_invite *invite = NULL;
        bool lost = false;
        inv_result result = inv_invite_read(call, id, INV_INVITE_TERMS, &invite);

        if (result == INV_OK && invite->uses_left < 0) {
            if (inv_invite_reserves(invite) && inv_invite_open_uses(invite) > 0)
                result = reserve_again(call, invite);
            if (result == INV_OK)
                result = change_uses_left(call, invite, inv_invite_open_uses(invite), &lost);
        }
        inv_invite_free(&invite);
        if (result != INV_OK || !lost)
            return result;
        inv_claim_jitter(&call->deadline);
    }
}
