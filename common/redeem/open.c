/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/timestamp.h"
#include "redemption.h"

/*
 * Registering without an invite (invite_only = no) is like an unlimited invite without inviter: no
 * use to claim, no pair to write. Only one thing is different. With a token, the same password
 * again is a repetition by the same person; without one it may be a stranger who tries passwords,
 * so it counts as a repetition for an hour only.
 */

inv_result redemption_refuse_open(inv_call *call, inv_allowed_types allowed_types)
{
    if (call->domain->invite_only)
        return inv_verdict_set(call->verdict, INV_NOT_ALLOWED,
                               "no token was given, and invite_only = yes in [domain %s]",
                               call->domain->name);
    if ((allowed_types & INV_ALLOW_REGISTRATION) == 0)
        return inv_verdict_set(call->verdict, INV_NOT_ALLOWED, "no token was given");
    return INV_OK;
}

inv_result redemption_open_terms(struct redemption *redemption)
{
    const inv_domain *domain = redemption->call->domain;
    inv_invite *terms = calloc(1, sizeof(*terms));

    if (terms == NULL)
        return inv_verdict_no_memory(redemption->call->verdict);
    *terms = (inv_invite){
        .dn = strdup(domain->invites),
        .id = strdup(INV_INVITE_ID_OPEN),
        .type = INV_INVITE_ACCOUNT,
        .domain = strdup(domain->name),
        .contacts = calloc(1, sizeof(char *)),
        .groups = calloc(1, sizeof(char *)),
        .uses_left = 1,
        .expires = INV_NEVER,
    };
    if (terms->dn == NULL || terms->id == NULL || terms->domain == NULL ||
        terms->contacts == NULL || terms->groups == NULL) {
        inv_invite_free(&terms);
        return inv_verdict_no_memory(redemption->call->verdict);
    }
    redemption->invite = terms;
    return INV_OK;
}

bool redemption_is_new(const inv_account *account)
{
    return account->created != 0 && time(NULL) - account->created <= INV_ACCEPTED_MAX_AGE;
}

bool redemption_may_repeat(const struct redemption *redemption)
{
    return !redemption->open || redemption_is_new(redemption->account);
}

inv_result redemption_refuse_stale_pairs(struct redemption *redemption)
{
    return inv_verdict_set(redemption->call->verdict, redemption->connect_failure,
                           "the account is there, but pairs of an earlier holder of the name could "
                           "not be removed; the same again removes them");
}
