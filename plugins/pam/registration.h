/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_REGISTRATION_H
#define INVITEGATE_PAM_REGISTRATION_H

#include "invitegate/secret.h"
#include "service.h"

/*
 * The password phase, on an open service: the old password is a token by itself, and changing it
 * registers the user, or resets the password of the one a reset invite names. Where invite_only =
 * no, an empty old password registers too; *token is NULL then.
 */

/* The begin of both passes: finds the domain and reads the token, without the directory. */
inv_result inv_pam_registration_token(inv_pam_service *service, const inv_secret *text,
                                      inv_token **token);

/*
 * PAM_PRELIM_CHECK: whether the registration would succeed. Writes nothing; the PAM handle keeps
 * the moment of acceptance.
 */
inv_result inv_pam_registration_check(inv_pam_service *service, const inv_token *token);

/* PAM_UPDATE_AUTHTOK: judges everything again, then registers or resets. */
inv_result inv_pam_registration_do(inv_pam_service *service, const inv_token *token,
                                   const inv_secret *password);

#endif
