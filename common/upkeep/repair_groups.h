/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_REPAIR_GROUPS_H
#define INVITEGATE_COMMON_UPKEEP_REPAIR_GROUPS_H

#include "run.h"

/* Tries again to give the accounts of an invite's finished uses what they are owed. */
inv_result repair_owed(const repair *run, const inv_invite *invite);

/* Reports groups that name an account that does not exist. */
inv_result repair_groups(repair *run);

#endif
