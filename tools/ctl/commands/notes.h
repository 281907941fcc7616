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

/* Takes --json and --dry-run from the invocation. */
void ctl_notes_start(ctl_notes *notes, const ctl_invocation *invocation);

/* The visitor for inv_repair and inv_purge in that domain; notes and domain must outlive it. */
inv_repair_visitor ctl_notes_visitor(ctl_notes *notes, const char *domain);

#endif
