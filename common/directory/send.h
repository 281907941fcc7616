/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_SEND_H
#define INVITEGATE_COMMON_DIRECTORY_SEND_H

#include <ldap.h>

#include "invitegate/directory.h"

/* Hands an operation to libldap with its controls, and notes the message id in it. Gives libldap's
 * error. */
int send_operation(LDAP *handle, inv_operation *operation);

/* A search alone; cookie: of the page before (RFC 2696), or NULL. */
int send_search(LDAP *handle, inv_operation *operation, struct berval *cookie);

#endif
