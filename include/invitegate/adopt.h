/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ADOPT_H
#define INVITEGATE_ADOPT_H

#include "invitegate/call.h"
#include "invitegate/jid.h"

/*
 * Makes xmppAccounts of people's entries that were in the directory before invitegate, one at a
 * time: an entry gets the class xmppAccount and its xmppJid, and belongs to that JID from then on
 * wherever it is. inv_adopt only reads; the caller sends the change, under an identity of its
 * choice.
 */
typedef struct inv_adoption {
    char *dn;              /* of the one entry, or NULL */
    inv_operation *change; /* NULL: the entry is already as it should be */
} inv_adoption;

/*
 * Looks for the entry of name in the call's domain, and makes the modify that adopts it: adds the
 * class and xmppJid, and fails in the directory where an xmppJid came meanwhile. With undo the one
 * that takes both off again, by the exact old value, where no invite made the entry.
 * INV_OK: adoption is filled; change is NULL where the entry is adopted already (with undo: has no
 * xmppJid). INV_NO_ACCOUNT: no entry has this name. INV_NAME_INVALID: name_pattern does not let it
 * in. INV_NOT_ALLOWED: several entries have it, or the one that has it is another JID's or of
 * another domain, has several uids that are names, or has more of an account than adopting gives
 * it. Else no verdict. adoption is cleared by inv_adoption_clear in any case.
 */
inv_result inv_adopt(inv_call *call, const inv_jid *name, bool undo, inv_adoption *adoption);

void inv_adoption_clear(inv_adoption *adoption);

#endif
