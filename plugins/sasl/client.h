/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_CLIENT_H
#define INVITEGATE_SASL_CLIENT_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

/*
 * The client's half of X-INVITE-TOKEN. It asks the application for the name (SASL_CB_AUTHNAME), the
 * name to act as if it has one (SASL_CB_USER), the password (SASL_CB_PASS), and the token by
 * SASL_CB_NOECHOPROMPT. Applications without the last give TOKEN:PASSWORD as the password.
 * libsasl2 picks it only where nothing else is left, or by its name: whoever has an ordinary
 * password is to log in by PLAIN.
 */
extern const sasl_client_plug_t inv_sasl_client_plug;

#endif
