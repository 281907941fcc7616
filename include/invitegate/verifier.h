/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_VERIFIER_H
#define INVITEGATE_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/deadline.h"
#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/* The attribute values that hold a password in an account entry. */
typedef struct inv_verifiers inv_verifiers;

/*
 * Computes what domain->verifiers asks for, all of it over SASLprep(password) (password.h):
 * userPassword as the clear password ("server"), {CRYPT} yescrypt or {SSHA512}; authPassword
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
