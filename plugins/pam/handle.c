/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "handle.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/log.h"

/*
 * The context's log takes every line, and this sink drops those that are too fine: the option
 * "debug" is of one line of the stack, the context of all of them.
 */
static void log_to_pam(void *context, inv_log_level level, const char *line)
{
    const inv_pam_handle *handle = context;
    inv_log_level threshold =
        handle->context != NULL ? handle->context->config->log_level : INV_LOG_NOTICE;

    if (!handle->debug && level > threshold)
        return;
    if (handle->context != NULL && handle->context->config->log_to_stderr) {
        inv_log_to_stderr(NULL, level, line);
        return;
    }
    pam_syslog(handle->pamh, inv_log_priority(level), "%s", line);
}

static void free_handle(inv_pam_handle **handle)
{
    if (*handle == NULL)
        return;
    inv_directory_free(&(*handle)->directory);
    inv_context_free(&(*handle)->context);
    free((*handle)->accepted_user);
    free(*handle);
    *handle = NULL;
}

static void cleanup(pam_handle_t *pamh, void *data, int status)
{
    inv_pam_handle *handle = data;

    (void)pamh;
    (void)status;
    free_handle(&handle);
}

static inv_result open_handle(pam_handle_t *pamh, const inv_pam_options *options, const char *key,
                              inv_pam_handle **handle, inv_verdict *verdict)
{
    inv_pam_handle *fresh = calloc(1, sizeof(*fresh));
    inv_result result;

    if (fresh == NULL)
        return inv_verdict_no_memory(verdict);
    fresh->pamh = pamh;
    fresh->debug = options->debug;
    fresh->keep = options->keep_connection;
    result = inv_context_open(options->conf, &(inv_own_log){log_to_pam, fresh, true},
                              &fresh->context, verdict);
    if (result != INV_OK)
        goto cleanup;
    fresh->left_ms = fresh->context->config->directory.timeout_ms;
    if (pam_set_data(pamh, key, fresh, cleanup) != PAM_SUCCESS) {
        result = inv_verdict_no_memory(verdict);
        goto cleanup;
    }
    *handle = fresh;
    fresh = NULL;
cleanup:
    free_handle(&fresh);
    return result;
}

inv_result inv_pam_handle_get(pam_handle_t *pamh, const inv_pam_options *options,
                              inv_pam_handle **handle, inv_verdict *verdict)
{
    const void *data = NULL;
    inv_result result = INV_OK;
    char *key = NULL;

    if (asprintf(&key, "pam_invite %s", options->conf != NULL ? options->conf : "") < 0)
        return inv_verdict_no_memory(verdict);
    if (pam_get_data(pamh, key, &data) == PAM_SUCCESS && data != NULL) {
        /* pam_get_data(3) gives the handle as const, but this module made it and may change it. */
        memcpy(handle, &data, sizeof(*handle));
        (*handle)->debug = options->debug;
        (*handle)->keep = options->keep_connection;
    } else {
        result = open_handle(pamh, options, key, handle, verdict);
    }
    free(key);
    return result;
}

inv_result inv_pam_handle_begin(inv_pam_handle *handle, const inv_domain *domain, inv_call *call,
                                inv_verdict *verdict)
{
    inv_result result = INV_OK;

    if (handle->left_ms <= 0)
        return inv_verdict_set(verdict, INV_TIMEOUT,
                               "the calls on this PAM handle used up [directory] timeout (%ld ms)",
                               handle->context->config->directory.timeout_ms);
    if (handle->keep)
        return inv_call_begin(handle->context, domain, handle->left_ms, call, verdict);
    if (handle->directory == NULL)
        result = inv_directory_new(&handle->context->config->directory, NULL, NULL,
                                   &handle->directory, verdict);
    if (result == INV_OK)
        *call = inv_call_begin_with(handle->context, domain, handle->left_ms, handle->directory,
                                    verdict);
    return result;
}

void inv_pam_handle_end(inv_pam_handle *handle, inv_call *call)
{
    if (call->directory != NULL)
        handle->left_ms = inv_deadline_left(&call->deadline);
    if (call->directory == handle->directory)
        call->directory = NULL;
    inv_call_end(call);
}

void inv_pam_handle_accept(inv_pam_handle *handle, const char *user, const inv_token *token,
                           time_t accepted_at)
{
    free(handle->accepted_user);
    handle->accepted_user = strdup(user);
    (void)snprintf(handle->accepted_invite, sizeof(handle->accepted_invite), "%s",
                   inv_token_id(token));
    handle->accepted_at = accepted_at;
}

time_t inv_pam_handle_accepted(const inv_pam_handle *handle, const char *user,
                               const inv_token *token)
{
    if (handle->accepted_user == NULL || strcmp(handle->accepted_user, user) != 0 ||
        strcmp(handle->accepted_invite, inv_token_id(token)) != 0)
        return 0;
    return handle->accepted_at;
}

static const char *item_text(pam_handle_t *pamh, int item)
{
    const void *text = NULL;

    return pam_get_item(pamh, item, &text) == PAM_SUCCESS ? text : NULL;
}

void inv_pam_handle_log(pam_handle_t *pamh, const inv_pam_handle *handle, const char *domain,
                        const inv_verdict *verdict)
{
    inv_origin origin = {
        .domain = domain,
        .service = item_text(pamh, PAM_SERVICE),
        .rhost = item_text(pamh, PAM_RHOST),
    };
    /* Without a context there is no log: this one has the default level. */
    inv_pam_handle bare = {.pamh = pamh};
    inv_log *log = NULL;

    if (handle != NULL) {
        inv_log_verdict(handle->context->log, verdict, &origin);
        return;
    }
    log = inv_log_new(INV_LOG_NOTICE, log_to_pam, &bare);
    inv_log_verdict(log, verdict, &origin);
    inv_log_free(&log);
}
