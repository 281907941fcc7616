/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_REMOVAL_H
#define INVITEGATE_REMOVAL_H

#include "invitegate/account.h"
#include "invitegate/call.h"

/* What a removal took away. */
typedef struct inv_removal {
    size_t invites; /* open invites of this inviter, or to reset this account, now revoked */
    size_t pairs;
    size_t groups;
} inv_removal;

/*
 * Removes an account with everything that belongs to it, in an order that leaves nothing behind it
 * if it stops half-way: the use that made it is finished if it was not, its open invites and its
 * resets are revoked, its group memberships and pairs go, the account goes last. May be repeated.
 * The use stays used.
 * INV_NO_ACCOUNT: no entry holds the name; leftovers of the name (invites, memberships, pairs) were
 * removed.
 * INV_NOT_ALLOWED, and nothing was removed: several entries hold the name, or the account that
 * holds it is another's or was not made by an invite; an admin's tool has to remove it.
 */
inv_result inv_remove(inv_call *call, const inv_jid *name, inv_removal *removal);

/*
 * The same for a person who removes their own account and is logged in, for which the caller
 * vouches. Only with client_removal. identity: as in inv_password_change.
 * INV_NO_ACCOUNT: no account of this JID and identity holds the name; nothing was removed.
 * INV_NOT_ALLOWED, and nothing was removed: client_removal = no, the account is locked or over, or
 * as above; verdict->text has words for the person.
 */
inv_result inv_leave(inv_call *call, const inv_jid *name, const char *identity,
                     inv_removal *removal);

/* One account that an invite made. */
typedef struct inv_descendant {
    const char *jid;
    const char *invited_by; /* NULL: no inviter is recorded */
    time_t created;
} inv_descendant;

/* Every account of the domain with an inviteId, in no order. visit returns false to stop. */
inv_result inv_invited_each(inv_call *call,
                            bool (*visit)(void *context, const inv_descendant *descendant),
                            void *context);

#endif
