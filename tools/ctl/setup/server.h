/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_SERVER_H
#define INVITEGATE_TOOLS_SETUP_SERVER_H

#include "setup/setup.h"

/*
 * Opens the directory as the user who runs this, chooses the suffix, and finds its database.
 * INV_CONFIG says what could not be found, or that cn=config cannot be read, and why.
 */
inv_result ctl_server_find(ctl_task *setup);

/* The same for the suffixes that the journal of earlier runs has. */
inv_result ctl_server_recall(ctl_task *setup);

#endif
