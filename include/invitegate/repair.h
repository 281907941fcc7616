/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_REPAIR_H
#define INVITEGATE_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/call.h"
#include "invitegate/invite.h"

/*
 * What crashes and admins leave behind. Every step may be repeated and may run beside redemptions:
 * nothing younger than claim_grace, by the directory's clock, is touched.
 */

/* How long one search over everything may take. */
#define INV_REPAIR_SEARCH_MILLISECONDS (10L * 60 * 1000L)

typedef enum inv_repair_action {
    INV_REPAIR_FINISHED, /* a redemption whose account (or pair) was there was brought to its end */
    INV_REPAIR_FREED,    /* a claim nothing came of: its use is open again */
    INV_REPAIR_REMOVED,  /* a reservation or pair that nothing holds any more */
    INV_REPAIR_WAITS,    /* younger than claim_grace: somebody may be at it */
    INV_REPAIR_LEFT,     /* for an admin to decide */
} inv_repair_action;

typedef struct inv_repair_note {
    inv_repair_action action;
    const char *dn;   /* which entry */
    const char *text; /* what about it, and with LEFT what to do */
} inv_repair_note;

typedef struct inv_repair_visitor {
    void *context;
    void (*note)(void *context, const inv_repair_note *note);
    /* may be NULL; total 0: not known (yet) */
    void (*progress)(void *context, const char *what, size_t done, size_t total);
} inv_repair_visitor;

/*
 * Looks through the call's domain: claims, reservations, the balance of uses, accounts that share a
 * use, pairs of people without an account, and, only to tell of them, pairs that are older than the
 * account of one of the two, and groups that name somebody whom there is not. dry_run changes
 * nothing and notes what would be done. The call's deadline is set anew for each operation. *left
 * counts the LEFT notes: an entry that cannot be judged or written is one of them and does not stop
 * the others. INV_OK when everything was looked at; else what kept it from going on (safe to
 * repeat): also INV_CONFIG when accounts that are there are not found by their names, and nothing
 * was touched.
 */
inv_result inv_repair(inv_call *call, bool dry_run, const inv_repair_visitor *visitor, size_t *left,
                      inv_verdict *verdict);

/*
 * Deletes invites that ended (used up, revoked, expired) at least older_than seconds ago and have
 * no claim standing; an expired one is revoked first. *purged counts them. INV_CONFIG: some could
 * not be deleted (LEFT notes), after the others were.
 */
inv_result inv_purge(inv_call *call, long older_than, bool dry_run,
                     const inv_repair_visitor *visitor, size_t *purged, inv_verdict *verdict);

#endif
