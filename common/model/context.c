/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/context.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"

static inv_result open_log(inv_context *context, const inv_own_log *own, inv_verdict *verdict)
{
    const inv_own_log configured = {
        .sink = context->config->log_to_stderr ? inv_log_to_stderr : inv_log_to_syslog,
    };
    const inv_own_log *log = own != NULL ? own : &configured;

    context->log = inv_log_new(log->debug ? INV_LOG_DEBUG : context->config->log_level, log->sink,
                               log->context);
    return context->log != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

inv_result inv_context_open_without_keys(const char *path, const inv_own_log *log,
                                         inv_context **context, inv_verdict *verdict)
{
    inv_context *opened = calloc(1, sizeof(*opened));
    inv_result result;

    *context = NULL;
    if (opened == NULL)
        return inv_verdict_no_memory(verdict);
    result = inv_config_read(path, &opened->config, verdict);
    if (result == INV_OK)
        result = open_log(opened, log, verdict);
    if (result != INV_OK) {
        inv_context_free(&opened);
        return result;
    }
    *context = opened;
    return INV_OK;
}

inv_result inv_context_open(const char *path, const inv_own_log *log, inv_context **context,
                            inv_verdict *verdict)
{
    inv_result result = inv_context_open_without_keys(path, log, context, verdict);

    if (result != INV_OK)
        return result;
    result = inv_keys_read((*context)->config->key_file, &(*context)->keys, verdict);
    if (result != INV_OK)
        inv_context_free(context);
    return result;
}

void inv_context_free(inv_context **context)
{
    inv_context *old = *context;

    *context = NULL;
    if (old == NULL)
        return;
    inv_log_free(&old->log);
    inv_keys_free(&old->keys);
    inv_config_free(&old->config);
    free(old);
}

inv_call inv_call_begin_with(const inv_context *context, const inv_domain *domain,
                             long milliseconds, inv_directory *directory, inv_verdict *verdict)
{
    return (inv_call){
        .config = context->config,
        .domain = domain,
        .keys = context->keys,
        .log = context->log,
        .directory = directory,
        .verdict = verdict,
        .deadline = inv_deadline_in(milliseconds != 0 ? milliseconds
                                                      : context->config->directory.timeout_ms),
    };
}

inv_result inv_call_begin(const inv_context *context, const inv_domain *domain, long milliseconds,
                          inv_call *call, inv_verdict *verdict)
{
    *call = inv_call_begin_with(context, domain, milliseconds, NULL, verdict);
    return inv_directory_acquire(&context->config->directory, &call->directory, verdict);
}

void inv_call_end(inv_call *call)
{
    inv_directory_release(&call->directory);
}
