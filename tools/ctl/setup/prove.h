/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_PROVE_H
#define INVITEGATE_TOOLS_SETUP_PROVE_H

#include "setup/setup.h"

/*
 * Tries what was set up, once everything is done: what init does, what doctor checks, and a
 * throwaway invite, through invite-agent where it listens. Prints what is not as it should be (with
 * json everything) and returns the exit status: that of init where it has findings, else that of
 * doctor.
 */
int ctl_setup_prove(const ctl_task *setup, bool json);

#endif
