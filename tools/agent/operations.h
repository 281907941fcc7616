/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OPERATIONS_H
#define INVITEGATE_TOOLS_AGENT_OPERATIONS_H

#include <stdint.h>

#include "frame.h"
#include "task.h"
#include "turns.h"

/* The operations of invite-agent(7): what each is called with, and what it does. */

/*
 * What a request asks for, judged by its form alone. NULL: it asks for nothing that there is, and
 * *problem tells the client's author why, in the space given or as a constant. ping has no run.
 */
const agent_operation *agent_operation_of(const agent_frame *frame, const char **problem);

/* Whom the request counts for; connection: the number of the client it came from. */
void agent_claim_of(const agent_service *service, const agent_operation *operation,
                    const agent_frame *frame, uint64_t connection, agent_claim *claim);

/* Does what the frame asks for, logs the verdict and writes the whole answer. For a worker. */
void agent_operate(const agent_service *service, const agent_frame *frame, inv_directory *directory,
                   agent_answer *answer);

#endif
