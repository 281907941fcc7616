/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_REPAIR_GROUPS_H
#define INVITEGATE_COMMON_UPKEEP_REPAIR_GROUPS_H

#include "run.h"

/* What could not be given to the accounts of an invite's finished uses is tried again. */
inv_result repair_owed(repair *run, const inv_invite *invite);

/* Tells of groups that name somebody whom there is not. */
inv_result repair_groups(repair *run);

#endif
