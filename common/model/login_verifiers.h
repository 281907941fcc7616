/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_LOGIN_VERIFIERS_H
#define INVITEGATE_COMMON_MODEL_LOGIN_VERIFIERS_H

#include "account_verifiers.h"
#include "invitegate/secret.h"

/*
 * Gives the account verifiers of the password that was just proved, unless it has fresh ones of
 * each mechanism that the domain keeps: one modify, by exact old values. dated was found before the
 * proof (ACCOUNT_DATED_FOR_PROOF), so that a password that is changed in between wins: the
 * verifiers are stale then, or the modify is refused. Whatever happens here is for the log only.
 */
void login_verifiers_give(inv_call *call, account_dated *dated, const inv_secret *password);

#endif
