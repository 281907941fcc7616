/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_RESERVATION_H
#define INVITEGATE_COMMON_MODEL_RESERVATION_H

#include "invitegate/invite.h"

/* What a search for reservations asks for. The names end with NULL. */
#define RESERVATION_FILTER "(objectClass=xmppNameReservation)"
extern const char *const reservation_attributes[];

/* The read of the reservation of a local part. NULL when memory is short. */
inv_operation *reservation_read_operation(const inv_domain *domain, const char *local);

/*
 * Judges the answer to that read. *reservation is NULL when the name is not reserved, which it is
 * not only where the container of the invites exists and does not have the entry; else it is owned
 * by read. INV_CONFIG: the reservation is there and hidden, or the container cannot be read.
 */
inv_result reservation_from_read(const inv_domain *domain, const inv_operation *read,
                                 const inv_entry **reservation, inv_verdict *verdict);

/*
 * Reserves a name for an invite. A reservation whose invite has ended is taken over by its exact
 * old value. INV_NAME_RESERVED: another invite holds the name.
 */
inv_result reservation_take(inv_call *call, const char *local, const char *invite_id);

/*
 * Removes the reservation if it is this invite's. A fault is logged; repair removes the reservation
 * once the invite has ended.
 */
void reservation_release(inv_call *call, const char *local, const char *invite_id);

/*
 * Removes a reservation that was seen to hold nothing, unless it has passed to another invite since
 * (*lost). If it stops half-way, no invite gets the name for claim_grace.
 */
inv_result reservation_remove(inv_call *call, const inv_entry *reservation, bool *lost);

/*
 * Whether an xmppNameReservation still holds its name against this invite (id NULL: against all):
 * it names another invite, and that one has not ended. *held tells. A reservation whose invite does
 * not exist holds for claim_grace after its last change, by the server's clock. The entry has to be
 * read with inviteId and modifyTimestamp.
 */
inv_result inv_reservation_holds(inv_call *call, const inv_entry *reservation, const char *id,
                                 bool *held);

#endif
