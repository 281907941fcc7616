/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_OUTCOME_H
#define INVITEGATE_PAM_OUTCOME_H

#include "invitegate/result.h"

/* The service function that runs: the code of some results depends on it. */
typedef enum inv_pam_phase {
    INV_PAM_AUTHENTICATE,
    INV_PAM_SETCRED,
    INV_PAM_SESSION,
    INV_PAM_ACCOUNT,
    INV_PAM_PRELIM, /* pam_sm_chauthtok, PAM_PRELIM_CHECK */
    INV_PAM_UPDATE, /* pam_sm_chauthtok, PAM_UPDATE_AUTHTOK */
} inv_pam_phase;

/* The one table from results to PAM codes. Only INV_NOT_OURS outside chauthtok is PAM_IGNORE. */
int inv_pam_code(inv_result result, inv_pam_phase phase);

#endif
