/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_VISIBILITY_H
#define INVITEGATE_COMMON_UPKEEP_VISIBILITY_H

#include "invitegate/call.h"

/*
 * Whether accounts are found the way names are looked up. INV_CONFIG when there are accounts of the
 * call's domain below people, but none of some that were tried is found by name_filter, or none
 * shows its xmppJid: with a mistyped filter or a right too few, every JID would look as if it had
 * no account. To be asked before anything is removed because its name has no account. INV_OK also
 * where there is no account.
 */
inv_result accounts_are_visible(inv_call *call);

#endif
