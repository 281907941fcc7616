/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_ADMIN_H
#define INVITEGATE_TOOLS_ADMIN_H

#include "command.h"
#include "invitegate/secret.h"

/* --bind-dn and --bind-password-file: a connection of its own, with an administrator's rights. */
#define CTL_ADMIN_OPTIONS(what)                                                                    \
    {"bind-dn", 'D', "DN", false, what},                                                           \
    {                                                                                              \
        "bind-password-file", 'y', "FILE", false, "its password; read by its owner only"           \
    }

typedef struct ctl_admin {
    inv_secret *password;
    inv_directory *directory; /* NULL: the options were not given */
} ctl_admin;

/*
 * False: one was given without the other, or an empty DN; that is printed, and *status is the exit
 * status.
 */
bool ctl_admin_options_fit(const ctl_invocation *invocation, int *status);

/* INV_CONFIG for a file that is empty or may be read by others. Needs the session's context. */
inv_result ctl_admin_open(const ctl_invocation *invocation, ctl_session *session, ctl_admin *admin);
void ctl_admin_close(ctl_admin *admin);

#endif
