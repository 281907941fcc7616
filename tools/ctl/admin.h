/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_ADMIN_H
#define INVITEGATE_TOOLS_ADMIN_H

#include "invitegate/secret.h"
#include "session.h"

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

/* CTL_EXIT_USAGE: one was given without the other, or an empty DN; that is printed. */
int ctl_admin_check_options(const ctl_invocation *invocation);

/*
 * Opens the connection, if the options are given. INV_CONFIG for a password file that is empty or
 * may be read by others.
 */
inv_result ctl_admin_open(ctl_session *session, ctl_admin *admin);
void ctl_admin_close(ctl_admin *admin);

#endif
