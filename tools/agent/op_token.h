/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OP_TOKEN_H
#define INVITEGATE_TOOLS_AGENT_OP_TOKEN_H

#include "task.h"

/* The operations that take a token. */

inv_result agent_check(agent_task *task);
inv_result agent_register(agent_task *task);
inv_result agent_taken(agent_task *task);
inv_result agent_reset(agent_task *task);
inv_result agent_contact(agent_task *task);

/* Whether a genuine token may be refused once more in a registration; and that it was refused. */
bool agent_token_may_fail(const agent_task *task, const inv_token *token);
void agent_token_failed(agent_task *task, const inv_token *token, inv_result result);

#endif
