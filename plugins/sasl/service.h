/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_SERVICE_H
#define INVITEGATE_SASL_SERVICE_H

#include <stddef.h>

#include "invitegate/call.h"
#include "invitegate/jid.h"
#include "outcome.h"
#include "plugin.h"

/* One question of libsasl2 about one user. {0} at the start, ended by inv_sasl_service_finish. */
typedef struct inv_sasl_service {
    inv_sasl_plugin *plugin;
    const sasl_server_params_t *sparams;
    const inv_context *context; /* NULL: could not be opened */
    const inv_domain *domain;   /* NULL: not found */
    char *user;                 /* with the realm behind it, where that says which domain */
    size_t local_length;        /* of user, in front of the '@' */
    inv_verdict verdict;
} inv_sasl_service;

/*
 * Opens the configuration (with the token keys, for what redeems) and finds the domain: the user's
 * own realm, else the connection's (user_realm), else the server's name where that is a configured
 * domain, else the only one there is. user need not be NUL-terminated. INV_NAME_INVALID: not a
 * configured domain; INV_CONFIG, INV_NO_MEMORY.
 */
inv_result inv_sasl_service_begin(inv_sasl_service *service, bool keys, const char *user,
                                  size_t length);

/* The verdict, emptied of the words of an earlier step. */
inv_verdict *inv_sasl_service_clear_words(inv_sasl_service *service);

/*
 * Begins a call in that domain, over the connection that the process keeps; end it with
 * inv_call_end.
 */
inv_result inv_sasl_service_call(inv_sasl_service *service, inv_call *call);

/* Logs the verdict: one line. */
void inv_sasl_service_log(const inv_sasl_service *service);

/* The end of every question: logs the verdict if logs, frees, and returns the code. */
int inv_sasl_service_finish(inv_sasl_service *service, inv_result result, inv_sasl_use use,
                            bool logs);

#endif
