/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_UNDO_RULES_H
#define INVITEGATE_TOOLS_SETUP_UNDO_RULES_H

#include "setup/undo_part.h"

/* Rules of access: the block of slapd, those of an entry of 389 DS. What hides something stays. */
inv_result ctl_undo_rules(ctl_undoing *work, json_t *record);
inv_result ctl_undo_acis(ctl_undoing *work, json_t *record);

#endif
