/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_LISTENER_H
#define INVITEGATE_TOOLS_AGENT_LISTENER_H

#include <sys/stat.h>

#include "invitegate/config.h"
#include "invitegate/verdict.h"

/* The socket that clients connect to: from systemd, or the agent's own. */
typedef struct agent_listener {
    int descriptor; /* -1: none */
    char *path;     /* of the agent's own socket; NULL: systemd's */
    dev_t device;
    ino_t inode;
} agent_listener;

#define AGENT_LISTENER_INIT                                                                        \
    {                                                                                              \
        .descriptor = -1                                                                           \
    }

/*
 * Takes the one socket that LISTEN_PID and LISTEN_FDS hand over; else makes the configured one with
 * its mode and group, in the place of one that no process listens on any more. INV_CONFIG says what
 * is in the way.
 */
inv_result agent_listener_open(const inv_agent_settings *settings, agent_listener *listener,
                               inv_verdict *verdict);

/* Closes, and removes the socket if it is still the one that was made. */
void agent_listener_close(agent_listener *listener);

#endif
