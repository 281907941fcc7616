/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_WAYS_H
#define INVITEGATE_TOOLS_HOST_WAYS_H

#include "guest.h"
#include "prosody.h"

#define CTL_WHY_SIZE 400

/*
 * Ways in, each tried by a throwaway invite from end to end: it is redeemed there, the password
 * logs in, and both are taken away again. To be called for what was looked at and works so far.
 */

/*
 * A host of Prosody: registration through the agent at path (with the root in front), as Prosody's
 * user, then a login by the provider of the host, where that is one of invitegate's or ldap. Other
 * providers are left to whoever looks at them.
 */
void ctl_host_try_prosody(ctl_host *host, const ctl_prosody *prosody,
                          const ctl_lua_host *virtual_host, const char *path);

/* Registration through the agent, where no host of Prosody asks it: as this process. */
void ctl_host_try_agent(ctl_host *host, const char *domain, const char *path);

/* Through no way in: it is redeemed, and the account logs in by the directory itself. */
void ctl_host_try_directory(ctl_host *host, const char *domain);

/*
 * saslauthd at path, as Prosody's user, for each host of Prosody with the provider cyrus:
 * TOKEN:PASSWORD in place of a password, then the password.
 */
void ctl_host_try_saslauthd(ctl_host *host, const ctl_prosody *prosody, const char *path);

/* ------------------------------------------------------------------------------------ providers */

/* How a login ended. */
typedef enum ctl_login {
    CTL_LOGIN_YES,
    CTL_LOGIN_NO,     /* why tells */
    CTL_LOGIN_UNSEEN, /* it could not be tried; why tells */
} ctl_login;

/* A login as mod_auth_ldap of Prosody does it: by its settings of the host. */
ctl_login ctl_login_by_ldap(const ctl_guest *guest, const ctl_prosody *prosody,
                            const ctl_lua_host *virtual_host, char why[CTL_WHY_SIZE]);

#endif
