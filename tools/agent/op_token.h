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

#endif
