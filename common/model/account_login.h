/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_ACCOUNT_LOGIN_H
#define INVITEGATE_COMMON_MODEL_ACCOUNT_LOGIN_H

#include "invitegate/account.h"
#include "invitegate/directory.h"

/*
 * Proves a password: by a bind with SASLprep(password), and where that is wrong and differs from
 * the typed bytes, by one with those (a password policy may count both); when the domain keeps only
 * SCRAM, first against the verifiers, if they can be read and are fresh
 * (inv_account_verifiers_are_fresh). A password that starts with a genuine token is wrong, and is
 * not sent to the directory. INV_OK, INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED (right by its
 * verifier, which no lock of the directory guards, but the account is locked), or no verdict: also
 * when verifiers cannot be read, or the directory is not known to date passwords (INV_CONFIG).
 */
inv_result inv_account_verify(inv_call *call, const inv_account *account,
                              const inv_secret *password);

/*
 * Of a domain that keeps only SCRAM: *stale tells whether the account has verifiers and they are
 * stale, so that no login by them succeeds. INV_OK, or no verdict.
 */
inv_result inv_account_has_stale_verifiers(inv_call *call, const inv_account *account, bool *stale);

#endif
