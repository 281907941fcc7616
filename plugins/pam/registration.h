/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_REGISTRATION_H
#define INVITEGATE_PAM_REGISTRATION_H

#include "invitegate/secret.h"
#include "service.h"

/*
 * The password phase, on an open service: the old password is a token standing alone, and changing
 * it registers the user, or resets the password of the one a reset invite names. Where
 * invite_only = no, an empty old password registers too; *token is NULL then.
 */

/* What both passes start with: the domain and the token, without the directory. */
inv_result inv_pam_registration_token(inv_pam_service *service, const inv_secret *text,
                                      inv_token **token);

/* PAM_PRELIM_CHECK: would it work? Writes nothing; the moment is kept with the PAM handle. */
inv_result inv_pam_registration_check(inv_pam_service *service, const inv_token *token);

/* PAM_UPDATE_AUTHTOK: judges everything again, then does it. */
inv_result inv_pam_registration_do(inv_pam_service *service, const inv_token *token,
                                   const inv_secret *password);

#endif
