/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_SERVER_H
#define INVITEGATE_TOOLS_SETUP_SERVER_H

#include "setup/setup.h"

/*
 * Opens the directory as the user who runs this, or with the DN of the answers, chooses the suffix,
 * and finds its database; where the configuration of that is not shown, handover.h takes over.
 * INV_CONFIG says what could not be found.
 */
inv_result ctl_server_find(ctl_task *setup);

/* The same for the suffixes that the journal of earlier runs has. */
inv_result ctl_server_recall(ctl_task *setup);

/* The directory as the configuration names it: without root. The caller frees it; NULL: no memory.
 */
char *ctl_server_uri(const ctl_task *setup);

#endif
