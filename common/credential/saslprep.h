/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CREDENTIAL_SASLPREP_H
#define INVITEGATE_COMMON_CREDENTIAL_SASLPREP_H

#include <stdbool.h>

#include "invitegate/result.h"
#include "invitegate/secret.h"

/*
 * SASLprep (RFC 4013) of a password; stored: as for a stored string, unassigned code points
 * refused. INV_OK with *prepared, which the caller frees; INV_PASSWORD_REFUSED (no UTF-8,
 * prohibited characters, nothing left); INV_NO_MEMORY. Thread-safe.
 */
inv_result inv_saslprep(const inv_secret *password, bool stored, inv_secret **prepared);

#endif
