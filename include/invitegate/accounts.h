/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ACCOUNTS_H
#define INVITEGATE_ACCOUNTS_H

#include "invitegate/account.h"

/*
 * Looks for many accounts at once: all xmppAccounts below name_search_base whose xmppJid is one of
 * names (count of them, of the call's domain). visit is called for each one found, in no order;
 * false ends the visits. One flight for each 1000 names, each search of it for 50. Accounts without
 * xmppJid are not found. INV_OK, also when none is found; no verdict: DIRECTORY_DOWN, TIMEOUT,
 * CONFIG (an entry that cannot be read), NO_MEMORY.
 */
inv_result inv_accounts_each(inv_call *call, const inv_jid *const *names, size_t count,
                             bool (*visit)(void *context, const inv_account *account),
                             void *context);

#endif
