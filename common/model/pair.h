/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_PAIR_H
#define INVITEGATE_COMMON_MODEL_PAIR_H

#include "invitegate/directory.h"
#include "invitegate/pair.h"

#define INV_PAIR_ID_SIZE 41

/*
 * rosterPairId: first 20 bytes, in lower-case hex, of SHA-256(lower JID || 0x00 || higher JID),
 * byte order. False only when the digest fails or the JIDs are equal (no self-pairs).
 */
bool inv_pair_id(const char *jid, const char *contact, char id[INV_PAIR_ID_SIZE]);

/* All pairs of a JID in the domain's container. */
inv_operation *inv_pair_search_operation(const inv_domain *domain, const char *jid);

/* The other JID of a pair entry, or NULL if the entry does not hold jid and exactly one other. */
const char *inv_pair_contact(const inv_entry *pair, const char *jid);

/*
 * Whether a pair has two xmppContactJid that are JIDs, and a rosterGroup. One that has not is
 * logged, and readers of rosters leave it out, so that it does not cost the pairs beside it.
 */
bool inv_pair_is_fit(const inv_call *call, const inv_entry *pair);

/* Its rosterGroup, or the domain's roster_group where that has control characters (logged). */
const char *inv_pair_group(const inv_call *call, const inv_entry *pair);

#endif
