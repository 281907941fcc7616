/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_GATE_H
#define INVITEGATE_GATE_H

#include "invitegate/call.h"
#include "invitegate/config.h"
#include "invitegate/key.h"
#include "invitegate/log.h"

/*
 * What a front end opens before it can call: configuration, keys, log. Immutable once open; threads
 * may share it.
 */
typedef struct inv_gate {
    inv_config *config;
    inv_keys *keys;
    inv_log *log;
} inv_gate;

/*
 * Reads path (NULL: the built-in one) and the key file it names. sink NULL: what [log] to says;
 * otherwise lines go to sink with context. debug raises the threshold to INV_LOG_DEBUG.
 * INV_CONFIG or INV_NO_MEMORY; nothing is left open then.
 */
inv_result inv_gate_open(const char *path, inv_log_sink sink, void *context, bool debug,
                         inv_gate **gate, inv_verdict *verdict);

/* Without the keys (init, before they exist): gate->keys is NULL. */
inv_result inv_gate_open_without_keys(const char *path, inv_log_sink sink, void *context,
                                      bool debug, inv_gate **gate, inv_verdict *verdict);

void inv_gate_free(inv_gate **gate);

/*
 * Starts a call in one of the gate's domains: takes a directory and sets the deadline, milliseconds
 * from now (0: the configured timeout). End it with inv_gate_end.
 */
inv_result inv_gate_begin(const inv_gate *gate, const inv_domain *domain, long milliseconds,
                          inv_call *call, inv_verdict *verdict);

/*
 * The same over a directory of the caller's own (inv_directory_new), for threads that each keep
 * one: it stays connected from call to call. Do not end it with inv_gate_end.
 */
void inv_gate_begin_with(const inv_gate *gate, const inv_domain *domain, long milliseconds,
                         inv_directory *directory, inv_call *call);

/* Releases the directory. The call may be begun or not. */
void inv_gate_end(inv_call *call);

#endif
