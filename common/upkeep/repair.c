/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "model/clock.h"
#include "model/invite.h"
#include "model/reservation.h"
#include "redeem/stale_claim.h"
#include "repair_accounts.h"
#include "repair_groups.h"
#include "repair_pairs.h"
#include "run.h"
#include "visibility.h"

/*
 * The search saw this very claim on an invite that had not changed for claim_grace, and a nonce is
 * never used twice: when claim_end_stale reads the claim again, it can only be older.
 */
static inv_result repair_claim(const repair *run, const inv_invite *invite, const inv_use *claim)
{
    const char *jid = claim->jid;
    claim_end end = CLAIM_END_GONE;
    inv_result result;

    repair_renew_deadline(run);
    result = claim_end_stale(run->call, invite, claim, run->dry_run, &end);
    if (result != INV_OK)
        return repair_entry_result(run, result, invite->dn);
    switch (end) {
    case CLAIM_END_GONE:
        break;
    case CLAIM_END_FINISHED:
        repair_note(run, INV_REPAIR_FINISHED, invite->dn, "the redemption by %s", jid);
        break;
    case CLAIM_END_FREED:
        repair_note(run, INV_REPAIR_FREED, invite->dn, "the claim of %s, of which nothing came",
                    jid);
        break;
    case CLAIM_END_STUCK:
        repair_note(
            run, INV_REPAIR_LEFT, invite->dn,
            "the claim of %s can neither be finished nor freed; look at the log and the rights of "
            "the invitegate identity",
            jid);
        break;
    }
    return INV_OK;
}

static inv_result repair_invite(const repair *run, const inv_entry *entry)
{
    inv_invite *invite = NULL;
    inv_result result = inv_invite_from_entry(entry, &invite, run->call->verdict);

    if (result != INV_OK)
        return repair_entry_result(run, result, inv_entry_dn(entry));
    for (size_t i = 0; result == INV_OK && i < invite->claim_count; i++) {
        if (repair_is_old(run, invite->modified))
            result = repair_claim(run, invite, &invite->claims[i]);
        else
            repair_note(run, INV_REPAIR_WAITS, invite->dn,
                        "the claim of %s is younger than claim_grace", invite->claims[i].jid);
    }
    inv_invite_free(&invite);
    return result;
}

static inv_result repair_claims(const repair *run)
{
    inv_operation *search = inv_operation_search(
        run->call->domain->invites, INV_SCOPE_ONE, "(&(objectClass=xmppInvite)(inviteClaim=*))",
        inv_invite_attributes(INV_INVITE_TERMS_AND_CLAIMS));

    return repair_each(run, "claims", search, repair_invite);
}

static inv_result repair_reservation(const repair *run, const inv_entry *reservation)
{
    bool held = true;
    bool changed = false;
    inv_result result;

    repair_renew_deadline(run);
    result = inv_reservation_holds(run->call, reservation, NULL, &held);
    if (result != INV_OK)
        return repair_entry_result(run, result, inv_entry_dn(reservation));
    if (held)
        return INV_OK;
    if (!run->dry_run)
        result = reservation_remove(run->call, reservation, &changed);
    return repair_tell_removal(run, result, changed, inv_entry_dn(reservation),
                               "its invite has ended");
}

static inv_result repair_reservations(const repair *run)
{
    inv_operation *search = inv_operation_search(run->call->domain->invites, INV_SCOPE_ONE,
                                                 RESERVATION_FILTER, reservation_attributes);

    return repair_each(run, "reservations", search, repair_reservation);
}

/* ----------------------------------------------------------------------------------- balance */

/*
 * Reports an invite whose claims, finished uses and open uses are not together the uses that it was
 * made for.
 */
static void check_balance(const repair *run, const inv_invite *invite)
{
    if (!repair_is_balanced(invite))
        repair_note(
            run, INV_REPAIR_LEFT, invite->dn,
            "%ld open, %zu claimed and %zu finished uses do not make the %ld it was made for; "
            "was it changed by hand, or written to on two providers?",
            inv_invite_open_uses(invite), invite->claim_count, invite->used_by_count, invite->uses);
}

static inv_result check_uses(const repair *run, const inv_entry *entry)
{
    inv_invite *invite = NULL;
    inv_result result = inv_invite_from_entry(entry, &invite, run->call->verdict);

    if (result == INV_CONFIG && inv_entry_count(entry, "inviteClaim") > 0)
        return INV_OK; /* repair_claims has reported it */
    if (result != INV_OK)
        return repair_entry_result(run, result, inv_entry_dn(entry));
    check_balance(run, invite);
    result = repair_owed(run, invite);
    inv_invite_free(&invite);
    return result;
}

static inv_result repair_balance(const repair *run)
{
    /* an invite that was never used is in balance */
    inv_operation *search =
        inv_operation_search(run->call->domain->invites, INV_SCOPE_ONE,
                             "(&(objectClass=xmppInvite)(|(inviteUsesLeft<=0)(inviteClaim=*)"
                             "(inviteUsedBy=*)))",
                             inv_invite_attributes(INV_INVITE_ALL));

    return repair_each(run, "uses", search, check_uses);
}

inv_result inv_repair(inv_call *call, bool dry_run, const inv_repair_visitor *visitor, size_t *left)
{
    repair run = {.call = call, .dry_run = dry_run, .visitor = visitor, .left = left};
    inv_result result;

    *left = 0;
    repair_renew_deadline(&run);
    result = inv_clock_read(call, &run.now);
    if (result == INV_OK)
        result = accounts_are_visible(call);
    if (result == INV_OK)
        result = repair_claims(&run);
    if (result == INV_OK)
        result = repair_accounts(&run);
    if (result == INV_OK)
        result = repair_reservations(&run);
    if (result == INV_OK)
        result = repair_balance(&run);
    if (result == INV_OK)
        result = repair_pairs(&run);
    if (result == INV_OK)
        result = repair_groups(&run);
    return result;
}
