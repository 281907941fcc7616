/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_SOCKET_H
#define INVITEGATE_TOOLS_HOST_SOCKET_H

#include <sys/types.h>

#include "user.h"

/*
 * Connects to a socket of this machine as user (NULL: as this process), path with the root in
 * front. Returns the descriptor, or -1 with errno; EPERM: this process may not act as that user.
 * *server is who listens there, 0 where that is not told; NULL: not asked.
 */
int ctl_socket_connect(const char *path, const ctl_user *user, pid_t *server);

/* An answer of invite-agent(7). */
typedef struct ctl_agent_answer {
    char result[32];
    char text[256];
} ctl_agent_answer;

/*
 * Asks the agent: op in domain. arguments: a list that ends with NULL, or NULL: none. False: no
 * answer, with errno.
 */
bool ctl_socket_ask(int agent, const char *domain, const char *op, const char *const *arguments,
                    ctl_agent_answer *answer);

/* What a program of Cyrus SASL sends to saslauthd. */
typedef struct ctl_saslauthd_question {
    const char *user;
    const char *password;
    const char *service;
    const char *realm;
} ctl_saslauthd_question;

/* Asks saslauthd, once a connection. False: no answer, with errno. */
bool ctl_socket_ask_saslauthd(int connection, const ctl_saslauthd_question *question,
                              bool *ret_yes);

#endif
