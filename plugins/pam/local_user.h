/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_LOCAL_USER_H
#define INVITEGATE_PAM_LOCAL_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "invitegate/jid.h"
#include "invitegate/pam_options.h"
#include "invitegate/verdict.h"

/*
 * The users of this host. A host that lets people in by PAM runs their session as the user of that
 * name, so an invite must not give away the name of such a user.
 */

/* Every name by which a host may know the user. NULL: none of that kind. Borrowed. */
typedef struct inv_pam_local_names {
    const char *user;    /* PAM_USER as the host gave it */
    size_t local_length; /* of user, in front of its last '@', or all of it */
    const inv_jid *name; /* the prepared name, which PAM_USER becomes after a success; or NULL */
} inv_pam_local_names;

/*
 * Looks for a user of any of these names in source (not INV_PAM_LOCAL_USERS_NO). *known: there is
 * one; *uid, if uid is not NULL: the lowest of theirs. INV_DIRECTORY_DOWN: it cannot be told;
 * NO_MEMORY. Thread-safe; takes the time that the host's name services take.
 */
inv_result inv_pam_local_user_find(const inv_pam_local_names *names, inv_pam_local_users source,
                                   bool *known, uid_t *uid, inv_verdict *verdict);

#endif
