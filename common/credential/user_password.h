/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CREDENTIAL_USER_PASSWORD_H
#define INVITEGATE_COMMON_CREDENTIAL_USER_PASSWORD_H

#include <crypt.h>
#include <stddef.h>

#include "invitegate/secret.h"
#include "invitegate/verdict.h"
#include "invitegate/verifier.h"

/* Hashed values of userPassword (RFC 2307 5.3 and its kin). */

/* Bytes of a password that crypt(3) takes. */
#define INV_CRYPT_PASSWORD_MAX (CRYPT_MAX_PASSPHRASE_SIZE - 1)

#define INV_CRYPT_SCHEME   "{CRYPT}"
#define INV_SSHA512_SCHEME "{SSHA512}"

/* {CRYPT}$y$...: yescrypt at the system's default cost. INV_CONFIG when crypt(3) fails. */
inv_result inv_crypt_new(const inv_secret *password, inv_secret **value, inv_verdict *verdict);

/* {SSHA512} with a salt of 16 bytes. INV_CONFIG when libcrypto fails. */
inv_result inv_ssha512_new(const inv_secret *password, inv_secret **value, inv_verdict *verdict);

/*
 * inv_verifier_match for a value without its scheme. Of crypt(3) only yescrypt up to four times the
 * default cost: the author of a value must not choose how long a host computes.
 */
inv_match inv_crypt_match(const char *hash, size_t length, const inv_secret *password);
inv_match inv_ssha512_match(const char *base64, size_t length, const inv_secret *password);

#endif
