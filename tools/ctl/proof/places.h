/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_PLACES_H
#define INVITEGATE_TOOLS_PLACES_H

#include "proof.h"

/* Where the containers of the domains are, on which it depends whose an entry is. */

/* inviteSoleContainer. */
typedef enum ctl_sole { CTL_SOLE_UNKNOWN, CTL_SOLE_NO, CTL_SOLE_YES } ctl_sole;

/*
 * Adds a finding for each container of the proof's domain that lies in the one of the same key of
 * another configured domain. (The same entry for two keys is an error of the configuration.) Reads
 * nothing. False: there was one.
 */
bool ctl_check_places(ctl_proof *proof);

/*
 * *sole: the container of invites is the only one. That is, one domain is configured, every naming
 * context could be searched for the class xmppInviteContainer, with the administrator's rights if
 * there are any, and only the domain's own was found. False where a search failed, and a row says
 * which. Entries that access rules hide from that identity are not noticed.
 */
inv_result ctl_find_sole(ctl_proof *proof, bool *sole);

/* Adds a row that compares that with inviteSoleContainer. */
inv_result ctl_check_sole(ctl_proof *proof, ctl_sole recorded);

#endif
