/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_REPAIR_RUN_H
#define INVITEGATE_COMMON_UPKEEP_REPAIR_RUN_H

#include "invitegate/repair.h"

/* One repair under way; the files repair*.c share it. */
typedef struct repair {
    inv_call *call;
    bool dry_run;
    const inv_repair_visitor *visitor;
    size_t *left;
    time_t now; /* the directory's */
    inv_verdict *verdict;
} repair;

void repair_note(const repair *run, inv_repair_action action, const char *dn, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
void repair_progress(const repair *run, const char *what, size_t done, size_t total);

/* What is wrong with one entry does not keep the others from being mended: notes it, INV_OK. */
inv_result repair_leave(const repair *run, const char *dn);

/* Each operation has the configured time of its own: a repair may take as long as it takes. */
void repair_renew_deadline(const repair *run);

/* A paged search; *search is the caller's to free. */
inv_result repair_search(const repair *run, const char *base, inv_scope scope, const char *filter,
                         const char *const *attributes, const char *what, inv_operation **search);

/* Not changed for claim_grace. */
bool repair_is_old(const repair *run, time_t changed);

/* Notes what a removal came to; changed: it was somebody else's by then. */
inv_result repair_tell_removal(const repair *run, inv_result result, bool changed, const char *dn,
                               const char *why);

/* Pairs of people without an account, and pairs that are older than an account of theirs. */
inv_result repair_pairs(const repair *run);

/* What could not be given to the accounts of an invite's finished uses is tried again. */
inv_result repair_owed(repair *run, const inv_invite *invite);

/* Tells of groups that name somebody whom there is not. */
inv_result repair_groups(repair *run);

#endif
