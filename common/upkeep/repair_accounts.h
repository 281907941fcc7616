/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_REPAIR_ACCOUNTS_H
#define INVITEGATE_COMMON_UPKEEP_REPAIR_ACCOUNTS_H

#include "run.h"

/*
 * Compares the accounts in people with the uses of the invites that made them. An account that is
 * older than claim_grace and of which its open invite knows nothing had a use all the same: an
 * older copy of the invites was restored, or a provider lost its last writes. The use is recorded,
 * so that the token cannot make a second account. Pairs and groups are not given again: an
 * administrator may have taken them away on purpose. Reports more accounts than an invite has uses.
 */
inv_result repair_accounts(const repair *run);

#endif
