/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_INVITERS_H
#define INVITEGATE_TOOLS_AGENT_INVITERS_H

#include <stdbool.h>

#include "invitegate/deadline.h"

/*
 * The inviters of whom invites are being made at the moment. Counting an inviter's open invites and
 * adding one are two operations: they are done for one request of an inviter at a time, or the
 * count would be out of date. Thread-safe.
 */
typedef struct agent_inviters agent_inviters;

/* An entry of that list; the caller's, from agent_inviters_enter to agent_inviters_leave. */
typedef struct agent_inviter {
    struct agent_inviter *next;
    const char *jid;
} agent_inviter;

/* NULL when memory is short. */
agent_inviters *agent_inviters_new(void);
void agent_inviters_free(agent_inviters **inviters);

/*
 * Waits until no other request makes an invite for inviter->jid, which the caller has set; false
 * when the deadline came first.
 */
bool agent_inviters_enter(agent_inviters *inviters, agent_inviter *inviter,
                          const inv_deadline *deadline);
void agent_inviters_leave(agent_inviters *inviters, agent_inviter *inviter);

#endif
