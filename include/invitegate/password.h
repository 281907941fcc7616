/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PASSWORD_H
#define INVITEGATE_PASSWORD_H

#include "invitegate/config.h"
#include "invitegate/key.h"
#include "invitegate/secret.h"
#include "invitegate/verdict.h"

#define INV_PASSWORD_MAX       1024 /* bytes, when prepared */
#define INV_PASSWORD_TYPED_MAX 4096 /* bytes before that: full-width letters shrink to a third */

/*
 * Passwords are prepared by SASLprep (RFC 4013) whatever form they are kept in: what servers and
 * clients send to the directory, at a login or in SCRAM, is prepared as well. Each function here
 * and in verifier.h takes a password as it was typed and prepares it itself, so no caller can
 * forget to.
 */

/*
 * The shape of a new password: UTF-8 without NUL that SASLprep accepts as a stored string (no
 * control characters, nothing that is not in Unicode 3.2), and what it makes of it: 1 to 1024
 * bytes, not starting with a genuine token of the domain; with "crypt", at most the 511 bytes that
 * crypt(3) takes; with "server", none that starts with a word in braces, which directories take for
 * a hash. INV_PASSWORD_REFUSED with text.
 */
inv_result inv_password_check(const inv_domain *domain, const inv_keys *keys,
                              const inv_secret *password, inv_verdict *verdict);

/*
 * The form in which a password is proved: SASLprep of it as a query string, or, where it cannot be
 * prepared or is longer than INV_PASSWORD_TYPED_MAX, the password as it is. The caller frees
 * *prepared. INV_OK or INV_NO_MEMORY.
 */
inv_result inv_password_prepare(const inv_secret *password, inv_secret **prepared);

#endif
