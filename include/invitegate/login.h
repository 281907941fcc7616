/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_LOGIN_H
#define INVITEGATE_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/call.h"
#include "invitegate/context.h"
#include "invitegate/jid.h"
#include "invitegate/secret.h"
#include "invitegate/token.h"

/*
 * A login with one password field, as PAM, saslauthd and SASL PLAIN have it: what the text in that
 * field is, and whether it is right.
 *
 * - TOKEN:PASSWORD, where the login registers: registers the name with PASSWORD, or logs in to the
 *   account that this very token made
 * - a genuine token in any other place at the beginning: no password
 * - any other text is a password, also where it has the shape of TOKEN:PASSWORD but no genuine
 *   token in front (some password manager's password)
 *
 * It takes two steps, because the first is offline: it finds the domain, which a call needs, and
 * refuses most of a flood of guesses for microseconds, without a connection.
 */

/* What the host of a front end was given. Borrowed by inv_login_parse only. */
typedef struct inv_login_request {
    inv_user user;
    const inv_secret *password; /* the whole field */
    bool registers;             /* TOKEN:PASSWORD is taken */
    bool logs_in; /* passwords are verified; else they are left to whoever the host asks next */
} inv_login_request;

/*
 * One login. A plain value, for one thread: {0} at the start, cleared by inv_login_attempt_clear
 * whatever its result.
 */
typedef struct inv_login_attempt {
    /* of inv_login_parse, as far as it came */
    const inv_domain *domain; /* borrowed from the configuration; NULL: not found */
    size_t local_length;      /* of the user, in front of the '@' */
    inv_jid *name;            /* as prepared */
    inv_token *token;         /* the one in front of the password; NULL: none */
    inv_secret *password;     /* to be verified or set, without the token */
    bool logs_in;
    /* of inv_login */
    /*
     * With a token that registered the name or made its account before: the password without it,
     * prepared as it is stored, for modules behind that bind with it; also when it is wrong. Else
     * NULL.
     */
    inv_secret *stored;
    bool registered; /* this very call has made the account */
} inv_login_attempt;

/*
 * The offline step: finds the domain, parses the token, prepares the name; verdict->user is the JID
 * from then on. Only INV_OK leaves something to ask the directory: begin a call in attempt->domain,
 * and go on with inv_login.
 * - INV_WRONG_PASSWORD: the password is empty
 * - INV_BAD_TOKEN: a token by itself, or the login does not register
 * - INV_NOT_OURS: the login verifies no passwords, and there is no token in front of this one, or
 *   the user is of a domain that is not configured
 * - INV_NO_ACCOUNT: the login verifies passwords, and no account can have that name or domain
 * - INV_NAME_INVALID: a token in front, and the name cannot be registered
 * - INV_CONFIG: as inv_user_find_domain; or libcrypto fails. INV_NO_MEMORY.
 */
inv_result inv_login_parse(const inv_context *context, const inv_login_request *request,
                           inv_login_attempt *attempt, inv_verdict *verdict);

/*
 * The other step, in a call of attempt->domain. Without a token as inv_account_login. With one:
 * - INV_OK: the account was registered, or is this token's and the password is right
 * - INV_NOT_OURS: the account is this token's, and the login verifies no passwords;
 *   attempt->stored is for whoever does
 * - INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED: the account is this token's; the first also where
 *   nothing is behind the token
 * - INV_BAD_TOKEN: every other token, and every name that is taken: that is no news for those who
 *   log in
 * - else as inv_redeem, of which only invites that register are taken
 *
 * Nothing is finished or written for a password that was not proved.
 */
inv_result inv_login(inv_call *call, inv_login_attempt *attempt);

/* Frees and wipes what the attempt owns. */
void inv_login_attempt_clear(inv_login_attempt *attempt);

#endif
