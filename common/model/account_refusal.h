/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_ACCOUNT_REFUSAL_H
#define INVITEGATE_COMMON_MODEL_ACCOUNT_REFUSAL_H

#include "invitegate/account.h"
#include "invitegate/directory.h"

/*
 * As inv_account_write_result for the account of name, with a look into the directory where the
 * answer alone does not tell: a 19 to an add is INV_NAME_TAKEN when an entry has a value that
 * account_attributes makes of the name (slapo-unique, 389 DS's attribute uniqueness); 389 DS, by
 * its vendorName, may name its password policy in words. Up to two flights. No verdict when they
 * fail.
 */
inv_result inv_account_check_refusal(inv_call *call, const inv_jid *name,
                                     const inv_operation *operation);

/*
 * A 19 without an error in the ppolicy control: it may be the mac_check of a password policy, or a
 * constraint on another value.
 */
bool inv_account_write_is_ambiguous(const inv_operation *operation);

#endif
