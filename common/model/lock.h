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
 * accountUnlockTime of 389 DS. Fills account->locked_until and locked_at, with INV_NEVER for the
 * end or begin that only lock_ask_policy may find.
 */

/* INV_OK, or INV_CONFIG for a value that is no generalizedTime. Without I/O. */
inv_result lock_read(const inv_entry *entry, inv_account *account, inv_verdict *verdict);

/*
 * Finds what the entry does not tell of a lock by failed logins, with the duration from the
 * password policy: the end of a lock by pwdAccountLockedTime, the begin of one by
 * accountUnlockTime. The policy is the entry's pwdPolicySubentry; without that cn=config of 389 DS,
 * elsewhere the only policy that can be read in the naming context. A lock lasts until lifted where
 * the duration is 0, the policy cannot be read, or there are several (which is the default cannot
 * be told). A default that is hidden beside a single readable policy goes unnoticed. One or two
 * flights, only for accounts with such a lock. INV_OK, or no verdict.
 */
inv_result lock_ask_policy(inv_call *call, const inv_entry *entry, inv_account *account);

#endif
