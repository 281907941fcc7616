/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_SASLAUTHD_H
#define INVITEGATE_TOOLS_HOST_SASLAUTHD_H

#include "prosody.h"

/*
 * saslauthd, as a program that asks it meets it: path is its socket (NULL: the usual one). prosody:
 * it is Prosody that asks, as its user, and a throwaway invite is tried; NULL: another program,
 * whose user is not known.
 */
void ctl_host_check_saslauthd(ctl_host *host, const char *path, const ctl_prosody *prosody);

#endif
