/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SHARED_NAMES_H
#define INVITEGATE_SHARED_NAMES_H

#include <stdbool.h>

#include "invitegate/call.h"

/* A JID that several entries have: none of them is its account, and every login by it is refused.
 */
typedef struct inv_shared_name {
    const char *jid;
    const char *dn; /* two of the entries */
    const char *other_dn;
} inv_shared_name;

/*
 * Looks for such JIDs of the call's domain, by what name_filter compares with a name and by
 * xmppJid, and visits each once, in order. Reads all people below name_search_base, page by page:
 * minutes in a large directory, whatever the call's deadline is. INV_OK, or no verdict.
 */
inv_result inv_shared_name_each(inv_call *call,
                                void (*visit)(void *context, const inv_shared_name *shared),
                                void *context);

#endif
