/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

const ctl_option ctl_global_options[] = {
    {"config", 'c', "FILE", false, "read FILE instead of " INV_CONFIG_PATH},
    {"domain", 'd', "DOMAIN", false, "work in this domain, where several are configured"},
    {"json", 0, NULL, false, "print one JSON object a line"},
    {"help", 'h', NULL, false, "print help, for the command if one is given"},
    {"version", 'V', NULL, false, "print the version"},
    {NULL, 0, NULL, false, NULL},
};

const ctl_command *const ctl_commands[] = {
    &ctl_init,   &ctl_create, &ctl_list,    &ctl_show,     &ctl_check,  &ctl_redeem,
    &ctl_roster, &ctl_revoke, &ctl_restore, &ctl_tree,     &ctl_remove, &ctl_adopt,
    &ctl_repair, &ctl_purge,  &ctl_doctor,  &ctl_provider, NULL,
};
