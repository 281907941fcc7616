/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_NAMING_CONTEXT_H
#define INVITEGATE_COMMON_MODEL_NAMING_CONTEXT_H

#include "invitegate/call.h"

/*
 * The longest of the root DSE's namingContexts (RFC 4512 5.1) that holds dn; *context is NULL where
 * none that can be read does. One flight; the caller frees it. INV_OK, or no verdict.
 */
inv_result naming_context_of(inv_call *call, const char *dn, char **context, inv_verdict *verdict);

#endif
