/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_VERDICT_H
#define INVITEGATE_VERDICT_H

#include <stdbool.h>

#include "invitegate/result.h"

#define INV_INVITE_ID_LENGTH      40 /* lower-case hex digits of an inviteId */
#define INV_ACCOUNT_IDENTITY_SIZE 33 /* of inv_account_identity, with NUL */

/*
 * The outcome of one front-end call, in words. A plain value: start with INV_VERDICT_INIT, nothing
 * to free. It never holds a token or a password.
 */
typedef struct inv_verdict {
    inv_result result;
    char invite_id[INV_INVITE_ID_LENGTH + 1]; /* "" while no genuine token was seen */
    char user[256];                           /* the JID as prepared, cut if longer; "" if none */
    char account[INV_ACCOUNT_IDENTITY_SIZE];  /* which one inv_redeem registered; "" if unknown */
    bool must_change; /* the account needs a new password: pwdReset; inv_account_login, _status */
    char why[512];    /* the cause, for the log and for the admin */
    char text[256];   /* for the person; see inv_verdict_has_text */
} inv_verdict;

#define INV_VERDICT_INIT                                                                           \
    {                                                                                              \
        .result = INV_OK                                                                           \
    }

/*
 * Sets result and why (printf format; cut at the buffer's end; inv_utf8_make_text) and
 * returns result, so that a caller can write: return inv_verdict_set(verdict, INV_CONFIG, ...). The
 * format's arguments must not be secrets.
 */
inv_result inv_verdict_set(inv_verdict *verdict, inv_result result, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

/* inv_verdict_set(verdict, INV_NO_MEMORY, "out of memory"). */
inv_result inv_verdict_no_memory(inv_verdict *verdict);

#ifdef INV_LINT
/* For linters that see one file at a time: these return the result they are given. */
#define inv_verdict_set(verdict, result, ...)                                                      \
    ((void)inv_verdict_set(verdict, result, __VA_ARGS__), (result))
#define inv_verdict_no_memory(verdict) ((void)inv_verdict_no_memory(verdict), INV_NO_MEMORY)
#endif

/* Sets text, cut and cleaned like why. NULL empties it. */
void inv_verdict_set_text(inv_verdict *verdict, const char *text);

/*
 * Sets the text for a password that a policy refused (the directory's, a PAM module's): first the
 * line that XMPP clients know and show in their own language, "Please use a longer password."
 * (too_short) or "The password is too weak", then, behind a line feed, the policy's own words (none
 * if NULL or empty).
 */
void inv_verdict_set_weak_password(inv_verdict *verdict, bool too_short, const char *words);

/* Empties why and text, which are of an earlier step; invite and user stay. Returns verdict. */
inv_verdict *inv_verdict_clear_words(inv_verdict *verdict);

/* Whether there is a text that belongs to the result: INV_PASSWORD_REFUSED, INV_NAME_RESERVED. */
bool inv_verdict_has_text(const inv_verdict *verdict);

/* One line of text for a terminal: what is behind the line feed, or all where there is none. */
const char *inv_verdict_words(const inv_verdict *verdict);

#endif
