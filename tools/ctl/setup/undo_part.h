/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_UNDO_PART_H
#define INVITEGATE_TOOLS_SETUP_UNDO_PART_H

#include "setup/setup.h"

/* What the kinds of records that undo knows have in common. */

#define CTL_UNDO_STEP "undo"

typedef struct ctl_undoing {
    ctl_task *setup;
    json_t *over; /* records that need nothing more */
} ctl_undoing;

/* The record needs nothing more. */
inv_result ctl_undo_end(ctl_undoing *work, json_t *record);

/*
 * The entry, by its DN; in slapd's cn=config by its DN but for the number that slapd gave it.
 * *ret_entry is NULL where there is none; it belongs to *search, which the caller frees.
 */
inv_result ctl_undo_find(const ctl_task *setup, const char *dn, inv_operation **search,
                         const inv_entry **ret_entry);

/* Whether something is below the entry that the journal does not have. */
inv_result ctl_undo_in_use(const ctl_task *setup, const char *dn, bool *ret_in_use);

#endif
