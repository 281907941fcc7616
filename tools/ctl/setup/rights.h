/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_RIGHTS_H
#define INVITEGATE_TOOLS_SETUP_RIGHTS_H

#include "setup/setup.h"

/*
 * Debian's slapd lets root over ldapi:/// manage cn=config, but not the data: the frontend's rule
 * for it stands behind the database's own. So root gives itself the right by a rule in front of the
 * database's, for as long as it needs it. The caller holds signals meanwhile; one that a crash has
 * left is recognised by its text, and goes at the next start. A 389 Directory Server needs none.
 */

/* Reads whether there are any rules at all, and removes what a crash has left (a dry run tells). */
inv_result ctl_rights_sweep(ctl_task *setup);

/* Puts the rule there, unless it stands. */
inv_result ctl_rights_take(ctl_task *setup);

/* Takes it away, if it stands. INV_CONFIG or a temporary failure: it still does, and why says so.
 */
inv_result ctl_rights_give_back(ctl_task *setup, inv_verdict *verdict);

/* Whether a value of olcAccess is the temporary rule, in one of its two forms. */
bool ctl_rights_is_rule(const ctl_task *setup, const char *value);

#endif
