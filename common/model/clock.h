/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_CLOCK_H
#define INVITEGATE_COMMON_MODEL_CLOCK_H

#include <time.h>

#include "invitegate/call.h"

/*
 * The time by the directory's own clock, so that the age of a claim does not depend on this host's.
 * LDAP has no request for the time, but servers stamp what is written: inviteClock of the invites
 * container is touched and the container's modifyTimestamp read back. *now is never later than the
 * server's real time.
 */
inv_result inv_clock_read(inv_call *call, time_t *now);

#endif
