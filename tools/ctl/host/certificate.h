/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_CERTIFICATE_H
#define INVITEGATE_TOOLS_HOST_CERTIFICATE_H

#include "prosody.h"

/*
 * Looks whether Prosody finds a certificate for the host in its folder of certificates: one with
 * the name of the host that is valid now, with a key that Prosody's user can read. A row says so,
 * or what is wrong, or what was not looked at.
 */
void ctl_prosody_check_certificate(ctl_host *host, const ctl_prosody *prosody,
                                   const ctl_lua_host *virtual_host);

#endif
