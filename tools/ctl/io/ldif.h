/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_LDIF_H
#define INVITEGATE_TOOLS_LDIF_H

#include <stdio.h>

#include "invitegate/directory.h"

/* An add or a modify as a record of RFC 2849, for ldapadd. False: out of memory. */
bool ctl_ldif_print(FILE *stream, const inv_operation *operation);

#endif
