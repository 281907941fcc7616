/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_LOOP_H
#define INVITEGATE_TOOLS_AGENT_LOOP_H

#include "workers.h"

/*
 * The one thread that talks to clients; it never waits for the directory. It ends, after what was
 * begun is answered, by SIGTERM or SIGINT, or, on standard input and output, by their end; and with
 * INV_CONFIG when it can wait for clients no longer. SIGHUP reads the configuration at config_path
 * and its keys again: *context and service->context are then the new ones, unless they are wrong,
 * which the log tells. listener: -1 for standard input and output.
 */
inv_result agent_loop_run(agent_service *service, inv_context **context, const char *config_path,
                          int listener, inv_verdict *verdict);

#endif
