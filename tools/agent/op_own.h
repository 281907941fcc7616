/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OP_OWN_H
#define INVITEGATE_TOOLS_AGENT_OP_OWN_H

#include "task.h"

/* What people do to their own account, where they are logged in: the XMPP server vouches for it. */

inv_result agent_change(agent_task *task);
inv_result agent_leave(agent_task *task);

#endif
