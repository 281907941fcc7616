/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_OUTCOME_H
#define INVITEGATE_SASL_OUTCOME_H

#include "invitegate/account_verifiers.h"
#include "invitegate/result.h"

/* Who is answered. */
typedef enum inv_sasl_use {
    INV_SASL_LOOKUP,
    INV_SASL_STORE,     /* never SASL_CONSTRAINT_VIOLAT: saslpasswd2 would exit with 0 */
    INV_SASL_MECHANISM, /* setpass of the mechanism too */
} inv_sasl_use;

/*
 * The one table from results to libsasl2's codes (docs/redemption.md, Results). A value that is no
 * result gives SASL_CONFIGERR.
 */
int inv_sasl_code(inv_result result, inv_sasl_use use);

/*
 * What a lookup tells of an account: SASL_OK (also without verifiers), SASL_NOUSER, SASL_DISABLED,
 * SASL_EXPIRED.
 */
int inv_sasl_account_code(inv_verifiers_state state);

#endif
