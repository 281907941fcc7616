/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_STORE_H
#define INVITEGATE_SASL_STORE_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

/*
 * auxprop_store of saslplug.h, the gate of saslpasswd2(8): userPassword with TOKEN:PASSWORD makes
 * the account of a name that is free, or logs in to the one that this very token made. No password
 * is changed and no account removed here. What cannot be done is an error, never
 * SASL_CONSTRAINT_VIOLAT, which programs take for success.
 * - properties NULL: SASL_OK, it can be written to
 * - authPassword: SASL_OK where this process redeemed a token for the name within a minute, and
 *   nothing is written; else SASL_BADAUTH
 * - properties of ours without a value, to be deleted, and all others with one: SASL_BADAUTH
 * Without options: SASL_CONSTRAINT_VIOLAT. In slapd: SASL_BADAUTH.
 */
int inv_sasl_store(void *glob_context, sasl_server_params_t *sparams, struct propctx *properties,
                   const char *user, unsigned length);

#endif
