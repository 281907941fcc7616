/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_LOOP_H
#define INVITEGATE_TOOLS_AGENT_LOOP_H

#include "workers.h"

/* Blocks a signal until the loop takes it: one that comes too early is acted on then. */
void agent_loop_keep_signal(int number);

/*
 * The one thread that talks to clients; it never waits for the directory. It returns when every
 * begun request is answered, after SIGTERM or SIGINT or, on standard input and output, after their
 * end; and with INV_CONFIG when it cannot wait for clients any more. SIGHUP reads the configuration
 * at config_path and its keys again: *context and service->context are the new ones then, unless
 * these are wrong, which is logged. listener: -1 for standard input and output.
 */
inv_result agent_loop_run(agent_service *service, inv_context **context, const char *config_path,
                          int listener, inv_verdict *verdict);

#endif
