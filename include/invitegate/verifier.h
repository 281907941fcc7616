/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_VERIFIER_H
#define INVITEGATE_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/deadline.h"
#include "invitegate/key.h"
#include "invitegate/secret.h"
#include "invitegate/verdict.h"

#define INV_PASSWORD_MAX       1024 /* bytes, when prepared */
#define INV_PASSWORD_TYPED_MAX 4096 /* bytes before that: full-width letters shrink to a third */

/*
 * Passwords are prepared by SASLprep (RFC 4013) whatever form they are kept in: what servers and
 * clients send to the directory, at a login or in SCRAM, is prepared as well. Each function here
 * takes a password as it was typed and prepares it itself, so no caller can forget to.
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

/* The attribute values that hold a password in an account entry. */
typedef struct inv_verifiers inv_verifiers;

/*
 * Computes what domain->verifiers asks for, all of it over SASLprep(password): userPassword as the
 * clear password ("server"), {CRYPT} yescrypt or {SSHA512}; authPassword
 * "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey" (RFC 5803), one value a mechanism; a fresh
 * 16-byte salt each. INV_TIMEOUT when deadline passes between two of them; INV_PASSWORD_REFUSED
 * when SASLprep refuses or it is too long for crypt(3); INV_CONFIG when crypt(3) or the random
 * source fails. Thread-safe.
 */
inv_result inv_verifiers_new(const inv_domain *domain, const inv_secret *password,
                             const inv_deadline *deadline, inv_verifiers **verifiers,
                             inv_verdict *verdict);

void inv_verifiers_free(inv_verifiers **verifiers);

size_t inv_verifiers_count(const inv_verifiers *verifiers);
const char *inv_verifiers_attribute(const inv_verifiers *verifiers, size_t index);
const inv_secret *inv_verifiers_value(const inv_verifiers *verifiers, size_t index);

typedef enum inv_match { INV_MATCH_UNKNOWN, INV_MATCH_NO, INV_MATCH_YES } inv_match;

/*
 * Whether a stored value (userPassword {CRYPT} or {SSHA512}, authPassword SCRAM-*) is of this
 * password, in constant time. INV_MATCH_UNKNOWN: a form not understood here (of {CRYPT} only
 * yescrypt at bearable cost is), more than 10 million iterations, or a password of more than 1024
 * bytes. An empty password matches nothing. stored need not be NUL-terminated. Thread-safe.
 */
inv_match inv_verifier_match(const char *stored, size_t length, const inv_secret *password);

#endif
