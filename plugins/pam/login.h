/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_LOGIN_H
#define INVITEGATE_PAM_LOGIN_H

#include "invitegate/secret.h"
#include "service.h"

/*
 * The auth phase, on an open service: decides what password is, and whether it is right. With
 * "register" TOKEN:PASSWORD registers or logs in and PAM_AUTHTOK becomes the password; with "login"
 * other passwords are verified. INV_NOT_OURS: for the next module.
 */
inv_result inv_pam_login(inv_pam_service *service, const inv_secret *password);

#endif
