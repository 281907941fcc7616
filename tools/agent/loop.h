/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_LOOP_H
#define INVITEGATE_TOOLS_AGENT_LOOP_H

#include <stdbool.h>

#include "workers.h"

/*
 * The one thread that talks to clients; it never waits for the directory. It ends, after what was
 * begun is answered, by SIGTERM or SIGINT, or, on standard input and output, by their end.
 * listener: -1 for standard input and output.
 */
inv_result agent_loop_run(const agent_service *service, int listener, inv_verdict *verdict);

#endif
