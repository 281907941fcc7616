/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_RUN_H
#define INVITEGATE_COMMON_UPKEEP_RUN_H

#include "invitegate/directory.h"
#include "invitegate/repair.h"

/* One run of repair; the files named repair*.c share it. */
typedef struct repair {
    inv_call *call;
    bool dry_run;
    const inv_repair_visitor *visitor;
    size_t *left;
    time_t now; /* by the directory's clock, in seconds since 1970 */
} repair;

/* Gives the visitor a note about the entry dn, in words like those of printf; counts LEFT. */
void repair_note(const repair *run, inv_repair_action action, const char *dn, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* Tells the visitor how many of the total entries (0: not known) of this kind are done. */
void repair_progress(const repair *run, const char *what, size_t done, size_t total);

/*
 * What the result of one entry means for the others. INV_OK: go on, also with INV_CONFIG, which is
 * noted as LEFT with call->verdict->why, and with INV_BAD_TOKEN, when the invite was deleted
 * meanwhile. Else the result, which ends the repair.
 */
inv_result repair_entry_result(const repair *run, inv_result result, const char *dn);

/* Gives the next operation the configured time anew: a repair as a whole may take long. */
void repair_renew_deadline(const repair *run);

/* A paged search of its own deadline. what: for the progress. search is the caller's to free. */
inv_result repair_search(const repair *run, const char *what, inv_operation *search);

/* Repairs each entry that search finds, until one returns an error. Frees search. */
inv_result repair_each(const repair *run, const char *what, inv_operation *search,
                       inv_result (*repair_entry)(const repair *run, const inv_entry *entry));

/* changed is not 0 and longer ago than claim_grace. */
bool repair_is_old(const repair *run, time_t changed);

/*
 * Open, claimed and finished uses are together those that the invite was made for; true of an
 * unlimited one. Needs INV_INVITE_ALL.
 */
bool repair_is_balanced(const inv_invite *invite);

/*
 * Notes what came of a removal; why: the reason, for the note. changed: it was not removed, because
 * it had been changed meanwhile.
 */
inv_result repair_tell_removal(const repair *run, inv_result result, bool changed, const char *dn,
                               const char *why);

#endif
