/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OP_CREATE_H
#define INVITEGATE_TOOLS_AGENT_OP_CREATE_H

#include "task.h"

/* Invites that users of the XMPP server make. */

#define AGENT_NOTE_MAX 1024 /* bytes of the note */

/* What is wrong with the options ("key=value", behind the first two arguments); NULL: nothing. */
const char *agent_create_problem(const char *const *arguments, size_t count);

inv_result agent_create(agent_task *task);

#endif
