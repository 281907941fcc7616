/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_SASLAUTHD_H
#define INVITEGATE_TOOLS_HOST_SASLAUTHD_H

#include "user.h"

/*
 * saslauthd, as a program that asks it meets it: path is its socket (NULL: the usual one), user who
 * asks (NULL: this process).
 */
void ctl_host_check_saslauthd(ctl_host *host, const char *path, const ctl_user *user);

#endif
