/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_REPAIR_H
#define INVITEGATE_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/call.h"
#include "invitegate/invite.h"

/*
 * Repairs what crashes and changes by hand leave behind. Every step may be repeated and may run
 * beside redemptions: nothing younger than claim_grace, by the directory's clock, is touched.
 */

/* How long one search for all entries of a kind may take. */
#define INV_REPAIR_SEARCH_MILLISECONDS (10L * 60 * 1000L)

typedef enum inv_repair_action {
    INV_REPAIR_FINISHED, /* a redemption whose account (or pair) exists was brought to its end */
    INV_REPAIR_FREED,    /* a claim without an account or pair: its use is open again */
    INV_REPAIR_REMOVED,  /* a reservation, a pair or (purge) an invite that is over */
    INV_REPAIR_WAITS,    /* younger than claim_grace: the redemption may be under way */
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
    /* may be NULL; total 0: not known, or not known yet */
    void (*progress)(void *context, const char *what, size_t done, size_t total);
} inv_repair_visitor;

/*
 * Looks through the call's domain: claims, reservations, the balance of uses, what finished uses
 * are owed, accounts that share a use, pairs of JIDs without an account, and, only to report them,
 * pairs that are older than the account of one of the two, and groups that name an account that
 * does not exist. dry_run changes nothing and notes what would be done. The call's deadline is set
 * anew for each operation. *left counts the LEFT notes: an entry that cannot be judged or written
 * is one of them and does not stop the others. INV_OK when everything was looked at; else what kept
 * it from going on (safe to repeat). INV_CONFIG before anything was touched: existing accounts are
 * not found by their names.
 */
inv_result inv_repair(inv_call *call, bool dry_run, const inv_repair_visitor *visitor,
                      size_t *left);

/*
 * Deletes invites that ended (used up, revoked, expired) at least older_than seconds ago, have no
 * claim and owe nothing; an expired one is revoked first. *purged counts them. INV_CONFIG: some
 * could not be deleted (LEFT notes), after the others were.
 */
inv_result inv_purge(inv_call *call, long older_than, bool dry_run,
                     const inv_repair_visitor *visitor, size_t *purged);

#endif
