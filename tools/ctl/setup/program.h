/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_PROGRAM_H
#define INVITEGATE_TOOLS_SETUP_PROGRAM_H

#include "invitegate/verdict.h"
#include "setup/example.h"

/*
 * Runs a program of the system, looked for in /usr/sbin, /usr/bin, /sbin and /bin whatever PATH
 * says, and waits for it; it has no standard input. INV_CONFIG: there is no such program, or it
 * failed, with what it said.
 */
inv_result ctl_program_run(const ctl_texts *arguments, inv_verdict *verdict);

#endif
