/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_SERVICE_H
#define INVITEGATE_PAM_SERVICE_H

#include <security/pam_modules.h>
#include <stddef.h>

#include "handle.h"
#include "invitegate/name.h"
#include "invitegate/verdict.h"
#include "options.h"
#include "outcome.h"

/* One call of one service function. A plain value; it owns nothing. */
typedef struct inv_pam_service {
    pam_handle_t *pamh;
    int flags;
    inv_pam_phase phase;
    inv_pam_options options;
    inv_pam_handle *handle; /* NULL until inv_pam_service_open */
    const char *user;       /* PAM_USER */
    const inv_domain *domain;
    size_t local_length; /* of user, in front of the '@' */
    inv_verdict verdict;
} inv_pam_service;

/* Fills *service and reads the options; nothing is opened. INV_CONFIG. */
inv_result inv_pam_service_begin(inv_pam_service *service, inv_pam_phase phase, pam_handle_t *pamh,
                                 int flags, int argc, const char **argv);

/* Configuration, keys, log and PAM_USER. */
inv_result inv_pam_service_open(inv_pam_service *service);

/* The verdict without the words of an earlier step. */
inv_verdict *inv_pam_service_afresh(inv_pam_service *service);

/* The domain of the user. INV_NAME_INVALID: not one of ours; INV_CONFIG. */
inv_result inv_pam_service_find_domain(inv_pam_service *service);

/* The user's name as one to register in that domain. */
inv_result inv_pam_service_name(inv_pam_service *service, inv_name **name);

/*
 * Whether the user is one of this host below minimum_uid, who is others' business: *ignored.
 * INV_DIRECTORY_DOWN: that cannot be told.
 */
inv_result inv_pam_service_ignores(inv_pam_service *service, bool *ignored);

/*
 * After a success: PAM_USER becomes the name as it was prepared, with the domain if it came with
 * one, so that a host does not go on with another spelling of the same person. INV_NO_MEMORY.
 */
inv_result inv_pam_service_settle_user(inv_pam_service *service, const inv_name *name);

/* The user's name as one that may have been there before us: name_pattern does not bind it. */
inv_result inv_pam_service_existing_name(inv_pam_service *service, inv_name **name);

/*
 * A call in that domain, which asks for users of this host before it makes an account; and its end,
 * begun or not.
 */
inv_result inv_pam_service_call(inv_pam_service *service, inv_call *call);
void inv_pam_service_hang_up(inv_pam_service *service, inv_call *call);

/*
 * An option says that item (PAM_AUTHTOK or PAM_OLDAUTHTOK) is never asked for, and no module in
 * front has set it: a log line and, where a password is changed, a word to the person, with what
 * the administrator can do. Returns the PAM code.
 */
int inv_pam_service_nothing_in_front(inv_pam_service *service, int item);

/* The end of every service function: one log line, a word to the person, the PAM code. */
int inv_pam_service_finish(inv_pam_service *service, inv_result result);

#endif
