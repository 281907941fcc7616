/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PASSWORD_CHANGE_H
#define INVITEGATE_PASSWORD_CHANGE_H

#include "invitegate/call.h"
#include "invitegate/jid.h"
#include "invitegate/secret.h"

/*
 * Sets a new password of an account for its person, who is logged in: the caller vouches for that.
 * Only with client_password_change. As a reset does, it replaces every verifier, leaves a new
 * inviteNonce, so that reset invites made before are over, and asks reset_filter. No lock is lifted
 * by it. The same again sets the same password. identity: inv_account_identity of the
 * person's account, also when that is empty, so that a later holder of the name keeps theirs; NULL:
 * whoever holds the name.
 * - INV_OK
 * - INV_NO_ACCOUNT: no account has the name, or it is not this JID's, or another one than that of
 *   identity
 * - INV_NOT_ALLOWED: client_password_change = no, the account is locked or over, or reset_filter
 *   does not let it in; verdict->text has words for the person
 * - INV_PASSWORD_REFUSED: as inv_redeem
 * - DIRECTORY_DOWN, TIMEOUT, CONFIG, NO_MEMORY: no verdict; trying again is safe
 */
inv_result inv_password_change(inv_call *call, const inv_jid *name, const char *identity,
                               const inv_secret *password);

#endif
