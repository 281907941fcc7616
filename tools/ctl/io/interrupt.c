/* SPDX-License-Identifier: BSD-2-Clause */
#include "interrupt.h"

#include <stddef.h>

void ctl_hold_interrupts(sigset_t *before)
{
    sigset_t waiting;

    (void)sigemptyset(&waiting);
    (void)sigaddset(&waiting, SIGINT);
    (void)sigaddset(&waiting, SIGTERM);
    (void)sigaddset(&waiting, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &waiting, before);
}

void ctl_release_interrupts(const sigset_t *before)
{
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}
