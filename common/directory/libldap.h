/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_LIBLDAP_H
#define INVITEGATE_COMMON_DIRECTORY_LIBLDAP_H

#include "invitegate/directory.h"

/* Who a connection is bound as. */
typedef enum libldap_identity {
    LIBLDAP_CONFIGURED, /* what bind of [directory] says */
    LIBLDAP_SIMPLE,     /* bind_dn and password given by the caller */
    LIBLDAP_ANONYMOUS,
} libldap_identity;

/*
 * The libldap driver. Copies what it needs of settings, bind_dn and password; connects in open.
 * NULL when memory is short. Nothing is ever set on the global (NULL) handle, and the driver makes
 * no call of libldap before open.
 */
void *libldap_new(const inv_directory_settings *settings, libldap_identity identity,
                  const char *bind_dn, const inv_secret *password);

extern const inv_directory_driver libldap_driver;

/* What an RFC 4511 4.1.9 code means where a caller does not know better (inv_operation_result). */
inv_result inv_ldap_result(int code);

/* What an administrator can do about a bind that was answered with code. Never NULL. */
const char *inv_ldap_remedy(int code);

/* Empties the answer side of an operation, so that it can be sent again. */
void inv_operation_reset(inv_operation *operation);

#endif
