/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_REDEEM_SET_PASSWORD_H
#define INVITEGATE_COMMON_REDEEM_SET_PASSWORD_H

#include "redemption.h"

/* The new password of an account that is there: of a reset, and of a change from the client. */

typedef enum password_outcome {
    PASSWORD_SET,
    PASSWORD_OVERTAKEN, /* another attempt set a password first: read again */
    PASSWORD_UNDATED, /* set, but which password the verifiers are of is not recorded: once more */
    PASSWORD_REFUSED,
    PASSWORD_UNKNOWN
} password_outcome;

/*
 * Replaces every verifier of the account that was read by those of redemption->password, and sets
 * inviteNonce by its exact old value: to redemption->claim.nonce and the id of the invite
 * (inv_account_reset_mark). With SCRAM a second modify dates the verifiers. *result is INV_OK with
 * PASSWORD_SET, the refusal with PASSWORD_REFUSED, and no verdict with PASSWORD_UNKNOWN.
 */
password_outcome redemption_set_password(struct redemption *redemption, inv_result *result);

/*
 * Writes new verifiers for the password that was proved by a bind after account was read: those of
 * a reset whose second modify is missing are stale. When this fails, only SCRAM logins fail.
 */
inv_result redemption_renew_verifiers(struct redemption *redemption, const inv_account *account);

/* The domain's password_verifiers have SCRAM and no form of userPassword. */
bool redemption_keeps_only_scram(const inv_domain *domain);

#endif
