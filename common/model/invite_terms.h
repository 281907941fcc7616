/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_INVITE_TERMS_H
#define INVITEGATE_COMMON_MODEL_INVITE_TERMS_H

#include "invitegate/invite.h"

/*
 * inviteTerms names the attributes that restrict an invite. A rule of access that hides one of them
 * makes it look absent, and an absent inviteUser or inviteAccountExpires would permit everything.
 */

/* The value of an invite without restrictions, and that of --inherit-groups. */
#define INVITE_TERMS_NONE           "none"
#define INVITE_TERMS_INHERIT_GROUPS "inherit-groups"

/*
 * Compares inviteTerms of an entry with the restricting attributes that the same answer shows.
 * INV_OK: each that is named is there, and no other; *inherit_groups is set. INV_CONFIG, with
 * words: inviteTerms is absent, has "none" beside other values or a value that is not known, names
 * an attribute that the answer lacks, or does not name one that it has.
 */
inv_result invite_terms_check(const inv_entry *entry, bool *inherit_groups, inv_verdict *verdict);

/* Gives the add of an invite its inviteTerms, by the other attributes that it has already. */
void invite_terms_add(inv_operation *add, bool inherit_groups);

#endif
