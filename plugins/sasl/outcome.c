/* SPDX-License-Identifier: BSD-2-Clause */
#include "outcome.h"

#include <sasl/sasl.h>
#include <stddef.h>

int inv_sasl_code(inv_result result, inv_sasl_use use)
{
    switch (result) {
    case INV_OK:
        return SASL_OK;
    case INV_BAD_TOKEN:
    case INV_NOT_OURS:
    case INV_WRONG_PASSWORD:
        return SASL_BADAUTH;
    case INV_NAME_TAKEN:
    case INV_NAME_RESERVED:
    case INV_NOT_ALLOWED:
        return use == INV_SASL_STORE ? SASL_BADAUTH : SASL_NOAUTHZ;
    case INV_NAME_INVALID:
        if (use == INV_SASL_LOOKUP)
            return SASL_NOUSER;
        return use == INV_SASL_STORE ? SASL_BADAUTH : SASL_BADPARAM;
    case INV_NO_ACCOUNT:
        return SASL_NOUSER;
    case INV_ACCOUNT_EXPIRED:
        return SASL_EXPIRED;
    case INV_PASSWORD_REFUSED:
        return SASL_WEAKPASS;
    case INV_THROTTLED:
    case INV_DIRECTORY_DOWN:
    case INV_TIMEOUT:
        return SASL_UNAVAIL;
    case INV_NO_MEMORY:
        return SASL_NOMEM;
    case INV_CONFIG:
        break;
    }
    return use == INV_SASL_LOOKUP ? SASL_UNAVAIL : SASL_CONFIGERR;
}

int inv_sasl_account_code(inv_verifiers_state state)
{
    switch (state) {
    case INV_VERIFIERS_NO_ACCOUNT:
    case INV_VERIFIERS_SEVERAL:
        return SASL_NOUSER;
    case INV_VERIFIERS_LOCKED:
        return SASL_DISABLED;
    case INV_VERIFIERS_EXPIRED:
        return SASL_EXPIRED;
    case INV_VERIFIERS_FRESH:
    case INV_VERIFIERS_NONE:
    case INV_VERIFIERS_STALE:
        break;
    }
    return SASL_OK;
}
