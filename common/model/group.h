/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_GROUP_H
#define INVITEGATE_COMMON_MODEL_GROUP_H

#include "config/group_filter.h"
#include "invitegate/group.h"

/*
 * The base that is configured, or every naming context that holds people; a list that ends with
 * NULL. INV_CONFIG: no naming context holds people. Else no verdict.
 */
inv_result group_bases(inv_call *call, char ***bases);
void group_bases_free(char ***bases);

#endif
