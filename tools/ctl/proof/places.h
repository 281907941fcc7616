/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_PLACES_H
#define INVITEGATE_TOOLS_PLACES_H

#include "proof.h"

/* Where the containers of the domains are: what whose an entry is depends on. */

/* inviteSoleContainer. */
typedef enum ctl_sole { CTL_SOLE_UNKNOWN, CTL_SOLE_NO, CTL_SOLE_YES } ctl_sole;

/*
 * A finding for each container of the proof's domain that lies in the one of the same key of
 * another configured domain. (The same entry for two keys is an error of the configuration.) Reads
 * nothing. False: there was one.
 */
bool ctl_check_places(ctl_proof *proof);

/*
 * Whether the container of invites is the only one: one domain is configured, every naming context
 * could be searched for the class xmppInviteContainer, and our own was found and no other, with the
 * administrator's eyes if there are any. False where a search failed: a row then tells which.
 * Entries that rules of access hide from who searches are not noticed.
 */
inv_result ctl_find_sole(ctl_proof *proof, bool *sole);

/* Compares that with what is recorded: a row. */
inv_result ctl_check_sole(ctl_proof *proof, ctl_sole recorded);

#endif
