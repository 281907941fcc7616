/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_ACCOUNT_WRITE_H
#define INVITEGATE_COMMON_MODEL_ACCOUNT_WRITE_H

#include "invitegate/account.h"
#include "invitegate/directory.h"

/*
 * Gives an account new verifiers of the password it has, without another change of userPassword:
 * authPassword, and xmppVerifiersOf = account->password_changed_text. The password must have been
 * proved by a bind after account was read: when it is changed in between, the moments differ and
 * the verifiers are stale. Guarded by inviteNonce like inv_account_date_operation. NULL when memory
 * is short, or when account has no inviteNonce or no password_changed_text.
 */
inv_operation *inv_account_renew_operation(const inv_account *account,
                                           const inv_verifiers *verifiers);

#endif
