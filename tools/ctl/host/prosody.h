/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_PROSODY_H
#define INVITEGATE_TOOLS_HOST_PROSODY_H

#include "lua.h"
#include "user.h"

/* Prosody as its configuration has it. */
typedef struct ctl_prosody {
    ctl_sight sight; /* of its main file; ABSENT: no Prosody here */
    ctl_lua_config config;
    bool has_user;
    ctl_user user; /* that it runs as */
} ctl_prosody;

/* Reads it. ctl_prosody_clear is always allowed afterwards. */
void ctl_prosody_read(ctl_host *host, ctl_prosody *prosody);
void ctl_prosody_clear(ctl_prosody *prosody);

/* Whether a host of Prosody is one that is looked at: configured here, or with mod_invitegate. */
bool ctl_prosody_is_ours(const ctl_host *host, const ctl_prosody *prosody,
                         const ctl_lua_host *virtual_host);

/* Whether the module is loaded on the host. */
bool ctl_prosody_loads(const ctl_prosody *prosody, const char *host, const char *module);

/* The provider of the host: "internal_hashed". NULL: it cannot be told. */
const char *ctl_prosody_provider(const ctl_prosody *prosody, const char *host);

/* The service that a host of ours asks PAM for, by Cyrus SASL, or NULL. */
const char *ctl_prosody_pam_service(const ctl_host *host, const ctl_prosody *prosody);

/* The name of the file of Cyrus SASL's options that such a host has ("prosody"), or NULL. */
const char *ctl_prosody_sasl_name(const ctl_host *host, const ctl_prosody *prosody);

/* Adds a finding where the Prosody that runs lacks a group that its user has by now. */
void ctl_prosody_check_process(ctl_host *host, const ctl_prosody *prosody);

#endif
