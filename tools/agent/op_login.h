/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OP_LOGIN_H
#define INVITEGATE_TOOLS_AGENT_OP_LOGIN_H

#include "task.h"

/* Logins, for an XMPP server that has the passwords, or proves them itself by SCRAM. */

inv_result agent_login(agent_task *task);
inv_result agent_verifiers(agent_task *task);

#endif
