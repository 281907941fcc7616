/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_ADOPTION_H
#define INVITEGATE_COMMON_UPKEEP_ADOPTION_H

#include "config/name_filter.h"
#include "invitegate/call.h"
#include "invitegate/directory.h"

/* One entry that is adopted, or whose adoption is undone: adopt.c, for adopt_flight.c as well. */

/* What is read of an entry before; ends with NULL, and lives as long as keys. */
#define ADOPTION_ATTRIBUTES (NAME_KEYS_MAX + 8)
void adoption_attributes(const inv_domain *domain, const name_keys *keys,
                         const char *attributes[ADOPTION_ATTRIBUTES]);

/* The search for the entries that hold name, with these attributes. NULL when memory is short. */
inv_operation *adoption_search(const inv_domain *domain, const name_keys *keys,
                               const inv_jid *name);

/*
 * *chosen: the one entry, of those that were found, that is the JID's or may become it.
 * INV_NO_ACCOUNT, INV_NOT_ALLOWED (several may, or only one of another JID or domain was found), or
 * INV_NO_MEMORY.
 */
inv_result adoption_choose(const inv_call *call, const inv_jid *name, const inv_operation *search,
                           const inv_entry **chosen);

/*
 * *change: the modify that adopts the entry, NULL: it is an account already. INV_NOT_ALLOWED: it
 * has another name, which could not log in any more; INV_NAME_INVALID; INV_NO_MEMORY.
 */
inv_result adoption_make(const inv_call *call, const name_keys *keys, const inv_jid *name,
                         const inv_entry *entry, inv_operation **change);

/*
 * *change: the modify that takes class and xmppJid off again, NULL: there is no xmppJid.
 * INV_NOT_ALLOWED: an invite made the account, or it has more by now than adopting gave it;
 * INV_NO_MEMORY.
 */
inv_result adoption_undo(const inv_entry *entry, inv_operation **change, inv_verdict *verdict);

/*
 * Whether the directory knows every attribute that the filter of --except compares; INV_CONFIG:
 * not, or it does not show its schema.
 */
inv_result adoption_check_except(inv_call *call, const char *except);

#endif
