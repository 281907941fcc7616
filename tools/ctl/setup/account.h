/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_ACCOUNT_H
#define INVITEGATE_TOOLS_SETUP_ACCOUNT_H

#include "setup/setup.h"

/*
 * Tries whether the identity can bind with the password of its file, and keeps the connection as
 * setup->service if so. INV_OK also if not; an error: the file cannot be trusted, or the directory
 * did not answer.
 */
inv_result ctl_account_bind(ctl_task *setup);

#endif
