/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_CONTEXT_H
#define INVITEGATE_CONTEXT_H

#include "invitegate/call.h"
#include "invitegate/config.h"
#include "invitegate/key.h"
#include "invitegate/log.h"

/*
 * What a front end opens before it can call: configuration, keys, log. Immutable once open; threads
 * may share it.
 */
typedef struct inv_context {
    inv_config *config;
    inv_keys *keys;
    inv_log *log;
} inv_context;

/* A front end's own log, in the place of what [log] to says. */
typedef struct inv_own_log {
    inv_log_sink sink;
    void *context; /* of sink; outlives the inv_context */
    bool debug;    /* raises the threshold to INV_LOG_DEBUG */
} inv_own_log;

/*
 * Reads path (NULL: the built-in one) and the key file it names. log NULL: lines go where [log] to
 * says. INV_CONFIG or INV_NO_MEMORY; nothing is left open then.
 */
inv_result inv_context_open(const char *path, const inv_own_log *log, inv_context **context,
                            inv_verdict *verdict);

/* Without the keys (init, before they exist): context->keys is NULL. */
inv_result inv_context_open_without_keys(const char *path, const inv_own_log *log,
                                         inv_context **context, inv_verdict *verdict);

void inv_context_free(inv_context **context);

/*
 * Starts a call in one of the context's domains: takes a directory and sets the deadline,
 * milliseconds from now (0: the configured timeout). What the call finds is put into verdict, which
 * must outlive it. End it with inv_call_end.
 */
inv_result inv_call_begin(const inv_context *context, const inv_domain *domain, long milliseconds,
                          inv_call *call, inv_verdict *verdict);

/*
 * The same over a directory of the caller's own (inv_directory_new), for threads that each keep
 * one: it stays connected from call to call. Do not end it with inv_call_end.
 */
inv_call inv_call_begin_with(const inv_context *context, const inv_domain *domain,
                             long milliseconds, inv_directory *directory, inv_verdict *verdict);

/* Releases the directory. The call may be begun or not. */
void inv_call_end(inv_call *call);

#endif
