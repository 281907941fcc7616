/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_ADOPTING_H
#define INVITEGATE_TOOLS_ADOPTING_H

#include <stdio.h>

#include "admin.h"
#include "invitegate/adopt.h"
#include "io/output.h"
#include "io/progress.h"
#include "session.h"

/* One run of the command adopt, and what it tells: of JIDs that are named, and of --all. */
typedef struct adopting {
    ctl_session *session;
    ctl_admin admin;
    bool all;
    bool undo;
    bool dry_run;
    ctl_table *table;
    char *ldif; /* the changes that invitegate had no right to */
    size_t ldif_length;
    FILE *ldif_stream;
    bool printed;
    int status;                         /* the greatest exit status so far */
    size_t count[INV_ADOPT_DENIED + 1]; /* with --all */
    ctl_progress progress;
} adopting;

/* A row of the table, or with --json an object. dn and why may be NULL. */
void adopting_tell(adopting *work, const char *jid, const char *result, const char *dn,
                   const char *why);

void adopting_note_status(adopting *work, int status);

/* Keeps the change as LDIF, for an administrator to load. */
void adopting_keep_ldif(adopting *work, const inv_operation *change);

/* "adopted" or "undone", with --dry-run what would be. */
const char *adopting_word(const adopting *work);

#endif
