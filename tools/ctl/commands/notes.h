/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_NOTES_H
#define INVITEGATE_TOOLS_NOTES_H

#include "command.h"
#include "invitegate/repair.h"
#include "io/progress.h"

/* What repair and purge report, printed as it comes: a line, or with --json an object, a note. */
typedef struct ctl_notes {
    bool json;
    bool dry_run;
    const char *domain;
    size_t count[INV_REPAIR_LEFT + 1];
    ctl_progress progress;
} ctl_notes;

/* The visitor for inv_repair and inv_purge; notes must outlive it. */
inv_repair_visitor ctl_notes_visitor(ctl_notes *notes);

/*
 * Runs work in the domain of -d, or in every configured one, and ends with its first error. Returns
 * the exit status of that error, or CTL_EXIT_OK.
 */
int ctl_notes_run(const ctl_invocation *invocation, ctl_notes *notes, void *context,
                  inv_result (*work)(ctl_session *session, const inv_repair_visitor *visitor,
                                     void *context));

#endif
