/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_HANDOVER_H
#define INVITEGATE_TOOLS_SETUP_HANDOVER_H

#include "setup/block.h"
#include "setup/setup.h"

/*
 * A directory whose configuration is not shown to whoever runs setup: it is kept in slapd.conf, is
 * on another host, or has other administrators. The plan is the same one. What it has for the
 * configuration is written into files, as LDIF for cn=config and as files to include for
 * slapd.conf, with the commands to run; so are the entries that this user may not add. The rest is
 * done. setup then ends with exit status 4, and one that comes after the administrator finds the
 * schema in the subschema, and everything else by what the identity may do.
 */

/* Puts setup->unseen in the place of the database. */
inv_result ctl_handover_begin(ctl_task *setup);

/*
 * Finds out whether the rules of access are there: sets setup->proved. By a change that is refused
 * in either case, since the value that it deletes is not there.
 */
inv_result ctl_handover_prove(ctl_task *setup);

/* The block of rules that was handed over, as one that is there, if setup->proved. */
inv_result ctl_handover_block(ctl_task *setup, ctl_block *block);

/* The last step: of what would be handed over, that which an earlier run did and which is proved is
 * there. */
inv_result ctl_handover_compare(ctl_task *setup);

/* Whether the item is not for this user: of the configuration, where that is not shown. */
bool ctl_handover_takes(const ctl_task *setup, const ctl_item *item);

/*
 * Writes what was handed over, and adds the commands to the plan. INV_CONFIG where there is
 * anything, with words for who runs setup.
 */
inv_result ctl_handover_write(ctl_task *setup);

#endif
