/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OPERATIONS_H
#define INVITEGATE_TOOLS_AGENT_OPERATIONS_H

#include <stdint.h>

#include "frame.h"
#include "task.h"
#include "turns.h"

/* The operations of invite-agent(7): their arguments, and what each does. */

/*
 * The operation that a request names, if its form is right. NULL: there is no such operation, or
 * its arguments are wrong; *problem is a constant text for the author of the client. ping has no
 * run.
 */
const agent_operation *agent_operation_of(const agent_frame *frame, const char **problem);

/* Which subject and address the request counts for; connection: the number of its client. */
void agent_claim_of(const agent_service *service, const agent_operation *operation,
                    const agent_frame *frame, uint64_t connection, agent_claim *claim);

/* Runs the request, logs the verdict and writes the whole answer. For a worker. */
void agent_operate(const agent_service *service, const agent_frame *frame, inv_directory *directory,
                   agent_answer *answer);

#endif
