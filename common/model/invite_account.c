/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "account.h"
#include "invitegate/account.h"
#include "invitegate/invite.h"

/* The name of inviteUser; it has an account, so name_pattern does not matter. */
static inv_result name_of(const inv_invite *invite, inv_jid **name, inv_verdict *verdict)
{
    char *jid = NULL;
    inv_result result;

    *name = NULL;
    if (asprintf(&jid, "%s@%s", invite->user, invite->domain) == -1)
        return inv_verdict_no_memory(verdict);
    result = inv_jid_parse(jid, name, verdict);
    free(jid);
    if (result == INV_NAME_INVALID)
        return inv_verdict_set(verdict, INV_CONFIG, "%s: inviteUser is not a name", invite->dn);
    return result;
}

inv_result inv_invite_check_account(inv_call *call, inv_invite *invite)
{
    inv_account *account = NULL;
    inv_jid *name = NULL;
    bool younger = false;
    inv_result result;

    if (invite->type != INV_INVITE_RESET ||
        inv_invite_state_at(invite, time(NULL)) != INV_INVITE_PENDING)
        return INV_OK;
    result = name_of(invite, &name, call->verdict);
    if (result == INV_OK)
        result = inv_account_find(call, name, &account);
    if (result == INV_OK && inv_account_is_own(account))
        result = inv_account_is_younger(account, invite, &younger, call->verdict);
    if (result == INV_OK && (!inv_account_is_own(account) || younger))
        invite->outdated = "the account to reset is gone";
    else if (result == INV_OK && !inv_account_fits_reset(account, invite))
        invite->outdated = INV_INVITE_OVERTAKEN;
    inv_account_free(&account);
    inv_jid_free(&name);
    return result;
}
