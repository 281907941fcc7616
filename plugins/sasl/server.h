/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_SERVER_H
#define INVITEGATE_SASL_SERVER_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include "plugin.h"

/* The server's half of X-INVITE-TOKEN, with plugin as its glob_context. */
sasl_server_plug_t inv_sasl_server_plug(inv_sasl_plugin *plugin);

#endif
