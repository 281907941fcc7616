/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_UNDO_H
#define INVITEGATE_TOOLS_SETUP_UNDO_H

#include "setup/setup.h"

/*
 * Makes the plan of the journal, its last record first: each thing goes that still is as it was
 * written. Needs the temporary rule, or what the identity sees (a dry run). What is gone already,
 * and what only had to be told, is put into *ret_over: records to drop when all is done.
 */
inv_result ctl_undo_plan(ctl_task *setup, json_t **ret_over);

#endif
