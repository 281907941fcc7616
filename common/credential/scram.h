/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CREDENTIAL_SCRAM_H
#define INVITEGATE_COMMON_CREDENTIAL_SCRAM_H

#include <stddef.h>

#include "invitegate/secret.h"
#include "invitegate/verdict.h"
#include "invitegate/verifier.h"

/*
 * The authPassword value (RFC 5803) of one verifier, an INV_VERIFIER_SCRAM_ bit, over a password
 * that SASLprep has prepared, under a fresh salt. INV_CONFIG when libcrypto fails.
 */
inv_result inv_scram_new(unsigned verifier, unsigned iterations, const inv_secret *prepared,
                         inv_secret **value, inv_verdict *verdict);

/*
 * The INV_VERIFIER_SCRAM_ bit of a value that is whole (RFC 5803, with keys of the right size); 0
 * for any other text. *name: its mechanism, such as "SCRAM-SHA-256"; constant. A whole value has no
 * control characters.
 */
unsigned inv_scram_verifier_of(const char *stored, size_t length, const char **name);

/*
 * A copy of a whole value without the spaces that RFC 3112 lets stand round its separators and RFC
 * 5803 does not have: who is served compares the name of the mechanism. NULL when memory is short.
 */
inv_secret *inv_scram_copy(const char *stored, size_t length);

/* inv_verifier_match for values that start with SCRAM-. */
inv_match inv_scram_match(const char *stored, size_t length, const inv_secret *password);

#endif
