/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ROSTER_H
#define INVITEGATE_ROSTER_H

#include <stdbool.h>

#include "invitegate/call.h"

/* Pre-approved contacts of a bare JID, in JID order. visit returns false to stop. */
inv_result inv_roster_each(inv_call *call, const char *jid,
                           bool (*visit)(void *context, const char *contact, const char *group),
                           void *context);

#endif
