/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_UNIT_H
#define INVITEGATE_TOOLS_HOST_UNIT_H

#include "text.h"

#define CTL_UNIT_FILES 16
#define CTL_UNIT_AGENT "invite-agent.service"

/* A unit of systemd, with its drop-ins, in the order in which they count. */
typedef struct ctl_unit {
    ctl_text files[CTL_UNIT_FILES];
    size_t count;
} ctl_unit;

/*
 * Reads a unit, such as "invite-agent.service", from where systemd looks for it. ctl_unit_clear is
 * always allowed afterwards.
 */
ctl_sight ctl_unit_read(ctl_host *host, const char *check, const char *name, ctl_unit *unit);

/* The last value of a key ("User"), in the unit, or NULL; *place is where it is written. */
const char *ctl_unit_value(const ctl_unit *unit, const char *key, ctl_place *place);
void ctl_unit_clear(ctl_unit *unit);

#endif
