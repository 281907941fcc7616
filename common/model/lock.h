/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_LOCK_H
#define INVITEGATE_COMMON_MODEL_LOCK_H

#include "invitegate/account.h"

/*
 * Locks of an account, of two kinds (draft-behera-ldap-password-policy, 389 DS).
 *
 * For good, by an administrator: pwdAccountLockedTime of the year 0 in any spelling of
 * generalizedTime, pwdEndTime passed, pwdStartTime still to come, nsAccountLock true in any case.
 * Fills account->disabled.
 *
 * By failed logins: pwdAccountLockedTime of another year, pwdAccountTmpLockoutEnd,
 * accountUnlockTime of 389 DS. Fills account->locked_until and locked_at, until lifted as long as
 * lock_ask_policy has not told the end.
 */

/* INV_OK, or INV_CONFIG for a value that is no generalizedTime. Without I/O. */
inv_result lock_read(const inv_entry *entry, inv_account *account, inv_verdict *verdict);

/*
 * The end of a lock by failed logins, where the entry does not tell it: its time and the duration
 * of the policy: the entry's pwdPolicySubentry; without that cn=config of 389 DS, elsewhere the
 * only policy that can be read in the naming context. 0 is until lifted, and so is a policy that
 * cannot be read, or of which there are several: which is the default is not told. A default that
 * is hidden beside a single one that is not cannot be noticed. One or two flights, only for
 * accounts with such a lock. INV_OK, or no verdict.
 */
inv_result lock_ask_policy(inv_call *call, const inv_entry *entry, inv_account *account,
                           inv_verdict *verdict);

#endif
