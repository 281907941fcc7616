/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_SERVICE_H
#define INVITEGATE_PAM_SERVICE_H

#include <security/pam_modules.h>
#include <stddef.h>

#include "handle.h"
#include "invitegate/jid.h"
#include "invitegate/pam_options.h"
#include "invitegate/verdict.h"
#include "outcome.h"

/* What the host gives a service function. */
typedef struct inv_pam_arguments {
    pam_handle_t *pamh;
    int flags;
    int argc; /* the options of the line */
    const char **argv;
} inv_pam_arguments;

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
inv_result inv_pam_service_begin(const inv_pam_arguments *arguments, inv_pam_phase phase,
                                 inv_pam_service *service);

/* Opens configuration, keys and log, and reads PAM_USER. INV_NO_ACCOUNT: the host set none. */
inv_result inv_pam_service_open(inv_pam_service *service);

/* The verdict, emptied of the words of an earlier step. */
inv_verdict *inv_pam_service_clear_words(inv_pam_service *service);

/* The domain of the user. INV_NAME_INVALID: not a configured one; INV_CONFIG. */
inv_result inv_pam_service_find_domain(inv_pam_service *service);

/*
 * *ignored: the user is one of this host below minimum_uid. INV_DIRECTORY_DOWN: that cannot be
 * told.
 */
inv_result inv_pam_service_ignores(inv_pam_service *service, bool *ignored);

/*
 * After a success: PAM_USER becomes the name as it was prepared, with the domain if it came with
 * one, so that the host does not go on with another spelling of it. INV_NO_MEMORY.
 */
inv_result inv_pam_service_set_user(inv_pam_service *service, const inv_jid *name);

/*
 * The user's name as one that an account from before invitegate may have: name_pattern is not
 * asked.
 */
inv_result inv_pam_service_existing_name(inv_pam_service *service, inv_jid **name);

/*
 * Begins a call in that domain, which looks for users of this host before it makes an account; and
 * ends it, begun or not.
 */
inv_result inv_pam_service_call(inv_pam_service *service, inv_call *call);
void inv_pam_service_end_call(inv_pam_service *service, inv_call *call);

/*
 * For an option that says that item (PAM_AUTHTOK or PAM_OLDAUTHTOK) is never asked for, when no
 * module in front has set it: writes a log line and, where a password is changed, shows the person
 * a text, with what the administrator can do. Returns the PAM code.
 */
int inv_pam_service_nothing_in_front(inv_pam_service *service, int item);

/*
 * The end of every service function: logs the verdict, shows the person a text, and returns the PAM
 * code.
 */
int inv_pam_service_finish(inv_pam_service *service, inv_result result);

#endif
