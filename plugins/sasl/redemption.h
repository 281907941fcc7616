/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_REDEMPTION_H
#define INVITEGATE_SASL_REDEMPTION_H

#include "invitegate/secret.h"
#include "service.h"

/* A token and a password, as a client or a program gave them. Borrowed. */
typedef struct inv_sasl_offer {
    const char *token; /* by itself; need not be NUL-terminated */
    size_t token_length;
    const inv_secret *password;
    bool logs_in; /* the account has to be one that may log in now, too */
} inv_sasl_offer;

/*
 * Registers or resets the name of a service that is begun, as the invite says, and remembers that
 * (redeemed.h). As inv_redeem, and with logs_in as inv_account_status behind it.
 */
inv_result inv_sasl_redeem(inv_sasl_service *service, const inv_sasl_offer *offer);

#endif
