/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_NAMING_CONTEXT_H
#define INVITEGATE_COMMON_MODEL_NAMING_CONTEXT_H

#include "invitegate/call.h"

/* Where several naming contexts hold a DN, one lies below the other. */
typedef enum naming_context_choice {
    NAMING_CONTEXT_TOPMOST, /* the one above all others, which may be separate databases of the
                               server */
    NAMING_CONTEXT_NEAREST, /* the database that has the entry itself */
} naming_context_choice;

/* Reads namingContexts and vendorName of the root DSE (RFC 4512 5.1). NULL when memory is short. */
inv_operation *naming_contexts_read(void);

/*
 * The naming context that holds dn, of the answer to that read; NULL where none that can be read
 * does. Valid as long as root.
 */
const char *naming_context_of(const inv_operation *root, const char *dn,
                              naming_context_choice choice);

/*
 * The nearest one, in one flight; the caller frees *context. INV_OK, also where there is none
 * (NULL), or no verdict.
 */
inv_result naming_context_find(inv_call *call, const char *dn, char **context,
                               inv_verdict *verdict);

#endif
