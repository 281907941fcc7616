/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_NAMING_CONTEXT_H
#define INVITEGATE_COMMON_MODEL_NAMING_CONTEXT_H

#include "invitegate/call.h"

/*
 * The naming contexts of the server (RFC 4512 5.1). Several may hold one DN, each below the other:
 * then they are databases of their own, and slapd, unless they are glued, does not search from one
 * into the next. What has to be found in any of them is searched for in each.
 */

/* Reads namingContexts and vendorName of the root DSE. NULL when memory is short. */
inv_operation *naming_contexts_read(void);

/*
 * The next naming context that holds dn, of the answer to that read, from *index on, which starts
 * at 0 and is moved behind it. NULL: there is none (any more) that can be read. Valid as long as
 * root.
 */
const char *naming_context_next(const inv_operation *root, const char *dn, size_t *index);

/*
 * The one of the database that has the entry itself: the longest. One flight; the caller frees
 * *context. INV_OK, also where there is none (NULL), or no verdict.
 */
inv_result naming_context_find(inv_call *call, const char *dn, char **context);

#endif
