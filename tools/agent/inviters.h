/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_INVITERS_H
#define INVITEGATE_TOOLS_AGENT_INVITERS_H

#include <stdbool.h>

#include "invitegate/deadline.h"

/*
 * Who is making an invite just now. Counting somebody's open invites and adding one are two
 * operations: one at a time for each inviter, or the count would be out of date. Thread-safe.
 */
typedef struct agent_inviters agent_inviters;

/* For at most this many threads at once; NULL when memory is short. */
agent_inviters *agent_inviters_new(unsigned threads);
void agent_inviters_free(agent_inviters **inviters);

/* Waits until nobody else makes one for jid; false when the deadline came first. jid is borrowed
 * until agent_inviters_leave. */
bool agent_inviters_enter(agent_inviters *inviters, const char *jid, const inv_deadline *deadline);
void agent_inviters_leave(agent_inviters *inviters, const char *jid);

#endif
