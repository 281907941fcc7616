/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_INTERRUPT_H
#define INVITEGATE_TOOLS_INTERRUPT_H

#include <signal.h>

/*
 * Between the two, SIGINT, SIGTERM and SIGHUP wait: what has begun in the directory is told or
 * cleaned up first. Only for what ends by itself.
 */
void ctl_hold_interrupts(sigset_t *before);
void ctl_release_interrupts(const sigset_t *before);

#endif
