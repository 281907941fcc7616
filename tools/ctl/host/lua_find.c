/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "lua.h"

const ctl_lua_setting *ctl_lua_own(const ctl_lua_config *config, const char *host, const char *name)
{
    for (size_t i = config->count; i > 0; i--) {
        const ctl_lua_setting *setting = &config->settings[i - 1];

        if (strcasecmp(setting->host, host) == 0 && strcmp(setting->name, name) == 0)
            return setting;
    }
    return NULL;
}

const ctl_lua_setting *ctl_lua_find(const ctl_lua_config *config, const char *host,
                                    const char *name)
{
    const ctl_lua_setting *own = ctl_lua_own(config, host, name);

    return own != NULL ? own : ctl_lua_own(config, "*", name);
}

const char *ctl_lua_text(const ctl_lua_setting *setting, const char *otherwise)
{
    if (setting == NULL)
        return otherwise;
    return setting->value.kind == CTL_LUA_STRING || setting->value.kind == CTL_LUA_BOOLEAN
               ? setting->value.text
               : NULL;
}

bool ctl_lua_lists(const ctl_lua_setting *setting, const char *text)
{
    if (setting == NULL)
        return false;
    if (setting->value.kind == CTL_LUA_STRING)
        return strcmp(setting->value.text, text) == 0;
    for (size_t i = 0; i < setting->value.count; i++) {
        const ctl_lua_item *item = &setting->value.items[i];

        if (item->key == NULL && item->value.kind == CTL_LUA_STRING &&
            strcmp(item->value.text, text) == 0)
            return true;
    }
    return false;
}

const ctl_lua_host *ctl_lua_host_named(const ctl_lua_config *config, const char *name)
{
    for (size_t i = 0; i < config->host_count; i++) {
        if (strcasecmp(config->hosts[i].name, name) == 0)
            return &config->hosts[i];
    }
    return NULL;
}
