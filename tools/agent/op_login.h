/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OP_LOGIN_H
#define INVITEGATE_TOOLS_AGENT_OP_LOGIN_H

#include "task.h"

/* Logins, for an XMPP server that has the passwords, or proves them itself by SCRAM. */

inv_result agent_login(agent_task *task);
inv_result agent_verifiers(agent_task *task);
inv_result agent_mechanisms(agent_task *task);

/*
 * Runs act for the name in the first argument, which pays for each request at its address, out of
 * what it has for logins, and the address for each refusal. INV_THROTTLED: one of them has nothing
 * left, and act was not run.
 */
inv_result agent_paid_by_name(agent_task *task, inv_result (*act)(agent_task *task));

#endif
