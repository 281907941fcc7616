/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_GUEST_H
#define INVITEGATE_TOOLS_HOST_GUEST_H

#include "invitegate/directory.h"
#include "invitegate/jid.h"
#include "invitegate/key.h"
#include "invitegate/secret.h"
#include "invitegate/token.h"
#include "user.h"

/*
 * A throwaway invite, and the name and password with which it is redeemed through a way in. It
 * expires after minutes, and so does the account, should something keep it from being taken away.
 */
typedef struct ctl_guest {
    ctl_host *host;
    const char *check;        /* of the rows */
    const inv_domain *domain; /* of config */
    inv_config config;        /* a copy, with files below the root; owns nothing but those */
    char *password_file;
    char *ca_file;
    inv_keys *keys;
    inv_directory *directory;
    inv_jid *name;
    inv_secret *password;
    inv_token *token;
    char token_text[INV_TOKEN_LENGTH + 1];
    char user[40];  /* the local part of name */
    bool has_agent; /* the directory tells who asks by the user of the process: as agent */
    ctl_user agent; /* the user of invite-agent's unit */
    bool is_agent;  /* its rights are taken just now */
} ctl_guest;

/*
 * Makes the invite, with the rights of invitegate: with bind = external, as root, those of the user
 * of the agent's unit. check: the subject of rows, one word. False: a
 * row says why there is none. ctl_guest_clear is always allowed afterwards.
 */
bool ctl_guest_invite(ctl_host *host, const char *check, const char *domain, ctl_guest *guest);

/*
 * Redeems the invite by itself, through no way in, so that a login can be tried. False: a row says
 * why not.
 */
bool ctl_guest_redeem(ctl_guest *guest);

/* A login by the directory itself. False: why says what came of it. */
bool ctl_guest_log_in(ctl_guest *guest, char *why, size_t size);

/*
 * Takes the account away, with all that came with it, and the invite. *ret_was_there: there was
 * such an account. False: a row says what is still there.
 */
bool ctl_guest_remove(ctl_guest *guest, bool *ret_was_there);

/* Wipes and frees; what is in the directory stays. */
void ctl_guest_clear(ctl_guest *guest);

#endif
