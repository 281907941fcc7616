/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_REPAIR_PAIRS_H
#define INVITEGATE_COMMON_UPKEEP_REPAIR_PAIRS_H

#include "run.h"

/*
 * Removes pairs of JIDs without an account, and reports pairs that are older than an account of the
 * two.
 */
inv_result repair_pairs(const repair *run);

#endif
