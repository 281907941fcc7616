/* SPDX-License-Identifier: BSD-2-Clause */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "redeemed.h"

inv_result inv_sasl_plugin_new(const sasl_utils_t *utils, inv_sasl_plugin **plugin,
                               inv_verdict *verdict)
{
    inv_sasl_plugin *made = calloc(1, sizeof(*made));

    *plugin = NULL;
    if (made == NULL)
        return inv_verdict_no_memory(verdict);
    atomic_init(&made->without_keys, NULL);
    atomic_init(&made->with_keys, NULL);
    (void)inv_sasl_options_read(utils, &made->options, &made->broken);
    *plugin = made;
    return INV_OK;
}

void inv_sasl_plugin_free(inv_sasl_plugin **plugin)
{
    inv_context *context;

    if (*plugin == NULL)
        return;
    context = atomic_load(&(*plugin)->without_keys);
    inv_context_free(&context);
    context = atomic_load(&(*plugin)->with_keys);
    inv_context_free(&context);
    inv_sasl_options_clear(&(*plugin)->options);
    inv_sasl_redeemed_forget();
    inv_directory_end_kept();
    free(*plugin);
    *plugin = NULL;
}

static void tell_slapd(void)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    inv_log *log = NULL;

    if (atomic_flag_test_and_set(&told))
        return;
    log = inv_log_new(INV_LOG_NOTICE, inv_log_to_syslog, NULL);
    inv_log_write(
        log, INV_LOG_ERROR,
        "libinvite.so does not serve slapd, which would wait for itself: take the options "
        "invite_... out of its SASL configuration");
    inv_log_free(&log);
}

bool inv_sasl_plugin_serves(const inv_sasl_plugin *plugin, const sasl_server_params_t *sparams)
{
    if (!plugin->options.configured)
        return false;
    if (sparams->appname == NULL || strcmp(sparams->appname, "slapd") != 0)
        return true;
    tell_slapd();
    return false;
}

/*
 * Of several threads that come first together each opens one, and one of these stays. A lock would
 * be held for ever in a child that another thread has forked.
 */
static const inv_context *publish(_Atomic(inv_context *) *slot, inv_context *opened)
{
    inv_context *there = NULL;

    if (atomic_compare_exchange_strong(slot, &there, opened))
        return opened;
    inv_context_free(&opened);
    return there;
}

inv_result inv_sasl_plugin_open(inv_sasl_plugin *plugin, bool keys, const inv_context **context,
                                inv_verdict *verdict)
{
    _Atomic(inv_context *) *slot = keys ? &plugin->with_keys : &plugin->without_keys;
    inv_context *opened = NULL;
    inv_result result;

    *context = NULL;
    if (plugin->broken.result != INV_OK)
        return inv_verdict_set(verdict, plugin->broken.result, "%s", plugin->broken.why);
    *context = atomic_load(slot);
    if (*context != NULL)
        return INV_OK;
    result = keys ? inv_context_open(plugin->options.conf, NULL, &opened, verdict)
                  : inv_context_open_without_keys(plugin->options.conf, NULL, &opened, verdict);
    if (result == INV_OK)
        *context = publish(slot, opened);
    return result;
}

void inv_sasl_plugin_end_exchange(sasl_out_params_t *oparams)
{
    oparams->doneflag = 1;
    oparams->mech_ssf = 0;
    oparams->maxoutbuf = 0;
    oparams->encode_context = NULL;
    oparams->encode = NULL;
    oparams->decode_context = NULL;
    oparams->decode = NULL;
    oparams->param_version = 0;
}
