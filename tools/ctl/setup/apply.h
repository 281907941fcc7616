/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_APPLY_H
#define INVITEGATE_TOOLS_SETUP_APPLY_H

#include "setup/setup.h"

/*
 * Does what the plan says, in order, each with its record in the journal first. It ends at the
 * first that is refused or not answered, and the plan then shows what is done and what is not:
 * INV_CONFIG for a refusal, whatever its code; a temporary result where the directory is busy or
 * the answer is lost. Before the first change cn=config is copied. The temporary rule is taken for
 * changes of data and given back before those of cn=config, and at the end.
 */
inv_result ctl_setup_apply(ctl_task *setup);

#endif
