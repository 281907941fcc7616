/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_SIGPIPE_H
#define INVITEGATE_COMMON_DIRECTORY_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

/*
 * libldap writes with write(2): a server that hung up would end the host by SIGPIPE. The signal is
 * blocked for the calling thread round each flight, connecting and closing; only one that came up
 * meanwhile is taken away, so that the host's own stay pending as they were.
 */
typedef struct sigpipe_guard {
    sigset_t before;
    bool pending_before;
    bool active;
} sigpipe_guard;

sigpipe_guard sigpipe_block(void);
void sigpipe_restore(const sigpipe_guard *guard);

#endif
