/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_CTL_COMMANDS_H
#define INVITEGATE_TOOLS_CTL_COMMANDS_H

#include "command.h"

/* Every command, in the order of the help. */
extern const ctl_command *const ctl_commands[]; /* ends with NULL */

extern const ctl_command ctl_setup;
extern const ctl_command ctl_init;
extern const ctl_command ctl_create;
extern const ctl_command ctl_list;
extern const ctl_command ctl_show;
extern const ctl_command ctl_check;
extern const ctl_command ctl_redeem;
extern const ctl_command ctl_roster;
extern const ctl_command ctl_revoke;
extern const ctl_command ctl_restore;
extern const ctl_command ctl_tree;
extern const ctl_command ctl_remove;
extern const ctl_command ctl_adopt;
extern const ctl_command ctl_repair;
extern const ctl_command ctl_purge;
extern const ctl_command ctl_doctor;
extern const ctl_command ctl_provider;

#endif
