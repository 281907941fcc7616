/* SPDX-License-Identifier: BSD-2-Clause */
#include "commands.h"

const ctl_command *const ctl_commands[] = {
    &ctl_setup,  &ctl_init,   &ctl_create, &ctl_list,    &ctl_show,     &ctl_check,
    &ctl_redeem, &ctl_roster, &ctl_revoke, &ctl_restore, &ctl_tree,     &ctl_remove,
    &ctl_adopt,  &ctl_repair, &ctl_purge,  &ctl_doctor,  &ctl_provider, NULL,
};
