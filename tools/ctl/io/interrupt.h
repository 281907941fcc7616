/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_INTERRUPT_H
#define INVITEGATE_TOOLS_INTERRUPT_H

#include <signal.h>

/*
 * Between the two, SIGINT, SIGTERM and SIGHUP are held: what has begun in the directory is printed
 * or cleaned up first. Only for work that ends by itself.
 */
void ctl_hold_interrupts(sigset_t *before);
void ctl_release_interrupts(const sigset_t *before);

#endif
