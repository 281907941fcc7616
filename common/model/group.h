/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_GROUP_H
#define INVITEGATE_COMMON_MODEL_GROUP_H

#include "config/group_filter.h"
#include "invitegate/group.h"

/*
 * The base that is configured, or the naming context that holds people; the caller frees it.
 * INV_CONFIG: no naming context holds people. Else no verdict.
 */
inv_result group_base(inv_call *call, char **base, inv_verdict *verdict);

#endif
