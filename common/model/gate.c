/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/gate.h"

#include <stdlib.h>
#include <string.h>

static inv_result open_log(inv_gate *gate, inv_log_sink sink, void *context, bool debug,
                           inv_verdict *verdict)
{
    if (sink == NULL)
        sink = gate->config->log_to_stderr ? inv_log_to_stderr : inv_log_to_syslog;
    gate->log = inv_log_new(debug ? INV_LOG_DEBUG : gate->config->log_level, sink, context);
    return gate->log != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

inv_result inv_gate_open_without_keys(const char *path, inv_log_sink sink, void *context,
                                      bool debug, inv_gate **gate, inv_verdict *verdict)
{
    inv_gate *opened = calloc(1, sizeof(*opened));
    inv_result result;

    *gate = NULL;
    if (opened == NULL)
        return inv_verdict_no_memory(verdict);
    result = inv_config_read(path, &opened->config, verdict);
    if (result == INV_OK)
        result = open_log(opened, sink, context, debug, verdict);
    if (result != INV_OK) {
        inv_gate_free(&opened);
        return result;
    }
    *gate = opened;
    return INV_OK;
}

inv_result inv_gate_open(const char *path, inv_log_sink sink, void *context, bool debug,
                         inv_gate **gate, inv_verdict *verdict)
{
    inv_result result = inv_gate_open_without_keys(path, sink, context, debug, gate, verdict);

    if (result != INV_OK)
        return result;
    result = inv_keys_read((*gate)->config->key_file, &(*gate)->keys, verdict);
    if (result != INV_OK)
        inv_gate_free(gate);
    return result;
}

void inv_gate_free(inv_gate **gate)
{
    inv_gate *old = *gate;

    *gate = NULL;
    if (old == NULL)
        return;
    inv_log_free(&old->log);
    inv_keys_free(&old->keys);
    inv_config_free(&old->config);
    free(old);
}

void inv_gate_begin_with(const inv_gate *gate, const inv_domain *domain, long milliseconds,
                         inv_directory *directory, inv_call *call)
{
    *call = (inv_call){
        .config = gate->config,
        .domain = domain,
        .keys = gate->keys,
        .log = gate->log,
        .directory = directory,
        .deadline =
            inv_deadline_in(milliseconds != 0 ? milliseconds : gate->config->directory.timeout_ms),
    };
}

inv_result inv_gate_begin(const inv_gate *gate, const inv_domain *domain, long milliseconds,
                          inv_call *call, inv_verdict *verdict)
{
    inv_gate_begin_with(gate, domain, milliseconds, NULL, call);
    return inv_directory_acquire(&gate->config->directory, &call->directory, verdict);
}

void inv_gate_end(inv_call *call)
{
    inv_directory_release(&call->directory);
}
