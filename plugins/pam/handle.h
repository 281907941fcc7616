/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_HANDLE_H
#define INVITEGATE_PAM_HANDLE_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <time.h>

#include "invitegate/context.h"
#include "invitegate/pam_options.h"
#include "invitegate/token.h"

/*
 * Data that live as long as the PAM handle, once for each configuration file: the open context, the
 * time that is left, and the last acceptance of a token. libpam frees them in pam_end(3).
 */
typedef struct inv_pam_handle {
    pam_handle_t *pamh;
    inv_context *context;
    bool debug; /* as the line of the stack that runs now says */
    bool keep;  /* likewise keep_connection: the process keeps the connection for the next handle */
    inv_directory *directory; /* without keep: ends with the handle; NULL before its first use */
    long left_ms; /* milliseconds of [directory] timeout; waiting for people costs none */
    char *accepted_user;
    char accepted_invite[INV_INVITE_ID_LENGTH + 1];
    time_t accepted_at;
} inv_pam_handle;

/*
 * The data for this PAM handle and options->conf, opened if need be. Borrowed. INV_CONFIG,
 * NO_MEMORY.
 */
inv_result inv_pam_handle_get(pam_handle_t *pamh, const inv_pam_options *options,
                              inv_pam_handle **handle, inv_verdict *verdict);

/*
 * Begins a call with the time that is left, over a connection of the handle's own or (keep) the
 * process's kept one. INV_TIMEOUT when no time is left.
 */
inv_result inv_pam_handle_begin(inv_pam_handle *handle, const inv_domain *domain, inv_call *call,
                                inv_verdict *verdict);

/* Ends the call, begun or not, and takes its time off what is left. */
void inv_pam_handle_end(inv_pam_handle *handle, inv_call *call);

/*
 * Notes that token was accepted for user. When memory is short nothing is noted, and expiry is
 * judged later by the present time.
 */
void inv_pam_handle_accept(inv_pam_handle *handle, const char *user, const inv_token *token,
                           time_t accepted_at);

/* When this very token was accepted for this very user, or 0. */
time_t inv_pam_handle_accepted(const inv_pam_handle *handle, const char *user,
                               const inv_token *token);

/* Logs one verdict, with what the PAM items tell of its origin. handle may be NULL. */
void inv_pam_handle_log(pam_handle_t *pamh, const inv_pam_handle *handle, const char *domain,
                        const inv_verdict *verdict);

#endif
