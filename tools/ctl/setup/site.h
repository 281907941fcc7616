/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_SITE_H
#define INVITEGATE_TOOLS_SETUP_SITE_H

#include "setup/setup.h"

#define CTL_CONFIG_FOLDER    SYSCONFDIR "/invitegate/"
#define CTL_SERVICE_PASSWORD CTL_CONFIG_FOLDER "directory.password"

/*
 * Reads the configuration that is there, and finds the domain: that of the answers, of an earlier
 * run, the only one of the configuration, else it is asked for. For an undo there is nothing to
 * ask.
 */
inv_result ctl_site_ask(ctl_task *setup, ctl_answers *answers);

/*
 * Opens the directory as the user who runs this, and finds everything else of ctl_site but the
 * number of people. INV_CONFIG says what could not be found, or that cn=config cannot be read, and
 * why.
 */
inv_result ctl_site_find(ctl_task *setup);

/* The same for an undo: what the journal says, and its database. */
inv_result ctl_site_recall(ctl_task *setup);

/*
 * Counts who is there, and where; of the places the one with most becomes site.people, unless one
 * was said or configured. To be called with as much sight as there is. Adds what was found to the
 * plan.
 */
inv_result ctl_site_survey(ctl_task *setup);

/* Makes site.made anew: the configuration that setup would write. */
inv_result ctl_site_make_configuration(ctl_task *setup);

/* The text of the configuration for the domain: config-examples/invitegate.conf with its values.
 * The caller frees it; NULL: out of memory. */
char *ctl_site_configuration(const ctl_task *setup);

/*
 * Whether the agent is to hand out SCRAM verifiers: for Prosody, and where nobody is there who has
 * none, since a client that is offered SCRAM tries nothing else.
 */
bool ctl_site_serves_verifiers(const ctl_task *setup);

#endif
