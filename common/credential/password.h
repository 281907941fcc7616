/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CREDENTIAL_PASSWORD_H
#define INVITEGATE_COMMON_CREDENTIAL_PASSWORD_H

#include "invitegate/password.h"

/*
 * The form in which a password that is to be set is kept: SASLprep of it as a stored string.
 * INV_PASSWORD_REFUSED with text where it cannot be prepared, or is then longer than
 * INV_PASSWORD_MAX or, with "crypt", than INV_CRYPT_PASSWORD_MAX; INV_NO_MEMORY. The caller frees
 * *prepared, which is NULL but with INV_OK.
 */
inv_result inv_password_prepare_new(const inv_domain *domain, const inv_secret *password,
                                    inv_secret **prepared, inv_verdict *verdict);

#endif
