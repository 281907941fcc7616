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

/*
 * Gives an account verifiers of the password that it has: authPassword, its class where it lacks
 * it, and xmppVerifiersOf = moment (inv_verifiers_moment_before_proof). By exact old values: of
 * xmppVerifiersOf, old_moment or none (NULL), and of inviteNonce. So it is refused when verifiers
 * were written since account was read: by another login, or by a reset, also where that is between
 * its two modifies (inv_account_reset_operation). NULL when memory is short.
 */
inv_operation *inv_account_give_operation(const inv_account *account, const char *old_moment,
                                          const char *moment, const inv_verifiers *verifiers);

#endif
