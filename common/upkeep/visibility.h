/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_VISIBILITY_H
#define INVITEGATE_VISIBILITY_H

#include "invitegate/call.h"

/*
 * Whether accounts are found the way names are looked up. INV_CONFIG when there are accounts of the
 * call's domain below people, but none of some that were tried is found by name_filter, or none
 * shows its xmppJid: with a mistyped filter or a right too few, everybody would look like nobody.
 * Asked before anything is taken away because nobody has a name. INV_OK also where no account is.
 */
inv_result accounts_are_visible(inv_call *call, inv_verdict *verdict);

#endif
