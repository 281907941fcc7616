/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAIR_H
#define INVITEGATE_PAIR_H

#include <stdbool.h>

#include "invitegate/call.h"

/* A pair, the entry of class xmppRosterPair that makes two JIDs contacts of each other. */

/* rosterPairId=ID,<rosters>; the caller frees it. NULL when memory is short or for a self-pair. */
char *inv_pair_dn(const inv_domain *domain, const char *jid, const char *contact);

/*
 * The add of one pair in domain's container; rosterMember: the local parts of those JIDs that are
 * of this domain.
 */
inv_operation *inv_pair_add_operation(const inv_domain *domain, const char *jid,
                                      const char *contact, const char *group,
                                      const char *invite_id);

/* Gives an existing pair of the same two to this invite: replaces inviteId and rosterGroup. */
inv_operation *inv_pair_adopt_operation(const char *pair_dn, const char *group,
                                        const char *invite_id);

#endif
