/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_RECEIVE_H
#define INVITEGATE_COMMON_DIRECTORY_RECEIVE_H

#include <ldap.h>

#include "invitegate/directory.h"

/*
 * Puts what a message says into the operation that it answers: an entry, a reference, or the result
 * with its controls. A message that answers none of them is ignored. The caller frees it. Gives
 * libldap's error.
 */
int receive_message(LDAP *handle, LDAPMessage *message, inv_operation *const *operations,
                    size_t count);

#endif
