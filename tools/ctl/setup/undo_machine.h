/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_UNDO_MACHINE_H
#define INVITEGATE_TOOLS_SETUP_UNDO_MACHINE_H

#include "setup/undo_part.h"

/* Undo of a record of a file, of a file's owner, and of units, as ctl_undo_rules of rules. */
inv_result ctl_undo_file(ctl_undoing *work, json_t *record);
inv_result ctl_undo_owner(ctl_undoing *work, json_t *record);
inv_result ctl_undo_unit(ctl_undoing *work, json_t *record);

#endif
