/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_LOOKUP_H
#define INVITEGATE_SASL_LOOKUP_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

/*
 * auxprop_lookup of saslplug.h: SCRAM verifiers as authPassword, and what invite_attributes names;
 * never userPassword. Where nothing of that is asked for: SASL_OK without a question to the
 * directory. SASL_NOUSER, in the pass for the name that logs in only; SASL_DISABLED, SASL_EXPIRED,
 * SASL_UNAVAIL, SASL_NOMEM. Without options, and in slapd: SASL_NOUSER.
 */
int inv_sasl_lookup(void *glob_context, sasl_server_params_t *sparams, unsigned flags,
                    const char *user, unsigned length);

#endif
