/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_REPAIR_PAIRS_H
#define INVITEGATE_COMMON_UPKEEP_REPAIR_PAIRS_H

#include "run.h"

/* Pairs of people without an account, and pairs that are older than an account of theirs. */
inv_result repair_pairs(const repair *run);

#endif
