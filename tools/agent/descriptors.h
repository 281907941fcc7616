/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_DESCRIPTORS_H
#define INVITEGATE_TOOLS_AGENT_DESCRIPTORS_H

#include "invitegate/verdict.h"

/*
 * Makes sure that the process may have all descriptors that this many workers and all places can
 * come to use: raises the soft limit as far as the hard one permits. INV_CONFIG: that is too low.
 */
inv_result agent_descriptors_ensure(unsigned workers, inv_verdict *verdict);

#endif
