/* SPDX-License-Identifier: BSD-2-Clause */
#include "reservation.h"

#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "clock.h"
#include "invite.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"

char *inv_reservation_dn(const inv_domain *domain, const char *local)
{
    return inv_dn_child("inviteUser", local, domain->invites);
}

/* ----------------------------------------------------------------------------------- reading */

const char *const reservation_attributes[] = {"inviteId", "modifyTimestamp", NULL};

inv_operation *reservation_read_operation(const inv_domain *domain, const char *local)
{
    char *dn = inv_reservation_dn(domain, local);
    inv_operation *read =
        inv_operation_search(dn, INV_SCOPE_BASE, RESERVATION_FILTER, reservation_attributes);

    free(dn);
    return read;
}

inv_result reservation_from_read(const inv_domain *domain, const inv_operation *read,
                                 const inv_entry **reservation, inv_verdict *verdict)
{
    inv_result result;

    *reservation = NULL;
    if (inv_operation_answered(read, INV_LDAP_NO_SUCH_OBJECT) &&
        inv_dn_equal(read->matched_dn, domain->invites))
        return INV_OK;
    result = inv_operation_result(read, "reading the reservation", verdict);
    if (result != INV_OK)
        return result;
    if (read->entry_count != 1)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: the reservation is there but cannot be read; check the rights "
                               "of the invitegate identity",
                               read->dn);
    *reservation = read->entries[0];
    return INV_OK;
}

/*
 * Whether a reservation whose invite does not exist still holds its name. A reservation is added,
 * or taken over, before its invite: one without an invite belongs to a create that is under way, to
 * one that crashed, or to a repair that is about to remove it.
 */
static inv_result orphan_holds(inv_call *call, const inv_entry *reservation, bool *held)
{
    const char *text = inv_entry_text(reservation, "modifyTimestamp");
    time_t modified = 0;
    time_t now = 0;
    inv_result result;

    if (text == NULL || !inv_timestamp_parse_generalized(text, &modified))
        return inv_verdict_set(call->verdict, INV_CONFIG,
                               "%s: modifyTimestamp cannot be read by the invitegate identity",
                               inv_entry_dn(reservation));
    result = inv_clock_read(call, &now);
    if (result == INV_OK)
        *held = now <= modified + call->domain->claim_grace;
    return result;
}

inv_result inv_reservation_holds(inv_call *call, const inv_entry *reservation, const char *id,
                                 bool *held)
{
    const char *holder = inv_entry_text(reservation, "inviteId");
    inv_invite *invite = NULL;
    inv_result result;

    *held = true;
    if (holder == NULL || !inv_invite_id_valid(holder))
        return inv_verdict_set(call->verdict, INV_CONFIG,
                               "%s: inviteId is missing or hidden from the invitegate identity",
                               inv_entry_dn(reservation));
    if (id != NULL && inv_ascii_equal(holder, id)) {
        *held = false;
        return INV_OK;
    }
    result = inv_invite_read(call, holder, INV_INVITE_TERMS_AND_CLAIMS, &invite);
    if (result == INV_BAD_TOKEN)
        return orphan_holds(call, reservation, held);
    if (result == INV_OK)
        *held = inv_invite_state_at(invite, time(NULL)) == INV_INVITE_PENDING ||
                (invite->claim_count > 0 && inv_invite_may_finish(invite, time(NULL)));
    inv_invite_free(&invite);
    return result;
}

/* ---------------------------------------------------------------------- taking and releasing */

typedef enum add_outcome {
    ADD_DECIDED, /* as the result says */
    ADD_EXISTS,
    ADD_LOST, /* it is not known, and the caller may ask again */
} add_outcome;

static inv_result add_reservation(inv_call *call, const char *dn, const char *local,
                                  const char *invite_id, add_outcome *ret_outcome)
{
    inv_operation *add = inv_operation_new_add(dn);
    inv_result result;

    inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "xmppNameReservation");
    inv_operation_text(add, INV_CHANGE_ADD, "inviteUser", local);
    inv_operation_text(add, INV_CHANGE_ADD, "inviteId", invite_id);
    result = inv_call_run(call, &add, 1);
    *ret_outcome = ADD_DECIDED;
    if (result == INV_DIRECTORY_DOWN && add->state == INV_OPERATION_UNANSWERED) {
        *ret_outcome = ADD_LOST;
    } else if (result == INV_OK && inv_operation_answered(add, INV_LDAP_ENTRY_ALREADY_EXISTS)) {
        *ret_outcome = ADD_EXISTS;
    } else if (result == INV_OK) {
        result = inv_operation_result(add, "reserving the name", call->verdict);
        if (!inv_operation_decided(add))
            *ret_outcome = ADD_LOST;
    }
    inv_operation_free(&add);
    return result;
}

/* *holder is NULL when the reservation does not exist, or no more; the caller frees the search. */
static inv_result read_reservation(inv_call *call, const char *local, inv_operation **search,
                                   const inv_entry **holder)
{
    inv_result result;

    *holder = NULL;
    *search = reservation_read_operation(call->domain, local);
    result = inv_call_run(call, search, 1);
    return result == INV_OK ? reservation_from_read(call->domain, *search, holder, call->verdict)
                            : result;
}

/*
 * Passes a reservation from one invite to another, by the exact old value. *lost: it was changed or
 * removed meanwhile.
 */
static inv_result exchange_holder(inv_call *call, const inv_entry *holder, const char *invite_id,
                                  bool *lost)
{
    inv_operation *change = inv_operation_new_modify(inv_entry_dn(holder));
    inv_result result;

    inv_operation_text(change, INV_CHANGE_DELETE, "inviteId", inv_entry_text(holder, "inviteId"));
    inv_operation_text(change, INV_CHANGE_ADD, "inviteId", invite_id);
    result = inv_call_run(call, &change, 1);
    *lost = result == INV_OK && (inv_operation_answered(change, INV_LDAP_NO_SUCH_ATTRIBUTE) ||
                                 inv_operation_answered(change, INV_LDAP_NO_SUCH_OBJECT));
    if (result == INV_OK && !*lost)
        result = inv_operation_result(change, "reserving the name", call->verdict);
    inv_operation_free(&change);
    return result;
}

static inv_result take_over(inv_call *call, const char *local, const char *invite_id, bool *again)
{
    inv_operation *search = NULL;
    const inv_entry *holder = NULL;
    bool held = true;
    inv_result result = read_reservation(call, local, &search, &holder);

    *again = result == INV_OK && holder == NULL;
    if (result == INV_OK && holder != NULL && !inv_entry_has(holder, "inviteId", invite_id)) {
        result = inv_reservation_holds(call, holder, invite_id, &held);
        if (result == INV_OK && held)
            result = inv_verdict_set(call->verdict, INV_NAME_RESERVED,
                                     "the name is reserved by invite %s",
                                     inv_entry_text(holder, "inviteId"));
        else if (result == INV_OK)
            result = exchange_holder(call, holder, invite_id, again);
    }
    inv_operation_free(&search);
    return result;
}

inv_result reservation_take(inv_call *call, const char *local, const char *invite_id)
{
    char *dn = inv_reservation_dn(call->domain, local);
    bool repeated = false;
    bool again = true;
    inv_result result = INV_OK;

    while (result == INV_OK && again) {
        add_outcome outcome = ADD_DECIDED;

        again = false;
        result = add_reservation(call, dn, local, invite_id, &outcome);
        if (outcome == ADD_LOST && !repeated) {
            /*
             * the same once more: if the first add was done, take_over finds the reservation to be
             * this invite's
             */
            repeated = again = true;
            result = INV_OK;
        }
        if (result == INV_OK && outcome == ADD_EXISTS)
            result = take_over(call, local, invite_id, &again);
        if (again)
            inv_claim_jitter(&call->deadline);
    }
    free(dn);
    return result;
}

void reservation_release(inv_call *call, const char *local, const char *invite_id)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call aside = inv_call_aside(call, &verdict);
    inv_operation *search = NULL;
    inv_operation *removal = NULL;
    const inv_entry *holder = NULL;
    inv_result result = read_reservation(&aside, local, &search, &holder);

    if (result == INV_OK && holder != NULL && inv_entry_has(holder, "inviteId", invite_id)) {
        removal = inv_operation_new_delete(inv_entry_dn(holder));
        result = inv_call_perform(&aside, removal, "releasing the name", INV_LDAP_NO_SUCH_OBJECT);
    }
    if (result != INV_OK)
        inv_log_write(call->log, INV_LOG_WARNING,
                      "invite %s: the reservation of %s was not removed: %s", invite_id, local,
                      verdict.why);
    inv_operation_free(&removal);
    inv_operation_free(&search);
}

inv_result reservation_remove(inv_call *call, const inv_entry *reservation, bool *lost)
{
    inv_operation *removal = NULL;
    inv_result result = exchange_holder(call, reservation, INV_INVITE_ID_REMOVING, lost);

    if (result != INV_OK || *lost)
        return result;
    removal = inv_operation_new_delete(inv_entry_dn(reservation));
    result = inv_call_perform(call, removal, "removing a reservation", INV_LDAP_NO_SUCH_OBJECT);
    inv_operation_free(&removal);
    return result;
}
