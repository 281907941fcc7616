/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_INVITE_H
#define INVITEGATE_COMMON_MODEL_INVITE_H

#include "invitegate/directory.h"
#include "invitegate/invite.h"

/*
 * Reads an entry of a search. An entry that lacks a MUST attribute or holds a value that is not of
 * the schema is INV_CONFIG, verdict->why names DN and attribute: nothing is ever assumed. So is one
 * without inviteTerms, or whose restricting attributes are not exactly those that inviteTerms
 * names: a restriction that an access rule hides must not pass for an absent one.
 */
inv_result inv_invite_from_entry(const inv_entry *entry, inv_invite **invite, inv_verdict *verdict);

/*
 * inv_invite_state_at for a token that was accepted before: the invite's own end counts at
 * accepted_at. The end of the account counts now: an account made after it would have expired
 * already.
 */
inv_invite_state inv_invite_state_accepted(const inv_invite *invite, time_t accepted_at,
                                           time_t now);

/*
 * Whether a use that was claimed may still be finished: the invite may be expired or used up, but
 * not be revoked, past the end of the account, or outdated.
 */
bool inv_invite_may_finish(const inv_invite *invite, time_t now);

/*
 * A finished use is still owed something that the invite promised. A revoked invite owes nothing.
 */
bool inv_invite_owes(const inv_invite *invite);

/*
 * Whether the end of an account (inviteAccountExpires, or NULL) is a moment that has passed. A
 * duration has not: it counts from the registration on.
 */
bool inv_invite_account_end_passed(const char *account_expires, time_t now);

/* The name of the invite (inviteUser) has a reservation while the invite is open. */
bool inv_invite_reserves(const inv_invite *invite);

/* The read of invite id with these parts. NULL when memory is short. */
inv_operation *inv_invite_read_operation(const inv_domain *domain, const char *id,
                                         inv_invite_parts parts);

/*
 * Judges the answer of such an operation: INV_OK with *invite; INV_BAD_TOKEN for 32 on the entry
 * itself ("unknown"); INV_CONFIG when the container is missing or hidden.
 */
inv_result inv_invite_from_read(const inv_domain *domain, const inv_operation *operation,
                                inv_invite **invite, inv_verdict *verdict);

#endif
