/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_ACCOUNT_FILTER_H
#define INVITEGATE_COMMON_MODEL_ACCOUNT_FILTER_H

#include "invitegate/account.h"
#include "invitegate/directory.h"

/* *may: entry dn matches reset_filter (base search). INV_OK, or no verdict. */
inv_result inv_account_may_reset(inv_call *call, const char *dn, bool *may);

#endif
