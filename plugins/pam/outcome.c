/* SPDX-License-Identifier: BSD-2-Clause */
#include "outcome.h"

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>

static bool changes_password(inv_pam_phase phase)
{
    return phase == INV_PAM_PRELIM || phase == INV_PAM_UPDATE;
}

int inv_pam_code(inv_result result, inv_pam_phase phase)
{
    switch (result) {
    case INV_OK:
        return PAM_SUCCESS;
    case INV_BAD_TOKEN:
        return changes_password(phase) ? PAM_AUTHTOK_RECOVERY_ERR : PAM_AUTH_ERR;
    case INV_NOT_OURS:
        return changes_password(phase) ? PAM_AUTHTOK_RECOVERY_ERR : PAM_IGNORE;
    case INV_NAME_TAKEN:
    case INV_NAME_INVALID:
    case INV_NAME_RESERVED:
    case INV_NOT_ALLOWED:
        return PAM_PERM_DENIED;
    case INV_PASSWORD_REFUSED:
        return PAM_AUTHTOK_ERR;
    case INV_WRONG_PASSWORD:
        return PAM_AUTH_ERR;
    case INV_NO_ACCOUNT:
        return PAM_USER_UNKNOWN;
    case INV_ACCOUNT_EXPIRED:
        return PAM_ACCT_EXPIRED;
    case INV_THROTTLED:
        return PAM_MAXTRIES;
    case INV_DIRECTORY_DOWN:
    case INV_TIMEOUT:
        return phase == INV_PAM_PRELIM ? PAM_TRY_AGAIN : PAM_AUTHINFO_UNAVAIL;
    case INV_NO_MEMORY:
        return PAM_BUF_ERR;
    case INV_CONFIG:
        break;
    }
    return PAM_SERVICE_ERR;
}
