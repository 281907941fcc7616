/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "prosody.h"

#include <string.h>
#include <strings.h>

#define MAIN_FILE "/etc/prosody/prosody.cfg.lua"

/* Lists that are more than strings: what is missing from them may be there. */
static void check_plain(ctl_host *host, ctl_lua_config *config)
{
    static const char *const lists[] = {"modules_enabled", "modules_disabled", "plugin_paths",
                                        NULL};

    for (size_t i = 0; i < config->count; i++) {
        const ctl_lua_setting *setting = &config->settings[i];
        bool is_list = false;
        bool plain = setting->value.kind != CTL_LUA_OTHER;

        for (size_t j = 0; lists[j] != NULL; j++)
            is_list |= strcmp(lists[j], setting->name) == 0;
        for (size_t j = 0; j < setting->value.count; j++)
            plain &= setting->value.items[j].value.kind == CTL_LUA_STRING;
        if (!is_list || plain)
            continue;
        config->incomplete = true;
        ctl_host_unseen(host, "prosody", &setting->place, NULL,
                        "%s is not a list of strings: what is in it is not known", setting->name);
    }
}

void ctl_prosody_read(ctl_host *host, ctl_prosody *prosody)
{
    const char *user;

    *prosody = (ctl_prosody){.has_user = false};
    prosody->sight = ctl_lua_read(host, MAIN_FILE, &prosody->config);
    if (prosody->sight == CTL_SIGHT_ABSENT)
        return;
    check_plain(host, &prosody->config);
    user = ctl_lua_text(ctl_lua_own(&prosody->config, "*", "prosody_user"), "prosody");
    prosody->has_user = user != NULL && ctl_user_find(host, user, NULL, &prosody->user);
}

void ctl_prosody_clear(ctl_prosody *prosody)
{
    ctl_lua_clear(&prosody->config);
}

bool ctl_prosody_loads(const ctl_prosody *prosody, const char *host, const char *module)
{
    const ctl_lua_config *config = &prosody->config;

    if (ctl_lua_lists(ctl_lua_own(config, host, "modules_disabled"), module))
        return false;
    return ctl_lua_lists(ctl_lua_own(config, host, "modules_enabled"), module) ||
           (ctl_lua_lists(ctl_lua_own(config, "*", "modules_enabled"), module) &&
            !ctl_lua_lists(ctl_lua_own(config, "*", "modules_disabled"), module));
}

bool ctl_prosody_is_ours(const ctl_host *host, const ctl_prosody *prosody,
                         const ctl_lua_host *virtual_host)
{
    if (virtual_host->component || !ctl_host_wants(host, virtual_host->name))
        return false;
    return (host->config != NULL && inv_config_domain(host->config, virtual_host->name) != NULL) ||
           ctl_prosody_loads(prosody, virtual_host->name, "invitegate");
}

const char *ctl_prosody_provider(const ctl_prosody *prosody, const char *host)
{
    return ctl_lua_text(ctl_lua_find(&prosody->config, host, "authentication"), "internal_hashed");
}

/* The value of a setting of the first host of ours that logs people in by Cyrus SASL, or NULL. */
static const char *find_of_cyrus(const ctl_host *host, const ctl_prosody *prosody, const char *name,
                                 const char *otherwise)
{
    for (size_t i = 0; i < prosody->config.host_count; i++) {
        const ctl_lua_host *each = &prosody->config.hosts[i];
        const char *provider = ctl_prosody_provider(prosody, each->name);

        if (ctl_prosody_is_ours(host, prosody, each) && provider != NULL &&
            strcmp(provider, "cyrus") == 0)
            return ctl_lua_text(ctl_lua_find(&prosody->config, each->name, name), otherwise);
    }
    return NULL;
}

const char *ctl_prosody_pam_service(const ctl_host *host, const ctl_prosody *prosody)
{
    return find_of_cyrus(host, prosody, "cyrus_service_name", "xmpp");
}

const char *ctl_prosody_sasl_name(const ctl_host *host, const ctl_prosody *prosody)
{
    return find_of_cyrus(host, prosody, "cyrus_application_name", "prosody");
}
