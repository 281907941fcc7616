/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_HANDLE_H
#define INVITEGATE_PAM_HANDLE_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <time.h>

#include "invitegate/context.h"
#include "invitegate/token.h"
#include "options.h"

/*
 * What lives as long as the PAM handle, one for each configuration file: the open context, the time
 * that is left, and the last acceptance of a token. libpam frees it in pam_end(3).
 */
typedef struct inv_pam_handle {
    pam_handle_t *pamh;
    inv_context *context;
    bool debug; /* of the line that runs now */
    bool keep;  /* likewise: the process keeps the connection, for the next handle */
    inv_directory
        *directory; /* else this one, which ends with the handle; NULL before its first use */
    long left_ms;   /* of [directory] timeout; waiting for people costs nothing */
    char *accepted_user;
    char accepted_invite[INV_INVITE_ID_LENGTH + 1];
    time_t accepted_at;
} inv_pam_handle;

/* The one of this PAM handle and options->conf, opened if need be. Borrowed. INV_CONFIG, NO_MEMORY.
 */
inv_result inv_pam_handle_get(pam_handle_t *pamh, const inv_pam_options *options,
                              inv_pam_handle **handle, inv_verdict *verdict);

/*
 * A call with the time that is left, over a connection of the handle's own or a kept one;
 * INV_TIMEOUT when none is left.
 */
inv_result inv_pam_handle_begin(inv_pam_handle *handle, const inv_domain *domain, inv_call *call,
                                inv_verdict *verdict);

/* Ends the call, begun or not, and takes its time off what is left. */
void inv_pam_handle_end(inv_pam_handle *handle, inv_call *call);

/* Notes that token was accepted for user. Without memory it is not noted: expiry is judged later.
 */
void inv_pam_handle_accept(inv_pam_handle *handle, const char *user, const inv_token *token,
                           time_t accepted_at);

/* When this very token was accepted for this very user, or 0. */
time_t inv_pam_handle_accepted(const inv_pam_handle *handle, const char *user,
                               const inv_token *token);

/* One verdict's line, with what the PAM items tell of its origin. handle may be NULL. */
void inv_pam_handle_log(pam_handle_t *pamh, const inv_pam_handle *handle, const char *domain,
                        const inv_verdict *verdict);

#endif
