/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_RUN_H
#define INVITEGATE_COMMON_UPKEEP_RUN_H

#include "invitegate/directory.h"
#include "invitegate/repair.h"

/* One run of repair; repair.c, repair_pairs.c and repair_groups.c share it. */
typedef struct repair {
    inv_call *call;
    bool dry_run;
    const inv_repair_visitor *visitor;
    size_t *left;
    time_t now; /* by the directory's clock, in seconds since 1970 */
} repair;

void repair_note(const repair *run, inv_repair_action action, const char *dn, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
void repair_progress(const repair *run, const char *what, size_t done, size_t total);

/*
 * Notes call->verdict->why as LEFT and returns INV_OK: what is wrong with one entry does not keep
 * the others from being repaired.
 */
inv_result repair_leave(const repair *run, const char *dn);

/* Gives the next operation the configured time anew: a repair as a whole may take long. */
void repair_renew_deadline(const repair *run);

/* A paged search; *search is the caller's to free. */
inv_result repair_search(const repair *run, const char *what, inv_operation *search);

/* changed is not 0 and longer ago than claim_grace. */
bool repair_is_old(const repair *run, time_t changed);

/*
 * Notes what came of a removal; why: the reason, for the note. changed: it was not removed, because
 * it had been changed meanwhile.
 */
inv_result repair_tell_removal(const repair *run, inv_result result, bool changed, const char *dn,
                               const char *why);

#endif
