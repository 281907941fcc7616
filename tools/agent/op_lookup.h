/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OP_LOOKUP_H
#define INVITEGATE_TOOLS_AGENT_OP_LOOKUP_H

#include "invitegate/account.h"
#include "task.h"

/* Lookups of accounts and rosters, for an XMPP server. */

inv_result agent_exists(agent_task *task);
inv_result agent_is_admin(agent_task *task);
inv_result agent_roster(agent_task *task);
inv_result agent_accounts(agent_task *task);
inv_result agent_changed(agent_task *task);

/*
 * The identity of the account that the name has now (inv_account_identity); "": it has none, or no
 * invite made it.
 */
inv_result agent_identify(inv_call *call, const inv_jid *name,
                          char identity[INV_ACCOUNT_IDENTITY_SIZE]);

#endif
