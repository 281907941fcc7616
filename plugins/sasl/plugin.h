/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_PLUGIN_H
#define INVITEGATE_SASL_PLUGIN_H

#include <stdatomic.h>

#include "invitegate/context.h"
#include "options.h"

/*
 * What one of the two plugins in libinvite.so keeps between sasl_server_init and sasl_done: the
 * glob_context of libsasl2. Threads share it, and forked children have a copy; it has no lock.
 */
typedef struct inv_sasl_plugin {
    /*
     * What libsasl2 has a pointer to until sasl_done. Not static: of a folder that SASL_PATH names
     * twice it loads the same library twice, and each has a context of its own to be freed.
     */
    union {
        sasl_auxprop_plug_t auxprop;
        sasl_server_plug_t mechanism;
    } face;
    inv_sasl_options options;
    inv_verdict broken; /* INV_OK, or what is wrong with the options: then no call gets further */
    _Atomic(inv_context *) without_keys; /* NULL until first used */
    _Atomic(inv_context *) with_keys;
} inv_sasl_plugin;

/*
 * Reads the options, and nothing else: configuration and keys are opened when first used, since
 * libldap must not be called while libsasl2 loads its plugins. Options that are wrong are kept in
 * broken. INV_NO_MEMORY.
 */
inv_result inv_sasl_plugin_new(const sasl_utils_t *utils, inv_sasl_plugin **plugin,
                               inv_verdict *verdict);

/*
 * Frees it, ends the connections that the process keeps and forgets what it redeemed: sasl_done.
 */
void inv_sasl_plugin_free(inv_sasl_plugin **plugin);

/*
 * Whether the program is one that the plugin works for: it has options of ours, and is not slapd,
 * whose threads would ask slapd and wait for themselves. That is logged once.
 */
bool inv_sasl_plugin_serves(const inv_sasl_plugin *plugin, const sasl_server_params_t *sparams);

/*
 * The configuration, with the token keys or not, which hosts that only look up do not have. The
 * plugin owns it. INV_CONFIG; another call tries again, so that a mended configuration is found.
 */
inv_result inv_sasl_plugin_open(inv_sasl_plugin *plugin, bool keys, const inv_context **context,
                                inv_verdict *verdict);

/* X-INVITE-TOKEN is over, on either side: no layer of security follows. */
void inv_sasl_plugin_end_exchange(sasl_out_params_t *oparams);

#endif
