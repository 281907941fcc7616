/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libsasl2 looks for in libinvite.so. Nothing here may call libldap: it would begin libsasl2
 * anew in the middle of its own beginning. utils->version tells nothing: libsasl2 never sets it.
 */
#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include "client.h"
#include "lookup.h"
#include "plugin.h"
#include "server.h"
#include "store.h"

/* The rest of the library is hidden; without this libsasl2 would find nothing at all. */
#define EXPORTED __attribute__((visibility("default")))

/* sasl_auxprop_init_t and its like have no declarations of these in saslplug.h. */
EXPORTED sasl_auxprop_init_t sasl_auxprop_plug_init;
EXPORTED sasl_server_plug_init_t sasl_server_plug_init;
EXPORTED sasl_client_plug_init_t sasl_client_plug_init;

static inv_result open_plugin(const sasl_utils_t *utils, inv_sasl_plugin **plugin)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    return inv_sasl_plugin_new(utils, plugin, &verdict);
}

static void free_plugin(void *glob_context, const sasl_utils_t *utils)
{
    inv_sasl_plugin *plugin = glob_context;

    (void)utils;
    inv_sasl_plugin_free(&plugin);
}

/* Also in programs that do not configure it, where it has to be there and say nothing. */
int sasl_auxprop_plug_init(const sasl_utils_t *utils, int max_version, int *out_version,
                           sasl_auxprop_plug_t **plug, const char *plugname)
{
    static char name[] = "invite";
    inv_sasl_plugin *plugin = NULL;

    (void)plugname;
    if (utils == NULL || out_version == NULL || plug == NULL)
        return SASL_BADPARAM;
    if (max_version < SASL_AUXPROP_PLUG_VERSION)
        return SASL_BADVERS;
    if (open_plugin(utils, &plugin) != INV_OK)
        return SASL_NOMEM;
    plugin->face.auxprop = (sasl_auxprop_plug_t){
        .glob_context = plugin,
        .auxprop_free = free_plugin,
        .auxprop_lookup = inv_sasl_lookup,
        .name = name,
        .auxprop_store = inv_sasl_store,
    };
    *out_version = SASL_AUXPROP_PLUG_VERSION;
    *plug = &plugin->face.auxprop;
    return SASL_OK;
}

int sasl_server_plug_init(const sasl_utils_t *utils, int max_version, int *out_version,
                          sasl_server_plug_t **pluglist, int *plugcount)
{
    inv_sasl_plugin *plugin = NULL;

    if (utils == NULL || out_version == NULL || pluglist == NULL || plugcount == NULL)
        return SASL_BADPARAM;
    if (max_version < SASL_SERVER_PLUG_VERSION)
        return SASL_BADVERS;
    if (open_plugin(utils, &plugin) != INV_OK)
        return SASL_NOMEM;
    *out_version = SASL_SERVER_PLUG_VERSION;
    *pluglist = NULL;
    *plugcount = 0;
    if (!plugin->options.configured) {
        inv_sasl_plugin_free(&plugin);
        return SASL_OK;
    }
    plugin->face.mechanism = inv_sasl_server_plug(plugin);
    *pluglist = &plugin->face.mechanism;
    *plugcount = 1;
    return SASL_OK;
}

int sasl_client_plug_init(const sasl_utils_t *utils, int max_version, int *out_version,
                          sasl_client_plug_t **pluglist, int *plugcount)
{
    static sasl_client_plug_t mechanism;

    if (utils == NULL || out_version == NULL || pluglist == NULL || plugcount == NULL)
        return SASL_BADPARAM;
    if (max_version < SASL_CLIENT_PLUG_VERSION)
        return SASL_BADVERS;
    mechanism = inv_sasl_client_plug;
    *out_version = SASL_CLIENT_PLUG_VERSION;
    *pluglist = &mechanism;
    *plugcount = 1;
    return SASL_OK;
}
