/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_SALTED_PASSWORD_H
#define INVITEGATE_COMMON_SALTED_PASSWORD_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "invitegate/secret.h"

/*
 * SaltedPassword of RFC 5802 3, as many bytes as the digest has, over a password that SASLprep has
 * prepared: PBKDF2 (RFC 8018 5.2) with HMAC and one block of output. iterations is at least 1.
 * False when libcrypto fails; it may leave an error in libcrypto's queue.
 */
bool inv_salted_password(const EVP_MD *digest, const inv_secret *prepared,
                         const unsigned char *salt, size_t salt_length, unsigned iterations,
                         unsigned char salted[EVP_MAX_MD_SIZE]);

#endif
